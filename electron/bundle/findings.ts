import type { BundleInspection } from '../contract/models.ts'
import type { Directory, Extension, ZipEntry } from './zip-directory.ts'

type Finding = BundleInspection['findings'][number]

const MOST_NAMED = 3
const LARGE_UNPACKED_BYTES = 4 * 1024 * 1024 * 1024

/** What an operator should know of a bundle before it is sent; pure. An error means it must not be released. */
export function findingsOf(directory: Directory): readonly Finding[] {
  if (directory.kind === 'no-zip') {
    return [
      error(
        `This is not a sound ZIP file (${directory.detail}). Make the bundle again, or download it again: it may have been cut off.`,
      ),
    ]
  }
  const { entries, extensions } = directory
  const files = entries.filter((entry) => !entry.name.endsWith('/'))
  if (files.length === 0) return [error('The ZIP file is empty: there is nothing to deploy.')]
  return [
    ...unsafeNames(files),
    ...encrypted(files),
    ...databases(extensions),
    ...wrappingFolder(files),
    ...backslashes(files),
    ...symbolicLinks(files),
    ...leftovers(files),
    ...unpackedSize(files),
    ...statefulResources(extensions),
    ...unreadExtensions(extensions),
  ]
}

function unsafeNames(files: readonly ZipEntry[]): readonly Finding[] {
  const unsafe = files.filter(
    (file) =>
      file.name.startsWith('/') ||
      /^[A-Za-z]:/.test(file.name) ||
      file.name.split('/').includes('..') ||
      file.name.includes('\0'),
  )
  return unsafe.length === 0
    ? []
    : [
        error(
          `It holds names that lead outside of the application’s folder: ${named(unsafe)}. Such a file is made by an attack or a broken tool.`,
        ),
      ]
}

function encrypted(files: readonly ZipEntry[]): readonly Finding[] {
  const found = files.filter((file) => file.encrypted)
  return found.length === 0
    ? []
    : [error(`It is protected with a password (${named(found)}). Elastic Beanstalk cannot unpack it.`)]
}

function databases(extensions: readonly Extension[]): readonly Finding[] {
  return extensions.flatMap((extension) => {
    const types = resourceTypes(extension).filter((type) =>
      /^AWS::RDS::(DBInstance|DBCluster|GlobalCluster)/.test(type),
    )
    return types.length === 0
      ? []
      : [
          error(
            `${extension.name} declares a database (${types.join(', ')}). It would create a database that dies with green. Make the database outside of the environment, and take this out of the bundle.`,
          ),
        ]
  })
}

/** Types that keep data: a clone gets its own, empty ones, and they end with their environment. */
const STATEFUL =
  /^AWS::(RDS|ElastiCache|DynamoDB|EFS|SQS|S3|OpenSearchService|Elasticsearch|DocDB|Neptune|Redshift|MemoryDB)::/

function statefulResources(extensions: readonly Extension[]): readonly Finding[] {
  return extensions.flatMap((extension) => {
    const types = resourceTypes(extension).filter(
      (type) => STATEFUL.test(type) && !/^AWS::RDS::(DBInstance|DBCluster|GlobalCluster)/.test(type),
    )
    return types.length === 0
      ? []
      : [
          warning(
            `${extension.name} declares ${types.join(', ')}. Green gets its own, empty one; blue’s ends when blue is retired.`,
          ),
        ]
  })
}

function resourceTypes(extension: Extension): readonly string[] {
  const withoutComments = (extension.text ?? '').replace(/^\s*#.*$/gm, '').replace(/\s#.*$/gm, '')
  return [...new Set(withoutComments.match(/AWS::[A-Za-z0-9]+::[A-Za-z0-9]+/g) ?? [])]
}

function unreadExtensions(extensions: readonly Extension[]): readonly Finding[] {
  const unread = extensions.filter((extension) => extension.text === null)
  return unread.length === 0
    ? []
    : [
        warning(
          `${named(unread)} could not be read here (larger than 256 KB, or damaged), so whether it declares a database is not known.`,
        ),
      ]
}

function wrappingFolder(files: readonly ZipEntry[]): readonly Finding[] {
  const own = files.filter((file) => !isLeftover(file.name))
  const tops = new Set(own.map((file) => file.name.split('/')[0] ?? ''))
  const [top] = tops
  if (tops.size !== 1 || top === undefined || own.some((file) => !file.name.includes('/')) || top.startsWith('.'))
    return []
  return [
    warning(
      `Everything lies in one folder, “${top}”. Elastic Beanstalk looks for the application at the top of the bundle and will probably not find it. Zip the folder’s contents, not the folder.`,
    ),
  ]
}

function backslashes(files: readonly ZipEntry[]): readonly Finding[] {
  const found = files.filter((file) => file.hasBackslashes)
  return found.length === 0
    ? []
    : [
        warning(
          `Its names hold backslashes (${named(found)}), as some Windows tools write them. On Linux platforms unpacking may fail: make the bundle with another tool.`,
        ),
      ]
}

function symbolicLinks(files: readonly ZipEntry[]): readonly Finding[] {
  const found = files.filter((file) => file.symbolicLink)
  return found.length === 0
    ? []
    : [warning(`It holds symbolic links (${named(found)}). What they point at must exist on the instance.`)]
}

function leftovers(files: readonly ZipEntry[]): readonly Finding[] {
  const findings: Finding[] = []
  if (files.some((file) => isLeftover(file.name))) {
    findings.push({ severity: 'info', text: 'It holds files that macOS adds (__MACOSX, .DS_Store). They do no harm.' })
  }
  if (files.some((file) => /(^|\/)\.git\//.test(file.name))) {
    findings.push(warning('It holds a .git folder: the whole history would be put on every instance. Leave it out.'))
  }
  return findings
}

function isLeftover(name: string): boolean {
  return name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name)
}

function unpackedSize(files: readonly ZipEntry[]): readonly Finding[] {
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return bytes <= LARGE_UNPACKED_BYTES
    ? []
    : [warning(`Unpacked it takes ${(bytes / 1024 ** 3).toFixed(1)} GB of each instance’s disk.`)]
}

function named(things: readonly { readonly name: string }[]): string {
  const names = things.slice(0, MOST_NAMED).map((thing) => thing.name)
  return names.join(', ') + (things.length > MOST_NAMED ? ` and ${things.length - MOST_NAMED} more` : '')
}

function error(text: string): Finding {
  return { severity: 'error', text }
}

function warning(text: string): Finding {
  return { severity: 'warning', text }
}
