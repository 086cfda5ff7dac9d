import type { Colour, Environment, Instant } from '../../../electron/contract/models.ts'
import { openEyes } from '../../../electron/release/look.ts'
import { apply, type ReleaseState } from '../../../electron/release/state.ts'
import type { Hands, Sight } from '../../../electron/release/step.ts'
import { propagation } from '../../../electron/release/steps/propagation.ts'
import type { World } from '../../../electron/release/world.ts'
import { BLUE_ID, PRODUCTION, START } from '../../release/cloud.ts'
import { environment, greenEnvironment, health, stateAt } from '../../release/things.ts'
import { createNetwork, ENDPOINTS, type Network } from './network.ts'
import type { Population } from './population.ts'
import { createRandom } from './random.ts'

/** How the watch over one population ended, against what was true. Seconds since the swap. */
export interface Told {
  /** When every gate had passed; null: not within the time that was watched. */
  readonly safeAt: number | null
  /** Why that was not true; empty: it was, or nothing was called safe. */
  readonly falseBecause: readonly string[]
  /** When an observer who sees everything at once could have known; null where nobody could, or only chance decides. */
  readonly provableAt: number | null
  /** Since when production has been where it was left. */
  readonly settledAt: number
  /** Promises of “not before” that the verdict then came before. */
  readonly brokenPromises: number
  readonly turns: number
}

/** A population that has not followed by then is left: its resolvers are stuck, or its users are. */
const HORIZON_SECONDS = 4000
/** Where a resolver can never be proved to have followed, that much shows whether it is taken for one that has. */
const HOPELESS_SECONDS = 1000
const NEVER: ReadonlySet<string> = new Set(['silent', 'servfail', 'lying'])
const WARM_UP_SECONDS = 700
const ROW_OF_REQUESTS = 10
const DRAIN_SECONDS = 60

/** Watches one population with the app's own eyes and its own judgement, on a virtual clock. */
export async function simulate(population: Population): Promise<Told> {
  const random = createRandom(population.seed ^ 0x5bd1e995)
  let now = START - WARM_UP_SECONDS * 1000
  const network = createNetwork(population, START, () => now, random)
  const truth = followTruth(population, network)
  const advance = (to: Instant): void => {
    while (now + 1000 <= to) {
      now += 1000
      truth.second((now - START) / 1000)
    }
    now = Math.max(now, to)
  }

  advance(START)
  const provedAt = START + random.whole(3, 25) * 1000
  advance(provedAt)
  const world = worldOf(network, truth, () => now)
  const eyes = openEyes(world)
  let state = begin(population, provedAt)
  let sight: Sight | null = null
  let changedAt = now
  const statuses = new Map<string, string>()
  const hands: Hands = {
    world,
    signal: new AbortController().signal,
    record: (entry) => {
      state = apply(state, entry)
      changedAt = now
    },
    progress: () => {},
    secret: null,
    probed: (probe) => {
      const probes = eyes.probed(probe)
      if (sight) sight = { ...sight, probes }
    },
  }

  const promises: Instant[] = []
  let turns = 0
  const isHopeless = population.resolvers.some(
    ({ fault, tells, caches }) =>
      NEVER.has(fault) || tells === 'more than a signed number holds' || caches.some(({ keeps }) => keeps === 'stuck'),
  )
  const horizon = START + (isHopeless ? HOPELESS_SECONDS : HORIZON_SECONDS) * 1000
  const isWatched = (): boolean => now < horizon
  while (isWatched()) {
    turns += 1
    sight = await eyes.look(state)
    const facts = await propagation.observe(state, sight, hands)
    const { proofs, notBefore } = propagation.judge(state, sight, facts)
    for (const { id, status } of proofs) {
      if (statuses.get(id) !== status) changedAt = now
      statuses.set(id, status)
    }
    if (process.env['DBG'] && turns % 40 === 0)
      console.log(
        (now - START) / 1000,
        proofs
          .filter(({ status }) => status !== 'passed')
          .map((g) => g.id + ': ' + g.summary)
          .join(' | '),
        JSON.stringify(notBefore),
      )
    if (proofs.every(({ status }) => status === 'passed')) {
      const safeAt = (now - START) / 1000
      return {
        safeAt,
        falseBecause: [
          ...truth.lies(safeAt),
          ...(network.holder() === 'green' ? [] : ['the zone itself says blue holds the name']),
        ],
        provableAt: truth.provableAt((provedAt - START) / 1000),
        settledAt: truth.settledAt(),
        brokenPromises: isHonest(population) ? promises.filter((at) => at > now + 2000).length : 0,
        turns,
      }
    }
    // Where somebody swaps back later, what was promised before is void.
    if (notBefore && (now - START) / 1000 >= truth.settledAt()) promises.push(notBefore.at)
    advance(now + intervalMilliseconds(now - changedAt) * random.between(0.8, 1.2))
  }
  return {
    safeAt: null,
    falseBecause: [],
    provableAt: truth.provableAt((provedAt - START) / 1000),
    settledAt: truth.settledAt(),
    brokenPromises: 0,
    turns,
  }
}

/** Where every resolver is one cache that tells the truth, what it promises can be held against it. */
function isHonest({ resolvers }: Population): boolean {
  return resolvers.every(
    ({ caches, fault, tells }) => caches.length === 1 && fault === 'none' && tells === 'what is left',
  )
}

/** As often as the engine takes its turns. */
function intervalMilliseconds(sinceChange: number): number {
  if (sinceChange < 120_000) return 5_000
  return sinceChange < 600_000 ? 10_000 : 20_000
}

