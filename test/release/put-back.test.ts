import { describe, expect, it } from 'vitest'
import { problem } from '../../electron/contract/problem.ts'
import { choicesOf } from '../../electron/release/choices.ts'
import { putBackOf } from '../../electron/release/put-back.ts'
import type { StepRecord } from '../../electron/release/state.ts'
import { replay } from '../../electron/release/state.ts'
import { START } from './cloud.ts'
import { begunAt, drive, open, pass } from './drive.ts'
import { greenEnvironment, ok, sight, stateAt } from './things.ts'
import { fakeAccount } from './world.ts'

const MANAGED = 'aws:elasticbeanstalk:managedactions'
const held = [{ namespace: MANAGED, optionName: 'ManagedActionsEnabled', during: 'false', after: 'true' }]
const at = (record: Partial<StepRecord> = {}) => stateAt('retire', { retire: { leverAt: START, ...record } }, { held })
const managed = (value: string) => ({
  namespace: MANAGED,
  optionName: 'ManagedActionsEnabled',
  value,
  resourceName: null,
})
const green = (value: string) => ok([managed(value)])
const denied = { ok: false, at: START, problem: problem('access-denied', 'No').problem } as const

describe('what was held off for the release', () => {
  it.each<[string, Partial<StepRecord>, Parameters<typeof putBackOf>[2], Parameters<typeof sight>[0], string]>([
    ['is nothing', {}, null, {}, 'null '],
    ['is given back once blue is gone', {}, green('false'), {}, 'put-back waiting'],
    ['is given back once', { effects: { 'put-back': START - 1000 } }, green('false'), {}, 'null waiting'],
    ['was given back', { effects: { 'put-back': START - 1000 } }, green('true'), {}, 'null passed'],
    ['was given back by another hand', {}, green('true'), {}, 'null passed'],
    [
      'waits until green is Ready',
      {},
      green('false'),
      { green: greenEnvironment({ status: 'Updating' }) },
      'null waiting',
    ],
    ['may not be read', {}, denied, {}, 'null unknown'],
    [
      'stays where that was waived',
      { waivers: { 'put-back': { at: START, reason: 'Meant so' } } },
      green('false'),
      {},
      'null waiting',
    ],
  ])('%s', (_words, record, settings, seen, expected) => {
    const { due, proofs, stuck } = putBackOf(at(record), sight(seen), settings)
    expect(`${due} ${proofs.map(({ status }) => status).join()}`).toBe(expected)
    expect(stuck).toBeNull()
  })

  it('is told where Elastic Beanstalk does not take it back', () => {
    const { stuck } = putBackOf(at({ effects: { 'put-back': START - 60_000 } }), sight(), green('false'))
    expect(stuck?.meaning).toContain('ManagedActionsEnabled from false back to true')
  })

  it('is asked for again by whoever tries again after a refusal, and nothing is terminated twice', async () => {
    const account = fakeAccount()
    account.blue.settings = [...account.blue.settings, managed('true')]
    const entries = begunAt(account)
    const session = open(account, entries)
    account.fail('updateSettings', { problem: problem('access-denied', 'You may not').problem, when: 'before' })
    await drive(account, session, { until: (view) => view.problem?.title === 'You may not' })
    const refused = await pass(account, session, 300)
    expect(refused.problem?.title).toBe('You may not')
    expect(refused.choices.find(({ id }) => id === 'retry')?.effect).toContain('what was held off')
    expect(account.count('updateSettings')).toBe(0)
    await session.running.choose('retry')
    const view = await drive(account, session)
    expect([view.release.outcome, account.count('updateSettings'), account.count('terminate')]).toEqual([
      'completed',
      1,
      1,
    ])
    const state = replay(entries)
    expect(state.forward.retire.effects['terminate-environment']).toBeDefined()
    expect(entries.some(({ kind }) => kind === 'drift')).toBe(false)
  })

  it('is told to whoever stops the release before', () => {
    const seen = { status: 'watching', problem: null, drift: null, allowsRollBack: true } as const
    const stop = (state: Parameters<typeof choicesOf>[0]) =>
      choicesOf(state, seen).find(({ id }) => id === 'stop')?.effect
    expect(stop(at())).toContain('set ManagedActionsEnabled from false back to true by hand')
    expect(stop(stateAt('retire'))).not.toContain('by hand')
  })
})
