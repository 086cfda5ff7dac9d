import type { Colour, Gate, ResolverView } from '../../contract/models.ts'
import { whoAnswered } from '../fingerprint.ts'
import { bothAddresses, said } from '../reach.ts'
import { classify, longestTtlSeconds, since } from '../sightings.ts'
import { type ReleaseState, recordOf, rolesOf } from '../state.ts'
import {
  describe,
  evidence,
  gate,
  type Hands,
  healthGate,
  holderOf,
  isGone,
  partsOf,
  type Sight,
  type Step,
} from '../step.ts'
import type { DnsAnswer, DnsServer, HttpAnswer } from '../world.ts'

/** Fresh requests to the production URL that must be answered by the new side, in a row. */
const PROBES_IN_A_ROW = 10
/** Account seconds over which the traffic of the environment that was left must have stayed at its floor. */
const DRAIN_SECONDS = 60

export interface PropagationFacts {
  readonly servers: readonly {
    readonly server: DnsServer
    readonly answer: DnsAnswer
    readonly seen: ResolverView['answer']
  }[]
  readonly probe: { readonly at: number; readonly by: Colour | 'other' | 'error'; readonly answer: HttpAnswer }
}

/** Watches until DNS, the production URL and the traffic itself have followed, and the soak time is over. Changes nothing. */
export const propagation: Step<PropagationFacts> = {
  id: 'propagation',
  hasLever: false,
  factsSeconds: 0,

  async observe(state, sight, hands) {
    const { world, signal, record } = hands
    const name = state.release.productionCname
    const [sets, panel] = await Promise.all([addressSets(state, sight, hands), world.dns.panel(name)])
    const servers = await Promise.all(
      panel.map(async (server) => {
        const answer = await world.dns.ask(server, name, signal)
        return { server, answer, seen: classify(answer, sets) }
      }),
    )
    for (const { server, answer, seen } of servers) {
      if (state.sightings[server.name]?.at(-1)?.answer === seen) continue
      record({
        kind: 'sighting',
        at: world.clock.now(),
        server: server.name,
        address: server.address,
        answer: seen,
        ttlSeconds: answer.kind === 'addresses' ? answer.ttlSeconds : null,
        said: answer.kind === 'addresses' ? answer.addresses.join(', ') : answer.detail,
      })
    }
    // A fresh question to another resolver each time, and a fresh connection: as a new visitor would.
    const resolvers = servers.filter(({ server }) => server.role === 'resolver')
    const asked = resolvers[Math.floor(world.clock.now() / 5000) % Math.max(1, resolvers.length)] ?? servers[0]
    const address = asked?.answer.kind === 'addresses' ? asked.answer.addresses[0] : undefined
    const path = state.release.settings.checks[0]?.path ?? '/'
    const answer: HttpAnswer = address
      ? await world.probe.get({ address, host: name, path }, signal)
      : {
          kind: 'failure',
          detail: `${asked?.server.name ?? 'no resolver'} gave no address`,
          milliseconds: 0,
          address: null,
        }
    const by = whoAnswered(state.baseline?.fingerprint, answer, sets)
    const at = world.clock.now()
    hands.probed({ at, answeredBy: by, milliseconds: answer.milliseconds })
    return { servers, probe: { at, by, answer } }
  },

  judge(state, sight, facts) {
    const { to, from } = partsOf(state, sight)
    const proofs = [
      holderGate(state, sight),
      healthGate(
        'target-ok',
        `${to.colour === 'green' ? 'Green' : 'Blue'} stays Ok`,
        to.environment,
        to.health,
        sight.at,
        true,
      ),
      resolversGate(state, sight, facts),
      probesGate(sight, facts, to.colour),
      drainGate(state, sight, from.colour),
      soakGate(state, sight.at),
    ]
    const swappedAt = recordOf(state, 'swap').provedAt ?? sight.at
    const soak = state.release.settings.soakSeconds
    const left = Math.max(0, soak - (sight.at - swappedAt) / 1000)
    return {
      gates: null,
      proofs,
      due: null,
      progress: {
        label: 'Waiting until the world has followed',
        fraction: soak === 0 ? null : Math.min(1, 1 - left / soak),
        secondsLeft: left,
      },
      stuck: null,
      resolvers: resolverViews(state, sight.at, facts.servers),
    }
  },

  async act() {
    // Watches only.
  },
}

