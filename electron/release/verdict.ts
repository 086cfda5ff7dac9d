import type { Colour, Gate, Instant, ResolverView } from '../contract/models.ts'
import { leftSeconds, longestTtlSeconds, since, wavers } from './sightings.ts'
import type { Sighting } from './state.ts'
import { evidence, gate } from './step.ts'
import type { DnsAnswer, DnsServer } from './world.ts'

/** What one server of the panel was found to answer in this round. */
export interface Observed {
  readonly server: DnsServer
  readonly answer: DnsAnswer
  readonly seen: ResolverView['answer']
}

/** All that the verdict on the name servers rests on; instants are the account's. */
export interface Observations {
  readonly now: Instant
  /** The production name that is asked for. */
  readonly name: string
  /** Where production goes. */
  readonly to: Colour
  readonly swappedAt: Instant
  readonly servers: readonly Observed[]
  /** Per server, every change of its answer since the swap, oldest first. */
  readonly sightings: Readonly<Record<string, readonly Sighting[]>>
  /** Whether both environments answer at the same addresses, so that DNS cannot tell them apart. */
  readonly sharesAddresses: boolean
  /** False where the operator said that checks from this computer are not possible. */
  readonly fromHere: boolean
}

/** The earliest moment at which a condition can hold; null where nobody can say. */
export interface Settling {
  readonly name: string
  readonly at: Instant | null
  readonly because: string
}

/** The change of a record reaches all of a zone's servers within a minute (Route 53 developer guide, GetChange). */
const SPREADING_MILLISECONDS = 60_000
/** Clocks and answers on their way: so much later than it should a resolver may forget and still keep to the TTL. */
const GRACE_MILLISECONDS = 10_000

const TITLE = 'Every name server answers with the new side'

/**
 * Gate A: every server of the panel says the new side, twice, two TTLs apart, and without a break in between. A server
 * that is silent, fails, or says something else never counts as one that does.
 */
export function judgeNameServers(observations: Observations): {
  readonly views: readonly ResolverView[]
  readonly gate: Gate
  readonly settling: readonly Settling[]
} {
  const told = observations.servers.map((observed) => tell(observed, observations))
  const views = told.map(({ view }) => view)
  return {
    views,
    gate: gateOf(views, observations),
    settling: observations.fromHere ? told.map(({ settling }) => settling) : [],
  }
}

/** What one server's row says, and when it can be settled. */
function tell(observed: Observed, observations: Observations): { view: ResolverView; settling: Settling } {
  const { server, answer, seen } = observed
  const { now, to } = observations
  const history = observations.sightings[server.name] ?? []
  const newSince = since(history, to)
  const ttlSeconds = Math.max(longestTtlSeconds(history), recordTtlSeconds(observations))
  const needed = 2 * ttlSeconds * 1000
  const isNew = seen === to && newSince !== null
  const confirmed = isNew && now - newSince >= needed
  const isOld = seen === opposite(to) || seen === 'mixed'
  const latest = latestFaithful(observations, ttlSeconds)
  const overruns = isOld && now > latest + GRACE_MILLISECONDS
  const left = leftSeconds(answer, observations.name)
  const isSource = server.role === 'authoritative'
  const forgetsAt =
    isOld && !overruns && !isSource ? Math.min(now + (left ?? ttlSeconds) * 1000, Math.max(now, latest)) : null
  const view: ResolverView = {
    name: server.name,
    address: server.address,
    role: server.role,
    answer: seen,
    addresses: answer.kind === 'addresses' ? answer.addresses : [],
    ttlSecondsLeft: overruns || isSource ? null : left,
    greenSince: newSince,
    confirmed,
    forgetsAt,
    overruns,
    note: '',
    history: history.map(({ at, answer: was }) => ({ at, answer: was })),
  }
  const isWavering = wavers(history, to)
  if (confirmed)
    return {
      view: { ...view, note: 'Confirmed twice, two TTLs apart.' },
      settling: { name: server.name, at: newSince + needed, because: '' },
    }
  if (isNew) {
    const missing = Math.max(0, Math.ceil((needed - (now - newSince)) / 1000))
    const note = isWavering
      ? `Several caches answer behind it: all new so far; confirmed in ${missing} s.`
      : `Seen; confirmed in ${missing} s.`
    const because = `${server.name} must go on saying the new answer for two TTLs (${2 * ttlSeconds} s)`
    return { view: { ...view, note }, settling: { name: server.name, at: newSince + needed, because } }
  }
  if (forgetsAt !== null) {
    const note =
      seen === 'mixed'
        ? mixedNote(observations)
        : `Keeps the old answer for up to ${Math.ceil((forgetsAt - now) / 1000)} s.`
    const because = `${server.name} may hold the old answer until its TTL runs out, and must say the new one for two TTLs (${2 * ttlSeconds} s) after that`
    return { view: { ...view, note }, settling: { name: server.name, at: forgetsAt + needed, because } }
  }
  if (isOld && isSource && !overruns) {
    const because = `${server.name}, one of the zone’s own servers, has not heard of the swap yet, and must say the new answer for two TTLs (${2 * ttlSeconds} s) after that`
    const note = seen === 'mixed' ? mixedNote(observations) : 'It has not heard of the swap yet.'
    return { view: { ...view, note }, settling: { name: server.name, at: now + needed, because } }
  }
  const unsettled = { name: server.name, at: null, because: '' }
  if (overruns) {
    const note = observations.sharesAddresses
      ? mixedNote(observations)
      : 'It keeps the old answer for longer than its TTL allows: nobody can say when it follows.'
    return { view: { ...view, note }, settling: unsettled }
  }
  return { view: { ...view, note: strangeNote(answer) }, settling: unsettled }
}

