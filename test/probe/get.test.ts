import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createProbe } from '../../electron/probe/get.ts'
import type { HttpAnswer } from '../../electron/release/world.ts'
import { closeAfterEach, http, listen, raw } from './servers.ts'

closeAfterEach()

async function getFrom(
  server: Server,
  path = '/',
  more: { timeoutMilliseconds?: number; https?: boolean } = {},
): Promise<HttpAnswer> {
  const port = await listen(server)
  const probe = createProbe({
    dial: async () => ({ host: '127.0.0.1', port }),
    timeoutMilliseconds: more.timeoutMilliseconds ?? 10_000,
  })
  return probe.get(
    { address: '198.51.100.7', host: 'shop.example', path, ...(more.https ? { https: true } : {}) },
    AbortSignal.timeout(20_000),
  )
}

describe('one request on a fresh connection', () => {
  it('sends the production name to the address it was given, and reads the answer', async () => {
    let seen: IncomingMessage | null = null
    const answer = await getFrom(
      http((request, response) => {
        seen = request
        response.setHeader('x-app-version', '1.5.0')
        response.setHeader('set-cookie', ['a=1', 'b=2'])
        response.end('grüezi')
      }),
      '/find?q=a b&ü',
    )
    expect(answer).toMatchObject({
      kind: 'answer',
      status: 200,
      address: '198.51.100.7',
      body: 'grüezi',
      bodySha256: createHash('sha256').update('grüezi').digest('hex'),
      headers: { 'x-app-version': '1.5.0', 'set-cookie': 'a=1, b=2' },
    })
    expect(seen).toMatchObject({ url: '/find?q=a%20b&%C3%BC', headers: { host: 'shop.example', connection: 'close' } })
  })

  it('takes a redirect for an answer and does not follow it', async () => {
    const answer = await getFrom(
      http((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
    )
    expect(answer).toMatchObject({ kind: 'answer', status: 302 })
  })

  it('stops reading an endless answer at one megabyte and keeps 64 KiB of text', async () => {
    const answer = await getFrom(
      http((_, response) => {
        const chunk = Buffer.alloc(64 * 1024, 'x')
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        }
        response.on('drain', more)
        more()
      }),
    )
    expect(answer).toMatchObject({
      kind: 'answer',
      bodySha256: createHash('sha256')
        .update(Buffer.alloc(1024 * 1024, 'x'))
        .digest('hex'),
    })
    expect(answer.kind === 'answer' ? answer.body.length : 0).toBe(64 * 1024)
  })

  it.each<[string, () => Server, RegExp]>([
    ['never answers', () => http(() => undefined), /No whole answer within 0\.3 s/],
    ['never accepts a word', () => raw(() => undefined), /No whole answer/],
    [
      'drips for ever',
      () => http((_, response) => void setInterval(() => response.write('.'), 20).unref()),
      /No whole answer/,
    ],
    ['hangs up', () => raw((socket) => socket.destroy()), /closed before the answer/],
    [
      'hangs up in the middle',
      () =>
        http((_, response) =>
          response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy()),
        ),
      /closed in the middle|closed before/,
    ],
    ['speaks no HTTP', () => raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n')), /not HTTP/],
    [
      'sends headers without end',
      () => raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)),
      /larger than anyone may send/,
    ],
  ])('a server that %s', async (_name, server, detail) => {
    const timeoutMilliseconds = `${detail}`.includes('No whole answer') ? 300 : 10_000
    const answer = await getFrom(server(), '/', { timeoutMilliseconds })
    expect(answer).toMatchObject({ kind: 'failure', address: '198.51.100.7', detail: expect.stringMatching(detail) })
  })

  it('says that a server does not speak TLS', async () => {
    const answer = await getFrom(
      http((_, response) => response.end()),
      '/',
      { https: true },
    )
    expect(answer).toMatchObject({ kind: 'failure', detail: expect.stringMatching(/does not speak TLS|closed before/) })
  })

  it('says where nothing listens', async () => {
    // The near end of a connection: nobody else gets its port, and nobody listens there.
    const near = connect(await listen(raw(() => undefined)), '127.0.0.1')
    await once(near, 'connect')
    const port = near.localPort ?? 0
    const refused = createProbe({ dial: async () => ({ host: '127.0.0.1', port }) })
    const unknown = createProbe({ dial: async () => null })
    const broken = createProbe({ dial: () => Promise.reject(new Error('no table')) })
    const wanted = { address: '198.51.100.7', host: 'shop.example', path: '/' }
    const signal = AbortSignal.timeout(20_000)
    expect(await refused.get(wanted, signal)).toMatchObject({
      kind: 'failure',
      detail: expect.stringMatching(/refused/),
    })
    near.destroy()
    expect(await unknown.get(wanted, signal)).toMatchObject({
      kind: 'failure',
      detail: expect.stringMatching(/Nothing answers at 198/),
    })
    expect(await broken.get(wanted, signal)).toMatchObject({ kind: 'failure', detail: 'no table' })
  })

  it.each([
    ['shop', 'shop.example', /not a path/],
    ['/', 'shop.example\r\nx: y', /not a host name/],
  ])('does not send %s to %j', async (path, host, detail) => {
    const answer = await createProbe().get({ address: '127.0.0.1', host, path }, AbortSignal.timeout(20_000))
    expect(answer).toMatchObject({ kind: 'failure', detail: expect.stringMatching(detail) })
  })

  it('ends with the reason when it is called off', async () => {
    const port = await listen(http(() => undefined))
    const calledOff = new AbortController()
    setTimeout(() => calledOff.abort(new Error('left')), 20)
    const asked = createProbe({ dial: async () => ({ host: '127.0.0.1', port }) }).get(
      { address: '198.51.100.7', host: 'shop.example', path: '/' },
      calledOff.signal,
    )
    await expect(asked).rejects.toThrow('left')
  })
})
