import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { AwsError } from '../../model/aws-error.ts'
import { createChunkDecoder } from './aws-chunked.ts'

/** What arrived: where it lies now and its digests. */
export interface Received {
  readonly size: number
  /** Hexadecimal. */
  readonly md5: string
  /** The checksum headers to answer with. */
  readonly checksums: Readonly<Record<string, string>>
}

/** Streams a request's body into a file, checking every length, hash and checksum that the client sent along. */
export async function receive(request: IncomingMessage, path: string): Promise<Received> {
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  const sha1 = createHash('sha1')
  let crc = 0
  let size = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk)
      sha256.update(chunk)
      sha1.update(chunk)
      crc = crc32(chunk, crc)
      size += chunk.length
      done(null, chunk)
    },
  })
  const declared = header(request, 'x-amz-content-sha256')
  const isChunked =
    declared?.startsWith('STREAMING-') === true || header(request, 'content-encoding')?.includes('aws-chunked') === true
  const decoder = isChunked ? createChunkDecoder() : undefined
  if (decoder === undefined) await pipeline(request, measure, createWriteStream(path))
  else await pipeline(request, decoder.stream, measure, createWriteStream(path))

  const expectedLength = header(request, isChunked ? 'x-amz-decoded-content-length' : 'content-length')
  if (expectedLength !== undefined && Number(expectedLength) !== size) {
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
      400,
    )
  }
  const sha256Bytes = sha256.digest()
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== sha256Bytes.toString('hex')) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
    )
  }
  const md5Bytes = md5.digest()
  const contentMd5 = header(request, 'content-md5')
  if (contentMd5 !== undefined && contentMd5 !== md5Bytes.toString('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400)
  }
  const crcBytes = Buffer.alloc(4)
  crcBytes.writeUInt32BE(crc)
  const computed: Readonly<Record<string, string>> = {
    'x-amz-checksum-crc32': crcBytes.toString('base64'),
    'x-amz-checksum-sha256': sha256Bytes.toString('base64'),
    'x-amz-checksum-sha1': sha1.digest('base64'),
  }
  const checksums: Record<string, string> = {}
  for (const [name, value] of Object.entries(computed)) {
    const sent = header(request, name) ?? decoder?.trailers().get(name)
    if (sent === undefined) continue
    if (sent !== value) {
      const algorithm = name.slice('x-amz-checksum-'.length).toUpperCase()
      throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, 400)
    }
    checksums[name] = value
  }
  return { size, md5: md5Bytes.toString('hex'), checksums }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
