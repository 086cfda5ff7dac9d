import type { DomainView } from '../contract/domain.ts'
import type { Gate } from '../contract/models.ts'
import {
  type Classified,
  classifyDomain,
  type DomainKind,
  type Hop,
  isCircle,
  MOST_HOPS,
  plainTarget,
  redirectOf,
  type Targets,
  type TlsSeen,
  tlsFault,
  tlsSaid,
} from './domains.ts'
import type { DomainRecord } from './outside.ts'
import { bothAddresses } from './reach.ts'
import { type ReleaseState, recordOf } from './state.ts'
import { evidence, gate, type Hands, type Reading, reading, type Sight } from './step.ts'
import { asksFromHere } from './watch.ts'
import type { DnsAnswer, World } from './world.ts'

/** Domains that name servers and both environments are asked about; more are judged by their records alone. */
const MOST_ASKED = 20
const SERVERS_ASKED = 3
const LONGEST_CHAIN = 10
/** Account milliseconds that an audit serves while nothing is about to be done. */
const KEPT_MILLISECONDS = 60_000

/** Everything that was found out about the domains that users type. */
export interface DomainAudit {
  readonly domains: readonly AuditedDomain[]
  /** How far Route 53 could be read. */
  readonly route53: Reading<{ readonly records: number; readonly complete: boolean }>
  /** False where checks from this computer are switched off. */
  readonly asked: boolean
}

interface AuditedDomain {
  readonly name: string
  readonly foundBy: 'hand' | 'route53'
  readonly classified: Classified
  /** Null where it was not asked. */
  readonly tls: TlsSeen | null
  /** Null: its page does not redirect in a circle on green, or does so on blue as well. */
  readonly circle: string | null
}

const audits = new WeakMap<World, { readonly at: number; readonly key: string; readonly value: Promise<DomainAudit> }>()

/** Looks at every domain that was entered, and at those in Route 53 that lead to blue. Short memory while nothing is about to be done. */
export async function auditDomains(state: ReleaseState, sight: Sight, hands: Hands): Promise<DomainAudit> {
  const { world } = hands
  const { settings, green } = state.release
  const key = JSON.stringify([settings.domains ?? [], settings.panel?.fromHere ?? true, green.id])
  const known = audits.get(world)
  const now = world.clock.now()
  const isWanted = recordOf(state, 'swap').leverAt !== null
  if (!isWanted && known?.key === key && now - known.at < KEPT_MILLISECONDS) return known.value
  const value = audit(state, sight, hands)
  audits.set(world, { at: now, key, value })
  value.catch(() => audits.delete(world))
  return value
}

async function audit(state: ReleaseState, sight: Sight, hands: Hands): Promise<DomainAudit> {
  const { world } = hands
  const { release } = state
  const asked = asksFromHere(state)
  const [listed, addresses] = await Promise.all([
    reading(world, () => world.domainRecords.all()),
    asked ? bothAddresses(state, sight, hands) : { blue: [], green: [] },
  ])
  const targets: Targets = {
    production: release.productionCname,
    greenName: sight.green?.cname ?? null,
    blueEndpoint: sight.blue?.endpointUrl ?? null,
    greenEndpoint: sight.green?.endpointUrl ?? null,
    blueAddresses: addresses.blue,
    greenAddresses: addresses.green,
  }
  const records = listed.ok ? listed.value.records : []
  const entered = [...new Set((release.settings.domains ?? []).map((name) => name.toLowerCase()))]
  const found = domainsLeadingTo(records, targets).filter((name) => !entered.includes(name))
  const names = [
    ...entered.map((name) => ({ name, foundBy: 'hand' as const })),
    ...found.map((name) => ({ name, foundBy: 'route53' as const })),
  ]
  const domains = await Promise.all(
    names.map(({ name, foundBy }, index) =>
      lookAt(name, foundBy, resolved(name, records), targets, state, hands, asked && index < MOST_ASKED),
    ),
  )
  return {
    domains,
    route53: listed.ok
      ? { ...listed, value: { records: listed.value.records.length, complete: listed.value.complete } }
      : listed,
    asked,
  }
}

