import { useEffect, useState } from 'react'
import type { Instant } from '../electron/contract/models.ts'
import { useSignalbox } from './store.ts'

/** The account's time now: that of the snapshot, run on at the account's speed since the snapshot arrived. */
export function accountNow(
  clock: { readonly at: Instant; readonly speed: number },
  arrivedAt: number,
  pageNow: number,
): Instant {
  return clock.at + Math.max(0, pageNow - arrivedAt) * clock.speed
}

/** Draws again as the account's time goes by; 0 while no release is open. */
export function useAccountNow(): Instant {
  const clock = useSignalbox((state) => state.view?.clock ?? null)
  const ended = useSignalbox((state) => state.view?.release.endedAt ?? null)
  const arrivedAt = useSignalbox((state) => state.viewArrivedAt)
  const [pageNow, setPageNow] = useState(() => performance.now())
  const ticks = clock !== null && ended === null && clock.speed > 0
  const interval = clock && clock.speed > 1 ? 250 : 1000
  useEffect(() => {
    if (!ticks) return
    const timer = setInterval(() => setPageNow(performance.now()), interval)
    return () => clearInterval(timer)
  }, [ticks, interval])
  return clock ? accountNow(clock, arrivedAt, pageNow) : 0
}
