import type { BundleFinding } from '../contract/models.ts'
import { archiveFindings } from './archive-findings.ts'
import type { Contents } from './contents.ts'
import { filesOf } from './contents.ts'
import { extensionFindings } from './extension-findings.ts'
import type { Mismatch } from './header-check.ts'
import { readLayout } from './layouts.ts'
import { nameFindings, wrappingFolder } from './name-findings.ts'
import { jarFindings } from './single-file.ts'

export interface Judgement {
  readonly sound: boolean
  readonly findings: readonly BundleFinding[]
  readonly entries: number
  readonly unpackedBytes: number
  readonly looksLike: string | null
}

/** What is known besides a bundle's contents. */
export interface Circumstances {
  readonly sizeBytes: number
  /** Files whose own headers do not agree with the list; empty where nobody looked. */
  readonly mismatches: readonly Mismatch[]
  /** The file's own name, or its key in S3: its ending decides what Elastic Beanstalk does with it. */
  readonly fileName: string
  /** The platform that blue runs on; null where it is not known. */
  readonly platform: string | null
}

const MEGABYTE = 1_000_000
/** 512 MB is the service's limit, the console's words say 500 (AWS developer guide, "Create an application source bundle"). */
export const LARGEST_BYTES = 512 * 1024 * 1024
const LARGE_BYTES = 500 * MEGABYTE
const SEVERITY = { error: 0, warning: 1, info: 2 } as const

/** All an operator should know of a bundle before it is released, the worst first; pure. An error means: must not be. */
export function judge(contents: Contents, { sizeBytes, mismatches, fileName, platform }: Circumstances): Judgement {
  const { directory } = contents
  if (directory.kind === 'no-zip') {
    const { detail, looksLike } = directory
    return verdict([
      {
        severity: 'error',
        text: `This is not a sound ZIP file: ${detail}.`,
        ...(looksLike === null ? {} : { details: [`It looks like ${looksLike}.`] }),
        meaning:
          'Elastic Beanstalk takes a ZIP, WAR or JAR file, and from Docker platforms a Dockerfile, docker-compose.yml or Dockerrun.aws.json by itself. It could not unpack this one.',
        remedy: 'Make the bundle again as a ZIP file, or download it again: it may have been cut off.',
      },
    ])
  }
  const { entries } = directory
  const files = filesOf(entries)
  if (files.length === 0) {
    return verdict([
      {
        severity: 'error',
        text: 'The ZIP file is empty: there is nothing to deploy.',
        remedy: 'Put the application’s files into it.',
      },
    ])
  }
  const wrapped = wrappingFolder(files)
  const layout = readLayout(files, contents.markers, platform)
  const unpackedBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (directory.kind === 'single') return verdict(layout.findings, files.length, unpackedBytes, layout.looksLike)
  return verdict(
    [
      ...sizeFindings(sizeBytes),
      ...archiveFindings(directory, mismatches),
      ...nameFindings(files, contents.links),
      ...extensionFindings(files, contents.extensions),
      ...jarFindings(fileName, files, contents.markers),
      ...wrapped,
      // Nothing is recognised below a wrapping folder; its own finding says more.
      ...(wrapped.length === 0 ? layout.findings : []),
    ],
    files.length,
    unpackedBytes,
    layout.looksLike,
  )
}

/** What a bundle's size alone says; a bundle with an error here need not be read. */
export function sizeFindings(sizeBytes: number): readonly BundleFinding[] {
  const size = (sizeBytes / MEGABYTE).toFixed(0)
  if (sizeBytes > LARGEST_BYTES) {
    return [
      {
        severity: 'error',
        text: `The bundle is ${size} MB. Elastic Beanstalk takes 512 MB at most.`,
        remedy: 'Leave out what the application does not need, or let the instances fetch large files from S3.',
      },
    ]
  }
  return sizeBytes > LARGE_BYTES
    ? [{ severity: 'warning', text: `The bundle is ${size} MB; the limit is 512 MB, and the console takes 500.` }]
    : []
}

function verdict(
  findings: readonly BundleFinding[],
  entries = 0,
  unpackedBytes = 0,
  looksLike: string | null = null,
): Judgement {
  return {
    sound: findings.every(({ severity }) => severity !== 'error'),
    findings: findings.toSorted((one, other) => SEVERITY[one.severity] - SEVERITY[other.severity]),
    entries,
    unpackedBytes,
    looksLike,
  }
}
