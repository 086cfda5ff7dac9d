import type { Colour } from '../../../electron/contract/models.ts'
import type { DnsAnswer, DnsServer } from '../../../electron/release/world.ts'
import { PRODUCTION } from '../../release/cloud.ts'
import type { CachePlan, Population, ResolverPlan } from './population.ts'
import type { Random } from './random.ts'

export const ENDPOINTS: Readonly<Record<Colour, string>> = {
  blue: 'awseb-blue.eu-central-1.elb.amazonaws.com',
  green: 'awseb-green.eu-central-1.elb.amazonaws.com',
}
const FOREIGN = '192.0.2.66'
const BALANCER_TTL_SECONDS = 60

/** What a cache, or the zone itself, says of the production name. */
interface Remembered {
  readonly side: Colour | 'nobody' | 'none'
  readonly addresses: readonly string[]
  readonly storedAt: number
  readonly untilSeconds: number
}

/** The names, the caches in front of them and where everybody is sent; milliseconds of the virtual clock. */
export interface Network {
  readonly panel: readonly DnsServer[]
  ask(server: DnsServer, name: string): DnsAnswer
  /** Which part of this resolver's users is sent to this side now, 0 to 1. */
  shareOf(plan: ResolverPlan, side: Colour): number
  sideOf(address: string): Colour | null
  /** Who the zone says holds the production name now. */
  holder(): Colour
  /** Whether a question to this server could still bring the old side: in any of its caches, or at the source. */
  mayStillSay(server: DnsServer, old: Colour): boolean
}

