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
  /** Seconds a presigned address is good for; absent: the request carries its signature in a header. */
  readonly expiresSeconds?: number
}

/** Whoever signs. */
interface Signer {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([a-z0-9;_.-]+), *Signature=([0-9a-f]{64})$/

/** Reads the claims of a signed request (Signature Version 4); undefined: the request carries none that can be read. */
export function readCredential(request: IncomingMessage): Credential | undefined {
  if (request.headers.authorization === undefined) return readPresigned(request)
  const match = AUTHORIZATION.exec(request.headers.authorization.trim())
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
  const expected = sign(canonicalRequest(request, credential, payloadHash), credential, secretAccessKey)
  return timingSafeEqual(expected, Buffer.from(credential.signature, 'hex'))
}

/** An address under which an object of S3 can be read, without any key, for some seconds after `now` (milliseconds). */
export function presign(
  endpoint: string,
  object: { readonly bucket: string; readonly key: string; readonly region: string },
  signer: Signer,
  now: number,
  expiresSeconds: number,
): string {
  const { host } = new URL(endpoint)
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = { date: timestamp.slice(0, 8), region: object.region, service: 's3', timestamp }
  const path = `/${[object.bucket, ...object.key.split('/')].map(encode).join('/')}`
  const query = canonicalQuery(
    Object.entries({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${signer.accessKeyId}/${scope.date}/${scope.region}/s3/aws4_request`,
      'X-Amz-Date': timestamp,
      'X-Amz-Expires': String(expiresSeconds),
      'X-Amz-SignedHeaders': 'host',
      ...(signer.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': signer.sessionToken }),
    })
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .join('&'),
  )
  const canonical = ['GET', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const signature = sign(canonical, scope, signer.secretAccessKey).toString('hex')
  return `${endpoint}${path}?${query}&X-Amz-Signature=${signature}`
}

/**
 * Signs the chunks of a body in turn, each by the signature before it; the first one by the request's (Signature
 * Version 4, chunked uploads).
 */
export function chunkSigner(
  credential: Credential,
  secretAccessKey: string,
): { chunk(hash: string): string; trailer(hash: string): string } {
  let before = credential.signature
  const key = signingKey(credential, secretAccessKey)
  const next = (kind: 'PAYLOAD' | 'TRAILER', parts: readonly string[]): string => {
    const toSign = [`AWS4-HMAC-SHA256-${kind}`, credential.timestamp, scopeOf(credential), before, ...parts].join('\n')
    before = createHmac('sha256', key).update(toSign).digest('hex')
    return before
  }
  const nothing = createHash('sha256').digest('hex')
  return { chunk: (hash) => next('PAYLOAD', [nothing, hash]), trailer: (hash) => next('TRAILER', [hash]) }
}

/** The claims of a presigned address. */
function readPresigned(request: IncomingMessage): Credential | undefined {
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
  const [accessKeyId = '', date = '', region = '', service = '', end] = (query.get('X-Amz-Credential') ?? '').split('/')
  const timestamp = query.get('X-Amz-Date') ?? ''
  const signature = query.get('X-Amz-Signature') ?? ''
  const expiresSeconds = Number(query.get('X-Amz-Expires') ?? 'NaN')
  const isWhole = query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' && end === 'aws4_request' && service === 's3'
  if (!isWhole || !/^\d{8}T\d{6}Z$/.test(timestamp) || !/^[0-9a-f]{64}$/.test(signature)) return undefined
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > 604_800) return undefined
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? '').split(';')
  return { accessKeyId, date, region, service, signedHeaders, signature, timestamp, expiresSeconds }
}

type Scope = Pick<Credential, 'date' | 'region' | 'service' | 'timestamp'>

function sign(canonical: string, scope: Scope, secretAccessKey: string): Buffer {
  const hash = createHash('sha256').update(canonical).digest('hex')
  const toSign = ['AWS4-HMAC-SHA256', scope.timestamp, scopeOf(scope), hash].join('\n')
  return createHmac('sha256', signingKey(scope, secretAccessKey)).update(toSign).digest()
}

function scopeOf({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`
}

function signingKey({ date, region, service }: Scope, secretAccessKey: string): Buffer | string {
  let key: Buffer | string = `AWS4${secretAccessKey}`
  for (const part of [date, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  return key
}

function canonicalRequest(request: IncomingMessage, credential: Credential, payloadHash: string): string {
  const target = request.url ?? '/'
  const cut = target.indexOf('?')
  const path = cut === -1 ? target : target.slice(0, cut)
  const asked = cut === -1 ? '' : target.slice(cut + 1)
  const query = credential.expiresSeconds === undefined ? asked : asked.replace(/(?:^|&)X-Amz-Signature=[^&]*/, '')
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
