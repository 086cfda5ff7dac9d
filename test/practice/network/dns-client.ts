import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { type DecodedPacket, decode, encode, type OptAnswer, type Packet, RECURSION_DESIRED } from 'dns-packet'

/** What a test looks at in an answer. */
export interface Heard {
  readonly packet: DecodedPacket
  readonly code: number
  readonly addresses: readonly string[]
  readonly ttl: number | undefined
  readonly bytes: number
}

export const EDNS: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
}

// Where an answer is expected, waiting for it costs nothing.
const PATIENCE_MILLISECONDS = 10_000

/** Asks over UDP, or TCP, and reads the answer; `undefined` when none comes in `patienceMilliseconds`. */
export async function ask(
  server: string,
  name: string,
  options: {
    readonly type?: 'A' | 'AAAA' | 'CNAME' | 'SOA' | 'NS' | 'MX' | 'AXFR'
    readonly transport?: 'udp' | 'tcp'
    readonly packet?: Packet
    readonly patienceMilliseconds?: number
  } = {},
): Promise<Heard | undefined> {
  const query = encode({
    type: 'query',
    id: 4711,
    flags: RECURSION_DESIRED,
    questions: [{ type: options.type ?? 'A', name }],
    ...options.packet,
  })
  const send = options.transport === 'tcp' ? exchangeTcp : exchangeUdp
  const reply = await send(server, query, options.patienceMilliseconds ?? PATIENCE_MILLISECONDS)
  return reply === undefined ? undefined : read(reply)
}

export function read(reply: Buffer): Heard {
  const packet = decode(reply)
  const answers = packet.answers ?? []
  const first = answers[0]
  return {
    packet,
    code: (packet.flags ?? 0) & 15,
    addresses: answers.flatMap((answer) => (answer.type === 'A' ? [answer.data] : [])).toSorted(),
    ttl: first !== undefined && 'ttl' in first ? first.ttl : undefined,
    bytes: reply.length,
  }
}

export function exchangeUdp(server: string, query: Buffer, patienceMilliseconds: number): Promise<Buffer | undefined> {
  const { host, port } = split(server)
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const end = (reply: Buffer | undefined) => {
      clearTimeout(timer)
      socket.close()
      resolve(reply)
    }
    const timer = setTimeout(() => end(undefined), patienceMilliseconds)
    socket.once('message', end)
    socket.send(query, port, host)
  })
}

function exchangeTcp(server: string, query: Buffer, patienceMilliseconds: number): Promise<Buffer | undefined> {
  const { host, port } = split(server)
  return new Promise((resolve) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(query.length)
    const socket = connect(port, host)
    let received = Buffer.alloc(0)
    const end = (reply: Buffer | undefined) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(() => end(undefined), patienceMilliseconds)
    socket.on('error', () => end(undefined))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) end(received.subarray(2))
    })
    // In two pieces, as a slow network would.
    socket.write(Buffer.concat([length, query.subarray(0, 5)]))
    setTimeout(() => socket.write(query.subarray(5)), 5)
  })
}

export function split(server: string): { readonly host: string; readonly port: number } {
  const [host = '', port = ''] = server.split(':')
  return { host, port: Number(port) }
}
