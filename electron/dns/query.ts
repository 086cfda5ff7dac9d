import { isIPv4 } from 'node:net'
import type { Answer } from 'dns-packet'
import type { DnsAnswer, DnsRecord } from '../release/world.ts'
import { type ExchangeOptions, exchange, PATIENCE } from './exchange.ts'
import { type Exchange, FORMAT_ERROR, NOT_IMPLEMENTED, plainName, type Reply, sameName } from './question.ts'
import type { ServerAddress } from './server-address.ts'

/** CNAMEs that are followed; a chain of more is called one that does not end. */
const DEEPEST_CHAIN = 20
/** A week, as RFC 8767 caps what is kept. A TTL beyond it is a lie that would otherwise be waited for, or overflow. */
const LONGEST_TTL_SECONDS = 604_800
/** Questions that a chain may take longer than one. */
const LONGEST_WAITS = 4

const NO_SUCH_NAME = 3
const SERVER_FAILURE = 2
const REFUSED = 5

type Family = 'A' | 'AAAA'
type Found = Extract<DnsAnswer, { kind: 'addresses' }>

/** Finds other servers for a name that this one does not answer for; none where there are none. */
type Elsewhere = (name: string) => Promise<readonly ServerAddress[]>

export interface QueryOptions extends ExchangeOptions {
  /** Where a server is authoritative: it must answer as such, and the chain may go on elsewhere. */
  readonly elsewhere?: Elsewhere | undefined
}

/**
 * The addresses of both families that a server gives for a name, CNAMEs followed within its answer and by further
 * questions. Rejects only with the signal's reason.
 */
export async function askAddresses(
  server: ServerAddress,
  name: string,
  signal: AbortSignal,
  options: QueryOptions = {},
): Promise<DnsAnswer> {
  const [version4, version6] = await Promise.all([
    askFamily('A', server, name, signal, options),
    askFamily('AAAA', server, name, signal, options),
  ])
  return bothFamilies(version4, version6)
}

/** What is not told of one family is said beside what is told of the other: it may hide the old answer. */
function bothFamilies(version4: DnsAnswer, version6: DnsAnswer): DnsAnswer {
  if (version4.kind === 'addresses') {
    if (version6.kind === 'addresses') return merged(version4, version6)
    if (version6.kind === 'no-address') return version4
    return { ...version4, untold: { family: 6, detail: version6.detail } }
  }
  if (version6.kind !== 'addresses') {
    if (version4.kind !== 'no-address') return version4
    return version6.kind === 'no-address'
      ? { kind: 'no-address', detail: version4.detail.replace('IPv4', 'IPv4 and no IPv6') }
      : version6
  }
  return version4.kind === 'no-address' ? version6 : { ...version6, untold: { family: 4, detail: version4.detail } }
}

function merged(version4: Found, version6: Found): Found {
  const { records = [] } = version4
  return {
    kind: 'addresses',
    addresses: [...version4.addresses, ...version6.addresses],
    chain: version4.chain,
    ttlSeconds: Math.min(version4.ttlSeconds, version6.ttlSeconds),
    records: [...records, ...(version6.records ?? []).filter(({ type }) => type === 'AAAA')],
  }
}

async function askFamily(
  family: Family,
  server: ServerAddress,
  name: string,
  signal: AbortSignal,
  options: QueryOptions,
): Promise<DnsAnswer> {
  const { patience = PATIENCE, elsewhere } = options
  const until = performance.now() + LONGEST_WAITS * patience.tries * patience.tryMilliseconds
  const chain: string[] = []
  const records: DnsRecord[] = []
  let current = plainName(name)
  let servers: readonly ServerAddress[] = [server]
  let mayLookElsewhere = elsewhere !== undefined

  while (performance.now() < until) {
    const reply = await firstReply(servers, current, family, signal, options)
    if (reply.kind !== 'reply') return { kind: reply.kind, detail: reply.detail }
    if (elsewhere !== undefined && isIntercepted(reply))
      return {
        kind: 'hijacked',
        detail: 'Something on the way answers in place of the zone’s own server: the answer does not count',
      }

    const walked = walk(reply.answers, current, family, chain)
    records.push(...walked.records)
    if (walked.fault !== null) return { kind: 'malformed', detail: walked.fault }
    const moved = walked.name !== current
    if (moved) mayLookElsewhere = elsewhere !== undefined
    current = walked.name

    if (walked.addresses.length > 0) {
      const ttlSeconds = Math.min(...records.map((record) => record.ttlSeconds))
      return { kind: 'addresses', addresses: walked.addresses, chain, ttlSeconds, records }
    }

    const leaves = isBeyond(reply)
    if (leaves && mayLookElsewhere && elsewhere !== undefined && chain.length > 0) {
      // An authoritative server answers for its own zone only; the chain goes on in another.
      mayLookElsewhere = false
      const others = await elsewhere(current)
      signal.throwIfAborted()
      if (others.length > 0) {
        servers = others
        continue
      }
    }
    const failure = failureOf(reply, current)
    if (failure !== null) return failure
    if (!moved) {
      if (leaves) return { kind: 'refused', detail: 'The server only refers to other servers' }
      return {
        kind: 'no-address',
        detail: `${current} exists but has no ${family === 'A' ? 'IPv4' : 'IPv6'} address`,
      }
    }
  }
  return { kind: 'silent', detail: `The chain of CNAMEs took too long, up to ${current}` }
}

