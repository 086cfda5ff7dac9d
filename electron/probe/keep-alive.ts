import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { KeptConnection } from '../release/world.ts'
import { type Outcome, type ProbeOptions, roundTrip, type Target, targetOf, type Wanted } from './round-trip.ts'

/**
 * One connection to exactly this address, opened with its first request and kept for as long as the server lets it; it is never
 * made a second time. One request at a time.
 */
export function keep(wanted: Wanted, options: ProbeOptions): KeptConnection {
  const agent = new (wanted.https ? HttpsAgent : Agent)({ keepAlive: true, maxSockets: 1 })
  let target: Target | Outcome | null = null
  let isOver = false

  function end(): void {
    isOver = true
    agent.destroy()
  }

  async function attempt(signal: AbortSignal): Promise<Outcome | 'ended'> {
    // The addresses of the practice account lead elsewhere in time; a connection does not.
    const isFirst = target === null
    target ??= await targetOf(wanted, options)
    signal.throwIfAborted()
    if ('kind' in target) return target
    return isFirst || isIdle(agent) ? roundTrip(target, wanted, options, signal, agent) : 'ended'
  }

  return {
    async get(signal) {
      signal.throwIfAborted()
      if (isOver) return null
      const started = performance.now()
      const outcome = await attempt(signal).catch((thrown: unknown) => {
        end()
        throw thrown
      })
      const milliseconds = Math.round(performance.now() - started)
      // Node hands the connection back in the turn after the answer's last byte.
      await new Promise((resolve) => setImmediate(resolve))
      if (outcome === 'ended' || outcome.kind === 'failure') end()
      return outcome === 'ended' ? null : { ...outcome, milliseconds, address: wanted.address }
    },
    close: end,
  }
}

/** Whether its connection waits for the next request. */
function isIdle({ freeSockets }: Agent): boolean {
  return Object.values(freeSockets).some((sockets) => sockets?.some(({ destroyed }) => !destroyed))
}
