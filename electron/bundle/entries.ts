import { crc32 } from 'node:zlib'

/** One file or folder, as the archive's list at its end says. */
export interface Entry {
  /** With `/` between its parts; a folder's ends with one. */
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly hasBackslashes: boolean
  /** `guessed`: the archive does not say which letters its bytes stand for, and they are no UTF-8. */
  readonly nameEncoding: 'sound' | 'guessed'
  readonly sizeBytes: number
  readonly packedBytes: number
  readonly crc: number
  readonly method: number
  readonly encrypted: boolean
  /** Its sizes stand behind its content, not in front of it. */
  readonly sizesFollow: boolean
  /** Permission bits; null where the archive was not made on Unix. */
  readonly permissions: number | null
  /** Where its own header is, in the file. */
  readonly at: number
  /** Where the list names it, and how long its name is there. */
  readonly listedAt: number
  readonly nameBytes: number
}

const RECORD = 0x02014b50
const RECORD_BYTES = 46
const MOST_ENTRIES = 500_000
const UNIX = 3
const MACOS = 19
const UTF8_FLAG = 0x800
const KINDS: Readonly<Record<number, Entry['kind']>> = {
  0o120000: 'link',
  0o040000: 'folder',
  0o100000: 'file',
  0: 'file',
}

/** Reads the list of an archive; `shift` is added to every position. A fault says why the list ends early. */
export function readEntries(
  listing: Buffer,
  shift: number,
): { readonly entries: readonly Entry[]; readonly fault: string | null } {
  const entries: Entry[] = []
  let at = 0
  while (at < listing.length) {
    if (listing.length - at < RECORD_BYTES || listing.readUInt32LE(at) !== RECORD)
      return { entries, fault: `its list of files is damaged after ${entries.length} files` }
    if (entries.length === MOST_ENTRIES) return { entries, fault: 'it names more than 500,000 files' }
    const nameBytes = listing.readUInt16LE(at + 28)
    const extraBytes = listing.readUInt16LE(at + 30)
    const next = at + RECORD_BYTES + nameBytes + extraBytes + listing.readUInt16LE(at + 32)
    if (next > listing.length) return { entries, fault: `its list of files is cut off after ${entries.length} files` }
    const entry = readEntry(listing, at, nameBytes, extraBytes, shift)
    const { sizeBytes, packedBytes, at: start } = entry
    if (!Number.isSafeInteger(sizeBytes) || !Number.isSafeInteger(packedBytes) || !Number.isSafeInteger(start))
      return { entries, fault: `the sizes of “${entry.name.slice(0, 100)}” make no sense` }
    entries.push(entry)
    at = next
  }
  return { entries, fault: null }
}

/** Which entry comes first in the archive itself, which next: mostly, but not always, as they are listed. */
export function orderOf(entries: readonly Entry[]): Uint32Array {
  return Uint32Array.from(entries, (_, index) => index).toSorted(
    (one, other) => (entries[one]?.at ?? 0) - (entries[other]?.at ?? 0),
  )
}

/** Whatever is only needed for a few of very many entries is not made for all of them. */
function readEntry(listing: Buffer, at: number, nameBytes: number, extraBytes: number, shift: number): Entry {
  const flags = listing.readUInt16LE(at + 8)
  const nameAt = at + RECORD_BYTES
  const extraAt = nameAt + nameBytes
  const extra = (): Buffer => listing.subarray(extraAt, extraAt + extraBytes)
  let raw = listing.toString('latin1', nameAt, extraAt)
  let nameEncoding: Entry['nameEncoding'] = 'sound'
  if (BEYOND_ASCII.test(raw)) {
    const read = readName(listing.subarray(nameAt, extraAt), (flags & UTF8_FLAG) !== 0, extra())
    raw = read.name
    nameEncoding = read.encoding
  }
  const hasBackslashes = raw.includes('\\')
  const name = hasBackslashes ? raw.replaceAll('\\', '/') : raw
  const madeBy = listing.readUInt8(at + 5)
  const mode = listing.readUInt16LE(at + 40)
  const hasMode = (madeBy === UNIX || madeBy === MACOS) && mode !== 0
  let sizeBytes = listing.readUInt32LE(at + 24)
  let packedBytes = listing.readUInt32LE(at + 20)
  let start = listing.readUInt32LE(at + 42)
  if (sizeBytes === 0xffffffff || packedBytes === 0xffffffff || start === 0xffffffff)
    [sizeBytes, packedBytes, start] = largeSizes([sizeBytes, packedBytes, start], extra())
  return {
    name,
    kind: name.endsWith('/') ? 'folder' : hasMode ? (KINDS[mode & 0o170000] ?? 'other') : 'file',
    hasBackslashes,
    nameEncoding,
    sizeBytes,
    packedBytes,
    crc: listing.readUInt32LE(at + 16),
    method: listing.readUInt16LE(at + 10),
    encrypted: (flags & 0x41) !== 0,
    sizesFollow: (flags & 8) !== 0,
    permissions: hasMode ? mode & 0o777 : null,
    at: start + shift,
    listedAt: at,
    nameBytes,
  }
}

type Sizes = readonly [sizeBytes: number, packedBytes: number, at: number]

/** What does not fit into 32 bits stands in an extra field, in this order and only where it is needed (APPNOTE 4.5.3). */
function largeSizes([sizeBytes, packedBytes, start]: Sizes, extra: Buffer): Sizes {
  const large = extraField(extra, 0x0001) ?? Buffer.alloc(0)
  let from = 0
  const take = (short: number): number => {
    if (short !== 0xffffffff) return short
    from += 8
    return from <= large.length ? numberAt(large, from - 8) : Number.NaN
  }
  return [take(sizeBytes), take(packedBytes), take(start)]
}

/** Not a safe integer where it does not fit; whoever uses it checks. */
export function numberAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at)
}

function extraField(extra: Buffer, wanted: number): Buffer | null {
  let at = 0
  while (at + 4 <= extra.length) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === wanted) return extra.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
  return null
}

const BEYOND_ASCII = /[\u0080-\u00ff]/
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readName(
  bytes: Buffer,
  isUtf8: boolean,
  extra: Buffer,
): { readonly name: string; readonly encoding: Entry['nameEncoding'] } {
  const unicode = isUtf8 ? null : extraField(extra, 0x7075)
  if (unicode && unicode.length > 5 && unicode.readUInt32LE(1) === crc32(bytes))
    return { name: unicode.toString('utf8', 5), encoding: 'sound' }
  try {
    // Most tools on Linux and macOS write UTF-8 and forget to say so.
    return { name: strict.decode(bytes), encoding: 'sound' }
  } catch {
    return { name: isUtf8 ? bytes.toString('utf8') : decode437(bytes), encoding: 'guessed' }
  }
}

/** The IBM PC's letters, which a name is in where nothing else is said (APPNOTE, appendix D). */
const HIGH_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

function decode437(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (HIGH_437[byte - 0x80] ?? '?'))).join(
    '',
  )
}
