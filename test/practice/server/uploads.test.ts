import { createHash, createHmac } from 'node:crypto'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Practice, startPractice } from '../start-practice.ts'
import { BUCKET, clientsOf, refusal } from './clients.ts'

let practice: Practice

beforeAll(async () => {
  practice = await startPractice({ users: false })
})

afterAll(async () => {
  await practice.stop()
})

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

interface Upload {
  readonly key: string
  /** What `x-amz-content-sha256` says. */
  readonly payload: string
  readonly headers?: Readonly<Record<string, string>>
  /** Makes the body of what signs its chunks. */
  body(sign: (kind: 'PAYLOAD' | 'TRAILER', ...parts: readonly string[]) => string): string
  readonly decodedLength?: number
}

/** Uploads as a client would that was written by hand from the description of Signature Version 4. */
async function upload({ key, payload, headers = {}, body, decodedLength }: Upload): Promise<Response> {
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const path = `/${BUCKET}/${key}`
  const signed: Readonly<Record<string, string>> = {
    host: new URL(practice.endpoint).host,
    'x-amz-content-sha256': payload,
    'x-amz-date': timestamp,
    ...(decodedLength === undefined ? {} : { 'x-amz-decoded-content-length': String(decodedLength) }),
  }
  const names = Object.keys(signed).toSorted()
  const canonical = [
    'PUT',
    path,
    '',
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
  const scope = [timestamp.slice(0, 8), practice.region, 's3', 'aws4_request']
  const signingKey = scope.reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${practice.secretAccessKey}`)
  const sign = (...lines: readonly string[]): string => hmac(signingKey, lines.join('\n')).toString('hex')
  const seed = sign('AWS4-HMAC-SHA256', timestamp, scope.join('/'), sha256(canonical))
  let before = seed
  const content = body((kind, ...parts) => {
    before = sign(`AWS4-HMAC-SHA256-${kind}`, timestamp, scope.join('/'), before, ...parts)
    return before
  })
  const { host: _, ...sent } = signed
  return fetch(`${practice.endpoint}${path}`, {
    method: 'PUT',
    body: content,
    headers: {
      ...sent,
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${practice.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${seed}`,
    },
  })
}

const exists = async (Key: string): Promise<boolean> => {
  const head = clientsOf(practice).s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))
  return (await refusal(head)).text === 'It was not refused.'
}

const FIRST = 'a'.repeat(70_000)
const SECOND = 'and the rest'
const chunk = (data: string, signature: string): string =>
  `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`

describe('the signatures of chunks', () => {
  const PAYLOAD = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  const decodedLength = FIRST.length + SECOND.length

  it('are those of the chunks, one after another', async () => {
    const response = await upload({
      key: 'signed-chunks',
      payload: PAYLOAD,
      decodedLength,
      body: (sign) =>
        [FIRST, SECOND]
          .map((data) => chunk(data, sign('PAYLOAD', sha256(''), sha256(data))))
          .concat(`0;chunk-signature=${sign('PAYLOAD', sha256(''), sha256(''))}\r\n\r\n`)
          .join(''),
    })
    expect([response.status, response.headers.get('etag')]).toEqual([
      200,
      `"${createHash('md5')
        .update(FIRST + SECOND)
        .digest('hex')}"`,
    ])
  })

  it.each([
    ['a chunk that was changed', (data: string) => data.replace('rest', 'lies'), (signature: string) => signature],
    ['a signature of something else', (data: string) => data, () => 'f'.repeat(64)],
    ['no signature', (data: string) => data, () => ''],
  ])('are refused for %s, and nothing is stored', async (name, change, other) => {
    const key = `refused-${name.replaceAll(' ', '-')}`
    const response = await upload({
      key,
      payload: PAYLOAD,
      decodedLength,
      body: (sign) =>
        [FIRST, SECOND]
          .map((data) => chunk(change(data), other(sign('PAYLOAD', sha256(''), sha256(data)))))
          .concat(`0;chunk-signature=${sign('PAYLOAD', sha256(''), sha256(''))}\r\n\r\n`)
          .join(''),
    })
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    ])
    expect(await exists(key)).toBe(false)
  })

  it.each([
    [200, 'the trailers as they are', (signature: string) => signature],
    [403, 'trailers that somebody else signed', () => 'f'.repeat(64)],
  ])('answer %i for %s', async (status, _name, other) => {
    const checksum = 'x-amz-checksum-crc32c:4waSgw=='
    const response = await upload({
      key: 'signed-trailers',
      payload: `${PAYLOAD}-TRAILER`,
      decodedLength: 9,
      headers: { 'x-amz-trailer': 'x-amz-checksum-crc32c' },
      body: (sign) =>
        [
          chunk('123456789', sign('PAYLOAD', sha256(''), sha256('123456789'))),
          `0;chunk-signature=${sign('PAYLOAD', sha256(''), sha256(''))}\r\n${checksum}\r\n`,
          `x-amz-trailer-signature:${other(sign('TRAILER', sha256(`${checksum}\n`)))}\r\n\r\n`,
        ].join(''),
    })
    expect(response.status).toBe(status)
  })
})

describe('checksums', () => {
  // The check values of the catalogue of parametrised CRC algorithms, for the digits from 1 to 9.
  it.each([
    ['x-amz-checksum-crc32', 'cbf43926'],
    ['x-amz-checksum-crc32c', 'e3069283'],
    ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
    ['x-amz-checksum-sha1', createHash('sha1').update('123456789').digest('hex')],
    ['x-amz-checksum-sha256', sha256('123456789')],
  ])('%s is checked, and given back', async (name, expected) => {
    const value = Buffer.from(expected, 'hex').toString('base64')
    const put = (key: string, sent: string) =>
      upload({ key, payload: 'UNSIGNED-PAYLOAD', headers: { [name]: sent }, body: () => '123456789' })
    const kept = await put(name, value)
    expect([kept.status, kept.headers.get(name)]).toEqual([200, value])
    const wrong = await put(`${name}-wrong`, Buffer.from(Buffer.from(expected, 'hex').toReversed()).toString('base64'))
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')])
    expect(await exists(`${name}-wrong`)).toBe(false)
  })
})
