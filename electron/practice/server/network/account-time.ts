import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountClock } from '../../seam.ts'

/** The longest real wait before the clock is looked at again: its speed may have changed. */
const SLICE_MILLISECONDS = 100

/** Waits account milliseconds; ends at once while the clock is paused, and early, without an error, when aborted. */
export async function waitAccountTime(clock: AccountClock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const end = clock.now() + milliseconds
  for (;;) {
    const speed = clock.speed()
    const realMilliseconds = speed > 0 ? (end - clock.now()) / speed : 0
    // Timers count whole milliseconds: a shorter wait would only be made longer by them.
    if (realMilliseconds < 1 || signal.aborted) return
    await sleep(Math.min(realMilliseconds, SLICE_MILLISECONDS), undefined, { signal }).catch(() => undefined)
  }
}
