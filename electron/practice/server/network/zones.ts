import type { Answer } from 'dns-packet'
import type { NetworkSource } from '../../seam.ts'
import type { Query, Reply, ResponseCode } from './message.ts'

/** A record set as the zone holds it: one name, one type, one TTL. */
export type RecordSet =
  | { readonly name: string; readonly type: 'A'; readonly ttlSeconds: number; readonly addresses: readonly string[] }
  | { readonly name: string; readonly type: 'CNAME'; readonly ttlSeconds: number; readonly target: string }
  | { readonly name: string; readonly type: 'NS'; readonly ttlSeconds: number; readonly target: string }
  | { readonly name: string; readonly type: 'SOA'; readonly ttlSeconds: number; readonly minimumSeconds: number }

/** What one name and type come to, aliases not followed. `soa` is what a resolver may cache an absence by. */
export type Found =
  | { readonly kind: 'records'; readonly set: RecordSet }
  | { readonly kind: 'no-data'; readonly soa: RecordSet }
  | { readonly kind: 'no-such-name'; readonly soa: RecordSet }
  | { readonly kind: 'outside' }
  | { readonly kind: 'failed' }

/** Looks one name up in lower case; a resolver's goes through its cache. */
export type Lookup = (name: string, type: QuestionType) => Found

type QuestionType = 'A' | 'CNAME' | 'NS' | 'SOA' | 'ANY' | 'OTHER'

/** The address of the zones' name server: each zone's NS record leads here. */
export const NAME_SERVER_ADDRESS = '192.0.2.53'

const TYPE_NAMES: Readonly<Record<number, QuestionType>> = { 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 255: 'ANY' }
const NAME_SERVER_TTL_SECONDS = 172_800
const LONGEST_CHAIN = 16

/** The question's type; every type no zone of the account holds is `OTHER` and answered with NODATA. */
function questionType(query: Query): QuestionType {
  return TYPE_NAMES[query.typeNumber] ?? 'OTHER'
}

/** A lookup in the account's zones as they stand now. */
export function zoneLookup(source: NetworkSource): Lookup {
  return (name, type) => {
    const zone = zoneOf(source, name)
    if (zone === undefined) return { kind: 'outside' }
    const soa: RecordSet = {
      name: zone.apex,
      type: 'SOA',
      ttlSeconds: zone.minimumSeconds,
      minimumSeconds: zone.minimumSeconds,
    }
    const sets = [...setsOf(source, name), ...zoneOwnSets(name, zone.apex, soa)]
    const alias = sets.find((set) => set.type === 'CNAME')
    const wanted = type === 'ANY' ? sets[0] : sets.find((set) => set.type === type)
    const set = wanted ?? alias
    if (set !== undefined) return { kind: 'records', set }
    // A name above existing names exists without records of its own (RFC 8020): NODATA, not NXDOMAIN.
    const exists = sets.length > 0 || source.records().some((record) => plainName(record.name).endsWith(`.${name}`))
    return { kind: exists ? 'no-data' : 'no-such-name', soa }
  }
}

/** The zone that holds a name: of several the one whose apex is nearest to it. */
function zoneOf(source: NetworkSource, name: string): { apex: string; minimumSeconds: number } | undefined {
  let nearest: { apex: string; minimumSeconds: number } | undefined
  for (const zone of source.zones()) {
    const apex = plainName(zone.apex)
    const isWithin = name.endsWith(apex) && (name.length === apex.length || name.at(-apex.length - 1) === '.')
    if (isWithin && apex.length > (nearest?.apex.length ?? -1)) nearest = { apex, minimumSeconds: zone.minimumSeconds }
  }
  return nearest
}

/** Answers a query by a lookup, following CNAMEs; a chain that leaves the zones, loops or fails ends where it is. */
export function follow(
  query: Query,
  lookup: Lookup,
  random: () => number,
): Pick<Reply, 'code' | 'answers' | 'authorities'> & { readonly complete: boolean } {
  const type = questionType(query)
  const answers: Answer[] = []
  const end = (code: ResponseCode, complete: boolean, authorities: readonly Answer[] = []) => ({
    code,
    answers,
    authorities,
    complete,
  })
  const visited = new Set<string>()
  // The first owner name keeps the case of the question, as a compressed answer would.
  let owner = query.name
  while (visited.size <= LONGEST_CHAIN && !visited.has(plainName(owner))) {
    visited.add(plainName(owner))
    const found = lookup(plainName(owner), type)
    if (found.kind === 'failed') return end('SERVFAIL', false)
    if (found.kind === 'outside') return end(answers.length > 0 ? 'NOERROR' : 'REFUSED', false)
    if (found.kind === 'no-data') return end('NOERROR', true, toAnswers(found.soa, found.soa.name, random))
    if (found.kind === 'no-such-name') return end('NXDOMAIN', true, toAnswers(found.soa, found.soa.name, random))
    answers.push(...toAnswers(found.set, owner, random))
    if (found.set.type !== 'CNAME' || type === 'CNAME' || type === 'ANY') return end('NOERROR', true)
    owner = found.set.target
  }
  return end('NOERROR', false)
}

/** A name to compare by: lower case, no trailing dot. */
export function plainName(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

/** Records by their plain name, for as long as the source gives the same list. */
const BY_NAME = new WeakMap<readonly RecordSet[], ReadonlyMap<string, readonly RecordSet[]>>()

function setsOf(source: NetworkSource, name: string): readonly RecordSet[] {
  const records = source.records()
  const byName = BY_NAME.get(records) ?? Map.groupBy(records, (record) => plainName(record.name))
  BY_NAME.set(records, byName)
  return byName.get(name) ?? []
}

function zoneOwnSets(name: string, apex: string, soa: RecordSet): readonly RecordSet[] {
  const nameServer = `ns-1.${apex}`
  if (name === nameServer) {
    return [{ name, type: 'A', ttlSeconds: NAME_SERVER_TTL_SECONDS, addresses: [NAME_SERVER_ADDRESS] }]
  }
  if (name !== apex) return []
  return [soa, { name, type: 'NS', ttlSeconds: NAME_SERVER_TTL_SECONDS, target: nameServer }]
}

function toAnswers(set: RecordSet, owner: string, random: () => number): readonly Answer[] {
  const common = { name: owner, ttl: set.ttlSeconds, class: 'IN' as const }
  switch (set.type) {
    case 'A':
      return rotate(set.addresses, random).map((address) => ({ ...common, type: 'A' as const, data: address }))
    case 'CNAME':
    case 'NS':
      return [{ ...common, type: set.type, data: set.target }]
    case 'SOA':
      return [{ ...common, type: 'SOA', data: soaData(set.name, set.minimumSeconds) }]
    default:
      return assertNever(set)
  }
}

/** Load balancers' names answer with their addresses in changing order. */
function rotate(addresses: readonly string[], random: () => number): readonly string[] {
  const start = Math.floor(random() * addresses.length)
  return [...addresses.slice(start), ...addresses.slice(0, start)]
}

/** The numbers that Amazon Route 53 gives the SOA record of a new hosted zone. */
function soaData(apex: string, minimumSeconds: number) {
  const fixed = { serial: 1, refresh: 7200, retry: 900, expire: 1_209_600 }
  return { mname: `ns-1.${apex}`, rname: 'awsdns-hostmaster.amazon.com', ...fixed, minimum: minimumSeconds }
}

function assertNever(value: never): never {
  throw new Error(`Unexpected record set ${JSON.stringify(value)}`)
}
