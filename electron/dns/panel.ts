import { getServers, lookup } from 'node:dns'
import { type PanelResolver, PUBLIC_RESOLVERS } from '../contract/panel.ts'
import type { Dns, DnsAnswer, DnsServer } from '../release/world.ts'
import { findAuthoritative, ROOT_SERVERS } from './delegation.ts'
import { PATIENCE, type Patience } from './exchange.ts'
import { askAddresses, byFamily } from './query.ts'
import { plainName } from './question.ts'
import { parseServerAddress, type ServerAddress } from './server-address.ts'

/** Where the public resolvers answer over HTTPS, for networks that close port 53. */
const OVER_HTTPS: Readonly<Record<string, string>> = {
  '1.1.1.1': 'https://1.1.1.1/dns-query',
  '1.0.0.1': 'https://1.0.0.1/dns-query',
  '8.8.8.8': 'https://8.8.8.8/dns-query',
  '8.8.4.4': 'https://8.8.4.4/dns-query',
  '9.9.9.9': 'https://9.9.9.9/dns-query',
}
const ZONE_KEPT_MILLISECONDS = 60 * 60 * 1000
/** How long a server that was silent on port 53 is asked over HTTPS at once. */
const CLOSED_MILLISECONDS = 10 * 60 * 1000
/** After so many silences in a row a server gets one try only, so that it does not hold up every round. */
const FEW_SILENCES = 5

export interface DnsOptions {
  /** A fixed panel (the practice account's). Absent: this computer's resolvers, chosen ones and the zone's own servers. */
  readonly servers?: readonly DnsServer[]
  readonly patience?: Patience
  /** Whom to ask for a zone's servers; this computer's resolvers where absent. */
  readonly systemResolvers?: () => readonly string[]
  readonly publicResolvers?: readonly PanelResolver[]
  readonly roots?: readonly string[]
  /** Where name servers that were found listen; 53 where absent. */
  readonly port?: number
  /** Where a resolver answers over HTTPS when it is silent otherwise, by its address. */
  readonly overHttps?: Readonly<Record<string, string>>
  /** PEM; whom to trust over HTTPS instead of the system's own. */
  readonly certificateAuthority?: string
}

/** Asks name servers directly; never through the operating system, whose cache would mislead the verdict. */
export function createDns(options: DnsOptions = {}): Dns {
  const { patience = PATIENCE, overHttps = OVER_HTTPS, certificateAuthority, roots = ROOT_SERVERS, port = 53 } = options
  const systemResolvers = options.systemResolvers ?? getServers
  const zones = new Map<string, { readonly at: number; readonly servers: Promise<readonly DnsServer[]> }>()
  const silences = new Map<string, number>()
  const closedUntil = new Map<string, number>()
  const lookups = new Map<string, Promise<DnsAnswer>>()

  /** The name servers of the zone that a name lies in. */
  function authoritativeServers(name: string): Promise<readonly DnsServer[]> {
    const key = plainName(name)
    const known = zones.get(key)
    if (known !== undefined && performance.now() - known.at < ZONE_KEPT_MILLISECONDS) return known.servers
    const servers = findAuthoritative(key, {
      resolvers: systemResolvers().map(parseServerAddress),
      roots,
      port,
      options: { patience },
      // Shared by all who ask at once, so that no one's signal may end it; the patience bounds it.
      signal: new AbortController().signal,
    })
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

  async function ask(server: DnsServer, name: string, signal: AbortSignal): Promise<DnsAnswer> {
    const { address } = server
    const other = overHttps[address]
    const isClosed = other !== undefined && performance.now() < (closedUntil.get(address) ?? 0)
    if (!isClosed) {
      const isQuiet = (silences.get(address) ?? 0) >= FEW_SILENCES
      const answer = await askAddresses(parseServerAddress(address), name, signal, {
        patience: isQuiet ? { ...patience, tries: 1 } : patience,
        certificateAuthority,
        ...(server.role === 'authoritative' && options.servers === undefined ? { elsewhere } : {}),
      })
      silences.set(address, answer.kind === 'silent' ? (silences.get(address) ?? 0) + 1 : 0)
      if (answer.kind !== 'silent' || other === undefined) return answer
    }
    const answer = await askAddresses(parseServerAddress(other), name, signal, { patience, certificateAuthority })
    if (answer.kind === 'silent')
      return { kind: 'silent', detail: `No answer, neither on port 53 nor over HTTPS (${answer.detail})` }
    if (!isClosed) closedUntil.set(address, performance.now() + CLOSED_MILLISECONDS)
    return answer
  }

  /** One question at a time for each name: the operating system may take half a minute over it. */
  function systemAnswer(name: string, signal: AbortSignal): Promise<DnsAnswer> {
    const asked = lookups.get(name) ?? askSystem(name).finally(() => lookups.delete(name))
    lookups.set(name, asked)
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason)
      const timer = setTimeout(
        () => resolve({ kind: 'silent', detail: 'The operating system is still looking it up' }),
        patience.tryMilliseconds,
      )
      signal.addEventListener('abort', abort, { once: true })
      const settle = (answer: DnsAnswer): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        resolve(answer)
      }
      asked.then(settle, reject)
    })
  }

  return {
    panel: async (name, chosen) => {
      const own = (chosen?.resolvers ?? (options.servers ? [] : (options.publicResolvers ?? PUBLIC_RESOLVERS))).map(
        (resolver) => ({ ...resolver, role: 'resolver' as const }),
      )
      if (options.servers !== undefined) return distinct([...options.servers, ...own])
      const system = systemResolvers().map((address, index) => ({
        name: index === 0 ? 'This computer’s resolver' : `This computer’s resolver ${index + 1}`,
        address,
        role: 'resolver' as const,
      }))
      return distinct([...(await authoritativeServers(name)), ...system, ...own])
    },
    ask,
    ...(options.servers === undefined ? { systemAnswer } : {}),
  }
}

/** Each server once, whatever its address looks like; the same name for two would hide one of them. */
function distinct(servers: readonly DnsServer[]): readonly DnsServer[] {
  const addresses = new Set<string>()
  const names = new Set<string>()
  return servers.flatMap((server) => {
    const { transport, host, port, path } = parseServerAddress(server.address)
    const key = `${transport === 'https' ? 'https' : ''} ${host} ${port} ${path}`
    if (addresses.has(key)) return []
    addresses.add(key)
    const name = names.has(server.name) ? `${server.name}, ${server.address}` : server.name
    names.add(name)
    return [{ ...server, name }]
  })
}

/** Never rejects. Node tells no TTL here. */
function askSystem(name: string): Promise<DnsAnswer> {
  return new Promise((resolve) => {
    lookup(name, { all: true }, (error, found) => {
      if (error)
        resolve({
          kind: error.code === 'ENOTFOUND' ? 'no-such-name' : 'server-failure',
          detail: error.code === 'ENOTFOUND' ? `${name} is not known to it` : `It could not find out (${error.code})`,
        })
      else {
        const addresses = [...new Set(found.map(({ address }) => address))].toSorted(byFamily)
        resolve({ kind: 'addresses', addresses, chain: [], ttlSeconds: 0 })
      }
    })
  })
}
