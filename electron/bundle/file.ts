import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { problem } from '../contract/problem.ts'
import type { ByteSource } from '../release/world.ts'

/** A bundle on this computer, opened once: what is read is one and the same file to the end. */
export interface BundleFile extends ByteSource, AsyncDisposable {
  /** Fills the buffer from there; answers how many bytes there were. */
  readInto(buffer: Buffer, offset: number): Promise<number>
  /** Whether the file was written to or replaced since it was opened. */
  hasChanged(): Promise<boolean>
}

const CHUNK_BYTES = 1024 * 1024

/** Opens a bundle; throws `bad-bundle` in words where it cannot be read. */
export async function openBundleFile(path: string): Promise<BundleFile> {
  const fileName = basename(path)
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw unreadable(fileName, thrown)
    })
  const handle: FileHandle = await told(open(path, 'r'))
  const opened = await told(handle.stat({ bigint: true }))
  if (!opened.isFile()) {
    await handle.close()
    throw problem('bad-bundle', `${fileName} is not a file`, {
      meaning: 'A source bundle is one file: ZIP, WAR or JAR.',
      remedy: 'Put the application into a ZIP file (its contents, not the folder around them) and choose that.',
    })
  }
  const readInto = async (buffer: Buffer, offset: number): Promise<number> => {
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await told(handle.read(buffer, filled, buffer.length - filled, offset + filled))
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }
  return {
    sizeBytes: Number(opened.size),
    readInto,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(length)
      if ((await readInto(buffer, offset)) < length) throw unreadable(fileName, 'It became shorter while it was read.')
      return buffer
    },
    hasChanged: async () => {
      const [now, there] = await Promise.all([
        handle.stat({ bigint: true }),
        stat(path, { bigint: true }).catch(() => null),
      ])
      return there === null || there.ino !== opened.ino || now.size !== opened.size || now.mtimeNs !== opened.mtimeNs
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

/** All bytes in their order. Two buffers take turns: a chunk is gone when the next but one is asked for. */
export async function* readInOrder(file: BundleFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const bytes = Math.min(CHUNK_BYTES, file.sizeBytes)
  const buffers = [Buffer.allocUnsafeSlow(bytes), Buffer.allocUnsafeSlow(bytes)] as const
  let next = file.readInto(buffers[0], 0)
  for (let offset = 0, turn = 0; offset < file.sizeBytes; turn = 1 - turn) {
    signal?.throwIfAborted()
    const length = await next
    if (length === 0) return
    const chunk = (turn === 0 ? buffers[0] : buffers[1]).subarray(0, length)
    offset += length
    // The next chunk is read while this one is worked on.
    next = file.readInto(turn === 0 ? buffers[1] : buffers[0], offset)
    next.catch(() => undefined)
    yield chunk
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'It is no longer there. Choose it where it is now.',
  EACCES: 'You may not read it. Ask for the right to read it, or copy it to a folder of your own.',
  EPERM: 'You may not read it. Ask for the right to read it, or copy it to a folder of your own.',
  EIO: 'The drive that it lies on has trouble. Copy it to another drive, then choose it there.',
  EBUSY: 'Another program holds it. Close that program, then choose it again.',
  EMFILE: 'Too many files are open on this computer. Close other programs, then choose it again.',
}

function unreadable(fileName: string, thrown: unknown): Error {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : ''
  return problem('bad-bundle', `${fileName} cannot be read`, {
    meaning: 'Nothing was sent to AWS.',
    remedy: WORDS[code] ?? 'Check that the file is still there and that you may read it, then choose it again.',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  })
}
