import type { Server, Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { createProbe } from '../../electron/probe/get.ts'
import type { KeptConnection } from '../../electron/release/world.ts'
import { closeAfterEach, http, listen, raw } from './servers.ts'

closeAfterEach()

const signal = AbortSignal.timeout(60_000)

async function keepAt(server: Server) {
  const port = await listen(server)
  const seen = { connections: 0, sockets: new Set<Socket>(), dials: 0 }
  server.on('connection', (socket: Socket) => {
    seen.connections += 1
    seen.sockets.add(socket)
    socket.on('close', () => seen.sockets.delete(socket))
  })
  const probe = createProbe({
    dial: async () => {
      seen.dials += 1
      return { host: '127.0.0.1', port }
    },
    timeoutMilliseconds: 10_000,
  })
  const kept = probe.keep({ address: '198.51.100.7', host: 'shop.example', path: '/' })
  return { kept, seen, server }
}

const statusOf = async (kept: KeptConnection) => {
  const answer = await kept.get(signal)
  return answer?.kind === 'answer' ? answer.status : answer
}
/** Until the server sees that both sides are done with each connection. */
const closed = ({ sockets }: { readonly sockets: ReadonlySet<Socket> }) =>
  vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 10_000 })

describe('a connection that is kept', () => {
  it('is one connection for all its requests, whatever the name says meanwhile', async () => {
    const { kept, seen } = await keepAt(http((request, response) => response.end(request.headers.host)))
    for (let request = 0; request < 20; request += 1) {
      expect(await kept.get(signal)).toMatchObject({
        kind: 'answer',
        status: 200,
        body: 'shop.example',
        address: '198.51.100.7',
      })
    }
    expect(seen).toMatchObject({ connections: 1, dials: 1 })
    kept.close()
    await closed(seen)
    expect(await kept.get(signal)).toBeNull()
  })

  it('is over once the server closes it between two answers, and asks nothing then', async () => {
    let requests = 0
    const { kept, seen } = await keepAt(
      http((_, response) => {
        requests += 1
        response.end()
      }),
    )
    expect(await statusOf(kept)).toBe(200)
    for (const socket of seen.sockets) socket.end()
    await closed(seen)
    expect(await kept.get(signal)).toBeNull()
    expect(await kept.get(signal)).toBeNull()
    expect([requests, seen.connections]).toEqual([1, 1])
  })

  it('is over, and no failure, where the server resets it at the moment of the next request', async () => {
    let isFirst = true
    const { kept } = await keepAt(
      raw((socket) =>
        socket.on('data', () => {
          if (isFirst) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
          else socket.resetAndDestroy()
          isFirst = false
        }),
      ),
    )
    expect(await statusOf(kept)).toBe(200)
    expect(await kept.get(signal)).toBeNull()
  })

  it('is over after an answer that says so', async () => {
    const { kept } = await keepAt(
      http((_, response) => {
        response.setHeader('connection', 'close')
        response.end()
      }),
    )
    expect(await statusOf(kept)).toBe(200)
    expect(await kept.get(signal)).toBeNull()
  })

  it('is over when the server lets it stand idle no longer', async () => {
    const server = http((_, response) => response.end())
    Object.assign(server, { keepAliveTimeout: 30 })
    const { kept } = await keepAt(server)
    expect(await statusOf(kept)).toBe(200)
    await until(async () => (await kept.get(signal)) === null)
  })

  it('tells a failure in the middle of an answer, and is over then', async () => {
    let requests = 0
    const { kept } = await keepAt(
      http((_, response) => {
        requests += 1
        if (requests === 1) response.end()
        else response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
      }),
    )
    expect(await statusOf(kept)).toBe(200)
    expect(await kept.get(signal)).toMatchObject({ kind: 'failure' })
    expect(await kept.get(signal)).toBeNull()
  })

  it('ends with the reason when it is called off, and leaves nothing open', async () => {
    const arrived = Promise.withResolvers<void>()
    const { kept, seen } = await keepAt(http(() => arrived.resolve()))
    const off = new AbortController()
    const asked = kept.get(off.signal)
    await arrived.promise
    off.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await closed(seen)
    expect(await kept.get(signal)).toBeNull()
  })
})

/** Asks now and then, since nobody says when a server lets go. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (await holds()) return
  }
  throw new Error('It never came to that')
}
