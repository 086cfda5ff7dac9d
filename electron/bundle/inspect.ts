import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BundleInspection } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import { findingsOf } from './findings.ts'
import { readDirectory } from './zip-directory.ts'

type Inspection = Omit<BundleInspection, 'bundleId'>

const MEBIBYTE = 1024 * 1024
/** 512 MB is the service's limit, the console's words say 500 (AWS developer guide, "Create an application source bundle"). */
const LARGEST_BYTES = 512 * MEBIBYTE
const LARGE_BYTES = 500_000_000
const LONGEST_LABEL = 100

/**
 * Reads a source bundle's central directory and its `.ebextensions`; nothing is unpacked. What is wrong with the
 * bundle is a finding; only a file that cannot be read at all throws (`bad-bundle`).
 */
export async function inspectBundle(path: string): Promise<Inspection> {
  const fileName = basename(path)
  const sizeBytes = await sizeOf(path, fileName)
  const suggestedLabel = fileName
    .replace(/\.(zip|war|jar)$/i, '')
    .trim()
    .slice(0, LONGEST_LABEL)
  const inspection = (sha256: string, entries: number, findings: Inspection['findings']): Inspection => ({
    bundle: { path, fileName, sizeBytes, sha256 },
    sound: findings.every((finding) => finding.severity !== 'error'),
    findings,
    entries,
    suggestedLabel,
  })

  if (sizeBytes > LARGEST_BYTES) {
    const text = `The bundle is ${megabytes(sizeBytes)} MB. Elastic Beanstalk takes 512 MB at most: leave out what the application does not need.`
    return inspection('', 0, [{ severity: 'error', text }])
  }
  const [sha256, directory] = await Promise.all([hashOf(path, fileName), readDirectory(path)])
  const size: Inspection['findings'] =
    sizeBytes > LARGE_BYTES
      ? [{ severity: 'warning', text: `The bundle is ${megabytes(sizeBytes)} MB; the limit is 512 MB.` }]
      : []
  return inspection(sha256, directory.kind === 'zip' ? directory.entries.length : 0, [
    ...findingsOf(directory),
    ...size,
  ])
}

async function sizeOf(path: string, fileName: string): Promise<number> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw unreadable(fileName, thrown)
  })
  if (!found.isFile()) {
    throw problem('bad-bundle', `${fileName} is not a file`, {
      meaning: 'A source bundle is one ZIP or WAR file.',
      remedy: 'Put the application into a ZIP file (its contents, not the folder around them) and choose that.',
    })
  }
  return found.size
}

async function hashOf(path: string, fileName: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: MEBIBYTE })) hash.update(chunk)
  } catch (thrown) {
    throw unreadable(fileName, thrown)
  }
  return hash.digest('hex')
}

function unreadable(fileName: string, thrown: unknown): Error {
  return problem('bad-bundle', `${fileName} cannot be read`, {
    meaning: 'Nothing was sent to AWS.',
    remedy: 'Check that the file is still there and that you may read it, then choose it again.',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  })
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0)
}
