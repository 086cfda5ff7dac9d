import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { createDns } from '../../electron/dns/panel.ts'
import { parseServerAddress } from '../../electron/dns/server-address.ts'
import type { Dns, DnsAnswer } from '../../electron/release/world.ts'
import {
  AUTHORITATIVE_ANSWER,
  a,
  type Behaviour,
  cname,
  FAIRLY_PATIENT,
  HASTY,
  type Liar,
  nameIn,
  PATIENT,
  reply,
  startLiar,
  TRUNCATED_RESPONSE,
} from './liar.ts'

const open: Liar[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((liar) => liar.close()))
})

async function start(behaviour: Behaviour): Promise<Liar> {
  const liar = await startLiar(behaviour)
  open.push(liar)
  return liar
}

async function askOf(
  behaviour: Behaviour,
  name = 'shop.example',
  patience = PATIENT,
): Promise<{ answer: DnsAnswer; questions: readonly string[] }> {
  const liar = await start(behaviour)
  const dns = createDns({ servers: [], patience })
  const answer = await dns.ask(
    { name: 'liar', address: liar.address, role: 'resolver' },
    name,
    AbortSignal.timeout(20_000),
  )
  return { answer, questions: liar.questions.filter((question) => !question.includes('AAAA')) }
}

describe('one question to one server', () => {
  it('reads addresses, the whole chain and the shortest TTL', async () => {
    const { answer } = await askOf((query) => [
      reply(query, [
        cname('shop.example', 'LB.example', 300),
        a('lb.example', '192.0.2.2', 42),
        a('lb.example', '192.0.2.1', 60),
      ]),
    ])
    expect(answer).toEqual({
      kind: 'addresses',
      addresses: ['192.0.2.1', '192.0.2.2'],
      chain: ['lb.example'],
      ttlSeconds: 42,
      records: [
        { name: 'shop.example', type: 'CNAME', data: 'LB.example', ttlSeconds: 300 },
        { name: 'lb.example', type: 'A', data: '192.0.2.2', ttlSeconds: 42 },
        { name: 'lb.example', type: 'A', data: '192.0.2.1', ttlSeconds: 60 },
      ],
    })
  })

  it('takes a name without regard to case or a final dot', async () => {
    const { answer } = await askOf((query) => [reply(query, [a('shop.EXAMPLE', '192.0.2.1')])], 'Shop.Example.')
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.1'] })
  })

  it('follows a chain by further questions', async () => {
    const records = new Map([
      ['shop.example', cname('shop.example', 'www.example')],
      ['www.example', cname('www.example', 'lb.example')],
      ['lb.example', a('lb.example', '192.0.2.7')],
    ])
    const { answer, questions } = await askOf((query) => {
      const record = records.get(nameIn(query))
      return [reply(query, record === undefined ? [] : [record])]
    })
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.7'], chain: ['www.example', 'lb.example'] })
    expect(questions).toHaveLength(3)
  })

  it('asks over TCP where the reply was truncated', async () => {
    const { answer, questions } = await askOf((query, transport) =>
      transport === 'udp'
        ? [reply(query, [], { flags: TRUNCATED_RESPONSE })]
        : [reply(query, [a('shop.example', '192.0.2.1')])],
    )
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.1'] })
    expect(questions).toEqual(['udp A shop.example', 'tcp A shop.example'])
  })

  it('asks again without EDNS where the server does not know it', async () => {
    const { answer } = await askOf((query) =>
      query.additionals?.length === 0
        ? [reply(query, [a('shop.example', '192.0.2.1')])]
        : [reply(query, [], { responseCode: 1 })],
    )
    expect(answer).toMatchObject({ kind: 'addresses' })
  })

  it('asks twice, and over TCP as well, before it calls a server silent', async () => {
    const { answer, questions } = await askOf(() => [], 'shop.example', FAIRLY_PATIENT)
    expect(answer.kind).toBe('silent')
    expect(questions.toSorted()).toEqual(['tcp A shop.example', 'udp A shop.example', 'udp A shop.example'])
  })

  it('finds out at once where nothing listens', async () => {
    // Its port is nobody else's, and it hears itself alone.
    const deaf = createSocket('udp4').bind(0, '127.0.0.1')
    await once(deaf, 'listening')
    const { port } = deaf.address()
    deaf.connect(port, '127.0.0.1')
    await once(deaf, 'connect')
    const answer = await createDns({ servers: [], patience: { tryMilliseconds: 60_000, tries: 2 } }).ask(
      { name: 'gone', address: `127.0.0.1:${port}`, role: 'resolver' },
      'shop.example',
      AbortSignal.timeout(15_000),
    )
    deaf.close()
    expect(answer).toEqual({ kind: 'silent', detail: 'Nothing listens there' })
  })

  it('hears the true reply after forged ones', async () => {
    const { answer } = await askOf((query) => [
      { ...reply(query, [a('shop.example', '203.0.113.66')]), id: ((query.id ?? 0) + 1) & 0xffff },
      {
        ...reply(query, [a('evil.example', '203.0.113.66')]),
        questions: [{ type: 'A', name: 'evil.example', class: 'IN' }],
      },
      Buffer.from([1, 2, 3]),
      reply(query, [a('shop.example', '192.0.2.1')]),
    ])
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.1'] })
  })

  const soa = {
    type: 'SOA',
    class: 'IN',
    name: 'example',
    ttl: 60,
    data: { mname: 'ns.example', rname: 'root.example' },
  } as const
  const ns = { type: 'NS', class: 'IN', name: 'example', ttl: 60, data: 'ns.example' } as const
  it.each<[string, Behaviour, RegExp]>([
    [
      'another id',
      (query) => [{ ...reply(query, [a('shop.example', '192.0.2.1')]), id: ((query.id ?? 0) + 1) & 0xffff }],
      /another id/,
    ],
    [
      'another question',
      (query) => [{ ...reply(query, []), questions: [{ type: 'A', name: 'x.example', class: 'IN' }] }],
      /another question/,
    ],
    [
      'another type',
      (query) => [{ ...reply(query, []), questions: [{ type: 'AAAA', name: 'shop.example', class: 'IN' }] }],
      /another question/,
    ],
    ['a query sent back', (query) => [{ ...reply(query, []), type: 'query' }], /no reply/],
    [
      'noise with our id',
      (query) => [Buffer.concat([Buffer.from([(query.id ?? 0) >> 8, (query.id ?? 0) & 255]), Buffer.alloc(30, 0xff)])],
      /cannot be read|no reply|another question/,
    ],
  ])('is not answered by %s, and says so when its time is over', async (_name, behaviour, detail) => {
    const { answer } = await askOf(behaviour, 'shop.example', FAIRLY_PATIENT)
    expect(answer).toMatchObject({ kind: 'malformed', detail: expect.stringMatching(detail) })
  })

  it.each<[string, Behaviour, string, RegExp]>([
    [
      'truncated over TCP too',
      (query) => [reply(query, [], { flags: TRUNCATED_RESPONSE })],
      'malformed',
      /truncated even there/,
    ],
    [
      'no such name',
      (query) => [reply(query, [], { responseCode: 3, authorities: [soa] })],
      'no-such-name',
      /shop\.example does not exist/,
    ],
    [
      'a chain to no such name',
      (query) => [reply(query, [cname('shop.example', 'gone.example')], { responseCode: 3 })],
      'no-such-name',
      /gone\.example/,
    ],
    ['no address', (query) => [reply(query, [], { authorities: [soa] })], 'no-address', /no IPv4 and no IPv6/],
    ['SERVFAIL', (query) => [reply(query, [], { responseCode: 2 })], 'server-failure', /SERVFAIL/],
    ['REFUSED', (query) => [reply(query, [], { responseCode: 5 })], 'refused', /refuses/],
    ['FORMERR', (query) => [reply(query, [], { responseCode: 1 })], 'not-understood', /code 1/],
    ['NOTIMP', (query) => [reply(query, [], { responseCode: 4 })], 'not-understood', /code 4/],
    ['a code nobody knows', (query) => [reply(query, [], { responseCode: 9 })], 'server-failure', /code 9/],
    ['a referral', (query) => [reply(query, [], { authorities: [ns] })], 'refused', /refers/],
    [
      'a chain in a circle',
      (query) => [reply(query, [cname('shop.example', 'b.example'), cname('b.example', 'shop.example')])],
      'malformed',
      /circle/,
    ],
    [
      'a name that is its own CNAME',
      (query) => [reply(query, [cname('shop.example', 'shop.example')])],
      'malformed',
      /circle/,
    ],
    ['a chain of twenty-one in one answer', (query) => [reply(query, chainOf(21))], 'malformed', /More than 20/],
    [
      'a chain without end',
      (query) => [reply(query, [cname(nameIn(query), `x${nameIn(query)}`)])],
      'malformed',
      /More than 20/,
    ],
    [
      'an address of another name',
      (query) => [reply(query, [a('other.example', '192.0.2.1')])],
      'no-address',
      /no IPv4/,
    ],
  ])('%s', async (_name, behaviour, kind, detail) => {
    const { answer } = await askOf(behaviour)
    expect(answer).toMatchObject({ kind, detail: expect.stringMatching(detail) })
  })

  it.each([
    [0, 0],
    [2 ** 31, 604_800],
    [2 ** 32 - 1, 604_800],
    [86_400, 86_400],
  ])('reads a TTL of %i as %i', async (ttl, expected) => {
    const { answer } = await askOf((query) => [reply(query, [a('shop.example', '192.0.2.1', ttl)])])
    expect(answer).toMatchObject({ ttlSeconds: expected })
  })

  it.each(['', '.', 'a..b', `${'x'.repeat(64)}.example`, 'x.'.repeat(130)])('does not ask for “%s”', async (name) => {
    expect((await askOf(() => [], name)).answer.kind).toBe('malformed')
  })

  it('ends with the reason when it is called off', async () => {
    const liar = await start(() => [])
    const calledOff = new AbortController()
    setTimeout(() => calledOff.abort(new Error('left')), 20)
    const asked = createDns({ servers: [] }).ask(
      { name: 'liar', address: liar.address, role: 'resolver' },
      'shop.example',
      calledOff.signal,
    )
    await expect(asked).rejects.toThrow('left')
  })

  it('survives two thousand random replies', async () => {
    let seed = 7
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed / 2 ** 31
    }
    const liar = await start((query) => [
      Buffer.concat([
        Buffer.from([(query.id ?? 0) >> 8, (query.id ?? 0) & 255]),
        Buffer.from(Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256))),
      ]),
    ])
    const dns = createDns({ servers: [], patience: { tryMilliseconds: 20, tries: 1 } })
    const server = { name: 'liar', address: liar.address, role: 'resolver' } as const
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => dns.ask(server, 'shop.example', AbortSignal.timeout(20_000))),
      )
      expect(answers.every((answer) => answer.kind !== 'addresses')).toBe(true)
    }
  })
})

