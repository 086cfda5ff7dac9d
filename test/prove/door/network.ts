import { createHash } from 'node:crypto'
import type { Account } from '../../../electron/practice/model/account.ts'
import { watchHealth } from '../../../electron/practice/model/health.ts'
import { publicNames, publicZones } from '../../../electron/practice/model/public-names.ts'
import type { EnvironmentRecord } from '../../../electron/practice/model/records.ts'
import { recordTraffic } from '../../../electron/practice/model/traffic.ts'
import type { NetworkSource, ResolverPolicy, ZoneRecord } from '../../../electron/practice/seam.ts'
import { answerWithAuthority } from '../../../electron/practice/server/network/authoritative.ts'
import type { Reply } from '../../../electron/practice/server/network/message.ts'
import { addressQuery, type Cache, createCache } from '../../../electron/practice/server/network/resolvers.ts'
import { answerOf } from '../../../electron/practice/server/network/sites.ts'
import { plainName, zoneLookup } from '../../../electron/practice/server/network/zones.ts'
import type { DnsAnswer, DnsServer, HttpAnswer } from '../../../electron/release/world.ts'
import { PRODUCTION, VISITORS } from './account.ts'

/** The account's name server, its resolvers, its sites and their users, on the account's own clock and without sockets. */
export interface Net {
  readonly panel: readonly DnsServer[]
  ask(server: DnsServer, name: string): DnsAnswer
  get(address: string): HttpAnswer
  setPolicy(resolver: number, policy: ResolverPolicy): void
  /** Lets the users of the time since the last visit ask for the page. Call it whenever the clock has moved. */
  visit(): void
  /** The environment behind an address. */
  at(address: string): EnvironmentRecord | undefined
  /** Where the name servers of the zone lead now. */
  production(): EnvironmentRecord | undefined
}

const RESOLVER_NAMES = ['office', 'public-a', 'public-b', 'provider']
/** Every user of the practice account's users who keeps a connection lets it go after this. */
const KEPT_MILLISECONDS = 60_000
const KEPT_SHARE = 0.1
const VISIT_MILLISECONDS = 2_500

