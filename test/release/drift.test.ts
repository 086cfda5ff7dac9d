import { describe, expect, it } from 'vitest'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { driftsOf, openDrift } from '../../electron/release/drift.ts'
import type { ReleaseState } from '../../electron/release/state.ts'
import type { Sight } from '../../electron/release/step.ts'
import { PRODUCTION, START } from './cloud.ts'
import { at, begunAt, drive, gateOf, open, pass, statusOf, whole } from './drive.ts'
import { environment, greenEnvironment, sight, stateAt, swappedSight } from './things.ts'
import { type FakeAccount, fakeAccount } from './world.ts'

const platformArn = environment().platformArn
const known = { blue: { versionLabel: '1.4.2', platformArn }, green: { versionLabel: '1.4.2', platformArn } }
const before = (step: 'clone' | 'deploy' | 'test' | 'swap', records = {}) => stateAt(step, records, { known })
const after = (step: 'propagation' | 'retire', records = {}) =>
  stateAt(step, { test: { provedAt: START }, swap: { provedAt: START }, ...records }, { known })
const back = (step: 'swap' | 'propagation' | 'retire', swapped: boolean, rollback = {}): ReleaseState => {
  const state = stateAt(step, { swap: { provedAt: START } }, { known, rollbackSwapped: swapped })
  return {
    ...state,
    release: { ...state.release, track: 'rollback' },
    rollback: { ...state.rollback, ...rollback },
  }
}
const asked = { leverAt: START, intents: { 'swap-cnames': START } }
const gone = (colour: 'blue' | 'green') => ({
  [colour]: (colour === 'blue' ? environment : greenEnvironment)({ status: 'Terminated', cname: null }),
})

