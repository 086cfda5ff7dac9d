import { createSocket, type RemoteInfo } from 'node:dgram'
import { createServer } from 'node:net'
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet'

/** What a server of the test does with a question; nothing returned: silence. */
export type Behaviour = (query: DecodedPacket, transport: 'udp' | 'tcp') => readonly (Packet | Buffer)[]

export interface Liar {
  readonly address: string
  readonly questions: string[]
  close(): Promise<void>
}

/** A name server on loopback, UDP and TCP on one port, that does as it is told. */
export async function startLiar(behaviour: Behaviour): Promise<Liar> {
  const questions: string[] = []
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      const query = decode(bytes.subarray(2))
      questions.push(`tcp ${described(query)}`)
      for (const reply of behaviour(query, 'tcp')) {
        const packet = Buffer.isBuffer(reply) ? reply : encode(reply)
        const length = Buffer.alloc(2)
        length.writeUInt16BE(packet.length)
        // In two pieces, as a slow network would bring it.
        socket.write(Buffer.concat([length, packet.subarray(0, 5)]))
        setTimeout(() => socket.end(packet.subarray(5)), 5)
      }
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const address = tcp.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const udp = createSocket('udp4')
  udp.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const query = decode(bytes)
    questions.push(`udp ${described(query)}`)
    for (const reply of behaviour(query, 'udp'))
      udp.send(Buffer.isBuffer(reply) ? reply : encode(reply), from.port, from.address)
  })
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${port}`,
    questions,
    close: async () => {
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ])
    },
  }
}

/** The name that is asked for, in lower case: our questions come in mixed case. */
export function nameIn(query: DecodedPacket): string {
  return query.questions?.[0]?.name.toLowerCase() ?? ''
}

function described(query: DecodedPacket): string {
  return `${query.questions?.[0]?.type} ${nameIn(query)}`
}

/** A sound reply to a query. */
export function reply(
  query: DecodedPacket,
  answers: readonly Answer[],
  more: { responseCode?: number; flags?: number; authorities?: readonly Answer[] } = {},
): Packet {
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: (more.flags ?? RECURSION_AVAILABLE) | (more.responseCode ?? 0),
    questions: query.questions ?? [],
    answers: [...answers],
    authorities: [...(more.authorities ?? [])],
  }
}

export function a(name: string, data: string, ttl = 60): Answer {
  return { type: 'A', class: 'IN', name, data, ttl }
}

export function cname(name: string, data: string, ttl = 60): Answer {
  return { type: 'CNAME', class: 'IN', name, data, ttl }
}

export { AUTHORITATIVE_ANSWER, TRUNCATED_RESPONSE }
