import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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
  readonly parts: ReadonlyMap<number, StoredPart>
}

/** One change of what is stored; paths are names of files in the store's folder. */
export type ObjectChange =
  | { readonly change: 'bucket'; readonly bucket: string }
  | { readonly change: 'put'; readonly bucket: string; readonly key: string; readonly object: StoredObject }
  | { readonly change: 'remove'; readonly bucket: string; readonly key: string }
  | { readonly change: 'upload'; readonly upload: Omit<Upload, 'parts'> }
  | { readonly change: 'part'; readonly id: string; readonly number: number; readonly part: StoredPart }
  | { readonly change: 'discard'; readonly id: string }

/** The objects of the account, each in a file. Every change is kept before it is made. */
export interface ObjectStore {
  createBucket(bucket: string): void
  hasBucket(bucket: string): boolean
  find(bucket: string, key: string): StoredObject | undefined
  list(bucket: string): readonly (readonly [key: string, object: StoredObject])[]
  /** A file of its own for content that is still arriving. */
  newPath(): string
  /** Ends when a file is on the disk, where the store outlives the process. */
  flush(path: string): Promise<void>
  put(bucket: string, key: string, object: StoredObject): void
  /** Stores content that is at hand. */
  putBytes(bucket: string, key: string, content: Uint8Array, modified: number): Promise<void>
  remove(bucket: string, key: string): void
  findUpload(id: string): Upload | undefined
  /** By key, and of one key the one that was begun first comes first, as S3 lists them. */
  listUploads(bucket: string): readonly Upload[]
  openUpload(upload: Omit<Upload, 'id' | 'parts'>): Upload
  putPart(upload: Upload, number: number, part: StoredPart): void
  /** Joins the parts, in their order, into one object, unless `refuse` throws when they are joined. */
  complete(upload: Upload, numbers: readonly number[], modified: number, refuse: () => void): Promise<StoredObject>
  discard(upload: Upload): void
  /** Makes a change again that was kept; no file is touched. */
  repeat(change: ObjectChange): void
  /** Deletes the files that hold nothing any more and forgets what has lost its file, when all was repeated. */
  sweep(): Promise<void>
  close(): Promise<void>
}

export interface ObjectStoreOptions {
  /** Where the files are; absent: in a temporary folder that is removed at the end. */
  readonly folder?: string | undefined
  /** Called with each change before it is made; where it throws, the change is not made. */
  readonly keep: (change: ObjectChange) => void
}

interface StoredUpload extends Upload {
  readonly parts: Map<number, StoredPart>
}

