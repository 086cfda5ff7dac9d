import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { encode, RECURSION_DESIRED } from 'dns-packet'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom, type Random } from '../../../electron/practice/model/random.ts'
import { ask } from '../network/dns-client.ts'
import { type Practice, startPractice } from '../start-practice.ts'

const PER_TRANSPORT = 5_000
const BATCH = 50
const PATIENCE_MILLISECONDS = 15_000
const NAME = 'shop.eu-central-1.elasticbeanstalk.com'

let practice: Practice

beforeAll(async () => {
  practice = await startPractice({ users: false, seed: 8 })
})

// It also throws when the process had not ended cleanly, or had complained.
afterAll(async () => {
  await practice.stop()
})

/** `silence`: what must not be answered, or two servers could answer each other for ever. */
type Expected = 'error' | 'anything' | 'silence'
type Malformation = readonly [Expected, (random: Random, id: number) => Buffer]

const MALFORMATIONS: readonly Malformation[] = [
  // No question, or more than one.
  ['error', (random, id) => changed(good(id), (packet) => packet.writeUInt16BE(2 + random.below(60_000), 4))],
  ['error', (_random, id) => changed(good(id), (packet) => packet.writeUInt16BE(0, 4))],
  // An opcode that nobody here speaks.
  ['error', (random, id) => changed(good(id), (packet) => packet.writeUInt16BE((1 + random.below(15)) << 11, 2))],
  // A question that ends too early.
  ['error', (random, id) => cut(good(id), 12 + random.below(good(id).length - 12))],
  // Labels of a kind that does not exist, or longer than the packet.
  ['error', (random, id) => changed(good(id), (packet) => packet.writeUInt8(64 + random.below(192), 12))],
  // A name that points at itself.
  ['error', (_random, id) => changed(good(id), (packet) => packet.writeUInt16BE(0xc00c, 12))],
  // A name longer than 255 bytes.
  [
    'error',
    (random, id) =>
      question(
        id,
        Array.from({ length: 5 + random.below(200) }, () => random.text(63)),
      ),
  ],
  // Records that are announced and not there, or are cut off.
  [
    'error',
    (random, id) =>
      changed(good(id), (packet) => packet.writeUInt16BE(1 + random.below(65_000), 6 + 2 * random.below(3))),
  ],
  ['error', (random, id) => withRecord(id, Buffer.from(random.text(1 + random.below(10)), 'latin1'))],
  // Two OPT records.
  ['error', (_random, id) => withRecord(id, Buffer.concat([OPT, OPT]), 2)],
  // A class of no network, a zone transfer.
  [
    'error',
    (random, id) => changed(good(id), (packet) => packet.writeUInt16BE(2 + random.below(200), packet.length - 2)),
  ],
  [
    'error',
    (random, id) => changed(good(id), (packet) => packet.writeUInt16BE(251 + random.below(2), packet.length - 4)),
  ],
  // Answers, and less than a header.
  ['silence', (random, id) => changed(good(id), (packet) => packet.writeUInt16BE(0x8000 | random.below(0x8000), 2))],
  ['silence', (random, id) => cut(good(id), random.below(12))],
  // Whatever.
  ['anything', (random, id) => changed(noise(random, 12 + random.below(600)), (packet) => packet.writeUInt16BE(id, 0))],
  ['anything', (random, id) => scratched(random, good(id), id)],
]

it('answers 5,000 malformed packets over UDP with an error each, or not at all where it must not', {
  timeout: 60_000,
}, async () => {
  const random = createRandom(31)
  const servers = [practice.dns.authoritative, ...practice.dns.resolvers.map(({ address }) => address)]
  const socket = createSocket('udp4')
  const codes = new Map<number, number>()
  socket.on('message', (reply) => {
    expect(reply.readUInt16BE(2) & 0x8000).toBe(0x8000)
    codes.set(reply.readUInt16BE(0), reply.readUInt16BE(2) & 15)
  })
  const wrong: string[] = []
  for (let sent = 0; sent < PER_TRANSPORT; sent += BATCH) {
    const [host = '', port = ''] = (servers[(sent / BATCH) % servers.length] ?? '').split(':')
    const batch = Array.from({ length: BATCH }, (_, index) => malformed(random, sent + index + 1))
    for (const { packet } of batch) socket.send(packet, Number(port), host)
    const awaited = batch.filter(({ expected }) => expected === 'error')
    await until(() => awaited.every(({ id }) => codes.has(id)))
    for (const { expected, id, packet } of batch)
      if (!fits(expected, codes.get(id))) wrong.push(tell(expected, packet, codes.get(id)))
  }
  socket.close()
  expect(wrong).toEqual([])
  await everyServerAnswers(servers)
})

