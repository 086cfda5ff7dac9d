import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import type { ByteSource } from '../release/world.ts'
import type { Entry } from './entries.ts'

/** A small file's text, or why there is none. `damaged`: its content is not what the archive says of it. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unread'; readonly reason: 'too-large' | 'encrypted' | 'packed-strangely' | 'damaged' | 'link' }

const inflate = promisify(inflateRaw)
const HEADER = 0x04034b50
const HEADER_BYTES = 30
/** The header's own extra field may be longer than the list says; mostly it is not by more than this. */
const SPARE_BYTES = 128
const STORED = 0
const DEFLATED = 8

/** Reads one file in one or two reads, never more than `mostBytes` of it; throws only where the source does. */
export async function readEntry(source: ByteSource, entry: Entry, mostBytes: number): Promise<Content> {
  const unread = (reason: Extract<Content, { kind: 'unread' }>['reason']): Content => ({ kind: 'unread', reason })
  if (entry.encrypted) return unread('encrypted')
  if (entry.method !== STORED && entry.method !== DEFLATED) return unread('packed-strangely')
  if (entry.sizeBytes > mostBytes || entry.packedBytes > mostBytes) return unread('too-large')
  if (entry.at + HEADER_BYTES > source.sizeBytes) return unread('damaged')
  const expected = HEADER_BYTES + entry.nameBytes + entry.packedBytes + SPARE_BYTES
  const first = await source.read(entry.at, Math.min(expected, source.sizeBytes - entry.at))
  if (first.readUInt32LE(0) !== HEADER) return unread('damaged')
  const from = HEADER_BYTES + first.readUInt16LE(26) + first.readUInt16LE(28)
  const to = from + entry.packedBytes
  if (entry.at + to > source.sizeBytes) return unread('damaged')
  const packed = to <= first.length ? first.subarray(from, to) : await source.read(entry.at + from, entry.packedBytes)
  try {
    const content =
      entry.method === STORED ? packed : await inflate(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) })
    if (content.length !== entry.sizeBytes || crc32(content) !== entry.crc) return unread('damaged')
    return { kind: 'text', text: content.toString('utf8').replace(/^\uFEFF/, '') }
  } catch {
    return unread('damaged')
  }
}
