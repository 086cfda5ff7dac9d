import type { BundleFinding } from '../contract/models.ts'
import type { Directory } from './archive.ts'
import { filesOf } from './contents.ts'
import { type Entry, orderOf } from './entries.ts'
import type { Mismatch } from './header-check.ts'
import { named } from './named.ts'

type Archive = Extract<Directory, { kind: 'zip' }>

const GIBIBYTE = 1024 ** 3
/** Deflate cannot shrink by more than this (zlib's own documentation: 1032 to 1). */
const STRONGEST_DEFLATE = 1040
/** More than any instance's disk would take in, and than 512 MB of a real application become. */
const BOMB_BYTES = 32 * GIBIBYTE
const BOMB_RATIO = 200
const LARGE_UNPACKED_BYTES = 4 * GIBIBYTE
const LOCAL_HEADER_BYTES = 30
const STORED = 0
const DEFLATED = 8
/** Deflate64 and bzip2: Amazon Linux's `unzip` knows them, other tools do not. */
const SELDOM_METHODS = new Set([9, 12])

/** What is wrong with the archive itself, by its list and the files' own headers; pure, nothing is inflated. */
export function archiveFindings(directory: Archive, mismatches: readonly Mismatch[]): readonly BundleFinding[] {
  const files = filesOf(directory.entries)
  return [
    ...broken(directory, mismatches),
    ...encrypted(files),
    ...methods(files),
    ...bombs(directory, files),
    ...surroundings(directory),
  ]
}

function broken(
  { entries, listingAt, complaints }: Archive,
  mismatches: readonly Mismatch[],
): readonly BundleFinding[] {
  const remedy = 'Make the bundle again, or download it again, and choose the new one.'
  const findings: BundleFinding[] = complaints.map((text) => ({
    severity: 'error',
    text,
    meaning: 'The archive is damaged: tools differ in which of its files they unpack.',
    remedy,
  }))
  const outside = entries.filter(
    ({ at, nameBytes, packedBytes }) => at < 0 || at + LOCAL_HEADER_BYTES + nameBytes + packedBytes > listingAt,
  )
  if (outside.length > 0) {
    findings.push({
      severity: 'error',
      text: 'Files that it lists lie outside of it: it was cut off or damaged.',
      details: named(outside.map(({ name }) => name)),
      remedy,
    })
  }
  if (mismatches.length > 0) {
    const said = {
      missing: 'is not where the list says',
      'another-name': 'has another name there',
      'other-sizes': 'has other sizes or another checksum there',
    }
    findings.push({
      severity: 'error',
      text: 'Its list of files does not agree with the files themselves.',
      details: named(mismatches.map(({ name, what }) => `${name}: ${said[what]}`)),
      meaning: 'It is damaged or was tampered with: an instance could unpack something else than was looked at here.',
      remedy,
    })
  }
  return findings
}

function encrypted(files: readonly Entry[]): readonly BundleFinding[] {
  const found = files.filter((file) => file.encrypted)
  return found.length === 0
    ? []
    : [
        {
          severity: 'error',
          text: `${found.length === files.length ? 'It is' : 'Some of its files are'} protected with a password.`,
          details: named(found.map(({ name }) => name)),
          meaning: 'Elastic Beanstalk cannot unpack it.',
          remedy:
            'Make the bundle again without a password; secrets belong into environment properties or a secret store.',
        },
      ]
}

function methods(files: readonly Entry[]): readonly BundleFinding[] {
  const strange = files.filter(({ method }) => method !== STORED && method !== DEFLATED)
  if (strange.length === 0) return []
  const isSeldom = strange.every(({ method }) => SELDOM_METHODS.has(method))
  return [
    {
      severity: isSeldom ? 'warning' : 'error',
      text: 'Some of its files are packed in a way that not every tool can unpack.',
      details: named(strange.map(({ name, method }) => `${name} (method ${method})`)),
      meaning: isSeldom ? 'Unpacking on the instances may fail.' : 'Unpacking on the instances would fail.',
      remedy: 'Make the bundle with the ordinary method, Deflate.',
    },
  ]
}

function bombs({ entries }: Archive, files: readonly Entry[]): readonly BundleFinding[] {
  const remedy = 'Do not release it. Make the bundle again from the application’s own files.'
  const findings: BundleFinding[] = []
  const lying = files.filter(
    ({ method, sizeBytes, packedBytes, encrypted: isEncrypted }) =>
      !isEncrypted &&
      ((method === STORED && sizeBytes !== packedBytes) ||
        (method === DEFLATED && sizeBytes > (packedBytes + 1) * STRONGEST_DEFLATE)),
  )
  if (lying.length > 0) {
    findings.push({
      severity: 'error',
      text: 'It says sizes of some files that cannot be true.',
      details: named(lying.map(({ name }) => name)),
      meaning: 'It is damaged, or made to harm whatever unpacks it.',
      remedy,
    })
  }
  const shared = overlapping(entries)
  if (shared.length > 0) {
    findings.push({
      severity: 'error',
      text: 'Several of its files lie on top of each other inside the archive.',
      details: named(shared),
      meaning: 'So are decompression bombs made, that fill an instance’s disk; no ordinary tool does this.',
      remedy,
    })
  }
  const unpacked = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const packed = files.reduce((sum, { packedBytes }) => sum + packedBytes, 0)
  const size = `${(unpacked / 1e9).toFixed(1)} GB`
  if (unpacked > BOMB_BYTES || (unpacked > GIBIBYTE && unpacked > packed * BOMB_RATIO)) {
    findings.push({
      severity: 'error',
      text: `Unpacked it would take ${size}, ${Math.round(unpacked / Math.max(1, packed)).toLocaleString('en')} times what it takes now.`,
      meaning:
        'It is a decompression bomb, or holds files of nothing but zeros: it would fill the disk of each instance.',
      remedy,
    })
  } else if (unpacked > LARGE_UNPACKED_BYTES) {
    findings.push({
      severity: 'warning',
      text: `Unpacked it takes ${size} of each instance’s disk.`,
      meaning:
        'For a short time an instance holds it twice. The volume of an instance has 8 to 10 GB where nothing else was set.',
      remedy: 'See that the root volume is large enough, or leave large files out.',
    })
  }
  return findings
}

/** Names of files that begin before the one in front of them ends. */
function overlapping(entries: readonly Entry[]): readonly string[] {
  const found: string[] = []
  let end = -1
  for (const index of orderOf(entries)) {
    const entry = entries[index]
    if (!entry) continue
    if (entry.at < end) found.push(entry.name)
    end = Math.max(end, entry.at + LOCAL_HEADER_BYTES + entry.nameBytes + entry.packedBytes)
  }
  return found
}

function surroundings({ shift, bytesAfter }: Archive): readonly BundleFinding[] {
  if (shift === 0 && bytesAfter === 0) return []
  const where = [
    ...(shift > 0 ? [`${shift.toLocaleString('en')} bytes in front of the archive`] : []),
    ...(bytesAfter > 0 ? [`${bytesAfter.toLocaleString('en')} bytes behind it`] : []),
  ]
  return [
    {
      severity: 'warning',
      text: 'There is more in this file than the archive.',
      details: where,
      meaning: 'Programs that unpack themselves look like this; some tools refuse it.',
      remedy: 'Make the bundle as a plain ZIP file.',
    },
  ]
}
