import { afterEach, describe, expect, it } from 'vitest'
import { resolverAddressFault } from '../../electron/contract/panel.ts'
import { findAuthoritative } from '../../electron/dns/delegation.ts'
import { createDns } from '../../electron/dns/panel.ts'
import { parseServerAddress } from '../../electron/dns/server-address.ts'
import { AUTHORITATIVE_ANSWER, a, type Behaviour, type Liar, nameIn, PATIENT, reply, startLiar } from './liar.ts'

// Each server has an address of its own and all have one port, as on the internet: only Linux has so many loopback addresses.
const isPossible = process.platform === 'linux'

const NAME = 'shop.eu-central-1.elasticbeanstalk.com'
const open: Liar[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

/** Starts servers on 127.0.0.x, all on one port. */
async function internet(servers: Readonly<Record<number, Behaviour>>): Promise<number> {
  let port = 0
  for (const [host, behaviour] of Object.entries(servers)) {
    const liar = await startLiar(behaviour, { host: `127.0.0.${host}`, port })
    port = liar.port
    open.push(liar)
  }
  return port
}

/** A server that sends everybody on to those of a zone, with or without their addresses. */
function refers(zone: string, hosts: Readonly<Record<string, string | null>>): Behaviour {
  return (query) => [
    {
      ...reply(query, [], {
        flags: 0,
        authorities: Object.keys(hosts).map((data) => ({ type: 'NS', class: 'IN', name: zone, data, ttl: 60 })),
      }),
      additionals: Object.entries(hosts).flatMap(([name, address]) => (address === null ? [] : [a(name, address)])),
    },
  ]
}

const answers: Behaviour = (query) => [reply(query, [a(nameIn(query), '192.0.2.1')], { flags: AUTHORITATIVE_ANSWER })]

function find(port: number, more: { roots?: readonly string[]; resolvers?: readonly string[] } = {}) {
  return findAuthoritative(NAME, {
    resolvers: (more.resolvers ?? []).map(parseServerAddress),
    roots: more.roots ?? ['127.0.0.11'],
    port,
    options: { patience: PATIENT },
    signal: AbortSignal.timeout(20_000),
  })
}

describe.runIf(isPossible)('the servers of a zone', () => {
  it('are found from the root servers, all of them, where no resolver tells', async () => {
    const port = await internet({
      11: refers('com', { 'a.gtld.example': '127.0.0.12' }),
      12: refers('elasticbeanstalk.com', { 'ns1.dns.example': '127.0.0.13', 'ns2.dns.example': '127.0.0.14' }),
      13: answers,
      14: answers,
    })
    expect(await find(port)).toEqual([
      { name: 'ns1.dns.example', address: `127.0.0.13:${port}`, role: 'authoritative' },
      { name: 'ns2.dns.example', address: `127.0.0.14:${port}`, role: 'authoritative' },
    ])
  })

  it('are found where their own addresses must be looked up first', async () => {
    const port = await internet({
      11: (query) =>
        nameIn(query).endsWith('.example')
          ? refers('example', { 'ns.example': '127.0.0.15' })(query, 'udp')
          : refers('elasticbeanstalk.com', { 'ns1.dns.example': null })(query, 'udp'),
      15: (query) => [
        reply(query, query.questions?.[0]?.type === 'A' ? [a('ns1.dns.example', '127.0.0.16')] : [], {
          flags: AUTHORITATIVE_ANSWER,
        }),
      ],
      16: answers,
    })
    expect(await find(port)).toEqual([
      { name: 'ns1.dns.example', address: `127.0.0.16:${port}`, role: 'authoritative' },
    ])
  })

  it.each<[string, Readonly<Record<number, Behaviour>>]>([
    ['nothing answers', { 12: answers }],
    ['a zone refers to itself', { 11: refers('com', { 'ns.com': '127.0.0.11' }) }],
    [
      'two zones refer to each other',
      { 11: refers('com', { 'ns.net': '127.0.0.12' }), 12: refers('com', { 'ns.com': '127.0.0.11' }) },
    ],
    ['servers are named in a circle', { 11: refers('com', { 'ns.elasticbeanstalk.com': null }) }],
    ['it refers to another branch', { 11: refers('org', { 'ns.org': '127.0.0.12' }), 12: answers }],
  ])('are not made up where %s', async (_words, servers) => {
    const port = await internet(servers)
    const begun = performance.now()
    const found = await find(port)
    // A zone whose own server only refers back is still that zone's server: what it answers will show it.
    expect(found.every(({ name }) => name.startsWith('ns.'))).toBe(true)
    expect(performance.now() - begun).toBeLessThan(15_000)
  })

  it('of a resolver are asked at every address', async () => {
    const port = await internet({
      17: (query) => {
        const [name, type] = [nameIn(query), query.questions?.[0]?.type]
        if (type === 'NS' && name === 'elasticbeanstalk.com')
          return [reply(query, [{ type: 'NS', class: 'IN', name, data: 'ns1.dns.example', ttl: 60 }])]
        if (name === 'ns1.dns.example' && type === 'A')
          return [reply(query, [a(name, '127.0.0.18'), a(name, '127.0.0.19')])]
        return [reply(query, [])]
      },
    })
    expect(await find(port, { resolvers: [`127.0.0.17:${port}`], roots: [] })).toEqual([
      { name: 'ns1.dns.example (1)', address: `127.0.0.18:${port}`, role: 'authoritative' },
      { name: 'ns1.dns.example (2)', address: `127.0.0.19:${port}`, role: 'authoritative' },
    ])
  })
})

describe('the operating system', () => {
  it('is asked for what its programs get, and only shown', async () => {
    const dns = createDns({ patience: PATIENT, systemResolvers: () => [], roots: [], publicResolvers: [] })
    expect(await dns.systemAnswer?.('localhost', AbortSignal.timeout(20_000))).toMatchObject({ kind: 'addresses' })
    expect(await dns.panel('localhost')).toEqual([])
  })

  it('is not asked where it cannot know the names', () => {
    expect(createDns({ servers: [] })).not.toHaveProperty('systemAnswer')
  })
})

describe('a chosen panel', () => {
  const dns = createDns({
    systemResolvers: () => ['192.0.2.1'],
    roots: [],
    publicResolvers: [],
    patience: { tryMilliseconds: 10, tries: 1 },
  })

  it('stands beside this computer’s own resolver, each address once and each name once', async () => {
    const panel = await dns.panel('localhost', {
      fromHere: true,
      resolvers: [
        { name: 'Office', address: '192.0.2.7' },
        { name: 'Office', address: '192.0.2.8' },
        { name: 'Again', address: '192.0.2.1:53' },
      ],
    })
    expect(panel.map(({ name }) => name)).toEqual(['This computer’s resolver', 'Office', 'Office, 192.0.2.8'])
  })
})

describe('an address as it is typed', () => {
  it.each([
    '10.0.0.2',
    '10.0.0.2:5353',
    'dns.office',
    'tcp://10.0.0.2',
    'tcp://dns.office:5353',
    '2001:db8::1',
    '[2001:db8::1]:5353',
    'https://dns.example.com/dns-query',
    'https://10.0.0.2:8443/q?key=7',
    ' 10.0.0.2 ',
  ])('%s can be asked', (typed) => {
    expect(resolverAddressFault(typed)).toBeNull()
  })

  it.each([
    '',
    'a b',
    '10.0.0.2:0',
    '10.0.0.2:70000',
    '10.0.0.2:x',
    'http://dns.example.com/dns-query',
    'https://dns.example.com',
    'file:///etc/hosts',
    '[2001:db8::1',
    '-dns.office',
    'a'.repeat(301),
  ])('“%s” cannot', (typed) => {
    expect(resolverAddressFault(typed)).toMatch(/Give the address|looks like|At most/)
  })
})
