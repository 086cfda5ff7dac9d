import { startPractice } from '../test/practice/start-practice.ts'
import { openHeadless, operate } from './headless.ts'

const AT_ONCE = 5
const PATIENCE_MILLISECONDS = 600_000

/** What several releases at once ask of AWS, against one by itself; without bake and soak, at this many times AWS's pace. */
export async function benchMany(speed: number) {
  const [one, many] = [await walk(1, speed), await walk(AT_ONCE, speed)]
  return {
    speed,
    one,
    many,
    ratios: {
      callsPerSecond: rounded(many.calls / many.accountSeconds),
      describeEnvironmentsPerRelease: rounded(many.describeEnvironments / AT_ONCE / one.describeEnvironments),
    },
    aims: { callsPerSecond: 1 },
  }
}

async function walk(releases: number, speed: number) {
  const practice = await startPractice({ speed, crowd: { environments: 8, versions: 8, events: 0 } })
  const headless = await openHeadless(practice.descriptor)
  try {
    const seconds = async () => (await practice.control<{ now: number }>('/clock')).now / 1000
    const from = await seconds()
    const ids: string[] = []
    for (let index = 1; index <= releases; index += 1) ids.push(await headless.begin(`service-01-000${index}`))
    const patience = { patienceMilliseconds: PATIENCE_MILLISECONDS }
    const ended = await Promise.all(ids.map((id) => operate(headless, id, patience)))
    const outcomes = ended.map(({ release }) => release.outcome ?? 'not at its end')
    if (outcomes.some((outcome) => outcome !== 'completed')) throw new Error(`The releases are ${outcomes.join(', ')}.`)
    const { calls } = await practice.control<{ calls: Readonly<Record<string, number>> }>('/calls')
    return {
      releases,
      accountSeconds: Math.round((await seconds()) - from),
      calls: Object.values(calls).reduce((sum, count) => sum + count, 0),
      describeEnvironments: calls['elasticbeanstalk:DescribeEnvironments'] ?? 0,
    }
  } finally {
    await headless.close()
    await headless.remove()
    await practice.stop()
  }
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000
}
