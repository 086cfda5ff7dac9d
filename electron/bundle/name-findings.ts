import type { BundleFinding } from '../contract/models.ts'
import type { Entry } from './entries.ts'
import { named } from './named.ts'

/** What the names of a bundle's files say: where they lead, what they collide with, what does not belong; pure. */
export function nameFindings(files: readonly Entry[], links: ReadonlyMap<string, string>): readonly BundleFinding[] {
  return [
    ...unsafe(files),
    ...throughLinks(files),
    ...special(files),
    ...duplicates(files),
    ...backslashes(files),
    ...guessed(files),
    ...symbolicLinks(files, links),
    ...leftovers(files),
    ...hooks(files),
  ]
}

/** All files under one folder, so that Elastic Beanstalk does not find the application. */
export function wrappingFolder(files: readonly Entry[]): readonly BundleFinding[] {
  const own = files.filter(({ name }) => !isLeftover(name))
  const [top, ...others] = new Set(own.map(({ name }) => name.slice(0, Math.max(0, name.indexOf('/')))))
  // WEB-INF and META-INF are what a WAR or JAR file has at its top.
  if (others.length > 0 || !top || top.startsWith('.') || /^(WEB|META)-INF$/.test(top)) return []
  return [
    {
      severity: 'warning',
      text: `Everything lies in one folder, “${named([top])[0]}”.`,
      meaning: 'Elastic Beanstalk looks for the application at the top of the bundle and will probably not find it.',
      remedy: 'Zip the folder’s contents, not the folder.',
    },
  ]
}

function unsafe(files: readonly Entry[]): readonly BundleFinding[] {
  const found = files.filter(
    ({ name }) =>
      name === '' ||
      name.startsWith('/') ||
      /^[A-Za-z]:/.test(name) ||
      name.includes('\0') ||
      (name.includes('..') && name.split('/').includes('..')),
  )
  return list(
    found,
    'error',
    'It holds names that lead outside of the application’s folder.',
    'Such a file is made by an attack or a broken tool: it could overwrite files of the instance.',
    'Do not release it. Make the bundle again from the application’s own files.',
  )
}

/** A link and a file “below” it: unpacked in this order the file lands wherever the link leads. */
function throughLinks(files: readonly Entry[]): readonly BundleFinding[] {
  const links = new Set(files.filter(({ kind }) => kind === 'link').map(({ name }) => name))
  if (links.size === 0) return []
  const found = files.filter(({ name }) => parentsOf(name).some((parent) => links.has(parent)))
  return list(
    found,
    'error',
    'It holds files below a symbolic link.',
    'Unpacked, they would land wherever the link leads, which may be outside of the application’s folder.',
    'Do not release it. Make the bundle again from the application’s own files.',
  )
}

function special(files: readonly Entry[]): readonly BundleFinding[] {
  return list(
    files.filter(({ kind }) => kind === 'other'),
    'error',
    'It holds devices, pipes or other special files.',
    'An application has none; unpacking them fails or does harm.',
    'Leave them out of the bundle.',
  )
}

function duplicates(files: readonly Entry[]): readonly BundleFinding[] {
  const byName = new Map<string, Entry>()
  const byLetters = new Map<string, string>()
  const different: Entry[] = []
  const alike: Entry[] = []
  const letters: Entry[] = []
  for (const file of files) {
    const same = byName.get(file.name)
    if (same) (same.crc === file.crc && same.sizeBytes === file.sizeBytes ? alike : different).push(file)
    else byName.set(file.name, file)
    const folded = file.name.normalize('NFC').toLowerCase()
    const other = byLetters.get(folded)
    if (other !== undefined && other !== file.name) letters.push(file)
    byLetters.set(folded, file.name)
  }
  const folders = foldersOf(files)
  const both = [...byName.values()].filter(({ name, kind }) => kind !== 'link' && folders.has(name))
  return [
    ...list(
      different,
      'error',
      'It holds different files under the same name.',
      'Which of them an instance gets depends on the tool that unpacks it.',
      'Make the bundle again in a new file: adding to an old one leaves such pairs behind.',
    ),
    ...list(
      both,
      'error',
      'It holds names that are a file and a folder at once.',
      'Unpacking it fails.',
      'Make the bundle again from the application’s own files.',
    ),
    ...list(
      alike,
      'warning',
      'It holds some files twice, with the same content.',
      'It does no harm, but no ordinary tool does this.',
    ),
    ...list(
      letters,
      'warning',
      'It holds names that differ only in capital letters or accents.',
      'On a Linux platform these are different files, on Windows one overwrites the other.',
      'See that the application means both.',
    ),
  ]
}

