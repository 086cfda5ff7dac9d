import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { exchange } from '../../electron/dns/exchange.ts'
import { createDns, type DnsOptions } from '../../electron/dns/panel.ts'
import { parseServerAddress } from '../../electron/dns/server-address.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'
import {
  AUTHORITATIVE_ANSWER,
  a,
  type Behaviour,
  FAIRLY_PATIENT,
  HASTY,
  type Liar,
  nameIn,
  PATIENT,
  reply,
  startLiar,
} from './liar.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function start(behaviour: Behaviour, where: Parameters<typeof startLiar>[1] = {}): Promise<Liar> {
  const liar = await startLiar(behaviour, where)
  open.push(liar)
  return liar
}

function ask(address: string, more: DnsOptions = {}, role: 'resolver' | 'authoritative' = 'resolver') {
  const dns = createDns({ servers: [], patience: PATIENT, ...more })
  return dns.ask({ name: 'asked', address, role }, 'shop.example', AbortSignal.timeout(20_000))
}

const sound: Behaviour = (query) => [reply(query, [a('shop.example', '192.0.2.1')])]
const found = expect.objectContaining({ kind: 'addresses', addresses: ['192.0.2.1'] })

/** The reply with its question's letters all small, as some servers send it. */
const forgetsCase: Behaviour = (query) => [
  {
    ...reply(query, [a('shop.example', '192.0.2.1')]),
    questions: (query.questions ?? []).map((question) => ({ ...question, name: nameIn(query) })),
  },
]

describe('a question', () => {
  it('goes out with a random id, from a random port, in random case, and with EDNS', async () => {
    const seen: { id: number; name: string; sizes: readonly number[] }[] = []
    const liar = await start((query) => {
      seen.push({
        id: query.id ?? 0,
        name: query.questions?.[0]?.name ?? '',
        sizes: (query.additionals ?? []).flatMap((each) => (each.type === 'OPT' ? [each.udpPayloadSize] : [])),
      })
      return sound(query, 'udp')
    })
    for (let index = 0; index < 20; index += 1) await ask(liar.address)
    expect(new Set(seen.map(({ id }) => id)).size).toBeGreaterThan(30)
    expect(new Set(liar.ports).size).toBeGreaterThan(20)
    expect(new Set(seen.map(({ name }) => name)).size).toBeGreaterThan(30)
    expect(new Set(seen.map(({ name }) => name.toLowerCase()))).toEqual(new Set(['shop.example']))
    expect(new Set(seen.flatMap(({ sizes }) => sizes))).toEqual(new Set([1232]))
  })

  it('is not answered by a reply in another case: the true one is waited for', async () => {
    const liar = await start((query) => [
      {
        ...reply(query, [a('shop.example', '203.0.113.66')]),
        questions: [{ type: 'A', name: swapCase(query.questions?.[0]?.name ?? ''), class: 'IN' }],
      },
      ...sound(query, 'udp'),
    ])
    expect(await ask(liar.address)).toEqual(found)
  })

  it('is believed over TCP where a server does not keep the case', async () => {
    const liar = await start(forgetsCase)
    expect(await ask(liar.address)).toEqual(found)
    expect(liar.questions).toContain('tcp A shop.example')
  })

  it('is asked without the game where a server keeps no case and has no TCP', async () => {
    const liar = await start(forgetsCase, { udpOnly: true })
    expect(await ask(liar.address)).toEqual(found)
    expect(liar.questions.filter((question) => question.startsWith('tcp'))).toEqual([])
  })
})

describe('both families', () => {
  const six = (query: Parameters<Behaviour>[0]) =>
    reply(query, [{ type: 'AAAA', class: 'IN', name: 'shop.example', data: '2001:db8::1', ttl: 30 }])
  const isSix = (query: Parameters<Behaviour>[0]): boolean => query.questions?.[0]?.type === 'AAAA'

  it('are both told, IPv4 first', async () => {
    const liar = await start((query) => (isSix(query) ? [six(query)] : sound(query, 'udp')))
    expect(await ask(liar.address)).toMatchObject({ addresses: ['192.0.2.1', '2001:db8::1'], ttlSeconds: 30 })
  })

  it('may be IPv6 alone', async () => {
    const liar = await start((query) => [isSix(query) ? six(query) : reply(query, [])])
    const answer = await ask(liar.address)
    expect(answer).toMatchObject({ kind: 'addresses', addresses: ['2001:db8::1'] })
    expect(answer).not.toHaveProperty('untold')
  })

  it.each<[string, Behaviour, RegExp]>([
    ['dropped', () => [], /No answer/],
    ['refused', (query) => [reply(query, [], { responseCode: 5 })], /refuses/],
    ['a failure', (query) => [reply(query, [], { responseCode: 2 })], /SERVFAIL/],
  ])('say so where one is %s', async (_words, behaviour, detail) => {
    const liar = await start((query, transport) =>
      isSix(query) ? behaviour(query, transport) : sound(query, transport),
    )
    expect(await ask(liar.address, { patience: FAIRLY_PATIENT })).toMatchObject({
      addresses: ['192.0.2.1'],
      untold: { family: 6, detail: expect.stringMatching(detail) },
    })
  })
})

