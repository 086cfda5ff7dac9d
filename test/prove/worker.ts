import { breakageNamed, breakSource } from './break-source.ts'
import type { Chunk, Heard } from './counted.ts'

// One process of `npm run prove`: lives through the chunks it is sent, and says how far it is and what it found.
const [breakage] = process.argv.slice(2)
const say = (heard: Heard): unknown => process.send?.(heard)
if (breakage !== undefined) breakSource(breakageNamed(breakage))
// Not before the source is broken.
const { prove } = await import('./prove.ts')
process.on('message', (chunk) => {
  void prove({ ...(chunk as Chunk), onProgress: (histories) => say({ kind: 'progress', histories }) }).then((found) =>
    say({ kind: 'found', ...found }),
  )
})
process.on('disconnect', () => process.exit())
say({ kind: 'ready' })
