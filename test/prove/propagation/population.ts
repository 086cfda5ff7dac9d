import type { Colour } from '../../../electron/contract/models.ts'
import { createRandom, type Random } from './random.ts'

/** One cache behind a resolver's address. Seconds, as everything here. */
export interface CachePlan {
  /** How long it keeps a record of this TTL. */
  readonly keeps: 'faithful' | 'stuck' | { readonly times: number } | { readonly atLeast: number }
}

export interface ResolverPlan {
  readonly name: string
  readonly caches: readonly CachePlan[]
  /** What goes wrong with it, beside its caches. */
  readonly fault: 'none' | 'silent' | 'servfail' | 'lying' | 'two-faced' | 'negative' | 'drops-some'
  /** What TTL it tells of what it has cached. */
  readonly tells: 'what is left' | 'zero' | 'one' | 'the whole' | 'more than a signed number holds'
}

interface UserPlan {
  /** The resolver whose answers they follow; one that is not on the panel is theirs alone. */
  readonly resolver: ResolverPlan
  readonly isOnPanel: boolean
  readonly requestsPerSecond: number
}

/** Everything that is drawn for one history; it follows from its seed. Seconds count from the swap. */
export interface Population {
  readonly seed: number
  readonly shape: 'addresses' | 'chain'
  readonly ttlSeconds: number
  /** How many addresses each load balancer has, and how many of them it gives at once. */
  readonly balancer: Readonly<Record<Colour, { readonly addresses: number; readonly given: number }>>
  /** After how many seconds each of the zone's servers knows of a change. */
  readonly authoritative: readonly number[]
  readonly resolvers: readonly ResolverPlan[]
  readonly users: readonly UserPlan[]
  /** Who stays on a connection that was opened before the swap, until when, and how often they ask. */
  readonly keptAlive: readonly { readonly until: number; readonly requestsPerSecond: number }[]
  /** When the production name changed sides: before the swap, at it, and where somebody swaps back and forth after it. */
  readonly changes: readonly { readonly at: number; readonly to: Colour }[]
  /** When the last balancer of green got more addresses; null: never. */
  readonly scalesAt: number | null
  readonly floorRequestsPerSecond: number
  readonly soakSeconds: number
}

/** Users who come less often than this cannot be told from an idle environment in a minute, and are not claimed. */
const RAREST_REQUESTS_PER_SECOND = 0.5

export function drawPopulation(seed: number): Population {
  const random = createRandom(seed)
  const resolvers = Array.from({ length: random.whole(1, 7) }, (_, index) =>
    drawResolver(random, `resolver ${index + 1}`),
  )
  return {
    seed,
    shape: random.oneOf(['addresses', 'chain']),
    ttlSeconds: random.chance(0.8) ? 60 : random.oneOf([20, 120, 300]),
    balancer: { blue: drawBalancer(random), green: drawBalancer(random) },
    authoritative: Array.from({ length: random.whole(1, 4) }, () => (random.chance(0.6) ? 0 : random.between(0, 50))),
    resolvers,
    users: drawUsers(random, resolvers),
    keptAlive: Array.from({ length: random.chance(0.4) ? random.whole(1, 3) : 0 }, () => ({
      until: random.chance(0.7) ? random.between(5, 300) : random.between(300, 2400),
      requestsPerSecond: random.between(RAREST_REQUESTS_PER_SECOND, 4),
    })),
    changes: drawChanges(random),
    scalesAt: random.chance(0.1) ? random.between(-60, 300) : null,
    floorRequestsPerSecond: random.chance(0.7) ? 0 : random.between(0.05, 0.4),
    soakSeconds: random.chance(0.7) ? 0 : random.whole(30, 900),
  }
}

function drawBalancer(random: Random): Population['balancer']['blue'] {
  const addresses = random.chance(0.2) ? 1 : random.whole(2, 6)
  return { addresses, given: random.whole(1, addresses) }
}

function drawCache(random: Random): CachePlan {
  const kind = random.next()
  if (kind < 0.72) return { keeps: 'faithful' }
  if (kind < 0.84) return { keeps: { times: random.between(1.5, 8) } }
  return kind < 0.97 ? { keeps: { atLeast: random.oneOf([120, 180, 300, 900]) } } : { keeps: 'stuck' }
}

function drawResolver(random: Random, name: string): ResolverPlan {
  const caches = Array.from({ length: random.chance(0.35) ? random.whole(2, 4) : 1 }, () => drawCache(random))
  const fault = random.next()
  return {
    name,
    caches,
    fault:
      fault < 0.86
        ? 'none'
        : fault < 0.88
          ? 'silent'
          : fault < 0.9
            ? 'servfail'
            : fault < 0.915
              ? 'lying'
              : fault < 0.94
                ? 'two-faced'
                : fault < 0.96
                  ? 'negative'
                  : 'drops-some',
    tells: random.chance(0.85)
      ? 'what is left'
      : random.oneOf(['zero', 'one', 'the whole', 'more than a signed number holds']),
  }
}

function drawUsers(random: Random, resolvers: readonly ResolverPlan[]): readonly UserPlan[] {
  // Each request may meet another cache: those that meet one of them alone must still be told from nobody.
  const often = ({ caches }: ResolverPlan) => caches.length * random.between(RAREST_REQUESTS_PER_SECOND, 8)
  const onPanel = resolvers.flatMap((resolver) =>
    random.chance(0.5) ? [{ resolver, isOnPanel: true, requestsPerSecond: often(resolver) }] : [],
  )
  const elsewhere = Array.from({ length: random.chance(0.3) ? random.whole(1, 2) : 0 }, (_, index) => {
    const resolver = drawResolver(random, `elsewhere ${index + 1}`)
    return { resolver, isOnPanel: false, requestsPerSecond: often(resolver) }
  })
  return [...onPanel, ...elsewhere]
}

function drawChanges(random: Random): Population['changes'] {
  const before = random.chance(0.15) ? random.between(30, 400) : null
  const back = random.chance(0.1) ? random.between(20, 400) : null
  const away = random.between(45, 400)
  return [
    { at: -7200, to: 'blue' },
    ...(before === null
      ? []
      : [
          { at: -before - random.between(20, 300), to: 'green' as const },
          { at: -before, to: 'blue' as const },
        ]),
    { at: 0, to: 'green' },
    ...(back === null
      ? []
      : [
          { at: back, to: 'blue' as const },
          { at: back + away, to: 'green' as const },
        ]),
  ]
}