describe('TCP', () => {
  it('reaches a server that UDP does not', async () => {
    const liar = await start(sound, { tcpOnly: true })
    expect(await ask(liar.address, { patience: FAIRLY_PATIENT })).toEqual(found)
  })

  it('is used at once where it is chosen', async () => {
    const liar = await start(sound)
    expect(await ask(`tcp://${liar.address}`)).toEqual(found)
    expect(liar.questions.every((question) => question.startsWith('tcp'))).toBe(true)
  })

  it.each<[string, (socket: Socket) => void, DnsAnswer['kind']]>([
    ['sends for ever', (socket) => drip(socket, 1, Buffer.alloc(16_384, 0xff)), 'malformed'],
    ['drips a byte at a time', (socket) => drip(socket, 20, Buffer.from([0xff])), 'silent'],
    ['says nothing', () => {}, 'silent'],
    ['hangs up', (socket) => socket.destroy(), 'silent'],
    ['hangs up in the middle', (socket) => socket.end(Buffer.from([0, 99, 1, 2, 3])), 'malformed'],
  ])('ends where the server %s', async (_words, behave, kind) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => behave(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) })
    const port = typeof address === 'object' ? address?.port : 0
    const begun = performance.now()
    const patience = kind === 'malformed' ? PATIENT : HASTY
    expect((await ask(`tcp://127.0.0.1:${port}`, { patience })).kind).toBe(kind)
    expect(performance.now() - begun).toBeLessThan(8_000)
  })
})

describe('what a server may do', () => {
  it('a message of 60,000 bytes is read like any other', async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => a('shop.example', `10.0.${index >> 8}.${index & 255}`))
    const liar = await start((query, transport) => [
      transport === 'tcp' ? reply(query, many) : { ...reply(query, []), flags: 512 },
    ])
    const answer = await ask(liar.address)
    expect(answer.kind === 'addresses' && answer.addresses.length).toBe(2_000)
  })

  it('an answer after the time-out counts for nothing', async () => {
    const liar = await start(sound, { delayMilliseconds: 400 })
    expect((await ask(liar.address, { patience: HASTY })).kind).toBe('silent')
    // The last of them may still be on its way.
    await vi.waitFor(() => expect(liar.questions.length).toBeGreaterThan(2), { timeout: 10_000 })
  })

  it('turns its addresses round: the set stays', async () => {
    let turn = 0
    const all = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const
    const liar = await start((query) => {
      turn += 1
      return [
        reply(
          query,
          all.map((_, index) => a('shop.example', all[(index + turn) % 3] ?? '')),
        ),
      ]
    })
    const [one, other] = [await ask(liar.address), await ask(liar.address)]
    expect(one).toMatchObject({ addresses: all })
    expect(other).toMatchObject({ addresses: all })
  })

  it('something that answers in place of a zone’s own server is told', async () => {
    const liar = await start(sound)
    const dns = createDns({ patience: PATIENT, systemResolvers: () => [], roots: [] })
    const server = { name: 'ns', address: liar.address, role: 'authoritative' } as const
    expect(await dns.ask(server, 'shop.example', AbortSignal.timeout(20_000))).toMatchObject({ kind: 'hijacked' })
    const honest = await start((query) => [
      reply(query, [a('shop.example', '192.0.2.1')], { flags: AUTHORITATIVE_ANSWER }),
    ])
    expect(await dns.ask({ ...server, address: honest.address }, 'shop.example', AbortSignal.timeout(20_000))).toEqual(
      found,
    )
  })
})

function drip(socket: Socket, milliseconds: number, part: Buffer): void {
  const timer = setInterval(() => socket.write(part), milliseconds)
  socket.on('close', () => clearInterval(timer))
}

function swapCase(name: string): string {
  return name.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

it('can be given up at any moment, also while its socket is being made', async () => {
  const liar = await start(sound)
  const unexpected: unknown[] = []
  const keep = (thrown: unknown) => unexpected.push(thrown)
  process.on('uncaughtException', keep)
  try {
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const over = new AbortController()
      const asked = exchange(parseServerAddress(liar.address), 'shop.example', 'A', over.signal, { patience: PATIENT })
      const given = asked.catch((thrown: unknown) => thrown)
      const later = (left: number): void => {
        if (left === 0) over.abort('given up')
        else process.nextTick(() => later(left - 1))
      }
      later(ticks)
      expect(['given up', expect.objectContaining({ kind: 'reply' })]).toContainEqual(await given)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  } finally {
    process.off('uncaughtException', keep)
  }
  expect(unexpected).toEqual([])
})
