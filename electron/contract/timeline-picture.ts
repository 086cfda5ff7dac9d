import type { Instant } from './models.ts'
import type { ProbeLine, ProbeSlice, Timeline } from './timeline.ts'

/** A stretch of time that a picture shows. */
export interface Stretch {
  readonly from: Instant
  readonly until: Instant
}

/** Who answered a request. */
export type Answerer = 'blue' | 'green' | 'other' | 'error'

/** In the order in which they are stacked: what blue still answers lies on what green does, and errors on both. */
export const ANSWERERS: readonly Answerer[] = ['green', 'blue', 'other', 'error']

/** Never so thin that it cannot be seen: one error among hundreds of answers is what one looks for. */
const LEAST_SHARE = 0.25

/** Of all values, those that a scale must hold. */
const USUAL_SHARE = 0.96

const TICK_SECONDS = [
  5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
]

/** From the first to the last that was seen, or to `now` where it goes on; null where nothing was. Pure, as all here. */
export function stretchOf({ lines, traffic }: Timeline, now: Instant | null): Stretch | null {
  const slices: readonly Stretch[] = [...lines.flatMap(({ slices: own }) => own), ...traffic]
  const from = slices.reduce((least, slice) => Math.min(least, slice.from), Number.POSITIVE_INFINITY)
  const until = slices.reduce((most, slice) => Math.max(most, slice.until), now ?? Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(from) || !Number.isFinite(until)) return null
  return { from, until: Math.max(until, from + 1000) }
}

/**
 * From where a swap is worth looking at: two minutes before it, or as much as a quarter of what came after it. A release may have
 * stood before its swap for days.
 */
export function beforeSwap(swappedAt: Instant, until: Instant): Instant {
  return swappedAt - Math.max(120_000, (until - swappedAt) / 4)
}

/** Round moments of a clock, at most so many; `seconds` lie between two of them. */
export function ticksOf(
  { from, until }: Stretch,
  most: number,
): { readonly seconds: number; readonly at: readonly Instant[] } {
  const length = (until - from) / 1000
  const seconds =
    TICK_SECONDS.find((each) => length / each < most) ?? Math.ceil(length / Math.max(1, most) / 604_800) * 604_800
  const step = seconds * 1000
  const first = Math.ceil(from / step) * step
  const count = first > until ? 0 : Math.floor((until - first) / step) + 1
  return { seconds, at: Array.from({ length: count }, (_, index) => first + index * step) }
}

/** Where a moment lies between two edges of a picture, to a tenth; moments outside lie on the edge. */
export function placeOn({ from, until }: Stretch, left: number, right: number): (at: Instant) => number {
  const length = Math.max(1, until - from)
  return (at) => tenth(left + ((Math.min(Math.max(at, from), until) - from) / length) * (right - left))
}

/** How much of a slice each answered, stacked from 0 to 1; whoever answered at all can be seen. */
export function sharesOf(
  slice: Readonly<Record<Answerer, number>>,
): readonly { readonly by: Answerer; readonly from: number; readonly to: number }[] {
  const there = ANSWERERS.filter((by) => slice[by] > 0)
  const sum = there.reduce((total, by) => total + slice[by], 0)
  const seen = there.map((by) => Math.max(slice[by] / sum, LEAST_SHARE))
  const whole = seen.reduce((total, each) => total + each, 0)
  let reached = 0
  return there.map((by, index) => {
    const from = reached
    reached += (seen[index] ?? 0) / whole
    return { by, from, to: index === there.length - 1 ? 1 : reached }
  })
}

/** Slices that follow each other, joined until each is as long as can be seen; what went wrong in any of them is kept. */
export function coarser(slices: readonly ProbeSlice[], leastMilliseconds: number): readonly ProbeSlice[] {
  const joined: ProbeSlice[] = []
  for (const slice of slices) {
    const last = joined.at(-1)
    const isShort = last !== undefined && last.until - last.from < leastMilliseconds
    if (last && isShort && last.until === slice.from)
      joined[joined.length - 1] = joinSlices(last, slice, between(last.milliseconds, slice.milliseconds))
    else joined.push(slice)
  }
  return joined
}

