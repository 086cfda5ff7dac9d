import type { Colour, Instant, ResolverView } from '../contract/models.ts'
import { countedOn, type Drain } from './drain.ts'
import { whoAnswered } from './fingerprint.ts'
import { bothAddresses } from './reach.ts'
import { type AddressSets, classify, heldSeconds, longestTtlSeconds, together, wavers } from './sightings.ts'
import { type ReleaseState, recordOf, rolesOf } from './state.ts'
import type { Hands, Sight } from './step.ts'
import type { Observed } from './verdict.ts'
import type { DnsAnswer, DnsServer, HttpAnswer } from './world.ts'

/** Account seconds between two fresh requests, while it is watched closely. */
export const PROBE_SECONDS = 5
/** The records of load balancers live for 60 s (AWS: Elastic Load Balancing, DNS). */
const ENDPOINTS_MILLISECONDS = 30_000
/** What the endpoints gave each release last; it may be lost. */
const endpoints = new WeakMap<
  Hands,
  {
    readonly at: Instant
    readonly key: string
    readonly found: AddressSets
  }
>()
/** Questions to a resolver in one round: behind one address there may be many caches. */
const SAMPLES = { plain: 1, confirming: 2, wavering: 6 }

type Answered = Omit<Observed, 'seen'>

export interface PropagationFacts {
  readonly servers: readonly Observed[]
  readonly probe: { readonly at: number; readonly by: Colour | 'other' | 'error'; readonly answer: HttpAnswer }
  /** What is known of each environment's addresses by now. */
  readonly sets?: AddressSets
  /** What the load balancer of the environment that was left has counted; null where that is not known. */
  readonly counted?: Drain | null
  /** What this computer's own programs get; null where it cannot know. */
  readonly system?: { readonly answer: DnsAnswer; readonly seen: ResolverView['answer'] } | null
}

/** One round: every server of the panel is asked, and the production URL as a new visitor would. */
export async function watchWorld(state: ReleaseState, sight: Sight, hands: Hands): Promise<PropagationFacts> {
  const counted = await countedOnLeft(state, sight, hands)
  if (!asksFromHere(state)) return { servers: [], probe: notAsked(hands.world.clock.now()), counted }
  const known = await addressSets(state, sight, hands)
  const [answers, system] = await Promise.all([askPanel(state, hands), askSystem(state, hands)])
  const sets = isStrange(answers, known) ? await addressSets(state, sight, hands, true) : known
  const servers = observed(state, answers, sets, hands)
  const probe = await askProduction(state, servers, sets, hands)
  const seen = system && { answer: system, seen: classify(system, sets) }
  return { servers, probe, system: seen, sets, counted }
}

/** Passing trouble with it holds nothing up: enhanced health tells the same, and sooner. */
async function countedOnLeft(state: ReleaseState, sight: Sight, { world }: Hands): Promise<Drain | null> {
  const { from } = rolesOf(state.release.track)
  const id = sight[from]?.id
  const swappedAt = recordOf(state, 'swap').provedAt
  if (id === undefined || swappedAt === null) return null
  return countedOn(world, id, swappedAt).catch(() => null)
}

/** False where the operator said that checks from this computer are not possible. */
export function asksFromHere(state: ReleaseState): boolean {
  return state.release.settings.panel?.fromHere ?? true
}

/** Both address sets: those agreed before the swap and all that the endpoints gave since, for load balancers rotate theirs. */
async function addressSets(state: ReleaseState, sight: Sight, hands: Hands, anew = false): Promise<AddressSets> {
  const found = await endpointsNow(state, sight, hands, anew)
  const merged = (colour: Colour): readonly string[] => {
    const known = new Set([...(state.baseline?.addresses[colour] ?? []), ...state.addresses[colour]])
    const addresses = found[colour].filter((address) => !known.has(address))
    if (addresses.length > 0) hands.record({ kind: 'addresses', at: hands.world.clock.now(), colour, addresses })
    return [...known, ...addresses]
  }
  return { blue: merged('blue'), green: merged('green') }
}

/** What both endpoints gave last; asked every now and then. */
async function endpointsNow(state: ReleaseState, sight: Sight, hands: Hands, anew: boolean): Promise<AddressSets> {
  const now = hands.world.clock.now()
  const key = [sight.blue?.endpointUrl, sight.green?.endpointUrl, JSON.stringify(state.release.settings.panel)].join(
    ' ',
  )
  const known = endpoints.get(hands)
  if (!anew && known?.key === key && now - known.at < ENDPOINTS_MILLISECONDS) return known.found
  const found = await bothAddresses(state, sight, hands)
  endpoints.set(hands, { at: now, key, found })
  return found
}

/** Whether somebody gave an address of neither environment, as far as is known: then the endpoints are asked at once. */
function isStrange(answers: readonly Answered[], { blue, green }: AddressSets): boolean {
  return answers.some(
    ({ answer }) =>
      answer.kind === 'addresses' && answer.addresses.some((each) => !blue.includes(each) && !green.includes(each)),
  )
}

