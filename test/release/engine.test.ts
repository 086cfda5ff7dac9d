import { describe, expect, it, vi } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { type Problem, problem, SignalboxError } from '../../electron/contract/problem.ts'
import { runRelease } from '../../electron/release/engine.ts'
import { at, begunAt, drive, gateOf, open, pass, upTo, whole } from './drive.ts'
import { fakeAccount, type Mutation } from './world.ts'

const DENIED: Problem = { code: 'access-denied', title: 'AWS does not allow this', remedy: 'Ask for the permission.' }
const EXPIRED: Problem = { code: 'credentials-expired', title: 'Your session has expired' }
const THROTTLED: Problem = { code: 'throttled', title: 'AWS asks to slow down' }

describe('a coupled database', () => {
  it.each([
    ['Delete', 'would delete the database and all its data'],
    ['Snapshot', 'only a snapshot would remain'],
    ['Retain', 'green would run without your data'],
  ])('stops the release at its first step (deletion policy %s) in words', async (policy, words) => {
    const account = fakeAccount()
    account.blue.settings = [
      { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'true', resourceName: null },
      { namespace: 'aws:rds:dbinstance', optionName: 'DBDeletionPolicy', value: policy, resourceName: null },
    ]
    account.blue.resources = [
      {
        logicalId: 'AWSEBRDSDatabase',
        physicalId: 'aa1b2c3d4',
        type: 'AWS::RDS::DBInstance',
        status: 'CREATE_COMPLETE',
      },
    ]
    const session = open(account, begunAt(account))
    const view = await pass(account, session, 300, whole)
    expect(view.release.step).toBe('independence')
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'failed', waivable: false })
    expect(gateOf(view, 'independent')?.summary).toContain(words)
    expect(gateOf(view, 'independent')?.summary).toContain('aa1b2c3d4')
    expect(account.mutations).toEqual([])
    await expect(session.running.waive('independence', 'independent', 'I know what I am doing')).rejects.toThrow(
      'never be waived',
    )
    expect(view.choices.map(({ id }) => id)).toContain('stop')
  })

  it('that appears after the test holds the swap back', async () => {
    const { account, session } = await at('swap')
    account.blue.resources?.push({
      logicalId: 'Db',
      physicalId: 'late-db',
      type: 'AWS::RDS::DBCluster',
      status: 'CREATE_COMPLETE',
    })
    const view = await pass(account, session, 120, whole)
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'failed' })
    expect(account.count('swapCnames')).toBe(0)
  })

  it('is assumed where a place it could hang could not be read', async () => {
    const account = fakeAccount()
    account.fail('databases', ...Array.from({ length: 50 }, () => ({ problem: DENIED, when: 'before' as const })))
    const session = open(account, begunAt(account))
    const view = await pass(account, session, 120)
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'unknown', remedy: DENIED.remedy })
    expect(view.release.step).toBe('independence')
  })
})

describe('a swap by another hand between the last look and a change', () => {
  /** Goes on to the change, and does `meanwhile` at the look at health before it; says how many such looks there were. */
  async function change(step: 'deploy' | 'swap' | 'retire', call: Mutation, [nth, meanwhile]: [number, () => void]) {
    const { account, session } = await at(step)
    let looks = 0
    let looksBefore = 0
    const watch = () =>
      account.before('health', () => {
        looks += 1
        if (looks === nth) {
          const { blue } = account
          const green = account.green()
          if (green) [blue.cnamePrefix, green.cnamePrefix] = [green.cnamePrefix, blue.cnamePrefix]
          meanwhile()
        }
        watch()
      })
    watch()
    account.before(call, () => {
      looksBefore = looks
    })
    await drive(account, session, {
      until: (view) => looksBefore > 0 || view.release.step !== step || looks > nth + 20,
    })
    return { account, looksBefore }
  }

  it.each([
    ['deploy', 'deploy'],
    ['swap', 'swapCnames'],
    ['retire', 'terminate'],
  ] as const)('at %s lets nothing be changed', async (step, call) => {
    const { looksBefore } = await change(step, call, [Number.MAX_SAFE_INTEGER, () => {}])
    expect(looksBefore).toBeGreaterThan(0)
    const meanwhile = vi.fn<() => void>()
    const { account } = await change(step, call, [looksBefore, meanwhile])
    expect(meanwhile).toHaveBeenCalledOnce()
    expect(account.count(call)).toBe(0)
  })
})

