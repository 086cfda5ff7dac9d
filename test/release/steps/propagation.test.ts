import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../electron/contract/entries.ts'
import { apply, type ReleaseState, type Sighting } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { propagation } from '../../../electron/release/steps/propagation.ts'
import type { PropagationFacts } from '../../../electron/release/watch.ts'
import type { DnsAnswer, DnsServer, World } from '../../../electron/release/world.ts'
import { START } from '../cloud.ts'
import { answered, environment, greenEnvironment, stateAt, swappedSight } from '../things.ts'

const MINUTES = 60_000
const at = START + 10 * MINUTES
const server = { name: 'Resolver A', address: '192.0.2.11', role: 'resolver' } as const
const answer = { kind: 'addresses', addresses: ['203.0.113.1'], chain: [], ttlSeconds: 60 } as const
const http = answered()

const facts = (
  seen: PropagationFacts['servers'][number]['seen'] = 'green',
  by: PropagationFacts['probe']['by'] = 'green',
): PropagationFacts => ({
  servers: [{ server, answer, seen }],
  probe: { at, by, answer: http },
})
const sighting = (secondsAgo: number, was: Sighting['answer'], ttlSeconds = 60): Sighting => ({
  at: at - secondsAgo * 1000,
  server: server.name,
  address: server.address,
  answer: was,
  ttlSeconds,
  said: '203.0.113.1',
})
const baseline: NonNullable<ReleaseState['baseline']> = {
  kind: 'baseline',
  at: START,
  fingerprint: { kind: 'address' },
  addresses: { blue: [], green: [] },
  floorRequestsPerSecond: 0.1,
  trafficRequestsPerSecond: 40,
}
const state = (sightings: readonly Sighting[], change: Partial<ReleaseState> = {}) =>
  stateAt(
    'propagation',
    { swap: { provedAt: START } },
    { sightings: { [server.name]: sightings }, baseline, ...change },
  )

const drained = Array.from({ length: 13 }, (_, index) => ({ at: at - (60 - index * 5) * 1000, requestsPerSecond: 0.1 }))
const probed = (...answers: readonly Sight['probes'][number]['answeredBy'][]) =>
  answers.map((answeredBy) => ({ at, answeredBy, milliseconds: 9 }))
const ten = probed(...Array.from({ length: 10 }, () => 'green' as const))
const well = (change: Partial<Sight> = {}) =>
  swappedSight({ at, traffic: { blue: drained, green: [] }, probes: ten, ...change })

function closed(given: ReleaseState, seen: Sight, found: PropagationFacts = facts()): readonly string[] {
  return propagation
    .judge(given, seen, found)
    .proofs.filter(({ status }) => status !== 'passed')
    .map(({ id, status }) => `${id} ${status}`)
}

