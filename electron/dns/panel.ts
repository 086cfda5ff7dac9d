import { getServers } from 'node:dns'
import type { Dns, DnsServer } from '../release/world.ts'
import { exchange, type Patience, plainName, sameName } from './exchange.ts'
import { askAddresses } from './query.ts'
import { parseServerAddress, type ServerAddress } from './server-address.ts'

/** Resolvers that anyone may ask, of three operators who cache independently. */
const PUBLIC_RESOLVERS: readonly DnsServer[] = [
  { name: 'Cloudflare', address: '1.1.1.1', role: 'resolver' },
  { name: 'Google', address: '8.8.8.8', role: 'resolver' },
  { name: 'Quad9', address: '9.9.9.9', role: 'resolver' },
]
const MOST_AUTHORITATIVE = 4
const ZONE_KEPT_MILLISECONDS = 60 * 60 * 1000

export interface DnsOptions {
  /** A fixed panel (the practice account's). Absent: this computer's resolvers, public ones and the zone's own servers. */
  readonly servers?: readonly DnsServer[]
  readonly patience?: Patience
  /** Whom to ask for a zone's servers; this computer's resolvers where absent. */
  readonly systemResolvers?: () => readonly string[]
  readonly publicResolvers?: readonly DnsServer[]
}

/** Asks name servers directly; never through the operating system, whose cache would mislead the verdict. */
export function createDns(options: DnsOptions = {}): Dns {
  const systemResolvers = options.systemResolvers ?? getServers
  const zones = new Map<string, { readonly at: number; readonly servers: Promise<readonly DnsServer[]> }>()

  /** The name servers of the zone that a name lies in, found by asking for NS from the name upwards. */
  function authoritativeServers(name: string): Promise<readonly DnsServer[]> {
    const key = plainName(name)
    const known = zones.get(key)
    if (known !== undefined && performance.now() - known.at < ZONE_KEPT_MILLISECONDS) return known.servers
    // Shared by all who ask at once, so that no one's signal may end it; the patience bounds it.
    const servers = findAuthoritative(
      key,
      systemResolvers().map(parseServerAddress),
      new AbortController().signal,
      options.patience,
    )
    zones.set(key, { at: performance.now(), servers })
    servers.then(
      (found) => found.length === 0 && zones.delete(key),
      () => zones.delete(key),
    )
    return servers
  }

  async function elsewhere(name: string): Promise<readonly ServerAddress[]> {
    return (await authoritativeServers(name)).map((server) => parseServerAddress(server.address))
  }

  return {
    panel: async (name) => {
      if (options.servers !== undefined) return options.servers
      const authoritative = await authoritativeServers(name)
      const own = systemResolvers().map((address, index) => ({
        name: index === 0 ? 'This computer’s resolver' : `This computer’s resolver ${index + 1}`,
        address,
        role: 'resolver' as const,
      }))
      const seen = new Set<string>()
      return [...authoritative, ...own, ...(options.publicResolvers ?? PUBLIC_RESOLVERS)].filter((server) => {
        const { host, port } = parseServerAddress(server.address)
        const key = `${host} ${port}`
        if (seen.has(key)) return false
        seen.add(key)
        return true
      })
    },
    ask: (server, name, signal) =>
      askAddresses(parseServerAddress(server.address), name, signal, {
        ...(options.patience === undefined ? {} : { patience: options.patience }),
        ...(server.role === 'authoritative' && options.servers === undefined ? { elsewhere } : {}),
      }),
  }
}

async function findAuthoritative(
  name: string,
  resolvers: readonly ServerAddress[],
  signal: AbortSignal,
  patience: Patience | undefined,
): Promise<readonly DnsServer[]> {
  const labels = name.split('.')
  for (const resolver of resolvers) {
    for (let first = 0; first < labels.length - 1; first += 1) {
      const zone = labels.slice(first).join('.')
      const reply = await exchange(resolver, zone, 'NS', signal, patience)
      if (reply.kind !== 'reply') break
      // A CNAME's answer carries the name servers of its target's zone; they are not this name's.
      const hosts = reply.answers.flatMap((answer) =>
        answer.type === 'NS' && sameName(answer.name, zone) ? [plainName(answer.data)] : [],
      )
      if (hosts.length > 0) return addressesOf(hosts, resolver, signal, patience)
    }
  }
  return []
}

async function addressesOf(
  hosts: readonly string[],
  resolver: ServerAddress,
  signal: AbortSignal,
  patience: Patience | undefined,
): Promise<readonly DnsServer[]> {
  const chosen = hosts.toSorted().slice(0, MOST_AUTHORITATIVE)
  const found = await Promise.all(
    chosen.map(async (host) => {
      const answer = await askAddresses(resolver, host, signal, patience === undefined ? {} : { patience })
      const address = answer.kind === 'addresses' ? answer.addresses[0] : undefined
      return address === undefined ? [] : [{ name: host, address, role: 'authoritative' as const }]
    }),
  )
  return found.flat()
}
