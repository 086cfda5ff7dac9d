import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  double,
  nat,
  oneof,
  property,
  record,
  tuple,
  uint8Array,
} from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readExtension } from '../../electron/bundle/extension.ts'
import { inspectBundle } from '../../electron/bundle/inspect.ts'
import { archive, type Member } from './archives.ts'

const ARCHIVES = 2_000
const TEXTS = 500
const SLOWEST_MILLISECONDS = 2_000
/** Above what the process holds before; a bundle here is a few kilobytes. */
const MOST_GROWTH_BYTES = 150 * 1024 * 1024

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-fuzz-'))
})
afterAll(() => rm(folder, { recursive: true }))

const texts = constantFrom(
  'x',
  'option_settings:\n  aws:rds:dbinstance:\n    DBEngine: mysql\n',
  'Resources:\n  Data:\n    Type: AWS::RDS::DBInstance\n',
  '{"AWSEBDockerrunVersion": 2}',
  'y'.repeat(3000),
)
const member: Arbitrary<Member> = record(
  {
    name: constantFrom(
      'server.js',
      '.ebextensions/a.config',
      'Dockerrun.aws.json',
      'a/b',
      'a',
      '../x',
      'ü.txt',
      'link',
    ),
    text: texts,
    method: constantFrom(0, 8, 8, 12, 99),
    flags: constantFrom(0x800, 0, 0x808, 1),
    mode: constantFrom(0o100644, 0o120777, 0o020000, 0),
    extra: uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    listed: record(
      { sizeBytes: nat(0xffffffff), packedBytes: nat(0xffffffff), at: nat(0xffffffff) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name'] },
)
const sound = record({ members: array(member, { maxLength: 8 }), zip64: boolean() }).map(({ members, zip64 }) =>
  archive(members, { zip64 }),
)

type Damage = (bytes: Buffer) => Buffer
const place = double({ min: 0, max: 1, noNaN: true })
const at = (bytes: Buffer, where: number, spare = 0): number =>
  Math.floor(where * Math.max(0, bytes.length - 1 - spare))
const damage: Arbitrary<Damage> = oneof(
  tuple(place, nat(255)).map(
    ([where, value]): Damage =>
      (bytes) => {
        if (bytes.length > 0) bytes[at(bytes, where)] = value
        return bytes
      },
  ),
  tuple(place, constantFrom(0, 1, 0x7fffffff, 0xffffffff, 0xfffffffe)).map(
    ([where, value]): Damage =>
      (bytes) => {
        if (bytes.length >= 4) bytes.writeUInt32LE(value, at(bytes, where, 3))
        return bytes
      },
  ),
  place.map(
    (where): Damage =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  place.map(
    (where): Damage =>
      (bytes) =>
        bytes.subarray(at(bytes, where)),
  ),
  tuple(place, place).map(
    ([from, to]): Damage =>
      (bytes) => {
        const [start, end] = [at(bytes, from), at(bytes, to)]
        return Buffer.concat([bytes.subarray(0, Math.min(start, end)), bytes.subarray(Math.max(start, end))])
      },
  ),
  tuple(place, place).map(
    ([from, to]): Damage =>
      (bytes) => {
        const [start, end] = [at(bytes, from), at(bytes, to)]
        return Buffer.concat([bytes, bytes.subarray(Math.min(start, end), Math.max(start, end))])
      },
  ),
  uint8Array({ maxLength: 200 }).map(
    (noise): Damage =>
      (bytes) =>
        Buffer.concat([bytes, noise]),
  ),
)

/** Milliseconds of this process's own work: what others do on this computer meanwhile does not count. */
function workedSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}

describe('archives that somebody or something has spoiled', () => {
  it(`each of ${ARCHIVES.toLocaleString('en')} is answered with words, soon and in little memory`, {
    timeout: 120_000,
  }, async () => {
    const path = join(folder, 'spoiled.zip')
    const before = process.memoryUsage.rss()
    let [slowest, highest, unsound] = [0, 0, 0]
    await assert(
      asyncProperty(sound, array(damage, { minLength: 1, maxLength: 4 }), async (whole, damages) => {
        const bytes = damages.reduce((spoiled, spoil) => spoil(Buffer.from(spoiled)), whole)
        await writeFile(path, bytes)
        const started = process.cpuUsage()
        const inspection = await inspectBundle(path, { platform: 'running Node.js 22' })
        slowest = Math.max(slowest, workedSince(started))
        highest = Math.max(highest, process.memoryUsage.rss())
        if (!inspection.sound) unsound += 1
        expect(inspection.sound).toBe(inspection.findings.every(({ severity }) => severity !== 'error'))
        expect(inspection.findings.every(({ text }) => text.length > 10 && text.length < 1000)).toBe(true)
        // Whatever mentions a database where it can be read stops the release or is told.
        if (!inspection.sound) return
        expect(inspection.findings.some(({ text }) => /declares a database/.test(text))).toBe(false)
      }),
      { numRuns: ARCHIVES, endOnFailure: true },
    )
    expect(slowest).toBeLessThan(SLOWEST_MILLISECONDS)
    expect(highest - before).toBeLessThan(MOST_GROWTH_BYTES)
    expect(unsound).toBeGreaterThan(ARCHIVES / 2)
  })
})

describe('extensions of any text', () => {
  const word = constantFrom(
    'Resources:',
    'Type:',
    ' AWS::RDS::DBInstance',
    '\n',
    '  ',
    '\t',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a',
    '*a',
    '!Ref',
    '|',
    '>',
    '#',
    ': ',
    '? ',
    '%',
    '@',
    '<<',
    'é',
    '\u2028',
  )
  it(`each of ${TEXTS} is read, soon`, () => {
    assert(
      property(
        array(word, { maxLength: 400 }).map((words) => words.join('')),
        (text) => {
          const started = process.cpuUsage()
          const read = readExtension({ name: 'a.config', content: { kind: 'text', text } })
          expect(workedSince(started)).toBeLessThan(SLOWEST_MILLISECONDS)
          expect(read.unread === null).toBe(read.faults.length === 0)
        },
      ),
      { numRuns: TEXTS },
    )
  })
})