/** Asks every server of the panel. */
async function askPanel(state: ReleaseState, { world, signal }: Hands): Promise<readonly Answered[]> {
  const { productionCname: name, settings } = state.release
  const panel = withSeen(state, await world.dns.panel(name, settings.panel))
  return Promise.all(
    panel.map(async (server) => {
      const samples = Array.from({ length: samplesOf(state, server) }, () => world.dns.ask(server, name, signal))
      return { server, answer: together(await Promise.all(samples)) }
    }),
  )
}

/** Whose addresses the servers gave; journals what changes. */
function observed(
  state: ReleaseState,
  answers: readonly Answered[],
  sets: AddressSets,
  { world, record }: Hands,
): readonly Observed[] {
  const servers = answers.map((each) => ({ ...each, seen: classify(each.answer, sets) }))
  for (const { server, answer, seen } of servers) {
    const known = state.sightings[server.name] ?? []
    const held = heldSeconds(answer)
    // The same answer once more only where it shows that it may be remembered for longer than was known.
    if (known.at(-1)?.answer === seen && (held ?? 0) <= longestTtlSeconds(known)) continue
    record({
      kind: 'sighting',
      at: world.clock.now(),
      server: server.name,
      address: server.address,
      answer: seen,
      ttlSeconds: held,
      said: answer.kind === 'addresses' ? answer.addresses.join(', ') : answer.detail,
    })
  }
  return servers
}

/** A server that was asked since the swap goes on counting: taking it off the panel must not open the gate. */
function withSeen(state: ReleaseState, panel: readonly DnsServer[]): readonly DnsServer[] {
  const names = new Set(panel.map(({ name }) => name))
  const dropped = Object.entries(state.sightings).flatMap(([name, history]) => {
    const address = history.at(-1)?.address
    return names.has(name) || address === undefined ? [] : [{ name, address, role: 'resolver' as const }]
  })
  return [...panel, ...dropped]
}

function samplesOf(state: ReleaseState, server: DnsServer): number {
  if (server.role === 'authoritative') return SAMPLES.plain
  const { to } = rolesOf(state.release.track)
  const history = state.sightings[server.name] ?? []
  if (wavers(history, to)) return SAMPLES.wavering
  return history.at(-1)?.answer === to ? SAMPLES.confirming : SAMPLES.plain
}

async function askSystem({ release }: ReleaseState, { world, signal }: Hands): Promise<DnsAnswer | null> {
  return (await world.dns.systemAnswer?.(release.productionCname, signal)) ?? null
}

/** A fresh question to another resolver each time, and a fresh connection: as a new visitor would. */
async function askProduction(
  state: ReleaseState,
  servers: readonly Observed[],
  sets: AddressSets,
  { world, signal, probed }: Hands,
): Promise<PropagationFacts['probe']> {
  const turn = Math.floor(world.clock.now() / (PROBE_SECONDS * 1000))
  const asked = pick(visited(state, servers), turn)
  const found = asked?.answer.kind === 'addresses' ? asked.answer.addresses : []
  const version4 = found.filter((address) => !address.includes(':'))
  const address = pick(version4.length > 0 ? version4 : found, turn, 1)
  const path = state.release.settings.checks[0]?.path ?? '/'
  const answer: HttpAnswer = address
    ? await world.probe.get({ address, host: state.release.productionCname, path }, signal)
    : { kind: 'failure', detail: 'no name server gave an address', milliseconds: 0, address: null }
  const by = whoAnswered(state.baseline?.fingerprint, answer, sets)
  const at = world.clock.now()
  probed({ at, answeredBy: by, milliseconds: answer.milliseconds }, answer)
  return { at, by, answer }
}

/**
 * Whose users are sent on: of a server without an address nobody comes, and its own gate says so. One that was waived is
 * not asked a second time to follow.
 */
function visited(state: ReleaseState, servers: readonly Observed[]): readonly Observed[] {
  const { to } = rolesOf(state.release.track)
  const isWaived = recordOf(state, 'propagation').waivers['resolvers'] !== undefined
  const telling = servers.filter(({ answer, seen }) => answer.kind === 'addresses' && (!isWaived || seen === to))
  const resolvers = telling.filter(({ server }) => server.role === 'resolver')
  return resolvers.length > 0 ? resolvers : telling
}

/** Another one each turn, in no order that the turns' own length, or another choice in the same turn, could keep step with. */
function pick<T>(list: readonly T[], turn: number, choice = 0): T | undefined {
  let mixed = Math.imul(turn ^ (choice * 0x27d4eb2f), 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return list[((mixed ^ (mixed >>> 13)) >>> 0) % Math.max(1, list.length)]
}

function notAsked(at: Instant): PropagationFacts['probe'] {
  const answer: HttpAnswer = {
    kind: 'failure',
    detail: 'checks from this computer are switched off',
    milliseconds: 0,
    address: null,
  }
  return { at, by: 'error', answer }
}
