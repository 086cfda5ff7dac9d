import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'

const closing: (() => Promise<unknown>)[] = []

/** Closes what a test has left listening. */
export function closeAfterEach(): void {
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()))
  })
}

/** Listens on loopback until the test is over, and answers the port. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve))
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

export const http = (listener: RequestListener): Server => createServer(listener)
export const raw = (onConnection: (socket: Socket) => void): Server => createTcpServer(onConnection)
