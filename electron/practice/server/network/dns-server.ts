import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { encodeError, encodeReply, type Query, type Reply, readQuery } from './message.ts'

/** A DNS server on loopback, UDP and TCP on one port. */
export interface DnsServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string
  close(): Promise<void>
}

/** Answers one query; `undefined` leaves the client waiting. */
export type Answerer = (query: Query) => Reply | undefined

const HOST = '127.0.0.1'
const IDLE_MILLISECONDS = 10_000
const PORT_ATTEMPTS = 50

/** Starts a DNS server on a free port; malformed packets get FORMERR or no answer and never end it. */
export async function startDnsServer(answer: Answerer): Promise<DnsServer> {
  const reply = (packet: Buffer, transport: 'udp' | 'tcp') => replyTo(packet, transport, answer)
  for (let attempt = 1; ; attempt += 1) {
    const datagrams = await bindDatagrams(reply)
    const port = datagrams.address().port
    const connections = new Set<Socket>()
    const streams = createServer((socket) => serveStream(socket, connections, reply))
    try {
      await listen(streams, port)
    } catch (error) {
      datagrams.close()
      // Another process may hold the same number for TCP: a new pair is tried.
      if (attempt >= PORT_ATTEMPTS) throw error
      continue
    }
    return { address: `${HOST}:${port}`, close: () => closeAll(datagrams, streams, connections) }
  }
}

function replyTo(packet: Buffer, transport: 'udp' | 'tcp', answer: Answerer): Buffer | undefined {
  const received = readQuery(packet)
  if (received.kind === 'ignored') return undefined
  if (received.kind === 'refused') return encodeError(received)
  const reply = answer(received.query)
  return reply === undefined ? undefined : encodeReply(received.query, reply, transport)
}

async function bindDatagrams(reply: (packet: Buffer, transport: 'udp') => Buffer | undefined): Promise<DatagramSocket> {
  const socket = createSocket('udp4')
  socket.on('message', (packet, remote) => {
    const answer = reply(packet, 'udp')
    // The sender may be gone, or have claimed port 0: its loss.
    if (answer !== undefined && remote.port > 0) socket.send(answer, remote.port, remote.address, () => undefined)
  })
  socket.bind(0, HOST)
  await once(socket, 'listening')
  socket.on('error', () => undefined)
  return socket
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, HOST)
  await once(server, 'listening')
  server.on('error', () => undefined)
}

/** Messages over TCP carry their length in two bytes before them (RFC 1035 section 4.2.2). */
function serveStream(
  socket: Socket,
  connections: Set<Socket>,
  reply: (packet: Buffer, transport: 'tcp') => Buffer | undefined,
): void {
  let pending: Buffer = Buffer.alloc(0)
  connections.add(socket)
  socket.on('close', () => connections.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.setTimeout(IDLE_MILLISECONDS, () => socket.destroy())
  socket.on('drain', () => socket.resume())
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      const answer = reply(pending.subarray(2, end), 'tcp')
      pending = pending.subarray(end)
      if (answer === undefined) continue
      const length = Buffer.alloc(2)
      length.writeUInt16BE(answer.length)
      // A client that asks without reading is not read on until it does.
      if (!socket.write(Buffer.concat([length, answer]))) socket.pause()
    }
  })
}

async function closeAll(datagrams: DatagramSocket, streams: Server, connections: ReadonlySet<Socket>): Promise<void> {
  for (const socket of connections) socket.destroy()
  await Promise.all([
    new Promise<void>((resolve) => datagrams.close(() => resolve())),
    new Promise<void>((resolve) => streams.close(() => resolve())),
  ])
}
