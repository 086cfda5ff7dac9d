import type { AccountClock, ResolverPolicy } from '../../seam.ts'
import { emptyReply, isRefused } from './authoritative.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'
import type { Query, Reply } from './message.ts'
import { type Found, follow, type Lookup, plainName, type RecordSet } from './zones.ts'

/** A recursive resolver with a cache of its own, between the users and the authoritative server. */
export interface Resolver extends DnsServer, Cache {
  readonly name: string
}

/** What a resolver knows and answers, without its sockets. */
export interface Cache {
  policy(): ResolverPolicy
  /** Takes effect at once, on what is cached as well. */
  setPolicy(policy: ResolverPolicy): void
  /** Undefined: it stays silent. */
  answer(query: Query): Reply | undefined
  /** The addresses a user behind this resolver gets, in its order; none where it does not answer. */
  addressesOf(name: string): readonly string[]
}

export interface ResolverOptions {
  readonly name: string
  readonly policy: ResolverPolicy
  readonly clock: AccountClock
  /** Asks the authoritative side. */
  readonly upstream: Lookup
  readonly random: () => number
}

interface Entry {
  readonly found: Exclude<Found, { kind: 'outside' } | { kind: 'failed' }>
  readonly storedAt: number
}

const OVERRUN_FACTOR = 5
const LARGEST_CACHE = 10_000
const A_TYPE = 1
const NOTHING = Buffer.alloc(0)
const SERVER = { authoritative: false, recursionAvailable: true }

/** Starts one resolver; its cache ages by the account's clock. */
export async function startResolver(options: ResolverOptions): Promise<Resolver> {
  const cache = createCache(options)
  const server = await startDnsServer(cache.answer)
  return { ...server, ...cache, name: options.name }
}

/** The resolver that `startResolver` puts behind sockets. */
export function createCache(options: Omit<ResolverOptions, 'name'>): Cache {
  let policy = options.policy
  const cached = cachedLookup(options.clock, options.upstream, () => policy)
  const answer = (query: Query): Reply | undefined => {
    if (policy === 'silent') return undefined
    if (policy === 'servfail') return emptyReply('SERVFAIL', SERVER)
    // Without "recursion desired" a resolver is only asked what it has cached: most refuse strangers that.
    if (isRefused(query) || !query.recursionDesired) return emptyReply('REFUSED', SERVER)
    const { code, answers, authorities, complete } = follow(query, cached, options.random)
    // A chain that loops or leaves the practice account leads nowhere: there is no internet behind it.
    return complete ? { code, answers, authorities, ...SERVER } : emptyReply('SERVFAIL', SERVER)
  }
  return {
    policy: () => policy,
    setPolicy: (next) => {
      policy = next
    },
    answer,
    addressesOf: (name) => {
      const reply = answer(addressQuery(name))
      return reply?.answers.flatMap((record) => (record.type === 'A' ? [record.data] : [])) ?? []
    },
  }
}

function cachedLookup(clock: AccountClock, upstream: Lookup, policy: () => ResolverPolicy): Lookup {
  const entries = new Map<string, Entry>()
  const read = (key: string): Found | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    const aged = age(entry, clock.now(), policy())
    if (aged === undefined) entries.delete(key)
    return aged
  }
  return (name, type) => {
    const known = read(`${name} CNAME`) ?? read(`${name} ${type}`)
    if (known !== undefined) return known
    const found = upstream(name, type)
    if (found.kind === 'outside' || found.kind === 'failed') return found
    if (found.kind === 'records' && found.set.ttlSeconds === 0) return found
    if (found.kind !== 'records' && policy() !== 'negative-caching') return found
    const oldest = entries.keys().next()
    if (entries.size >= LARGEST_CACHE && oldest.done !== true) entries.delete(oldest.value)
    const alias = found.kind === 'records' && found.set.type === 'CNAME'
    entries.set(`${name} ${alias ? 'CNAME' : type}`, { found, storedAt: clock.now() })
    return found
  }
}

/** What is left of a cached answer; `undefined` once this resolver would ask again. */
function age(entry: Entry, now: number, policy: ResolverPolicy): Found | undefined {
  const { found } = entry
  const set = found.kind === 'records' ? found.set : found.soa
  const ageSeconds = (now - entry.storedAt) / 1000
  if (ageSeconds >= keptSeconds(set.ttlSeconds, policy)) return undefined
  // Overrun answers stay at one second: a client sees nothing unusual, as with a resolver that serves expired data.
  const ttlSeconds = Math.max(1, Math.ceil(set.ttlSeconds - ageSeconds))
  const aged: RecordSet = { ...set, ttlSeconds }
  return found.kind === 'records' ? { kind: 'records', set: aged } : { kind: found.kind, soa: aged }
}

function keptSeconds(ttlSeconds: number, policy: ResolverPolicy): number {
  if (policy === 'stuck') return Number.POSITIVE_INFINITY
  return policy === 'overruns-ttl' ? ttlSeconds * OVERRUN_FACTOR : ttlSeconds
}

/** The question for the addresses of a name. */
export function addressQuery(name: string): Query {
  return {
    id: 0,
    flags: 0,
    recursionDesired: true,
    name: plainName(name),
    typeNumber: A_TYPE,
    classNumber: 1,
    question: NOTHING,
  }
}