const isFour = (query: Parameters<Behaviour>[0]): boolean => query.questions?.[0]?.type === 'A'

describe('the panel', () => {
  function zoneServer(address: () => string): Behaviour {
    return (query) => {
      const [name, type] = [nameIn(query), query.questions?.[0]?.type]
      if (type === 'NS')
        return [
          reply(
            query,
            name === 'shop.example' ? [{ type: 'NS', class: 'IN', name, data: 'ns1.example', ttl: 60 }] : [],
          ),
        ]
      if (name === 'ns1.example') return [reply(query, [a(name, address())])]
      return [reply(query, [a(name, '192.0.2.9')])]
    }
  }

  it('finds the zone’s own servers and asks each server once', async () => {
    const resolver = await start(zoneServer(() => '192.0.2.53'))
    const dns = createDns({
      patience: PATIENT,
      systemResolvers: () => [resolver.address, resolver.address],
      publicResolvers: [{ name: 'Public', address: '9.9.9.9' }],
    })
    expect(await dns.panel('www.shop.example')).toEqual([
      { name: 'ns1.example', address: '192.0.2.53', role: 'authoritative' },
      { name: 'This computer’s resolver', address: resolver.address, role: 'resolver' },
      { name: 'Public', address: '9.9.9.9', role: 'resolver' },
    ])
  })

  it('has no authoritative server where none can be found', async () => {
    const resolver = await start(() => [])
    const dns = createDns({
      patience: HASTY,
      systemResolvers: () => [resolver.address],
      publicResolvers: [],
      roots: [],
    })
    expect((await dns.panel('shop.example')).map((server) => server.role)).toEqual(['resolver'])
  })

  it('goes on at the servers of the next zone where a chain leaves an authoritative one', async () => {
    const authoritative = await start((query) => {
      const name = nameIn(query)
      return [
        name === 'shop.example'
          ? reply(query, [cname(name, 'lb.other')], { flags: AUTHORITATIVE_ANSWER })
          : reply(query, [], { responseCode: 5 }),
      ]
    })
    const resolver = await start((query) => {
      const [name, type] = [nameIn(query), query.questions?.[0]?.type]
      if (type === 'NS')
        return [reply(query, name === 'lb.other' ? [{ type: 'NS', class: 'IN', name, data: 'ns.other', ttl: 60 }] : [])]
      return [reply(query, name === 'ns.other' && isFour(query) ? [a(name, '127.0.0.1')] : [])]
    })
    const other = await start((query) => [
      reply(query, nameIn(query) === 'lb.other' && isFour(query) ? [a('lb.other', '192.0.2.7')] : [], {
        flags: AUTHORITATIVE_ANSWER,
      }),
    ])
    const dns: Dns = createDns({ patience: PATIENT, systemResolvers: () => [resolver.address], port: other.port })
    const answer = await dns.ask(
      { name: 'ns', address: authoritative.address, role: 'authoritative' },
      'shop.example',
      AbortSignal.timeout(20_000),
    )
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.7'], chain: ['lb.other'] })
    expect(other.questions.toSorted()).toEqual(['udp A lb.other', 'udp AAAA lb.other'])
    expect(resolver.questions.toSorted()).toEqual(['udp A ns.other', 'udp AAAA ns.other', 'udp NS lb.other'])
  })

  it('is what it is told to be for the practice account', async () => {
    const servers = [{ name: 'office', address: '127.0.0.1:5301', role: 'resolver' }] as const
    expect(await createDns({ servers }).panel('shop.example')).toEqual(servers)
  })

  it.each([
    ['1.1.1.1', 'udp', '1.1.1.1', 53, ''],
    ['127.0.0.1:5300', 'udp', '127.0.0.1', 5300, ''],
    ['2001:db8::1', 'udp', '2001:db8::1', 53, ''],
    ['[2001:db8::1]:5300', 'udp', '2001:db8::1', 5300, ''],
    ['[2001:db8::1]', 'udp', '2001:db8::1', 53, ''],
    ['resolver.office', 'udp', 'resolver.office', 53, ''],
    ['tcp://10.0.0.2', 'tcp', '10.0.0.2', 53, ''],
    ['tcp://10.0.0.2:5300', 'tcp', '10.0.0.2', 5300, ''],
    ['https://1.1.1.1/dns-query', 'https', '1.1.1.1', 443, '/dns-query'],
    ['https://dns.office:8443/q?key=7', 'https', 'dns.office', 8443, '/q?key=7'],
    ['https://[2001:db8::1]/dns-query', 'https', '2001:db8::1', 443, '/dns-query'],
  ])('reads the address %s', (text, transport, host, port, path) => {
    expect(parseServerAddress(text)).toEqual({ transport, host, port, path })
  })
})

function chainOf(length: number) {
  return Array.from({ length }, (_, index) =>
    cname(index === 0 ? 'shop.example' : `c${index}.example`, `c${index + 1}.example`),
  )
}
