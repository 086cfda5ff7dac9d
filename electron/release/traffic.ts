import type { Health } from '../contract/models.ts'

/** Requests per second that an environment reports; null where it does not say. */
export function requestsPerSecond(health: Health | null): number | null {
  if (!health || health.requests === null) return null
  return health.requests / Math.max(1, health.windowSeconds)
}
