import { problem } from '../contract/problem.ts'
import type { ByteSource } from '../release/world.ts'
import type { Clients } from './clients.ts'
import type { Send } from './send.ts'

/** An object in S3 that is read in pieces; `etag` changes when it is overwritten. */
export interface StoredObject extends ByteSource {
  readonly etag: string
}

/** The list of a usual bundle's files lies within its last bytes, so that one call mostly does. */
const TAIL_BYTES = 256 * 1024

/** Opens an object by reading its end; throws `access-denied`, `not-found` and what else S3 says, in words. */
export async function openStoredObject(
  clients: Clients,
  send: Send,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<StoredObject> {
  async function get(range: string, etag?: string) {
    return send({ service: 's3', operation: 'GetObject', changes: false }, async (abortSignal) => {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3')
      const client = await clients.s3()
      const condition = etag === undefined ? {} : { IfMatch: etag }
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range, ...condition }), {
        abortSignal,
      })
      return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) }
    })
  }

  const changed = () =>
    problem('drift', 'A bundle in S3 was overwritten while it was read', {
      meaning: 'What it declares is not known.',
      remedy: 'Try again.',
      detail: `${bucket}/${key}`,
    })

  const tail = await get(`bytes=-${TAIL_BYTES}`)
  const etag = tail.ETag ?? ''
  const sizeBytes = Number(/\/(\d+)$/.exec(tail.ContentRange ?? '')?.[1] ?? tail.bytes.length)
  const tailAt = sizeBytes - tail.bytes.length
  return {
    sizeBytes,
    etag,
    read: async (offset, length) => {
      if (length === 0) return Buffer.alloc(0)
      if (offset >= tailAt) return exactly(tail.bytes.subarray(offset - tailAt, offset - tailAt + length), length)
      const answer = await get(`bytes=${offset}-${offset + length - 1}`, etag)
      if (answer.ETag !== etag) throw changed()
      return exactly(answer.bytes, length)
    },
  }

  function exactly(bytes: Buffer, length: number): Buffer {
    if (bytes.length !== length) throw changed()
    return bytes
  }
}
