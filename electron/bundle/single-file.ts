import { crc32 } from 'node:zlib'
import type { BundleFinding } from '../contract/models.ts'
import type { ByteSource } from '../release/world.ts'
import type { Entry } from './entries.ts'
import { readable } from './named.ts'

/** A file that Elastic Beanstalk takes as it is, without an archive around it. */
export interface SingleFile {
  readonly kind: 'single'
  readonly entries: readonly [Entry]
  readonly text: string
}

const LARGEST_BYTES = 64 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A Dockerfile, docker-compose.yml or Dockerrun.aws.json by itself (AWS developer guide, preparing your Docker image:
 * these alone need no ZIP), known by what stands in it; null for anything else.
 */
export async function readSingleFile(source: ByteSource): Promise<SingleFile | null> {
  const { sizeBytes } = source
  if (sizeBytes === 0 || sizeBytes > LARGEST_BYTES) return null
  const bytes = await source.read(0, sizeBytes)
  try {
    const text = utf8.decode(bytes)
    const name = nameOf(text)
    return name === null ? null : { kind: 'single', entries: [entryOf(name, bytes)], text }
  } catch {
    return null
  }
}

function nameOf(text: string): string | null {
  if (text.includes('\0')) return null
  if (text.trimStart().startsWith('{')) return isDockerrun(text) ? 'Dockerrun.aws.json' : null
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? ''
  if (/^\s*(?:FROM|ARG)\s+\S/i.test(first)) return 'Dockerfile'
  return /^services[ \t]*:[ \t]*(?:#.*)?$/m.test(text) ? 'docker-compose.yml' : null
}

function isDockerrun(text: string): boolean {
  try {
    const said: unknown = JSON.parse(text)
    return typeof said === 'object' && said !== null && 'AWSEBDockerrunVersion' in said
  } catch {
    return false
  }
}

function entryOf(name: string, bytes: Buffer): Entry {
  return {
    name,
    kind: 'file',
    hasBackslashes: false,
    nameEncoding: 'sound',
    sizeBytes: bytes.length,
    packedBytes: bytes.length,
    crc: crc32(bytes),
    method: 0,
    encrypted: false,
    sizesFollow: false,
    permissions: null,
    at: 0,
    listedAt: 0,
    nameBytes: 0,
  }
}

/** What Elastic Beanstalk would look for beside a JAR and never in one. */
const BESIDE_A_JAR = /^(?:\.ebextensions\/.+|\.platform\/.+|Procfile|Buildfile|cron\.yaml)$/

/** What only a JAR by itself can have wrong: Elastic Beanstalk starts it and does not look into it (AWS developer guide, Java SE). */
export function jarFindings(
  fileName: string,
  files: readonly Entry[],
  markers: ReadonlyMap<string, string>,
): readonly BundleFinding[] {
  if (!/\.jar$/i.test(fileName)) return []
  const findings: BundleFinding[] = []
  const manifest = markers.get(MANIFEST)
  const isThere = files.some(({ name }) => name === MANIFEST)
  if (!isThere || (manifest !== undefined && !/^Main-Class:\s*\S/m.test(manifest)))
    findings.push({
      severity: 'warning',
      text: 'It does not say which class to start: its manifest has no Main-Class.',
      meaning: 'Elastic Beanstalk runs a JAR with java -jar, which would fail. Production would not be touched.',
      remedy:
        'Choose the executable JAR of your build, or a ZIP with the JAR and a Procfile that says how to start it.',
    })
  const ignored = files.filter(({ name }) => BESIDE_A_JAR.test(name))
  if (ignored.length > 0)
    findings.push({
      severity: 'warning',
      text: 'Elastic Beanstalk does not look into a JAR: what configures the environment has no effect in there.',
      details: ignored.slice(0, 10).map(({ name }) => readable(name)),
      remedy: 'Put the JAR and these files beside each other into a ZIP, and choose that.',
    })
  return findings
}

export const MANIFEST = 'META-INF/MANIFEST.MF'
