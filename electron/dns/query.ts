import type { Answer } from 'dns-packet'
import type { DnsAnswer } from '../release/world.ts'
import { type Exchange, exchange, type Patience, plainName, sameName } from './exchange.ts'
import type { ServerAddress } from './server-address.ts'

const DEEPEST_CHAIN = 8
/** A week, as RFC 8767 caps what is kept. A TTL beyond it is a lie that would otherwise be waited for, or overflow. */
const LONGEST_TTL_SECONDS = 604_800

const NO_SUCH_NAME = 3
const SERVER_FAILURE = 2
const REFUSED = 5

/** Finds other servers for a name that this one does not answer for; none where there are none. */
export type Elsewhere = (name: string) => Promise<readonly ServerAddress[]>

/**
 * The IPv4 addresses a server gives for a name, CNAMEs followed within its answer and by further questions. Rejects
 * only with the signal's reason. The TTL is the chain's shortest.
 */
export async function askAddresses(
  server: ServerAddress,
  name: string,
  signal: AbortSignal,
  options: { readonly patience?: Patience; readonly elsewhere?: Elsewhere } = {},
): Promise<DnsAnswer> {
  const chain: string[] = []
  let ttlSeconds = LONGEST_TTL_SECONDS
  let current = plainName(name)
  let servers: readonly ServerAddress[] = [server]
  let mayLookElsewhere = options.elsewhere !== undefined

  while (chain.length <= DEEPEST_CHAIN) {
    const reply = await firstReply(servers, current, signal, options.patience)
    if (reply.kind !== 'reply') return { kind: reply.kind, detail: reply.detail }

    const walked = walk(reply.answers, current, chain)
    if (walked.loop)
      return { kind: 'malformed', detail: `The chain of CNAMEs runs in a circle: ${[...chain, current].join(' → ')}` }
    if (chain.length > DEEPEST_CHAIN) break
    const moved = walked.name !== current
    if (moved) mayLookElsewhere = options.elsewhere !== undefined
    current = walked.name
    ttlSeconds = Math.min(ttlSeconds, walked.ttlSeconds)

    if (walked.addresses.length > 0) return { kind: 'addresses', addresses: walked.addresses, chain, ttlSeconds }

    const leaves = isBeyond(reply)
    if (leaves && mayLookElsewhere && options.elsewhere !== undefined && chain.length > 0) {
      // An authoritative server answers for its own zone only; the chain goes on in another.
      mayLookElsewhere = false
      const others = await options.elsewhere(current)
      signal.throwIfAborted()
      if (others.length > 0) {
        servers = others
        continue
      }
    }
    if (reply.responseCode === NO_SUCH_NAME) return { kind: 'no-such-name', detail: `${current} does not exist` }
    if (reply.responseCode === SERVER_FAILURE)
      return { kind: 'server-failure', detail: 'SERVFAIL: the server could not find out' }
    if (reply.responseCode === REFUSED) return { kind: 'refused', detail: 'The server refuses to answer for this name' }
    if (reply.responseCode !== 0)
      return { kind: 'server-failure', detail: `The server answers with code ${reply.responseCode}` }
    if (!moved) {
      if (leaves) return { kind: 'refused', detail: 'The server only refers to other servers' }
      return { kind: 'no-address', detail: `${current} exists but has no IPv4 address` }
    }
  }
  return { kind: 'malformed', detail: `More than ${DEEPEST_CHAIN} CNAMEs: ${chain.join(' → ')}` }
}

async function firstReply(
  servers: readonly ServerAddress[],
  name: string,
  signal: AbortSignal,
  patience?: Patience,
): Promise<Exchange> {
  let last: Exchange = { kind: 'silent', detail: 'No server to ask' }
  for (const server of servers) {
    last = await exchange(server, name, 'A', signal, patience)
    if (last.kind === 'reply') return last
  }
  return last
}

interface Walked {
  readonly name: string
  readonly addresses: readonly string[]
  readonly ttlSeconds: number
  readonly loop: boolean
}

/** Follows the answer's CNAMEs from a name on, appending each target to `chain`. */
function walk(answers: readonly Answer[], from: string, chain: string[]): Walked {
  let name = from
  let ttlSeconds = LONGEST_TTL_SECONDS
  const seen = new Set([from, ...chain])
  for (;;) {
    const addresses: string[] = []
    let target: string | null = null
    for (const answer of answers) {
      if (!sameName(answer.name, name)) continue
      if (answer.type === 'A') {
        addresses.push(answer.data)
        ttlSeconds = Math.min(ttlSeconds, ttlOf(answer.ttl))
      } else if (answer.type === 'CNAME' && target === null) {
        target = plainName(answer.data)
        ttlSeconds = Math.min(ttlSeconds, ttlOf(answer.ttl))
      }
    }
    if (addresses.length > 0) return { name, addresses: [...new Set(addresses)].toSorted(), ttlSeconds, loop: false }
    if (target === null) return { name, addresses, ttlSeconds, loop: false }
    chain.push(target)
    if (seen.has(target)) return { name: target, addresses, ttlSeconds, loop: true }
    if (chain.length > DEEPEST_CHAIN) return { name: target, addresses, ttlSeconds, loop: false }
    seen.add(target)
    name = target
  }
}

/** A TTL with the top bit set counts as the longest, not as 0 (RFC 2181 says 0): waiting too long is the safe mistake. */
function ttlOf(ttl: number | undefined): number {
  if (ttl === undefined || ttl < 0) return LONGEST_TTL_SECONDS
  return Math.min(ttl, LONGEST_TTL_SECONDS)
}

/** Refused, or referred to other servers, or simply not this server's zone. */
function isBeyond(reply: Extract<Exchange, { kind: 'reply' }>): boolean {
  if (reply.responseCode === REFUSED) return true
  return (
    reply.responseCode === 0 &&
    !reply.authorities.some((record) => record.type === 'SOA') &&
    reply.authorities.some((record) => record.type === 'NS')
  )
}
