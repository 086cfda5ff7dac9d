import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVersionBundles } from '../../electron/bundle/version-bundles.ts'
import { problem } from '../../electron/contract/problem.ts'
import { archive, type Member } from './archives.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-versions-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Versions by label; what is no bytes is refused as S3 would. */
function account(bundles: Readonly<Record<string, Buffer | 'denied'>>) {
  const reads: number[] = []
  let etag = 'one'
  let looked = 0
  let time = 0
  const stored = createVersionBundles({
    versions: async (_application, labels) =>
      labels
        .filter((label) => label in bundles)
        .map((label) => ({ label, description: '', status: 'PROCESSED', createdAt: 0, bucket: 'b', key: label })),
    now: () => time,
    open: async ({ key }) => {
      looked += 1
      const bytes = bundles[key]
      if (!(bytes instanceof Buffer)) throw problem('access-denied', 'You are not allowed to perform s3:GetObject')
      return {
        sizeBytes: bytes.length,
        etag,
        read: async (offset, length) => {
          reads.push(length)
          return bytes.subarray(offset, offset + length)
        },
      }
    },
  })
  return {
    stored,
    reads,
    looked: () => looked,
    pass: (milliseconds: number) => {
      time += milliseconds
    },
    overwrite: () => {
      etag = 'two'
    },
  }
}

const database: Member = {
  name: '.ebextensions/db.config',
  text: 'Resources:\n  Data:\n    Type: AWS::RDS::DBInstance\n',
  method: 8,
}

describe('the bundle of a version, in S3', () => {
  it('says what it declares, from its list and its extensions alone', async () => {
    const large = { name: 'media.bin', text: Buffer.alloc(5_000_000, 'noise') }
    const { stored, reads } = account({ v1: archive([large, database, { name: 'server.js' }]) })
    expect(await stored.contents('shop', 'v1')).toEqual({
      bucket: 'b',
      key: 'v1',
      files: 3,
      declared: [
        {
          file: '.ebextensions/db.config',
          logicalId: 'Data',
          type: 'AWS::RDS::DBInstance',
          kind: 'database',
          deletionPolicy: null,
        },
      ],
      unread: [],
    })
    expect(reads.length).toBeLessThanOrEqual(3)
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(70_000)
  })

  it('looks once a minute whether an object is the same, and reads it again when it was overwritten', async () => {
    const { stored, reads, looked, pass, overwrite } = account({ v1: archive([database]) })
    const ask = async () => {
      await stored.contents('shop', 'v1')
      return { looked: looked(), reads: reads.length }
    }
    const first = await ask()
    expect(await ask()).toEqual(first)
    pass(59_000)
    expect(await ask()).toEqual(first)
    pass(1_000)
    expect(await ask()).toEqual({ looked: 2, reads: first.reads })
    overwrite()
    pass(60_000)
    expect(await ask()).toEqual({ looked: 3, reads: 2 * first.reads })
  })

  it.each<[string, string, string]>([
    ['is denied', 'denied', 'access-denied'],
    ['is no archive', 'text', 'bad-bundle'],
    ['is gone with its version', 'nobody', 'not-found'],
    ['is of an environment that tells no version', '', 'not-found'],
  ])('throws where it %s: that is never “nothing declared”', async (_name, label, code) => {
    const { stored } = account({ denied: 'denied', text: Buffer.from('no archive') })
    await expect(stored.contents('shop', label)).rejects.toMatchObject({ problem: { code } })
    // The second time as well: a failure is not kept for an answer.
    await expect(stored.contents('shop', label)).rejects.toMatchObject({ problem: { code } })
  })

  it('names extensions that are protected, damaged or do not parse', async () => {
    const { stored } = account({
      v1: archive([
        { ...database, name: '.ebextensions/a.config', flags: 0x801 },
        { ...database, name: '.ebextensions/b.config', listed: { crc: 1 } },
        { ...database, name: '.ebextensions/c.config', text: 'a: [' },
        { name: 'linked/.ebextensions', mode: 0o120777, text: 'elsewhere' },
      ]),
    })
    expect((await stored.contents('shop', 'v1')).unread).toEqual([
      '.ebextensions/a.config',
      '.ebextensions/b.config',
      '.ebextensions/c.config',
      'linked/.ebextensions',
    ])
  })

  it('is inspected as a bundle of this computer is', async () => {
    const { stored } = account({ v1: archive([database, { name: 'server.js' }]), text: Buffer.from('no archive') })
    expect(await stored.inspect('shop', 'v1', 'running Node.js 22')).toMatchObject({
      versionLabel: 'v1',
      sound: false,
      findings: [{ severity: 'error', text: expect.stringMatching(/declares a database/) }],
      entries: 2,
      looksLike: 'Node.js (server.js)',
    })
    expect(await stored.inspect('shop', 'text', null)).toMatchObject({ sound: false, entries: 0 })
  })

  it('is compared by name, size and checksum with a file and with another version', async () => {
    const running = archive([
      { name: 'same.txt', text: 'same' },
      { name: 'longer.txt', text: 'a' },
      { name: 'gone.txt', text: 'gone' },
      { name: 'package.json', text: '{"version":"1"}' },
      { name: '__MACOSX/._x' },
      { name: 'folder/', text: '' },
    ])
    const chosen = archive([
      { name: 'same.txt', text: 'same', method: 8 },
      { name: 'longer.txt', text: 'aaaa' },
      { name: 'new.txt', text: 'new!' },
      { name: 'package.json', text: '{"version":"2"}' },
    ])
    const expected = {
      versionLabel: 'v1',
      added: 1,
      removed: 1,
      changed: 2,
      same: 1,
      files: [
        { name: 'package.json', change: 'changed', bytesBefore: 15, bytes: 15 },
        { name: 'gone.txt', change: 'removed', bytesBefore: 4, bytes: null },
        { name: 'longer.txt', change: 'changed', bytesBefore: 1, bytes: 4 },
        { name: 'new.txt', change: 'added', bytesBefore: null, bytes: 4 },
      ],
    }
    const { stored } = account({ v1: running, v2: chosen })
    const path = join(folder, 'chosen.zip')
    await writeFile(path, chosen)
    const sha256 = createHash('sha256').update(chosen).digest('hex')
    const bundle = { path, fileName: 'chosen.zip', sizeBytes: chosen.length, sha256 }
    expect(await stored.compare('shop', 'v1', bundle)).toEqual(expected)
    expect(await stored.compare('shop', 'v1', 'v2')).toEqual(expected)
  })

  it('cuts a long list of differences, never the counts', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ name: `media/${index}.txt` }))
    const { stored } = account({ v1: archive([{ name: 'a' }]), v2: archive(many) })
    const { added, removed, files } = await stored.compare('shop', 'v1', 'v2')
    expect({ added, removed, shown: files.length }).toEqual({ added: 3000, removed: 1, shown: 500 })
  })
})
