import { randomBytes, randomInt } from 'node:crypto'
import { type Answer, decode, encode, RECURSION_DESIRED } from 'dns-packet'

export type QuestionType = 'A' | 'AAAA' | 'NS'

/** A reply that carries our id and our question, or why there is none. Never thrown. */
export type Exchange = Reply | { readonly kind: 'silent' | 'malformed'; readonly detail: string }

export interface Reply {
  readonly kind: 'reply'
  /** 0 NOERROR, 1 FORMERR, 2 SERVFAIL, 3 NXDOMAIN, 4 NOTIMP, 5 REFUSED (RFC 1035, 4.1.1). */
  readonly responseCode: number
  readonly authoritative: boolean
  readonly recursionAvailable: boolean
  readonly answers: readonly Answer[]
  readonly authorities: readonly Answer[]
  readonly additionals: readonly Answer[]
}

/** One question as it goes out, and what a reply must repeat of it. */
export interface Question {
  readonly id: number
  /** As it was sent, its letters' case mixed where that was asked for. */
  readonly name: string
  readonly type: QuestionType
  readonly packet: Buffer
}

/** What the bytes of a reply turned out to be; `foreign` and `recased` prove nothing. */
export type Read =
  | Reply
  | { readonly kind: 'truncated' }
  | { readonly kind: 'foreign'; readonly detail: string }
  /** Our question, but for the case of its letters: a server that does not keep it, or a forger who guessed the id. */
  | { readonly kind: 'recased' }

export const FORMAT_ERROR = 1
export const NOT_IMPLEMENTED = 4

/** What a UDP reply may hold without being cut up on its way (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1232
const LONGEST_NAME = 253
const LONGEST_LABEL = 63

/** The bytes of a question with a random id; null where the name cannot be asked for. */
export function createQuestion(
  name: string,
  type: QuestionType,
  how: { readonly extended: boolean; readonly mixedCase: boolean; readonly recursion: boolean },
): Question | null {
  const bare = name.replace(/\.$/, '')
  const labels = bare.split('.')
  // Written out byte by byte by the encoder, so that other letters would make a label longer than it says.
  if (!/^[\x21-\x7e]+$/.test(bare) || bare.length > LONGEST_NAME) return null
  if (labels.some((label) => label.length === 0 || label.length > LONGEST_LABEL)) return null
  const id = randomInt(0x10000)
  const sent = how.mixedCase ? mixCase(bare) : bare.toLowerCase()
  const packet = encode({
    type: 'query',
    id,
    flags: how.recursion ? RECURSION_DESIRED : 0,
    questions: [{ type, name: sent, class: 'IN' }],
    ...(how.extended ? { additionals: [EXTENSION] } : {}),
  })
  return { id, name: sent, type, packet }
}

const EXTENSION = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD_BYTES,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as const satisfies Answer

/** Each letter in a case at random: one more bit that a forger must guess (draft-vixie-dnsext-dns0x20). */
function mixCase(name: string): string {
  const coins = randomBytes(name.length)
  return Array.from(coins, (coin, index) => {
    const letter = name.charAt(index)
    return coin & 1 ? letter.toUpperCase() : letter.toLowerCase()
  }).join('')
}

/** Whether these bytes answer our question. Never throws. */
export function readReply(bytes: Buffer, question: Question, expectsCase: boolean): Read {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== question.id)
    return { kind: 'foreign', detail: 'a reply with another id' }
  try {
    const packet = decode(bytes)
    const asked = packet.questions?.[0]
    if (packet.type !== 'response') return { kind: 'foreign', detail: 'a packet that is no reply' }
    const responseCode = (packet.flags ?? 0) & 0xf
    const noQuestion = asked === undefined && (responseCode === FORMAT_ERROR || responseCode === NOT_IMPLEMENTED)
    if (!noQuestion) {
      const isOurs =
        packet.questions?.length === 1 && asked?.type === question.type && sameName(asked.name, question.name)
      if (!isOurs) return { kind: 'foreign', detail: 'a reply to another question' }
      if (expectsCase && asked.name !== question.name) return { kind: 'recased' }
    }
    if (packet.flag_tc) return { kind: 'truncated' }
    return {
      kind: 'reply',
      responseCode,
      authoritative: packet.flag_aa,
      recursionAvailable: packet.flag_ra,
      answers: packet.answers ?? [],
      authorities: packet.authorities ?? [],
      additionals: packet.additionals ?? [],
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
