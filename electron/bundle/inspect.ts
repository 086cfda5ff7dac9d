import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { BundleInspection, SourceBundle } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import { readDirectory } from './archive.ts'
import { readContents } from './contents.ts'
import type { Entry } from './entries.ts'
import { openBundleFile, readInOrder } from './file.ts'
import { judge, LARGEST_BYTES, sizeFindings } from './findings.ts'
import { createHeaderCheck } from './header-check.ts'
import { readSingleFile } from './single-file.ts'

type Inspection = Omit<BundleInspection, 'bundleId'>

export interface InspectOptions {
  /** What blue runs on, as DescribeEnvironments names it. */
  readonly platform?: string | null
  readonly onProgress?: (readBytes: number, sizeBytes: number) => void
  readonly signal?: AbortSignal
}

const LONGEST_LABEL = 100

/**
 * Reads a source bundle once: its list of files and its few small files that matter, then all of it for its SHA-256;
 * nothing is unpacked, and memory does not grow with it. What is wrong with the bundle is a finding; only a file that
 * cannot be read, or that changes meanwhile, throws (`bad-bundle`).
 */
export async function inspectBundle(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const { platform = null, onProgress, signal } = options
  const fileName = basename(path)
  await using file = await openBundleFile(path)
  const { sizeBytes } = file
  const bundle = (sha256: string): SourceBundle => ({ path, fileName, sizeBytes, sha256 })
  if (sizeBytes > LARGEST_BYTES) {
    const findings = sizeFindings(sizeBytes)
    return {
      bundle: bundle(''),
      sound: false,
      findings,
      entries: 0,
      unpackedBytes: 0,
      looksLike: null,
      suggestedLabel: labelOf(fileName),
    }
  }
  const contents = await readContents(file)
  const check = contents.directory.kind === 'zip' ? createHeaderCheck(contents.directory) : null
  const hash = createHash('sha256')
  let readBytes = 0
  for await (const chunk of readInOrder(file, signal)) {
    hash.update(chunk)
    check?.see(chunk, readBytes)
    readBytes += chunk.length
    onProgress?.(readBytes, sizeBytes)
  }
  if (await file.hasChanged()) {
    throw problem('bad-bundle', `${fileName} changed while it was inspected`, {
      meaning: 'Something still writes to it. Nothing was sent to AWS.',
      remedy: 'Wait until the build or download has ended, then choose the bundle again.',
    })
  }
  const judgement = judge(contents, { sizeBytes, mismatches: check?.end() ?? [], fileName, platform })
  const sha256 = hash.digest('hex')
  // A Dockerfile is called like any other: what stands in it tells one version from the next.
  const suggestedLabel = labelOf(fileName, contents.directory.kind === 'single' ? `-${sha256.slice(0, 8)}` : '')
  return { bundle: bundle(sha256), ...judgement, suggestedLabel }
}

function labelOf(fileName: string, end = ''): string {
  const name = fileName.replace(/\.(zip|war|jar|aws\.json|json|ya?ml)$/i, '').trim()
  return `${name.slice(0, LONGEST_LABEL - end.length)}${end}`
}

/** The list of files of a bundle on this computer; throws `bad-bundle` where it has none or has changed its size since. */
export async function listBundle({ path, fileName, sizeBytes }: SourceBundle): Promise<readonly Entry[]> {
  await using file = await openBundleFile(path)
  const directory = await readDirectory(file)
  const listed = directory.kind === 'zip' ? directory : await readSingleFile(file)
  if (listed !== null && file.sizeBytes === sizeBytes) return listed.entries
  throw problem('bad-bundle', `${fileName} has changed since it was inspected`, {
    meaning: 'Nothing was sent to AWS.',
    remedy: 'Choose the bundle again, so that it is inspected as it is now.',
  })
}