function mixedNote({ sharesAddresses }: Observations): string {
  return sharesAddresses
    ? 'Both environments answer at the same addresses: it cannot tell them apart.'
    : 'It gives both answers: several caches answer behind it.'
}

function strangeNote(answer: DnsAnswer): string {
  if (answer.kind !== 'addresses') return `${answer.detail}.`
  if (answer.untold) return `It does not tell the IPv${answer.untold.family} addresses: ${answer.untold.detail}.`
  return answer.addresses.length === 0
    ? 'It answers without an address.'
    : `It answers ${answer.addresses.join(', ')}, which belongs to neither: it may be redirected on the way.`
}

/** The TTL that the zone's own servers give the record. */
function recordTtlSeconds({ servers, sightings }: Observations): number {
  return Math.max(
    60,
    ...servers.flatMap(({ server }) =>
      server.role === 'authoritative' ? longestTtlSeconds(sightings[server.name] ?? []) : [],
    ),
  )
}

/** When the last resolver that keeps to the TTL has forgotten the old answer: one TTL after the zone's last server changed. */
function latestFaithful({ servers, sightings, swappedAt, to }: Observations, ttlSeconds: number): Instant {
  const changes = servers.flatMap(({ server }) =>
    server.role === 'authoritative' ? [since(sightings[server.name] ?? [], to)] : [],
  )
  const known = changes.filter((at) => at !== null)
  const changedAt =
    known.length > 0 && known.length === changes.length ? Math.max(...known) : swappedAt + SPREADING_MILLISECONDS
  return changedAt + ttlSeconds * 1000
}

function gateOf(views: readonly ResolverView[], observations: Observations): Gate {
  const { now, fromHere, sharesAddresses } = observations
  const seen = views.map(({ name, answer, note }) => evidence('dns', now, `${name}: ${answer}. ${note}`))
  const unknown = (summary: string, remedy: string) =>
    gate('resolvers', TITLE, 'unknown', summary, seen, { waivable: true, remedy })
  if (!fromHere)
    return unknown(
      'Checks from this computer are switched off: nothing here proves what name servers answer. The release rests on Elastic Beanstalk’s health and on the traffic alone.',
      'Look from a computer that can ask them, and say what you saw and where.',
    )
  if (views.length === 0)
    return unknown('No name server can be asked from here.', 'Ask from a computer that can, and say what you saw.')
  if (views.every(({ answer, history }) => answer === 'silent' && history.every((was) => was.answer === 'silent')))
    return unknown(
      `None of ${views.length} name servers can be reached from this computer: nothing proves what they answer.`,
      'Add the address of your company’s own resolver to the panel, or look from a computer that can ask, and say what you saw.',
    )
  const behind = views.filter(({ confirmed }) => !confirmed)
  if (behind.length === 0)
    return gate(
      'resolvers',
      TITLE,
      'passed',
      `All ${views.length} answer ${observations.to}, twice, two TTLs apart.`,
      seen,
    )
  if (sharesAddresses && behind.every(({ answer }) => answer === 'mixed'))
    return unknown(
      'Both environments answer at the same addresses, as behind a shared load balancer: name servers cannot tell them apart.',
      'What tells is who answers the requests, and blue’s own traffic: look at both, and say so.',
    )
  const overrunning = behind.filter(({ overruns }) => overruns).map(({ name }) => name)
  return gate(
    'resolvers',
    TITLE,
    'waiting',
    [
      `${views.length - behind.length} of ${views.length} are confirmed; not yet: ${behind.map(({ name, answer }) => `${name} (${answer})`).join(', ')}.`,
      ...(overrunning.length > 0
        ? [`Longer than the TTL allows, the old answer is kept by ${overrunning.join(', ')}.`]
        : []),
    ].join(' '),
    seen,
    {
      waivable: true,
      remedy: 'Resolvers do not always keep to the TTL: wait. Where one is known never to answer, say so.',
    },
  )
}

function opposite(colour: Colour): Colour {
  return colour === 'green' ? 'blue' : 'green'
}
