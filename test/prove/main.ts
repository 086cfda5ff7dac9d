import { parseArgs } from 'node:util'
import { prove } from './prove.ts'

// One process of `npm run prove`: says what it found as one line of JSON.
const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
})
const found = await prove({
  runs: Number(values.runs ?? '1000'),
  seed: Number(values.seed ?? '1'),
  path: values.path,
  onProgress: (histories) => process.stdout.write(`${JSON.stringify({ histories })}\n`),
})
process.stdout.write(`${JSON.stringify(found)}\n`)
process.exit()