/** A release that has just swapped. */
function begin(population: Population, provedAt: Instant): ReleaseState {
  const { forward, release } = BEGUN
  return {
    ...BEGUN,
    forward: { ...forward, swap: { ...forward.swap, provedAt, effects: { 'swap-cnames': START } } },
    release: { ...release, settings: { ...release.settings, soakSeconds: population.soakSeconds } },
    baseline: {
      kind: 'baseline',
      at: START - 60_000,
      fingerprint: { kind: 'header', name: 'x-version', blue: 'blue', green: 'green' },
      addresses: { blue: [], green: [] },
      floorRequestsPerSecond: population.floorRequestsPerSecond,
      trafficRequestsPerSecond: 20,
    },
  }
}

const BEGUN = stateAt('propagation')

type Truth = ReturnType<typeof followTruth>

/** What really happens, second by second: who is sent where, and which server may still say the old side. */
function followTruth(population: Population, network: Network) {
  const blueRequests: number[] = []
  const lastOld = new Map<string, number>()
  let lastBlueRequest = Number.NEGATIVE_INFINITY
  let at = -WARM_UP_SECONDS

  function visit(count: number): void {
    if (count <= 0) return
    blueRequests[blueRequests.length - 1] = (blueRequests.at(-1) ?? 0) + count
    lastBlueRequest = at
  }

  return {
    second(seconds: number): void {
      at = seconds
      blueRequests.push(0)
      for (const { resolver, requestsPerSecond } of population.users)
        visit(requestsPerSecond * network.shareOf(resolver, 'blue'))
      for (const { until, requestsPerSecond } of population.keptAlive) if (seconds < until) visit(requestsPerSecond)
      if (seconds < 0) return
      for (const server of network.panel) if (network.mayStillSay(server, 'blue')) lastOld.set(server.name, seconds)
    },

    /** What enhanced health tells of the last ten seconds. */
    requests: (side: Colour): number =>
      Math.round(
        (side === 'blue' ? blueRequests.slice(-10).reduce((sum, count) => sum + count, 0) : 200) +
          population.floorRequestsPerSecond * 10,
      ),

    settledAt: (): number => population.changes.findLast((change) => change.at <= at)?.at ?? 0,

    /** Who would still be sent to blue, or told so. */
    lies: (seconds: number): readonly string[] => [
      ...network.panel.flatMap((server) =>
        network.mayStillSay(server, 'blue') ? [`${server.name} may still say blue`] : [],
      ),
      ...population.users.flatMap(({ resolver }) =>
        network.shareOf(resolver, 'blue') > 0 ? [`users behind ${resolver.name} are still sent to blue`] : [],
      ),
      ...population.keptAlive.flatMap(({ until }) =>
        seconds < until ? [`a connection to blue is kept until ${Math.round(until)} s`] : [],
      ),
    ],

    /** By the rule itself, for one who sees each change at once. */
    provableAt(provedAt: number): number | null {
      const isHopeless = population.resolvers.some(
        ({ fault, tells, caches }) =>
          fault === 'silent' ||
          fault === 'servfail' ||
          fault === 'lying' ||
          fault === 'negative' ||
          fault === 'drops-some' ||
          tells === 'more than a signed number holds' ||
          // One that was asked for nothing before the swap is stuck with the new answer: luck, not proof.
          caches.some(({ keeps }) => keeps === 'stuck'),
      )
      if (isHopeless) return null
      const followed = Math.max(provedAt, this.settledAt(), ...[...lastOld.values()].map((old) => old + 1))
      return Math.max(
        followed + 2 * Math.max(60, population.ttlSeconds),
        followed + (ROW_OF_REQUESTS - 1) * 5,
        Math.max(lastBlueRequest, provedAt) + DRAIN_SECONDS,
        provedAt + population.soakSeconds,
      )
    },
  }
}

function worldOf(network: Network, truth: Truth, now: () => Instant): World {
  const describe = (): readonly Environment[] => {
    const holder = network.holder()
    const [blue, green] = [PRODUCTION, 'shop-green.eu-central-1.elasticbeanstalk.com']
    return [
      environment({ cname: holder === 'blue' ? blue : green, endpointUrl: ENDPOINTS.blue }),
      greenEnvironment({ cname: holder === 'green' ? blue : green, endpointUrl: ENDPOINTS.green }),
    ]
  }
  const elasticBeanstalk: Pick<World['elasticBeanstalk'], 'describeEnvironments' | 'health'> = {
    describeEnvironments: async () => describe(),
    health: async (id: string) =>
      health({ at: now(), requests: truth.requests(id === BLUE_ID ? 'blue' : 'green'), windowSeconds: 10 }),
  }
  const world: Pick<World, 'clock' | 'dns' | 'probe'> & {
    readonly elasticBeanstalk: typeof elasticBeanstalk
  } = {
    clock: { now, speed: () => 1, sleep: async () => {} },
    elasticBeanstalk,
    dns: {
      panel: async (name) => (name === PRODUCTION ? network.panel : network.panel.slice(0, 2)),
      ask: async (server, name) => network.ask(server, name),
    },
    probe: {
      handshake: async () => ({ kind: 'none', detail: 'Nobody listens' }),
      keep: () => ({ get: async () => null, close: () => {} }),
      get: async ({ address }) => {
        const side = network.sideOf(address)
        if (side === null) return { kind: 'failure', detail: 'No such host', milliseconds: 3, address }
        return {
          kind: 'answer',
          status: 200,
          headers: { 'x-version': side },
          bodySha256: side,
          body: side,
          milliseconds: 9,
          address,
        }
      },
    },
  }
  // Who only watches asks for nothing else.
  return world as World
}
