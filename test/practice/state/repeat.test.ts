import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, type FaultLimit, type ModelFaults, NO_FAULTS } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import { makeChange } from '../../../electron/practice/server/changes.ts'
import { type AdjustableClock, createClock } from '../../../electron/practice/server/clock.ts'
import { type Cloud, createCloud } from '../../../electron/practice/server/cloud.ts'
import { applyFault, applyHand } from '../../../electron/practice/server/hand.ts'
import { type ObjectStore, openObjectStore } from '../../../electron/practice/server/s3/object-store.ts'
import { type Entry, parseEntry } from '../../../electron/practice/server/state/entry.ts'
import { repeat } from '../../../electron/practice/server/state/repeat.ts'

const START = 1_800_000_000_000
const SEED = 7
const REGION = 'eu-central-1'
const PLATFORM = 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 22 running on 64bit Amazon Linux 2023'
const ENVIRONMENTS = [
  'shop-production',
  'reports-production',
  'ledger-production',
  'intranet-production',
  'shop-green',
  'shop-blue',
]

/** An account with a clock that the test moves, and everything that was kept of it. */
interface World {
  readonly cloud: Cloud
  readonly objects: ObjectStore
  readonly entries: Entry[]
  pass(milliseconds: number): void
}

// What is in the files is not the subject here.
const objects: ObjectStore = await openObjectStore({ keep: () => {} })

function worldOf(entries: readonly Entry[] = [], now = START): World {
  let real = 0
  const clock: AdjustableClock = createClock(now, 1, () => real)
  const kept: Entry[] = []
  let isOn = false
  const add = (entry: Entry): void => {
    // As it comes back from the disk.
    if (isOn) kept.push(parseEntry(JSON.stringify(entry)))
  }
  const keeper = { keep: add, note: add, reached: () => {} }
  const cloud = createCloud({ clock, region: REGION, seed: SEED, start: START, keeper })
  repeat(cloud, objects, entries)
  if (entries.length > 0) cloud.goOn()
  isOn = true
  kept.push(...entries)
  return {
    cloud,
    objects,
    entries: kept,
    pass: (milliseconds) => {
      real += milliseconds
    },
  }
}

