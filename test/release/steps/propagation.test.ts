import { describe, expect, it } from 'vitest'
import type { ReleaseState, Sighting } from '../../../electron/release/state.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { propagation } from '../../../electron/release/steps/propagation.ts'
import type { PropagationFacts } from '../../../electron/release/watch.ts'
import { START } from '../cloud.ts'
import { environment, greenEnvironment, stateAt, swappedSight } from '../things.ts'

const MINUTES = 60_000
const at = START + 10 * MINUTES
const server = { name: 'Resolver A', address: '192.0.2.11', role: 'resolver' } as const
const answer = { kind: 'addresses', addresses: ['203.0.113.1'], chain: [], ttlSeconds: 60 } as const
const http = {
  kind: 'answer',
  status: 200,
  headers: {},
  bodySha256: '',
  body: '',
  milliseconds: 9,
  address: '203.0.113.1',
} as const

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
