import type { Colour, Instant } from '../contract/models.ts'
import type { DrainView } from '../contract/timeline.ts'
import { lastSwap, type ReleaseState, recordOf, rolesOf } from './state.ts'
import type { Sight, TrafficReading } from './step.ts'

const MINUTE = 60_000
/** What is older says little of how it goes on. */
const WINDOW_MILLISECONDS = 10 * MINUTE
/** Fewer readings, or over a shorter time, are no trend. */
const LEAST_READINGS = 5
const LEAST_MILLISECONDS = MINUTE
/** It is called steady once it has been so for as long: a fall that ends in a remainder shows both at first. */
const STEADY_MILLISECONDS = 3 * MINUTE
/** As a logarithm: a quarter more or less, over the time looked at, is no change. */
const LEAST_CHANGE = 0.25
/** As a logarithm: how far a steady traffic may lie from its middle. */
const STEADY_BAND = 0.35
/** Of more readings not every two are compared. */
const MOST_PAIRED = 24
/** The last ones to leave are slower than the many before them. */
const CAUTION = 1.25
/** A forecast of more is none. */
const FARTHEST_MILLISECONDS = 6 * 60 * MINUTE

/** Requests per second that count as nobody: an idle environment's own health checks, and a little. */
export function floorOf({ baseline }: ReleaseState): number {
  return (baseline?.floorRequestsPerSecond ?? 0) * 1.25 + 0.05
}

/**
 * How the traffic of the environment that was left goes, with what it means and what to do; null before the swap, and where it is
 * not reported. It explains and forecasts: no gate is judged by it. Pure.
 */
export function drainViewOf(state: ReleaseState, sight: Pick<Sight, 'at' | 'traffic'>): DrainView | null {
  const swappedAt = lastSwap(state).at
  if (swappedAt === null) return null
  const { from, to } = rolesOf(state.release.track)
  const floor = floorOf(state)
  const trend = trendSince(sight.traffic[from], swappedAt, {
    idle: state.baseline?.floorRequestsPerSecond ?? 0,
    floor,
    now: sight.at,
  })
  if (trend === null) return null
  const servers = saidByServers(state)
  const kept = state.timeline.lines.find(({ kind }) => kind === 'kept')?.slices.at(-1)
  const keptHere = (kept?.[from] ?? 0) > 0 && sight.at - (kept?.until ?? 0) < 5 * MINUTE
  return { ...trend, floor, ...wordsOf(trend, { servers, keptHere, from, to, floor, now: sight.at }) }
}

/** By the readings it was found in, which come every quarter of a minute: each is judged once and drawn many times. */
const found = new WeakMap<readonly TrafficReading[], { readonly key: string; readonly trend: Trend | null }>()

function trendSince(
  readings: readonly TrafficReading[],
  swappedAt: Instant,
  rest: Parameters<typeof trendOf>[1],
): Trend | null {
  const key = [swappedAt, rest.idle, rest.floor].join(' ')
  const known = found.get(readings)
  if (known?.key === key) return known.trend
  const trend = trendOf(
    readings.filter(({ at }) => at >= swappedAt),
    rest,
  )
  found.set(readings, { key, trend })
  return trend
}

type Trend = Pick<DrainView, 'trend' | 'since' | 'requestsPerSecond' | 'idleAt'>

/**
 * Where readings go: robust against single ones (Theil and Sen, on the logarithm of what lies above idle: users leave as memories
 * and connections run out, by parts). Null where there are too few. Pure.
 */
