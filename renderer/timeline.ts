import type { Instant } from '../electron/contract/models.ts'

export interface Span {
  readonly answer: string
  /** Both as parts of the whole strip, 0 to 1. */
  readonly from: number
  readonly width: number
}

/** A resolver's changes of answer as spans of a strip that reaches from `start` to `now`. */
export function spansOf(
  history: readonly { readonly at: Instant; readonly answer: string }[],
  start: Instant,
  now: Instant,
): readonly Span[] {
  const length = Math.max(1, now - start)
  const place = (at: Instant) => Math.min(1, Math.max(0, (at - start) / length))
  return history
    .map(({ at, answer }, index) => {
      const from = place(at)
      return { answer, from, width: place(history[index + 1]?.at ?? now) - from }
    })
    .filter(({ width }) => width > 0)
}
