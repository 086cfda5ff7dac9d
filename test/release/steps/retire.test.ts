import { describe, expect, it } from 'vitest'
import { problem } from '../../../electron/contract/problem.ts'
import type { ReleaseState } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { retire } from '../../../electron/release/steps/retire.ts'
import { PRODUCTION, START } from '../cloud.ts'
import { answered, environment, greenEnvironment, ok, sight, stateAt, swappedSight } from '../things.ts'
import { fakeAccount, handsOn } from '../world.ts'

type Facts = Parameters<typeof retire.judge>[2]

const denied = { ok: false, at: START, problem: problem('access-denied', 'AWS does not allow this').problem } as const
const group = {
  logicalId: 'AWSEBSecurityGroup',
  physicalId: 'sg-1',
  type: 'AWS::EC2::SecurityGroup',
  status: 'CREATE_COMPLETE',
}
const answer = answered()
const settings = ok([
  { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'false', resourceName: null },
])
const evidence = (resources: NonNullable<Facts['resources']>) => ({
  database: { environment: environment(), settings, resources, databases: ok([]), bundle: ok(null), referring: ok([]) },
  resources,
})
const well: Facts = { ...evidence(ok([group])), referring: ok([]), stays: answer, templateLeft: false, held: null }
const ready = stateAt('retire', { propagation: { provedAt: START }, retire: { leverAt: START, typedUrl: PRODUCTION } })
const database = { ...group, logicalId: 'Db', physicalId: 'shop-db', type: 'AWS::RDS::DBInstance' }

function closed(state: ReleaseState, seen: Sight, facts: Facts = well): readonly string[] {
  return (retire.judge(state, seen, facts).gates ?? [])
    .filter(({ status }) => status !== 'passed')
    .map(({ id, status }) => `${id} ${status}`)
}

describe('the gates of retire', () => {
  it('are open when everything is proved', () => {
    expect(closed(ready, swappedSight())).toEqual([])
    expect(retire.judge(ready, swappedSight(), well).due).toBe('terminate-environment')
  })

  it.each<[string, ReleaseState, Sight, Facts, readonly string[]]>([
    ['blue holds the production URL', ready, sight(), well, ['holds-no-production failed']],
    [
      'neither holds it',
      ready,
      swappedSight({ green: greenEnvironment({ cname: 'else.example' }) }),
      well,
      ['holds-no-production unknown'],
    ],
    [
      'blue is Updating',
      ready,
      swappedSight({ blue: environment({ cname: 'x', status: 'Updating' }) }),
      well,
      ['nothing-in-flight waiting'],
    ],
    [
      'its stack holds a database',
      ready,
      swappedSight(),
      { ...well, ...evidence(ok([group, database])) },
      ['independent failed'],
    ],
    [
      'its stack cannot be read',
      ready,
      swappedSight(),
      { ...well, ...evidence(denied) },
      ['independent unknown', 'no-other-data unknown'],
    ],
    ['its stack is not found', ready, swappedSight(), { ...well, ...evidence(ok(null)) }, ['independent unknown']],
    [
      'nothing was read',
      ready,
      swappedSight(),
      { ...well, database: null, resources: null, referring: null },
      ['independent unknown', 'no-dependants unknown'],
    ],
    [
      'another security group lets it in',
      ready,
      swappedSight(),
      { ...well, referring: ok([{ id: 'sg-2', name: 'db' }]) },
      ['no-dependants failed'],
    ],
    [
      'security groups cannot be read',
      ready,
      swappedSight(),
      { ...well, referring: denied },
      ['no-dependants unknown'],
    ],
    [
      'green is not Ok',
      ready,
      swappedSight({ green: greenEnvironment({ cname: PRODUCTION, healthStatus: 'Severe', healthColor: 'Red' }) }),
      well,
      ['target-ok failed'],
    ],
    [
      'green does not answer',
      ready,
      swappedSight(),
      { ...well, stays: { kind: 'failure', detail: 'refused', milliseconds: 1, address: null } },
      ['still-answers waiting'],
    ],
    [
      'green answers with errors',
      ready,
      swappedSight(),
      { ...well, stays: { ...answer, status: 503 } },
      ['still-answers waiting'],
    ],
    [
      'propagation is not proved',
      stateAt('retire', { retire: { leverAt: START, typedUrl: PRODUCTION } }),
      swappedSight(),
      well,
      ['propagation-proved failed'],
    ],
    [
      'nothing was typed',
      stateAt('retire', { propagation: { provedAt: START } }),
      swappedSight(),
      well,
      ['typed-url waiting'],
    ],
    [
      'something else was typed',
      stateAt('retire', { propagation: { provedAt: START }, retire: { typedUrl: 'shop' } }),
      swappedSight(),
      well,
      ['typed-url waiting'],
    ],
  ])('%s', (_words, state, seen, facts, expected) => {
    expect(closed(state, seen, facts)).toEqual(expected)
  })

  it.each(['holds-no-production', 'independent', 'propagation-proved', 'typed-url'])('%s can never be waived', (id) => {
    const worst = retire.judge(stateAt('retire'), sight(), { ...well, ...evidence(denied) })
    expect(worst.gates?.find((gate) => gate.id === id)).toMatchObject({ waivable: false })
  })

  it('accept the production URL in any case', () => {
    const typed = stateAt('retire', {
      propagation: { provedAt: START },
      retire: { leverAt: START, typedUrl: PRODUCTION.toUpperCase() },
    })
    expect(closed(typed, swappedSight())).toEqual([])
  })
})

