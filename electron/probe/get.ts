import type { Probe } from '../release/world.ts'
import { handshake } from './handshake.ts'
import { keep } from './keep-alive.ts'
import { type Outcome, type ProbeOptions, roundTrip, targetOf, type Wanted } from './round-trip.ts'

/** Requests to exactly one address, on fresh connections or on one that is kept; a redirect is an answer and is not followed. */
export function createProbe(options: ProbeOptions = {}): Probe {
  return {
    get: async (wanted, signal) => {
      signal.throwIfAborted()
      const started = performance.now()
      const outcome = await attempt(wanted, options, signal)
      return { ...outcome, milliseconds: Math.round(performance.now() - started), address: wanted.address }
    },
    keep: (wanted) => keep(wanted, options),
    handshake: (wanted, signal) => handshake(wanted, options, signal),
  }
}

async function attempt(wanted: Wanted, options: ProbeOptions, signal: AbortSignal): Promise<Outcome> {
  const target = await targetOf(wanted, options)
  signal.throwIfAborted()
  if ('kind' in target) return target
  const outcome = await roundTrip(target, wanted, options, signal)
  return outcome === 'ended' ? { kind: 'failure', detail: 'The connection was closed before the answer' } : outcome
}