/** Opens a store, which is empty until changes are repeated. */
export async function openObjectStore({ folder: kept, keep }: ObjectStoreOptions): Promise<ObjectStore> {
  if (kept !== undefined) await mkdir(kept, { recursive: true, mode: 0o700 })
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'signalbox-practice-')))
  const buckets = new Map<string, Map<string, StoredObject>>()
  const uploads = new Map<string, StoredUpload>()
  /** Uploads whose parts are being joined: nobody else may replace a part, join or discard them meanwhile. */
  const joining = new Set<string>()
  const newPath = (): string => join(folder, randomUUID())

  /** Answers the files that are free now. */
  const apply = (change: ObjectChange): readonly string[] => {
    switch (change.change) {
      case 'bucket':
        if (!buckets.has(change.bucket)) buckets.set(change.bucket, new Map())
        return []
      case 'put': {
        const objects = buckets.get(change.bucket)
        const before = objects?.get(change.key)
        objects?.set(change.key, here(change.object))
        return before === undefined ? [] : [before.path]
      }
      case 'remove': {
        const before = buckets.get(change.bucket)?.get(change.key)
        buckets.get(change.bucket)?.delete(change.key)
        return before === undefined ? [] : [before.path]
      }
      case 'upload':
        uploads.set(change.upload.id, { ...change.upload, parts: new Map() })
        return []
      case 'part': {
        const upload = uploads.get(change.id)
        const before = upload?.parts.get(change.number)
        upload?.parts.set(change.number, here(change.part))
        return before === undefined ? [] : [before.path]
      }
      case 'discard': {
        const upload = uploads.get(change.id)
        uploads.delete(change.id)
        return [...(upload?.parts.values() ?? [])].map(({ path }) => path)
      }
    }
  }
  // The folder may be moved while nobody looks.
  const here = <T extends { readonly path: string }>(stored: T): T => ({ ...stored, path: join(folder, stored.path) })
  const named = <T extends { readonly path: string }>(stored: T): T => ({ ...stored, path: basename(stored.path) })
  const make = (change: ObjectChange): void => {
    keep(change)
    for (const path of apply(change)) void rm(path, { force: true }).catch(() => undefined)
  }

  async function joined(
    ...[upload, numbers, modified, refuse]: Parameters<ObjectStore['complete']>
  ): Promise<StoredObject> {
    const parts = numbers.flatMap((number) => upload.parts.get(number) ?? [])
    const path = newPath()
    try {
      await pipeline(contentOf(parts), createWriteStream(path))
      await store.flush(path)
      const digests = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex')))
      const object = {
        path,
        size: (await stat(path)).size,
        etag: `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`,
        modified,
        contentType: upload.contentType,
        metadata: upload.metadata,
      }
      refuse()
      store.put(upload.bucket, upload.key, object)
      return object
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  const store: ObjectStore = {
    createBucket: (bucket) => {
      if (!buckets.has(bucket)) make({ change: 'bucket', bucket })
    },
    hasBucket: (bucket) => buckets.has(bucket),
    find: (bucket, key) => buckets.get(bucket)?.get(key),
    list: (bucket) => [...(buckets.get(bucket) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    newPath,
    flush: async (path) => {
      if (kept === undefined) return
      const file = await open(path)
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
    },
    put: (bucket, key, object) => make({ change: 'put', bucket, key, object: named(object) }),
    async putBytes(bucket, key, content, modified) {
      store.createBucket(bucket)
      const path = newPath()
      await writeFile(path, content)
      await store.flush(path)
      const etag = `"${createHash('md5').update(content).digest('hex')}"`
      const size = content.length
      store.put(bucket, key, { path, size, etag, modified, contentType: 'application/zip', metadata: {} })
    },
    remove: (bucket, key) => {
      if (store.find(bucket, key) !== undefined) make({ change: 'remove', bucket, key })
    },
    findUpload: (id) => (joining.has(id) ? undefined : uploads.get(id)),
    listUploads: (bucket) =>
      [...uploads.values()]
        .filter(({ id, bucket: of }) => of === bucket && !joining.has(id))
        .toSorted((one, other) => (one.key === other.key ? 0 : one.key < other.key ? -1 : 1)),
    openUpload: (upload) => {
      const opened = { ...upload, id: randomUUID().replaceAll('-', '') }
      make({ change: 'upload', upload: opened })
      return { ...opened, parts: new Map() }
    },
    putPart: (upload, number, part) => make({ change: 'part', id: upload.id, number, part: named(part) }),
    async complete(upload, numbers, modified, refuse) {
      joining.add(upload.id)
      try {
        const object = await joined(upload, numbers, modified, refuse)
        store.discard(upload)
        return object
      } finally {
        joining.delete(upload.id)
      }
    },
    discard: (upload) => make({ change: 'discard', id: upload.id }),
    repeat: (change) => void apply(change),
    sweep: async () => {
      const present = new Set(await readdir(folder))
      const used = new Set<string>()
      const isThere = ({ path }: { readonly path: string }): boolean => {
        used.add(basename(path))
        return present.has(basename(path))
      }
      for (const objects of buckets.values())
        for (const [key, object] of objects) if (!isThere(object)) objects.delete(key)
      for (const { parts } of uploads.values())
        for (const [number, part] of parts) if (!isThere(part)) parts.delete(number)
      const free = [...present].filter((name) => !used.has(name))
      await Promise.all(free.map((name) => rm(join(folder, name), { force: true })))
    },
    close: async () => {
      if (kept === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
  return store
}

async function* contentOf(parts: readonly StoredPart[]): AsyncIterable<Buffer> {
  for (const { path } of parts) {
    const stream: Readable = createReadStream(path)
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  }
}
