import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { type Answer, decode, encode, RECURSION_DESIRED } from 'dns-packet'
import type { ServerAddress } from './server-address.ts'

export type QuestionType = 'A' | 'AAAA' | 'NS'

/** A reply that carries our id and our question, or why there is none. Never thrown. */
export type Exchange =
  | {
      readonly kind: 'reply'
      /** 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED (RFC 1035, 4.1.1). */
      readonly responseCode: number
      readonly authoritative: boolean
      readonly answers: readonly Answer[]
      readonly authorities: readonly Answer[]
    }
  | { readonly kind: 'silent' | 'malformed'; readonly detail: string }

/** Real time. */
export interface Patience {
  readonly tryMilliseconds: number
  readonly tries: number
}

export const PATIENCE: Patience = { tryMilliseconds: 2_000, tries: 2 }

/** What a UDP reply may hold without being cut up on its way (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1232
const FORMAT_ERROR = 1
const NOT_IMPLEMENTED = 4

/**
 * One question to one server: UDP with a random id from a random port, TCP where the reply was truncated. Rejects
 * only with the signal's reason.
 */
export async function exchange(
  server: ServerAddress,
  name: string,
  type: QuestionType,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<Exchange> {
  let result: Exchange = { kind: 'silent', detail: 'No answer' }
  let extended = true
  for (let attempt = 0; attempt < patience.tries; attempt += 1) {
    signal.throwIfAborted()
    const question = createQuestion(name, type, extended)
    if (question === null) return { kind: 'malformed', detail: `“${name}” cannot be asked for in DNS` }
    const udp = await overUdp(server, question, signal, patience.tryMilliseconds)
    if (udp.kind === 'truncated') return overTcp(server, question, signal, patience.tryMilliseconds)
    if (
      udp.kind === 'reply' &&
      extended &&
      (udp.responseCode === FORMAT_ERROR || udp.responseCode === NOT_IMPLEMENTED)
    ) {
      // A server from before EDNS (RFC 6891, 7): ask again without.
      extended = false
      attempt -= 1
      continue
    }
    if (udp.kind !== 'silent') return udp
    result = udp
  }
  return result
}

interface Question {
  readonly id: number
  readonly name: string
  readonly type: QuestionType
  readonly packet: Buffer
}

function createQuestion(name: string, type: QuestionType, extended: boolean): Question | null {
  const id = randomInt(0x10000)
  const bare = name.replace(/\.$/, '')
  if (
    bare.length === 0 ||
    bare.length > 253 ||
    bare.split('.').some((label) => label.length === 0 || label.length > 63)
  )
    return null
  try {
    const packet = encode({
      type: 'query',
      id,
      flags: RECURSION_DESIRED,
      questions: [{ type, name: bare, class: 'IN' }],
      ...(extended
        ? {
            additionals: [
              {
                type: 'OPT',
                name: '.',
                udpPayloadSize: UDP_PAYLOAD_BYTES,
                extendedRcode: 0,
                ednsVersion: 0,
                flags: 0,
                flag_do: false,
                options: [],
              },
            ],
          }
        : {}),
    })
    return { id, name: bare, type, packet }
  } catch {
    return null
  }
}

type Read =
  | Extract<Exchange, { kind: 'reply' }>
  | { readonly kind: 'truncated' }
  | { readonly kind: 'foreign'; readonly detail: string }

/** Whether these bytes answer our question; anything else is foreign and proves nothing. */
function readReply(bytes: Buffer, question: Question): Read {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== question.id)
    return { kind: 'foreign', detail: 'a reply with another id' }
  try {
    const packet = decode(bytes)
    const asked = packet.questions?.[0]
    if (packet.type !== 'response') return { kind: 'foreign', detail: 'a packet that is no reply' }
    const responseCode = (packet.flags ?? 0) & 0xf
    const noQuestion = asked === undefined && (responseCode === FORMAT_ERROR || responseCode === NOT_IMPLEMENTED)
    if (
      !noQuestion &&
      (asked === undefined ||
        packet.questions?.length !== 1 ||
        !sameName(asked.name, question.name) ||
        asked.type !== question.type)
    ) {
      return { kind: 'foreign', detail: 'a reply to another question' }
    }
    if (packet.flag_tc) return { kind: 'truncated' }
    return {
      kind: 'reply',
      responseCode,
      authoritative: packet.flag_aa,
      answers: packet.answers ?? [],
      authorities: packet.authorities ?? [],
    }
  } catch (thrown) {
    return {
      kind: 'foreign',
      detail: `a reply that cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    }
  }
}

/** Names are equal whatever their case and final dot. */
export function sameName(a: string, b: string): boolean {
  return plainName(a) === plainName(b)
}

/** Lower case, without the final dot. */
export function plainName(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}

function overUdp(
  server: ServerAddress,
  question: Question,
  signal: AbortSignal,
  milliseconds: number,
): Promise<Exchange | { readonly kind: 'truncated' }> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4')
    let foreign: string | null = null
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners('message')
      try {
        socket.close()
      } catch {
        // Already closed by an error of its own.
      }
    }
    const settle = (result: Exchange | { readonly kind: 'truncated' }): void => {
      end()
      resolve(result)
    }
    const abort = (): void => {
      end()
      reject(signal.reason)
    }
    // A forged reply must not end the wait for the true one; only the silence after it is told apart.
    const timer = setTimeout(
      () =>
        settle(
          foreign === null
            ? { kind: 'silent', detail: `No answer within ${milliseconds / 1000} s` }
            : { kind: 'malformed', detail: `Only ${foreign}` },
        ),
      milliseconds,
    )
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', (error) => settle({ kind: 'silent', detail: describeFailure(error) }))
    socket.on('message', (bytes) => {
      const read = readReply(bytes, question)
      if (read.kind === 'foreign') foreign = read.detail
      else settle(read)
    })
    // Connected, so that the system passes on packets of this server only, and its refusal.
    socket.connect(server.port, server.host, () => {
      socket.send(question.packet, (error) => {
        if (error) settle({ kind: 'silent', detail: describeFailure(error) })
      })
    })
  })
}

function overTcp(
  server: ServerAddress,
  question: Question,
  signal: AbortSignal,
  milliseconds: number,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port })
    const parts: Buffer[] = []
    let received = 0
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
    }
    const settle = (result: Exchange): void => {
      end()
      resolve(result)
    }
    const abort = (): void => {
      end()
      reject(signal.reason)
    }
    const timer = setTimeout(
      () => settle({ kind: 'silent', detail: `No whole answer over TCP within ${milliseconds / 1000} s` }),
      milliseconds,
    )
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', (error) => settle({ kind: 'silent', detail: `Over TCP: ${describeFailure(error)}` }))
    socket.on('close', () =>
      settle({ kind: 'malformed', detail: 'The connection was closed in the middle of an answer' }),
    )
    socket.on('connect', () => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(question.packet.length)
      socket.write(Buffer.concat([length, question.packet]))
    })
    socket.on('data', (part) => {
      parts.push(part)
      received += part.length
      if (received < 2) return
      const bytes = Buffer.concat(parts)
      const length = bytes.readUInt16BE(0)
      if (bytes.length < length + 2) return
      const read = readReply(bytes.subarray(2, length + 2), question)
      if (read.kind === 'reply') settle(read)
      else
        settle({
          kind: 'malformed',
          detail: read.kind === 'truncated' ? 'Truncated even over TCP' : `Over TCP, ${read.detail}`,
        })
    })
  })
}

function describeFailure(error: Error): string {
  const code = 'code' in error ? error.code : null
  if (code === 'ECONNREFUSED') return 'Nothing listens there'
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'There is no way to this server from here'
  if (code === 'ENOTFOUND') return 'This server’s own name is not known'
  return error.message
}