function backslashes(files: readonly Entry[]): readonly BundleFinding[] {
  return list(
    files.filter(({ hasBackslashes }) => hasBackslashes),
    'warning',
    'Its names hold backslashes, as some Windows tools write them.',
    'On Linux platforms unpacking may fail or make single files out of whole paths.',
    'Make the bundle with another tool.',
  )
}

function guessed(files: readonly Entry[]): readonly BundleFinding[] {
  return list(
    files.filter(({ nameEncoding }) => nameEncoding === 'guessed'),
    'warning',
    'Some names are written in an encoding that the archive does not tell.',
    'On the instances they may be spelled differently, so that the application does not find these files.',
    'Make the bundle with a tool that writes names in UTF-8.',
  )
}

function symbolicLinks(files: readonly Entry[], links: ReadonlyMap<string, string>): readonly BundleFinding[] {
  const found = files.filter(({ kind }) => kind === 'link')
  if (found.length === 0) return []
  const leads = (name: string): string => `${name} → ${links.get(name) ?? 'not read'}`
  const outside = found.filter(({ name }) => leavesBundle(name, links.get(name) ?? '/'))
  if (outside.length > 0) {
    return list(
      outside,
      'warning',
      'It holds symbolic links that lead outside of the bundle.',
      'What they lead to must exist on the instance; with a stranger’s bundle this is an attack.',
      'Put the files themselves into the bundle, or see that the links are meant.',
      leads,
    )
  }
  return list(
    found,
    'info',
    'It holds symbolic links, all within the bundle.',
    'Tools that do not know links unpack them as small text files.',
    undefined,
    leads,
  )
}

function leavesBundle(name: string, target: string): boolean {
  if (target.startsWith('/') || /^[A-Za-z]:|\\/.test(target)) return true
  const parts = name.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..' && parts.pop() === undefined) return true
    if (part !== '..' && part !== '.' && part !== '') parts.push(part)
  }
  return false
}

function leftovers(files: readonly Entry[]): readonly BundleFinding[] {
  return [
    ...list(
      files.filter(({ name }) => isLeftover(name)),
      'info',
      'It holds files that macOS adds (__MACOSX, .DS_Store).',
      'They do no harm.',
    ),
    ...list(
      files.filter(({ name }) => /(^|\/)\.git\//.test(name)).slice(0, 1),
      'warning',
      'It holds a .git folder.',
      'The whole history of the sources would be put on every instance.',
      'Leave it out; “git archive” makes a bundle without it.',
    ),
    ...list(
      files.filter(({ name }) => /(^|\/)(\.env|id_rsa|id_ed25519|\.aws\/credentials)$|^[^/]+\.pem$/.test(name)),
      'warning',
      'It holds files that usually keep secrets.',
      'Whoever may read the bucket of the bundles could read them.',
      'Keep secrets in environment properties or a secret store.',
    ),
  ]
}

/** Newer Linux platforms set the bit themselves (AWS developer guide, "Platform hooks", since April 2022). */
function hooks(files: readonly Entry[]): readonly BundleFinding[] {
  return list(
    files.filter(
      ({ name, permissions }) =>
        /^\.platform\/(?:config)?hooks\/[^/]+\/./.test(name) && (permissions === null || (permissions & 0o111) === 0),
    ),
    'info',
    'Its platform hooks are not marked as executable.',
    'Linux platforms since April 2022 mark them by themselves; on older ones the deployment fails.',
    'Mark them with “chmod +x” before the bundle is made.',
  )
}

function isLeftover(name: string): boolean {
  return name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name)
}

function foldersOf(files: readonly Entry[]): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const { name } of files) {
    // Where a folder is known, those above it are.
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
      const folder = name.slice(0, at)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return folders
}

function parentsOf(name: string): readonly string[] {
  const parents: string[] = []
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) parents.push(name.slice(0, at))
  return parents
}

function list(
  found: readonly Entry[],
  severity: BundleFinding['severity'],
  text: string,
  meaning: string,
  remedy?: string,
  describe: (name: string) => string = (name) => name,
): readonly BundleFinding[] {
  if (found.length === 0) return []
  const details = named(found.map(({ name }) => (name === '' ? '(no name)' : describe(name))))
  return [{ severity, text, details, meaning, ...(remedy === undefined ? {} : { remedy }) }]
}
