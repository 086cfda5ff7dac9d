import { describe, expect, it } from 'vitest'
import {
  bandPath,
  beforeSwap,
  coarser,
  linesInOrder,
  placeOn,
  roundUp,
  scaleOver,
  sharesOf,
  stepPath,
  stretchOf,
  sumOf,
  ticksOf,
} from '../../electron/contract/timeline-picture.ts'
import { manyLines, timeline } from './timelines.ts'
import { AT } from './views.ts'

const MINUTE = 60_000
const none = { blue: 0, green: 0, other: 0, error: 0 }

describe('the time that is shown', () => {
  it('reaches from the first that was seen to now, or to the last', () => {
    expect(stretchOf(timeline, AT + 5000)).toEqual({ from: AT - 720_000, until: AT + 5000 })
    expect(stretchOf(timeline, null)?.until).toBe(AT)
    expect(stretchOf({ lines: [], traffic: [] }, AT)).toBeNull()
  })

  it('begins shortly before the swap, however long the release stood there', () => {
    expect(beforeSwap(AT, AT + MINUTE)).toBe(AT - 2 * MINUTE)
    expect(beforeSwap(AT, AT + 60 * MINUTE)).toBe(AT - 15 * MINUTE)
  })

  it.each([
    [40_000, 5, 10],
    [10 * MINUTE, 5, 300],
    [10 * MINUTE, 12, 60],
    [3 * 60 * MINUTE, 5, 3600],
    [40 * 86_400_000, 4, 1_209_600],
  ])('has ticks at round moments: %i ms in %i', (length, most, seconds) => {
    const stretch = { from: AT + 1234, until: AT + 1234 + length }
    const ticks = ticksOf(stretch, most)
    expect(ticks.seconds).toBe(seconds)
    expect(ticks.at.length).toBeLessThanOrEqual(most)
    expect(ticks.at.every((at) => at % (seconds * 1000) === 0 && at >= stretch.from && at <= stretch.until)).toBe(true)
  })

  it('is placed between two edges, and never beyond', () => {
    const x = placeOn({ from: 100, until: 200 }, 10, 30)
    expect([0, 100, 150, 200, 900].map(x)).toEqual([10, 10, 20, 30, 30])
    expect(placeOn({ from: 5, until: 5 }, 0, 9)(5)).toBe(0)
  })
})

describe('who answered', () => {
  it('fills the strip in the same order each time', () => {
    expect(sharesOf({ ...none, blue: 3, green: 1 })).toEqual([
      { by: 'green', from: 0, to: 0.25 },
      { by: 'blue', from: 0.25, to: 1 },
    ])
    expect(sharesOf(none)).toEqual([])
  })

  it('lets a single error among hundreds of answers be seen', () => {
    const [green, error] = sharesOf({ ...none, green: 600, error: 1 })
    expect((error?.to ?? 0) - (error?.from ?? 0)).toBeGreaterThan(0.15)
    expect(green?.to).toBe(error?.from)
    expect(error?.to).toBe(1)
  })

  it('is summed up for each line', () => {
    const [fresh] = timeline.lines
    if (!fresh) throw new Error('There is a line')
    const sum = sumOf(fresh)
    expect(sum.blue + sum.green).toBe(36 * 4)
    expect(sum.error).toBe(1)
    expect(sum.milliseconds?.median).toBeLessThanOrEqual(40)
    expect(sumOf({ ...fresh, slices: [] }).milliseconds).toBeNull()
  })

  it('is told more coarsely where slices are too narrow to be seen, never over a gap, and loses no answer', () => {
    const [fresh] = timeline.lines
    const [, , www] = timeline.lines
    if (!fresh || !www) throw new Error('There are lines')
    const coarse = coarser(fresh.slices, 60_000)
    expect(coarse.length).toBe(12)
    expect(sumOf({ ...fresh, slices: coarse })).toMatchObject({
      blue: sumOf(fresh).blue,
      green: sumOf(fresh).green,
      error: 1,
    })
    expect(coarse.some(({ said }) => said !== undefined)).toBe(true)
    expect(coarser(fresh.slices, 0)).toEqual(fresh.slices)
    const at = (from: number, median: number) => ({
      ...none,
      from: from * MINUTE,
      until: (from + 1) * MINUTE,
      milliseconds: { median, most: 2 * median },
    })
    // A rise at the end of a column is not lost in what came before it.
    const [column] = coarser([at(0, 10), at(1, 10), at(2, 10), at(3, 90)], 4 * MINUTE)
    expect(column?.milliseconds).toEqual({ median: 50, most: 180 })
    const gap = (slices: readonly { readonly from: number; readonly until: number }[]) =>
      slices.flatMap(({ from }, index) => ((slices[index - 1]?.until ?? from) < from ? [from] : []))
    expect(gap(coarser(www.slices, 60_000))).toEqual(gap(www.slices))
  })

  it('is listed with what a new visitor gets first, then by name', () => {
    const kinds = linesInOrder(manyLines).map(({ kind }) => kind)
    expect(kinds.slice(0, 3)).toEqual(['fresh', 'kept', 'domain'])
    const hosts = linesInOrder(manyLines)
      .slice(2)
      .map(({ host }) => host)
    expect(hosts).toEqual(hosts.toSorted())
  })
})

describe('a curve', () => {
  const level = (from: number, until: number, value: number | null) => ({ from, until, value })
  const x = (at: number) => at
  const y = (value: number) => 10 - value

  it('goes in steps, also where there is only one', () => {
    expect(stepPath([level(0, 5, 2), level(5, 9, 4)], x, y)).toBe('M0 8H5V6H9')
    expect(stepPath([level(0, 5, 2)], x, y)).toBe('M0 8H5')
    expect(stepPath([], x, y)).toBe('')
  })

  it('has a gap where nothing is known, and where nothing was asked', () => {
    expect(stepPath([level(0, 5, 2), level(5, 6, null), level(6, 9, 2)], x, y)).toBe('M0 8H5M6 8H9')
    expect(stepPath([level(0, 5, 2), level(7, 9, 2)], x, y)).toBe('M0 8H5M7 8H9')
    expect(bandPath([{ ...level(0, 5, null), base: 0 }], x, y)).toBe('')
    expect(bandPath([{ ...level(0, 5, 3), base: 1 }], x, y)).toBe('M0 9V7H5V9Z')
  })

  it('has a top that a single outlier does not set, and tells of it', () => {
    const usual = Array.from({ length: 40 }, (_, index) => 8 + (index % 5))
    expect(scaleOver(usual, 1)).toEqual({ top: 20, highest: null })
    expect(scaleOver([...usual, 230], 1)).toEqual({ top: 20, highest: 230 })
    expect(scaleOver([1, 2, 230], 1)).toEqual({ top: 300, highest: null })
    expect(scaleOver([...usual.map(() => 0), 5], 0.3)).toEqual({ top: 5, highest: null })
    expect(scaleOver([], 0.3)).toEqual({ top: 0.3, highest: null })
  })

  it.each([
    [0, 1],
    [0.03, 0.03],
    [0.031, 0.04],
    [7, 8],
    [12.4, 20],
    [999, 1000],
    [Number.NaN, 1],
  ])('of %d has %d as its top', (value, top) => expect(roundUp(value)).toBe(top))
})
