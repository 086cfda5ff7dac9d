import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What the Authorization header claims. */
export interface Credential {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([a-z0-9;_.-]+), *Signature=([0-9a-f]{64})$/

/** Reads the claims of a signed request (Signature Version 4); undefined: the request carries none that can be read. */
export function readCredential(request: IncomingMessage): Credential | undefined {
  const match = AUTHORIZATION.exec(request.headers.authorization?.trim() ?? '')
  const timestamp = header(request, 'x-amz-date')
  if (match === null || !/^\d{8}T\d{6}Z$/.test(timestamp)) return undefined
  const [, accessKeyId = '', date = '', region = '', service = '', signedHeaders = '', signature = ''] = match
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature, timestamp }
}

/** The signing instant, milliseconds since the epoch. */
export function signedAt({ timestamp }: Credential): number {
  return Date.parse(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

/** Whether the request was signed with this secret. `payloadHash`: the hash the signer used for the body. */
export function isSignedBy(
  request: IncomingMessage,
  credential: Credential,
  secretAccessKey: string,
  payloadHash: string,
): boolean {
  if (!credential.signedHeaders.includes('host') || !credential.timestamp.startsWith(credential.date)) return false
  const { date, region, service, timestamp } = credential
  const scope = `${date}/${region}/${service}/aws4_request`
  const canonical = canonicalRequest(request, credential, payloadHash)
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  let key: Buffer | string = `AWS4${secretAccessKey}`
  for (const part of [date, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  const expected = createHmac('sha256', key).update(toSign).digest()
  return timingSafeEqual(expected, Buffer.from(credential.signature, 'hex'))
}

function canonicalRequest(request: IncomingMessage, credential: Credential, payloadHash: string): string {
  const target = request.url ?? '/'
  const cut = target.indexOf('?')
  const path = cut === -1 ? target : target.slice(0, cut)
  const query = cut === -1 ? '' : target.slice(cut + 1)
  // S3 signs the path as it is sent; every other service encodes it once more.
  const encodedPath = path
    .split('/')
    .map((segment) => (credential.service === 's3' ? encode(decode(segment)) : encode(segment)))
    .join('/')
  const headers = credential.signedHeaders.map(
    (name) => `${name}:${header(request, name).trim().replaceAll(/ +/g, ' ')}\n`,
  )
  return [
    request.method,
    encodedPath,
    canonicalQuery(query),
    headers.join(''),
    credential.signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [encode(decode(name)), encode(decode(value.join('=')))] as const
    })
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
