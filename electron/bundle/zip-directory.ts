import { text } from 'node:stream/consumers'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'

/** One file or folder as the central directory lists it. */
export interface ZipEntry {
  /** With `/` between its parts. */
  readonly name: string
  readonly hasBackslashes: boolean
  readonly sizeBytes: number
  readonly encrypted: boolean
  readonly symbolicLink: boolean
}

/** A file of `.ebextensions` with its text; null where it is too large or cannot be read. */
export interface Extension {
  readonly name: string
  readonly text: string | null
}

export type Directory =
  | { readonly kind: 'zip'; readonly entries: readonly ZipEntry[]; readonly extensions: readonly Extension[] }
  | { readonly kind: 'no-zip'; readonly detail: string }

const LARGEST_EXTENSION_BYTES = 256 * 1024
const MOST_EXTENSIONS = 200
const EXTENSION = /^(?:[^/]+\/)?\.ebextensions\/[^/]+\.(?:config|ya?ml|json)$/i
const UNIX = 3
const SYMBOLIC_LINK = 0o120000
const FILE_TYPE = 0o170000

/** Lists a ZIP file; never throws for what is in it. */
export async function readDirectory(path: string): Promise<Directory> {
  let zip: ZipFile
  try {
    // Names are decoded here: yauzl itself stops at the first unsafe one, and all of them are to be told.
    zip = await openPromise(path, { autoClose: false, decodeStrings: false })
  } catch (thrown) {
    return { kind: 'no-zip', detail: describe(thrown) }
  }
  try {
    const entries: ZipEntry[] = []
    const extensions: Extension[] = []
    for await (const entry of zip.eachEntry()) {
      const listed = entryOf(entry)
      entries.push(listed)
      if (EXTENSION.test(listed.name) && extensions.length < MOST_EXTENSIONS) {
        extensions.push({ name: listed.name, text: await textOf(zip, entry, listed) })
      }
    }
    return { kind: 'zip', entries, extensions }
  } catch (thrown) {
    return { kind: 'no-zip', detail: describe(thrown) }
  } finally {
    zip.close()
  }
}

function entryOf(entry: Entry): ZipEntry {
  const raw = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
  const mode = entry.externalFileAttributes >>> 16
  return {
    name: raw.replaceAll('\\', '/'),
    hasBackslashes: raw.includes('\\'),
    sizeBytes: entry.uncompressedSize,
    encrypted: entry.isEncrypted(),
    symbolicLink: entry.versionMadeBy >>> 8 === UNIX && (mode & FILE_TYPE) === SYMBOLIC_LINK,
  }
}

async function textOf(zip: ZipFile, entry: Entry, listed: ZipEntry): Promise<string | null> {
  if (listed.encrypted || listed.sizeBytes > LARGEST_EXTENSION_BYTES) return null
  try {
    return await text(await zip.openReadStreamPromise(entry))
  } catch {
    return null
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
