/**
 * Ends a promise once: by the first outcome that comes, by `late` when none came in time, or by the signal's reason. `destroy` is
 * called first, so that what it raises comes after the outcome is settled. Answers what settles it.
 */
export function settleOnce<Outcome>(
  promise: { readonly resolve: (outcome: Outcome) => void; readonly reject: (reason: unknown) => void },
  {
    signal,
    timeoutMilliseconds,
    late,
    destroy,
  }: {
    readonly signal: AbortSignal
    readonly timeoutMilliseconds: number
    readonly late: Outcome
    readonly destroy: () => void
  },
): (outcome: Outcome) => void {
  let over = false
  const end = (): boolean => {
    if (over) return false
    over = true
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    destroy()
    return true
  }
  const settle = (outcome: Outcome): void => {
    if (end()) promise.resolve(outcome)
  }
  const abort = (): void => {
    if (end()) promise.reject(signal.reason)
  }
  const timer = setTimeout(() => settle(late), timeoutMilliseconds)
  signal.addEventListener('abort', abort, { once: true })
  return settle
}
