import { afterEach, describe, expect, it } from 'vitest'
import type { ResolverView } from '../../electron/contract/models.ts'
import type { Patience } from '../../electron/dns/exchange.ts'
import { createDns } from '../../electron/dns/panel.ts'
import { classify, heldSeconds } from '../../electron/release/sightings.ts'
import type { Sighting } from '../../electron/release/state.ts'
import { judgeNameServers, type Observed } from '../../electron/release/verdict.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'
import { a, type Behaviour, cname, FAIRLY_PATIENT, HASTY, nameIn, PATIENT, reply, startLiar } from './liar.ts'

const NAME = 'shop.example'
const SETS = { blue: ['198.51.100.1', '2001:db8::b1'], green: ['203.0.113.1', '203.0.113.2', '2001:db8::91'] }
const SWAP = 1_000_000
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

const isSix = (query: Parameters<Behaviour>[0]): boolean => query.questions?.[0]?.type === 'AAAA'
const aaaa = (data: string, ttl = 60) => ({ type: 'AAAA' as const, class: 'IN' as const, name: NAME, data, ttl })
/** Both families of one side, as an honest resolver has them. */
const says =
  (side: keyof typeof SETS, ttl = 60): Behaviour =>
  (query) => [
    reply(
      query,
      SETS[side].flatMap((address) =>
        address.includes(':') === isSix(query) ? [isSix(query) ? aaaa(address, ttl) : a(NAME, address, ttl)] : [],
      ),
    ),
  ]
const green = says('green')
const chainOf =
  (links: number): Behaviour =>
  (query) => [
    reply(query, [
      ...Array.from({ length: links }, (_, index) =>
        cname(index === 0 ? NAME : `c${index}.example`, `c${index + 1}.example`),
      ),
      ...(isSix(query) ? [] : [a(`c${links}.example`, '203.0.113.1')]),
    ]),
  ]

const zone: Observed = {
  server: { name: 'ns-1', address: '192.0.2.53', role: 'authoritative' },
  answer: { kind: 'addresses', addresses: SETS.green, chain: [], ttlSeconds: 60 },
  seen: 'green',
}

function sighted(server: string, at: number, answer: DnsAnswer, seen: ResolverView['answer']): Sighting {
  return { at, server, address: '192.0.2.1', answer: seen, ttlSeconds: heldSeconds(answer), said: '' }
}

/** What the gate says so many seconds after the swap, of a resolver that has answered like this all the time. */
function gateAfter(seconds: number, answers: readonly DnsAnswer[]): string {
  const seen = answers.map((answer) => classify(answer, SETS))
  const [last, lastSeen] = [answers.at(-1), seen.at(-1)]
  if (last === undefined || lastSeen === undefined) throw new Error('Nothing was asked')
  const step = (seconds * 1000) / answers.length
  const history = answers
    .map((answer, index) => sighted('office', SWAP + 1000 + index * step, answer, seen[index] ?? 'silent'))
    .filter(({ answer }, index) => index === 0 || seen[index - 1] !== answer)
  return judgeNameServers({
    now: SWAP + 1000 + seconds * 1000,
    name: NAME,
    to: 'green',
    swappedAt: SWAP,
    servers: [
      zone,
      { server: { name: 'office', address: '192.0.2.1', role: 'resolver' }, answer: last, seen: lastSeen },
    ],
    sightings: { 'ns-1': [sighted('ns-1', SWAP, zone.answer, 'green')], office: history },
    sharesAddresses: false,
    fromHere: true,
  }).gate.status
}

type Where = Parameters<typeof startLiar>[1] & { readonly patience?: Patience }

/** Asks a resolver on loopback a few times and tells the gate two minutes, an hour and a day after the swap. */
async function gates(behaviour: Behaviour, where: Where = {}): Promise<string> {
  const liar = await startLiar(behaviour, where)
  open.push(liar)
  const dns = createDns({ servers: [], patience: where.patience ?? PATIENT })
  const answers: DnsAnswer[] = []
  for (let round = 0; round < 4; round += 1)
    answers.push(
      await dns.ask({ name: 'office', address: liar.address, role: 'resolver' }, NAME, AbortSignal.timeout(20_000)),
    )
  return [119, 120, 3_600, 86_400].map((seconds) => gateAfter(seconds, answers)).join(' ')
}

const HONEST = 'waiting passed passed passed'
const NEVER = 'waiting waiting waiting waiting'