function failureOf({ responseCode }: Reply, name: string): DnsAnswer | null {
  switch (responseCode) {
    case 0:
      return null
    case NO_SUCH_NAME:
      return { kind: 'no-such-name', detail: `${name} does not exist` }
    case SERVER_FAILURE:
      return { kind: 'server-failure', detail: 'SERVFAIL: the server could not find out' }
    case REFUSED:
      return { kind: 'refused', detail: 'The server refuses to answer for this name' }
    case FORMAT_ERROR:
    case NOT_IMPLEMENTED:
      return { kind: 'not-understood', detail: `The server does not understand the question (code ${responseCode})` }
    default:
      return { kind: 'server-failure', detail: `The server answers with code ${responseCode}` }
  }
}

async function firstReply(
  servers: readonly ServerAddress[],
  name: string,
  family: Family,
  signal: AbortSignal,
  options: ExchangeOptions,
): Promise<Exchange> {
  let last: Exchange = { kind: 'silent', detail: 'No server to ask' }
  for (const server of servers) {
    last = await exchange(server, name, family, signal, options)
    if (last.kind === 'reply') return last
  }
  return last
}

interface Walked {
  readonly name: string
  readonly addresses: readonly string[]
  readonly records: readonly DnsRecord[]
  /** Why the chain leads nowhere; null while it may. */
  readonly fault: string | null
}

/** Follows the answer's CNAMEs from a name on, appending each target to `chain`. */
function walk(answers: readonly Answer[], from: string, family: Family, chain: string[]): Walked {
  let name = from
  const records: DnsRecord[] = []
  const seen = new Set([from, ...chain])
  for (;;) {
    const addresses: string[] = []
    let target: string | null = null
    for (const answer of answers) {
      if (answer.type !== family && answer.type !== 'CNAME') continue
      if (!sameName(answer.name, name)) continue
      if (answer.type === 'CNAME') {
        if (target !== null) continue
        target = plainName(answer.data)
      } else addresses.push(answer.data)
      records.push({ name, type: answer.type, data: answer.data, ttlSeconds: ttlOf(answer.ttl) })
    }
    const plain = [...new Set(addresses)].toSorted()
    if (plain.length > 0 || target === null) return { name, addresses: plain, records, fault: null }
    chain.push(target)
    const links = chain.join(' → ')
    if (seen.has(target))
      return { name, addresses: [], records, fault: `The chain of CNAMEs runs in a circle: ${links}` }
    if (chain.length > DEEPEST_CHAIN)
      return { name, addresses: [], records, fault: `More than ${DEEPEST_CHAIN} CNAMEs: ${links}` }
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
function isBeyond(reply: Reply): boolean {
  if (reply.responseCode === REFUSED) return true
  return (
    reply.responseCode === 0 &&
    !reply.authorities.some((record) => record.type === 'SOA') &&
    reply.authorities.some((record) => record.type === 'NS')
  )
}

/** A recursive server's answer where the zone's own was asked: a firewall or a captive portal took the question. */
function isIntercepted(reply: Reply): boolean {
  return !reply.authoritative && reply.recursionAvailable && reply.answers.length > 0
}

/** IPv4 first: every network reaches it. */
export function byFamily(a: string, b: string): number {
  return Number(isIPv4(b)) - Number(isIPv4(a)) || (a < b ? -1 : 1)
}
