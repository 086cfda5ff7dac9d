import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { encode, RECURSION_DESIRED } from 'dns-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Authoritative, startAuthoritative } from '../../../electron/practice/server/network/authoritative.ts'
import { ask, EDNS, exchangeUdp, read, split } from './dns-client.ts'
import { BLUE_ADDRESSES, type FakeAccount, fakeAccount, PRODUCTION, seededRandom, ZONE } from './fake-source.ts'

let account: FakeAccount
let server: Authoritative

beforeEach(async () => {
  account = fakeAccount()
  server = await startAuthoritative(account.source, seededRandom())
})
afterEach(() => server.close())

describe('the authoritative name server', () => {
  it.each(['udp', 'tcp'] as const)('answers addresses with authority over %s', async (transport) => {
    const heard = await ask(server.address, PRODUCTION, { transport })
    expect(heard?.addresses).toEqual(BLUE_ADDRESSES)
    expect(heard?.ttl).toBe(60)
    expect(heard?.packet).toMatchObject({ id: 4711, flag_aa: true, flag_ra: false, flag_tc: false, flag_rd: true })
  })

  it('repeats the question in the case it was asked', async () => {
    const name = 'sHoP.eU-cEnTrAl-1.ElasticBeanstalk.com'
    const heard = await ask(server.address, name)
    expect(heard?.packet.questions?.[0]?.name).toBe(name)
    expect(heard?.packet.answers?.[0]?.name).toBe(name)
    expect(heard?.addresses).toEqual(BLUE_ADDRESSES)
  })

  it('follows an alias from one zone into another', async () => {
    const heard = await ask(server.address, 'www.shop.example')
    expect(heard?.packet.answers?.map((answer) => [answer.type, answer.name])).toEqual([
      ['CNAME', 'www.shop.example'],
      ['A', PRODUCTION],
      ['A', PRODUCTION],
    ])
    const alias = await ask(server.address, 'www.shop.example', { type: 'CNAME' })
    expect(alias?.packet.answers).toMatchObject([{ type: 'CNAME', ttl: 300, data: PRODUCTION }])
  })

  it('stops where a chain loops or leaves its zones', async () => {
    account.records = [
      { name: 'a.shop.example', type: 'CNAME', ttlSeconds: 60, target: 'b.shop.example' },
      { name: 'b.shop.example', type: 'CNAME', ttlSeconds: 60, target: 'a.shop.example' },
      { name: 'c.shop.example', type: 'CNAME', ttlSeconds: 60, target: 'elsewhere.test' },
    ]
    expect((await ask(server.address, 'a.shop.example'))?.packet.answers).toHaveLength(2)
    const leaving = await ask(server.address, 'c.shop.example')
    expect([leaving?.code, leaving?.packet.answers?.length]).toEqual([0, 1])
  })

  it.each([
    ['a name that does not exist', `gone.${ZONE}`, 'A', 3, [], ['SOA']],
    ['a type the name does not have', PRODUCTION, 'AAAA', 0, [], ['SOA']],
    ['a name above its zones', 'elasticbeanstalk.com', 'A', 5, [], []],
    ['a name of nobody', 'amazon.com', 'A', 5, [], []],
    ['the apex', ZONE, 'NS', 0, ['NS'], []],
    ['the apex', ZONE, 'SOA', 0, ['SOA'], []],
    ['its name server', `ns-1.${ZONE}`, 'A', 0, ['A'], []],
    ['a zone transfer', ZONE, 'AXFR', 5, [], []],
  ] as const)('says the right thing of %s (%s %s)', async (_what, name, type, code, answers, authorities) => {
    const heard = await ask(server.address, name, { type })
    expect(heard?.code).toBe(code)
    expect(heard?.packet.answers?.map((answer) => answer.type)).toEqual(answers)
    expect(heard?.packet.authorities?.map((answer) => answer.type)).toEqual(authorities)
    const soa = authorities.map(() => ({ name: ZONE, ttl: 60, data: { minimum: 60 } }))
    expect(heard?.packet.authorities).toMatchObject(soa)
  })

  it('knows a name that exists only above others', async () => {
    account.records = [{ name: `deep.below.${ZONE}`, type: 'A', ttlSeconds: 60, addresses: ['192.0.2.1'] }]
    expect((await ask(server.address, `below.${ZONE}`))?.code).toBe(0)
  })

  it('truncates what does not fit, and gives the whole over TCP or to a client that takes more', async () => {
    const addresses = Array.from({ length: 12 }, (_, index) => `192.0.2.${index + 1}`)
    account.records = [{ name: PRODUCTION, type: 'A', ttlSeconds: 60, addresses }]
    const small = await ask(server.address, PRODUCTION)
    expect(small?.packet.flag_tc).toBe(true)
    expect(small?.bytes).toBeLessThanOrEqual(512)
    expect((await ask(server.address, PRODUCTION, { transport: 'tcp' }))?.addresses).toHaveLength(12)
    const large = await ask(server.address, PRODUCTION, { packet: { additionals: [EDNS] } })
    expect([large?.packet.flag_tc, large?.addresses.length]).toEqual([false, 12])
    expect(large?.packet.additionals).toMatchObject([{ type: 'OPT', ednsVersion: 0 }])
  })

  it('refuses an EDNS version nobody has, with BADVERS', async () => {
    const heard = await ask(server.address, PRODUCTION, { packet: { additionals: [{ ...EDNS, ednsVersion: 1 }] } })
    expect(heard?.packet.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }])
    expect(heard?.addresses).toEqual([])
  })

  it('repeats a name whose bytes are not text', async () => {
    const weird = Buffer.from([1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0xff, 0x2e, 0x00, 0xc3, 0, 0, 1, 0, 1])
    const reply = await exchangeUdp(server.address, weird, 2000)
    expect(reply?.subarray(12, 22)).toEqual(weird.subarray(12))
    expect(reply?.readUInt16BE(2)).toBe(0x8105)
  })

  it.each([
    ['no question', { questions: [] }, 1],
    [
      'two questions',
      {
        questions: [
          { type: 'A', name: ZONE },
          { type: 'A', name: ZONE },
        ],
      },
      1,
    ],
    ['two OPT records', { additionals: [EDNS, EDNS] }, 1],
    ['an update', { flags: 5 << 11 }, 4],
    ['another class', { questions: [{ type: 'A', name: ZONE, class: 'CH' }] }, 5],
  ] as const)('answers a query with %s by its error', async (_what, packet, code) => {
    const heard = await ask(server.address, ZONE, { packet: structuredClone(packet) as object })
    expect(heard?.code).toBe(code)
  })

  it('stays alive and answers after 2,000 malformed packets over UDP and streams of them over TCP', async () => {
    const random = seededRandom(7)
    const good = encode({
      id: 1,
      flags: RECURSION_DESIRED,
      questions: [{ type: 'A', name: PRODUCTION }],
      additionals: [EDNS],
    })
    const { host, port } = split(server.address)
    const socket = createSocket('udp4')
    let answers = 0
    socket.on('message', (reply) => {
      answers += 1
      expect(reply.readUInt16BE(2) & 0x8000).toBe(0x8000)
    })
    const stream = connect(port, host).on('error', () => undefined)
    stream.resume()
    for (let index = 0; index < 2000; index += 1) {
      const packet =
        index % 2 === 0
          ? Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)))
          : Buffer.from(good)
      if (index % 2 === 1) {
        for (let change = 0; change < 4; change += 1) {
          packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256)
        }
      }
      const cut = random() < 0.3 ? packet.subarray(0, Math.floor(random() * packet.length)) : packet
      socket.send(cut, port, host)
      stream.write(cut)
      if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    // Where the flood has filled the system's buffers, a packet may be lost: it is asked again.
    const heard = async (transport: 'udp' | 'tcp') => (await ask(server.address, PRODUCTION, { transport }))?.addresses
    await expect.poll(() => heard('udp'), { timeout: 10_000 }).toEqual(BLUE_ADDRESSES)
    await expect.poll(() => heard('tcp'), { timeout: 10_000 }).toEqual(BLUE_ADDRESSES)
    expect(answers).toBeGreaterThan(200)
    socket.close()
    stream.destroy()
  })

  it('answers several queries of one TCP connection in their order', async () => {
    const { host, port } = split(server.address)
    const socket = connect(port, host)
    const queries = [1, 2, 3].map((id) => {
      const query = encode({ id, questions: [{ type: 'A', name: PRODUCTION }] })
      return Buffer.concat([Buffer.from([0, query.length]), query])
    })
    socket.write(Buffer.concat(queries))
    const ids: number[] = []
    let received = Buffer.alloc(0)
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const end = 2 + received.readUInt16BE(0)
          ids.push(read(received.subarray(2, end)).packet.id ?? 0)
          received = received.subarray(end)
        }
        if (ids.length === 3) resolve()
      })
    })
    expect(ids).toEqual([1, 2, 3])
    socket.destroy()
  })
})
