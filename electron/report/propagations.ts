import type { Entry, EntryOf } from '../contract/entries.ts'
import type { Instant } from '../contract/models.ts'
import type { Track } from '../contract/steps.ts'

/** What the name servers answered after one swap. */
export interface PropagationWatch {
  readonly track: Track
  /** When AWS had taken the swap; null where that is not on record. */
  readonly swappedAt: Instant | null
  /** From the first sighting to the proof, or to the last entry. */
  readonly from: Instant
  readonly until: Instant
  readonly servers: readonly ServerStrip[]
}

interface ServerStrip {
  readonly name: string
  readonly address: string
  /** Every change of its answer, oldest first. */
  readonly history: readonly {
    readonly at: Instant
    readonly answer: EntryOf<'sighting'>['answer']
    readonly ttlSeconds: number | null
    readonly said: string
  }[]
}

/** One watch for each swap after which name servers were asked, oldest first. */
export function propagationsOf(entries: readonly Entry[]): readonly PropagationWatch[] {
  let track: Track = 'forward'
  let swappedAt: Instant | null = null
  let isOpen = false
  let watches: readonly PropagationWatch[] = []
  for (const entry of entries) {
    const { at, kind } = entry
    if (kind === 'roll-back-chosen') track = 'rollback'
    if (kind === 'effect' && entry.action === 'swap-cnames') swappedAt = at
    if (kind === 'roll-back-chosen' || (kind === 'lever-thrown' && entry.step === 'swap')) {
      isOpen = false
      swappedAt = null
    }
    const last = watches.at(-1)
    if (kind === 'sighting') {
      const watch = isOpen && last ? last : { track, swappedAt, from: at, until: at, servers: [] }
      watches = [
        ...(isOpen ? watches.slice(0, -1) : watches),
        { ...watch, until: at, servers: placed(watch.servers, entry) },
      ]
      isOpen = true
    } else if (isOpen && last) {
      watches = [...watches.slice(0, -1), { ...last, until: at }]
      if (kind === 'proved' && entry.step === 'propagation') isOpen = false
    }
  }
  return watches
}

function placed(servers: readonly ServerStrip[], entry: EntryOf<'sighting'>): readonly ServerStrip[] {
  const { at, answer, ttlSeconds, said } = entry
  const sighting = { at, answer, ttlSeconds, said }
  const known = servers.find(({ name }) => name === entry.server)
  if (!known) return [...servers, { name: entry.server, address: entry.address, history: [sighting] }]
  return servers.map((server) => (server === known ? { ...server, history: [...server.history, sighting] } : server))
}
