import { describe, expect, it } from 'vitest'
import type { ReleaseState } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { bakeOf, test } from '../../../electron/release/steps/test.ts'
import { START } from '../cloud.ts'
import { environment, greenEnvironment, health, sight, stateAt } from '../things.ts'

type Rounds = ReleaseState['rounds']

/** Rounds at these seconds; a negative one failed. */
const rounds = (...seconds: readonly number[]): Rounds =>
  seconds.map((second) => ({
    at: START + Math.abs(second) * 1000,
    passed: second >= 0,
    results: [{ path: '/', passed: second >= 0, said: 'HTTP 200' }],
  }))

const testing = (change: Partial<ReleaseState> = {}) => stateAt('test', { test: { leverAt: START } }, change)

describe('the bake', () => {
  it.each<[string, Rounds, number, number, boolean]>([
    ['no round yet', [], 0, 0, false],
    ['one round', rounds(0), 0, 1, false],
    ['not yet long enough', rounds(0, 10), 10, 2, false],
    ['exactly long enough', rounds(0, 10, 20), 20, 3, true],
    ['a failure begins it again', rounds(0, 10, -20, 30, 40), 10, 2, false],
    ['a failure at the end', rounds(0, 10, 20, -30), 0, 0, false],
    ['a failure at the beginning', rounds(-1, 10, 20, 30), 20, 3, true],
    ['the app was closed for a while: it begins again', rounds(0, 10, 200, 210), 10, 2, false],
    ['a gap of exactly a minute is none', rounds(0, 60), 60, 2, true],
    ['longer than asked for', rounds(0, 30, 60, 90), 90, 4, true],
  ])('%s', (_words, given, seconds, count, done) => {
    expect(bakeOf(testing({ rounds: given }), START + 1_000_000)).toEqual({ seconds, rounds: count, done })
  })

  it('takes no gap for the pace of a clock that runs ahead', () => {
    const [first, second] = rounds(0, 100)
    if (!first || !second) throw new Error('two rounds')
    const state = (pauseMilliseconds: number) => testing({ rounds: [first, { ...second, pauseMilliseconds }] })
    expect(bakeOf(state(100_000), START + 100_000)).toEqual({ seconds: 100, rounds: 2, done: true })
    expect(bakeOf(state(99_999), START + 100_000)).toEqual({ seconds: 0, rounds: 1, done: false })
  })

  it('of no seconds needs one round that passed', () => {
    const state = testing({ rounds: rounds(0) })
    const none = { ...state, release: { ...state.release, settings: { ...state.release.settings, bakeSeconds: 0 } } }
    expect(bakeOf(none, START).done).toBe(true)
    expect(bakeOf({ ...none, rounds: rounds(-1) }, START + 5000).done).toBe(false)
    expect(bakeOf({ ...none, rounds: [] }, START).done).toBe(false)
  })
})

describe('the gates of the test', () => {
  it.each<[string, Sight, readonly string[]]>([
    ['all is well', sight(), []],
    [
      'green runs something else now',
      sight({ green: greenEnvironment({ versionLabel: '1.4.2' }) }),
      ['still-deployed failed'],
    ],
    [
      'green is not Ok',
      sight({ green: greenEnvironment({ healthStatus: 'Severe', healthColor: 'Red' }) }),
      ['green-ok failed'],
    ],
    ['green is smaller than blue', sight({ greenHealth: health({}, 1) }), ['capacity failed']],
    ['green is larger', sight({ greenHealth: health({}, 5) }), []],
    ['green has basic health', sight({ greenHealth: null }), ['capacity unknown']],
    ['blue has basic health', sight({ blueHealth: null }), ['capacity unknown']],
    [
      'green is gone',
      sight({ green: null, greenHealth: null }),
      ['still-deployed failed', 'green-ok unknown', 'capacity unknown'],
    ],
    [
      'blue is not well, which is not green’s fault',
      sight({ blue: environment({ healthStatus: 'Severe', healthColor: 'Red' }) }),
      [],
    ],
  ])('%s', (_words, seen, expected) => {
    const { gates } = test.judge(stateAt('test'), seen, null)
    expect(
      (gates ?? []).filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`),
    ).toEqual(expected)
  })
})

describe('the operator is asked', () => {
  it.each<[string, Rounds, string | null]>([
    ['not before a round', [], null],
    ['not for two failures in a row', rounds(0, -10, -20), null],
    ['for three', rounds(0, -10, -20, -30), '3 of 4 rounds failed'],
    ['still, when one passes in between', rounds(-1, -10, -20, 30), '3 of 4 rounds failed'],
    ['still, when it fails now and then', rounds(-1, -10, -20, 30, 40, -50, 60), '4 of 7 rounds failed'],
    ['not for failures that never come three in a row', rounds(-1, -10, 20, -30, -40, 50), null],
    ['no longer, when three have passed', rounds(-1, -10, -20, 30, 35, 40), null],
    ['no longer, when the bake is done', rounds(-1, -10, -20, 30, 60), null],
  ])('%s', (_words, given, meaning) => {
    const { stuck } = test.judge(testing({ rounds: given }), sight({ at: START + 100_000 }), null)
    expect(stuck?.meaning?.split('. ')[0] ?? null).toBe(meaning)
  })
})

describe('the proofs of the test', () => {
  it.each<[string, Partial<ReleaseState>, readonly string[]]>([
    ['nothing yet', {}, ['check-0 waiting', 'bake waiting', 'sign-off waiting']],
    ['baked, not signed off', { rounds: rounds(0, 10, 20) }, ['sign-off waiting']],
    ['signed off, not baked', { rounds: rounds(0), signOff: { at: START, note: '' } }, ['bake waiting']],
    ['baked and signed off', { rounds: rounds(0, 10, 20), signOff: { at: START, note: 'ok' } }, []],
    [
      'a failed check',
      { rounds: rounds(0, -10), signOff: { at: START, note: '' } },
      ['check-0 failed', 'bake waiting'],
    ],
  ])('%s', (_words, change, expected) => {
    const { proofs } = test.judge(testing(change), sight({ at: START + 100_000 }), null)
    expect(proofs.filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`)).toEqual(
      expected,
    )
  })

  it.each<[string, Rounds, boolean]>([
    ['two failures in a row', rounds(0, -10, -20), false],
    ['three', rounds(0, -10, -20, -30), true],
    ['three with one well between them', rounds(-10, -20, 25, -30), false],
  ])('asks the operator after %s: %s', (_words, given, isStuck) => {
    expect(test.judge(testing({ rounds: given }), sight(), null).stuck !== null).toBe(isStuck)
  })
})
