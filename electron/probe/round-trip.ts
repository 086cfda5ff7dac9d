import { createHash } from 'node:crypto'
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { HttpAnswer, Probe } from '../release/world.ts'
import { type Dial, describeFailure } from './failures.ts'
import { settleOnce } from './settle-once.ts'

export interface ProbeOptions {
  /** The practice account's addresses lead to loopback ports; absent: addresses are dialled as they are. */
  readonly dial?: Dial
  /** Real milliseconds for a whole request, from the first packet to the last byte. */
  readonly timeoutMilliseconds?: number
  /** PEM; whom HTTPS trusts instead of the authorities that this program trusts: the practice account's own. */
  readonly certificateAuthority?: string
}

export type Wanted = Parameters<Probe['get']>[0]
export type Target = Exclude<Awaited<ReturnType<Dial>>, null>
export type Outcome = OmitEach<HttpAnswer, 'milliseconds' | 'address'>
type OmitEach<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never

const TIMEOUT_MILLISECONDS = 10_000
/** What is read and hashed; an answer may be endless. */
const BODY_BYTES = 1024 * 1024
/** What is kept as text. */
const TEXT_BYTES = 64 * 1024
/** What comes of a connection that the other side had ended before anything was asked over it. */
const ENDED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

/** Where to connect for a request, or why it cannot be made. Never throws. */
export async function targetOf(wanted: Wanted, { dial }: ProbeOptions): Promise<Target | Outcome> {
  const port = wanted.https ? 443 : 80
  if (pathOf(wanted.path) === null) return failed(`“${wanted.path}” is not a path`)
  if (!/^[A-Za-z0-9.-]+(:\d+)?$/.test(wanted.host)) return failed(`“${wanted.host}” is not a host name`)
  try {
    const target = dial === undefined ? { host: wanted.address, port } : await dial(wanted.address, port)
    return target ?? failed(`Nothing answers at ${wanted.address}, port ${port}`)
  } catch (thrown) {
    return failed(describeFailure(thrown))
  }
}

/**
 * One request; a redirect is an answer and is not followed. With an agent over its connection, without one over a connection of its
 * own. `ended`: the connection was kept from an earlier request, and the other side had ended it.
 */
export function roundTrip(
  target: Target,
  wanted: Wanted,
  { certificateAuthority, timeoutMilliseconds = TIMEOUT_MILLISECONDS }: ProbeOptions,
  signal: AbortSignal,
  agent?: Agent,
): Promise<Outcome | 'ended'> {
  return new Promise((resolve, reject) => {
    const hostName = wanted.host.replace(/:\d+$/, '')
    const request = (wanted.https ? httpsRequest : httpRequest)({
      host: target.host,
      port: target.port,
      path: pathOf(wanted.path),
      // No kept-alive connection may hide where new visitors arrive.
      agent: agent ?? false,
      ...(wanted.https && isIP(hostName) === 0 ? { servername: hostName } : {}),
      ...(wanted.https && certificateAuthority !== undefined ? { ca: certificateAuthority } : {}),
      headers: {
        host: wanted.host,
        connection: agent === undefined ? 'close' : 'keep-alive',
        accept: '*/*',
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
        'user-agent': 'Signalbox',
      },
    })
    let isWhole = false
    let isAnswered = false
    const settle = settleOnce<Outcome | 'ended'>(
      { resolve, reject },
      {
        signal,
        timeoutMilliseconds,
        late: failed(`No whole answer within ${timeoutMilliseconds / 1000} s`),
        // A connection that is to be kept stays only after an answer that was read to its end.
        destroy: () => {
          if (agent === undefined || !isWhole) request.destroy()
        },
      },
    )
    // Destroying the request raises one more error, after the outcome is settled.
    request.on('error', (thrown) => {
      const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
      settle(request.reusedSocket && !isAnswered && ENDED.has(code) ? 'ended' : failed(describeFailure(thrown)))
    })
    request.on('response', (response) => {
      isAnswered = true
      response.on('end', () => {
        isWhole = true
      })
      readAnswer(response, settle)
    })
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
