import { describe, expect, it } from 'vitest'
import type { ResolverView } from '../../electron/contract/models.ts'
import type { Sighting } from '../../electron/release/state.ts'
import { judgeNameServers, type Observations, type Observed } from '../../electron/release/verdict.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'

const SWAP = 1_000_000
const NAME = 'shop.eu-central-1.elasticbeanstalk.com'
const ADDRESSES = { blue: '198.51.100.1', green: '203.0.113.1', foreign: '192.0.2.66' }

/** An answer `ttl` seconds before it runs out. */
function says(side: keyof typeof ADDRESSES, ttl = 60): DnsAnswer {
  return {
    kind: 'addresses',
    addresses: [ADDRESSES[side]],
    chain: [],
    ttlSeconds: ttl,
    records: [{ name: NAME, type: 'A', data: ADDRESSES[side], ttlSeconds: ttl }],
  }
}

function observed(
  name: string,
  seen: ResolverView['answer'],
  answer: DnsAnswer,
  role: 'resolver' | 'authoritative' = 'resolver',
): Observed {
  return { server: { name, address: '192.0.2.1', role }, answer, seen }
}

const zone = observed('ns-1', 'green', says('green'), 'authoritative')

/** Seconds since the swap at which a server's answer changed, and to what. */
function seen(name: string, ...changes: readonly (readonly [number, Sighting['answer'], number?])[]) {
  return {
    [name]: changes.map(
      ([seconds, answer, ttlSeconds = 60]): Sighting => ({
        at: SWAP + seconds * 1000,
        server: name,
        address: '192.0.2.1',
        answer,
        ttlSeconds,
        said: '',
      }),
    ),
  }
}

function judge(seconds: number, change: Partial<Observations> = {}) {
  return judgeNameServers({
    now: SWAP + seconds * 1000,
    name: NAME,
    to: 'green',
    swappedAt: SWAP,
    servers: [zone],
    sightings: seen('ns-1', [0, 'green']),
    sharesAddresses: false,
    fromHere: true,
    ...change,
  })
}

/** One resolver beside the zone's server, which knew of the swap at once. */
function one(
  seconds: number,
  now: ResolverView['answer'],
  answer: DnsAnswer,
  ...changes: Parameters<typeof seen> extends [string, ...infer Rest] ? Rest : never
) {
  const verdict = judge(seconds, {
    servers: [zone, observed('office', now, answer)],
    sightings: { ...seen('ns-1', [0, 'green']), ...seen('office', ...changes) },
  })
  const settling = verdict.settling.find(({ name }) => name === 'office')
  return {
    view: verdict.views[1],
    gate: verdict.gate,
    settlesAfter: settling?.at === null || settling === undefined ? null : (settling.at - SWAP) / 1000,
    because: settling?.because,
  }
}

