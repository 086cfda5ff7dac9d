import type { Clock } from '../release/world.ts'

/** One purse of AWS calls for the whole app; everything that calls AWS takes from it first. */
export interface Budget {
  /** Resolves when the next call may be made. Urgent ones (those that change something) overtake the others. */
  take(urgent: boolean): Promise<void>
  /** AWS throttled a call: halves the pace for a while, and again if it happens again. */
  slowDown(): void
  /** Calls per account second allowed at the moment. */
  pace(): number
  /** Goes on by another clock of the same account: whoever signs in again finds the purse as it was left. */
  follow(clock: Clock): void
}

export interface BudgetOptions {
  readonly callsPerSecond: number
  readonly burst: number
}

/**
 * Elastic Beanstalk allows about 2 calls a second and a burst of 15 for the whole account (public reports of AWS
 * support on DescribeEnvironments and DescribeEvents); others share it, so that the app stays well under it.
 */
const OURS: BudgetOptions = { callsPerSecond: 0.9, burst: 10 }
const SLOW_FOR_MILLISECONDS = 60_000
const SLOWEST_DIVISOR = 8

/** Counts in the account's time, so that a practice account at sixty times the speed may be asked sixty times as often. */
export function createBudget(first: Clock, options: BudgetOptions = OURS): Budget {
  let clock = first
  const urgentOnes: (() => void)[] = []
  const ordinaryOnes: (() => void)[] = []
  let following = new AbortController()
  let tokens = options.burst
  let filledAt = clock.now()
  let divisor = 1
  let slowUntil = 0
  let pumping = false

  function pace(): number {
    if (clock.now() >= slowUntil) divisor = 1
    return options.callsPerSecond / divisor
  }

  function fill(): void {
    const now = clock.now()
    // A practice clock may be set back; time that never was fills nothing.
    const elapsedSeconds = Math.max(0, now - filledAt) / 1000
    tokens = Math.min(options.burst, tokens + elapsedSeconds * pace())
    filledAt = now
  }

  async function pump(): Promise<void> {
    pumping = true
    try {
      while (urgentOnes.length + ordinaryOnes.length > 0) {
        fill()
        // In a paused practice account no time passes: waiting for it would hang the screens.
        if (tokens < 1 && clock.speed() > 0) {
          await clock.sleep(Math.max(1, ((1 - tokens) / pace()) * 1000), following.signal).catch(() => {})
          continue
        }
        tokens = Math.max(0, tokens - 1)
        const next = urgentOnes.shift() ?? ordinaryOnes.shift()
        next?.()
      }
    } finally {
      pumping = false
    }
  }

  return {
    take: (urgent) =>
      new Promise((resolve) => {
        const queue = urgent ? urgentOnes : ordinaryOnes
        queue.push(resolve)
        if (!pumping) void pump()
      }),
    slowDown: () => {
      const paceNow = pace()
      divisor = Math.min(SLOWEST_DIVISOR, (options.callsPerSecond / paceNow) * 2)
      slowUntil = clock.now() + SLOW_FOR_MILLISECONDS
      tokens = Math.min(tokens, 1)
    },
    pace,
    follow: (next) => {
      fill()
      clock = next
      filledAt = next.now()
      // Who waits by the old clock, which may stand still for ever, waits by the new one.
      following.abort()
      following = new AbortController()
    },
  }
}

/** The purses of the app: one for each account and region, however often and by whomever it is signed in to. */
export function createPurses() {
  const purses = new Map<string, Budget>()
  return (account: string, clock: Clock): Budget => {
    const known = purses.get(account)
    if (known) {
      known.follow(clock)
      return known
    }
    const purse = createBudget(clock)
    purses.set(account, purse)
    return purse
  }
}
