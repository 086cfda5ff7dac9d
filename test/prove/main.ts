import { parseArgs } from 'node:util'
import { breakageNamed } from './break-source.ts'
import { LAWS } from './laws.ts'
import { type Proved, share } from './share.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
    break: { type: 'string' },
    processes: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const [runs, seed] = [wholeNumber('runs', values.runs), wholeNumber('seed', values.seed)]
  if (values.break !== undefined) breakageNamed(values.break)
  const proved = await share({
    runs,
    seed,
    path: values.path,
    breakage: values.break,
    ...(values.processes === undefined ? {} : { processes: wholeNumber('processes', values.processes) }),
    onProgress: progress(runs),
  })
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  console.log(values.json ? JSON.stringify(proved, null, 2) : report(proved).join('\n'))
  return proved.failure === null ? 0 : 1
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number, not “${text}”`)
  return number
}

/** One line that is written anew, where somebody looks on; a line now and then where it goes to a log. */
function progress(runs: number): (histories: number) => void {
  const begun = performance.now()
  let said = 0
  return (histories) => {
    const rate = histories / ((performance.now() - begun) / 1000)
    const line = `${histories} of ${runs} histories, ${rate.toFixed(0)} a second`
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
    else if (histories - said >= 10_000) {
      said = histories
      process.stderr.write(`${line}\n`)
    }
  }
}

function report({ counted, failure, processes, seconds }: Proved): readonly string[] {
  const { histories, crashes, calls } = counted
  const lines = [
    `${histories} histories in ${seconds.toFixed(1)} s: ${(histories / seconds).toFixed(1)} a second on ${processes} ${processes === 1 ? 'core' : 'cores'}, ${((1000 * counted.processorSeconds) / Math.max(1, histories)).toFixed(1)} ms of a processor each`,
    `${calls} calls, ${crashes} crashes`,
    ...table('Ways they ended', counted.outcomes),
    ...table('Steps they came to', counted.steps),
    ...table('What happened in them', counted.done),
    '',
  ]
  if (failure === null) {
    return [...lines, ...Object.entries(LAWS).map(([law, { says }]) => `${law} holds: ${says}.`)]
  }
  const laws = [...new Set(failure.broken.map(({ law }) => law))]
  const again = `npm run prove -- --seed ${failure.seed} --path ${failure.path}${values.break === undefined ? '' : ` --break "${values.break}"`}`
  return [
    ...lines,
    `BROKEN: ${laws.join(', ')}`,
    ...laws.map((law) => `${law}: ${LAWS[law]?.says ?? ''}.`),
    '',
    'The shortest history found that breaks it:',
    ...failure.history,
    'comes to this:',
    ...failure.broken.map(({ law, how }) => `  ${law}: ${how}`),
    '',
    `Again: ${again}`,
  ]
}

function table(title: string, counts: Readonly<Record<string, number>>): readonly string[] {
  const rows = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  return [`${title}:`, ...rows.map(([name, count]) => `  ${String(count).padStart(7)} ${name}`)]
}
