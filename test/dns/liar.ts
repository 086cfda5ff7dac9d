import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
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
import type { Patience } from '../../electron/dns/exchange.ts'

/** Of one who asks a server that answers: a computer that is busy may take its time over it. */
export const PATIENT: Patience = { tryMilliseconds: 5_000, tries: 2 }
/** Of one who asks a server that does not answer one way, and does the other. */
export const FAIRLY_PATIENT: Patience = { tryMilliseconds: 1_000, tries: 2 }
/** Of one who asks a server that is silent anyway. */
export const HASTY: Patience = { tryMilliseconds: 150, tries: 2 }

/** What a server of the test does with a question; nothing returned: silence. */
export type Behaviour = (query: DecodedPacket, transport: 'udp' | 'tcp') => readonly (Packet | Buffer)[]

export interface Liar {
  readonly address: string
  readonly port: number
  readonly questions: string[]
  /** Where the datagrams came from. */
  readonly ports: number[]
  close(): Promise<void>
}

/** A name server on loopback, UDP and TCP on one port, that does as it is told. */
export async function startLiar(
  behaviour: Behaviour,
  where: {
    readonly host?: string
    readonly port?: number
    readonly udpOnly?: boolean
    readonly tcpOnly?: boolean
    readonly delayMilliseconds?: number
  } = {},
): Promise<Liar> {
  const { host = '127.0.0.1', delayMilliseconds = 0 } = where
  const timers: NodeJS.Timeout[] = []
  const questions: string[] = []
  const ports: number[] = []
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined)
    if (where.udpOnly === true) {
      socket.destroy()
      return
    }
    socket.on('data', (bytes) => {
      const query = decode(bytes.subarray(2))
      questions.push(`tcp ${described(query)}`)
      if (delayMilliseconds > 0) return
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
  const udp = await listen(tcp, where.port ?? 0, host)
  const { port } = udp.address()
  udp.on('message', (bytes: Buffer, from: RemoteInfo) => {
    if (where.tcpOnly === true) return
    const query = decode(bytes)
    ports.push(from.port)
    questions.push(`udp ${described(query)}`)
    const replies = behaviour(query, 'udp').map((reply) => (Buffer.isBuffer(reply) ? reply : encode(reply)))
    const send = (): void => {
      for (const reply of replies) udp.send(reply, from.port, from.address)
    }
    if (delayMilliseconds === 0) send()
    else timers.push(setTimeout(send, delayMilliseconds))
  })
  return {
    address: `${host}:${port}`,
    port,
    questions,
    ports,
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ])
    },
  }
}

/** Listens with both on one port. Where any will do, one that is free for datagrams may be taken for connections. */
async function listen(tcp: Server, port: number, host: string): Promise<Socket> {
  for (;;) {
    const udp = createSocket('udp4').bind(port, host)
    await once(udp, 'listening')
    try {
      await once(tcp.listen(udp.address().port, host), 'listening')
      return udp
    } catch (thrown) {
      udp.close()
      if (port !== 0) throw thrown
    }
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
