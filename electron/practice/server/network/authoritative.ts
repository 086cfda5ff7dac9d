import type { NetworkSource, ResolverPolicy } from '../../seam.ts'
import { type DnsServer, startDnsServer } from './dns-server.ts'
import type { Query, Reply, ResponseCode } from './message.ts'
import { follow, type Lookup, zoneLookup } from './zones.ts'

/** The account's name server, authoritative for every zone of the source. */
export interface Authoritative extends DnsServer {
  /** What the resolvers ask in process; fails while the server is made to fail. */
  readonly lookup: Lookup
  /** `silent` and `servfail` make it fail; every other policy makes it answer. */
  setPolicy(policy: ResolverPolicy): void
}

const INTERNET_CLASS = 1
const TRANSFER_TYPES: readonly number[] = [251, 252]

/** Starts the authoritative server; each answer is the zone as it stands at that moment. */
export async function startAuthoritative(source: NetworkSource, random: () => number): Promise<Authoritative> {
  let policy: ResolverPolicy = 'faithful'
  const zones = zoneLookup(source)
  const server = await startDnsServer((query) => {
    if (policy === 'silent') return undefined
    if (policy === 'servfail') return emptyReply('SERVFAIL', { authoritative: false, recursionAvailable: false })
    return answerWithAuthority(query, zones, random)
  })
  return {
    ...server,
    lookup: (name, type) => (policy === 'silent' || policy === 'servfail' ? { kind: 'failed' } : zones(name, type)),
    setPolicy: (next) => {
      policy = next
    },
  }
}

/** True for what no server here answers: another class than the Internet's, or a zone transfer. */
export function isRefused(query: Query): boolean {
  return query.classNumber !== INTERNET_CLASS || TRANSFER_TYPES.includes(query.typeNumber)
}

/** An answer without records. */
export function emptyReply(code: ResponseCode, server: Pick<Reply, 'authoritative' | 'recursionAvailable'>): Reply {
  return { code, ...server, answers: [], authorities: [] }
}

/** What the account's name server answers while it works. */
export function answerWithAuthority(query: Query, zones: Lookup, random: () => number): Reply {
  const refusal = emptyReply('REFUSED', { authoritative: false, recursionAvailable: false })
  if (isRefused(query)) return refusal
  const { code, answers, authorities } = follow(query, zones, random)
  if (code === 'REFUSED') return refusal
  return { code, answers, authorities, authoritative: true, recursionAvailable: false }
}
