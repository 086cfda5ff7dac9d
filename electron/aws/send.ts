import { isPassing } from '../contract/problem.ts'
import type { Clock } from '../release/world.ts'
import type { Budget } from './budget.ts'
import { type FailedCall, translated } from './errors.ts'

/** Makes one call of AWS within the budget; throws `SignalboxError` only. */
export type Send = <Output>(call: FailedCall, run: (signal: AbortSignal) => Promise<Output>) => Promise<Output>

const ATTEMPTS = 3
const FIRST_WAIT_MILLISECONDS = 1_500
/** Real time. A request has its own limits; this one ends whatever slipped through them. */
const WHOLE_CALL_MILLISECONDS = 45_000

/**
 * Reads are tried three times. What changes something is sent once and never again: after a time-out nobody knows
 * whether AWS did it, and the step looks before it acts again.
 */
export function createSend(options: {
  readonly clock: Clock
  readonly budget: () => Budget
  /** Told of every failure, so that stale credentials can be let go. */
  readonly onFailure: (error: ReturnType<typeof translated>) => void
}): Send {
  const forever = new AbortController().signal

  async function once<Output>(call: FailedCall, run: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
    await options.budget().take(call.changes)
    try {
      return await run(AbortSignal.timeout(WHOLE_CALL_MILLISECONDS))
    } catch (thrown) {
      const error = translated(thrown, call)
      if (error.problem.code === 'throttled') options.budget().slowDown()
      options.onFailure(error)
      throw error
    }
  }

  return async (call, run) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(call, run)
      } catch (thrown) {
        const error = translated(thrown, call)
        if (call.changes || attempt >= ATTEMPTS || !isPassing(error.problem)) throw error
        if (options.clock.speed() > 0) {
          await options.clock.sleep(FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2), forever)
        }
      }
    }
  }
}