type Step =
  | { readonly kind: 'call'; readonly action: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'hand'; readonly said: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fault'; readonly fault: keyof ModelFaults; readonly count: number; readonly limit: FaultLimit }
  | { readonly kind: 'traffic'; readonly statusCode: number }
  | { readonly kind: 'look' }

const FAULT_NAMES = Object.keys(NO_FAULTS) as (keyof ModelFaults)[]

const environment = fc.constantFrom(...ENVIRONMENTS)
const call = (action: string, parameters: fc.Arbitrary<Readonly<Record<string, string>>>): fc.Arbitrary<Step> =>
  parameters.map((said) => ({ kind: 'call' as const, action, parameters: said }))

const change: fc.Arbitrary<Step> = fc.oneof<fc.Arbitrary<Step>[]>(
  call(
    'CreateEnvironment',
    fc.record({
      ApplicationName: fc.constant('shop'),
      EnvironmentName: fc.constantFrom('shop-green', 'shop-blue'),
      CNAMEPrefix: fc.constantFrom('shop-green', 'shop-blue', 'shop'),
      VersionLabel: fc.constantFrom('1.4.1', '1.4.2', 'missing'),
      PlatformArn: fc.constant(PLATFORM),
      'OptionSettings.member.1.Namespace': fc.constant('aws:elasticbeanstalk:environment'),
      'OptionSettings.member.1.OptionName': fc.constant('EnvironmentType'),
      'OptionSettings.member.1.Value': fc.constantFrom('LoadBalanced', 'SingleInstance'),
    }),
  ),
  call(
    'UpdateEnvironment',
    fc.record({ EnvironmentName: environment, VersionLabel: fc.constantFrom('1.4.1', '1.4.2') }),
  ),
  call(
    'UpdateEnvironment',
    fc.record({
      EnvironmentName: environment,
      'OptionSettings.member.1.Namespace': fc.constant('aws:autoscaling:asg'),
      'OptionSettings.member.1.OptionName': fc.constant('MinSize'),
      'OptionSettings.member.1.Value': fc.constantFrom('1', '2', '3'),
    }),
  ),
  call(
    'SwapEnvironmentCNAMEs',
    fc.record({ SourceEnvironmentName: environment, DestinationEnvironmentName: environment }),
  ),
  fc
    .tuple(
      environment,
      fc.constantFrom(
        ['aws:elasticbeanstalk:command', 'DeploymentPolicy', 'Immutable'],
        ['aws:elasticbeanstalk:command', 'DeploymentPolicy', 'RollingWithAdditionalBatch'],
        ['aws:elasticbeanstalk:managedactions', 'ManagedActionsEnabled', 'true'],
        ['aws:rds:dbinstance', 'HasCoupledDatabase', 'false'],
      ),
    )
    .map(([EnvironmentName, [Namespace = '', OptionName = '', Value = '']]) => ({
      kind: 'call',
      action: 'UpdateEnvironment',
      parameters: {
        EnvironmentName,
        'OptionSettings.member.1.Namespace': Namespace,
        'OptionSettings.member.1.OptionName': OptionName,
        'OptionSettings.member.1.Value': Value,
      },
    })),
  call('RestartAppServer', fc.record({ EnvironmentName: environment })),
  call('RequestEnvironmentInfo', fc.record({ EnvironmentName: environment, InfoType: fc.constant('tail') })),
  call('TerminateEnvironment', fc.record({ EnvironmentName: environment })),
  call('RebuildEnvironment', fc.record({ EnvironmentName: environment })),
  call('AbortEnvironmentUpdate', fc.record({ EnvironmentName: environment })),
  call('CreateApplication', fc.record({ ApplicationName: fc.constantFrom('new', 'shop') })),
  call(
    'CreateConfigurationTemplate',
    fc.record({
      ApplicationName: fc.constant('shop'),
      TemplateName: fc.constantFrom('one', 'two'),
      PlatformArn: fc.constant(PLATFORM),
    }),
  ),
  fc
    .record({
      fault: fc.constantFrom(...FAULT_NAMES),
      count: fc.nat(2),
      limit: fc.record(
        {
          environment,
          probability: fc.constant(0.5),
          actions: fc.constant(['elasticbeanstalk:UpdateEnvironment', 'elasticbeanstalk:CreateEnvironment']),
        },
        { requiredKeys: [] },
      ),
    })
    .map((said) => ({ kind: 'fault', ...said })),
  fc
    .record({
      action: fc.constantFrom(
        'deploy',
        'terminate',
        'health',
        'claim-cname',
        'remove-references',
        'managed-update',
        'other-operator',
        'couple-database',
        'delete-database',
        'extension-database',
        'refer-to-group',
        'protect-database',
        'scale',
      ),
      policy: fc.constantFrom('Delete', 'Snapshot', 'Retain'),
      instances: fc.nat(4),
      environment,
      versionLabel: fc.constant('1.4.1'),
      status: fc.constantFrom('Severe', 'Warning', undefined),
      prefix: fc.constant('shop-green'),
    })
    .map((said) => ({ kind: 'hand', said })),
  fc.constant({ kind: 'look' }),
)
const traffic: fc.Arbitrary<Step> = fc
  .constantFrom(200, 200, 200, 500)
  .map((statusCode) => ({ kind: 'traffic', statusCode }))

/** A step, after some time. */
const timed = (step: fc.Arbitrary<Step>) =>
  fc.tuple(
    fc.oneof(
      { weight: 10, arbitrary: fc.nat(20_000) },
      { weight: 10, arbitrary: fc.nat(700_000) },
      { weight: 1, arbitrary: fc.nat(7 * 86_400_000) },
    ),
    step,
  )

function perform(world: World, step: Step): void {
  const { cloud } = world
  const account = cloud.practice
  try {
    if (step.kind === 'call') {
      const { operator } = cloud.principals
      makeChange(
        cloud,
        world.objects,
        {
          principal: operator,
          region: REGION,
          service: 'elasticbeanstalk',
          action: step.action,
          pairs: Object.entries(step.parameters),
          facts: {},
        },
        () => {},
      )
    } else if (step.kind === 'hand') {
      cloud.keeper.keep({ kind: 'hand', at: account.now, said: step.said, chance: account.random.state() })
      applyHand(account, step.said)
    } else if (step.kind === 'fault') {
      const { fault, count, limit } = step
      cloud.keeper.keep({ kind: 'fault', at: account.now, fault, count, limit })
      applyFault(account, step)
    } else if (step.kind === 'traffic') {
      for (const { id } of account.environments.values()) {
        cloud.network.served(id, { statusCode: step.statusCode, latencyMilliseconds: 10, count: 5 })
      }
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
}

// How health is watched and what was answered lately: neither is told to any client as such.
const PASSING = new Set([
  'schedule',
  'lookAt',
  'look',
  'healthChanged',
  'healthCheckPending',
  'traffic',
  'requestCounts',
])

/** Everything the account knows, as plain data. */
function stateOf(account: Account): unknown {
  const plain = (value: unknown): unknown => {
    if (value instanceof Map) return [...value].map(plain)
    if (value instanceof Set) return [...value].map(plain)
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (PASSING.has(name) ? [] : [[name, plain(member)]])),
    )
  }
  return plain({ ...account, random: account.random.state() })
}

describe('an account that is opened again', () => {
  it('is the one that was left, and goes on as if it had not been', () => {
    fc.assert(
      fc.property(
        fc.array(timed(change), { maxLength: 25 }),
        fc.array(fc.nat(24), { maxLength: 3 }),
        fc.boolean(),
        (steps, crashes, ticks) => {
          const whole = worldOf()
          let broken = worldOf()
          const found: (readonly [unknown, unknown])[] = []
          steps.forEach(([milliseconds, step], index) => {
            whole.pass(milliseconds)
            perform(whole, step)
            if (ticks) {
              // Who looks in between, and how often, changes nothing.
              broken.pass(Math.floor(milliseconds / 3))
              broken.cloud.advance()
              broken.pass(milliseconds - Math.floor(milliseconds / 3))
            } else broken.pass(milliseconds)
            perform(broken, step)
            if (!crashes.includes(index)) return
            const left = stateOf(broken.cloud.practice)
            broken = worldOf(broken.entries, broken.cloud.clock.now())
            found.push([stateOf(broken.cloud.practice), left])
          })
          for (const [state, left] of found) expect(state).toEqual(left)
          for (const world of [whole, broken]) world.pass(3_600_000)
          expect(stateOf(broken.cloud.practice)).toEqual(stateOf(whole.cloud.practice))
        },
      ),
      { numRuns: 120 },
    )
  })

  it('knows of every change of health that its traffic caused', () => {
    fc.assert(
      fc.property(fc.array(timed(fc.oneof(change, traffic, traffic)), { maxLength: 40 }), (steps) => {
        const world = worldOf()
        for (const [milliseconds, step] of steps) {
          world.pass(milliseconds)
          perform(world, step)
        }
        const reopened = worldOf(world.entries, world.cloud.clock.now())
        expect(stateOf(reopened.cloud.practice)).toEqual(stateOf(world.cloud.practice))
      }),
      { numRuns: 120 },
    )
  })

  it('takes work for 10,000 calls as they took themselves, not for each over again', () => {
    const begun = process.cpuUsage()
    const world = worldOf()
    for (let index = 0; index < 10_000; index += 1) {
      world.pass(200_000)
      const action = index % 2 === 0 ? 'UpdateEnvironment' : 'UpdateApplication'
      const parameters = { ApplicationName: 'shop', EnvironmentName: 'shop-production', VersionLabel: '1.4.1' }
      perform(world, { kind: 'call', action, parameters })
    }
    const lines = world.entries.map((entry) => JSON.stringify(entry))
    // The work, not the wait for a processor that others use too.
    const made = process.cpuUsage(begun)
    const before = process.cpuUsage()
    const reopened = worldOf(lines.map(parseEntry), world.cloud.clock.now())
    const opened = process.cpuUsage(before)
    expect(stateOf(reopened.cloud.practice)).toEqual(stateOf(world.cloud.practice))
    // Three quarters of it mostly; the garbage of both is collected whenever it is.
    expect(opened.user + opened.system).toBeLessThan(4 * (made.user + made.system))
  })

  it('does not take the log of another account for its own', () => {
    const world = worldOf()
    perform(world, { kind: 'call', action: 'CreateApplication', parameters: { ApplicationName: 'new' } })
    const foreign = world.entries.map((entry) =>
      entry.kind === 'call' ? { ...entry, chance: entry.chance ^ 1 } : entry,
    )
    expect(() => worldOf(foreign)).toThrow('another version')
  })
})
