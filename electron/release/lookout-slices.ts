import type { EntryOf } from '../contract/entries.ts'
import type { Colour, Instant } from '../contract/models.ts'
import type { ProbeLine, ProbeSlice, Timeline } from '../contract/timeline.ts'
import { joinSlices } from '../contract/timeline-picture.ts'

/** One slice of the timeline, as it is journalled. */
export type Slice = Omit<EntryOf<'watched'>, 'kind' | 'at'>
type SliceLine = Slice['lines'][number]
type TrafficSlice = Timeline['traffic'][number]

/** The swap that a timeline is told from; null: there was none yet. */
export interface SwapSeen {
  readonly at: Instant | null
  readonly to: Colour
  readonly from: Colour
}

export const EMPTY_TIMELINE: Timeline = { lines: [], traffic: [] }

/** What a picture, and the memory of a release that stands for days, can hold of each line. */
const MOST_SLICES = 360
/** Where joining calm ones is not enough, any are joined. */
const TOO_MANY_SLICES = 480
/** Shorter ones show the swap itself: they stay. */
const FINE_MILLISECONDS = 30_000

/** The timeline with one more slice at its end. Pure. */
export function withSlice(timeline: Timeline, slice: Slice, swap: SwapSeen): Timeline {
  const lines = slice.lines.reduce<readonly ProbeLine[]>(
    (known, line) => placed(known, line, slice, swap),
    timeline.lines,
  )
  if (slice.traffic === null) return { ...timeline, lines }
  const { from, blue, green } = slice.traffic
  return {
    lines,
    traffic: bounded([...timeline.traffic, { from, until: slice.until, blue, green }], () => true, joinTraffic),
  }
}

/** A swap begins a new count of who answered first and last. Pure. */
export function withoutSwap(timeline: Timeline): Timeline {
  return { ...timeline, lines: timeline.lines.map((line) => ({ ...line, firstNew: null, lastOld: null })) }
}

function placed(lines: readonly ProbeLine[], line: SliceLine, slice: Slice, swap: SwapSeen): readonly ProbeLine[] {
  const { id, kind, host } = line
  const known = lines.find((each) => each.id === id) ?? {
    id,
    kind,
    host,
    firstNew: null,
    lastOld: null,
    slices: [] as readonly ProbeSlice[],
  }
  const isAfter = (at: Instant | undefined): at is Instant => at !== undefined && swap.at !== null && at >= swap.at
  const firstNew = line.spans[swap.to]?.find(isAfter) ?? null
  const lastOld = line.spans[swap.from]?.[1]
  const { blue, green, other, error, milliseconds, said } = line
  const { from, until } = slice
  const added: ProbeSlice = {
    from,
    until,
    blue,
    green,
    other,
    error,
    milliseconds,
    ...(said === undefined ? {} : { said }),
  }
  const next: ProbeLine = {
    ...known,
    firstNew: known.firstNew ?? firstNew,
    lastOld: isAfter(lastOld) ? lastOld : known.lastOld,
    slices: bounded([...known.slices, added], isAlike, (one, next) =>
      joinSlices(one, next, joinMilliseconds(one, next)),
    ),
  }
  return lines.some((each) => each.id === id) ? lines.map((each) => (each.id === id ? next : each)) : [...lines, next]
}

/** Long lists are told more coarsely: neighbours that are alike first, then any; what lies around the swap last. */
function bounded<Each extends { readonly from: Instant; readonly until: Instant }>(
  list: readonly Each[],
  isLike: (one: Each, next: Each) => boolean,
  join: (one: Each, next: Each) => Each,
): readonly Each[] {
  if (list.length <= MOST_SLICES) return list
  const isLong = ({ from, until }: Each): boolean => until - from >= FINE_MILLISECONDS
  const coarser = inPairs(
    list,
    (one, next) => one.until === next.from && isLong(one) && isLong(next) && isLike(one, next),
    join,
  )
  return coarser.length > TOO_MANY_SLICES ? inPairs(coarser, () => true, join) : coarser
}

function inPairs<Each>(
  list: readonly Each[],
  mayJoin: (one: Each, next: Each) => boolean,
  join: (one: Each, next: Each) => Each,
): readonly Each[] {
  const joined: Each[] = []
  for (let index = 0; index < list.length; index += 1) {
    const one = list[index]
    const next = list[index + 1]
    if (one === undefined) break
    if (next !== undefined && mayJoin(one, next)) {
      joined.push(join(one, next))
      index += 1
    } else joined.push(one)
  }
  return joined
}

/** The same one side answered both, and nothing else did. */
function isAlike(one: ProbeSlice, next: ProbeSlice): boolean {
  const sides = ['blue', 'green', 'other', 'error'] as const
  return sides.filter((side) => one[side] + next[side] > 0).length === 1
}

/** Of two medians the one of more answers: what lay between them is not known any more. */
function joinMilliseconds(one: ProbeSlice, next: ProbeSlice): ProbeSlice['milliseconds'] {
  if (one.milliseconds === null || next.milliseconds === null) return one.milliseconds ?? next.milliseconds
  const { median } = answers(one) > answers(next) ? one.milliseconds : next.milliseconds
  return { median, most: Math.max(one.milliseconds.most, next.milliseconds.most) }
}

function answers({ blue, green, other }: ProbeSlice): number {
  return blue + green + other
}

function joinTraffic(one: TrafficSlice, next: TrafficSlice): TrafficSlice {
  const mean = (colour: Colour): number | null => {
    const [a, b] = [one[colour], next[colour]]
    if (a === null || b === null) return a ?? b
    const [first, second] = [one.until - one.from, next.until - next.from]
    return first + second === 0 ? b : (a * first + b * second) / (first + second)
  }
  return { from: one.from, until: next.until, blue: mean('blue'), green: mean('green') }
}