it('answers 5,000 malformed messages over TCP with an error each, in their order', { timeout: 60_000 }, async () => {
  const random = createRandom(32)
  const servers = [practice.dns.authoritative, ...practice.dns.resolvers.map(({ address }) => address)]
  const wrong: string[] = []
  for (let sent = 0; sent < PER_TRANSPORT; sent += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => malformed(random, sent + index + 1))
    const bytes = Buffer.concat(batch.flatMap(({ packet }) => [lengthOf(packet), packet]))
    const codes = await exchange(servers[(sent / BATCH) % servers.length] ?? '', inPieces(random, bytes), batch)
    for (const { expected, id, packet } of batch)
      if (!fits(expected, codes.get(id))) wrong.push(tell(expected, packet, codes.get(id)))
  }
  expect(wrong).toEqual([])
  // Streams that promise more than they send, and then nothing.
  await Promise.all(servers.map((server) => exchange(server, [Buffer.from([0xff, 0xff]), noise(random, 3_000)], [])))
  await everyServerAnswers(servers)
})

interface Sent {
  readonly id: number
  readonly expected: Expected
  readonly packet: Buffer
}

function malformed(random: Random, id: number): Sent {
  const [expected, make] = MALFORMATIONS[random.below(MALFORMATIONS.length)] ?? ['silence', () => Buffer.alloc(0)]
  return { id, expected, packet: make(random, id) }
}

function fits(expected: Expected, code: number | undefined): boolean {
  if (expected === 'anything') return true
  return expected === 'silence' ? code === undefined : code !== undefined && code !== 0
}

function tell(expected: Expected, packet: Buffer, code: number | undefined): string {
  return `${expected}: ${packet.toString('hex').slice(0, 120)} got ${code}`
}

async function everyServerAnswers(servers: readonly string[]): Promise<void> {
  for (const server of servers) {
    for (const transport of ['udp', 'tcp'] as const) {
      expect((await ask(server, NAME, { transport }))?.addresses).toHaveLength(2)
    }
  }
}

async function until(isReached: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS
  while (!isReached() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Sends the pieces over one connection, closes its side, and answers the codes by id. */
async function exchange(
  server: string,
  pieces: readonly Buffer[],
  batch: readonly Sent[],
): Promise<ReadonlyMap<number, number>> {
  const [host = '', port = ''] = server.split(':')
  const socket = connect(Number(port), host)
  const codes = new Map<number, number>()
  let received = Buffer.alloc(0)
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      codes.set(received.readUInt16BE(2), received.readUInt16BE(4) & 15)
      received = received.subarray(2 + received.readUInt16BE(0))
    }
  })
  for (const piece of pieces) socket.write(piece)
  const awaited = batch.filter(({ expected }) => expected === 'error')
  await until(() => awaited.every(({ id }) => codes.has(id)))
  socket.destroy()
  return codes
}

const OPT = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0])

function good(id: number): Buffer {
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type: 'A', name: NAME }] })
}

function question(id: number, labels: readonly string[]): Buffer {
  const name = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  return Buffer.concat([good(id).subarray(0, 12), ...name, Buffer.from([0, 0, 1, 0, 1])])
}

function withRecord(id: number, record: Buffer, count = 1): Buffer {
  return changed(Buffer.concat([good(id), record]), (packet) => packet.writeUInt16BE(count, 10))
}

function changed(packet: Buffer, change: (packet: Buffer) => unknown): Buffer {
  change(packet)
  return packet
}

function cut(packet: Buffer, length: number): Buffer {
  return packet.subarray(0, length)
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}

function scratched(random: Random, packet: Buffer, id: number): Buffer {
  for (let change = 0; change < 4; change += 1) packet[random.below(packet.length)] = random.below(256)
  packet.writeUInt16BE(id, 0)
  return packet
}

function lengthOf(packet: Buffer): Buffer {
  return changed(Buffer.alloc(2), (bytes) => bytes.writeUInt16BE(packet.length))
}

function inPieces(random: Random, bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + random.below(2_000)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}
