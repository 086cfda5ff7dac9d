import type { Instant } from '../contract/models.ts'
import type { MinuteOfRequests } from './outside.ts'
import { type Reading, reading } from './step.ts'
import type { World } from './world.ts'

const MINUTE = 60_000
/** CloudWatch may still add to a minute that ended this lately. */
const SETTLES_MILLISECONDS = 2 * MINUTE
/** That it has counted before the swap shows that its silence after it means something. */
const BEFORE_MILLISECONDS = 15 * MINUTE
/** Whole minutes without visitors that are asked for. */
const QUIET_MINUTES = 3

/** What a load balancer counted. */
export interface Drain {
  /** `unknown`: nothing that was counted says it, or not yet. */
  readonly status: 'quiet' | 'used' | 'unknown'
  readonly words: string
  /** The busiest of the last settled minutes; null where there is none yet. */
  readonly mostPerMinute: number | null
}

const counts = new WeakMap<
  World,
  { readonly at: Instant; readonly key: string; readonly value: Promise<Drain | null> }
>()

/**
 * Whether visitors still use an environment, by its load balancer; asked of CloudWatch once a minute. Null where it has no load
 * balancer of its own, or its count may not be read.
 */
export function countedOn(world: World, environmentId: string, swappedAt: Instant): Promise<Drain | null> {
  const now = world.clock.now()
  const key = `${environmentId} ${swappedAt}`
  const known = counts.get(world)
  if (known?.key === key && now - known.at < MINUTE) return known.value
  const value = readDrain(world, environmentId, swappedAt - BEFORE_MILLISECONDS).then((minutes) =>
    minutes?.ok ? drainOf({ minutes: minutes.value, swappedAt, now, floorPerMinute: 0 }) : null,
  )
  counts.set(world, { at: now, key, value })
  value.catch(() => counts.delete(world))
  return value
}

/** Reads what the load balancer of an environment has counted since an instant; null where it has none of its own. */
export async function readDrain(
  world: World,
  environmentId: string,
  since: Instant,
): Promise<Reading<readonly MinuteOfRequests[]> | null> {
  const resources = await reading(world, () => world.stack.resources(environmentId))
  if (!resources.ok) return resources
  const balancer = (resources.value ?? []).find(({ logicalId }) => /^AWSEB(V2)?LoadBalancer$/.test(logicalId))
  return balancer ? reading(world, () => world.requestCounts.perMinute(balancer.physicalId, since)) : null
}

/**
 * Whether visitors still use a load balancer, by its own count: health checks are not in it, so that quiet means none (AWS:
 * CloudWatch metrics of Application Load Balancers, RequestCount). A minute without a count is one without requests, but only where
 * it has counted before. Pure.
 */
export function drainOf(input: {
  readonly minutes: readonly MinuteOfRequests[]
  readonly swappedAt: Instant
  readonly now: Instant
  /** Requests per minute that count as nobody: scanners come by everywhere. */
  readonly floorPerMinute: number
}): Drain {
  const { minutes, swappedAt, now, floorPerMinute } = input
  if (minutes.length === 0)
    return { status: 'unknown', words: 'CloudWatch has no count of its load balancer.', mostPerMinute: null }
  const end = Math.floor((now - SETTLES_MILLISECONDS) / MINUTE) * MINUTE
  const start = end - QUIET_MINUTES * MINUTE
  if (start < swappedAt)
    return {
      status: 'unknown',
      words: `CloudWatch has not counted ${QUIET_MINUTES} whole minutes since the swap yet.`,
      mostPerMinute: null,
    }
  const settled = minutes.filter(({ at }) => at >= start && at < end)
  const most = settled.reduce((sum, { requests }) => Math.max(sum, requests), 0)
  const last = minutes.findLast(({ at, requests }) => at < end && requests > floorPerMinute)
  const since = last ? `; the last minute with more than that began ${time(last.at)}` : ''
  return {
    status: most > floorPerMinute ? 'used' : 'quiet',
    words: `Its load balancer counted ${most} requests at most in each of the last ${QUIET_MINUTES} settled minutes; ${floorPerMinute} or fewer count as nobody${since}.`,
    mostPerMinute: most,
  }
}

function time(at: Instant): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
