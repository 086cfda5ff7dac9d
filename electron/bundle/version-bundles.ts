import type { ApplicationVersion, BundleDifference, SourceBundle, VersionInspection } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import type { ByteSource, VersionBundles } from '../release/world.ts'
import { type Contents, filesOf, readContents } from './contents.ts'
import { declaredResources } from './declared.ts'
import { differenceOf } from './difference.ts'
import { judge } from './findings.ts'
import { listBundle } from './inspect.ts'

/** Where the bundles of versions are and how they are read. */
export interface VersionSources {
  versions(application: string, labels: readonly string[]): Promise<readonly ApplicationVersion[]>
  open(location: { readonly bucket: string; readonly key: string }): Promise<ByteSource & { readonly etag: string }>
  /** Milliseconds that only ever grow. */
  now?(): number
}

/** The bundles of an account's versions: looked into where they are, and compared with each other. */
export interface StoredBundles extends VersionBundles {
  inspect(application: string, versionLabel: string, platform: string | null): Promise<VersionInspection>
  /** How a bundle of this computer, or another version, differs from a version that runs. */
  compare(application: string, running: string, chosen: SourceBundle | string): Promise<BundleDifference>
}

interface Read {
  readonly version: ApplicationVersion
  readonly sizeBytes: number
  readonly contents: Contents
}

const MOST_KEPT = 3
/** What a version's bundle holds does not change but by somebody's overwriting it; steps ask every few seconds. */
const FRESH_MILLISECONDS = 60_000

/** Looks once a minute whether an object is still the same and reads it again only then; throws where it cannot be read. */
export function createVersionBundles(sources: VersionSources): StoredBundles {
  const kept = new Map<string, Promise<Contents>>()
  const latest = new Map<string, { readonly at: number; readonly read: Promise<Read> }>()
  const now = sources.now ?? (() => performance.now())

  function read(application: string, versionLabel: string): Promise<Read> {
    const name = `${application}\n${versionLabel}`
    const known = latest.get(name)
    if (known && now() - known.at < FRESH_MILLISECONDS) return known.read
    const reading = readNow(application, versionLabel)
    latest.delete(name)
    latest.set(name, { at: now(), read: reading })
    reading.catch(() => latest.delete(name))
    forgetOldest(latest)
    return reading
  }

  async function readNow(application: string, versionLabel: string): Promise<Read> {
    if (versionLabel === '') {
      throw problem('not-found', 'Elastic Beanstalk does not tell which version the environment runs', {
        meaning: 'Without it nobody can look into its bundle: what that declares is not known.',
        remedy: 'Deploy a version to the environment once more, then try again.',
      })
    }
    const [version] = await sources.versions(application, [versionLabel])
    if (!version || version.bucket === '' || version.key === '') {
      throw problem('not-found', `Elastic Beanstalk does not tell where the bundle of ${versionLabel} lies`, {
        meaning: version
          ? 'Its sample application has no bundle of its own, or the version is built elsewhere: what it declares is not known.'
          : 'The version was deleted: what it declares is not known.',
        remedy: 'Deploy a version that has a bundle to the environment, then try again.',
      })
    }
    const { bucket, key } = version
    const source = await sources.open({ bucket, key })
    const name = `${bucket}/${key}#${source.etag}`
    const contents = kept.get(name) ?? readContents(source)
    kept.delete(name)
    kept.set(name, contents)
    contents.catch(() => kept.delete(name))
    forgetOldest(kept)
    return { version, sizeBytes: source.sizeBytes, contents: await contents }
  }

  async function readArchive(application: string, versionLabel: string) {
    const { version, contents } = await read(application, versionLabel)
    const { directory } = contents
    if (directory.kind !== 'no-zip') return { version, contents, entries: directory.entries }
    throw problem('bad-bundle', `The bundle of ${versionLabel} in S3 is not a ZIP file`, {
      meaning: `Its files cannot be listed: ${directory.detail}.`,
      remedy: 'Make the bundle again and choose it under a label of its own, or choose another version.',
      detail: `${version.bucket}/${version.key}`,
    })
  }

  return {
    contents: async (application, versionLabel) => {
      const { version, contents, entries } = await readArchive(application, versionLabel)
      const { bucket, key } = version
      return { bucket, key, files: filesOf(entries).length, ...declaredResources(contents.extensions) }
    },
    inspect: async (application, versionLabel, platform) => {
      const { version, contents, sizeBytes } = await read(application, versionLabel)
      const { bucket, key } = version
      const judgement = judge(contents, { sizeBytes, mismatches: [], fileName: key, platform })
      return { versionLabel, location: { bucket, key }, sizeBytes, ...judgement }
    },
    compare: async (application, running, chosen) => {
      const before = await readArchive(application, running)
      const after =
        typeof chosen === 'string' ? (await readArchive(application, chosen)).entries : await listBundle(chosen)
      return differenceOf(before.entries, after, running)
    },
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    if (map.size <= MOST_KEPT) return
    map.delete(oldest)
  }
}