describe('propagation', () => {
  const long = [sighting(500, 'blue'), sighting(400, 'green')]

  it.each<[string, ReleaseState, Sight, PropagationFacts, readonly string[]]>([
    ['the world has followed', state(long), well(), facts(), []],
    ['green for less than two TTLs', state([sighting(119, 'green')]), well(), facts(), ['resolvers waiting']],
    ['green for exactly two TTLs', state([sighting(120, 'green')]), well(), facts(), []],
    [
      'a server with a longer TTL takes longer',
      state([sighting(300, 'green', 300)]),
      well(),
      facts(),
      ['resolvers waiting'],
    ],
    [
      'blue again just now',
      state([sighting(400, 'green'), sighting(1, 'blue')]),
      well(),
      facts('blue'),
      ['resolvers waiting'],
    ],
    [
      'silent just now',
      state([sighting(400, 'green'), sighting(1, 'silent')]),
      well(),
      facts('silent'),
      ['resolvers waiting'],
    ],
    ['an answer of both is not green', state([sighting(400, 'mixed')]), well(), facts('mixed'), ['resolvers waiting']],
    ['no server can be asked', state([]), well(), { ...facts(), servers: [] }, ['resolvers unknown']],
    ['nine in a row', state(long), well({ probes: ten.slice(1) }), facts(), ['fresh-requests waiting']],
    [
      'a break in the row',
      state(long),
      well({ probes: [...ten, ...probed('blue'), ...ten.slice(1)] }),
      facts(),
      ['fresh-requests waiting'],
    ],
    ['ten after the break', state(long), well({ probes: [...probed('blue', 'error'), ...ten] }), facts(), []],
    [
      'somebody swapped back',
      state(long),
      well({ blue: environment(), green: greenEnvironment() }),
      facts(),
      ['holder failed'],
    ],
    [
      'green is not Ok',
      state(long),
      well({ green: greenEnvironment({ cname: environment().cname, healthStatus: 'Severe', healthColor: 'Red' }) }),
      facts(),
      ['target-ok failed'],
    ],
    [
      'visitors are left on blue',
      state(long),
      well({ traffic: { blue: [...drained, { at, requestsPerSecond: 3 }], green: [] } }),
      facts(),
      ['drained waiting'],
    ],
    [
      'one burst half a minute ago',
      state(long),
      well({
        traffic: {
          blue: [...drained.slice(0, 6), { at: at - 30_000, requestsPerSecond: 9 }, ...drained.slice(7)],
          green: [],
        },
      }),
      facts(),
      ['drained waiting'],
    ],
    [
      'watched for too short a time',
      state(long),
      well({ traffic: { blue: drained.slice(6), green: [] } }),
      facts(),
      ['drained waiting'],
    ],
    ['blue has basic health', state(long), well({ traffic: { blue: [], green: [] } }), facts(), ['drained unknown']],
    [
      'blue has basic health, and its load balancer counts visitors',
      state(long),
      well({ traffic: { blue: [], green: [] } }),
      { ...facts(), counted: { status: 'used', words: 'It counted 9.', mostPerMinute: 9 } },
      ['drained waiting'],
    ],
    [
      'blue has basic health, and its load balancer counts nobody',
      state(long),
      well({ traffic: { blue: [], green: [] } }),
      { ...facts(), counted: { status: 'quiet', words: 'It counted 0.', mostPerMinute: 0 } },
      [],
    ],
    [
      'its load balancer counts nobody, and enhanced health says otherwise',
      state(long),
      well({ traffic: { blue: drained.map((each) => ({ ...each, requestsPerSecond: 3 })), green: [] } }),
      { ...facts(), counted: { status: 'quiet', words: 'It counted 0.', mostPerMinute: 0 } },
      ['drained waiting'],
    ],
  ])('%s', (_words, given, seen, found, expected) => {
    expect(closed(given, seen, found)).toEqual(expected)
  })

  it.each([
    [59, ['soak waiting']],
    [60, []],
  ])('waits out the soak time: %i s after the swap', (seconds, expected) => {
    const given = stateAt(
      'propagation',
      { swap: { provedAt: at - seconds * 1000 } },
      { sightings: { [server.name]: long }, baseline },
    )
    expect(closed(given, well())).toEqual(expected)
  })

  it('never acts, and never asks for a lever', () => {
    expect(propagation.hasLever).toBe(false)
    expect(propagation.judge(state(long), well(), facts())).toMatchObject({ gates: null, due: null })
  })

  it('never lets the holder of the production URL be waived', () => {
    expect(
      propagation
        .judge(state([]), well(), facts())
        .proofs.filter(({ waivable }) => !waivable)
        .map(({ id }) => id),
    ).toEqual(['holder'])
  })

  it('says of each server how far it is', () => {
    const views = (given: ReleaseState, found = facts()) => propagation.judge(given, well(), found).resolvers?.[0]
    expect(views(state([sighting(100, 'green')]))).toMatchObject({ confirmed: false, note: 'Seen; confirmed in 20 s.' })
    expect(views(state(long))).toMatchObject({ confirmed: true, greenSince: at - 400_000 })
    expect(views(state([sighting(500, 'blue')]), facts('blue'))?.note).toContain('longer than its TTL allows')
  })
})

