import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../release/world.ts'

/** Longer timers fire at once in Node. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1

/** The clock of a real account: its time is everyone's. Sleeping is measured by a monotonic timer, not by the date. */
export const wallClock: Clock = {
  now: () => Date.now(),
  speed: () => 1,
  sleep: async (milliseconds, signal) => {
    signal.throwIfAborted()
    const started = performance.now()
    for (;;) {
      const left = milliseconds - (performance.now() - started)
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