describe('drift', () => {
  it.each<[string, ReleaseState, Sight, string | null]>([
    ['nothing, before the swap', before('swap'), sight(), null],
    ['nothing, after the swap', after('retire'), swappedSight(), null],
    ['nothing at the first step, which has gates of its own', stateAt('independence'), sight({ blue: null }), null],
    ['green is not there before it was made', before('clone'), sight({ green: null }), null],
    ['blue terminated before the swap', before('test'), sight(gone('blue')), 'blue-gone stops'],
    ['blue not listed any more before the swap', before('test'), sight({ blue: null }), 'blue-gone stops'],
    ['green terminated before the swap', before('test'), sight(gone('green')), 'green-gone stops, back'],
    ['green terminated after the swap', after('propagation'), swappedSight(gone('green')), 'green-gone stops'],
    ['blue terminated after the swap', after('propagation'), swappedSight(gone('blue')), 'blue-gone stops, go on'],
    [
      'blue terminated by this release',
      after('retire', { retire: { leverAt: START, intents: { 'terminate-environment': START } } }),
      swappedSight(gone('blue')),
      null,
    ],
    ['blue terminated on the way back', back('swap', true), swappedSight(gone('blue')), 'blue-gone stops'],
    ['green terminated on the way back, by this release', back('retire', false), sight(gone('green')), null],
    [
      'the URL is on neither',
      before('deploy'),
      sight({ blue: environment({ cname: 'else.eu-central-1.elasticbeanstalk.com' }) }),
      'holder-none else.eu-central-1.elasticbeanstalk.com shop-green.eu-central-1.elasticbeanstalk.com stops',
    ],
    ['swapped while green was being tested', before('test'), swappedSight(), 'swapped-early stops, back'],
    [
      'swapped when all was ready',
      before('swap', { test: { provedAt: START } }),
      swappedSight(),
      'swapped-early stops, go on, back',
    ],
    ['swapped by this release', before('swap', { swap: asked }), swappedSight(), null],
    [
      'half swapped while it is under way',
      before('swap', { swap: asked }),
      sight({ blue: environment({ cname: 'x' }) }),
      null,
    ],
    ['swapped back after the swap', after('propagation'), sight(), 'swapped-back stops, back'],
    ['swapped back before the way back began', back('swap', true), sight(), null],
    [
      'swapped again on the way back',
      back('propagation', true, { swap: { ...after('retire').forward.swap } }),
      swappedSight(),
      'swapped-again stops',
    ],
    [
      'another version on blue',
      before('clone'),
      sight({ blue: environment({ versionLabel: '1.4.3' }) }),
      'blue-version 1.4.3 stops, go on, back',
    ],
    [
      'another platform under blue',
      before('test'),
      sight({ blue: environment({ platformArn: 'arn:7' }) }),
      'blue-platform arn:7 stops, go on, back',
    ],
    [
      'another version on green while it is deployed',
      before('deploy'),
      sight({ green: greenEnvironment({ versionLabel: '9' }) }),
      null,
    ],
    [
      'another version on green that is tested',
      before('test'),
      sight({ green: greenEnvironment({ versionLabel: '9' }) }),
      'green-version 9 stops, back',
    ],
    [
      'another version on green in production',
      after('propagation'),
      swappedSight({ green: greenEnvironment({ versionLabel: '9', cname: PRODUCTION }) }),
      'green-version 9 stops, go on, back',
    ],
    ['no version of blue is told', before('test'), sight({ blue: environment({ versionLabel: null }) }), null],
    ['no platform of blue is told', before('test'), sight({ blue: environment({ platformArn: '' }) }), null],
    ['no version of green is told', before('test'), sight({ green: greenEnvironment({ versionLabel: null }) }), null],
    ['no CNAME of blue is told', before('test'), sight({ blue: environment({ cname: null }) }), 'holder-untold stops'],
    ['no status of blue is told', before('test'), sight({ blue: environment({ status: '' }) }), null],
    ['blue is Updating', before('test'), sight({ blue: environment({ status: 'Updating' }) }), 'blue-busy told, back'],
    [
      'blue is Updating during the swap',
      before('swap', { swap: asked }),
      sight({ blue: environment({ status: 'Updating' }) }),
      null,
    ],
    [
      'green is Updating while it is tested',
      before('test'),
      sight({ green: greenEnvironment({ status: 'Updating' }) }),
      'green-busy told, back',
    ],
    [
      'green is Updating while it is deployed to',
      before('deploy', { deploy: { leverAt: START, intents: { 'deploy-version': START } } }),
      sight({ green: greenEnvironment({ status: 'Updating' }) }),
      null,
    ],
    [
      'green is Updating before it is deployed to',
      before('deploy'),
      sight({ green: greenEnvironment({ status: 'Updating' }) }),
      'green-busy told, back',
    ],
    [
      'a status that AWS added later',
      before('test'),
      sight({ blue: environment({ status: 'Rebooting' }) }),
      'blue-busy told, back',
    ],
  ])('%s', (_words, state, seen, expected) => {
    const drift = openDrift(state, driftsOf(state, seen))
    const ways = drift && [
      drift.stops ? 'stops' : 'told',
      ...(drift.goOn ? ['go on'] : []),
      ...(drift.allowsRollBack ? ['back'] : []),
    ]
    expect(drift && `${drift.id} ${(ways ?? []).join(', ')}`).toBe(expected)
    expect(drift === null || (drift.problem.meaning !== undefined && drift.problem.remedy !== undefined)).toBe(true)
  })

  it('that was accepted makes room for the next, and a new one is shown again', () => {
    const state = { ...before('test'), accepted: { 'blue-version 1.4.3': START } }
    const seen = sight({ blue: environment({ versionLabel: '1.4.3' }) })
    expect(openDrift(state, driftsOf(state, seen))).toBeNull()
    const later = sight({ blue: environment({ versionLabel: '1.4.4' }) })
    expect(openDrift(state, driftsOf(state, later))?.id).toBe('blue-version 1.4.4')
  })

  it('that would be unsafe cannot be accepted away', () => {
    const state = { ...before('test'), accepted: { 'blue-gone': START } }
    expect(openDrift(state, driftsOf(state, sight(gone('blue'))))?.id).toBe('blue-gone')
  })
})

function acceptable(view: ReleaseView): string | undefined {
  return view.choices.find(({ id }) => id === 'accept-drift')?.of
}

function swapByHand(account: FakeAccount): void {
  const green = account.green()
  if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
}

