import type { Colour, Instant } from '../contract/models.ts'
import type { ProbeLine } from '../contract/timeline.ts'
import type { Slice } from './lookout-slices.ts'
import type { Sight } from './step.ts'

/** What one request of a line came to. */
export interface Heard {
  readonly at: Instant
  readonly by: Colour | 'other' | 'error'
  /** Null where nothing was answered. */
  readonly milliseconds: number | null
  /** What went wrong, in words; null where nothing did. */
  readonly said: string | null
}

/** Which line it is; the same for as long as the release is watched. */
export type LineName = Pick<ProbeLine, 'id' | 'kind' | 'host'>

/** One slice of the timeline, while it is open. */
export function openTally(from: Instant, trafficFrom: Instant) {
  const heard = new Map<string, { readonly name: LineName; readonly list: Heard[] }>()

  return {
    from,
    note(name: LineName, one: Heard): void {
      const line = heard.get(name.id) ?? { name, list: [] }
      heard.set(name.id, line)
      line.list.push(one)
    },
    /** The slice up to now; null where nothing was heard and no reading of traffic came. */
    slice(until: Instant, traffic: Sight['traffic'] | null): Slice | null {
      const lines = [...heard.values()].map(lineOf)
      const [blue, green] = [meanOf(traffic, 'blue', trafficFrom, until), meanOf(traffic, 'green', trafficFrom, until)]
      const carried = blue === null && green === null ? null : { from: trafficFrom, blue, green }
      return lines.length === 0 && carried === null ? null : { from, until, lines, traffic: carried }
    },
  }
}

export type Tally = ReturnType<typeof openTally>

function lineOf(line: { readonly name: LineName; readonly list: readonly Heard[] }): Slice['lines'][number] {
  const { name, list } = line
  const times = list.flatMap(({ milliseconds }) => milliseconds ?? [])
  const count = (by: Heard['by']): number => list.filter((each) => each.by === by).length
  const said = list.findLast((each) => each.said !== null)?.said ?? null
  return {
    ...name,
    blue: count('blue'),
    green: count('green'),
    other: count('other'),
    error: count('error'),
    milliseconds: times.length === 0 ? null : { median: medianOf(times), most: Math.max(...times) },
    ...(said === null ? {} : { said }),
    spans: { blue: spanOf(list, 'blue'), green: spanOf(list, 'green') },
  }
}

function spanOf(list: readonly Heard[], colour: Colour): [first: Instant, last: Instant] | null {
  const own = list.filter(({ by }) => by === colour).map(({ at }) => at)
  return own.length === 0 ? null : [Math.min(...own), Math.max(...own)]
}

/** The middle one; the faster of two. */
function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor((times.length - 1) / 2)] ?? 0
}

/** Mean requests per second of the readings in a time. */
function meanOf(traffic: Sight['traffic'] | null, colour: Colour, from: Instant, until: Instant): number | null {
  const readings = (traffic?.[colour] ?? []).filter(({ at }) => at >= from && at < until)
  if (readings.length === 0) return null
  return readings.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0) / readings.length
}
