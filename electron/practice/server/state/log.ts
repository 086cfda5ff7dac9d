import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

/** A file of lines that only grows. A line counts once it ends; half a line is what a crash left and is cut off. */
export interface Log {
  /** Adds a line; `durable`: it is on the disk when this returns. Throws, and adds nothing, where it cannot be written. */
  append(line: string, durable: boolean): void
  close(): void
}

/** Opens a log, or begins it, and answers the lines it holds. `isSound` says whether a line is whole. */
export function openLog(
  path: string,
  isSound: (line: string) => boolean,
): { readonly log: Log; readonly lines: readonly string[] } {
  const descriptor = openSync(path, 'a+', 0o600)
  const content = readFileSync(descriptor)
  const lines = content.toString('utf8').split('\n')
  // What stands behind the last line end was never answered. A file without any line is for the caller to judge.
  if (lines.length > 1) lines.pop()
  else if (content.length === 0) return { lines: [], log: logOf(descriptor, 0) }
  // Nor was what a crash of the machine left as garbage at the end.
  while (lines.length > 1 && !isSound(lines.at(-1) ?? '')) lines.pop()
  const size = Math.min(
    content.length,
    lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
  )
  if (size < content.length) ftruncateSync(descriptor, size)
  return { lines, log: logOf(descriptor, size) }
}

function logOf(descriptor: number, begun: number): Log {
  let size = begun
  return {
    append: (line, durable) => {
      const bytes = Buffer.from(`${line}\n`)
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
        if (durable) fdatasyncSync(descriptor)
        size += bytes.length
      } catch (error) {
        ftruncateSync(descriptor, size)
        throw error
      }
    },
    close: () => closeSync(descriptor),
  }
}
