import { describe, expect, it } from 'vitest'
import { problem } from '../../../electron/contract/problem.ts'
import type { ReleaseState } from '../../../electron/release/state.ts'
import { evidence, gate, type Sight } from '../../../electron/release/step.ts'
import { swap } from '../../../electron/release/steps/swap.ts'
import { START } from '../cloud.ts'
import { answered, environment, greenEnvironment, health, ok, sight, stateAt, swappedSight } from '../things.ts'

type Facts = Parameters<typeof swap.judge>[2]

const database = {
  environment: environment(),
  settings: ok([
    { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'false', resourceName: null },
  ]),
  resources: ok([]),
  databases: ok([]),
  bundle: ok(null),
  referring: ok([]),
}
const version = {
  label: '1.5.0',
  description: '',
  status: 'PROCESSED',
  createdAt: START,
  bucket: 'elasticbeanstalk-eu-central-1-111122223333',
  key: 'shop/1.zip',
}
const denied = { ok: false, at: START, problem: problem('access-denied', 'No').problem } as const
const quiet = { releases: ok([]), updates: ok([]) }
const unchanged = { differences: ok([]), version: ok(version), neighbours: quiet }
const none: Facts = { database: null, unchanged: null, production: null }
const well: Facts = { database, unchanged, production: null }
const tested = stateAt('swap', { test: { provedAt: START }, swap: { leverAt: START } })

function closed(state: ReleaseState, seen: Sight, facts: Facts = well): readonly string[] {
  return (swap.judge(state, seen, facts).gates ?? [])
    .filter(({ status }) => status !== 'passed')
    .map(({ id, status }) => `${id} ${status}`)
}

describe('the gates of the swap', () => {
  it('are open when both are well', () => {
    expect(swap.judge(tested, sight(), well)).toMatchObject({ due: 'swap-cnames', stuck: null })
    expect(closed(tested, sight())).toEqual([])
  })

  it.each<[string, ReleaseState, Sight, Facts, readonly string[]]>([
    [
      'another application',
      tested,
      sight({ green: greenEnvironment({ application: 'other' }) }),
      well,
      ['one-application failed'],
    ],
    [
      'green is Updating',
      tested,
      sight({ green: greenEnvironment({ status: 'Updating' }) }),
      well,
      ['nothing-in-flight waiting', 'target-ok waiting'],
    ],
    [
      'blue is Updating',
      tested,
      sight({ blue: environment({ status: 'Updating' }) }),
      well,
      ['nothing-in-flight waiting'],
    ],
    [
      'green is Severe',
      tested,
      sight({ green: greenEnvironment({ healthStatus: 'Severe', healthColor: 'Red' }) }),
      well,
      ['target-ok failed'],
    ],
    [
      'green is Info',
      tested,
      sight({ green: greenEnvironment({ healthStatus: 'Info' }) }),
      well,
      ['target-ok waiting'],
    ],
    [
      'somebody swapped the URL away',
      tested,
      sight({ blue: environment({ cname: 'else.example' }) }),
      well,
      ['holder failed'],
    ],
    [
      'green runs what was not tested',
      tested,
      sight({ green: greenEnvironment({ versionLabel: '1.4.9' }) }),
      well,
      ['still-tested failed'],
    ],
    ['the test is not proved', stateAt('swap'), sight(), well, ['still-tested failed']],
    ['independence could not be read again', tested, sight(), { ...well, database: null }, ['independent unknown']],
    [
      'the stack could not be read again',
      tested,
      sight(),
      { ...well, database: { ...database, resources: ok(null) } },
      ['independent unknown'],
    ],
    [
      'the configuration was changed since the clone',
      tested,
      sight(),
      { ...well, unchanged: { ...unchanged, differences: ok(['aws:autoscaling:asg/MinSize: blue “4”, green “2”']) } },
      ['same-configuration failed'],
    ],
    [
      'the configuration cannot be read',
      tested,
      sight(),
      { ...well, unchanged: { ...unchanged, differences: denied } },
      ['same-configuration unknown'],
    ],
    [
      'the version was deleted',
      tested,
      sight(),
      { ...well, unchanged: { ...unchanged, version: ok(null) } },
      ['version-there failed'],
    ],
    [
      'another Signalbox made a green too',
      tested,
      sight(),
      {
        ...well,
        unchanged: {
          ...unchanged,
          neighbours: { ...quiet, releases: ok([{ environment: 'shop-x', release: 'r-2' }]) },
        },
      },
      ['only-release failed'],
    ],
    [
      'green is gone',
      tested,
      sight({ green: null }),
      well,
      ['one-application failed', 'nothing-in-flight waiting', 'target-ok unknown', 'still-tested failed'],
    ],
  ])('%s', (_words, state, seen, facts, expected) => {
    expect(closed(state, seen, facts)).toEqual(expected)
  })

  it('can only be waived where no production, no data and no untested version hangs on them', () => {
    const gates = swap.judge(tested, sight(), well).gates ?? []
    expect(gates.filter(({ waivable }) => waivable).map(({ id }) => id)).toEqual([
      'same-configuration',
      'version-there',
      'no-managed-update',
      'only-release',
    ])
  })

  it('take a difference that was decided upon after the clone for no new one', () => {
    const line = 'aws:autoscaling:asg/MinSize: blue “2”, green “1”'
    const proof = gate('same-settings', 'Green has the settings of blue', 'failed', '1 differs', [
      evidence('elasticbeanstalk:DescribeConfigurationSettings', START, line),
    ])
    const state = stateAt('swap', {
      clone: { proofs: [proof] },
      test: { provedAt: START },
      swap: { leverAt: START },
    })
    const facts = { ...well, unchanged: { ...unchanged, differences: ok([line]) } }
    expect(closed(state, sight(), facts)).toEqual([])
  })
})

