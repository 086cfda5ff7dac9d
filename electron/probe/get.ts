import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { HttpAnswer, Probe } from '../release/world.ts'
import { type Dial, describeFailure } from './failures.ts'
import { handshake } from './handshake.ts'
import { settleOnce } from './settle-once.ts'

export interface ProbeOptions {
  /** The practice account's addresses lead to loopback ports; absent: addresses are dialled as they are. */
  readonly dial?: Dial
  /** Real milliseconds for a whole request, from the first packet to the last byte. */
  readonly timeoutMilliseconds?: number
  /** PEM; whom HTTPS trusts instead of the authorities that this program trusts: the practice account's own. */
  readonly certificateAuthority?: string
}

const TIMEOUT_MILLISECONDS = 10_000
/** What is read and hashed; an answer may be endless. */
const BODY_BYTES = 1024 * 1024
/** What is kept as text. */
const TEXT_BYTES = 64 * 1024

/** Requests on fresh connections to exactly one address; a redirect is an answer and is not followed. */
export function createProbe(options: ProbeOptions = {}): Probe {
  return {
    get: async (wanted, signal) => {
      signal.throwIfAborted()
      const started = performance.now()
      const outcome = await attempt(wanted, options, signal)
      return { ...outcome, milliseconds: Math.round(performance.now() - started), address: wanted.address }
    },
    handshake: (wanted, signal) => handshake(wanted, options, signal),
  }
}

type Wanted = Parameters<Probe['get']>[0]
type Outcome = OmitEach<HttpAnswer, 'milliseconds' | 'address'>
type OmitEach<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never

async function attempt(wanted: Wanted, options: ProbeOptions, signal: AbortSignal): Promise<Outcome> {
  const port = wanted.https ? 443 : 80
  const path = pathOf(wanted.path)
  if (path === null) return failed(`“${wanted.path}” is not a path`)
  if (!/^[A-Za-z0-9.-]+(:\d+)?$/.test(wanted.host)) return failed(`“${wanted.host}” is not a host name`)
  let target: { readonly host: string; readonly port: number } | null
  try {
    target = options.dial === undefined ? { host: wanted.address, port } : await options.dial(wanted.address, port)
  } catch (thrown) {
    return failed(describeFailure(thrown))
  }
  signal.throwIfAborted()
  if (target === null) return failed(`Nothing answers at ${wanted.address}, port ${port}`)
  return roundTrip(
    target,
    { host: wanted.host, path, https: wanted.https ?? false, certificateAuthority: options.certificateAuthority },
    signal,
    options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS,
  )
}

function roundTrip(
  target: { readonly host: string; readonly port: number },
  wanted: {
    readonly host: string
    readonly path: string
    readonly https: boolean
    readonly certificateAuthority: string | undefined
  },
  signal: AbortSignal,
  timeoutMilliseconds: number,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const hostName = wanted.host.replace(/:\d+$/, '')
    const request = (wanted.https ? httpsRequest : httpRequest)({
      host: target.host,
      port: target.port,
      path: wanted.path,
      // A connection of its own, so that no kept-alive one hides where new visitors arrive.
      agent: false,
      ...(wanted.https && isIP(hostName) === 0 ? { servername: hostName } : {}),
      ...(wanted.https && wanted.certificateAuthority !== undefined ? { ca: wanted.certificateAuthority } : {}),
      headers: {
        host: wanted.host,
        connection: 'close',
        accept: '*/*',
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
        'user-agent': 'Signalbox',
      },
    })
    const settle = settleOnce<Outcome>(
      { resolve, reject },
      {
        signal,
        timeoutMilliseconds,
        late: failed(`No whole answer within ${timeoutMilliseconds / 1000} s`),
        destroy: () => request.destroy(),
      },
    )
    // Destroying the request raises one more error, after the outcome is settled.
    request.on('error', (thrown) => settle(failed(describeFailure(thrown))))
    request.on('response', (response) => readAnswer(response, settle))
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      settle(failed('The server switched to another protocol'))
    })
    request.end()
  })
}

function readAnswer(response: IncomingMessage, settle: (outcome: Outcome) => void): void {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let keptBytes = 0
  let readBytes = 0
  const answer = (): void =>
    settle({
      kind: 'answer',
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      bodySha256: hash.digest('hex'),
      body: Buffer.concat(kept).toString('utf8'),
    })
  response.on('data', (chunk: Buffer) => {
    if (readBytes >= BODY_BYTES) return
    const part = chunk.subarray(0, BODY_BYTES - readBytes)
    hash.update(part)
    readBytes += part.length
    if (keptBytes < TEXT_BYTES) {
      const text = part.subarray(0, TEXT_BYTES - keptBytes)
      kept.push(text)
      keptBytes += text.length
    }
    if (readBytes >= BODY_BYTES) answer()
  })
  response.on('end', () => {
    if (readBytes < BODY_BYTES) answer()
  })
  response.on('error', (thrown) => settle(failed(describeFailure(thrown))))
  response.on('aborted', () => settle(failed('The connection was closed in the middle of the answer')))
}

function headersOf(response: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(response.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

/** The path as it goes on the wire: encoded, from the root; null where there is none to make. */
function pathOf(path: string): string | null {
  if (!path.startsWith('/')) return null
  try {
    // With a base that ends before the path, a path of two slashes stays a path.
    const url = new URL(`http://host${path}`)
    return url.pathname + url.search
  } catch {
    return null
  }
}

function failed(detail: string): Outcome {
  return { kind: 'failure', detail }
}
