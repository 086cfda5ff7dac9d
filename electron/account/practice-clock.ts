import type { Clock } from '../release/world.ts'

/** The practice account's time as its control endpoint tells it. */
export interface ClockReading {
  readonly now: number
  readonly speed: number
}

export interface PracticeClock extends Clock {
  /** Takes over a reading that was made at some moment between these two of its timer; sleepers are woken to think again. */
  set(reading: ClockReading, askedAt: number, answeredAt: number): void
}

const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1
/** Beside the time that a request takes: what the clocks of two processes may differ by. */
const TOLERANCE_REAL_MILLISECONDS = 25

/** A clock that runs at the account's speed between readings, on a monotonic timer. */
export function createPracticeClock(
  first: ClockReading,
  monotonic: () => number = () => performance.now(),
): PracticeClock {
  let base = first.now
  let baseAt = monotonic()
  let speed = first.speed
  const sleepers = new Set<() => void>()

  const now = (at = monotonic()): number => base + (at - baseAt) * speed

  return {
    now: () => now(),
    speed: () => speed,
    set: (reading, askedAt, answeredAt) => {
      const at = monotonic()
      const told = reading.now + (at - (askedAt + answeredAt) / 2) * reading.speed
      // The reading may be from any moment of the request: a time that fits one of them is kept and never stepped back.
      const tolerance = (TOLERANCE_REAL_MILLISECONDS + (answeredAt - askedAt) / 2) * Math.max(1, speed)
      if (reading.speed === speed && Math.abs(told - now(at)) <= tolerance) return
      base = told
      baseAt = at
      speed = reading.speed
      for (const wake of sleepers) wake()
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        const deadline = now() + milliseconds
        let timer: NodeJS.Timeout | undefined
        const end = (): void => {
          clearTimeout(timer)
          sleepers.delete(check)
          signal.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          end()
          reject(signal.reason)
        }
        const check = (): void => {
          clearTimeout(timer)
          const left = deadline - now()
          if (left <= 0) {
            end()
            resolve()
          } else if (speed > 0) {
            timer = setTimeout(check, Math.min(Math.ceil(left / speed), LONGEST_TIMER_MILLISECONDS))
          }
        }
        sleepers.add(check)
        signal.addEventListener('abort', abort, { once: true })
        check()
      }),
  }
}
