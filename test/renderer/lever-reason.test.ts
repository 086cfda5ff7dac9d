import { describe, expect, it } from 'vitest'
import { closedProofs, isThrown, type LeverPlan, leverState } from '../../renderer/lever-reason.ts'
import { gate, stepView } from './views.ts'

const plan: LeverPlan = { label: 'Swap', lever: { step: 'swap' }, missing: null, brings: [] }

describe('the lever', () => {
  it('opens when every gate has passed or is waived', () => {
    const waived = gate('b', 'B', 'failed', { waiver: { reason: 'checked by hand', at: 1 } })
    expect(leverState(stepView('swap', 'ready', { gates: [gate('a', 'A'), waived] }), false, plan)).toEqual({
      open: true,
      reason: 'Unlocked: all 2 gates are open.',
    })
  })

  it.each(['failed', 'waiting', 'unknown'] as const)('stays locked by a gate that is %s, and names it', (status) => {
    const step = stepView('swap', 'locked', { gates: [gate('a', 'A'), gate('b', 'Green is Ok', status)] })
    expect(leverState(step, false, plan)).toEqual({ open: false, reason: 'Locked by 1 gate: “Green is Ok”.' })
  })

  it('names three closed gates and counts the rest', () => {
    const gates = ['A', 'B', 'C', 'D', 'E'].map((title) => gate(title, title, 'failed'))
    expect(leverState(stepView('swap', 'locked', { gates }), false, plan).reason).toBe(
      'Locked by 5 gates: “A”, “B”, “C” and 2 more.',
    )
  })

  it('is not locked by a gate that its own input decides', () => {
    const step = stepView('retire', 'ready', { gates: [gate('a', 'A'), gate('typed-url', 'Typed', 'waiting')] })
    expect(leverState(step, false, { ...plan, brings: ['typed-url'] }).open).toBe(true)
    expect(leverState(step, false, plan).open).toBe(false)
  })

  it('says what is missing once the gates are open', () => {
    const step = stepView('deploy', 'ready', { gates: [gate('a', 'A')] })
    expect(leverState(step, false, { ...plan, lever: null, missing: 'Choose a bundle above.' })).toEqual({
      open: false,
      reason: 'Choose a bundle above.',
    })
  })

  it('never opens without gates, while they are read, ahead of its turn, or paused', () => {
    const gates = [gate('a', 'A')]
    const closed = [
      leverState(stepView('swap', 'ready'), false, plan),
      leverState(stepView('swap', 'checking'), false, plan),
      leverState(stepView('swap', 'checking', { gates }), false, plan),
      leverState(stepView('swap', 'ahead', { gates }), false, plan),
      leverState(stepView('swap', 'ready', { gates }), true, plan),
    ]
    expect(closed.map(({ open }) => open)).toEqual([false, false, false, false, false])
    expect(closed.every(({ reason }) => reason !== '')).toBe(true)
  })

  it('counts as thrown while proofs are waited for, such as the sign-off', () => {
    expect(isThrown(stepView('test', 'checking'))).toBe(false)
    expect(isThrown(stepView('test', 'checking', { proofs: [gate('sign-off', 'Look', 'waiting')] }))).toBe(true)
    expect(isThrown(stepView('test', 'watching'))).toBe(true)
    expect(
      isThrown(stepView('test', 'locked', { gates: [gate('a', 'A', 'failed')], proofs: [gate('b', 'B', 'failed')] })),
    ).toBe(false)
  })

  it('knows the proofs that hold a step up although its gates are open', () => {
    const coupled = stepView('independence', 'locked', {
      gates: [gate('a', 'A')],
      proofs: [gate('b', 'B', 'failed'), gate('c', 'C')],
    })
    expect(closedProofs(coupled).map(({ id }) => id)).toEqual(['b'])
    expect(isThrown(coupled)).toBe(true)
  })
})