export function createNetwork(population: Population, start: number, now: () => number, random: Random): Network {
  const seconds = (): number => (now() - start) / 1000
  const pools: Readonly<Record<Colour, readonly string[]>> = {
    blue: Array.from({ length: population.balancer.blue.addresses }, (_, index) => `198.51.100.${index + 1}`),
    green: Array.from({ length: population.balancer.green.addresses }, (_, index) => `203.0.113.${index + 1}`),
  }
  const resolvers = new Map<string, (Remembered | null)[]>()

  function sideAt(at: number): Colour {
    return population.changes.findLast((change) => change.at <= at)?.to ?? 'blue'
  }

  /** Balancers give some of their addresses, another choice each time. */
  function given(side: Colour): readonly string[] {
    const { scalesAt } = population
    const pool =
      side === 'green' && scalesAt !== null && seconds() >= scalesAt
        ? [...pools.green, '203.0.113.201', '203.0.113.202']
        : pools[side]
    const first = random.whole(0, pool.length - 1)
    const count = Math.min(pool.length, population.balancer[side].given)
    return Array.from({ length: count }, (_, index) => pool[(first + index) % pool.length] ?? '')
  }

  function atSource(lag: number): Colour {
    return sideAt(seconds() - lag)
  }

  function cachesOf(plan: ResolverPlan): (Remembered | null)[] {
    const known = resolvers.get(plan.name)
    if (known) return known
    // Users have filled them before: each somewhere within the time it keeps a record.
    const made = plan.caches.map((): Remembered | null => null)
    resolvers.set(plan.name, made)
    return made
  }

  /** What one cache of a resolver says now; asked for at the source where it has nothing, or no longer. */
  function remembered(plan: ResolverPlan, index: number): Remembered {
    const caches = cachesOf(plan)
    const known = caches[index] ?? null
    if (known !== null && seconds() < known.untilSeconds) return known
    const lag = random.oneOf(population.authoritative)
    const missing = plan.fault === 'negative' && seconds() < 0 && random.chance(0.3)
    const side = missing ? 'nobody' : atSource(lag)
    const fresh: Remembered = {
      side,
      addresses: side === 'nobody' ? [] : given(side),
      storedAt: seconds(),
      untilSeconds: seconds() + (missing ? 900 : keptSeconds(plan.caches[index], population.ttlSeconds)),
    }
    caches[index] = fresh
    return fresh
  }

  function told(plan: ResolverPlan, { storedAt }: Remembered): number {
    switch (plan.tells) {
      case 'zero':
        return 0
      case 'one':
        return 1
      case 'the whole':
        return population.ttlSeconds
      case 'more than a signed number holds':
        return 604_800
      case 'what is left':
        return Math.max(1, Math.ceil(population.ttlSeconds - (seconds() - storedAt)))
    }
  }

  function answer(side: Colour, addresses: readonly string[], ttlSeconds: number): DnsAnswer {
    const isChain = population.shape === 'chain'
    const owner = isChain ? ENDPOINTS[side] : PRODUCTION
    const own = addresses.map((data) => ({
      name: owner,
      type: 'A' as const,
      data,
      ttlSeconds: isChain ? BALANCER_TTL_SECONDS : ttlSeconds,
    }))
    return {
      kind: 'addresses',
      addresses,
      chain: isChain ? [owner] : [],
      ttlSeconds: isChain ? Math.min(ttlSeconds, BALANCER_TTL_SECONDS) : ttlSeconds,
      records: isChain ? [{ name: PRODUCTION, type: 'CNAME', data: owner, ttlSeconds }, ...own] : own,
    }
  }

  /** A chain's last link is fetched anew and turns; a whole answer is what was cached. */
  function askResolver(plan: ResolverPlan): DnsAnswer {
    if (plan.fault === 'silent' || (plan.fault === 'drops-some' && random.chance(0.03)))
      return { kind: 'silent', detail: 'No answer' }
    if (plan.fault === 'servfail') return { kind: 'server-failure', detail: 'SERVFAIL' }
    if (plan.fault === 'lying') return answer('green', [FOREIGN], 60)
    // Asked by us it looks at the source; its users are sent where its cache says.
    if (plan.fault === 'two-faced') return answer(atSource(0), given(atSource(0)), population.ttlSeconds)
    const found = remembered(plan, random.whole(0, plan.caches.length - 1))
    if (found.side === 'nobody' || found.side === 'none') return { kind: 'no-such-name', detail: 'NXDOMAIN' }
    const addresses = population.shape === 'chain' ? given(found.side) : found.addresses
    return answer(found.side, addresses, told(plan, found))
  }

  const plans = new Map(population.resolvers.map((plan) => [plan.name, plan]))
  const panel: readonly DnsServer[] = [
    ...population.authoritative.map((_, index) => ({
      name: `ns-${index + 1}`,
      address: `192.0.2.${index + 1}`,
      role: 'authoritative' as const,
    })),
    ...population.resolvers.map(({ name }, index) => ({
      name,
      address: `192.0.2.${100 + index}`,
      role: 'resolver' as const,
    })),
  ]

  return {
    panel,
    holder: () => atSource(0),
    sideOf: (address) =>
      address.startsWith('198.51.100.') ? 'blue' : address.startsWith('203.0.113.') ? 'green' : null,

    ask(server, name) {
      const side = name === ENDPOINTS.blue ? 'blue' : name === ENDPOINTS.green ? 'green' : null
      if (side !== null) return { kind: 'addresses', addresses: given(side), chain: [], ttlSeconds: 60 }
      const plan = plans.get(server.name)
      if (plan) return askResolver(plan)
      const now = atSource(population.authoritative[panel.indexOf(server)] ?? 0)
      return answer(now, given(now), population.ttlSeconds)
    },

    shareOf(plan, side) {
      if (plan.fault === 'silent' || plan.fault === 'servfail' || plan.fault === 'lying') return 0
      return plan.caches.filter((_, index) => remembered(plan, index).side === side).length / plan.caches.length
    },

    mayStillSay(server, old) {
      const plan = plans.get(server.name)
      if (!plan) return atSource(population.authoritative[panel.indexOf(server)] ?? 0) === old
      if (population.authoritative.some((lag) => atSource(lag) === old)) return true
      if (plan.fault === 'two-faced') return false
      return cachesOf(plan).some((entry) => entry !== null && entry.side === old && seconds() < entry.untilSeconds)
    },
  }
}

function keptSeconds(plan: CachePlan | undefined, ttlSeconds: number): number {
  const keeps = plan?.keeps ?? 'faithful'
  if (keeps === 'faithful') return ttlSeconds
  if (keeps === 'stuck') return Number.POSITIVE_INFINITY
  return 'times' in keeps ? ttlSeconds * keeps.times : Math.max(ttlSeconds, keeps.atLeast)
}
