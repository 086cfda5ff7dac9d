import type { Colour, Gate, NotBefore, ResolverView } from '../../contract/models.ts'
import { isOpen } from '../../contract/models.ts'
import type { Drain } from '../drain.ts'
import { drainViewOf, floorOf } from '../drain-trend.ts'
import { said } from '../reach.ts'
import { reread } from '../sightings.ts'
import { type ReleaseState, recordOf, rolesOf } from '../state.ts'
import {
  describe,
  evidence,
  gate,
  healthGate,
  holderOf,
  isGone,
  partsOf,
  type Sight,
  type Step,
  withWaivers,
} from '../step.ts'
import { judgeNameServers, type Settling } from '../verdict.ts'
import { asksFromHere, PROBE_SECONDS, type PropagationFacts, watchWorld } from '../watch.ts'

/** Fresh requests to the production URL that must be answered by the new side, in a row. */
const PROBES_IN_A_ROW = 10
/** Account seconds over which the traffic of the environment that was left must have stayed at its floor. */
const DRAIN_SECONDS = 60

/** Watches until DNS, the production URL and the traffic itself have followed, and the soak time is over. Changes nothing. */
export const propagation: Step<PropagationFacts> = {
  id: 'propagation',
  hasLever: false,
  factsSeconds: 0,

  observe: watchWorld,

  judge(state, sight, facts) {
    const { to, from } = partsOf(state, sight)
    const { provedAt, effects } = recordOf(state, 'swap')
    const swappedAt = effects['swap-cnames'] ?? provedAt ?? sight.at
    const fromHere = asksFromHere(state)
    const names = judgeNameServers({
      now: sight.at,
      name: state.release.productionCname,
      to: to.colour,
      swappedAt,
      servers: facts.servers,
      sightings: facts.sets ? reread(state.sightings, facts.sets) : state.sightings,
      sharesAddresses: facts.sets?.blue.some((address) => facts.sets?.green.includes(address)) ?? false,
      fromHere,
    })
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
      names.gate,
      probesGate(sight, facts, to.colour, fromHere),
      drainGate(state, sight, from.colour, facts.counted ?? null),
      soakGate(state, sight.at),
    ]
    const soak = state.release.settings.soakSeconds
    const left = Math.max(0, soak - (sight.at - (provedAt ?? sight.at)) / 1000)
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
      resolvers: [...names.views, ...systemView(facts)],
      notBefore: notBefore(state, sight, proofs, names.settling),
    }
  },

  async act() {
    // Watches only.
  },
}

function systemView({ system }: PropagationFacts): readonly ResolverView[] {
  if (!system) return []
  const { answer, seen } = system
  return [
    {
      name: 'Programs on this computer',
      address: 'operating system',
      role: 'system',
      answer: seen,
      addresses: answer.kind === 'addresses' ? answer.addresses : [],
      ttlSecondsLeft: null,
      greenSince: null,
      confirmed: false,
      note: `${answer.kind === 'addresses' ? answer.addresses.join(', ') : answer.detail}. What your own browser gets, memory and all; it does not count.`,
      history: [],
    },
  ]
}

