import type { Directory } from './archive.ts'
import { type Entry, orderOf } from './entries.ts'

/** A file whose own header is missing or says something else than the list at the archive's end. */
export interface Mismatch {
  readonly name: string
  readonly what: 'missing' | 'another-name' | 'other-sizes'
}

const HEADER = 0x04034b50
const HEADER_BYTES = 30
const LONGEST_HEADER = HEADER_BYTES + 0xffff
const MOST_KEPT = 20

/**
 * Compares every file's own header with the list while the archive's bytes go by in their order, so that it costs no
 * read of its own. Tools differ in which of the two they believe.
 */
export function createHeaderCheck({ entries, listing }: Extract<Directory, { kind: 'zip' }>) {
  const order = orderOf(entries)
  const found: Mismatch[] = []
  let next = 0
  // The end of the bytes before: a header may begin there. One buffer for all, so that nothing piles up.
  const carried = Buffer.allocUnsafeSlow(LONGEST_HEADER)
  let carriedBytes = 0

  function note(entry: Entry, what: Mismatch['what']): void {
    if (found.length < MOST_KEPT) found.push({ name: entry.name, what })
  }

  return {
    /** The next bytes of the archive; `at` is where they begin. */
    see(chunk: Buffer, at: number): void {
      const end = at + chunk.length
      for (; next < order.length; next += 1) {
        const entry = entries[order[next] ?? 0]
        if (!entry) continue
        const length = HEADER_BYTES + entry.nameBytes
        if (entry.at + length > end) break
        const before = at - entry.at
        const what =
          before <= 0
            ? differenceOf(chunk, -before, entry, listing)
            : before <= carriedBytes
              ? differenceOf(
                  Buffer.concat([carried.subarray(carriedBytes - before, carriedBytes), chunk.subarray(0, length)]),
                  0,
                  entry,
                  listing,
                )
              : 'missing'
        if (what !== null) note(entry, what)
      }
      carriedBytes = Math.min(LONGEST_HEADER, chunk.length)
      chunk.copy(carried, 0, chunk.length - carriedBytes)
    },
    /** All that was found, when the last bytes have been seen. */
    end(): readonly Mismatch[] {
      for (; next < order.length; next += 1) {
        const entry = entries[order[next] ?? 0]
        if (entry) note(entry, 'missing')
      }
      return found
    },
  }
}

/** The header begins at `from`, and all of it is there. */
function differenceOf(bytes: Buffer, from: number, entry: Entry, listing: Buffer): Mismatch['what'] | null {
  if (bytes.readUInt32LE(from) !== HEADER) return 'missing'
  const [nameAt, listedAt] = [from + HEADER_BYTES, entry.listedAt + 46]
  const { nameBytes } = entry
  const isNamed =
    bytes.readUInt16LE(from + 26) === nameBytes &&
    bytes.compare(listing, listedAt, listedAt + nameBytes, nameAt, nameAt + nameBytes) === 0
  if (!isNamed) return 'another-name'
  if (bytes.readUInt16LE(from + 8) !== entry.method) return 'other-sizes'
  if (entry.sizesFollow) return null
  const [packed, size] = [bytes.readUInt32LE(from + 18), bytes.readUInt32LE(from + 22)]
  const isLarge = packed === 0xffffffff || size === 0xffffffff
  const agrees = isLarge || (packed === entry.packedBytes && size === entry.sizeBytes)
  return agrees && bytes.readUInt32LE(from + 14) === entry.crc ? null : 'other-sizes'
}
