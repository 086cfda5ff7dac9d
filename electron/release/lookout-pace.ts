import type { Instant } from '../contract/models.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** However fast the account's clock runs, a line is not asked sooner than that again, in real milliseconds. */
export const LEAST_REAL_MILLISECONDS = 500
/** An application that never shows who answers is not asked every other second for days. */
const CLOSE_WATCH_MILLISECONDS = 15 * MINUTE
const CALM_AFTER_MILLISECONDS = 5 * MINUTE

/** What the pace of asking depends on. */
export interface Situation {
  readonly now: Instant
  /** When the lever of the last swap was thrown; null before it. */
  readonly leverAt: Instant | null
  /** Whether the new side has answered often enough in a row since then. */
  readonly hasFollowed: boolean
  /** Whether propagation is proved. */
  readonly isProved: boolean
  /** When something else than the new side was heard last, on any line; null where nothing was. */
  readonly troubledAt: Instant | null
}

/** Account milliseconds between two requests of one line, before they are spread. Pure. */
export function paceMilliseconds({ now, leverAt, hasFollowed, isProved, troubledAt }: Situation): number {
  if (leverAt === null) return 30 * SECOND
  if (!hasFollowed && !isProved && now - leverAt < CLOSE_WATCH_MILLISECONDS) return 2 * SECOND
  const isTroubled = troubledAt !== null && now - troubledAt < CALM_AFTER_MILLISECONDS
  return !isProved || isTroubled ? 5 * SECOND : 30 * SECOND
}

/**
 * Whether requests may still go to the side that was left. There each counts as a visitor, and would hold up the drain: so they end soon
 * after the URL has followed, and before name servers can be proved to have. Pure.
 */
export function isLeftVisited(seen: {
  readonly now: Instant
  readonly swappedAt: Instant | null
  readonly followedAt: Instant | null
}): boolean {
  const { now, swappedAt, followedAt } = seen
  if (swappedAt === null) return true
  const followed = followedAt === null ? Number.POSITIVE_INFINITY : followedAt + 20 * SECOND
  return now < Math.min(swappedAt + 90 * SECOND, followed)
}

/** When a line is asked next; `spread` from 0 to 1. Pure. */
export function dueAt(askedAt: Instant, pace: number, spread: number, speed: number): Instant {
  return askedAt + Math.max(pace * (0.8 + 0.4 * spread), LEAST_REAL_MILLISECONDS * speed)
}

/** How long a slice of the timeline is, by the account milliseconds since the swap (null: before it) and since the watch began. Pure. */
export function sliceMilliseconds(sinceSwap: number | null, sinceBegin: number): number {
  if (sinceSwap === null) return sinceBegin < HOUR ? MINUTE : 5 * MINUTE
  if (sinceSwap < 5 * MINUTE) return 10 * SECOND
  if (sinceSwap < HOUR) return MINUTE
  return sinceSwap < 48 * HOUR ? 5 * MINUTE : 30 * MINUTE
}

/** From 0 to 1, another one for each turn and choice, in no order that anything could keep step with. Pure. */
export function spreadOf(turn: number, choice = 0): number {
  let mixed = Math.imul(turn ^ (choice * 0x27d4eb2f), 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32
}