export function createNet(account: Account, policies: readonly ResolverPolicy[]): Net {
  const { next: random } = account.random
  const source = sourceOf(account)
  const zones = zoneLookup(source)
  const caches = policies.map((policy): Cache => createCache({ policy, clock: source.clock, upstream: zones, random }))
  const panel: readonly DnsServer[] = [
    { name: 'authoritative', address: '192.0.2.53', role: 'authoritative' },
    ...policies.map((_, index) => ({
      name: RESOLVER_NAMES[index] ?? `resolver-${index}`,
      address: `192.0.2.${54 + index}`,
      role: 'resolver' as const,
    })),
  ]
  const turns = new Map<string, number>()
  const hashes = new Map<string, string>()
  let visitedAt = account.now
  let kept: { readonly addresses: readonly string[]; readonly until: number } = { addresses: [], until: 0 }

  const at = (address: string) =>
    [...account.environments.values()].find(({ front }) => front?.addresses.includes(address))

  const authority = (name: string): readonly string[] => {
    const found = zones(plainName(name), 'A')
    return found.kind === 'records' && found.set.type === 'A' ? found.set.addresses : []
  }

  function answerAt(environment: EnvironmentRecord) {
    const turn = turns.get(environment.id) ?? 0
    turns.set(environment.id, turn + 1)
    const instances = environment.instances.map((instance) => ({
      instanceId: instance.id,
      versionLabel: instance.versionLabel,
      behaviour: instance.behaviour,
      answers: account.now >= instance.answers,
    }))
    const answer = answerOf({ instances }, turn, random)
    const instance =
      environment.instances.find(({ id }) => id === answer.instance?.instanceId) ?? environment.instances[0]
    return { ...answer, record: instance }
  }

  function serve(address: string | undefined, count: number): void {
    const environment = address === undefined ? undefined : at(address)
    if (environment === undefined || count <= 0) return
    const { statusCode, latencyMilliseconds, record } = answerAt(environment)
    if (record === undefined) return
    recordTraffic(record.traffic, account.now, { statusCode, latencyMilliseconds, count })
    watchHealth(account, environment)
  }

  return {
    panel,
    at,
    production: () => {
      const [address] = authority(PRODUCTION)
      return address === undefined ? undefined : at(address)
    },

    ask(server, name) {
      const index = panel.findIndex((each) => each.name === server.name) - 1
      const cache = caches[index]
      const query = addressQuery(name)
      const reply =
        server.role === 'authoritative' ? answerWithAuthority(query, zones, random) : cache && cache.answer(query)
      return dnsAnswer(reply, name)
    },

    get(address) {
      const environment = at(address)
      if (environment === undefined)
        return { kind: 'failure', detail: 'The connection was refused', milliseconds: 3, address }
      const { statusCode, latencyMilliseconds, body, record, instance } = answerAt(environment)
      if (record !== undefined) {
        recordTraffic(record.traffic, account.now, { statusCode, latencyMilliseconds, count: 1 })
        watchHealth(account, environment)
      }
      const header = instance?.behaviour.versionHeader
      const bodySha256 = hashes.get(body) ?? createHash('sha256').update(body).digest('hex')
      hashes.set(body, bodySha256)
      return {
        kind: 'answer',
        status: statusCode,
        headers: {
          server: instance === undefined ? 'awselb/2.0' : 'nginx',
          ...(header === undefined || instance === undefined ? {} : { [header]: instance.versionLabel }),
        },
        bodySha256,
        body,
        milliseconds: latencyMilliseconds,
        address,
      }
    },

    setPolicy(resolver, policy) {
      caches[resolver % caches.length]?.setPolicy(policy)
    },

    visit() {
      const elapsed = account.now - visitedAt
      if (elapsed < VISIT_MILLISECONDS) return
      visitedAt = account.now
      const requests = (VISITORS * Math.min(elapsed, 30_000)) / 1000
      const counts = new Map<string, number>()
      const send = (address: string | undefined, count: number) => {
        if (address !== undefined) counts.set(address, (counts.get(address) ?? 0) + count)
      }
      const share = (requests * (1 - KEPT_SHARE)) / Math.max(1, caches.length)
      for (const cache of caches) send(cache.addressesOf(PRODUCTION).toSorted()[0], share)
      if (account.now >= kept.until) {
        kept = { addresses: caches[0]?.addressesOf(PRODUCTION) ?? [], until: account.now + KEPT_MILLISECONDS }
      }
      send(kept.addresses.toSorted()[0], requests * KEPT_SHARE)
      for (const [address, count] of counts) serve(address, Math.round(count))
    },
  }
}

/** The account's zones; they are made anew only when a name or a front has changed. */
function sourceOf(account: Account): Pick<NetworkSource, 'records' | 'zones' | 'clock'> & NetworkSource {
  let seen: unknown[] = []
  let records: readonly ZoneRecord[] = []
  const zones = publicZones(account).map((apex) => ({ apex, minimumSeconds: 60 }))
  const unused = () => {
    throw new Error('Nothing here asks for that')
  }
  return {
    clock: { now: () => account.now, speed: () => 1 },
    zones: () => zones,
    records: () => {
      let index = 0
      let isSame = true
      for (const { cname, front } of account.environments.values()) {
        isSame &&= seen[index] === cname && seen[index + 1] === front
        index += 2
      }
      if (isSame && index === seen.length) return records
      seen = [...account.environments.values()].flatMap(({ cname, front }) => [cname, front])
      records = publicNames(account)
      return records
    },
    sites: unused,
    visited: unused,
    served: unused,
  }
}

/** What a reply comes to, as `electron/dns` reads it off the wire. */
function dnsAnswer(reply: Reply | undefined, name: string): DnsAnswer {
  if (reply === undefined) return { kind: 'silent', detail: 'No answer within 2 s' }
  if (reply.code === 'SERVFAIL') return { kind: 'server-failure', detail: 'SERVFAIL: the server could not find out' }
  if (reply.code === 'REFUSED') return { kind: 'refused', detail: 'The server refuses to answer for this name' }
  if (reply.code === 'NXDOMAIN') return { kind: 'no-such-name', detail: `${name} does not exist` }
  const addresses = reply.answers.flatMap((record) => (record.type === 'A' ? [record.data] : []))
  if (addresses.length === 0) return { kind: 'no-address', detail: `${name} exists but has no IPv4 address` }
  return {
    kind: 'addresses',
    addresses,
    chain: reply.answers.flatMap((record) => (record.type === 'CNAME' ? [record.data] : [])),
    ttlSeconds: Math.min(...reply.answers.map((record) => ('ttl' in record ? (record.ttl ?? 0) : 0))),
  }
}