async function lookAt(
  name: string,
  foundBy: AuditedDomain['foundBy'],
  records: readonly DomainRecord[],
  targets: Targets,
  state: ReleaseState,
  hands: Hands,
  mayAsk: boolean,
): Promise<AuditedDomain> {
  const { world, signal } = hands
  // Any name stands for all that a wildcard covers.
  const host = name.replace(/^\*/, 'www')
  const answer = mayAsk ? await resolve(host, state, hands) : null
  const address = answer?.kind === 'addresses' ? answer.addresses[0] : undefined
  const isBlue = address !== undefined && targets.blueAddresses.includes(address)
  const page = address === undefined || isBlue ? null : await world.probe.get({ address, host, path: '/' }, signal)
  const headers = page?.kind === 'answer' ? page.headers : {}
  const classified = classifyDomain({ name, records, answer, headers }, targets)
  const [blue] = targets.blueAddresses
  const [green] = targets.greenAddresses
  if (!mayAsk || !REACHES.has(classified.kind) || blue === undefined || green === undefined)
    return { name, foundBy, classified, tls: null, circle: null }
  const [blueTls, greenTls, circle] = await Promise.all([
    world.probe.handshake({ address: blue, serverName: host }, signal),
    world.probe.handshake({ address: green, serverName: host }, signal),
    circleOn(host, blue, green, hands),
  ])
  return { name, foundBy, classified, tls: { blue: blueTls, green: greenTls }, circle }
}

/** Domains whose users both environments must be able to answer. */
const REACHES: ReadonlySet<DomainKind> = new Set(['follows', 'load-balancer', 'address', 'unclear', 'green-name'])

/** The zone's own servers first: their answer has no age. */
async function resolve(name: string, state: ReleaseState, { world, signal }: Hands): Promise<DnsAnswer> {
  const panel = await world.dns.panel(name, state.release.settings.panel)
  const order = panel.toSorted(
    (one, other) => Number(other.role === 'authoritative') - Number(one.role === 'authoritative'),
  )
  let last: DnsAnswer = { kind: 'silent', detail: 'there is no name server to ask' }
  for (const server of order.slice(0, SERVERS_ASKED)) {
    last = await world.dns.ask(server, name, signal)
    if (last.kind === 'addresses' || last.kind === 'no-such-name' || last.kind === 'no-address') return last
  }
  return last
}

/** A page that sends its visitors round for ever on green, and not on blue: mostly a redirect to HTTPS behind another listener. */
async function circleOn(host: string, blue: string, green: string, hands: Hands): Promise<string | null> {
  const onGreen = await walk(host, green, hands)
  if (!isCircle(onGreen) || isCircle(await walk(host, blue, hands))) return null
  return onGreen.map(({ url }) => url).join(' → ')
}

async function walk(host: string, address: string, { world, signal }: Hands): Promise<readonly Hop[]> {
  const hops: Hop[] = []
  let next: string | null = `http://${host}/`
  while (next !== null && hops.length < MOST_HOPS && !hops.some(({ url }) => url === next)) {
    const { protocol, hostname, pathname, search } = new URL(next)
    if (hostname !== host || !/^https?:$/.test(protocol)) break
    const answer = await world.probe.get(
      { address, host, path: `${pathname}${search}`, https: protocol === 'https:' },
      signal,
    )
    const hop: Hop = { url: next, answer }
    hops.push(hop)
    next = redirectOf(hop)
  }
  return hops
}

/** The records that a name comes to, through other names of the same account; a name that leads nowhere comes to none. */
function resolved(name: string, all: readonly DomainRecord[], depth = 0): readonly DomainRecord[] {
  if (depth === LONGEST_CHAIN) return []
  return all
    .filter((record) => record.name === name)
    .flatMap((record) => {
      if (record.type !== 'CNAME' && !record.isAlias) return [record]
      return record.targets.flatMap((target) => {
        const further = resolved(plainTarget(target), all, depth + 1)
        return further.length > 0 ? further : [{ ...record, targets: [target] }]
      })
    })
}

/** Names of the account's zones that lead to blue, to its name, or to green’s. */
function domainsLeadingTo(records: readonly DomainRecord[], targets: Targets): readonly string[] {
  const wanted = new Set(
    [targets.production, targets.greenName, targets.blueEndpoint, ...targets.blueAddresses].flatMap((target) =>
      target === null ? [] : [target.toLowerCase()],
    ),
  )
  const names = [...new Set(records.map(({ name }) => name))]
  return names
    .filter((name) =>
      resolved(name, records).some((record) => record.targets.some((to) => wanted.has(plainTarget(to)))),
    )
    .toSorted()
}

const STAYS: ReadonlySet<DomainKind> = new Set(['load-balancer', 'address', 'cdn', 'green-name', 'elsewhere'])

