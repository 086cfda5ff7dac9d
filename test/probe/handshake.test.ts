import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createCertificateAuthority } from '../../electron/practice/server/network/certificate-authority.ts'
import { createProbe } from '../../electron/probe/get.ts'
import type { TlsAnswer } from '../../electron/release/outside.ts'

const authority = createCertificateAuthority(Date.now())
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function tls(names: readonly string[]): Server {
  const server = createTlsServer({ ...authority.issue(names) })
  server.on('tlsClientError', () => undefined)
  return server
}

async function shake(
  server: Server | null,
  serverName = 'www.shop.example',
  more: { readonly ca?: string; readonly timeoutMilliseconds?: number } = { ca: authority.certificate },
): Promise<TlsAnswer> {
  const port = server === null ? null : await listen(server)
  const probe = createProbe({
    dial: async () => (port === null ? null : { host: '127.0.0.1', port }),
    timeoutMilliseconds: more.timeoutMilliseconds ?? 10_000,
    ...(more.ca === undefined ? {} : { certificateAuthority: more.ca }),
  })
  return probe.handshake({ address: '198.51.100.7', serverName }, AbortSignal.timeout(20_000))
}

describe('a TLS handshake', () => {
  it('tells a certificate that is valid for the name', async () => {
    expect(await shake(tls(['shop.example', '*.shop.example']))).toMatchObject({
      kind: 'certificate',
      isValid: true,
      fault: '',
      names: ['shop.example', '*.shop.example'],
      validUntil: expect.any(Number),
    })
  })

  it('sends the name it was given', async () => {
    const names: string[] = []
    const server = createTlsServer({
      ...authority.issue(['shop.example']),
      SNICallback: (name, answer) => {
        names.push(name)
        answer(null)
      },
    })
    await shake(server, 'shop.example')
    expect(names).toEqual(['shop.example'])
  })

  it.each<[string, string | undefined, string, RegExp]>([
    ['is for another name', authority.certificate, 'shop.example.org', /for another name/],
    ['is for a name below', authority.certificate, 'a.b.shop.example', /for another name/],
    [
      'comes from an authority that nobody trusts',
      undefined,
      'www.shop.example',
      /does not trust|self-signed|authority/,
    ],
    [
      'comes from another authority',
      createCertificateAuthority(0).certificate,
      'www.shop.example',
      /does not trust|not valid/,
    ],
  ])('tells one that %s', async (_words, ca, name, fault) => {
    const found = await shake(tls(['*.shop.example']), name, ca === undefined ? {} : { ca })
    expect(found).toMatchObject({ kind: 'certificate', isValid: false, fault: expect.stringMatching(fault) })
  })

  it.each<[string, () => Server | null]>([
    ['nothing listens', () => null],
    ['it speaks HTTP only', () => createHttpServer((_, response) => response.end('hello'))],
    ['it hangs up', () => createTcpServer((socket) => socket.destroy())],
    ['it says something else', () => createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))],
  ])('says that there is none where %s', async (_words, server) => {
    expect((await shake(server())).kind).toBe('none')
  })

  it('gives up where nothing is said', async () => {
    const silent = createTcpServer(() => undefined)
    expect(await shake(silent, 'www.shop.example', { timeoutMilliseconds: 200 })).toMatchObject({
      kind: 'failure',
      detail: expect.stringContaining('0.2 s'),
    })
  })

  it('asks for no name that is none', async () => {
    expect((await shake(tls(['a.example']), 'no name')).kind).toBe('failure')
  })
})
