import { networkInterfaces } from 'node:os'
import type { DnsServer } from '../release/world.ts'
import { type ExchangeOptions, exchange } from './exchange.ts'
import { askAddresses } from './query.ts'
import { plainName, type Reply, sameName } from './question.ts'
import type { ServerAddress } from './server-address.ts'

/** The root servers, a to m, as IANA's root hints list them. */
export const ROOT_SERVERS: readonly string[] = [
  '198.41.0.4',
  '170.247.170.2',
  '192.33.4.12',
  '199.7.91.13',
  '192.203.230.10',
  '192.5.5.241',
  '192.112.36.4',
  '198.97.190.53',
  '192.36.148.17',
  '192.58.128.30',
  '193.0.14.129',
  '199.7.83.42',
  '202.12.27.33',
]

/** Zones below each other that are followed, and names of servers that are looked up on the way. */
const MOST_STEPS = 12
const DEEPEST_DETOUR = 3
/** Servers of one zone that are tried before the way down is given up. */
const MOST_TRIED = 3

export interface Finding {
  /** Resolvers that are asked first. */
  readonly resolvers: readonly ServerAddress[]
  readonly roots: readonly string[]
  /** Where name servers listen; 53 but in tests. */
  readonly port: number
  readonly options: ExchangeOptions
  readonly signal: AbortSignal
}

/**
 * Every name server of the zone that a name lies in, each at each of its addresses: asked of the resolvers, and found
 * from the root servers where none of them tells. Empty where it cannot be found from here.
 */
export async function findAuthoritative(name: string, finding: Finding): Promise<readonly DnsServer[]> {
  const labels = name.split('.')
  for (const resolver of finding.resolvers) {
    for (let first = 0; first < labels.length - 1; first += 1) {
      const zone = labels.slice(first).join('.')
      const reply = await exchange(resolver, zone, 'NS', finding.signal, finding.options)
      if (reply.kind !== 'reply') break
      // A CNAME's answer carries the name servers of its target's zone; they are not this name's.
      const hosts = hostsOf(reply.answers, zone)
      if (hosts.length === 0) continue
      const found = await Promise.all(
        hosts.map(async (host) => ({ host, addresses: await resolved(host, resolver, finding) })),
      )
      const servers = serversOf(found, finding.port)
      if (servers.length > 0) return servers
    }
  }
  return serversOf(await walkDown(name, finding, 0), finding.port)
}

interface Host {
  readonly host: string
  readonly addresses: readonly string[]
}

function hostsOf(records: Reply['answers'], zone: string): readonly string[] {
  return records
    .flatMap((record) => (record.type === 'NS' && sameName(record.name, zone) ? [plainName(record.data)] : []))
    .toSorted()
}

async function resolved(
  host: string,
  resolver: ServerAddress,
  { signal, options }: Finding,
): Promise<readonly string[]> {
  const answer = await askAddresses(resolver, host, signal, options)
  return answer.kind === 'addresses' ? answer.addresses : []
}

/** From the root servers down, as a resolver would: each zone's servers name those of the next. */
async function walkDown(name: string, finding: Finding, depth: number): Promise<readonly Host[]> {
  let zone = ''
  let hosts: readonly Host[] = finding.roots.map((address) => ({ host: address, addresses: [address] }))
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const reply = await firstReply(hosts, name, finding)
    if (reply === null) return []
    const next = referral(reply, name, zone)
    if (next === null) return zone === '' ? [] : hosts
    zone = next
    const named = hostsOf(reply.authorities, next)
    hosts = await Promise.all(
      named.map(async (host) => {
        const glue = reply.additionals.flatMap((record) =>
          (record.type === 'A' || record.type === 'AAAA') && sameName(record.name, host) ? [record.data] : [],
        )
        return { host, addresses: glue.length > 0 ? glue : await detour(host, finding, depth) }
      }),
    )
  }
  return []
}

/** The deeper zone that a reply points to; null where the server answers for the name itself. */
function referral(reply: Reply, name: string, zone: string): string | null {
  if (reply.responseCode !== 0 || reply.authoritative || reply.answers.length > 0) return null
  for (const record of reply.authorities) {
    if (record.type !== 'NS') continue
    const next = plainName(record.name)
    const isDeeper = zone === '' ? next !== '' && next !== '.' : next.length > zone.length && next.endsWith(`.${zone}`)
    if (isDeeper && (name === next || name.endsWith(`.${next}`))) return next
  }
  return null
}

/** The addresses of a name server that no glue tells. */
async function detour(host: string, finding: Finding, depth: number): Promise<readonly string[]> {
  if (depth >= DEEPEST_DETOUR) return []
  const servers = await walkDown(host, finding, depth + 1)
  for (const address of servers.flatMap(({ addresses }) => usable(addresses)).slice(0, MOST_TRIED)) {
    const server = serverAt(address, finding.port)
    const answer = await askAddresses(server, host, finding.signal, { ...finding.options, recursion: false })
    if (answer.kind === 'addresses') return answer.addresses
  }
  return []
}

async function firstReply(hosts: readonly Host[], name: string, finding: Finding): Promise<Reply | null> {
  const addresses = hosts.flatMap((host) => usable(host.addresses))
  for (const address of shuffled(addresses).slice(0, MOST_TRIED)) {
    const reply = await exchange(serverAt(address, finding.port), name, 'A', finding.signal, {
      ...finding.options,
      recursion: false,
    })
    if (reply.kind === 'reply') return reply
  }
  return null
}

function serverAt(host: string, port: number): ServerAddress {
  return { transport: 'udp', host, port, path: '' }
}

function serversOf(found: readonly Host[], port: number): readonly DnsServer[] {
  return found.flatMap(({ host, addresses }) => {
    const chosen = usable(addresses)
    return chosen.map((address, index) => ({
      name: chosen.length === 1 ? host : `${host} (${index + 1})`,
      address: port === 53 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
      role: 'authoritative' as const,
    }))
  })
}

/** IPv6 only where this computer has it: a server that cannot be reached from here would keep the gate shut for nothing. */
function usable(addresses: readonly string[]): readonly string[] {
  const version4 = addresses.filter((address) => !address.includes(':'))
  const version6 = addresses.filter((address) => address.includes(':'))
  return hasVersion6() ? [...version4, ...version6] : version4.length > 0 ? version4 : version6
}

function hasVersion6(): boolean {
  return Object.values(networkInterfaces()).some((all) =>
    all?.some(({ family, internal, address }) => family === 'IPv6' && !internal && !/^f[cde]/i.test(address)),
  )
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value)
}
