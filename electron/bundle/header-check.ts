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
  let carried = Buffer.alloc(0)
  let carriedAt = 0

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
        const { at: start } = entry
        const length = HEADER_BYTES + entry.nameBytes
        if (start + length > end) break
        const header =
          start >= at
            ? chunk.subarray(start - at, start - at + length)
            : Buffer.concat([carried.subarray(Math.max(0, start - carriedAt)), chunk]).subarray(0, length)
        const what = differenceOf(header, entry, listing)
        if (what !== null) note(entry, what)
      }
      carriedAt = Math.max(at, end - LONGEST_HEADER)
      carried = Buffer.from(chunk.subarray(carriedAt - at))
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

function differenceOf(header: Buffer, entry: Entry, listing: Buffer): Mismatch['what'] | null {
  if (header.length < HEADER_BYTES || header.readUInt32LE(0) !== HEADER) return 'missing'
  const listed = listing.subarray(entry.listedAt + 46, entry.listedAt + 46 + entry.nameBytes)
  if (header.readUInt16LE(26) !== entry.nameBytes || !header.subarray(HEADER_BYTES).equals(listed))
    return 'another-name'
  if (header.readUInt16LE(8) !== entry.method) return 'other-sizes'
  if (entry.sizesFollow) return null
  const [packed, size] = [header.readUInt32LE(18), header.readUInt32LE(22)]
  const isLarge = packed === 0xffffffff || size === 0xffffffff
  const agrees = isLarge || (packed === entry.packedBytes && size === entry.sizeBytes)
  return agrees && header.readUInt32LE(14) === entry.crc ? null : 'other-sizes'
}