describe('trouble on the way', () => {
  it('pauses when the session expires, and goes on after the sign-in', async () => {
    const { account, session, running } = await at('test')
    account.fail('describeEnvironments', { problem: EXPIRED, when: 'before' })
    const paused = await drive(account, session, { operator: () => null })
    expect(paused).toMatchObject({ paused: true, problem: EXPIRED })
    expect(paused.choices[0]?.id).toBe('sign-in')
    await running.choose('retry')
    expect((await drive(account, session)).release.outcome).toBe('completed')
  })

  it('waits longer and longer while AWS asks to slow down', async () => {
    const { account, session } = await at('test')
    account.fail(
      'describeEnvironments',
      ...Array.from({ length: 4 }, () => ({ problem: THROTTLED, when: 'before' as const })),
    )
    const from = account.now()
    await drive(account, session, {
      operator: () => null,
      until: (view) => view.problem === null && account.now() > from + 30_000,
    })
    // 5, 10, 20 and 40 s.
    expect(account.now() - from).toBeGreaterThanOrEqual(75_000)
  })

  it('goes on where the events may not be read: they are narration only', async () => {
    const account = fakeAccount()
    account.fail('events', ...Array.from({ length: 20_000 }, () => ({ problem: DENIED, when: 'before' as const })))
    const view = await drive(account, open(account, begunAt(account)))
    expect(view.release.outcome).toBe('completed')
  })

  it('hears the events of the termination before the release ends', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    await drive(account, open(account, entries))
    const messages = entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event.message] : []))
    expect(messages).toContain('terminateEnvironment completed successfully.')
    expect(new Set(messages).size).toBe(messages.length)
  })

  it('changes nothing in AWS where the journal cannot be written', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    const session = open(account, entries)
    await drive(account, session, upTo('clone'))
    await session.running.close()
    let isFull = false
    const kept: Entry[] = [...entries]
    const running = runRelease({
      entries,
      journal: {
        append(entry) {
          if (isFull || entry.kind === 'intent') {
            isFull = true
            throw problem('journal', 'The journal cannot be written')
          }
          kept.push(entry)
        },
        head: () => ({ entries: kept.length, lastHash: '' }),
      },
      world: account.connect({ isDead: false }),
      onChange: () => {},
      random: () => 0.5,
    })
    const full = { running, life: { isDead: false }, refusals: [], view: () => running.view() }
    const view = await drive(account, full)
    expect(view.problem?.code).toBe('journal')
    expect(account.mutations).toEqual([])
    await running.close()
  })

  it('answers commands after the end in words', async () => {
    const account = fakeAccount()
    const session = open(account, begunAt(account))
    await drive(account, session)
    await expect(session.running.choose('roll-back')).rejects.toThrow('This release has ended')
    await expect(session.running.throwLever({ step: 'swap' })).rejects.toThrow(SignalboxError)
  })

  it('does not take a lever of another step, nor the same one twice', async () => {
    const { running, session } = await at('swap')
    await expect(running.throwLever({ step: 'test' })).rejects.toThrow('another step')
    const first = running.throwLever({ step: 'swap' })
    await expect(Promise.all([first, running.throwLever({ step: 'swap' })])).rejects.toThrow('started already')
    expect(session.view().release.step).toBe('swap')
  })

  it('ends where the operator stops it, and leaves everything as it is', async () => {
    const { account, session, running } = await at('swap')
    const before = account.mutations.length
    await running.choose('stop')
    expect((await drive(account, session)).release.outcome).toBe('stopped')
    expect(account.mutations).toHaveLength(before)
    expect(account.green()?.status).toBe('Ready')
  })
})