export function trendOf(
  readings: readonly TrafficReading[],
  { idle, floor, now }: { readonly idle: number; readonly floor: number; readonly now: Instant },
): Trend | null {
  const newest = readings.at(-1)
  if (!newest) return null
  const busy = readings.findLastIndex(({ requestsPerSecond }) => requestsPerSecond > floor)
  const quiet = readings[busy + 1]
  const requestsPerSecond = medianOf(readings.slice(-3).map((reading) => reading.requestsPerSecond))
  if (quiet && newest.at - quiet.at >= MINUTE)
    return { trend: 'idle', since: quiet.at, requestsPerSecond, idleAt: null }
  const points = readings.map((reading) => ({
    at: reading.at,
    log: Math.log(Math.max(reading.requestsPerSecond - idle, (floor - idle) / 2)),
  }))
  if (!isLongEnough(points)) return null
  const recent = points.filter(({ at }) => newest.at - at <= WINDOW_MILLISECONDS)
  const calm = [steadyEnd(points), recent].find(
    (some) => newest.at - (some[0]?.at ?? newest.at) >= STEADY_MILLISECONDS && !isChanging(some),
  )
  const isMoving = isLongEnough(recent) && isChanging(recent)
  if (calm && !(isMoving && isOneLine(recent)))
    return { trend: 'steady', since: calm[0]?.at ?? newest.at, requestsPerSecond, idleAt: null }
  if (!isMoving) return null
  if (slopeOf(recent) > 0) return { trend: 'rising', since: turnOf(recent, -1), requestsPerSecond, idleAt: null }
  return { trend: 'falling', since: turnOf(recent, 1), requestsPerSecond, idleAt: forecast(recent, floor - idle, now) }
}

interface Point {
  readonly at: Instant
  readonly log: number
}

function isLongEnough(points: readonly Point[]): boolean {
  const [first, last] = [points[0], points.at(-1)]
  return (
    points.length >= LEAST_READINGS &&
    first !== undefined &&
    last !== undefined &&
    last.at - first.at >= LEAST_MILLISECONDS
  )
}

/** The newest readings that lie around one middle. */
function steadyEnd(points: readonly Point[]): readonly Point[] {
  const smooth = points.map((_, index) => {
    const first = Math.min(Math.max(0, index - 1), points.length - 3)
    return { log: medianOf(points.slice(first, first + 3).map(({ log }) => log)) }
  })
  const middle = medianOf(smooth.slice(-LEAST_READINGS).map(({ log }) => log))
  const outside = smooth.findLastIndex(({ log }) => Math.abs(log - middle) > STEADY_BAND)
  return points.slice(outside + 1)
}

/** Whether it has changed by more than readings differ anyway. */
function isChanging(points: readonly Point[]): boolean {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || points.length < 3) return false
  const slope = slopeOf(points)
  const change = Math.abs(slope * (last.at - first.at))
  return change > Math.max(LEAST_CHANGE, 3 * spreadOf(points, slope) * Math.sqrt(12 / points.length))
}

/** Whether it lies along its line as closely as one reading lies by the next: a fall that has ended does not. */
function isOneLine(points: readonly Point[]): boolean {
  const steps = points.slice(1).map(({ log }, index) => Math.abs(log - (points[index]?.log ?? log)))
  return spreadOf(points) <= 0.03 + 1.5 * medianOf(steps)
}

/** How far readings lie from the line through them, as a standard deviation. */
function spreadOf(points: readonly Point[], slope = slopeOf(points)): number {
  const first = points[0]?.at ?? 0
  const above = points.map(({ at, log }) => log - slope * (at - first))
  const level = medianOf(above)
  return 1.4826 * medianOf(above.map((each) => Math.abs(each - level)))
}

/** Where the fall, or with -1 the rise, began. */
function turnOf(points: readonly Point[], sign: 1 | -1): Instant {
  const first = points[0]?.at ?? 0
  return points.reduce<{ readonly at: Instant; readonly log: number }>(
    (most, { at, log }) => (sign * log >= sign * most.log ? { at, log } : most),
    { at: first, log: sign === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY },
  ).at
}

/**
 * When it is down to idle if it goes on like this: by the slower of the whole fall and its newer half, from the higher of the newest
 * readings, in whole minutes, rounded up. Null where that says nothing.
 */
