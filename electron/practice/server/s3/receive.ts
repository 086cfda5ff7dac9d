import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AwsError } from '../../model/aws-error.ts'
import { sweepBuffers } from '../spare-memory.ts'
import { type ChunkSigner, createChunkDecoder } from './aws-chunked.ts'
import { beginChecksums } from './checksums.ts'

/** What arrived: where it lies now and its digests. */
export interface Received {
  readonly size: number
  /** Hexadecimal. */
  readonly md5: string
  /** The checksum headers to answer with. */
  readonly checksums: Readonly<Record<string, string>>
}

const SWEPT_BYTES = 16_000_000
const SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'

/**
 * Streams a request's body into a file, checking every length, hash, checksum and signature of a chunk that the client
 * sent along. `signer` signs chunks as the client must have.
 */
export async function receive(request: IncomingMessage, path: string, signer: ChunkSigner): Promise<Received> {
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  const announced = (header(request, 'x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase())
  const checking = beginChecksums([...Object.keys(request.headers), ...announced])
  let size = 0
  let swept = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk)
      sha256.update(chunk)
      for (const checksum of checking.values()) checksum.update(chunk)
      size += chunk.length
      if (size - swept > SWEPT_BYTES) {
        sweepBuffers()
        swept = size
      }
      done(null, chunk)
    },
  })
  const declared = header(request, 'x-amz-content-sha256')
  const isChunked =
    declared?.startsWith('STREAMING-') === true || header(request, 'content-encoding')?.includes('aws-chunked') === true
  const decoder = isChunked
    ? createChunkDecoder(declared?.startsWith(SIGNED_CHUNKS) === true ? signer : undefined)
    : undefined
  if (decoder === undefined) await pipeline(request, measure, createWriteStream(path))
  else await pipeline(request, decoder.stream, measure, createWriteStream(path))

  const failure = decoder?.failure()
  if (failure !== undefined) throw failure
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
  const checksums: Record<string, string> = {}
  for (const [name, checksum] of checking) {
    const sent = header(request, name) ?? decoder?.trailers().get(name)
    if (sent === undefined) continue
    const value = checksum.digest()
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
