import { type Answer, AUTHORITATIVE_ANSWER, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet'

/** The response codes these servers give (RFC 1035 section 4.1.1). */
export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'

/** One DNS query, read from a packet. */
export interface Query {
  readonly id: number
  readonly flags: number
  readonly recursionDesired: boolean
  /** The name as it was asked, letter case kept, without the trailing dot; odd bytes as `\ddd`. */
  readonly name: string
  readonly typeNumber: number
  readonly classNumber: number
  /** The question's own bytes, echoed as they came: resolvers compare the case they sent. */
  readonly question: Buffer
  /** Absent when the query carried no OPT record (RFC 6891). */
  readonly edns?: { readonly payloadSize: number; readonly version: number }
}

/** What a packet turned out to be: a query, one that deserves an error, or one to leave unanswered. */
export type Received =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'refused'; readonly id: number; readonly flags: number; readonly code: 'FORMERR' | 'NOTIMP' }
  | { readonly kind: 'ignored' }

/** An answer before it is put into bytes. */
export interface Reply {
  readonly code: ResponseCode
  readonly authoritative: boolean
  readonly recursionAvailable: boolean
  readonly answers: readonly Answer[]
  readonly authorities: readonly Answer[]
}

const CODE_NUMBERS: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
}

const HEADER_LENGTH = 12
const RESPONSE_BIT = 0x8000
const OPCODE_BITS = 0x7800
const RECURSION_DESIRED_BIT = 0x0100
/** What a response repeats of its query: opcode, recursion desired, checking disabled. */
const ECHOED_BITS = 0x7910
const OPT_TYPE = 41
/** What a UDP client without EDNS takes (RFC 1035) and the largest answer anyone is sent over UDP. */
const PLAIN_UDP_SIZE = 512
const LARGEST_UDP_SIZE = 4096
/** The size these servers announce: DNS flag day 2020's recommendation. */
const ANNOUNCED_UDP_SIZE = 1232

/** Reads a packet; never throws. Responses and packets shorter than a header are to be ignored, so that two servers never answer each other. */
export function readQuery(packet: Buffer): Received {
  if (packet.length < HEADER_LENGTH) return { kind: 'ignored' }
  const id = packet.readUInt16BE(0)
  const flags = packet.readUInt16BE(2)
  if (flags & RESPONSE_BIT) return { kind: 'ignored' }
  if (flags & OPCODE_BITS) return { kind: 'refused', id, flags, code: 'NOTIMP' }
  const formatError: Received = { kind: 'refused', id, flags, code: 'FORMERR' }
  if (packet.readUInt16BE(4) !== 1) return formatError
  const name = readName(packet, HEADER_LENGTH)
  if (name === undefined || name.end + 4 > packet.length) return formatError
  const edns = readEdns(packet, name.end + 4)
  if (edns === 'malformed') return formatError
  const query: Query = {
    id,
    flags,
    recursionDesired: (flags & RECURSION_DESIRED_BIT) !== 0,
    name: name.text,
    typeNumber: packet.readUInt16BE(name.end),
    classNumber: packet.readUInt16BE(name.end + 2),
    question: Buffer.from(packet.subarray(HEADER_LENGTH, name.end + 4)),
    ...(edns === 'none' ? {} : { edns }),
  }
  return { kind: 'query', query }
}

/** The bytes of an error that has no question to repeat. */
export function encodeError(received: {
  readonly id: number
  readonly flags: number
  readonly code: ResponseCode
}): Buffer {
  const flags = (received.flags & ECHOED_BITS) | CODE_NUMBERS[received.code]
  return encode({ type: 'response', id: received.id, flags })
}

/** The bytes of an answer; over UDP one that does not fit goes out empty with TC set, so that the client asks again over TCP. */
export function encodeReply(query: Query, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const whole = encodeParts(query, reply, false)
  const limit = transport === 'tcp' ? 0xffff : udpLimit(query)
  if (whole.length <= limit) return whole
  return encodeParts(query, { ...reply, answers: [], authorities: [] }, true)
}

function encodeParts(query: Query, reply: Reply, truncated: boolean): Buffer {
  const badVersion = query.edns !== undefined && query.edns.version > 0
  const flags =
    (query.flags & ECHOED_BITS) |
    (badVersion ? 0 : CODE_NUMBERS[reply.code]) |
    (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) |
    (reply.recursionAvailable ? RECURSION_AVAILABLE : 0) |
    (truncated ? TRUNCATED_RESPONSE : 0)
  const rest = encode({
    type: 'response',
    id: query.id,
    flags,
    answers: badVersion ? [] : [...reply.answers],
    authorities: badVersion ? [] : [...reply.authorities],
    additionals: query.edns === undefined ? [] : [optRecord(badVersion)],
  })
  // dns-packet does not compress names, so that the question's bytes can go in where they belong.
  const packet = Buffer.concat([rest.subarray(0, HEADER_LENGTH), query.question, rest.subarray(HEADER_LENGTH)])
  packet.writeUInt16BE(1, 4)
  return packet
}

/** BADVERS is 16: its upper bits travel in the OPT record (RFC 6891 section 6.1.3). */
function optRecord(badVersion: boolean): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: ANNOUNCED_UDP_SIZE,
    extendedRcode: badVersion ? 1 : 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  }
}

function udpLimit(query: Query): number {
  if (query.edns === undefined) return PLAIN_UDP_SIZE
  return Math.min(Math.max(query.edns.payloadSize, PLAIN_UDP_SIZE), LARGEST_UDP_SIZE)
}

/** Reads an uncompressed name: a query's question has nothing before it to point at. */
function readName(packet: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = []
  let offset = start
  for (;;) {
    const length = packet[offset]
    if (length === undefined || length > 63 || offset - start > 254) return undefined
    offset += 1
    if (length === 0) return { text: labels.join('.'), end: offset }
    if (offset + length > packet.length) return undefined
    labels.push(labelText(packet.subarray(offset, offset + length)))
    offset += length
  }
}

function labelText(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x21-\x7e]|[.\\]/g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`)
}

/** Walks the records after the question, looking for the one OPT record a query may carry. */
function readEdns(packet: Buffer, start: number): NonNullable<Query['edns']> | 'none' | 'malformed' {
  const counts = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10)
  let found: NonNullable<Query['edns']> | 'none' = 'none'
  let offset = start
  for (let index = 0; index < counts; index += 1) {
    const fixed = skipName(packet, offset)
    if (fixed === undefined || fixed + 10 > packet.length) return 'malformed'
    const end = fixed + 10 + packet.readUInt16BE(fixed + 8)
    if (end > packet.length) return 'malformed'
    if (packet.readUInt16BE(fixed) === OPT_TYPE) {
      if (found !== 'none' || packet[offset] !== 0) return 'malformed'
      found = { payloadSize: packet.readUInt16BE(fixed + 2), version: packet.readUInt8(fixed + 5) }
    }
    offset = end
  }
  return found
}

function skipName(packet: Buffer, start: number): number | undefined {
  let offset = start
  for (;;) {
    const length = packet[offset]
    if (length === undefined) return undefined
    if (length === 0) return offset + 1
    if (length >= 0xc0) return offset + 2
    if (length > 63) return undefined
    offset += 1 + length
  }
}