describe('propagation, watching', () => {
  const at = START + 10 * MINUTES
  const green = greenEnvironment({ cname: environment().cname })
  const found = (...addresses: readonly string[]): DnsAnswer => ({
    kind: 'addresses',
    addresses,
    chain: [],
    ttlSeconds: 60,
  })

  /** Watches one round; the panel answers as it is told, the endpoints give one address each. */
  async function watch(
    given: ReleaseState,
    answers: Readonly<Record<string, DnsAnswer>>,
    panel: readonly DnsServer[] = Object.keys(answers).map((name) => ({
      name,
      address: name,
      role: 'resolver' as const,
    })),
    time = at,
  ) {
    const asked: string[] = []
    const dialled: string[] = []
    const recorded: Entry[] = []
    const world: Pick<World, 'clock' | 'dns'> & { readonly probe: Pick<World['probe'], 'get'> } = {
      clock: { now: () => time, speed: () => 1, sleep: async () => {} },
      dns: {
        panel: async (name) =>
          name === given.release.productionCname ? panel : [{ name: 'zone', address: '', role: 'authoritative' }],
        ask: async (asking, name) => {
          if (name !== given.release.productionCname)
            return found(name === environment().endpointUrl ? '198.51.100.1' : '203.0.113.1')
          asked.push(asking.name)
          return answers[asking.name] ?? { kind: 'silent', detail: 'No answer' }
        },
      },
      probe: {
        get: async ({ address }) => {
          dialled.push(address)
          return { ...http, address }
        },
      },
    }
    const facts = await propagation.observe(given, well({ green }), {
      world: world as World,
      signal: new AbortController().signal,
      secret: null,
      record: (entry) => recorded.push(entry),
      progress: () => {},
      probed: () => {},
    })
    return { facts, asked, dialled, recorded }
  }

  it('begins no fresh request at a resolver that gives no address', async () => {
    for (let second = 0; second < 60; second += 5) {
      const { facts } = await watch(
        state([]),
        {
          office: found('203.0.113.1'),
          dead: { kind: 'silent', detail: '' },
          broken: { kind: 'server-failure', detail: '' },
        },
        undefined,
        at + second * 1000,
      )
      expect(facts.probe.by).toBe('green')
    }
  })

  it('sends fresh requests where each resolver leads, and to each address, until the resolvers are waived', async () => {
    const answers = { office: found('203.0.113.1', '203.0.113.2'), stuck: found('198.51.100.1') }
    const waived = stateAt(
      'propagation',
      { propagation: { waivers: { resolvers: { reason: 'It is known to be stuck.', at } } } },
      { baseline },
    )
    const dials = async (given: ReleaseState) => {
      const all = new Set<string>()
      for (let second = 0; second < 400; second += 5) {
        const { dialled } = await watch(given, answers, undefined, at + second * 1000)
        for (const address of dialled) all.add(address)
      }
      return [...all].toSorted()
    }
    expect(await dials(state([]))).toEqual(['198.51.100.1', '203.0.113.1', '203.0.113.2'])
    expect(await dials(waived)).toEqual(['203.0.113.1', '203.0.113.2'])
  })

  it('goes on asking a server that was taken off the panel', async () => {
    const seen = { stuck: [{ ...sighting(60, 'blue'), server: 'stuck' }] }
    const { facts } = await watch(
      stateAt('propagation', {}, { baseline, sightings: seen }),
      { stuck: found('198.51.100.1') },
      [],
    )
    expect(facts.servers.map((each) => [each.server.name, each.seen])).toEqual([['stuck', 'blue']])
  })

  it('asks a resolver more often that has wavered', async () => {
    const wavering = [sighting(300, 'blue'), sighting(200, 'green'), sighting(100, 'blue'), sighting(50, 'green')]
    const { asked } = await watch(
      stateAt('propagation', {}, { baseline, sightings: { office: wavering, faithful: [sighting(100, 'green')] } }),
      { office: found('203.0.113.1'), faithful: found('203.0.113.1') },
    )
    expect(asked.filter((name) => name === 'office')).toHaveLength(6)
    expect(asked.filter((name) => name === 'faithful')).toHaveLength(2)
  })

  it('journals each address of an endpoint once, and knows it from then on', async () => {
    const first = await watch(state([]), { office: found('203.0.113.1') })
    const kept = first.recorded.filter(({ kind }) => kind === 'addresses')
    expect(kept).toMatchObject([
      { colour: 'blue', addresses: ['198.51.100.1'] },
      { colour: 'green', addresses: ['203.0.113.1'] },
    ])
    const after = first.recorded.reduce(apply, state([]))
    const second = await watch(after, { office: found('203.0.113.1') })
    expect(second.recorded.filter(({ kind }) => kind === 'addresses')).toEqual([])
  })

  it('takes back “neither” once the address turns out to be green’s', () => {
    const strange = { ...sighting(400, 'foreign'), said: '203.0.113.9' }
    const sets = { blue: ['198.51.100.1'], green: ['203.0.113.1', '203.0.113.9'] }
    expect(closed(state([strange]), well(), { ...facts(), sets })).toEqual([])
    expect(closed(state([strange]), well(), { ...facts(), sets: { ...sets, green: ['203.0.113.1'] } })).toEqual([
      'resolvers waiting',
    ])
  })

  it('asks nothing where checks from this computer are not possible, and says what is not proved', async () => {
    const plain = state([])
    const panel = { fromHere: false, resolvers: [] }
    const given = { ...plain, release: { ...plain.release, settings: { ...plain.release.settings, panel } } }
    const { facts: found, asked, dialled, recorded } = await watch(given, { office: { kind: 'silent', detail: '' } })
    expect([asked, dialled, recorded]).toEqual([[], [], []])
    const { proofs, notBefore } = propagation.judge(given, well({ probes: ten }), found)
    const switchedOff = proofs.filter(({ summary }) => summary.includes('switched off'))
    expect(switchedOff.map(({ id, status, waivable }) => [id, status, waivable])).toEqual([
      ['resolvers', 'unknown', true],
      ['fresh-requests', 'unknown', true],
    ])
    expect(notBefore?.unsettled).toEqual(['the production URL'])
  })

  it.each<[string, (index: number) => number, RegExp]>([
    ['stays', () => 1.5, /It has stayed at about 1\.5 requests per second for 9 min\. Every name server says green/],
    ['falls', (index) => 0.1 + 20 * 0.7 ** (index / 4), /at this pace it is down to idle in \d+ min at the earliest/],
  ])('explains traffic that %s, and waits all the same', (_words, rate, words) => {
    const readings = Array.from({ length: 37 }, (_, index) => ({
      at: at - (36 - index) * 15_000,
      requestsPerSecond: rate(index),
    }))
    const given = state([sighting(500, 'green')])
    const forward = {
      ...given.forward,
      propagation: { ...given.forward.propagation, proofs: propagation.judge(given, well(), facts()).proofs },
    }
    const { proofs } = propagation.judge(
      { ...given, forward },
      well({ traffic: { blue: readings, green: [] } }),
      facts(),
    )
    expect(proofs.find(({ id }) => id === 'drained')).toMatchObject({
      status: 'waiting',
      summary: expect.stringMatching(words),
    })
  })

  it('says before when it cannot be safe, and what is waited for', () => {
    const given = stateAt(
      'propagation',
      { swap: { provedAt: at - 30_000, effects: { 'swap-cnames': at - 40_000 } } },
      { baseline, sightings: { [server.name]: [sighting(30, 'blue', 50)] } },
    )
    const old: DnsAnswer = { ...answer, addresses: ['198.51.100.1'], ttlSeconds: 20 }
    const { notBefore } = propagation.judge(given, well(), {
      ...facts('blue'),
      servers: [{ server, answer: old, seen: 'blue' }],
    })
    expect(notBefore).toMatchObject({
      at: at + 140_000,
      because: expect.stringContaining('Resolver A may hold'),
      unsettled: [],
    })
  })
})