describe('the swap', () => {
  const asked = (milliseconds: number) =>
    stateAt('swap', {
      swap: {
        leverAt: START,
        intents: { 'swap-cnames': START - milliseconds },
        effects: { 'swap-cnames': START - milliseconds },
      },
    })
  const answer = answered()

  it('waits while AWS is at it', () => {
    expect(swap.judge(asked(5_000), sight({ blue: environment({ status: 'Updating' }) }), well)).toMatchObject({
      due: null,
      stuck: null,
      gates: null,
    })
  })

  it('is not asked for again while AWS may still be reading late', () => {
    expect(swap.judge(asked(50_000), sight(), well)).toMatchObject({ due: null, stuck: null })
  })

  it('is said not to have happened only once reads cannot lag any more', () => {
    expect(swap.judge(asked(61_000), sight(), well).stuck?.title).toBe('The swap did not happen')
  })

  it.each<[string, Sight, Facts, readonly string[]]>([
    [
      'both Ready, answered by green',
      swappedSight(),
      { ...none, production: { answer, by: 'green' } },
      ['passed', 'passed'],
    ],
    ['answered by blue still', swappedSight(), { ...none, production: { answer, by: 'blue' } }, ['passed', 'waiting']],
    [
      'answered by nobody known',
      swappedSight(),
      { ...none, production: { answer, by: 'other' } },
      ['passed', 'waiting'],
    ],
    ['not asked yet', swappedSight(), none, ['passed', 'waiting']],
    [
      'still Updating',
      swappedSight({ green: greenEnvironment({ cname: sight().blue?.cname ?? null, status: 'Updating' }) }),
      { ...none, production: { answer, by: 'green' } },
      ['waiting', 'passed'],
    ],
  ])('is proved by both CNAMEs and the answer: %s', (_words, seen, facts, expected) => {
    const found = swap.judge(asked(10_000), seen, facts)
    expect(found.due).toBeNull()
    expect(found.proofs.map(({ status }) => status)).toEqual(expected)
  })
})

describe('the swap back', () => {
  const back = (change: Partial<ReleaseState> = {}) => {
    const state = stateAt('swap')
    return { ...state, release: { ...state.release, track: 'rollback' as const }, rollbackSwapped: true, ...change }
  }

  it.each<[string, Sight, readonly string[]]>([
    ['is open when blue can carry the traffic', swappedSight(), []],
    ['waits for enough instances of blue', swappedSight({ blueHealth: health({}, 1) }), ['capacity failed']],
    ['is unknown with basic health', swappedSight({ blueHealth: null }), ['capacity unknown']],
    [
      'does not count instances that are not Ok',
      swappedSight({
        blueHealth: health({ instances: [{ id: 'i', status: 'Severe', versionLabel: null, causes: [] }] }),
      }),
      ['capacity failed'],
    ],
    [
      'does not ask green to be well',
      swappedSight({
        green: greenEnvironment({ cname: sight().blue?.cname ?? null, healthStatus: 'Severe', healthColor: 'Red' }),
      }),
      [],
    ],
  ])('%s', (_words, seen, expected) => {
    expect(closed(back(), seen, none)).toEqual(expected)
  })

  it('is closed for good where nothing counts the instances and a termination that was given up took them', () => {
    const group = (status: string) => ({ logicalId: 'AWSEBAutoScalingGroup', physicalId: 'asg', type: 'ASG', status })
    const capacity = (status: string) =>
      swap
        .judge(back(), swappedSight({ blueHealth: null }), { ...none, stack: ok([group(status)]) })
        .gates?.find(({ id }) => id === 'capacity')
    expect(capacity('CREATE_COMPLETE')).toMatchObject({ status: 'unknown', waivable: true })
    expect(capacity('DELETE_COMPLETE')).toMatchObject({ status: 'failed', waivable: false })
  })
})
