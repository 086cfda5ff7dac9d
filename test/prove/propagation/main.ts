import { parseArgs } from 'node:util'
import { command, endProgress, progress, wholeNumber } from '../command-line.ts'
import { type Proof, provePropagation } from './prove.ts'

/** The most that a verdict may take of what could be proved, at the 95th percentile. */
const LATEST = 1.1

await command(async () => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const populations = wholeNumber('runs', values.runs)
  const seed = wholeNumber('seed', values.seed)
  const found = await provePropagation({ populations, seed, onProgress: progress(populations, 'populations') })
  endProgress()
  console.log(values.json ? JSON.stringify(found, null, 2) : report(found).join('\n'))
  return found.falseSafe.length === 0 && found.missed.length === 0 && found.lateness.p95 <= LATEST ? 0 : 1
})

function report({ populations, seconds, turns, safe, falseSafe, missed, lateness }: Proof): readonly string[] {
  return [
    `${populations} populations in ${seconds.toFixed(1)} s, ${turns} looks; ${safe} times retiring was called safe`,
    falseSafe.length === 0 ? 'Holds: never when it was not.' : `BROKEN: ${falseSafe.length} times when it was not:`,
    ...falseSafe.map(({ seed, because }) => `  --seed ${seed} --runs 1: ${because.join('; ')}`),
    missed.length === 0
      ? 'Holds: what could be proved was proved.'
      : `BROKEN: it could have been proved, and was not: seeds ${missed.join(', ')}`,
    `${lateness.p95 <= LATEST ? 'Holds' : 'BROKEN'}: it took ${lateness.p95} times the earliest provable moment at the 95th percentile (median ${lateness.median}, at most ${lateness.most}, of ${lateness.of}).`,
  ]
}
