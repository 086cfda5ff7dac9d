import { describe, expect, it } from 'vitest'
import { createAccountClock } from '../../electron/account/account-clock.ts'

const NINE = Date.parse('2026-03-02T09:00:00Z')
const HOUR = 3_600_000

/** A computer whose date is whatever somebody sets it to, and whose monotonic timer runs on. */
function computer(date = NINE) {
  const state = { dateOffset: date, elapsed: 0 }
  return {
    date: () => state.dateOffset + state.elapsed,
    monotonic: () => state.elapsed,
    passes: (milliseconds: number) => {
      state.elapsed += milliseconds
    },
    setDate: (by: number) => {
      state.dateOffset += by
    },
  }
}

describe('the clock of an account', () => {
  it.each([-HOUR, HOUR])('is not moved by a date that is set by %d ms', (by) => {
    const system = computer()
    const clock = createAccountClock(system)
    clock.heard(NINE)
    system.passes(60_000)
    system.setDate(by)
    expect(clock.now()).toBe(NINE + 60_000)
    system.passes(60_000)
    expect(clock.now()).toBe(NINE + 120_000)
  })

  it.each([-HOUR, HOUR])('takes AWS’s time from the first answer where the date is wrong by %d ms', (by) => {
    const clock = createAccountClock(computer(NINE + by))
    clock.heard(NINE)
    expect(clock.now()).toBe(NINE)
  })

  it('follows AWS after the computer slept, whose timer stood still meanwhile', () => {
    const system = computer()
    const clock = createAccountClock(system)
    clock.heard(NINE)
    system.passes(1_000)
    clock.heard(NINE + 8 * HOUR)
    expect(clock.now()).toBe(NINE + 8 * HOUR)
  })

  it('never goes back, whatever an answer says', () => {
    const system = computer()
    const clock = createAccountClock(system)
    clock.heard(NINE)
    system.passes(10_000)
    clock.heard(NINE - HOUR)
    expect(clock.now()).toBe(NINE + 10_000)
  })

  it('is not pushed about by answers that are late by seconds', () => {
    const system = computer()
    const clock = createAccountClock(system)
    clock.heard(NINE)
    system.passes(10_000)
    for (const late of [-4_000, 4_000, 999]) clock.heard(NINE + 10_000 + late)
    expect(clock.now()).toBe(NINE + 10_000)
  })

  it('sleeps by the timer and can be called off with the reason', async () => {
    const clock = createAccountClock()
    const before = performance.now()
    await clock.sleep(20, AbortSignal.timeout(1_000))
    expect(performance.now() - before).toBeGreaterThanOrEqual(18)
    const calledOff = new AbortController()
    setTimeout(() => calledOff.abort(new Error('left')), 10)
    await expect(clock.sleep(60_000, calledOff.signal)).rejects.toThrow('left')
  })
})