/** Two slices that follow each other as one, with what is told of the times of both. */
export function joinSlices(one: ProbeSlice, next: ProbeSlice, milliseconds: ProbeSlice['milliseconds']): ProbeSlice {
  const said = next.said ?? one.said
  return {
    from: one.from,
    until: next.until,
    blue: one.blue + next.blue,
    green: one.green + next.green,
    other: one.other + next.other,
    error: one.error + next.error,
    milliseconds,
    ...(said === undefined ? {} : { said }),
  }
}

/** Halfway between the medians, so that a rise is seen in a column of many slices. */
function between(one: ProbeSlice['milliseconds'], next: ProbeSlice['milliseconds']): ProbeSlice['milliseconds'] {
  if (one === null || next === null) return one ?? next
  return { median: (one.median + next.median) / 2, most: Math.max(one.most, next.most) }
}

/** A value in each slice of time; null: it is not known. */
export interface Level extends Stretch {
  readonly value: number | null
}

/** The levels as steps of one line; what is not known, or was not asked, is a gap. Empty where nothing is known. */
export function stepPath(levels: readonly Level[], x: (at: Instant) => number, y: (value: number) => number): string {
  return runsOf(levels)
    .map((run) =>
      run
        .map(({ from, until, value }, index) => `${index === 0 ? `M${x(from)} ` : 'V'}${y(value)}H${x(until)}`)
        .join(''),
    )
    .join('')
}

/** The surface between two lines of steps over the same slices, or between one and the floor of the picture. */
export function bandPath(
  levels: readonly (Level & { readonly base: number | null })[],
  x: (at: Instant) => number,
  y: (value: number) => number,
): string {
  return levels
    .flatMap(({ from, until, value, base }) =>
      value === null || base === null ? [] : [`M${x(from)} ${y(base)}V${y(value)}H${x(until)}V${y(base)}Z`],
    )
    .join('')
}

/** Levels that follow each other without a gap. */
function runsOf(levels: readonly Level[]): readonly (readonly (Level & { readonly value: number })[])[] {
  const runs: (Level & { readonly value: number })[][] = []
  for (const level of levels) {
    const { value, from } = level
    if (value === null) continue
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run && last?.until === from) run.push({ ...level, value })
    else runs.push([{ ...level, value }])
  }
  return runs
}

/** A round number that is at least as much: the top of a scale. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((each) => value <= each * power * 1.000_001) ?? 10
  return Number((step * power).toPrecision(2))
}

/**
 * The top of a scale for these values and at least `least`. A few that are far above all others go beyond it, so that the others can be
 * seen: the highest is told then.
 */
export function scaleOver(
  values: readonly number[],
  least: number,
): { readonly top: number; readonly highest: number | null } {
  const sorted = values.toSorted((one, next) => one - next)
  const highest = sorted.at(-1) ?? 0
  const usual = sorted[Math.floor((sorted.length - 1) * USUAL_SHARE)] ?? 0
  if (sorted.length < 10 || highest <= 4 * usual || usual <= least)
    return { top: roundUp(Math.max(highest, least)), highest: null }
  return { top: roundUp(usual * 1.25), highest }
}

/** All answers of a line together. */
export function sumOf({
  slices,
}: ProbeLine): Readonly<Record<Answerer, number>> & { readonly milliseconds: ProbeSlice['milliseconds'] } {
  const total = (by: Answerer) => slices.reduce((sum, slice) => sum + slice[by], 0)
  const times = slices.flatMap(({ milliseconds }) => (milliseconds ? [milliseconds] : []))
  const medians = times.map(({ median }) => median).toSorted((one, next) => one - next)
  const median = medians[Math.floor((medians.length - 1) / 2)]
  return {
    blue: total('blue'),
    green: total('green'),
    other: total('other'),
    error: total('error'),
    milliseconds:
      median === undefined ? null : { median, most: times.reduce((most, each) => Math.max(most, each.most), 0) },
  }
}

/** The lines in the order in which they are drawn: what a new visitor gets, a kept connection, then the domains by name. */
export function linesInOrder({ lines }: Timeline): readonly ProbeLine[] {
  const place = { fresh: 0, kept: 1, domain: 2 }
  return lines.toSorted((one, next) => place[one.kind] - place[next.kind] || (one.host < next.host ? -1 : 1))
}

export const LINE_TITLES: Readonly<Record<ProbeLine['kind'], string>> = {
  fresh: 'Fresh connections',
  kept: 'A kept connection',
  domain: 'Custom domain',
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
