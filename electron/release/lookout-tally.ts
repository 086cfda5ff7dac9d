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

/** What one line came to so far. */
interface Count {
  readonly name: LineName
  readonly sides: Record<Heard['by'], number>
  readonly times: number[]
  readonly spans: Record<Colour, [first: Instant, last: Instant] | null>
  said: string | null
}

/** One slice of the timeline, while it is open. */
export function openTally(from: Instant, trafficFrom: Instant) {
  const counts = new Map<string, Count>()

  return {
    from,
    note(name: LineName, { at, by, milliseconds, said }: Heard): void {
      const count = counts.get(name.id) ?? blank(name)
      counts.set(name.id, count)
      count.sides[by] += 1
      if (milliseconds !== null) count.times.push(milliseconds)
      if (said !== null) count.said = said
      if (by === 'blue' || by === 'green') count.spans[by] = [count.spans[by]?.[0] ?? at, at]
    },
    /** The slice up to now; null where nothing was heard and no reading of traffic came. */
    slice(until: Instant, traffic: Sight['traffic'] | null): Slice | null {
      const [blue, green] = [meanOf(traffic, 'blue', trafficFrom, until), meanOf(traffic, 'green', trafficFrom, until)]
      const carried = blue === null && green === null ? null : { from: trafficFrom, blue, green }
      if (counts.size === 0 && carried === null) return null
      return { from, until, lines: [...counts.values()].map(lineOf), traffic: carried }
    },
  }
}

export type Tally = ReturnType<typeof openTally>

function blank(name: LineName): Count {
  const sides = { blue: 0, green: 0, other: 0, error: 0 }
  return { name, sides, times: [], spans: { blue: null, green: null }, said: null }
}

function lineOf({ name, sides, times, spans, said }: Count): Slice['lines'][number] {
  return {
    ...name,
    ...sides,
    milliseconds: times.length === 0 ? null : { median: medianOf(times), most: Math.max(...times) },
    ...(said === null ? {} : { said }),
    spans: { ...spans },
  }
}

/** The middle one; the faster of two. */
function medianOf(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor((times.length - 1) / 2)] ?? 0
}

/** Mean requests per second of the readings in a time; the newest are the last. */
function meanOf(traffic: Sight['traffic'] | null, colour: Colour, from: Instant, until: Instant): number | null {
  const readings = traffic?.[colour] ?? []
  let [sum, count] = [0, 0]
  for (let index = readings.length - 1; index >= 0; index -= 1) {
    const reading = readings[index]
    if (!reading || reading.at < from) break
    if (reading.at >= until) continue
    sum += reading.requestsPerSecond
    count += 1
  }
  return count === 0 ? null : Math.round((sum / count) * 1000) / 1000
}
