import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { SourceBundle } from '../contract/models.ts'
import { problem, type SignalboxError } from '../contract/problem.ts'

/** The inspected file, open for sending; only while it is still that file. */
export interface UploadSource extends AsyncDisposable {
  readonly bundle: SourceBundle
  /** The next bytes, in their order: as many as asked for, fewer at the end. Fails in words where they cannot be read. */
  next(buffer: Buffer): Promise<Buffer>
  /** Whether what was read is, byte for byte, what was inspected; asked once, at the end. */
  isInspected(): boolean
}

/** Opens the file that was inspected; fails (`bad-bundle`) where it is gone or has another size by now. */
export async function openSource(bundle: SourceBundle): Promise<UploadSource> {
  const handle: FileHandle = await open(bundle.path, 'r').catch((thrown: unknown) => {
    throw unreadable(bundle, thrown)
  })
  try {
    const { size } = await handle.stat()
    if (size !== bundle.sizeBytes) throw changedSince(bundle)
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
  const hash = createHash('sha256')
  let at = 0
  return {
    bundle,
    next: async (buffer) => {
      let filled = 0
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, at).catch((thrown: unknown) => {
          throw unreadable(bundle, thrown)
        })
        if (bytesRead === 0) break
        filled += bytesRead
        at += bytesRead
      }
      const bytes = buffer.subarray(0, filled)
      hash.update(bytes)
      return bytes
    },
    isInspected: () => at === bundle.sizeBytes && hash.digest('hex') === bundle.sha256,
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

function unreadable(bundle: SourceBundle, thrown: unknown): SignalboxError {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : ''
  const detail = `${bundle.path}\n${thrown instanceof Error ? thrown.message : String(thrown)}`
  if (code === 'ENOENT') {
    return problem('bad-bundle', `${bundle.fileName} is no longer where it was`, {
      meaning: 'It was inspected, but the file has since been moved or deleted. Nothing was sent.',
      remedy: 'Choose the bundle again.',
      detail,
    })
  }
  return problem('bad-bundle', `${bundle.fileName} cannot be read any more`, {
    meaning: 'It could be read when it was inspected. No version was made of what was sent so far.',
    remedy:
      'See that its drive is connected and that you may read it, then try again: what was sent already is not sent twice. Or choose the bundle again from another place.',
    detail,
  })
}

/** What is said of a file that is another one by now. */
export function changedSince(bundle: SourceBundle): SignalboxError {
  return problem('bad-bundle', `${bundle.fileName} has changed since it was inspected`, {
    meaning: 'Only the file that was inspected may be released. Nothing of it is left in S3.',
    remedy: 'Choose the bundle again, so that it is inspected as it is now.',
    detail: bundle.path,
  })
}
