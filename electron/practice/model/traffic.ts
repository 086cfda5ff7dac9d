/** What an instance answered lately, in slices of five account seconds. */
export interface Traffic {
  readonly slices: Slice[]
  total: number
}

interface Slice {
  readonly start: number
  /** Requests by the first digit of their status code, from 2 to 5. */
  readonly counts: [number, number, number, number]
  readonly latencies: { readonly milliseconds: number; readonly count: number }[]
}

const SLICE_MILLISECONDS = 5_000
const KEPT_MILLISECONDS = 1_800_000

export function createTraffic(): Traffic {
  return { slices: [], total: 0 }
}

/** Notes `count` answers given at `now`. */
export function recordTraffic(
  traffic: Traffic,
  now: number,
  answer: { readonly statusCode: number; readonly latencyMilliseconds: number; readonly count: number },
): void {
  const start = now - (now % SLICE_MILLISECONDS)
  let slice = traffic.slices.at(-1)
  if (slice === undefined || slice.start < start) {
    slice = { start, counts: [0, 0, 0, 0], latencies: [] }
    traffic.slices.push(slice)
    while ((traffic.slices[0]?.start ?? now) < now - KEPT_MILLISECONDS) traffic.slices.shift()
  }
  const family = Math.min(5, Math.max(2, Math.floor(answer.statusCode / 100))) - 2
  slice.counts[family as 0 | 1 | 2 | 3] += answer.count
  if (slice.latencies.length < 200)
    slice.latencies.push({ milliseconds: answer.latencyMilliseconds, count: answer.count })
  traffic.total += answer.count
}

/** Requests of a stretch of time, scaled to the ten seconds that enhanced health speaks of. */
export interface TrafficSummary {
  readonly durationSeconds: number
  readonly requestCount: number
  readonly status2xx: number
  readonly status3xx: number
  readonly status4xx: number
  readonly status5xx: number
  /** 0 to 1: the part of all requests that was answered with 5xx, before any scaling. */
  readonly errorShare: number
  /** The same for 4xx. */
  readonly clientErrorShare: number
  /** Seconds by percentile; empty when nothing was served. */
  readonly latency: Readonly<Record<string, number>>
}

const PERCENTILES = { P999: 0.999, P99: 0.99, P95: 0.95, P90: 0.9, P85: 0.85, P75: 0.75, P50: 0.5, P10: 0.1 }

/** Sums what was answered in the `windowMilliseconds` before `now`. */
export function summarizeTraffic(all: readonly Traffic[], now: number, windowMilliseconds: number): TrafficSummary {
  const counts: [number, number, number, number] = [0, 0, 0, 0]
  const from = now - windowMilliseconds - SLICE_MILLISECONDS / 2
  for (const { slices } of all) {
    for (let index = slices.length - 1; index >= 0; index -= 1) {
      const slice = slices[index]
      if (slice === undefined || slice.start <= from) break
      counts[0] += slice.counts[0]
      counts[1] += slice.counts[1]
      counts[2] += slice.counts[2]
      counts[3] += slice.counts[3]
    }
  }
  const scale = 10_000 / windowMilliseconds
  const sum = counts[0] + counts[1] + counts[2] + counts[3]
  return {
    durationSeconds: 10,
    // One request in a long window still is one: only none is none.
    requestCount: sum === 0 ? 0 : Math.max(1, Math.round(sum * scale)),
    status2xx: Math.round(counts[0] * scale),
    status3xx: Math.round(counts[1] * scale),
    status4xx: Math.round(counts[2] * scale),
    status5xx: Math.round(counts[3] * scale),
    errorShare: sum === 0 ? 0 : counts[3] / sum,
    clientErrorShare: sum === 0 ? 0 : counts[2] / sum,
    // Health is judged far more often than its latencies are read.
    get latency() {
      const within = all.flatMap(({ slices }) => slices.filter(({ start }) => start > from && start <= now))
      return percentiles(within.flatMap((slice) => slice.latencies))
    },
  }
}

function percentiles(
  latencies: readonly { readonly milliseconds: number; readonly count: number }[],
): Record<string, number> {
  const sorted = latencies.toSorted((a, b) => a.milliseconds - b.milliseconds)
  const total = sorted.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return {}
  const at = (share: number): number => {
    let seen = 0
    for (const { milliseconds, count } of sorted) {
      seen += count
      if (seen >= total * share) return milliseconds / 1000
    }
    return (sorted.at(-1)?.milliseconds ?? 0) / 1000
  }
  return Object.fromEntries(Object.entries(PERCENTILES).map(([name, share]) => [name, at(share)]))
}
