import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { createServer as createOlderServer, type Server } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { decode, encode } from 'dns-packet'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lineTo } from '../../electron/dns/https-line.ts'
import { createDns, type DnsOptions } from '../../electron/dns/panel.ts'
import { createCertificateAuthority } from '../../electron/practice/server/network/certificate-authority.ts'
import { a, FAIRLY_PATIENT, HASTY, PATIENT, reply, startLiar } from './liar.ts'

const authority = createCertificateAuthority(Date.now())
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

const trusted: DnsOptions = {
  certificateAuthority: authority.certificate,
  patience: PATIENT,
}
const hasty: DnsOptions = { ...trusted, patience: { ...HASTY, tries: 1 } }

function ask(address: string, options: DnsOptions = trusted) {
  const dns = createDns({ servers: [], ...options })
  return dns.ask({ name: 'asked', address, role: 'resolver' }, 'shop.example', AbortSignal.timeout(20_000))
}

const found = expect.objectContaining({ kind: 'addresses', addresses: ['192.0.2.1'] })

interface Told {
  readonly status?: number
  readonly type?: string
  readonly body: Buffer
  readonly location?: string
}

const soundly = (body: Buffer): Told => ({ body: encode(reply(decode(body), [a('shop.example', '192.0.2.1')])) })

type Speaks = 'HTTP/2 only' | 'HTTP/1.1 only' | 'both'

/** A resolver over HTTPS. Its answer may be null: it hangs. */
async function startSecure(answer: (body: Buffer) => Told | null, speaks: Speaks) {
  const seen = { methods: new Set<string>(), types: new Set<string>(), versions: new Set<string>(), connections: 0 }
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const respond = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      seen.methods.add(request.method)
      seen.types.add(request.headers['content-type'] ?? '')
      seen.versions.add(request.httpVersion)
      const told = answer(Buffer.concat(parts))
      if (told === null) return
      const { status = 200, type = 'application/dns-message', body, location } = told
      response.writeHead(status, { 'content-type': type, ...(location ? { location } : {}) })
      response.end(body)
    })
  }
  const certificate = authority.issue(['localhost'])
  const server: Server | ReturnType<typeof createSecureServer> =
    speaks === 'HTTP/1.1 only'
      ? createOlderServer(certificate, (request, response) =>
          respond(request as unknown as Http2ServerRequest, response as unknown as Http2ServerResponse),
        )
      : createSecureServer({ ...certificate, allowHTTP1: speaks === 'both' }, respond)
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  server.on('secureConnection', (socket: Socket) => {
    seen.connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const place = server.address()
  const port = typeof place === 'object' && place !== null ? place.port : 0
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  open.push({ close })
  return { address: `https://localhost:${port}/dns-query`, port, seen, sockets, sessions, close }
}

describe.each<[Speaks, string]>([
  ['HTTP/2 only', '2.0'],
  ['HTTP/1.1 only', '1.1'],
  ['both', '2.0'],
])('DNS over HTTPS with a server that speaks %s', (speaks, version) => {
  it('posts the question and reads the answer', async () => {
    const { address, seen } = await startSecure(soundly, speaks)
    expect(await ask(address)).toEqual(found)
    expect([...seen.methods, ...seen.types, ...seen.versions]).toEqual(['POST', 'application/dns-message', version])
  })

  it('keeps its connections for the next questions', async () => {
    const { address, seen } = await startSecure(soundly, speaks)
    await Promise.all(Array.from({ length: 8 }, () => ask(address)))
    for (let index = 0; index < 5; index += 1) await ask(address)
    expect(seen.connections).toBeLessThanOrEqual(version === '2.0' ? 1 : 4)
  })

  it('is not believed with a certificate that nobody trusts', async () => {
    const { address } = await startSecure(soundly, speaks)
    expect(await ask(address, { patience: PATIENT })).toMatchObject({
      kind: 'silent',
      detail: expect.stringMatching(/certificate is not trusted/),
    })
  })

  it.each<[string, (body: Buffer) => Told, RegExp]>([
    ['the page of a captive portal', () => ({ type: 'text/html', body: Buffer.from('<h1>Sign in') }), /text\/html/],
    ['a redirect', () => ({ status: 302, location: 'https://portal.example/', body: Buffer.alloc(0) }), /status 302/],
    ['a failure', () => ({ status: 500, body: Buffer.alloc(0) }), /status 500/],
    ['a megabyte', () => ({ body: Buffer.alloc(1_000_000, 1) }), /more than a DNS message/],
    [
      'an answer to another question',
      (body) => ({
        body: encode({
          ...reply(decode(body), [a('shop.example', '192.0.2.1')]),
          questions: [{ type: 'A', name: 'other.example', class: 'IN' }],
        }),
      }),
      /another question/,
    ],
    ['nothing', () => ({ body: Buffer.alloc(0) }), /another id/],
  ])('counts %s for nothing', async (_words, answer, detail) => {
    const { address } = await startSecure(answer, speaks)
    expect(await ask(address)).toMatchObject({ kind: 'malformed', detail: expect.stringMatching(detail) })
  })

  it('does not wait for ever, and begins anew where it heard nothing', async () => {
    let hangs = true
    const { address, seen } = await startSecure((body) => (hangs ? null : soundly(body)), speaks)
    expect(await ask(address, hasty)).toMatchObject({ kind: 'silent' })
    const before = seen.connections
    hangs = false
    expect(await ask(address)).toEqual(found)
    expect(seen.connections).toBeGreaterThan(before)
  })

  it('is asked in the way it speaks now, where another server stands in its place', async () => {
    const other = speaks === 'HTTP/2 only' ? 'HTTP/1.1 only' : 'HTTP/2 only'
    const [before, after] = [await startSecure(soundly, speaks), await startSecure(soundly, other)]
    let behind = before.port
    // The port stays taken meanwhile: another program might have it otherwise.
    const front = createServer((socket) => {
      const onward = connect(behind, 'localhost')
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        from.pipe(to)
        from.on('error', () => undefined)
        from.on('close', () => to.destroy())
      }
    })
    await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve))
    open.push({ close: () => new Promise((resolve) => front.close(() => resolve())) })
    const place = front.address()
    const address = `https://localhost:${typeof place === 'object' ? place?.port : 0}/dns-query`
    expect(await ask(address)).toEqual(found)
    behind = after.port
    await before.close()
    expect(await ask(address)).toEqual(found)
    expect([before.seen.connections, after.seen.connections].map((count) => count > 0)).toEqual([true, true])
  })

  it('leaves no connection open that nobody needs', async () => {
    const { address, port, sockets, seen } = await startSecure(soundly, speaks)
    lineTo('localhost', port, authority.certificate, 100)
    expect(await ask(address)).toEqual(found)
    expect(seen.connections).toBeGreaterThan(0)
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 15_000 })
    expect(await ask(address)).toEqual(found)
  })

  it('ends with the one who asked', async () => {
    const { address, sockets } = await startSecure(() => null, speaks)
    const dns = createDns({ servers: [], ...trusted })
    const asking = dns.ask({ name: 'asked', address, role: 'resolver' }, 'shop.example', AbortSignal.timeout(200))
    await expect(asking).rejects.toThrow(/timeout/)
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 15_000 })
  })
})

