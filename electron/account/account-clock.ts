import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../release/world.ts'

/** The clock of a real account: AWS's time, as its answers tell it. */
export interface AccountClock extends Clock {
  /** Takes over the time that is stamped on an answer of AWS, in epoch milliseconds. */
  heard(at: number): void
}

/** Longer timers fire at once in Node. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1
/** Answers are stamped in whole seconds and take their time; within this the clock keeps its own. */
const TOLERANCE_MILLISECONDS = 5_000

/**
 * Runs on a monotonic timer from what AWS told first: the date of this computer may be set as anyone likes, neither a
 * wait nor a soak becomes shorter. It never goes back. A computer that slept is found out by AWS's next answer, which is
 * far ahead: the clock follows it.
 */
export function createAccountClock(
  system: { readonly date: () => number; readonly monotonic: () => number } = {
    date: Date.now,
    monotonic: () => performance.now(),
  },
): AccountClock {
  let base = system.date()
  let baseAt = system.monotonic()
  let told = false

  const now = () => Math.round(base + (system.monotonic() - baseAt))

  return {
    now,
    speed: () => 1,
    heard(at) {
      const difference = at - now()
      // The first answer comes before anything is recorded: it may set a wrong date of this computer back as well.
      if (told ? difference <= TOLERANCE_MILLISECONDS : Math.abs(difference) <= TOLERANCE_MILLISECONDS) {
        told = true
        return
      }
      told = true
      base = at
      baseAt = system.monotonic()
    },
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted()
      const started = system.monotonic()
      for (;;) {
        const left = milliseconds - (system.monotonic() - started)
        if (left <= 0) return
        try {
          await wait(Math.min(left, LONGEST_TIMER_MILLISECONDS), undefined, { signal })
        } catch (thrown) {
          // The timer rejects with an error of its own; the promise is to give the signal's reason.
          signal.throwIfAborted()
          throw thrown
        }
      }
    },
  }
}
