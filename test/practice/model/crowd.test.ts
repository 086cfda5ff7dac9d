import { expect, it } from 'vitest'
import { type Account, advanceTo } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import type { CrowdSize } from '../../../electron/practice/model/crowd.ts'
import { updateEnvironment } from '../../../electron/practice/model/environments.ts'
import { watchHealth } from '../../../electron/practice/model/health.ts'
import { createRandom } from '../../../electron/practice/model/random.ts'
import { createPracticeAccount } from '../../../electron/practice/model/seed.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { terminateEnvironment } from '../../../electron/practice/model/terminate.ts'
import { recordTraffic } from '../../../electron/practice/model/traffic.ts'
import { element, list } from '../../../electron/practice/server/document.ts'
import { environmentList } from '../../../electron/practice/server/elastic-beanstalk/environment-list.ts'
import { environmentShape } from '../../../electron/practice/server/elastic-beanstalk/shapes.ts'

const NOON = Date.UTC(2026, 9, 1, 12)
const SEEDED = { environments: 16, versions: 10 }

function account(crowd?: CrowdSize): Account {
  return createPracticeAccount({ accountId: '123456789012', region: 'eu-central-1', seed: 4, now: NOON, crowd })
}

it.each([
  { environments: 70, versions: 130, events: 5_000 },
  { environments: 1, versions: 0, events: 3_000 },
  { environments: 30, versions: 3, events: 100 },
  { environments: 0, versions: 60, events: 0 },
])('makes as much as was asked for, beside what is always there: %o', (crowd) => {
  const [large, usual] = [account(crowd), account()]
  expect(large.environments.size).toBe(SEEDED.environments + crowd.environments)
  expect(large.versions.size - SEEDED.versions - crowd.versions).toBeLessThanOrEqual(1)
  const own = (all: Account): number =>
    all.events.filter(({ applicationName }) => applicationName?.startsWith('service-')).length
  expect(own(large)).toBe(crowd.events)
  expect(large.events.length - own(large)).toBeGreaterThanOrEqual(usual.events.length - 5)
  expect(large.events.every(({ date }, index) => date >= (large.events[index - 1]?.date ?? 0))).toBe(true)
  const planted = [...large.environments.values()].filter(({ applicationName }) =>
    applicationName.startsWith('service-'),
  )
  expect(planted.filter(({ status, operation, stack }) => status !== 'Ready' || operation || !stack)).toEqual([])
  const idOf = (all: Account, name: string) => [...all.environments.values()].find((found) => found.name === name)?.id
  expect(idOf(large, 'shop-production')).toBe(idOf(usual, 'shop-production'))
})

it('makes the same from the same seed', () => {
  const crowd = { environments: 20, versions: 40, events: 1_000 }
  const [one, other] = [account(crowd), account(crowd)]
  expect([...one.environments.keys()]).toEqual([...other.environments.keys()])
  expect(one.events).toEqual(other.events)
})

it('lists environments as they are, whatever was written before', () => {
  const large = account({ environments: 60, versions: 120, events: 500 })
  const random = createRandom(5)
  const all = () => [...large.environments.values()]
  const pick = () => all().filter(({ status }) => status === 'Ready')[random.below(50)]
  for (let round = 0; round < 400; round += 1) {
    const environment = pick()
    const instance = environment?.instances[0]
    if (environment === undefined) break
    const id = random.uuid()
    const acts: readonly (() => void)[] = [
      () => updateEnvironment(large, environment, { versionLabel: environment.versionLabel, set: [], remove: [] }, id),
      () => updateEnvironment(large, environment, { description: `Round ${round}`, set: [], remove: [] }, id),
      () => {
        environment.forcedHealth = random.below(2) === 0 ? undefined : { status: 'Severe', cause: 'Someone said so.' }
      },
      () => {
        if (instance === undefined) return
        const statusCode = random.below(2) === 0 ? 500 : 200
        recordTraffic(instance.traffic, large.now, { statusCode, latencyMilliseconds: 5, count: 3 })
        watchHealth(large, environment)
      },
      () => {
        if (instance !== undefined) instance.behaviour = { ...instance.behaviour, statusCode: 503 }
      },
      () => swapCnames(large, environment, pick() ?? environment, id),
      () => {
        if (round % 10 === 0) terminateEnvironment(large, environment, id)
      },
      () => advanceTo(large, large.now + random.below(200_000)),
    ]
    orRefused(acts[random.below(acts.length)])
    const fresh = list(all().map((found) => environmentShape(large, found)))
    expect(element('Environments', environmentList(large, all()))).toBe(element('Environments', fresh))
  }
})

/** What is refused changes nothing, and so belongs to the test. */
function orRefused(act: (() => void) | undefined): void {
  try {
    act?.()
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
}
