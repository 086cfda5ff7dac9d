import type { Account } from '../../model/account.ts'
import type { MinuteCount } from '../../model/network-records.ts'
import type { Traffic } from '../../model/traffic.ts'

/** What was answered lately: metrics go on from it. It decides nothing, so it may be some seconds old. */
interface KeptTraffic {
  readonly instances: readonly (readonly [id: string, traffic: Traffic])[]
  readonly minutes: readonly (readonly [front: string, minutes: readonly MinuteCount[]])[]
}

// Latencies are kept for as long as health looks back, counts for as long as a release compares them.
const LATENCY_MILLISECONDS = 60_000
const COUNT_MILLISECONDS = 3_600_000

/** What is worth keeping of the traffic of an account. */
export function takeTraffic(account: Account): KeptTraffic {
  const { now } = account
  const recent = Math.max(LATENCY_MILLISECONDS, account.metricsWindowMilliseconds)
  return {
    instances: [...account.environments.values()].flatMap(({ instances }) =>
      instances.map(({ id, traffic }) => [
        id,
        {
          total: traffic.total,
          slices: traffic.slices.map((slice) => (slice.start > now - recent ? slice : { ...slice, latencies: [] })),
        },
      ]),
    ),
    minutes: [...account.requestCounts].map(([front, minutes]) => [
      front,
      minutes.filter(({ start }) => start > now - COUNT_MILLISECONDS),
    ]),
  }
}

/** Puts back what was taken; what cannot be read is left out. */
export function restoreTraffic(account: Account, kept: unknown): void {
  if (typeof kept !== 'object' || kept === null) return
  const { instances = [], minutes = [] } = kept as Partial<KeptTraffic>
  const byId = new Map(instances)
  for (const environment of account.environments.values()) {
    for (const { id, traffic } of environment.instances) {
      const before = byId.get(id)
      if (before === undefined) continue
      traffic.slices.push(...before.slices)
      traffic.total = before.total
    }
  }
  for (const [front, counts] of minutes) {
    account.requestCounts.set(
      front,
      // JSON has no infinity: the least of nothing comes back as null.
      counts.map((count) => ({ ...count, latencyLeast: count.latencyLeast ?? Number.POSITIVE_INFINITY })),
    )
  }
}