/** Both address sets: those agreed before the swap and those the endpoints give now, since load balancers rotate theirs. */
async function addressSets(state: ReleaseState, sight: Sight, hands: Hands) {
  const { blue, green } = await bothAddresses(sight, hands)
  const merged = (known: readonly string[] | undefined, now: readonly string[]) => [
    ...new Set([...(known ?? []), ...now]),
  ]
  return { blue: merged(state.baseline?.addresses.blue, blue), green: merged(state.baseline?.addresses.green, green) }
}

function holderGate(state: ReleaseState, sight: Sight): Gate {
  const { to, from } = partsOf(state, sight)
  const seen = [
    evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(to.environment)),
    evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(from.environment)),
  ]
  return holderOf(state, sight) === to.colour
    ? gate(
        'holder',
        `${to.name} holds the production URL`,
        'passed',
        `${state.release.productionCname} belongs to ${to.name}.`,
        seen,
      )
    : gate(
        'holder',
        `${to.name} holds the production URL`,
        'failed',
        'Somebody else has swapped the URLs again.',
        seen,
        { remedy: 'Find out who did it and why. Then roll back, or stop this release.' },
      )
}

/** Gate A: every server that answers says the new side, twice, two TTLs apart. */
function resolversGate(state: ReleaseState, sight: Sight, { servers }: PropagationFacts): Gate {
  const { to } = rolesOf(state.release.track)
  const views = resolverViews(state, sight.at, servers)
  const behind = views.filter(({ confirmed }) => !confirmed)
  const title = 'Every name server answers with the new side'
  const seen = views.map(({ name, answer, note }) => evidence('dns', sight.at, `${name}: ${answer}. ${note}`))
  if (servers.length === 0)
    return gate('resolvers', title, 'unknown', 'No name server can be asked from here.', [], {
      waivable: true,
      remedy: 'Ask from a computer that can, and say what you saw.',
    })
  return behind.length === 0
    ? gate('resolvers', title, 'passed', `All ${views.length} answer ${to}, twice, two TTLs apart.`, seen)
    : gate(
        'resolvers',
        title,
        'waiting',
        `${views.length - behind.length} of ${views.length} are confirmed; not yet: ${behind.map(({ name, answer }) => `${name} (${answer})`).join(', ')}.`,
        seen,
        {
          waivable: true,
          remedy: 'Resolvers do not always keep to the TTL: wait. Where one is known never to answer, say so.',
        },
      )
}

/** Each server as the screen shows it. `now` is the account's. */
function resolverViews(
  state: ReleaseState,
  now: number,
  servers: PropagationFacts['servers'],
): readonly ResolverView[] {
  const { to } = rolesOf(state.release.track)
  return servers.map(({ server, answer, seen }) => {
    const history = state.sightings[server.name] ?? []
    const greenSince = since(history, to)
    const needed = 2 * longestTtlSeconds(history) * 1000
    const confirmed = greenSince !== null && seen === to && now - greenSince >= needed
    const overrun =
      seen === rolesOf(state.release.track).from &&
      history[0] !== undefined &&
      now - history[0].at > longestTtlSeconds(history) * 1000
    return {
      name: server.name,
      address: server.address,
      answer: seen,
      addresses: answer.kind === 'addresses' ? answer.addresses : [],
      ttlSecondsLeft: answer.kind === 'addresses' ? answer.ttlSeconds : null,
      greenSince,
      confirmed,
      note: confirmed
        ? 'Confirmed twice, two TTLs apart.'
        : greenSince !== null
          ? `Seen; confirmed in ${Math.max(0, Math.ceil((needed - (now - greenSince)) / 1000))} s.`
          : overrun
            ? 'It keeps the old answer for longer than its TTL allows.'
            : answer.kind === 'addresses'
              ? `Keeps the old answer for up to ${answer.ttlSeconds} s.`
              : answer.detail,
      history: history.map(({ at, answer: was }) => ({ at, answer: was })),
    }
  })
}

