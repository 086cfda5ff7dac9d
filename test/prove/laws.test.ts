import { describe, expect, it } from 'vitest'
import { STEP_IDS } from '../../electron/contract/steps.ts'
import { BLUE_NAME } from './door/account.ts'
import { DEATHS, HAND_ACTS, WISHES } from './history.ts'
import { brokenLaws, LAWS } from './laws.ts'
import { share } from './share.ts'
import { CHANGES, type Made, RESTART, type Trace, type Truth } from './trace.ts'

describe('two thousand random histories', () => {
  it('break no law, and come everywhere', async () => {
    const { counted, failure } = await share({ runs: 2_000, seed: 1 })
    expect(failure).toBeNull()
    expect(counted.histories).toBe(2_000)
    const reached = Object.keys(counted.steps)
    for (const step of STEP_IDS.slice(1)) expect(reached).toContain(`forward ${step}`)
    for (const step of ['swap', 'propagation', 'retire']) expect(reached).toContain(`rollback ${step}`)
    for (const outcome of ['completed', 'rolled-back', 'stopped']) expect(counted.outcomes[outcome]).toBeGreaterThan(20)
    const done = Object.keys(counted.done)
    for (const act of HAND_ACTS) expect(done).toContain(`hand: ${act}`)
    for (const change of CHANGES) expect(done).toContain(`we: ${change}`)
    for (const wish of WISHES) expect(done).toContain(`wish: ${wish}`)
    for (const where of DEATHS) expect(done).toContain(`crash: ${where}`)
    expect(counted.crashes).toBeGreaterThan(200)
  }, 600_000)
})

const BLUE = 'e-blue'
const GREEN = 'e-green'
const AT = 1_000_000

const truth: Truth = {
  holder: BLUE,
  coupled: [],
  retained: [],
  ours: [BLUE, GREEN],
  answering: { [BLUE]: 2, [GREEN]: 2 },
  groupsOfBlue: ['sg-blue'],
}

function made(name: Made['name'], targets: readonly string[], change: Partial<Truth> = {}): Made {
  const seen = { at: AT, cname: null }
  return {
    at: AT,
    name,
    targets,
    truth: { ...truth, ...change },
    known: {
      listed: { [BLUE]: seen, [GREEN]: seen },
      settings: { [BLUE]: AT, [GREEN]: AT },
      stack: { [BLUE]: AT, [GREEN]: AT },
      databases: AT,
      guarded: { protected: AT, snapshot: AT },
      last: `deployedSettings ${BLUE_NAME}`,
    },
    entries: 0,
  }
}

function trace(change: Partial<Trace>): Trace {
  return {
    blue: BLUE,
    entries: [],
    made: [],
    production: [],
    followed: [],
    lost: [],
    unlike: [],
    deadEnds: [],
    left: { environments: [], templates: [], held: [] },
    ...change,
  }
}

const DECOUPLE = 'aws:rds:dbinstance HasCoupledDatabase = false'
const ONE = ['aws:autoscaling:asg MinSize = 1', 'aws:autoscaling:asg MaxSize = 1']
const LATER = [
  { kind: 'route-chosen', at: AT, route: 'decouple-later' },
  { kind: 'entered', at: AT, step: 'swap' },
] as const
const AT_CLONE = [{ kind: 'entered', at: AT, step: 'clone' } as const]
const AT_RETIRE = [{ kind: 'entered', at: AT, step: 'retire' } as const]

function repair(change: Partial<Truth> = {}): Made {
  const settings = ['aws:autoscaling:asg MinSize = 4']
  const { known, ...rest } = made('updateSettings', [GREEN], change)
  return { ...rest, known: { ...known, last: '' }, settings, entries: 1 }
}

function configured(...settings: readonly string[]): Made {
  return { ...made('updateSettings', [BLUE], { coupled: [BLUE] }), settings, entries: 1 }
}

