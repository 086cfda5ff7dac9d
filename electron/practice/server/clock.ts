import type { AccountClock } from '../seam.ts'

/** The account's clock, which can run faster than ours, stand still, or be set forward. It never goes back. */
export interface AdjustableClock extends AccountClock {
  setSpeed(speed: number): void
  setPaused(paused: boolean): void
  jump(milliseconds: number): void
  /** The speed it has while it is not paused. */
  readonly chosenSpeed: number
  readonly paused: boolean
}

/** A clock that shows `start` (milliseconds since the epoch) now and from then on runs at `speed`. */
export function createClock(
  start: number,
  speed: number,
  realNow: () => number = () => performance.now(),
  startsPaused = false,
): AdjustableClock {
  let anchor = { account: start, real: realNow() }
  let chosenSpeed = speed
  let isPaused = startsPaused

  const effectiveSpeed = (): number => (isPaused ? 0 : chosenSpeed)
  const now = (): number => anchor.account + (realNow() - anchor.real) * effectiveSpeed()
  const adjust = (change: () => void): void => {
    anchor = { account: now(), real: realNow() }
    change()
  }
  return {
    now: () => Math.floor(now()),
    speed: effectiveSpeed,
    setSpeed: (wanted) => {
      adjust(() => {
        chosenSpeed = wanted
      })
    },
    setPaused: (paused) => {
      adjust(() => {
        isPaused = paused
      })
    },
    jump: (milliseconds) => {
      adjust(() => {})
      anchor = { account: anchor.account + milliseconds, real: anchor.real }
    },
    get chosenSpeed() {
      return chosenSpeed
    },
    get paused() {
      return isPaused
    },
  }
}
