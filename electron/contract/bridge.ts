/** What the preload puts on `window`: two functions, never more. Free of zod, so the preload stays tiny. */
export const CHANNEL_PREFIX = 'signalbox:'
export const EVENT_CHANNEL = 'signalbox:event'

export interface Bridge {
  /** Asks main; the answer is a `Reply` of the contract. */
  call(name: string, input: unknown): Promise<unknown>
  /** Hears everything main tells; returns the function that stops listening. */
  listen(listener: (name: string, payload: unknown) => void): () => void
}