describe('a session of HTTP/2', () => {
  it('is replaced where the server sends it away', async () => {
    const { address, sessions, sockets, seen } = await startSecure(soundly, 'HTTP/2 only')
    expect(await ask(address)).toEqual(found)
    for (const session of sessions) session.close()
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 15_000 })
    expect(await ask(address)).toEqual(found)
    expect(seen.connections).toBe(2)
  })

  it.each<[string, (session: ServerHttp2Session) => void]>([
    ['is sent away', (session) => session.goaway(0, 0)],
    ['is sent away in anger', (session) => session.goaway(11)],
    ['breaks off', (session) => session.destroy()],
  ])('that %s in the middle of a question: it is asked again', async (_words, end) => {
    let first = true
    const server = await startSecure((body) => {
      if (!first) return soundly(body)
      setImmediate(() => {
        for (const session of server.sessions) end(session)
        first = false
      })
      return null
    }, 'HTTP/2 only')
    expect(await ask(server.address, { ...trusted, patience: FAIRLY_PATIENT })).toEqual(found)
  })

  it('that was opened for one who left is closed, also in the middle of the handshake', async () => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.resume()
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) })
    const place = server.address()
    const begun = performance.now()
    const address = `https://127.0.0.1:${typeof place === 'object' ? place?.port : 0}/dns-query`
    expect(await ask(address, hasty)).toMatchObject({ kind: 'silent' })
    expect(performance.now() - begun).toBeLessThan(8_000)
    await vi.waitFor(() => expect(sockets.size).toBe(0), { timeout: 15_000 })
  })

  it('counts an answer that drips for nothing, and one that ends early', async () => {
    const slow = createSecureServer(authority.issue(['localhost']))
    let last: Socket | undefined
    slow.on('connection', (socket: Socket) => {
      last = socket
    })
    slow.on('stream', (stream, headers) => {
      stream.on('error', () => undefined)
      stream.respond({ ':status': 200, 'content-type': 'application/dns-message' })
      if (headers[':path'] === '/early') {
        stream.write(Buffer.alloc(20))
        setTimeout(() => last?.destroy(), 20)
        return
      }
      const timer = setInterval(() => stream.write(Buffer.from([1])), 20)
      stream.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((resolve) => slow.listen(0, 'localhost', resolve))
    open.push({ close: () => new Promise((resolve) => slow.close(() => resolve())) })
    const place = slow.address()
    const origin = `https://localhost:${typeof place === 'object' ? place?.port : 0}`
    expect(await ask(`${origin}/drip`, hasty)).toMatchObject({ kind: 'silent' })
    expect(await ask(`${origin}/early`)).toEqual({
      kind: 'silent',
      detail: 'Over HTTPS: The connection was closed without a whole answer',
    })
    await wait(50)
  })
})

describe('where port 53 is closed', () => {
  it('HTTPS stands in, and at once from then on', async () => {
    const closed = await startLiar(() => [])
    open.push(closed)
    const { address } = await startSecure(soundly, 'HTTP/2 only')
    const dns = createDns({
      ...trusted,
      servers: [],
      patience: { ...FAIRLY_PATIENT, tries: 1 },
      overHttps: { [closed.address]: address },
    })
    const server = { name: 'public', address: closed.address, role: 'resolver' } as const
    expect(await dns.ask(server, 'shop.example', AbortSignal.timeout(20_000))).toEqual(found)
    const asked = closed.questions.length
    expect(await dns.ask(server, 'shop.example', AbortSignal.timeout(20_000))).toEqual(found)
    expect(closed.questions).toHaveLength(asked)
  })
})
