import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A checksum that grows with the data; `digest` is base64, as the headers of S3 carry it. */
interface Checksum {
  update(data: Buffer): void
  digest(): string
}

/** What S3 calls a checksum in its headers, and how it is computed. */
const CHECKSUMS: Readonly<Record<string, () => Checksum>> = {
  'x-amz-checksum-crc32': () => {
    let crc = 0
    return {
      update: (data) => {
        crc = crc32(data, crc)
      },
      digest: () => base64([crc]),
    }
  },
  'x-amz-checksum-crc32c': createCrc32c,
  'x-amz-checksum-crc64nvme': createCrc64Nvme,
  'x-amz-checksum-sha1': () => hash('sha1'),
  'x-amz-checksum-sha256': () => hash('sha256'),
}

/** The checksums among these header names, begun; what a client does not send is not computed. */
export function beginChecksums(names: readonly string[]): ReadonlyMap<string, Checksum> {
  return new Map(
    names.flatMap((name) => {
      const create = Object.hasOwn(CHECKSUMS, name) ? CHECKSUMS[name] : undefined
      return create === undefined ? [] : [[name, create()] as const]
    }),
  )
}

function hash(algorithm: string): Checksum {
  const made = createHash(algorithm)
  return { update: (data) => void made.update(data), digest: () => made.digest('base64') }
}

function base64(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, index) => bytes.writeUInt32BE(word >>> 0, index * 4))
  return bytes.toString('base64')
}

// CRC-32C (Castagnoli), reflected.
const CASTAGNOLI = 0x82f63b78
let castagnoliTable: Uint32Array | undefined

function createCrc32c(): Checksum {
  castagnoliTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1
    return value
  })
  const table = castagnoliTable
  let crc = 0xffffffff
  return {
    update: (data) => {
      for (const byte of data) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
    },
    digest: () => base64([~crc]),
  }
}

// CRC-64/NVME, reflected, in two halves: JavaScript has no fast whole numbers of 64 bits.
const NVME_HIGH = 0x9a6c9329
const NVME_LOW = 0xac4bc9b5
let nvmeTables: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined

function createCrc64Nvme(): Checksum {
  nvmeTables ??= makeNvmeTables()
  const tables = nvmeTables
  let high = 0xffffffff
  let low = 0xffffffff
  return {
    update: (data) => {
      for (const byte of data) {
        const index = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (tables.low[index] ?? 0)
        high = (high >>> 8) ^ (tables.high[index] ?? 0)
      }
    },
    digest: () => base64([~high, ~low]),
  }
}

function makeNvmeTables(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const [highs, lows] = [new Uint32Array(256), new Uint32Array(256)]
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte]
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = (low & 1) === 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (isOdd) {
        low ^= NVME_LOW
        high ^= NVME_HIGH
      }
    }
    highs[byte] = high
    lows[byte] = low
  }
  return { high: highs, low: lows }
}
