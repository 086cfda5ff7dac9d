import type { Clock } from '../release/world.ts'

/** The practice account's time as its control endpoint tells it. */
export interface ClockReading {
  readonly now: number
  readonly speed: number
}

export interface PracticeClock extends Clock {
  /** Takes over a reading that was made at `measuredAt` (of `performance.now()`); sleepers are woken to think again. */
  set(reading: ClockReading, measuredAt: number): void
}

const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1
/** Readings jump about by the time a request takes; within it the clock keeps its own time and never steps back. */
const TOLERANCE_REAL_MILLISECONDS = 25

/** A clock that runs at the account's speed between readings. */
export function createPracticeClock(first: ClockReading): PracticeClock {
  let base = first.now
  let baseAt = performance.now()
  let speed = first.speed
  const sleepers = new Set<() => void>()

  const now = (): number => base + (performance.now() - baseAt) * speed

  return {
    now,
    speed: () => speed,
    set: (reading, measuredAt) => {
      const told = reading.now + (performance.now() - measuredAt) * reading.speed
      const difference = Math.abs(told - now())
      if (reading.speed === speed && difference <= TOLERANCE_REAL_MILLISECONDS * Math.max(1, speed)) return
      base = told
      baseAt = performance.now()
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
