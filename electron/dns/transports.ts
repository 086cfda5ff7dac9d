import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { lineTo, MESSAGE_TYPE } from './https-line.ts'
import { type Exchange, type Question, readReply } from './question.ts'
import type { ServerAddress } from './server-address.ts'

/** What one question over one transport came to. */
export type Heard = Exchange | { readonly kind: 'truncated' } | { readonly kind: 'recased' }

const LARGEST_MESSAGE_BYTES = 65_535

/** Settled once, by whichever comes first; then all is let go. */
function once<T>(
  signal: AbortSignal,
  milliseconds: number,
  late: () => T,
  begin: (settle: (result: T) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let letGo = (): void => {}
    let isOver = false
    const end = (): void => {
      isOver = true
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      letGo()
    }
    const settle = (result: T): void => {
      if (isOver) return
      end()
      resolve(result)
    }
    const abort = (): void => {
      end()
      reject(signal.reason)
    }
    const timer = setTimeout(() => settle(late()), milliseconds)
    signal.addEventListener('abort', abort, { once: true })
    letGo = begin(settle)
    if (isOver) letGo()
  })
}

/** One datagram from a fresh random port; waits on where replies are foreign, since the true one may still come. */
export function overUdp(
  server: ServerAddress,
  question: Question,
  signal: AbortSignal,
  milliseconds: number,
  expectsCase: boolean,
): Promise<Heard> {
  let foreign: string | null = null
  let recased = false
  const late = (): Heard => {
    if (recased) return { kind: 'recased' }
    return foreign === null
      ? { kind: 'silent', detail: `No answer within ${milliseconds / 1000} s` }
      : { kind: 'malformed', detail: `Only ${foreign}` }
  }
  return once(signal, milliseconds, late, (settle) => {
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4')
    socket.on('error', (error) => settle({ kind: 'silent', detail: describeFailure(error) }))
    socket.on('message', (bytes) => {
      const read = readReply(bytes, question, expectsCase)
      if (read.kind === 'foreign') foreign = read.detail
      else if (read.kind === 'recased') {
        // Whoever forged it may be ahead of the true reply; a server that keeps no case sends no other.
        recased = true
        setTimeout(() => settle({ kind: 'recased' }), milliseconds / 10).unref()
      } else settle(read)
    })
    // Connected, so that the system passes on packets of this server only, and its refusal.
    socket.connect(server.port, server.host, () => {
      socket.send(question.packet, (error) => {
        if (error) settle({ kind: 'silent', detail: describeFailure(error) })
      })
    })
    return () => {
      socket.removeAllListeners('message')
      // It is told of its connection a moment after it has it, even if it was closed meanwhile.
      socket.removeAllListeners('connect')
      try {
        socket.close()
      } catch {
        // Already closed by an error of its own.
      }
    }
  })
}

/** One question on a connection of its own. */
export function overTcp(
  server: ServerAddress,
  question: Question,
  signal: AbortSignal,
  milliseconds: number,
): Promise<Exchange> {
  const late = (): Exchange => ({
    kind: 'silent',
    detail: `No whole answer over TCP within ${milliseconds / 1000} s`,
  })
  return once<Exchange>(signal, milliseconds, late, (settle) => {
    const socket = connect({ host: server.host, port: server.port })
    const parts: Buffer[] = []
    let received = 0
    socket.on('error', (error) => settle({ kind: 'silent', detail: `Over TCP: ${describeFailure(error)}` }))
    socket.on('close', () =>
      settle(
        received === 0
          ? { kind: 'silent', detail: 'Over TCP: the connection was closed without an answer' }
          : { kind: 'malformed', detail: 'The connection was closed in the middle of an answer' },
      ),
    )
    socket.on('connect', () => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(question.packet.length)
      socket.write(Buffer.concat([length, question.packet]))
    })
    let wanted = 2
    socket.on('data', (part) => {
      parts.push(part)
      received += part.length
      if (received < wanted) return
      const bytes = Buffer.concat(parts)
      wanted = bytes.readUInt16BE(0) + 2
      if (received >= wanted) settle(readWhole(bytes.subarray(2, wanted), question, 'Over TCP'))
    })
    return () => socket.destroy()
  })
}

/** One question as RFC 8484 sends it by POST; redirects are not followed. */
export function overHttps(
  server: ServerAddress,
  question: Question,
  signal: AbortSignal,
  milliseconds: number,
  certificateAuthority: string | undefined,
): Promise<Exchange> {
  const late = (): Exchange => ({
    kind: 'silent',
    detail: `No whole answer over HTTPS within ${milliseconds / 1000} s`,
  })
  return once<Exchange>(signal, milliseconds, late, (settle) => {
    let isWhole = false
    const failed = (error: Error): void => settle({ kind: 'silent', detail: `Over HTTPS: ${describeFailure(error)}` })
    const letGo = lineTo(server.host, server.port, certificateAuthority).post({
      path: server.path,
      packet: question.packet,
      failed,
      begun: (status, type = 'nothing', body) => {
        body.on('error', failed)
        if (status !== 200 || !type.startsWith(MESSAGE_TYPE))
          return settle({
            kind: 'malformed',
            detail: `Over HTTPS: status ${status} with ${type}: not a name server's answer`,
          })
        const parts: Buffer[] = []
        let received = 0
        body.on('data', (part: Buffer) => {
          parts.push(part)
          received += part.length
          if (received > LARGEST_MESSAGE_BYTES)
            settle({ kind: 'malformed', detail: 'Over HTTPS: more than a DNS message can hold' })
        })
        body.on('end', () => {
          isWhole = received <= LARGEST_MESSAGE_BYTES
          settle(readWhole(Buffer.concat(parts), question, 'Over HTTPS'))
        })
      },
    })
    return () => letGo(isWhole)
  })
}

function readWhole(bytes: Buffer, question: Question, over: string): Exchange {
  // Nobody forges into a connection: the case of letters need not be kept here.
  const read = readReply(bytes, question, false)
  if (read.kind === 'reply') return read
  return {
    kind: 'malformed',
    detail: read.kind === 'foreign' ? `${over}, ${read.detail}` : `${over}: truncated even there`,
  }
}

function describeFailure(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ECONNREFUSED') return 'Nothing listens there'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'The connection was closed without a whole answer'
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'There is no way to this server from here'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'This server’s own name is not known'
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code))
    return `Its certificate is not trusted here (${code}): something may stand in between`
  return error.message
}
