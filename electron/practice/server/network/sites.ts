import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  validateHeaderName,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { NetworkSource, Site, SiteInstance, SiteListener } from '../../seam.ts'
import { waitAccountTime } from './account-time.ts'
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts'
import { errorPage, versionPage } from './page.ts'

/** The environments' HTTP side: one listener for each port of each documentation address there is. */
export interface Sites {
  /** Opens what has appeared and closes what has vanished; ends when every listener stands. */
  refresh(): Promise<void>
  /** The loopback port behind a documentation address' port 80, once it listens. */
  portOf(address: string): number | undefined
  /** `<documentation address>:<port>` to `127.0.0.1:<port>`. */
  dial(): Readonly<Record<string, string>>
  /** Headers that make one real request stand for `count` users' requests. */
  usersHeader(count: number): Readonly<Record<string, string>>
  close(): Promise<void>
}

interface Listener {
  /** `<documentation address>:<port>`. */
  readonly address: string
  readonly server: Server
  readonly sockets: Set<Socket>
  readonly ready: Promise<void>
  port: number | undefined
}

interface Answer {
  readonly instance?: SiteInstance
  readonly statusCode: number
  readonly latencyMilliseconds: number
  readonly body: string
}

const HOST = '127.0.0.1'
const REFRESH_MILLISECONDS = 100
/** The default idle time-out of an Application Load Balancer. */
const IDLE_MILLISECONDS = 60_000
const REQUEST_MILLISECONDS = 30_000
const USERS_HEADER = 'x-practice-users'

/** Starts to serve the source's sites and keeps up with them as they appear and vanish. */
export async function startSites(
  source: NetworkSource,
  random: () => number,
  authority: CertificateAuthority = createCertificateAuthority(source.clock.now()),
): Promise<Sites> {
  const listeners = new Map<string, Listener>()
  const turns = new Map<string, number>()
  // Only our own users may say how many they stand for.
  const token = randomUUID()
  const closing = new Set<Promise<void>>()

  const handle = async (address: string, request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    const there = source.sites().filter((candidate) => candidate.addresses.includes(address))
    if (there.length === 0) {
      request.socket.resetAndDestroy()
      return
    }
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    const site = there.find(({ hosts }) => hosts === undefined || hosts.includes(host))
    if (site === undefined) {
      // No rule of the shared load balancer knows the name.
      const nobody = { statusCode: 404, latencyMilliseconds: 1, body: errorPage(404) }
      send(response, nobody, request.method === 'HEAD', source.clock.now())
      return
    }
    const answer = answerOf(site, nextTurn(turns, site), random)
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    await waitAccountTime(source.clock, answer.latencyMilliseconds, gone.signal)
    if (gone.signal.aborted) return
    source.served(site.environmentId, {
      ...(answer.instance === undefined ? {} : { instanceId: answer.instance.instanceId }),
      statusCode: answer.statusCode,
      latencyMilliseconds: answer.latencyMilliseconds,
      count: userCount(request, token),
    })
    send(response, answer, request.method === 'HEAD', source.clock.now())
  }

  const refresh = async () => {
    const wanted = new Map(
      source
        .sites()
        .flatMap(doors)
        .map((door) => [keyOf(door), door] as const),
    )
    for (const [key, { address, listener }] of wanted) {
      if (listeners.has(key)) continue
      const answer: RequestListener = (request, response) => void handle(address, request, response)
      listeners.set(key, openListener(`${address}:${listener.port}`, serverFor(listener, authority, answer)))
    }
    for (const [key, listener] of listeners) {
      if (wanted.has(key)) continue
      listeners.delete(key)
      const closed = closeListener(listener).finally(() => closing.delete(closed))
      closing.add(closed)
    }
    await Promise.all([...listeners.values()].map((listener) => listener.ready))
    await Promise.all(closing)
  }

  await refresh()
  const timer = setInterval(() => void refresh(), REFRESH_MILLISECONDS)
  return {
    refresh,
    portOf: (address) => [...listeners.values()].find((listener) => listener.address === `${address}:80`)?.port,
    dial: () =>
      Object.fromEntries(
        [...listeners.values()].flatMap(({ address, port }) => (port ? [[address, `${HOST}:${port}`]] : [])),
      ),
    usersHeader: (count) => ({ [USERS_HEADER]: `${token} ${count}` }),
    close: async () => {
      clearInterval(timer)
      const open = [...listeners.values()]
      listeners.clear()
      await Promise.all([...open.map(closeListener), ...closing])
    },
  }
}