function forecast(points: readonly Point[], above: number, now: Instant): Instant | null {
  const fall = points.filter(({ at }) => at >= turnOf(points, 1))
  const half = fall.slice(-Math.max(LEAST_READINGS, Math.ceil(fall.length / 2)))
  if (fall.length < LEAST_READINGS) return null
  const slope = Math.max(slopeOf(fall), slopeOf(half))
  if (!(slope < 0)) return null
  const level = Math.max(...points.slice(-3).map(({ log }) => log))
  const left = (CAUTION * (level - Math.log(above))) / -slope
  return left > FARTHEST_MILLISECONDS ? null : now + Math.max(1, Math.ceil(left / MINUTE)) * MINUTE
}

/** Per millisecond: the middle of the slopes between every two of a few that lie evenly among them. */
function slopeOf(points: readonly Point[]): number {
  const every = Math.ceil(points.length / MOST_PAIRED)
  const few = points.filter((_, index) => (points.length - 1 - index) % every === 0)
  return medianOf(
    few.flatMap((one, index) =>
      few.slice(index + 1).flatMap((next) => (next.at > one.at ? [(next.log - one.log) / (next.at - one.at)] : [])),
    ),
  )
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, next) => one - next)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return ((low ?? 0) + (high ?? 0)) / 2
}

/** What is known of name servers: all have followed, some have not, or nobody asks them. */
function saidByServers(state: ReleaseState): 'all' | 'some' | 'not-asked' {
  if (state.release.settings.panel?.fromHere === false) return 'not-asked'
  const found = recordOf(state, 'propagation').proofs.find(({ id }) => id === 'resolvers')
  return found?.status === 'passed' ? 'all' : 'some'
}

function wordsOf(
  { trend, since, requestsPerSecond, idleAt }: Trend,
  around: {
    readonly servers: ReturnType<typeof saidByServers>
    readonly keptHere: boolean
    readonly from: Colour
    readonly to: Colour
    readonly now: Instant
    readonly floor: number
  },
): Pick<DrainView, 'words' | 'advice'> {
  const { servers, keptHere, from, to, now, floor } = around
  const lasted = inWords(now - since)
  switch (trend) {
    case 'idle':
      return { words: `It has been idle for ${lasted}.`, advice: null }
    case 'rising':
      return {
        words: `It has been rising for ${lasted}.`,
        advice: `After the swap nobody new should come to ${from}: somebody leads to it by another name, or to its load balancer. Look at its access log who asks.`,
      }
    case 'falling':
      return {
        words:
          idleAt === null
            ? `It has been falling for ${lasted}; when it is down to idle cannot be said yet.`
            : `It has been falling for ${lasted}; at this pace it is down to idle in ${inWords(idleAt - now)} at the earliest.`,
        advice: null,
      }
    case 'steady': {
      const words =
        requestsPerSecond > floor
          ? `It has stayed at about ${requestsPerSecond.toFixed(1)} requests per second for ${lasted}.`
          : `It is idle most of the time, but for ${lasted} somebody has still come now and then.`
      if (servers === 'some')
        return {
          words: `${words} Not every name server says ${to} yet: whoever asks the others is still sent to ${from}.`,
          advice: null,
        }
      return {
        words: `${words} ${servers === 'all' ? `Every name server says ${to}: what is left are clients` : 'What name servers say is not asked from here; once they have followed, what is left are clients'} that keep a connection open, or that remember the address themselves, as Java programs may do for ever.${keptHere ? ` A connection that this computer keeps open still reaches ${from}, too.` : ''}`,
        advice: `Restart those clients, lower the idle timeout of ${from}’s load balancer so that it closes connections that rest, or wait. Its access log shows who they are.`,
      }
    }
  }
}

function inWords(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / MINUTE)
  if (minutes < 1) return `${Math.max(1, Math.round(milliseconds / 1000))} s`
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
