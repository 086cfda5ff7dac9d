import { parseArgs } from 'node:util'
import { breakageNamed } from './break-source.ts'
import { command, endProgress, progress, wholeNumber } from './command-line.ts'
import { LAWS } from './laws.ts'
import { type Proved, share } from './share.ts'

await command(async () => {
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
  const [runs, seed] = [wholeNumber('runs', values.runs), wholeNumber('seed', values.seed)]
  const breakage = values.break
  if (breakage !== undefined) breakageNamed(breakage)
  const proved = await share({
    runs,
    seed,
    path: values.path,
    breakage,
    ...(values.processes === undefined ? {} : { processes: wholeNumber('processes', values.processes) }),
    onProgress: progress(runs, 'histories'),
  })
  endProgress()
  console.log(values.json ? JSON.stringify(proved, null, 2) : report(proved, breakage).join('\n'))
  return proved.failure === null ? 0 : 1
})

function report({ counted, failure, processes, seconds }: Proved, breakage: string | undefined): readonly string[] {
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
  const again = `npm run prove -- --seed ${failure.seed} --path ${failure.path}${breakage === undefined ? '' : ` --break "${breakage}"`}`
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