describe('retire', () => {
  const asked = (milliseconds: number) =>
    stateAt('retire', {
      retire: { leverAt: START, typedUrl: PRODUCTION, effects: { 'terminate-environment': START - milliseconds } },
    })
  const gone = swappedSight({ blue: environment({ status: 'Terminated', cname: null }) })

  it('shows how far the termination has come', () => {
    const found = retire.judge(
      asked(135_000),
      swappedSight({ blue: environment({ cname: 'x', status: 'Terminating' }) }),
      well,
    )
    expect(found).toMatchObject({ due: null, stuck: null, progress: { fraction: 0.5 } })
  })

  it('waits before it says that the termination was given up', () => {
    expect(retire.judge(asked(20_000), swappedSight(), well)).toMatchObject({ due: null, stuck: null })
    expect(retire.judge(asked(31_000), swappedSight(), well).stuck?.title).toBe('shop-blue was not terminated')
  })

  it.each<[string, Sight, Facts, readonly string[]]>([
    [
      'all is gone',
      gone,
      { ...well, ...evidence(ok(null)) },
      ['terminated passed', 'stack-gone passed', 'production-stays passed'],
    ],
    [
      'AWS does not even list it',
      swappedSight({ blue: null }),
      { ...well, ...evidence(ok(null)) },
      ['terminated passed', 'stack-gone passed', 'production-stays passed'],
    ],
    [
      'the stack lists deleted resources only',
      gone,
      { ...well, ...evidence(ok([{ ...group, status: 'DELETE_COMPLETE' }])) },
      ['terminated passed', 'stack-gone passed', 'production-stays passed'],
    ],
    ['the stack is there still', gone, well, ['terminated passed', 'stack-gone waiting', 'production-stays passed']],
    [
      'the stack cannot be read',
      gone,
      { ...well, ...evidence(denied) },
      ['terminated passed', 'stack-gone unknown', 'production-stays passed'],
    ],
    [
      'green does not answer',
      gone,
      { ...well, ...evidence(ok(null)), stays: { kind: 'failure', detail: '', milliseconds: 1, address: null } },
      ['terminated passed', 'stack-gone passed', 'production-stays waiting'],
    ],
    [
      'green lost the production URL',
      swappedSight({ blue: null, green: greenEnvironment({ cname: 'x' }) }),
      { ...well, ...evidence(ok(null)) },
      ['terminated passed', 'stack-gone passed', 'production-stays waiting'],
    ],
  ])('is proved when %s', (_words, seen, facts, expected) => {
    expect(retire.judge(asked(300_000), seen, facts).proofs.map(({ id, status }) => `${id} ${status}`)).toEqual(
      expected,
    )
  })
})

describe('removing green on the way back', () => {
  const back = (rollbackSwapped: boolean, change: Partial<ReleaseState['release']> = {}) => {
    const state = stateAt('retire', { clone: { intents: { 'create-environment': START } } })
    return { ...state, release: { ...state.release, track: 'rollback' as const, ...change }, rollbackSwapped }
  }

  it('asks for no typed URL where green never held it', () => {
    expect(closed(back(false), sight())).toEqual([])
  })

  it('asks for the typed URL and the propagation where green held it', () => {
    expect(closed(back(true), sight())).toEqual(['propagation-proved failed', 'typed-url waiting'])
  })

  it('never removes the environment that holds production', () => {
    expect(closed(back(false), swappedSight())).toEqual(['holds-no-production failed'])
  })

  it.each<[string, boolean, string | null]>([
    ['aborts an update that can be aborted', true, 'abort-update'],
    ['waits for one that cannot', false, null],
  ])('%s', (_words, abortable, due) => {
    const seen = sight({ green: greenEnvironment({ status: 'Updating', abortable }) })
    expect(retire.judge(back(false), seen, well).due).toBe(due)
  })

  it('waits whether a create that was never answered appears after all', () => {
    const state = back(false, { green: { ...stateAt('retire').release.green, id: null } })
    const unseen = sight({ green: null })
    const none: Facts = {
      database: null,
      resources: null,
      referring: null,
      stays: null,
      templateLeft: false,
      held: null,
    }
    expect(retire.judge(state, unseen, none).proofs).toEqual([])
    expect(
      retire.judge(state, { ...unseen, at: START + 121_000 }, none).proofs.every(({ status }) => status === 'passed'),
    ).toBe(true)
  })

  it('deletes the temporary template that is left', () => {
    expect(
      retire.judge(back(false), sight({ green: null }), { ...well, ...evidence(ok(null)), templateLeft: true }).due,
    ).toBe('delete-template')
  })
})

it('is not asked for a second time where the answer to the first was lost and AWS gave up', () => {
  const meant = { leverAt: START, typedUrl: PRODUCTION, intents: { 'terminate-environment': START } }
  const state = stateAt('retire', { propagation: { provedAt: START }, retire: meant })
  const seen = swappedSight({ at: START + 600_000 })
  const stood = ok([{ ...group, status: 'DELETE_FAILED' }])
  const found = retire.judge(state, seen, { ...well, ...evidence(stood) })
  expect([found.due, found.stuck?.title]).toEqual([null, 'shop-blue was not terminated'])
  expect(retire.judge(state, seen, well).due).toBe('terminate-environment')
})

describe('the call that cannot be taken back', () => {
  it.each<[string, Sight, number]>([
    ['is made for blue, once green holds the production URL', swappedSight(), 1],
    ['is not made for who holds the production URL, even if every gate were wrong', sight(), 0],
    [
      'is not made for an environment that only has the name',
      swappedSight({ blue: environment({ id: 'e-another0001', cname: 'x' }) }),
      0,
    ],
    ['is not made where nothing is listed', swappedSight({ blue: null }), 0],
  ])('%s', async (_words, seen, count) => {
    const account = fakeAccount()
    account.blue.cnamePrefix = 'shop-green'
    await retire.act('terminate-environment', ready, seen, well, handsOn(account))
    expect(account.count('terminate')).toBe(count)
  })
})