describe('a release among other hands', () => {
  it('touches nothing when blue is terminated under it, and hands over', async () => {
    const { account, session, running } = await at('swap')
    const mutations = account.mutations.length
    account.blue.status = 'Terminated'
    const view = await pass(account, session, 60, whole)
    expect(view.problem?.title).toBe('shop-blue was terminated by another hand')
    expect(view.choices.map(({ id }) => id)).toEqual(['retry', 'hand-over', 'stop'])
    await expect(running.choose('roll-back')).rejects.toThrow('terminated by another hand')
    await expect(running.throwLever({ step: 'swap' })).rejects.toThrow('terminated by another hand')
    expect(account.mutations).toHaveLength(mutations)
    expect(running.handOver()).toContain('rebuilds a terminated environment for 42 days')
  })

  it('rolls back by a swap, with every proof, when somebody swaps too early', async () => {
    const { account, session, running } = await at('test')
    swapByHand(account)
    const view = await pass(account, session, 30)
    expect(acceptable(view)).toBeUndefined()
    await running.choose('roll-back')
    // What idle looks like was not measured yet: the operator says that nobody is left.
    const end = await drive(account, session, {
      operator: (seen, release) =>
        gateOf(seen, 'drained')?.status === 'waiting' && gateOf(seen, 'soak')?.status === 'passed'
          ? release.waive('propagation', 'drained', 'Only health checks reach it')
          : whole(seen, release),
    })
    expect(end.release.outcome).toBe('rolled-back')
    expect(end.rollbackSteps.map(({ id }) => id)).toEqual(['swap', 'propagation', 'retire'])
    expect([account.blue.cnamePrefix, account.blue.status, account.green()?.status]).toEqual([
      'shop',
      'Ready',
      'Terminated',
    ])
  })

  it('watches the users return before it removes green, also when somebody else swapped back', async () => {
    const { account, session, running } = await at('propagation')
    swapByHand(account)
    const view = await pass(account, session, 300)
    expect(view.problem?.title).toBe('Somebody has swapped the URLs back')
    expect(view.release.step).toBe('propagation')
    await running.choose('roll-back')
    const end = await drive(account, session)
    expect(end.release.outcome).toBe('rolled-back')
    expect(end.rollbackSteps.map(({ id }) => id)).toEqual(['swap', 'propagation', 'retire'])
    expect(account.count('swapCnames')).toBe(1)
  })

  it('goes on with another version of blue only when the operator says so, and asks again for the next', async () => {
    const { account, session, running } = await at('swap')
    account.blue.versionLabel = '1.4.3'
    const first = await pass(account, session, 30)
    expect(statusOf(first)).toBe('stuck')
    account.blue.versionLabel = '1.4.4'
    await pass(account, session, 30)
    await expect(running.choose('accept-drift', acceptable(first))).rejects.toThrow('not so any more')
    await running.choose('accept-drift', acceptable(running.view()))
    const end = await drive(account, session)
    expect(end.release.outcome).toBe('completed')
  })

  it('takes the lever back when drift comes between the lever and the call', async () => {
    const { account, session, running } = await at('swap')
    await running.throwLever({ step: 'swap' })
    account.blue.versionLabel = '1.4.3'
    const view = await pass(account, session, 30)
    expect(account.count('swapCnames')).toBe(0)
    await running.choose('accept-drift', acceptable(view))
    expect((await pass(account, session, 60)).steps.swap.status).toBe('ready')
    expect(account.count('swapCnames')).toBe(0)
  })

  it('goes on by itself when the URL is back where it belongs', async () => {
    const { account, session } = await at('test')
    account.blue.cnamePrefix = 'elsewhere'
    const view = await pass(account, session, 30)
    expect(view.choices.map(({ id }) => id)).not.toContain('roll-back')
    account.blue.cnamePrefix = 'shop'
    expect((await drive(account, session)).release.outcome).toBe('completed')
  })

  it('finishes without blue when somebody terminates it after the swap', async () => {
    const { account, session, running } = await at('propagation')
    account.blue.status = 'Terminated'
    account.blue.resources = null
    const view = await pass(account, session, 30)
    expect(view.choices.map(({ id }) => id)).not.toContain('roll-back')
    await running.choose('accept-drift', acceptable(view))
    expect((await drive(account, session)).release.outcome).toBe('completed')
    expect(account.count('terminate')).toBe(0)
  })

  it('only tells of another change under way, and waits for it', async () => {
    const { account, session } = await at('test')
    account.blue.status = 'Updating'
    const view = await pass(account, session, 30)
    expect(view.problem?.title).toBe('Somebody else is changing shop-blue')
    expect(acceptable(view)).toBeUndefined()
    account.blue.status = 'Ready'
    expect((await drive(account, session)).release.outcome).toBe('completed')
  })

  it('is told that another Signalbox works on the same environment', async () => {
    const { account, running } = await at('clone')
    const name = 'shop-other'
    const tags = [{ key: 'signalbox:release', value: 'r-another' }]
    const twin = account.add({ id: 'e-twin000001', name, cnamePrefix: name, versionLabel: '1.4.2', tags, settings: [] })
    account.settle(twin)
    twin.createdAt = account.now() + 1
    twin.listedAt = 0
    await expect(
      running.throwLever({ step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' }),
    ).rejects.toMatchObject({
      problem: { meaning: expect.stringContaining('shop-other was made by release r-another') },
    })
    expect(gateOf(running.view(), 'only-release')).toMatchObject({ status: 'failed', waivable: true })
  })

  it('says what is open after a restart too, and keeps what was accepted', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    const { session, running } = await at('swap', account, entries)
    account.blue.versionLabel = '1.4.3'
    await running.choose('accept-drift', acceptable(await pass(account, session, 30)))
    await running.close()
    const resumed = open(account, entries)
    expect((await drive(account, resumed)).release.outcome).toBe('completed')
  })
})
