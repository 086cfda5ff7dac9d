import type { BundleDifference } from '../contract/models.ts'
import { filesOf } from './contents.ts'
import type { Entry } from './entries.ts'
import { readable } from './named.ts'

const MOST_FILES = 500
/** What decides how Elastic Beanstalk deploys and starts the application. */
const DECIDES =
  /^(?:\.ebextensions\/|\.platform\/|Procfile$|Buildfile$|Dockerfile$|Dockerrun\.aws\.json$|docker-compose\.ya?ml$|package(?:-lock)?\.json$|requirements\.txt$|Pipfile|Gemfile|go\.mod$|composer\.(?:json|lock)$|cron\.yaml$|env\.yaml$|aws-windows-deployment-manifest\.json$)/

/** How the files of one archive differ from another's, by name, size and checksum; pure, nothing is inflated. */
export function differenceOf(
  running: readonly Entry[],
  chosen: readonly Entry[],
  versionLabel: string,
): BundleDifference {
  const before = byName(running)
  const after = byName(chosen)
  const files: BundleDifference['files'][number][] = []
  let [added, removed, changed] = [0, 0, 0]
  for (const [name, { sizeBytes, crc }] of after) {
    const old = before.get(name)
    if (!old) {
      added += 1
      files.push({ name, change: 'added', bytesBefore: null, bytes: sizeBytes })
    } else if (old.sizeBytes !== sizeBytes || old.crc !== crc) {
      changed += 1
      files.push({ name, change: 'changed', bytesBefore: old.sizeBytes, bytes: sizeBytes })
    }
  }
  for (const [name, { sizeBytes }] of before) {
    if (after.has(name)) continue
    removed += 1
    files.push({ name, change: 'removed', bytesBefore: sizeBytes, bytes: null })
  }
  return {
    versionLabel,
    added,
    removed,
    changed,
    same: after.size - added - changed,
    files: files
      .toSorted((one, other) => rank(one.name) - rank(other.name) || (one.name < other.name ? -1 : 1))
      .slice(0, MOST_FILES)
      .map((file) => ({ ...file, name: readable(file.name) })),
  }
}

/** What an unpacking tool ends with: the last of several files of one name. What macOS adds is nobody's difference. */
function byName(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  return new Map(
    filesOf(entries)
      .filter(({ name }) => !name.startsWith('__MACOSX/'))
      .map((entry) => [entry.name, entry]),
  )
}

function rank(name: string): number {
  return DECIDES.test(name) ? 0 : 1
}