/** A load balancer sends requests in turn to the instances that answer; without one it answers itself. */
export function answerOf(site: Pick<Site, 'instances'>, turn: number, random: () => number): Answer {
  const instance = chosen(
    site.instances.filter((candidate) => candidate.answers),
    turn,
    random,
  )
  if (instance === undefined) {
    const statusCode = site.instances.length === 0 ? 503 : 502
    return { statusCode, latencyMilliseconds: 1, body: errorPage(statusCode) }
  }
  const { behaviour } = instance
  if (behaviour.latencyMilliseconds > IDLE_MILLISECONDS)
    return { statusCode: 504, latencyMilliseconds: IDLE_MILLISECONDS, body: errorPage(504) }
  const latencyMilliseconds = Math.max(0, behaviour.latencyMilliseconds * (0.8 + 0.4 * random()))
  if (random() < behaviour.errorRate) return { instance, statusCode: 500, latencyMilliseconds, body: errorPage(500) }
  const statusCode = isSendable(behaviour.statusCode) ? behaviour.statusCode : 500
  const page = statusCode < 400 ? versionPage(instance.versionLabel) : errorPage(statusCode)
  return { instance, statusCode, latencyMilliseconds, body: behaviour.body ?? page }
}

/** In turn; where some have a share of their own, by chance and by these. */
function chosen(answering: readonly SiteInstance[], turn: number, random: () => number): SiteInstance | undefined {
  if (answering.every(({ weight }) => weight === undefined)) return answering[turn % answering.length]
  let left = random() * answering.reduce((sum, { weight = 1 }) => sum + weight, 0)
  return answering.find(({ weight = 1 }) => {
    left -= weight
    return left < 0
  })
}

function isSendable(statusCode: number): boolean {
  return Number.isInteger(statusCode) && statusCode >= 200 && statusCode <= 599
}

function nextTurn(turns: Map<string, number>, site: Site): number {
  const turn = turns.get(site.environmentId) ?? 0
  turns.set(site.environmentId, turn + 1)
  return turn
}

function userCount(request: IncomingMessage, token: string): number {
  const [sent, count] = String(request.headers[USERS_HEADER] ?? '').split(' ')
  return sent === token ? Number(count) : 1
}

function send(response: ServerResponse, answer: Answer, headOnly: boolean, now: number): void {
  const { instance, statusCode } = answer
  const body = Buffer.from(answer.body)
  response.sendDate = false
  response.statusCode = statusCode
  response.setHeader('date', new Date(now).toUTCString())
  response.setHeader('server', instance === undefined ? 'awselb/2.0' : 'nginx')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  if (instance !== undefined) setVersionHeader(response, instance)
  if (statusCode === 204 || statusCode === 304) {
    response.end()
    return
  }
  response.setHeader('content-length', body.length)
  response.end(headOnly ? undefined : body)
}

/** The header's name comes from a bundle: one that HTTP does not allow is left out, as a web server would. */
function setVersionHeader(response: ServerResponse, instance: SiteInstance): void {
  const name = instance.behaviour.versionHeader
  if (name === undefined) return
  try {
    validateHeaderName(name)
  } catch {
    return
  }
  const value = Buffer.from(instance.versionLabel).toString('latin1')
  response.setHeader(name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''))
}

/** One port of one address. */
interface Door {
  readonly address: string
  readonly listener: SiteListener
}

function doors({ addresses, listeners = [{ port: 80 }] }: Site): readonly Door[] {
  return addresses.flatMap((address) => listeners.map((listener) => ({ address, listener })))
}

/** A listener whose certificate changes is another one. */
function keyOf({ address, listener: { port, certificateNames } }: Door): string {
  return `${address}:${port} ${certificateNames?.join(' ') ?? ''}`
}

function serverFor(listener: SiteListener, authority: CertificateAuthority, answer: RequestListener) {
  const { certificateNames } = listener
  const server =
    certificateNames === undefined
      ? createServer(answer)
      : createSecureServer({ ...authority.issue(certificateNames), minVersion: 'TLSv1.2' }, answer)
  // A handshake that fails, as with a client that does not know the authority, is the client's affair.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.keepAliveTimeout = IDLE_MILLISECONDS
  server.headersTimeout = REQUEST_MILLISECONDS
  server.requestTimeout = REQUEST_MILLISECONDS
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
    else socket.destroy()
  })
  return server
}

function openListener(address: string, server: Server): Listener {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  const listener: Listener = {
    address,
    server,
    sockets,
    port: undefined,
    ready: listen(server, (port) => (listener.port = port)),
  }
  return listener
}

async function listen(server: Server, tell: (port: number) => void): Promise<void> {
  server.listen(0, HOST)
  await once(server, 'listening')
  server.on('error', () => undefined)
  const address = server.address()
  if (address !== null && typeof address === 'object') tell(address.port)
}

/** Connections end with a reset: their load balancer is gone. */
async function closeListener(listener: Listener): Promise<void> {
  await listener.ready
  const closed = new Promise<void>((resolve) => listener.server.close(() => resolve()))
  for (const socket of listener.sockets) socket.resetAndDestroy()
  await closed
}