describe('a resolver that says the new answer', () => {
  it.each<[string, Behaviour, Where]>([
    ['honestly', green, {}],
    ['with a TTL of 0', says('green', 0), {}],
    ['over TCP only', green, { tcpOnly: true, patience: FAIRLY_PATIENT }],
    ['over UDP only', green, { udpOnly: true }],
    ['at the end of a chain of twenty', chainOf(20), {}],
    ['in IPv6 alone', (query) => [reply(query, isSix(query) ? [aaaa('2001:db8::91')] : [])], {}],
    [
      'after two thousand other words',
      (query) => [...Array.from({ length: 50 }, () => Buffer.alloc(9)), ...green(query, 'udp')],
      {},
    ],
  ])('%s is believed after two TTLs and no sooner', async (_words, behaviour, where) => {
    expect(await gates(behaviour, where)).toBe(HONEST)
  })

  it('in turns with itself is one that rotates', async () => {
    let turn = 0
    const rotating: Behaviour = (query) => {
      turn += 1
      const [first, second] = turn % 4 < 2 ? ['203.0.113.1', '203.0.113.2'] : ['203.0.113.2', '203.0.113.1']
      return [reply(query, isSix(query) ? [aaaa('2001:db8::91')] : [a(NAME, first ?? ''), a(NAME, second ?? '')])]
    }
    expect(await gates(rotating)).toBe(HONEST)
  })

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])('with a TTL of %i is not believed for a day', async (ttl) => {
    expect(await gates(says('green', ttl))).toBe(NEVER)
  })
})

describe('a resolver that', () => {
  let turn = 0
  it.each<[string, Behaviour, Where]>([
    ['keeps the old answer', says('blue'), {}],
    ['keeps it with a TTL of 0', says('blue', 0), {}],
    ['keeps it in IPv6', (query) => (isSix(query) ? says('blue')(query, 'udp') : green(query, 'udp')), {}],
    ['hides what it says in IPv6', (query) => (isSix(query) ? [] : green(query, 'udp')), { patience: HASTY }],
    ['refuses IPv4', (query) => (isSix(query) ? green(query, 'udp') : [reply(query, [], { responseCode: 5 })]), {}],
    ['lies', (query) => [reply(query, isSix(query) ? [] : [a(NAME, '192.0.2.66')])], {}],
    [
      'turns from one side to the other',
      (query) => {
        turn += 1
        return says(turn % 4 < 2 ? 'green' : 'blue')(query, 'udp')
      },
      {},
    ],
    [
      'gives both',
      (query) => [reply(query, isSix(query) ? [] : [a(NAME, '203.0.113.1'), a(NAME, '198.51.100.1')])],
      {},
    ],
    ['runs in a circle', (query) => [reply(query, [cname(NAME, 'b.example'), cname('b.example', NAME)])], {}],
    [
      'runs in a circle by questions',
      (query) => [reply(query, [cname(nameIn(query), nameIn(query) === NAME ? 'b.example' : NAME)])],
      {},
    ],
    ['has a chain of twenty-one', chainOf(21), {}],
    [
      'answers another question',
      (query) => [
        { ...reply(query, [a(NAME, '203.0.113.1')]), questions: [{ type: 'A', name: 'x.example', class: 'IN' }] },
      ],
      { patience: HASTY },
    ],
    [
      'answers with another id',
      (query) => [{ ...reply(query, [a(NAME, '203.0.113.1')]), id: ((query.id ?? 0) + 1) % 65_536 }],
      { patience: HASTY },
    ],
    [
      'hides the old address among two thousand',
      (query, transport) => [
        transport === 'udp'
          ? { ...reply(query, []), flags: 512 }
          : reply(query, [...Array.from({ length: 2_000 }, () => a(NAME, '203.0.113.1')), a(NAME, '198.51.100.1')]),
      ],
      {},
    ],
    ['sends noise', () => [Buffer.alloc(60_000, 0xff)], { patience: HASTY }],
    ['answers after the time-out', green, { delayMilliseconds: 400, udpOnly: true, patience: HASTY }],
    ['cannot be reached', () => [], { udpOnly: true, patience: HASTY }],
    ['sends everybody to a portal', (query) => [reply(query, isSix(query) ? [] : [a(nameIn(query), '10.0.0.1')])], {}],
    ['does not know the name', (query) => [reply(query, [], { responseCode: 3 })], {}],
    ['fails', (query) => [reply(query, [], { responseCode: 2 })], {}],
  ])('%s never makes the gate pass', async (_words, behaviour, where) => {
    expect(await gates(behaviour, where)).toBe(NEVER)
  })
})

describe('where DNS is closed entirely', () => {
  it('nothing is proved, and only a reason passes', async () => {
    const closed = await startLiar(() => [], { udpOnly: true })
    open.push(closed)
    const dns = createDns({ servers: [], patience: { ...HASTY, tries: 1 } })
    const server = { name: 'office', address: closed.address, role: 'resolver' } as const
    const answer = await dns.ask(server, NAME, AbortSignal.timeout(20_000))
    const { gate } = judgeNameServers({
      now: SWAP + 86_400_000,
      name: NAME,
      to: 'green',
      swappedAt: SWAP,
      servers: [{ server, answer, seen: classify(answer, SETS) }],
      sightings: { office: [sighted('office', SWAP + 1000, answer, classify(answer, SETS))] },
      sharesAddresses: false,
      fromHere: true,
    })
    expect(gate).toMatchObject({ status: 'unknown', waivable: true, summary: expect.stringMatching(/can be reached/) })
  })
})
