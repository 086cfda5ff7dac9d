import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, advanceTo } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import { abortUpdate } from '../../../electron/practice/model/configure.ts'
import {
  createEnvironment,
  rebuildEnvironment,
  updateEnvironment,
} from '../../../electron/practice/model/environments.ts'
import { healthOf } from '../../../electron/practice/model/health.ts'
import { publicNames } from '../../../electron/practice/model/public-names.ts'
import type { EnvironmentRecord } from '../../../electron/practice/model/records.ts'
import { createPracticeAccount } from '../../../electron/practice/model/seed.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { terminateEnvironment } from '../../../electron/practice/model/terminate.ts'

const PLATFORM = 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 22 running on 64bit Amazon Linux 2023'

type Act = readonly [
  kind: 'create' | 'deploy' | 'resize' | 'abort' | 'swap' | 'terminate' | 'rebuild',
  first: number,
  second: number,
  seconds: number,
]

const act: fc.Arbitrary<Act> = fc.tuple(
  fc.constantFrom('create', 'deploy', 'resize', 'abort', 'swap', 'terminate', 'rebuild'),
  fc.nat(6),
  fc.nat(6),
  fc.nat(500),
)

function perform(account: Account, [kind, first, second, seconds]: Act): void {
  const all = [...account.environments.values()]
  const pick = (index: number): EnvironmentRecord => {
    const found = all[index % all.length]
    if (found === undefined) throw new Error('The account has no environment.')
    return found
  }
  const environment = pick(first)
  const requestId = account.random.uuid()
  try {
    if (kind === 'create') {
      createEnvironment(
        account,
        {
          applicationName: 'shop',
          environmentName: `shop-${first}`,
          cnamePrefix: `shop-${second}`,
          versionLabel: '1.4.2',
          platformArn: PLATFORM,
          settings: [],
        },
        requestId,
      )
    } else if (kind === 'deploy')
      updateEnvironment(account, environment, { versionLabel: '1.4.1', set: [], remove: [] }, requestId)
    else if (kind === 'resize') {
      updateEnvironment(
        account,
        environment,
        {
          set: [{ namespace: 'aws:autoscaling:asg', optionName: 'MinSize', value: String(1 + (second % 4)) }],
          remove: [],
        },
        requestId,
      )
    } else if (kind === 'abort') abortUpdate(account, environment, requestId)
    else if (kind === 'swap') swapCnames(account, environment, pick(second), requestId)
    else if (kind === 'terminate') terminateEnvironment(account, environment, requestId)
    else rebuildEnvironment(account, environment, requestId)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
  advanceTo(account, account.now + seconds * 1000)
}

function expectSound(account: Account): void {
  const living = [...account.environments.values()].filter(({ status }) => status !== 'Terminated')
  const cnames = living.flatMap(({ cname }) => cname ?? [])
  expect(new Set(cnames).size).toBe(cnames.length)
  expect(new Set(living.map(({ name }) => name)).size).toBe(living.length)
  // Those behind a shared load balancer have its addresses.
  const fronts = new Map(living.map(({ id, front }) => [front?.name ?? id, front?.addresses ?? []]))
  const addresses = [...fronts.values()].flat()
  expect(new Set(addresses).size).toBe(addresses.length)
  expect(account.events.every(({ date }, index) => date >= (account.events[index - 1]?.date ?? 0))).toBe(true)
  for (const environment of living) {
    expect(environment.status === 'Ready').toBe(environment.operation === undefined)
    expect(['Green', 'Yellow', 'Red', 'Grey']).toContain(healthOf(account, environment).color)
  }
  const names = publicNames(account).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
}

describe('whatever is done to the account', () => {
  it('stays sound, and comes to rest', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const account = createPracticeAccount({
          accountId: '123456789012',
          region: 'eu-central-1',
          seed: 3,
          now: 1_800_000_000_000,
        })
        for (const next of acts) {
          perform(account, next)
          expectSound(account)
        }
        advanceTo(account, account.now + 4 * 3_600_000)
        for (const { status } of account.environments.values()) expect(['Ready', 'Terminated']).toContain(status)
      }),
      { numRuns: 150 },
    )
  })

  it('swaps back with a second swap', () => {
    fc.assert(
      fc.property(fc.boolean(), (turned) => {
        const account = createPracticeAccount({
          accountId: '123456789012',
          region: 'eu-central-1',
          seed: 3,
          now: 1_800_000_000_000,
        })
        const wanted = {
          applicationName: 'shop',
          environmentName: 'shop-green',
          versionLabel: '1.4.2',
          platformArn: PLATFORM,
          settings: [],
        }
        const green = createEnvironment(account, wanted, 'r')
        advanceTo(account, account.now + 400_000)
        const [blue] = account.environments.values()
        if (blue === undefined) throw new Error('The account has no environment.')
        const before = publicNames(account)
        for (const [source, destination] of turned
          ? ([
              [blue, green],
              [green, blue],
            ] as const)
          : ([
              [green, blue],
              [green, blue],
            ] as const)) {
          swapCnames(account, source, destination, 'r')
          advanceTo(account, account.now + 10_000)
        }
        expect(publicNames(account)).toEqual(before)
      }),
    )
  })
})
