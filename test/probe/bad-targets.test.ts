import type { Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createProbe } from '../../electron/probe/get.ts'
import { agreeFingerprint, whoAnswered } from '../../electron/release/fingerprint.ts'
import type { Fingerprint, HttpAnswer } from '../../electron/release/world.ts'
import { closeAfterEach, http, listen, raw } from './servers.ts'

closeAfterEach()

const MEBIBYTE = 1024 * 1024
const GREEN = '198.51.100.7'
const SETS = { blue: ['198.51.100.1'], green: [GREEN] }

/** What was agreed on from the true pages, in each way there is; a bad target answers at an address of green. */
const page = (version: string, body: string, address: string): HttpAnswer => ({
  kind: 'answer',
  status: 200,
  headers: version === '' ? {} : { 'x-app-version': version },
  bodySha256: body,
  body: '',
  milliseconds: 1,
  address,
})
const twice = (one: HttpAnswer): readonly HttpAnswer[] => [one, one]
const agreed: readonly Fingerprint[] = [
  agreeFingerprint(twice(page('1', 'a', '198.51.100.1')), twice(page('2', 'a', GREEN))),
  agreeFingerprint(twice(page('', 'a', '198.51.100.1')), twice(page('', 'b', GREEN))),
  agreeFingerprint(twice(page('', 'a', '198.51.100.1')), twice(page('', 'a', GREEN))),
]

const isV6 = await listenOnV6()

/** Streams for as long as anybody reads; `bytes` is what the headers promise. */
const stream = (bytes: number | null): Server =>
  http((_, response) => {
    if (bytes !== null) response.setHeader('content-length', bytes)
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  })

const BAD: readonly (readonly [string, () => Server])[] = [
  ['hangs before it answers', () => http(() => undefined)],
  ['accepts and says nothing', () => raw(() => undefined)],
  [
    'hangs in the middle of its answer',
    () => http((_, response) => void response.writeHead(200, { 'content-length': '100' }).write('half')),
  ],
  ['hangs in the middle of its headers', () => raw((socket) => socket.write('HTTP/1.1 200 OK\r\nx-app-'))],
  ['drips for ever', () => http((_, response) => void setInterval(() => response.write('.'), 10).unref())],
  ['streams for ever', () => stream(null)],
  ['sends a gigabyte', () => stream(1024 * MEBIBYTE)],
  [
    'redirects in a circle',
    () => http((_, response) => response.writeHead(302, { location: 'http://shop.example/' }).end()),
  ],
  [
    'is a captive portal with a page',
    () => http((_, response) => response.end('<html>Please accept the terms of this hotel</html>')),
  ],
  [
    'is a captive portal that sends one elsewhere',
    () => http((_, response) => response.writeHead(302, { location: 'http://login.hotel.example/' }).end()),
  ],
  ['resets', () => raw((socket) => socket.resetAndDestroy())],
  [
    'resets in the middle',
    () =>
      raw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nha', () => socket.resetAndDestroy())),
  ],
  ['speaks no HTTP', () => raw((socket) => socket.end('220 mail.example ESMTP\r\n'))],
  ['sends headers without end', () => raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`))],
  [
    'switches to another protocol',
    () =>
      raw((socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')),
  ],
]

describe.each(['get', 'keep'] as const)('a target of %s that', (way) => {
  async function ask(server: Server, times: number): Promise<readonly (HttpAnswer | null)[]> {
    const port = await listen(server)
    const probe = createProbe({ dial: async () => ({ host: '127.0.0.1', port }), timeoutMilliseconds: 250 })
    const wanted = { address: GREEN, host: 'shop.example', path: '/' }
    const kept = probe.keep(wanted)
    const answers: (HttpAnswer | null)[] = []
    for (let request = 0; request < times; request += 1) {
      answers.push(await (way === 'get' ? probe.get(wanted, signal) : kept.get(signal)))
    }
    kept.close()
    return answers
  }
  const signal = AbortSignal.timeout(300_000)

  it.each(BAD)('%s is answered for in time, and never counts as the new side', async (_what, server) => {
    const started = performance.now()
    const answers = await ask(server(), 2)
    const took = performance.now() - started
    expect(took).toBeLessThan(10_000)
    expect(answers[0]).not.toBeNull()
    for (const answer of answers) {
      if (answer === null) continue
      expect(answer.milliseconds).toBeLessThanOrEqual(Math.ceil(took))
      for (const fingerprint of agreed) expect(whoAnswered(fingerprint, answer, SETS)).not.toBe('green')
    }
  })

  it('sends a gigabyte again and again takes no memory', { timeout: 60_000 }, async () => {
    const server = stream(1024 * MEBIBYTE)
    let sent = 0
    server.on('connection', (socket) => socket.on('close', () => (sent += socket.bytesWritten)))
    await ask(server, 5)
    const before = process.memoryUsage()
    await ask(stream(1024 * MEBIBYTE), 30)
    const after = process.memoryUsage()
    expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(64 * MEBIBYTE)
    // Nobody reads on behind an answer that was given.
    expect(sent).toBeLessThan(5 * 64 * MEBIBYTE)
  })

  it.runIf(isV6)('has an IPv6 address only is asked there', async () => {
    const port = await listen(
      http((_, response) => response.end('six')),
      '::1',
    )
    const probe = createProbe({ dial: async (address) => ({ host: address, port }) })
    const wanted = { address: '::1', host: 'shop.example', path: '/' }
    const answer = way === 'get' ? await probe.get(wanted, signal) : await probe.keep(wanted).get(signal)
    expect(answer).toMatchObject({ kind: 'answer', body: 'six', address: '::1' })
  })
})

async function listenOnV6(): Promise<boolean> {
  const server = raw((socket) => socket.destroy())
  const isOpen = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(0, '::1', () => resolve(true))
  })
  if (isOpen) await new Promise((resolve) => server.close(resolve))
  return isOpen
}