/** The earliest moment at which all that is not waived can hold, and what it waits for longest. */
function notBefore(
  state: ReleaseState,
  sight: Sight,
  proofs: readonly Gate[],
  nameServers: readonly Settling[],
): NotBefore {
  const open = new Set(
    withWaivers(proofs, recordOf(state, 'propagation').waivers)
      .filter(isOpen)
      .map(({ id }) => id),
  )
  const settling: readonly Settling[] = [
    ...(open.has('resolvers') ? [] : nameServers),
    ...(open.has('fresh-requests') ? [] : [probesSettling(state, sight)]),
    ...(open.has('drained') ? [] : [drainSettling(state, sight)]),
    ...(open.has('soak') ? [] : [soakSettling(state, sight)]),
  ]
  const latest = settling.reduce<Settling | null>(
    (last, each) => (each.at !== null && each.at > (last?.at ?? sight.at) ? each : last),
    null,
  )
  return {
    at: latest?.at ?? sight.at,
    because: latest?.because ?? 'nothing more is waited for',
    unsettled: settling.filter(({ at }) => at === null).map(({ name }) => name),
  }
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

/** Gate B: fresh requests in a row since the app watches; one that is answered otherwise begins the row again. */
function probesGate(sight: Sight, { probe }: PropagationFacts, to: Colour, fromHere: boolean): Gate {
  const title = `${PROBES_IN_A_ROW} fresh requests in a row are answered by ${to}`
  if (!fromHere)
    return gate(
      'fresh-requests',
      title,
      'unknown',
      'Checks from this computer are switched off: nothing here proves who answers at the production URL.',
      [],
      { waivable: true, remedy: 'Open the production URL from a computer that can, and say what you saw and where.' },
    )
  const row = rowOf(sight, to)
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

function rowOf(sight: Sight, to: Colour): number {
  const lastOther = sight.probes.findLastIndex(({ answeredBy }) => answeredBy !== to)
  return Math.min(PROBES_IN_A_ROW, sight.probes.length - 1 - lastOther)
}

function probesSettling(state: ReleaseState, sight: Sight): Settling {
  const { to } = rolesOf(state.release.track)
  if (!asksFromHere(state)) return { name: 'the production URL', at: null, because: '' }
  const missing = PROBES_IN_A_ROW - rowOf(sight, to)
  return {
    name: 'the production URL',
    at: sight.at + missing * PROBE_SECONDS * 1000,
    because: `${missing} more fresh requests must be answered by ${to}`,
  }
}

/** Gate C: the traffic of the side that was left is down to what an idle environment shows. */
function drainGate(state: ReleaseState, sight: Sight, from: Colour, counted: Drain | null): Gate {
  const title = `No visitor uses ${from} any more`
  const { environment } = partsOf(state, sight).from
  if (isGone(environment)) {
    const seen = [evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(environment))]
    return gate('drained', title, 'passed', `${state.release[from].name} is gone: it serves nobody.`, seen)
  }
  const floor = floorOf(state)
  const readings = sight.traffic[from]
  const recent = readings.filter(({ at }) => sight.at - at <= DRAIN_SECONDS * 1000)
  const last = readings.at(-1)
  const byBalancer = counted ? [evidence('cloudwatch:GetMetricStatistics', sight.at, counted.words)] : []
  if (!last)
    return gate(
      'drained',
      title,
      counted === null || counted.status === 'unknown' ? 'unknown' : counted.status === 'quiet' ? 'passed' : 'waiting',
      `${state.release[from].name} does not report its requests (basic health). ${counted?.words ?? ''}`.trim(),
      byBalancer,
      { waivable: true, remedy: 'Look at its load balancer’s request count in CloudWatch, and say what you saw.' },
    )
  const watched = (sight.at - (readings[0]?.at ?? sight.at)) / 1000
  const highest = Math.max(...recent.map(({ requestsPerSecond }) => requestsPerSecond), 0)
  const passed = watched >= DRAIN_SECONDS && recent.length > 0 && highest <= floor
  const trend = passed ? null : drainViewOf(state, sight)
  return gate(
    'drained',
    title,
    passed ? 'passed' : 'waiting',
    `${last.requestsPerSecond.toFixed(1)} requests per second now, ${highest.toFixed(1)} at most in the last minute; idle is ${floor.toFixed(2)} or less${state.baseline ? '' : ' (it was not measured before the swap)'}.${trend === null ? '' : ` ${trend.words}`}`,
    [
      evidence(
        'elasticbeanstalk:DescribeEnvironmentHealth',
        last.at,
        `${last.requestsPerSecond.toFixed(2)} requests/s`,
      ),
      ...byBalancer,
    ],
    {
      waivable: true,
      remedy: trend?.advice ?? 'Clients that keep their connections, or their DNS answer, still use it: wait.',
    },
  )
}

function drainSettling(state: ReleaseState, sight: Sight): Settling {
  const { from } = rolesOf(state.release.track)
  const readings = sight.traffic[from]
  const last = readings.at(-1)
  const name = `${state.release[from].name}’s traffic`
  if (!last) return { name, at: null, because: '' }
  const busy = readings.findLast(({ requestsPerSecond }) => requestsPerSecond > floorOf(state))
  const quietSince = busy?.at ?? readings[0]?.at ?? sight.at
  return {
    name,
    at: Math.max(quietSince + DRAIN_SECONDS * 1000, sight.at),
    because: `nobody may have used ${from} for ${DRAIN_SECONDS} s`,
  }
}

function soakSettling(state: ReleaseState, sight: Sight): Settling {
  const swappedAt = recordOf(state, 'swap').provedAt ?? sight.at
  return {
    name: 'the soak time',
    at: swappedAt + state.release.settings.soakSeconds * 1000,
    because: 'the soak time lasts until then',
  }
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
