import type { DomainRecord, TlsAnswer } from './outside.ts'
import type { DnsAnswer, HttpAnswer } from './world.ts'

/*
 * A swap exchanges the CNAMEs of two environments and nothing else (AWS developer guide, "Blue/Green deployments"): a domain
 * follows it where it leads to the environment's own name, and stays behind where it leads to a load balancer, an address or a
 * service in between.
 */

/** Where a domain leads, as far as the swap is concerned. */
export type DomainKind =
  /** To the environment's own name: the swap moves it. */
  | 'follows'
  | 'load-balancer'
  | 'address'
  /** To a content delivery network or proxy, which has an origin of its own. */
  | 'cdn'
  /** To the name that green has now and blue will have. */
  | 'green-name'
  /** To neither environment of this release. */
  | 'elsewhere'
  /** It does not resolve. */
  | 'unresolved'
  /** To blue's addresses; by what cannot be seen from outside. */
  | 'unclear'

/** Both environments by everything that a domain can lead to. */
export interface Targets {
  readonly production: string
  readonly greenName: string | null
  readonly blueEndpoint: string | null
  readonly greenEndpoint: string | null
  readonly blueAddresses: readonly string[]
  readonly greenAddresses: readonly string[]
}

/** What is known of a domain. */
export interface DomainSeen {
  readonly name: string
  /** Its records in Route 53, and what those lead to there; empty where Route 53 has none, or may not be read. */
  readonly records: readonly DomainRecord[]
  /** What a name server said of it; null where nobody was asked. */
  readonly answer: DnsAnswer | null
  /** Headers of its page, where that was asked for. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Classified {
  readonly kind: DomainKind
  /** Where it leads, in words. */
  readonly leads: string
  readonly remedy: string | null
}

/** Where a domain leads, and whether a swap moves it. Pure. */
export function classifyDomain(seen: DomainSeen, targets: Targets): Classified {
  const kinds = [byRecords(seen.records, targets), byAnswer(seen.answer, targets), byHeaders(seen.headers)].filter(
    (found) => found !== null,
  )
  // The records say what is meant, the answer what is so: the worse of the two counts, but what only one can tell stands.
  const told = kinds.filter(({ kind }) => kind !== 'unclear')
  const found = told.toSorted((one, other) => GRAVITY.indexOf(one.kind) - GRAVITY.indexOf(other.kind))[0] ?? kinds[0]
  const { kind, leads } = found ?? { kind: 'unresolved' as const, leads: 'nowhere: nobody could be asked' }
  return { kind, leads, remedy: remedyOf(kind, targets.production) }
}

interface Found {
  readonly kind: DomainKind
  readonly leads: string
}

/** The gravest first. */
const GRAVITY: readonly DomainKind[] = [
  'green-name',
  'load-balancer',
  'cdn',
  'address',
  'elsewhere',
  'unclear',
  'follows',
  'unresolved',
]

/** Names of networks that answer in an origin's place. */
const BETWEEN =
  /(^|\.)(cloudfront\.net|cdn\.cloudflare\.net|cloudflare\.net|fastly\.net|fastlylb\.net|akamai(edge|zed)?\.net|edgekey\.net|edgesuite\.net|azureedge\.net|azurefd\.net|b-cdn\.net|cdn77\.org|awsglobalaccelerator\.com|incapdns\.net|impervadns\.net|sucuri\.net|netlify\.app|vercel-dns\.com)$/
const LOAD_BALANCER = /(^|\.)elb\.([a-z0-9-]+\.)?amazonaws\.com(\.cn)?$|\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?$/

/** Cloudflare publishes where it answers from (cloudflare.com/ips); other networks are told by their names and headers. */
const CLOUDFLARE: readonly (readonly [start: string, bits: number])[] = [
  ['173.245.48.0', 20],
  ['103.21.244.0', 22],
  ['103.22.200.0', 22],
  ['103.31.4.0', 22],
  ['141.101.64.0', 18],
  ['108.162.192.0', 18],
  ['190.93.240.0', 20],
  ['188.114.96.0', 20],
  ['197.234.240.0', 22],
  ['198.41.128.0', 17],
  ['162.158.0.0', 15],
  ['104.16.0.0', 13],
  ['104.24.0.0', 14],
  ['172.64.0.0', 13],
  ['131.0.72.0', 22],
]
const CLOUDFLARE_VERSION_6 = /^(2400:cb00|2606:4700|2803:f800|2405:b500|2405:8100|2a06:98c|2c0f:f248):/i

function byRecords(records: readonly DomainRecord[], targets: Targets): Found | null {
  const found = records.flatMap(({ type, isAlias, targets: to }) =>
    to.map((target) => (type === 'CNAME' || isAlias ? byName(target, targets) : byAddress(target, targets))),
  )
  return gravest(found)
}

/** The first name of a chain that tells, since what comes after it is its own affair; else the addresses. */
function byAnswer(answer: DnsAnswer | null, targets: Targets): Found | null {
  if (answer === null) return null
  if (answer.kind !== 'addresses') return { kind: 'unresolved', leads: `nowhere: ${answer.detail}` }
  for (const name of answer.chain) {
    const found = byName(name, targets)
    if (found.kind !== 'elsewhere') return found
  }
  const found = answer.addresses.map((address) => byAddress(address, targets))
  // Without a record nobody can tell an alias of the name from an alias of the load balancer or a fixed address.
  return gravest(found.map((each) => (each.kind === 'address' ? { ...each, kind: 'unclear' as const } : each)))
}

