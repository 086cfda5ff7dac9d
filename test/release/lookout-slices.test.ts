import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProbeLine, Timeline } from '../../electron/contract/timeline.ts'
import {
  dueAt,
  isLeftVisited,
  paceMilliseconds,
  sliceMilliseconds,
  spreadOf,
} from '../../electron/release/lookout-pace.ts'
import { EMPTY_TIMELINE, type Slice, withoutSwap, withSlice } from '../../electron/release/lookout-slices.ts'
import { type Heard, openTally } from '../../electron/release/lookout-tally.ts'

const FRESH = { id: 'fresh', kind: 'fresh', host: 'shop.example' } as const
const KEPT = { id: 'kept', kind: 'kept', host: 'shop.example' } as const
const SIDES = ['blue', 'green', 'other', 'error'] as const
const SWAP = { at: 100_000, to: 'green', from: 'blue' } as const

const heard = (at: number, by: Heard['by'], more: Partial<Heard> = {}): Heard => ({
  at,
  by,
  milliseconds: by === 'error' ? null : 10,
  said: by === 'error' ? 'refused' : null,
  ...more,
})
const sliceOf = (
  from: number,
  until: number,
  list: readonly Heard[],
  name: typeof FRESH | typeof KEPT = FRESH,
): Slice => {
  const tally = openTally(from, from)
  for (const one of list) tally.note(name, one)
  const slice = tally.slice(until, null)
  if (slice === null) throw new Error('Nothing was heard')
  return slice
}
const lineOf = (timeline: Timeline, id = 'fresh'): ProbeLine => {
  const found = timeline.lines.find((line) => line.id === id)
  if (!found) throw new Error(`There is no line ${id}`)
  return found
}

describe('a slice', () => {
  it('tells how often each answered, how fast, and what went wrong last', () => {
    const slice = sliceOf(0, 10_000, [
      heard(1_000, 'blue', { milliseconds: 7 }),
      heard(2_000, 'error', { said: 'refused' }),
      heard(3_000, 'green', { milliseconds: 30 }),
      heard(4_000, 'error', { said: 'No whole answer within 10 s' }),
      heard(5_000, 'green', { milliseconds: 9 }),
    ])
    expect(slice.lines).toEqual([
      {
        ...FRESH,
        blue: 1,
        green: 2,
        other: 0,
        error: 2,
        milliseconds: { median: 9, most: 30 },
        said: 'No whole answer within 10 s',
        spans: { blue: [1_000, 1_000], green: [3_000, 5_000] },
      },
    ])
  })

  it('is none where nobody was asked and nothing was carried', () => {
    expect(openTally(0, 0).slice(10_000, { blue: [], green: [] })).toBeNull()
    expect(openTally(0, 0).slice(10_000, null)).toBeNull()
  })

  it('has the mean of the readings in its time, and none of before it', () => {
    const readings = [4, 2, 1].map((requestsPerSecond, index) => ({ at: index * 5_000, requestsPerSecond }))
    const slice = openTally(5_000, 5_000).slice(15_000, { blue: readings, green: [] })
    expect(slice).toMatchObject({ lines: [], traffic: { from: 5_000, blue: 1.5, green: null } })
  })
})

