import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { CompletedPart, Part, S3Client } from '@aws-sdk/client-s3'
import { GIVEN_UP, SignalboxError } from '../contract/problem.ts'
import { translated } from './errors.ts'
import { readRawError } from './raw-error.ts'
import { changedSince, type UploadSource } from './upload-source.ts'

interface Location {
  readonly bucket: string
  readonly key: string
}

const PART_BYTES = 8 * 1024 * 1024
const PARTS_AT_ONCE = 4
/** Clearing away holds nobody up for longer than this. */
const LONGEST_CLEARING_MILLISECONDS = 5_000
const CALL = { service: 's3', operation: 'PutObject', changes: true } as const

interface Sending {
  readonly client: S3Client
  readonly source: UploadSource
  readonly location: Location
  readonly onProgress: (sentBytes: number) => void
  readonly signal: AbortSignal
}

/**
 * Sends a file to S3 in parts, a few at once, with memory for those few only. An upload of the same bundle that was
 * cut off is gone on with: parts that are there, and are the same, are not sent again. The object comes into being
 * only after the last byte was compared with what was inspected; a file that changed, or an upload that was given up,
 * leaves nothing behind.
 */
export async function sendInParts(sending: Sending): Promise<void> {
  const { client, source, location, onProgress, signal } = sending
  try {
    if (source.bundle.sizeBytes <= PART_BYTES) await sendAtOnce(client, source, location, signal)
    else await sendMultipart(sending)
    onProgress(source.bundle.sizeBytes)
  } catch (thrown) {
    if (signal.reason === GIVEN_UP) await clearAway(client, location)
    signal.throwIfAborted()
    throw thrown instanceof SignalboxError ? thrown : translated(thrown, CALL)
  }
}

/** Parts of an upload that nobody goes on with cost money until they are aborted; never fails, nothing depends on it. */
async function clearAway(client: S3Client, { bucket, key }: Location): Promise<void> {
  const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const abortSignal = AbortSignal.timeout(LONGEST_CLEARING_MILLISECONDS)
  try {
    // Looked for and not remembered: what was cut off while it began has an id that nobody was told.
    for (const UploadId of await uploadsOf(client, { bucket, key }, abortSignal))
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId }), { abortSignal })
  } catch {
    // Whoever may not look, or has no network, leaves the parts to the bucket's own rules.
  }
}

async function sendAtOnce(
  client: S3Client,
  source: UploadSource,
  { bucket, key }: Location,
  abortSignal: AbortSignal,
): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const { bundle } = source
  const bytes = await source.next(Buffer.alloc(bundle.sizeBytes))
  if (!source.isInspected()) throw changedSince(bundle)
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ...about(bundle.sha256),
      ChecksumCRC32: sumOf(bytes),
    }),
    { abortSignal },
  )
}

function about(sha256: string) {
  return { ContentType: 'application/zip', Metadata: { sha256 } }
}

