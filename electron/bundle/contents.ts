import type { ByteSource } from '../release/world.ts'
import { type Directory, readDirectory } from './archive.ts'
import type { Entry } from './entries.ts'
import type { Extension } from './extension.ts'
import { type Content, readEntry } from './read-entry.ts'
import { MANIFEST, readSingleFile, type SingleFile } from './single-file.ts'

/** All of a bundle that is read: its list of files, and those few small files that decide what it does. */
export interface Contents {
  readonly directory: Directory | SingleFile
  readonly extensions: readonly Extension[]
  /** What tells the kind of application, by name; only what could be read. */
  readonly markers: ReadonlyMap<string, string>
  /** Where symbolic links lead, by their names; only what could be read. */
  readonly links: ReadonlyMap<string, string>
}

const LARGEST_EXTENSION = 4 * 1024 * 1024
const LARGEST_MARKER = 64 * 1024
const LONGEST_LINK = 4096
const MOST_EXTENSIONS = 300
const MOST_LINKS = 100
/** Of all extensions together: memory stays small whatever a bundle holds. */
const MOST_EXTENSION_BYTES = 8 * 1024 * 1024
/** Elastic Beanstalk takes `.config` at the top; what a wrapping folder or another ending hides is looked into as well. */
const EXTENSION = /^(?:[^/]+\/)?\.ebextensions\/.+\.(?:config|ya?ml|json)$/i
/** A linked folder or file of extensions would hide what it declares. */
const EXTENSION_LINK = /^(?:[^/]+\/)?\.ebextensions(?:$|\/)/i
const MARKERS = new Set(['Dockerrun.aws.json', MANIFEST])

/** Reads what is needed of a bundle and never more; throws only where the source does. */
export async function readContents(source: ByteSource): Promise<Contents> {
  const directory = await readDirectory(source)
  const extensions: Extension[] = []
  const markers = new Map<string, string>()
  const links = new Map<string, string>()
  if (directory.kind === 'no-zip') {
    const single = await readSingleFile(source)
    if (single === null) return { directory, extensions, markers, links }
    return { directory: single, extensions, markers: new Map([[single.entries[0].name, single.text]]), links }
  }
  let room = MOST_EXTENSION_BYTES
  for (const entry of directory.entries) {
    if (entry.kind === 'folder') continue
    if (entry.kind === 'link' && EXTENSION_LINK.test(entry.name)) {
      extensions.push({ name: entry.name, content: { kind: 'unread', reason: 'link' } })
    } else if (EXTENSION.test(entry.name)) {
      const most = extensions.length < MOST_EXTENSIONS ? Math.min(room, LARGEST_EXTENSION) : 0
      const content: Content = await readEntry(source, entry, most)
      room -= content.kind === 'text' ? entry.sizeBytes : 0
      extensions.push({ name: entry.name, content })
    } else if (MARKERS.has(entry.name)) {
      const content = await readEntry(source, entry, LARGEST_MARKER)
      if (content.kind === 'text') markers.set(entry.name, content.text)
    } else if (entry.kind === 'link' && links.size < MOST_LINKS) {
      const content = await readEntry(source, entry, LONGEST_LINK)
      if (content.kind === 'text') links.set(entry.name, content.text)
    }
  }
  return { directory, extensions, markers, links }
}

/** The files of an archive, without its folders. */
export function filesOf(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ kind }) => kind !== 'folder')
}
