import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** One object; its content is a file, so that no bundle is held in memory. */
export interface StoredObject {
  readonly path: string
  readonly size: number
  /** With quotes, as in the header. */
  readonly etag: string
  /** Account milliseconds since the epoch. */
  readonly modified: number
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
}

interface StoredPart {
  readonly path: string
  readonly size: number
  readonly md5: string
}

export interface Upload {
  readonly id: string
  readonly bucket: string
  readonly key: string
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
  readonly parts: Map<number, StoredPart>
}

/** The objects of the account, kept in a temporary folder that is removed at the end. */
export interface ObjectStore {
  createBucket(bucket: string): void
  hasBucket(bucket: string): boolean
  find(bucket: string, key: string): StoredObject | undefined
  list(bucket: string): readonly (readonly [key: string, object: StoredObject])[]
  /** A file of its own for content that is still arriving. */
  newPath(): string
  put(bucket: string, key: string, object: StoredObject): Promise<void>
  /** Stores content that is at hand. */
  putBytes(bucket: string, key: string, content: Uint8Array, modified: number): Promise<void>
  remove(bucket: string, key: string): Promise<void>
  readonly uploads: Map<string, Upload>
  /** Joins the parts, in their order, into one object. */
  complete(upload: Upload, numbers: readonly number[], modified: number): Promise<StoredObject>
  discard(upload: Upload): Promise<void>
  close(): Promise<void>
}

/** Opens an empty store. */
export async function openObjectStore(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-practice-'))
  const buckets = new Map<string, Map<string, StoredObject>>()
  const uploads = new Map<string, Upload>()
  let files = 0
  const newPath = (): string => {
    files += 1
    return join(folder, String(files))
  }
  const forget = async (path: string): Promise<void> => rm(path, { force: true })

  const store: ObjectStore = {
    createBucket(bucket) {
      if (!buckets.has(bucket)) buckets.set(bucket, new Map())
    },
    hasBucket: (bucket) => buckets.has(bucket),
    find: (bucket, key) => buckets.get(bucket)?.get(key),
    list: (bucket) => [...(buckets.get(bucket) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    newPath,
    async put(bucket, key, object) {
      const objects = buckets.get(bucket)
      const before = objects?.get(key)
      objects?.set(key, object)
      if (before !== undefined) await forget(before.path)
    },
    async putBytes(bucket, key, content, modified) {
      store.createBucket(bucket)
      const path = newPath()
      await writeFile(path, content)
      const etag = `"${createHash('md5').update(content).digest('hex')}"`
      await store.put(bucket, key, {
        path,
        size: content.length,
        etag,
        modified,
        contentType: 'application/zip',
        metadata: {},
      })
    },
    async remove(bucket, key) {
      const object = store.find(bucket, key)
      if (object === undefined) return
      buckets.get(bucket)?.delete(key)
      await forget(object.path)
    },
    uploads,
    async complete(upload, numbers, modified) {
      const parts = numbers.flatMap((number) => upload.parts.get(number) ?? [])
      const path = newPath()
      await pipeline(contentOf(parts), createWriteStream(path))
      const digests = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex')))
      const object = {
        path,
        size: (await stat(path)).size,
        etag: `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`,
        modified,
        contentType: upload.contentType,
        metadata: upload.metadata,
      }
      await store.put(upload.bucket, upload.key, object)
      await store.discard(upload)
      return object
    },
    async discard(upload) {
      uploads.delete(upload.id)
      await Promise.all([...upload.parts.values()].map(({ path }) => forget(path)))
    },
    close: async () => rm(folder, { recursive: true, force: true }),
  }
  return store
}

/** An id for a new multipart upload. */
export function newUploadId(): string {
  return randomUUID().replaceAll('-', '')
}

async function* contentOf(parts: readonly StoredPart[]): AsyncIterable<Buffer> {
  for (const { path } of parts) {
    const stream: Readable = createReadStream(path)
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  }
}