describe('each law by itself', () => {
  const unread = { known: { ...made('updateSettings', [BLUE]).known, last: 'resources e-blue' } }
  const later = (each: Made): Made => ({ ...each, entries: LATER.length })
  const swapped = made('swapCnames', [BLUE, GREEN], { coupled: [BLUE] })
  const unguarded = { ...swapped, known: { ...swapped.known, guarded: { protected: null, snapshot: null } } }
  const stale = (each: Made): Made => ({ ...each, known: { ...each.known, listed: {}, stack: { [BLUE]: null } } })
  it.each<readonly [law: string, how: RegExp, change: Partial<Trace>]>([
    ['L1', /terminate of e-blue while it held production/, { made: [made('terminate', [BLUE])] }],
    ['L1', /deploy of e-green while it held production/, { made: [made('deploy', [GREEN, '2'], { holder: GREEN })] }],
    ['L1', /not of this release/, { made: [made('deploy', [GREEN, '2'], { ours: [BLUE] })] }],
    ['L1', /without a fresh look/, { made: [stale(made('swapCnames', [BLUE, GREEN]))] }],
    ['L1', /on the way forward/, { made: [made('swapCnames', [BLUE, GREEN], { holder: GREEN })] }],
    ['L2', /was coupled/, { made: [made('swapCnames', [BLUE, GREEN], { coupled: [BLUE] })] }],
    ['L2', /was coupled/, { made: [made('terminate', [BLUE], { holder: GREEN, coupled: [BLUE] })] }],
    [
      'L2',
      /was coupled$/,
      { made: [later(made('terminate', [BLUE], { holder: GREEN, coupled: [BLUE] }))], entries: LATER },
    ],
    ['L2', /not seen protected/, { made: [later(unguarded)], entries: LATER }],
    ['L2', /no snapshot/, { made: [later(unguarded)], entries: LATER }],
    [
      'L2',
      /one of its own/,
      { made: [later(made('swapCnames', [BLUE, GREEN], { coupled: [BLUE, GREEN] }))], entries: LATER },
    ],
    ['L2', /without having read/, { made: [stale(made('terminate', [BLUE], { holder: GREEN }))] }],
    ['L3', /before propagation/, { made: [made('terminate', [BLUE], { holder: GREEN })] }],
    [
      'L3 reasons',
      /without a reason/,
      { entries: [{ kind: 'waived', at: AT, step: 'test', gate: 'bake', reason: ' ' }] },
    ],
    [
      'L4',
      /createEnvironment was made 2 times/,
      { made: [made('createEnvironment', ['g']), made('createEnvironment', ['g'])] },
    ],
    ['L4', /swapCnames was made before it was journalled/, { made: [made('swapCnames', [BLUE, GREEN])] }],
    ['L4', /several names/, { made: [made('createSnapshot', ['db', 'a']), made('createSnapshot', ['db', 'b'])] }],
    ['L4', /two greens/, { left: { environments: [GREEN, 'e-other'], templates: [], held: [] } }],
    ['L4', /template is left/, { left: { environments: [], templates: ['t'], held: [] } }],
    ['L5', /the release/, { unlike: ['the release'] }],
    ['L6', /Nothing moves/, { deadEnds: ['Nothing moves'] }],
    [
      'L7',
      /did not answer at the production URL after our deploy/,
      { production: [{ at: AT, holder: GREEN, answers: false, because: { by: 'us', what: 'deploy' } }] },
    ],
    [
      'L7',
      /where nothing answered/,
      { made: [made('swapCnames', [BLUE, GREEN], { answering: { [BLUE]: 2, [GREEN]: 0 } })] },
    ],
    [
      'L7',
      /did not answer at the production URL after our restart/,
      {
        production: [
          { at: AT, holder: BLUE, answers: false, because: { by: 'us', what: RESTART } },
          { at: AT + 90_000, holder: BLUE, answers: true, because: { by: 'us', what: RESTART } },
        ],
      },
    ],
    [
      'L8',
      /db was deleted by our terminate/,
      { lost: [{ at: AT, database: 'db', because: { by: 'us', what: 'terminate' } }] },
    ],
    ['L8', /while Retain was not deployed/, { made: [configured(DECOUPLE)] }],
    ['L8', /without a look at the policy/, { made: [{ ...configured(DECOUPLE), ...unread }] }],
    ['L8', /not sent by itself/, { made: [configured('aws:rds:dbinstance DBDeletionPolicy = Retain', DECOUPLE)] }],
    ['L8', /blue was asked for/, { made: [configured('aws:elasticbeanstalk:application:environment STAGE = x')] }],
    ['L8', /at another step/, { made: [later(configured(DECOUPLE))], entries: LATER }],
    ['L8', /while it held production/, { made: [later(configured(DECOUPLE))], entries: LATER }],
    [
      'L8',
      /blue was asked for/,
      { made: [later(configured('aws:autoscaling:launchconfiguration SecurityGroups = sg-1'))], entries: LATER },
    ],
    ['L8', /shrunk while it held production/, { made: [configured(...ONE)], entries: AT_RETIRE }],
    ['L1', /rebuild of e-blue, which is there/, { made: [made('rebuild', [BLUE])] }],
    ['L9', /a group of blue/, { made: [made('revokeIngress', ['sg-blue'])] }],
    ['L9', /green was changed while it held production/, { made: [repair({ holder: GREEN })], entries: AT_CLONE }],
    ['L9', /green was asked for .* at forward retire/, { made: [repair()], entries: AT_RETIRE }],
    [
      'L9',
      /green still has MinSize = 4/,
      {
        left: { environments: [GREEN], templates: [], held: ['MinSize = 4'] },
        entries: [{ kind: 'ended', at: AT, outcome: 'completed' }],
      },
    ],
  ])('%s says so: %s', (law, how, change) => {
    expect(
      brokenLaws(trace(change))
        .filter((each) => each.law === law)
        .map((each) => each.how)
        .join('\n'),
    ).toMatch(how)
  })

  it('lets a coupled blue be left where it is decoupled after the swap, and is guarded', () => {
    const swap = { ...made('swapCnames', [BLUE, GREEN], { coupled: [BLUE] }), entries: LATER.length }
    const broken = brokenLaws(trace({ made: [swap], entries: LATER }))
    expect(broken.filter(({ law }) => law === 'L2')).toEqual([])
  })

  it('blames nobody for what another hand did', () => {
    const because = { by: 'another hand', what: 'terminate blue' } as const
    expect(brokenLaws(trace({ production: [{ at: AT, holder: null, answers: false, because }] }))).toEqual([])
  })

  it('has words for the operator’s question what it promises', () => {
    for (const { says } of Object.values(LAWS)) expect(says.length).toBeGreaterThan(20)
  })
})