/** Gate B: fresh requests in a row since the app watches; one that is answered otherwise begins the row again. */
function probesGate(sight: Sight, { probe }: PropagationFacts, to: Colour): Gate {
  const title = `${PROBES_IN_A_ROW} fresh requests in a row are answered by ${to}`
  const lastOther = sight.probes.findLastIndex(({ answeredBy }) => answeredBy !== to)
  const row = Math.min(PROBES_IN_A_ROW, sight.probes.length - 1 - lastOther)
  return gate(
    'fresh-requests',
    title,
    row >= PROBES_IN_A_ROW ? 'passed' : 'waiting',
    `${row} of ${PROBES_IN_A_ROW} in a row; the last: ${said(probe.answer)}, ${probe.by}.`,
    [evidence('http', probe.at, `${said(probe.answer)}: ${probe.by}`)],
    {
      waivable: true,
      remedy: 'It asks again by itself, with a fresh connection and a fresh DNS answer each time.',
    },
  )
}

/** Gate C: the traffic of the side that was left is down to what an idle environment shows. */
function drainGate(state: ReleaseState, sight: Sight, from: Colour): Gate {
  const title = `No visitor uses ${from} any more`
  const { environment } = partsOf(state, sight).from
  if (isGone(environment)) {
    const seen = [evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(environment))]
    return gate('drained', title, 'passed', `${state.release[from].name} is gone: it serves nobody.`, seen)
  }
  const floor = (state.baseline?.floorRequestsPerSecond ?? 0) * 1.25 + 0.05
  const readings = sight.traffic[from]
  const recent = readings.filter(({ at }) => sight.at - at <= DRAIN_SECONDS * 1000)
  const last = readings.at(-1)
  if (!last)
    return gate(
      'drained',
      title,
      'unknown',
      `${state.release[from].name} does not report its requests (basic health).`,
      [],
      { waivable: true, remedy: 'Look at its load balancer’s request count in CloudWatch, and say what you saw.' },
    )
  const watched = (sight.at - (readings[0]?.at ?? sight.at)) / 1000
  const highest = Math.max(...recent.map(({ requestsPerSecond }) => requestsPerSecond), 0)
  const passed = watched >= DRAIN_SECONDS && recent.length > 0 && highest <= floor
  return gate(
    'drained',
    title,
    passed ? 'passed' : 'waiting',
    `${last.requestsPerSecond.toFixed(1)} requests per second now, ${highest.toFixed(1)} at most in the last minute; idle is ${floor.toFixed(2)} or less${state.baseline ? '' : ' (it was not measured before the swap)'}.`,
    [
      evidence(
        'elasticbeanstalk:DescribeEnvironmentHealth',
        last.at,
        `${last.requestsPerSecond.toFixed(2)} requests/s`,
      ),
    ],
    {
      waivable: true,
      remedy: 'Clients that keep their connections, or their DNS answer, still use it: wait.',
    },
  )
}

function soakGate(state: ReleaseState, at: number): Gate {
  const swappedAt = recordOf(state, 'swap').provedAt
  const { soakSeconds } = state.release.settings
  const gone = swappedAt === null ? 0 : (at - swappedAt) / 1000
  return gate(
    'soak',
    'The soak time is over',
    gone >= soakSeconds ? 'passed' : 'waiting',
    `${Math.min(soakSeconds, Math.floor(gone))} of ${soakSeconds} s since the swap.`,
    [evidence('elasticbeanstalk:SwapEnvironmentCNAMEs', swappedAt ?? at, 'swap proved')],
    {
      waivable: true,
      remedy: 'Both environments stay as they are meanwhile; you may close Signalbox.',
    },
  )
}