/** What is wrong with a domain, in words; null where nothing is. */
function faultOf({
  name,
  classified,
  tls,
  circle,
}: AuditedDomain): { readonly text: string; readonly remedy: string } | null {
  if (STAYS.has(classified.kind))
    return {
      text: `${name} leads ${classified.leads}: ${classified.kind === 'elsewhere' ? 'the swap does not concern it' : 'the swap does not move it'}.`,
      remedy: `${name}: ${classified.remedy ?? ''}`,
    }
  const fault = tls && tlsFault(tls)
  if (fault)
    return {
      text: `${name}: ${fault}`,
      remedy: `Give green a listener for HTTPS with a certificate for ${name}, as blue has, then look again.`,
    }
  if (circle !== null)
    return {
      text: `${name} redirects in a circle on green: ${circle}.`,
      remedy: 'Compare the listeners and their rules of both environments; mostly one for HTTPS is missing on green.',
    }
  return null
}

/** Whether every domain that users type follows the swap, and is answered on green as on blue. Pure. */
export function domainsGate({ domains, route53, asked }: DomainAudit, at: number): Gate {
  const id = 'domains'
  const title = 'The domains that people type follow the swap'
  const seen = [
    evidence(
      'route53:ListResourceRecordSets',
      route53.at,
      route53.ok
        ? `${route53.value.records} records read${route53.value.complete ? '' : ', and there are more'}`
        : route53.problem.title,
    ),
    ...domains.map((each) => evidence(each.foundBy === 'hand' ? 'operator' : 'route53', at, lineOf(each))),
  ]
  const faults = domains.flatMap((domain) => faultOf(domain) ?? [])
  if (faults.length > 0) {
    const named = faults.slice(0, 3).map(({ text }) => text)
    return gate(
      id,
      title,
      'failed',
      `${named.join(' ')}${faults.length > named.length ? ` And ${faults.length - named.length} more.` : ''}`,
      seen,
      { waivable: true, remedy: faults[0]?.remedy ?? '' },
    )
  }
  const open = domains.filter(({ classified: { kind } }) => kind === 'unclear' || kind === 'unresolved')
  const [first] = open
  if (first)
    return gate(
      id,
      title,
      'unknown',
      open.map(({ name, classified }) => `${name} leads ${classified.leads}.`).join(' '),
      seen,
      { waivable: true, remedy: `${first.name}: ${first.classified.remedy ?? ''}` },
    )
  if (!route53.ok && domains.length === 0)
    return gate(id, title, 'unknown', `${route53.problem.title}, and no domain was entered.`, seen, {
      waivable: true,
      remedy: `Enter the domains that people type above; where there are none, say so. ${route53.problem.remedy ?? ''}`,
    })
  if (route53.ok && !route53.value.complete)
    return gate(id, title, 'unknown', 'The account has more records in Route 53 than are read here.', seen, {
      waivable: true,
      remedy: 'Enter the domains that people type above, then say that these are all.',
    })
  return gate(id, title, 'passed', passedText(domains, route53.ok, asked), seen, { waivable: true })
}

function passedText(domains: readonly AuditedDomain[], hasRoute53: boolean, asked: boolean): string {
  const read = hasRoute53 ? '' : ' Route 53 may not be read: only what was entered was looked at.'
  if (domains.length === 0) return 'None of the account’s domains leads here, and none was entered.'
  const names = domains.map(({ name }) => name).join(', ')
  return `${names}: ${domains.length === 1 ? 'it leads' : 'they lead'} to the production URL.${asked ? '' : ' Certificates were not looked at: checks from this computer are switched off.'}${read}`
}

function lineOf({ name, classified, tls, circle }: AuditedDomain): string {
  const https = tls ? `; HTTPS on blue: ${tlsSaid(tls.blue)}, on green: ${tlsSaid(tls.green)}` : ''
  return `${name} leads ${classified.leads} (${classified.kind})${https}${circle === null ? '' : '; redirects in a circle on green'}`
}

/** The same for the screen. */
export function domainViews({ domains }: DomainAudit): readonly DomainView[] {
  return domains.map((domain) => {
    const { name, foundBy, classified, tls } = domain
    const { kind, leads, remedy } = classified
    return {
      name,
      foundBy,
      leads,
      follows: kind === 'follows' ? 'yes' : STAYS.has(kind) ? 'no' : 'unknown',
      https: tls === null ? null : { blue: tlsSaid(tls.blue), green: tlsSaid(tls.green) },
      fault: faultOf(domain)?.text ?? null,
      remedy: faultOf(domain)?.remedy ?? remedy,
    }
  })
}
