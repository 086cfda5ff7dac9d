import type { ByteSource } from '../release/world.ts'
import { type Entry, numberAt, readEntries } from './entries.ts'

/** What an archive says of itself in the list at its end, and where that list is. */
export type Directory =
  | {
      readonly kind: 'zip'
      readonly entries: readonly Entry[]
      /** The list's own bytes: names are compared with them as they were written. */
      readonly listing: Buffer
      readonly listingAt: number
      /** Bytes in front of the archive, by which every position in it is moved. */
      readonly shift: number
      readonly bytesAfter: number
      /** What is wrong with the list itself; such an archive may be unpacked differently by different tools. */
      readonly complaints: readonly string[]
    }
  | { readonly kind: 'no-zip'; readonly detail: string; readonly looksLike: string | null }

type Fault = Extract<Directory, { kind: 'no-zip' }>

const END = 0x06054b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const ZIP64_LOCATOR = 0x07064b50
const ZIP64_LOCATOR_BYTES = 20
const ZIP64_END = 0x06064b50
const ZIP64_END_BYTES = 56
/** A list of this size names about half a million files; a bundle has no use for more. */
const LARGEST_LISTING = 64 * 1024 * 1024

/** Lists a ZIP archive by reading its end only. Never throws for what is in it, only where the source does. */
export async function readDirectory(source: ByteSource): Promise<Directory> {
  if (source.sizeBytes === 0) return noZip('it is empty: 0 bytes')
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + LONGEST_COMMENT + ZIP64_LOCATOR_BYTES)
  const tailAt = source.sizeBytes - tailBytes
  const tail = await source.read(tailAt, tailBytes)
  const at = findEnd(tail)
  if (at === null) {
    const start = await source.read(0, Math.min(source.sizeBytes, 512))
    const looksLike = recognise(start)
    const isCut = start.length >= 4 && start.readUInt32LE(0) === 0x04034b50
    return noZip(isCut ? 'its end is missing: it was cut off' : 'the end of a ZIP archive is missing', looksLike)
  }
  const end = await readEnd(source, tail, tailAt, at)
  if ('kind' in end) return end
  const { listingBytes, listingAt: declaredAt, endAt } = end
  if (listingBytes > LARGEST_LISTING) return noZip('its list of files is larger than 64 MB')
  // What tools put in front of an archive (a start script) moves all that is in it.
  const shift = endAt - listingBytes - declaredAt
  const listingAt = declaredAt + shift
  if (shift < 0 || listingAt < 0) return noZip('its list of files would lie outside of the file: it was cut off')
  const listing = await source.read(listingAt, listingBytes)
  const read = readEntries(listing, shift)
  if (read.fault !== null) return noZip(read.fault)
  const complaints: string[] = []
  if (read.entries.length !== end.entries)
    complaints.push(`Its end speaks of ${end.entries} files, its list names ${read.entries.length}.`)
  const bytesAfter = source.sizeBytes - end.bytesUsed
  return { kind: 'zip', entries: read.entries, listing, listingAt, shift, bytesAfter, complaints }
}

interface End {
  readonly entries: number
  readonly listingBytes: number
  readonly listingAt: number
  /** Where the records of the end begin. */
  readonly endAt: number
  /** Where the archive ends, its comment included. */
  readonly bytesUsed: number
}

async function readEnd(source: ByteSource, tail: Buffer, tailAt: number, at: number): Promise<End | Fault> {
  const end = {
    entries: tail.readUInt16LE(at + 10),
    listingBytes: tail.readUInt32LE(at + 12),
    listingAt: tail.readUInt32LE(at + 16),
    endAt: tailAt + at,
    bytesUsed: tailAt + at + END_BYTES + tail.readUInt16LE(at + 20),
  }
  if (tail.readUInt16LE(at + 4) !== tail.readUInt16LE(at + 6)) return noZip('it is one part of a split archive')
  const locator = at - ZIP64_LOCATOR_BYTES
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR) {
    const asks = end.entries === 0xffff || end.listingBytes === 0xffffffff || end.listingAt === 0xffffffff
    return asks && end.listingAt === 0xffffffff ? noZip('a part of its end (ZIP64) is missing') : end
  }
  // The place it names is wrong where something stands in front of the archive; then the record lies just before.
  for (const place of [numberAt(tail, locator + 8), tailAt + locator - ZIP64_END_BYTES]) {
    if (place < 0 || place + ZIP64_END_BYTES > source.sizeBytes) continue
    const record = await source.read(place, ZIP64_END_BYTES)
    if (record.readUInt32LE(0) !== ZIP64_END) continue
    const [entries, listingBytes, listingAt] = [numberAt(record, 32), numberAt(record, 40), numberAt(record, 48)]
    if (![entries, listingBytes, listingAt].every(Number.isSafeInteger)) return noZip('its end (ZIP64) makes no sense')
    return { entries, listingBytes, listingAt, endAt: place, bytesUsed: end.bytesUsed }
  }
  return noZip('a part of its end (ZIP64) is missing')
}

/** The last record that fits: its comment reaches to the end, or something was added behind it. */
function findEnd(tail: Buffer): number | null {
  let cut: number | null = null
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END) continue
    const commentEnd = at + END_BYTES + tail.readUInt16LE(at + 20)
    if (commentEnd === tail.length) return at
    if (commentEnd < tail.length) cut ??= at
  }
  return cut
}

function noZip(detail: string, looksLike: string | null = null): Fault {
  return { kind: 'no-zip', detail, looksLike }
}

const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['a 7-Zip archive', /^7z\xbc\xaf/],
  ['a RAR archive', /^Rar!/],
  ['a gzip file (.gz, .tgz)', /^\x1f\x8b/],
  ['a bzip2 file', /^BZh/],
  ['an xz file', /^\xfd7zXZ/],
  ['a Zstandard file', /^\x28\xb5\x2f\xfd/],
  ['a tar archive', /^[\s\S]{257}ustar/],
  ['a web page, as a download that failed leaves behind', /^\s*<(!doctype html|html)/i],
  ['an XML document, as S3 answers errors', /^\s*<\?xml/],
  ['a program for Linux', /^\x7fELF/],
  ['a program for Windows', /^MZ/],
  ['a PDF document', /^%PDF/],
]

function recognise(start: Buffer): string | null {
  const text = start.toString('latin1')
  return SIGNATURES.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
