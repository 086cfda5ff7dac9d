import { describe, expect, it } from 'vitest'
import { drainViewOf, floorOf, trendOf } from '../../electron/release/drain-trend.ts'
import type { ReleaseState } from '../../electron/release/state.ts'
import { gate } from '../../electron/release/step.ts'
import { START } from './cloud.ts'
import { stateAt } from './things.ts'

const MINUTE = 60_000
const IDLE = 0.1
const FLOOR = IDLE * 1.25 + 0.05

/** Readings every 15 seconds of what a rate was, with the spread that counting ten seconds has. */
function readings(minutes: number, rate: (minute: number) => number, seed = 1) {
  let state = seed * 7919
  const random = () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  return Array.from({ length: minutes * 4 + 1 }, (_, index) => {
    const expected = rate(index / 4)
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
    const counted = seed === 0 ? expected : Math.max(0, expected + normal * Math.sqrt(expected / 10))
    return { at: START + index * 15_000, requestsPerSecond: counted }
  })
}
const trend = (given: ReturnType<typeof readings>) =>
  trendOf(given, { idle: IDLE, floor: FLOOR, now: given.at(-1)?.at ?? START })
const decay =
  (halfMinutes: number, rest = 0) =>
  (minute: number) =>
    IDLE + rest + 20 * 0.5 ** (minute / halfMinutes)

describe('where the traffic goes', () => {
  it.each<[string, (minute: number) => number, number, string | undefined]>([
    ['a minute is over', decay(2), 0, undefined],
    ['it falls', decay(2), 5, 'falling'],
    ['it falls slowly', decay(8), 10, 'falling'],
    ['nobody has moved yet', () => 20, 6, 'steady'],
    ['a remainder stays', decay(0.7, 2), 16, 'steady'],
    ['it comes back', (minute) => 2 + minute, 8, 'rising'],
    ['it is idle', (minute) => (minute < 3 ? 12 : IDLE / 2), 6, 'idle'],
  ])('%s', (_words, rate, minutes, expected) => {
    for (const seed of [0, 1, 2, 3, 4]) expect(trend(readings(minutes, rate, seed))?.trend).toBe(expected)
  })

  it('says since when', () => {
    const since = (rate: (minute: number) => number, minutes: number) =>
      ((trend(readings(minutes, rate, 0))?.since ?? 0) - START) / MINUTE
    expect(since((minute) => (minute < 4 ? 12 : 3), 12)).toBeCloseTo(4, 0)
    expect(since((minute) => (minute < 4 ? 12 : 0), 8)).toBe(4)
    expect(since((minute) => (minute < 4 ? 12 : decay(2)(minute - 4)), 9)).toBeGreaterThanOrEqual(3)
  })

  it('does not mind a single reading that is far off', () => {
    const steady = readings(6, () => 3, 5).map((reading, index) =>
      index === 12 ? { ...reading, requestsPerSecond: 400 } : reading,
    )
    expect(trend(steady)?.trend).toBe('steady')
  })

  it('forecasts no sooner than it comes, in whole minutes', () => {
    let told = 0
    for (const half of [0.5, 1, 2, 4, 7])
      for (const rest of [0, 0.02])
        for (let minutes = 2; minutes < 40; minutes += 1) {
          const rate = decay(half, rest)
          const given = readings(minutes, rate, 0)
          const at = trend(given)?.idleAt ?? null
          if (at === null) continue
          told += 1
          const comes = Array.from({ length: 4000 }, (_, index) => index / 20).find((minute) => rate(minute) <= FLOOR)
          expect((at - START) / MINUTE).toBeGreaterThanOrEqual(comes ?? Number.POSITIVE_INFINITY)
          expect((at - (given.at(-1)?.at ?? 0)) % MINUTE).toBe(0)
        }
    expect(told).toBeGreaterThan(50)
  })

  it('forecasts within reach of it where readings scatter', () => {
    const off = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => {
      const at = trend(readings(8, decay(2), seed))?.idleAt
      return at ? [(at - START) / MINUTE - Math.log2(20 / (FLOOR - IDLE)) * 2] : []
    })
    expect(off.length).toBeGreaterThan(5)
    expect(off.toSorted((one, next) => one - next)[2]).toBeGreaterThan(-2)
    expect(Math.max(...off)).toBeLessThan(10)
  })
})

describe('what it means', () => {
  const at = START + 10 * MINUTE
  const state = (change: Partial<ReleaseState> = {}, resolvers: 'passed' | 'waiting' = 'passed') =>
    stateAt(
      'propagation',
      {
        swap: { provedAt: START, intents: { 'swap-cnames': START } },
        propagation: { proofs: [gate('resolvers', 'Every name server', resolvers, '', [])] },
      },
      change,
    )
  const view = (given: ReleaseState, rate: (minute: number) => number = () => 2) =>
    drainViewOf(given, { at, traffic: { blue: readings(10, rate, 0), green: [] } })
  const kept = (by: 'blue' | 'green') => ({
    traffic: [],
    lines: [
      {
        id: 'kept',
        kind: 'kept' as const,
        host: 'shop',
        firstNew: null,
        lastOld: null,
        slices: [{ from: at - 20_000, until: at, blue: 0, green: 0, other: 0, error: 0, milliseconds: null, [by]: 3 }],
      },
    ],
  })

  it('is nothing before the swap, and where nothing is reported', () => {
    expect(drainViewOf(stateAt('swap'), { at, traffic: { blue: readings(10, () => 2), green: [] } })).toBeNull()
    expect(drainViewOf(state(), { at, traffic: { blue: [], green: [] } })).toBeNull()
  })

  it('counts only what came since the swap', () => {
    const before = readings(10, () => 2, 0).map((reading) => ({ ...reading, at: reading.at - 10 * MINUTE - 1 }))
    expect(drainViewOf(state(), { at, traffic: { blue: before, green: [] } })).toBeNull()
  })

  it('tells of kept connections only once every name server has followed', () => {
    expect(view(state({}, 'waiting'))).toMatchObject({ trend: 'steady', advice: null })
    expect(view(state({}, 'waiting'))?.words).toContain('Not every name server says green yet')
    const left = view(state())
    expect(left?.words).toMatch(/stayed at about 2\.0 requests per second for 10 min\. Every name server says green/)
    expect(left?.advice).toContain('idle timeout')
    expect(left?.words).not.toContain('this computer')
    expect(view(state({ timeline: kept('green') }))?.words).not.toContain('this computer')
    expect(view(state({ timeline: kept('blue') }))?.words).toContain('A connection that this computer keeps open still')
  })

  it('says nothing of name servers where none is asked from here', () => {
    const given = state({}, 'waiting')
    const panel = { fromHere: false, resolvers: [] }
    const release = { ...given.release, settings: { ...given.release.settings, panel } }
    expect(view({ ...given, release })?.words).toContain('not asked from here; once they have followed')
    expect(view({ ...given, release })?.advice).toContain('idle timeout')
  })

  it('says how long it still takes, and that it is the earliest', () => {
    const falling = view(state(), decay(2.5))
    expect(falling?.trend).toBe('falling')
    expect(falling?.words).toMatch(/falling for \d+ min; at this pace it is down to idle in \d+ min at the earliest\./)
  })

  it('tells what comes now and then from what stays', () => {
    expect(view(state(), (minute) => ((minute * 4) % 5 === 0 ? 1 : 0))?.words).toContain('somebody has still come now')
  })

  it('takes the floor from what green was like when it was idle', () => {
    expect(floorOf(state())).toBe(0.05)
    expect(view(state())?.floor).toBe(0.05)
  })
})
