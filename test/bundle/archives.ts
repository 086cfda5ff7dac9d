import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { crc32, deflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'

/** One file of an archive that is made by hand; what is set here is written as it is, true or not. */
export interface Member {
  readonly name: string | Buffer
  readonly text?: string | Buffer
  readonly method?: number
  readonly flags?: number
  readonly mode?: number
  readonly madeBy?: number
  readonly extra?: Buffer
  /** What its own header says instead of the truth. */
  readonly own?: {
    readonly name?: string
    readonly sizeBytes?: number
    readonly crc?: number
    readonly signature?: number
  }
  /** What the list says instead of the truth. */
  readonly listed?: {
    readonly sizeBytes?: number
    readonly packedBytes?: number
    readonly crc?: number
    readonly at?: number
  }
}

export interface Shape {
  readonly before?: Buffer
  readonly after?: Buffer
  readonly comment?: Buffer
  /** How many files the end speaks of. */
  readonly count?: number
  /** Writes the ZIP64 records, as archives of more than 65,535 files have them. */
  readonly zip64?: boolean
}

/** An archive as bytes, with whatever is wrong with it that the caller asks for. */
export function archive(members: readonly Member[], shape: Shape = {}): Buffer {
  const bodies: Buffer[] = []
  const records: Buffer[] = []
  let offset = 0
  for (const member of members) {
    const { own = {}, listed = {} } = member
    const name = Buffer.from(member.name)
    const content = Buffer.from(member.text ?? 'x')
    const method = member.method ?? 0
    const packed = method === 8 ? deflateRawSync(content) : content
    const flags = member.flags ?? 0x800
    const extra = member.extra ?? Buffer.alloc(0)
    const ownName = Buffer.from(own.name ?? name)
    const header = fields(
      [4, own.signature ?? 0x04034b50],
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, own.crc ?? crc32(content)],
      [4, packed.length],
      [4, own.sizeBytes ?? content.length],
      [2, ownName.length],
      [2, 0],
    )
    const record = fields(
      [4, 0x02014b50],
      [1, 20],
      [1, member.madeBy ?? 3],
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, listed.crc ?? crc32(content)],
      [4, listed.packedBytes ?? packed.length],
      [4, listed.sizeBytes ?? content.length],
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, member.mode ?? 0o100644],
      [4, listed.at ?? offset],
    )
    const body = Buffer.concat([header, ownName, packed])
    bodies.push(body)
    records.push(Buffer.concat([record, name, extra]))
    offset += body.length
  }
  const listing = Buffer.concat(records)
  const count = shape.count ?? members.length
  const large = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, listing.length],
    [8, offset],
    [4, 0x07064b50],
    [4, 0],
    [8, offset + listing.length],
    [4, 1],
  )
  const comment = shape.comment ?? Buffer.alloc(0)
  const end = shape.zip64
    ? fields(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, 0xffff],
        [2, 0xffff],
        [4, 0xffffffff],
        [4, 0xffffffff],
        [2, comment.length],
      )
    : fields(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, count],
        [2, count],
        [4, listing.length],
        [4, offset],
        [2, comment.length],
      )
  return Buffer.concat([
    shape.before ?? Buffer.alloc(0),
    ...bodies,
    listing,
    ...(shape.zip64 ? [large] : []),
    end,
    comment,
    shape.after ?? Buffer.alloc(0),
  ])
}

/** Numbers one after another, each of as many bytes, the lowest first. */
export function fields(...numbers: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    numbers.map(([bytes, value]) => {
      const field = Buffer.alloc(8)
      field.writeBigUInt64LE(BigInt(value))
      return field.subarray(0, bytes)
    }),
  )
}

/** An archive as an ordinary library writes it, on disk. */
export async function ordinaryZip(
  path: string,
  files: Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>,
): Promise<string> {
  const zip = new ZipFile()
  for (const [name, file] of Object.entries(files)) {
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o100644 } : file
    zip.addBuffer(Buffer.from(text), name, { mode, compress: text.length > 100 })
  }
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}