describe('a resolver', () => {
  it('that holds the old answer forgets it at one fixed moment, and settles two TTLs later', () => {
    const early = one(10, 'blue', says('blue', 50), [1, 'blue', 59])
    const later = one(30, 'blue', says('blue', 30), [1, 'blue', 59])
    expect([early.view?.forgetsAt, later.view?.forgetsAt]).toEqual([SWAP + 60_000, SWAP + 60_000])
    expect([early.settlesAfter, later.settlesAfter]).toEqual([180, 180])
    expect(early.because).toMatch(/office may hold the old answer until its TTL runs out/)
  })

  it('that claims a whole TTL again and again is not believed past one TTL after the zone’s change', () => {
    expect(one(50, 'blue', says('blue', 60), [1, 'blue']).view).toMatchObject({
      forgetsAt: SWAP + 60_000,
      overruns: false,
    })
  })

  it('that overruns is named, counts nothing down, and nobody says when it follows', () => {
    const { view, gate, settlesAfter } = one(71, 'blue', says('blue', 1), [1, 'blue'])
    expect(view).toMatchObject({ overruns: true, forgetsAt: null, ttlSecondsLeft: null, confirmed: false })
    expect(view?.note).toMatch(/longer than its TTL allows/)
    expect(gate).toMatchObject({
      status: 'waiting',
      summary: expect.stringContaining('the old answer is kept by office'),
    })
    expect(settlesAfter).toBeNull()
  })

  it.each([
    ['60 s', 60, 179, false],
    ['60 s', 60, 180, true],
    ['300 s', 300, 659, false],
    ['300 s', 300, 660, true],
  ])('with a TTL of %s is confirmed after two of them', (_words, ttl, seconds, confirmed) => {
    const { view } = one(seconds, 'green', says('green', 5), [1, 'blue', ttl], [60, 'green', 5])
    expect(view?.confirmed).toBe(confirmed)
  })

  it('waits for the TTL of the zone’s own servers, whatever it tells itself', () => {
    const sightings = { ...seen('ns-1', [0, 'green', 300]), ...seen('office', [0, 'green', 1]) }
    const servers = [zone, observed('office', 'green', says('green', 1))]
    expect(judge(599, { servers, sightings }).views[1]?.confirmed).toBe(false)
    expect(judge(600, { servers, sightings }).views[1]?.confirmed).toBe(true)
  })

  it('that goes back to the old answer begins anew', () => {
    expect(
      one(300, 'green', says('green'), [1, 'blue'], [40, 'green'], [100, 'blue'], [200, 'green']).view,
    ).toMatchObject({
      confirmed: false,
      greenSince: SWAP + 200_000,
      note: expect.stringContaining('Several caches'),
    })
  })

  it.each<[string, ResolverView['answer'], DnsAnswer, RegExp]>([
    ['silent', 'silent', { kind: 'silent', detail: 'No answer within 2 s' }, /No answer/],
    ['failing', 'error', { kind: 'server-failure', detail: 'SERVFAIL' }, /SERVFAIL/],
    ['intercepted', 'foreign', { kind: 'hijacked', detail: 'Something on the way answers' }, /on the way/],
    ['foreign', 'foreign', says('foreign'), /belongs to neither/],
  ])('that is %s never counts as one that follows, however long', (_words, answer, said, note) => {
    const { view, gate, settlesAfter } = one(86_400, answer, said, [1, answer])
    expect(view).toMatchObject({ confirmed: false, note: expect.stringMatching(note) })
    expect(gate.status).toBe('waiting')
    expect(settlesAfter).toBeNull()
  })
})

describe('the gate', () => {
  it('passes when all are confirmed', () => {
    expect(judge(120).gate).toMatchObject({ status: 'passed' })
  })

  it.each<[string, Partial<Observations>, RegExp]>([
    ['checks are switched off', { fromHere: false, servers: [] }, /switched off: nothing here proves/],
    ['there is nobody to ask', { servers: [] }, /No name server can be asked/],
    [
      'nobody can be reached',
      {
        servers: [observed('office', 'silent', { kind: 'silent', detail: '' })],
        sightings: seen('office', [1, 'silent']),
      },
      /None of 1 name servers can be reached/,
    ],
    [
      'both environments share their addresses',
      {
        sharesAddresses: true,
        servers: [observed('office', 'mixed', says('green'))],
        sightings: seen('office', [1, 'mixed']),
      },
      /cannot tell them apart/,
    ],
  ])('says what is not proved where %s, and passes only with a reason', (_words, change, summary) => {
    const { gate, settling } = judge(86_400, change)
    expect(gate).toMatchObject({ status: 'unknown', waivable: true, summary: expect.stringMatching(summary) })
    expect(settling.every(({ at }) => at === null)).toBe(true)
  })

  it('waits for a zone’s own server that has not heard of the swap', () => {
    const { gate, views } = judge(20, {
      servers: [observed('ns-1', 'blue', says('blue'), 'authoritative')],
      sightings: seen('ns-1', [1, 'blue']),
    })
    expect(gate.status).toBe('waiting')
    expect(views[0]).toMatchObject({ note: 'It has not heard of the swap yet.', ttlSecondsLeft: null, forgetsAt: null })
  })
})