async function sendMultipart({ client, source, location, onProgress, signal }: Sending): Promise<void> {
  const { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, UploadPartCommand } = await import(
    '@aws-sdk/client-s3'
  )
  const upload = (await findUpload(client, location, signal)) ?? (await beginUpload(client, source, location, signal))
  const target = { Bucket: location.bucket, Key: location.key, UploadId: upload.id }
  const failed = new AbortController()
  const abortSignal = AbortSignal.any([signal, failed.signal])
  const done: CompletedPart[] = []
  let sentBytes = 0

  async function sendPart(number: number, bytes: Buffer): Promise<void> {
    const there = upload.parts.get(number)
    const sum = sumOf(bytes)
    const etag =
      there && isSame(there, bytes, sum)
        ? there.ETag
        : (
            await client.send(
              new UploadPartCommand({ ...target, PartNumber: number, Body: bytes, ChecksumCRC32: sum }),
              { abortSignal },
            )
          ).ETag
    done.push({ PartNumber: number, ETag: etag, ChecksumCRC32: sum })
    sentBytes += bytes.length
    onProgress(sentBytes)
  }

  const free = Array.from({ length: PARTS_AT_ONCE }, () => Buffer.allocUnsafeSlow(PART_BYTES))
  const underWay = new Set<Promise<void>>()
  try {
    for (let number = 1; (number - 1) * PART_BYTES < source.bundle.sizeBytes; number += 1) {
      abortSignal.throwIfAborted()
      while (free.length === 0) await Promise.race(underWay)
      const buffer = free.pop()
      if (!buffer) continue
      const bytes = await source.next(buffer)
      const part = sendPart(number, bytes).finally(() => {
        free.push(buffer)
        underWay.delete(part)
      })
      part.catch((thrown: unknown) => failed.abort(thrown))
      underWay.add(part)
      if (bytes.length < PART_BYTES) break
    }
    await Promise.all(underWay)
    // One that failed may have left the set before it was waited for.
    failed.signal.throwIfAborted()
  } catch (thrown) {
    // The others were only cut off because of the first.
    throw failed.signal.aborted ? failed.signal.reason : thrown
  } finally {
    // What was merely cut off stays in S3 and is gone on with; nothing is under way when this is left.
    failed.abort()
    await Promise.allSettled(underWay)
  }
  if (!source.isInspected()) {
    await client.send(new AbortMultipartUploadCommand(target)).catch(() => undefined)
    throw changedSince(source.bundle)
  }
  await client.send(
    new CompleteMultipartUploadCommand({
      ...target,
      MultipartUpload: { Parts: done.toSorted((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0)) },
    }),
    { abortSignal: signal },
  )
}

interface Begun {
  readonly id: string
  /** What is there already, by number. */
  readonly parts: ReadonlyMap<number, Part>
}

/** An upload of this very object that was cut off; null where there is none or nobody may look. */
async function findUpload(
  client: S3Client,
  { bucket, key }: Location,
  abortSignal: AbortSignal,
): Promise<Begun | null> {
  const { ListPartsCommand } = await import('@aws-sdk/client-s3')
  try {
    const id = (await uploadsOf(client, { bucket, key }, abortSignal)).at(-1)
    if (id === undefined) return null
    // A bundle has 64 parts at most, and one answer lists a thousand.
    const { Parts = [] } = await client.send(new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: id }), {
      abortSignal,
    })
    return { id, parts: new Map(Parts.map((part) => [part.PartNumber ?? 0, part])) }
  } catch (thrown) {
    const { httpStatus } = readRawError(thrown)
    // Without the permission to look, or where the upload has just ended, it is begun anew.
    if (httpStatus === 403 || httpStatus === 404 || httpStatus === 501) return null
    throw thrown
  }
}

/** The ids of the uploads of this object that were begun and not ended, the newest last. */
async function uploadsOf(
  client: S3Client,
  { bucket, key }: Location,
  abortSignal: AbortSignal,
): Promise<readonly string[]> {
  const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3')
  const listed = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }), { abortSignal })
  return (listed.Uploads ?? []).flatMap(({ Key, UploadId }) => (Key === key && UploadId ? [UploadId] : []))
}

async function beginUpload(
  client: S3Client,
  { bundle }: UploadSource,
  { bucket, key }: Location,
  abortSignal: AbortSignal,
): Promise<Begun> {
  const { CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const begun = await client.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ...about(bundle.sha256), ChecksumAlgorithm: 'CRC32' }),
    { abortSignal },
  )
  return { id: begun.UploadId ?? '', parts: new Map() }
}

/** By its CRC-32 where S3 tells it, else by its MD5, which is the ETag unless the bucket encrypts with keys of KMS. */
function isSame(there: Part, bytes: Buffer, sum: string): boolean {
  if (there.Size !== bytes.length) return false
  if (there.ChecksumCRC32 !== undefined) return there.ChecksumCRC32 === sum
  return there.ETag?.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex')
}

function sumOf(bytes: Buffer): string {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return sum.toString('base64')
}
