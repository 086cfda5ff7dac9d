import { parseArgs } from 'node:util'
import { provePropagation } from './prove.ts'

// `npm run prove -- propagation`: says what it found as one line of JSON; its exit code says whether it holds.
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const found = await provePropagation({
  populations: Number(values.runs ?? '10000'),
  seed: Number(values.seed ?? '1'),
  onProgress: (populations) => process.stdout.write(`${JSON.stringify({ populations })}\n`),
})
process.stdout.write(`${JSON.stringify(found)}\n`)
process.exit(found.falseSafe.length === 0 && found.missed.length === 0 && found.lateness.p95 <= 1.1 ? 0 : 1)