describe('the timeline', () => {
  it('knows the exact instants at which the new side began and the old one ended', () => {
    const before = withSlice(EMPTY_TIMELINE, sliceOf(90_000, 100_000, [heard(95_000, 'blue')]), { ...SWAP, at: null })
    expect(lineOf(before)).toMatchObject({ firstNew: null, lastOld: null })
    const during = withSlice(
      before,
      sliceOf(100_000, 110_000, [
        heard(101_000, 'blue'),
        heard(104_321, 'green'),
        heard(106_789, 'blue'),
        heard(109_000, 'green'),
      ]),
      SWAP,
    )
    expect(lineOf(during)).toMatchObject({ firstNew: 104_321, lastOld: 106_789 })
    const after = withSlice(during, sliceOf(110_000, 120_000, [heard(111_000, 'green')]), SWAP)
    expect(lineOf(after)).toMatchObject({ firstNew: 104_321, lastOld: 106_789 })
    expect(lineOf(withoutSwap(after))).toMatchObject({ firstNew: null, lastOld: null, slices: lineOf(after).slices })
    const back = withSlice(
      withoutSwap(after),
      sliceOf(120_000, 130_000, [heard(121_000, 'green'), heard(125_000, 'blue')]),
      {
        at: 120_000,
        to: 'blue',
        from: 'green',
      },
    )
    expect(lineOf(back)).toMatchObject({ firstNew: 125_000, lastOld: 121_000 })
  })

  it('takes no answer of before the swap for one of after it, where a slice lies across', () => {
    const across = sliceOf(95_000, 105_000, [heard(96_000, 'blue'), heard(97_000, 'green'), heard(104_000, 'green')])
    expect(lineOf(withSlice(EMPTY_TIMELINE, across, SWAP))).toMatchObject({ firstNew: 104_000, lastOld: null })
  })

  const slices = fc.array(
    fc.record({
      length: fc.constantFrom(10_000, 60_000, 300_000),
      gap: fc.constantFrom(0, 0, 0, 0, 20_000, 5_400_000),
      sides: fc.array(fc.constantFrom<Heard['by']>(...SIDES, 'green', 'green', 'green', 'green'), {
        minLength: 1,
        maxLength: 4,
      }),
      carried: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    }),
    { minLength: 1, maxLength: 1_500, size: 'max' },
  )
  it('loses no answer and no order, and does not grow for ever', () => {
    fc.assert(
      fc.property(slices, (list) => {
        let [now, timeline] = [0, EMPTY_TIMELINE]
        const counts = { blue: 0, green: 0, other: 0, error: 0 }
        for (const { length, gap, sides, carried } of list) {
          const from = now + gap
          now = from + length
          for (const side of sides) counts[side] += 1
          const slice = sliceOf(
            from,
            now,
            sides.map((side, index) => heard(from + index, side)),
          )
          timeline = withSlice(
            timeline,
            { ...slice, traffic: carried === null ? null : { from, blue: carried, green: null } },
            SWAP,
          )
        }
        const line = lineOf(timeline)
        for (const side of SIDES) expect(line.slices.reduce((sum, slice) => sum + slice[side], 0)).toBe(counts[side])
        for (const told of [line.slices, timeline.traffic]) {
          expect(told.length).toBeLessThanOrEqual(481)
          expect(told.every(({ from, until }, index) => from < until && from >= (told[index - 1]?.until ?? 0))).toBe(
            true,
          )
        }
      }),
      { numRuns: 15 },
    )
  })

  it('keeps the swap fine where it tells days of calm coarsely', () => {
    let timeline = EMPTY_TIMELINE
    for (let now = 100_000; now < 100_000 + 48 * 3_600_000; ) {
      const until = now + sliceMilliseconds(now - 100_000, 0)
      timeline = withSlice(timeline, sliceOf(now, until, [heard(now, 'green'), heard(now + 1, 'green')]), SWAP)
      now = until
    }
    const { slices: told } = lineOf(timeline)
    expect(told.length).toBeLessThan(480)
    expect(told.slice(0, 30).every(({ from, until }) => until - from === 10_000)).toBe(true)
  })
})

describe('the pace', () => {
  const calm = { now: 1_000_000, leverAt: 0, hasFollowed: true, isProved: true, troubledAt: null }
  it.each([
    ['before the swap', { leverAt: null, hasFollowed: false, isProved: false }, 30],
    ['from the lever on', { leverAt: 990_000, hasFollowed: false, isProved: false }, 2],
    ['once the URL has followed', { leverAt: 990_000, isProved: false }, 5],
    ['where it never follows', { leverAt: 1, hasFollowed: false, isProved: false }, 5],
    ['when all is calm', {}, 30],
    ['after something else than the new side', { troubledAt: 800_000 }, 5],
    ['five minutes later', { troubledAt: 700_000 }, 30],
  ])('%s', (_when, more, seconds) => {
    expect(paceMilliseconds({ ...calm, ...more }) / 1000).toBe(seconds)
  })

  it('is spread by a fifth, and never faster than two real requests a second', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(2_000, 5_000, 30_000),
        fc.constantFrom(1, 10, 60, 3_600),
        (turn, pace, speed) => {
          const wait = dueAt(0, pace, spreadOf(turn), speed)
          expect(wait).toBeGreaterThanOrEqual(500 * speed)
          expect(wait).toBeGreaterThanOrEqual(pace * 0.8)
          expect(wait).toBeLessThanOrEqual(Math.max(pace * 1.2, 500 * speed))
        },
      ),
    )
  })

  it('sends nobody to the side that was left soon after the URL has followed, and not for long where it does not', () => {
    const swapped = { now: 80_000, swappedAt: 0, followedAt: null }
    expect(isLeftVisited({ ...swapped, swappedAt: null })).toBe(true)
    expect(isLeftVisited(swapped)).toBe(true)
    expect(isLeftVisited({ ...swapped, now: 90_000 })).toBe(false)
    expect(isLeftVisited({ ...swapped, followedAt: 70_000 })).toBe(true)
    expect(isLeftVisited({ ...swapped, followedAt: 60_000 })).toBe(false)
  })

  it('journals fewer than 700 slices in a standby of 48 hours', () => {
    let count = 0
    for (let now = 0; now < 48 * 3_600_000; now += sliceMilliseconds(now, 0)) count += 1
    expect(count).toBeLessThan(700)
  })
})