function byHeaders(headers: Readonly<Record<string, string>>): Found | null {
  if (headers['cf-ray'] !== undefined || /cloudflare/i.test(headers['server'] ?? ''))
    return { kind: 'cdn', leads: 'through Cloudflare, as its headers say' }
  if (headers['x-amz-cf-id'] !== undefined || /cloudfront/i.test(headers['via'] ?? ''))
    return { kind: 'cdn', leads: 'through CloudFront, as its headers say' }
  const between = /\b(fastly|akamai|varnish)\b/i.exec(`${headers['via'] ?? ''} ${headers['x-served-by'] ?? ''}`)?.[1]
  return between === undefined ? null : { kind: 'cdn', leads: `through ${between}, as its headers say` }
}

function byName(target: string, { production, greenName, blueEndpoint, greenEndpoint }: Targets): Found {
  const name = plainTarget(target)
  if (name === production.toLowerCase()) return { kind: 'follows', leads: `to ${name}` }
  if (name === greenName?.toLowerCase()) return { kind: 'green-name', leads: `to ${name}, green’s own name` }
  if (name === blueEndpoint?.toLowerCase()) return { kind: 'load-balancer', leads: `to ${name}, blue’s load balancer` }
  if (name === greenEndpoint?.toLowerCase())
    return { kind: 'load-balancer', leads: `to ${name}, green’s load balancer` }
  if (BETWEEN.test(name)) return { kind: 'cdn', leads: `to ${name}` }
  if (LOAD_BALANCER.test(name)) return { kind: 'load-balancer', leads: `to ${name}, another load balancer` }
  return { kind: 'elsewhere', leads: `to ${name}` }
}

function byAddress(address: string, { blueAddresses, greenAddresses }: Targets): Found {
  if (blueAddresses.includes(address)) return { kind: 'address', leads: `to ${address}, an address of blue` }
  if (greenAddresses.includes(address)) return { kind: 'address', leads: `to ${address}, an address of green` }
  if (isCloudflare(address)) return { kind: 'cdn', leads: `to ${address}, an address of Cloudflare` }
  return { kind: 'elsewhere', leads: `to ${address}` }
}

function gravest(found: readonly Found[]): Found | null {
  return found.toSorted((one, other) => GRAVITY.indexOf(one.kind) - GRAVITY.indexOf(other.kind))[0] ?? null
}

/** Route 53 writes `dualstack.` before a load balancer that has IPv6 addresses too. */
export function plainTarget(target: string): string {
  return target
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')
}

function isCloudflare(address: string): boolean {
  if (CLOUDFLARE_VERSION_6.test(address)) return true
  const asked = numberOf(address)
  return (
    asked !== null &&
    CLOUDFLARE.some(([start, bits]) => {
      const size = 2 ** (32 - bits)
      return Math.floor(asked / size) === Math.floor((numberOf(start) ?? 0) / size)
    })
  )
}

function numberOf(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number)
  return parts === undefined ? null : parts.reduce((sum, part) => sum * 256 + part, 0)
}

function remedyOf(kind: DomainKind, production: string): string | null {
  switch (kind) {
    case 'follows':
      return null
    case 'load-balancer':
      return `Point it to ${production} instead: a CNAME, or in Route 53 an alias of the Elastic Beanstalk environment.`
    case 'address':
    case 'unclear':
      return `See that its record is a CNAME to ${production}, or an alias of the Elastic Beanstalk environment; an address or an alias of the load balancer stays behind.`
    case 'cdn':
      return `See that the origin there is ${production} and not blue’s load balancer, and how long it remembers addresses; then say so.`
    case 'green-name':
      return `Point it to ${production}: after the swap the name it leads to belongs to blue.`
    case 'elsewhere':
      return 'It does not lead to this environment: take it off the list, or see where it ought to lead.'
    case 'unresolved':
      return 'Check how it is spelled, and whether this computer can look it up.'
  }
}

/** What HTTPS of a domain shows on both environments. */
export interface TlsSeen {
  readonly blue: TlsAnswer
  readonly green: TlsAnswer
}

/** What is wrong with HTTPS of a domain on green, where blue has it; null where nothing is. Pure. */
export function tlsFault({ blue, green }: TlsSeen): string | null {
  if (blue.kind === 'none') return null
  if (blue.kind === 'failure') return null
  if (green.kind === 'none') return `Blue answers HTTPS and green does not: ${green.detail}.`
  if (green.kind === 'failure') return `Green could not be asked over HTTPS: ${green.detail}.`
  if (green.isValid) return null
  // Blue’s is no better: a network in front of it may not ask for more.
  if (!blue.isValid && blue.fault === green.fault && blue.names.join() === green.names.join()) return null
  return `Green’s certificate is not valid for it: ${green.fault}.`
}

/** HTTPS of a domain in one line. */
export function tlsSaid(answer: TlsAnswer): string {
  if (answer.kind !== 'certificate') return answer.kind === 'none' ? 'no HTTPS' : `not known (${answer.detail})`
  return answer.isValid ? 'a valid certificate' : answer.fault
}

/** Where a page leads on one environment, hop by hop. */
export interface Hop {
  readonly url: string
  readonly answer: HttpAnswer
}

/** Redirects that are followed; a browser gives up at about 20. */
export const MOST_HOPS = 6

/** Where an answer redirects to, as a whole URL; null where it does not. Pure. */
export function redirectOf({ url, answer }: Hop): string | null {
  if (answer.kind !== 'answer' || answer.status < 300 || answer.status > 399) return null
  const location = answer.headers['location']
  if (location === undefined) return null
  try {
    return new URL(location, url).href
  } catch {
    return null
  }
}

/** Whether a walk never ends: it comes back to a page, or goes on for longer than is followed. Pure. */
export function isCircle(hops: readonly Hop[]): boolean {
  const last = hops.at(-1)
  const next = last === undefined ? null : redirectOf(last)
  return next !== null && (hops.length >= MOST_HOPS || hops.some(({ url }) => url === next))
}
