import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { inspectBundle } from '../../electron/bundle/inspect.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Content {
  readonly name: string
  readonly text?: string
  readonly mode?: number
  readonly compress?: boolean
}

async function zip(fileName: string, contents: readonly Content[]): Promise<string> {
  const archive = new ZipFile()
  for (const content of contents)
    archive.addBuffer(Buffer.from(content.text ?? 'x'), content.name, {
      mode: content.mode ?? 0o100644,
      compress: content.compress ?? false,
    })
  archive.end()
  const path = join(folder, fileName)
  await pipeline(archive.outputStream, createWriteStream(path))
  return path
}

/** Rewrites a name within an archive: the library that makes it refuses unsafe ones. */
async function renameInside(path: string, from: string, to: string): Promise<string> {
  const bytes = await readFile(path)
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1')
  await writeFile(path, bytes)
  return path
}

const texts = (inspection: Awaited<ReturnType<typeof inspectBundle>>) =>
  inspection.findings.map((finding) => `${finding.severity}: ${finding.text}`)

describe('inspecting a source bundle', () => {
  it('finds nothing wrong with a sound one and knows it by its hash', async () => {
    const path = await zip('shop-1.5.0.zip', [
      { name: 'index.html' },
      { name: '.ebextensions/a.config', text: 'option_settings: []' },
    ])
    const bytes = await readFile(path)
    expect(await inspectBundle(path)).toEqual({
      bundle: {
        path,
        fileName: 'shop-1.5.0.zip',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
      sound: true,
      findings: [],
      entries: 2,
      suggestedLabel: 'shop-1.5.0',
    })
  })

  it.each<[string, readonly Content[], boolean, RegExp]>([
    [
      'a database in .ebextensions',
      [{ name: 'a' }, { name: '.ebextensions/db.config', text: 'Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n' }],
      false,
      /error: .*db\.config declares a database \(AWS::RDS::DBInstance\).*dies with green/,
    ],
    [
      'a database in JSON',
      [{ name: 'a' }, { name: '.ebextensions/db.json', text: '{"Resources":{"C":{"Type":"AWS::RDS::DBCluster"}}}' }],
      false,
      /error: .*AWS::RDS::DBCluster/,
    ],
    [
      'a database below a wrapping folder',
      [{ name: 'shop/a' }, { name: 'shop/.ebextensions/db.config', text: 'Type: AWS::RDS::DBInstance' }],
      false,
      /declares a database/,
    ],
    [
      'a table in .ebextensions',
      [{ name: 'a' }, { name: '.ebextensions/t.config', text: 'Type: AWS::DynamoDB::Table' }],
      true,
      /warning: .*AWS::DynamoDB::Table.*empty one/,
    ],
    [
      'an extension too large to read',
      [{ name: 'a' }, { name: '.ebextensions/big.config', text: 'x'.repeat(300_000) }],
      true,
      /warning: .*big\.config could not be read/,
    ],
    [
      'one wrapping folder',
      [{ name: 'shop/index.html' }, { name: 'shop/app.js' }, { name: '__MACOSX/x' }],
      true,
      /warning: Everything lies in one folder, “shop”/,
    ],
    ['what macOS adds', [{ name: 'index.html' }, { name: '__MACOSX/._index.html' }], true, /info: .*macOS/],
    ['a history', [{ name: 'index.html' }, { name: '.git/HEAD' }], true, /warning: .*\.git/],
    [
      'a symbolic link',
      [{ name: 'index.html' }, { name: 'current', mode: 0o120777, text: '/etc' }],
      true,
      /warning: .*symbolic links \(current\)/,
    ],
    ['nothing at all', [], false, /error: The ZIP file is empty/],
  ])('%s', async (name, contents, sound, says) => {
    const inspection = await inspectBundle(await zip(`${name}.zip`, contents))
    expect(texts(inspection).join('\n')).toMatch(says)
    expect(inspection.sound).toBe(sound)
  })

  it('does not take a comment for a database', async () => {
    const path = await zip('comment.zip', [
      { name: 'a' },
      { name: '.ebextensions/db.config', text: '# Type: AWS::RDS::DBInstance\nfoo: bar # AWS::RDS::DBInstance\n' },
    ])
    expect(await inspectBundle(path)).toMatchObject({ sound: true, findings: [] })
  })

  it.each([
    ['a way up', 'aa/bbbb', '../bbbb'],
    ['an absolute path', 'aaa/bb', '/etc/b'],
    ['a drive', 'aaa/bb', 'C:/abb'],
    ['a way up with backslashes', 'aa/bbbb', '..\\bbbb'],
  ])('names that lead outside: %s', async (name, from, to) => {
    const path = await renameInside(await zip(`${name}.zip`, [{ name: 'index.html' }, { name: from }]), from, to)
    const inspection = await inspectBundle(path)
    expect(inspection.sound).toBe(false)
    expect(texts(inspection)[0]).toMatch(/lead outside/)
  })

  it('warns of names with backslashes', async () => {
    const path = await renameInside(
      await zip('backslash.zip', [{ name: 'index.html' }, { name: 'js/app.js' }]),
      'js/app.js',
      'js\\app.js',
    )
    expect(texts(await inspectBundle(path))).toEqual([expect.stringMatching(/warning: .*backslashes/)])
  })

  it('refuses a password', async () => {
    const path = await zip('password.zip', [{ name: 'secret.txt', compress: true }])
    const bytes = await readFile(path)
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8)
    await writeFile(path, bytes)
    expect(texts(await inspectBundle(path))).toEqual([expect.stringMatching(/error: .*password/)])
  })

  it.each([
    ['text', Buffer.from('this is no zip file')],
    ['nothing', Buffer.alloc(0)],
    ['a cut-off one', Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0])],
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256))],
  ])('says that a file is no zip: %s', async (name, bytes) => {
    const path = join(folder, `no zip ${name}.zip`)
    await writeFile(path, bytes)
    const inspection = await inspectBundle(path)
    expect(inspection).toMatchObject({ sound: false, entries: 0 })
    expect(texts(inspection)[0]).toMatch(/not a sound ZIP file/)
  })

  it('survives any single byte being wrong', async () => {
    const good = await readFile(
      await zip('good.zip', [{ name: 'index.html' }, { name: '.ebextensions/a.config', text: 'a: b' }]),
    )
    const path = join(folder, 'flipped.zip')
    for (let at = 0; at < good.length; at += 1) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 0xff
      await writeFile(path, bytes)
      const inspection = await inspectBundle(path)
      expect(inspection.bundle.sizeBytes).toBe(good.length)
    }
  })

  it('refuses more than 512 MB without reading it, and warns from 500 on', async () => {
    const path = join(folder, 'huge.zip')
    const file = await open(path, 'w')
    await file.truncate(513 * 1024 * 1024)
    await file.close()
    const inspection = await inspectBundle(path)
    expect(inspection.sound).toBe(false)
    expect(texts(inspection)).toEqual([expect.stringMatching(/error: The bundle is 538 MB.*512 MB at most/)])
  })

  it('throws words for a file that is gone and for a folder', async () => {
    await expect(inspectBundle(join(folder, 'gone.zip'))).rejects.toMatchObject({
      problem: { code: 'bad-bundle', title: 'gone.zip cannot be read' },
    })
    await expect(inspectBundle(folder)).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
  })
})

describe('the sample bundles', () => {
  const samples = join(import.meta.dirname, '../../resources/bundles')

  it('are all sound and all listed', async () => {
    const index = JSON.parse(await readFile(join(samples, 'index.json'), 'utf8'))
    const files = (await readdir(samples)).filter((file) => file.endsWith('.zip'))
    expect(index.map((sample: { fileName: string }) => sample.fileName).toSorted()).toEqual(files.toSorted())
    for (const file of files)
      expect(await inspectBundle(join(samples, file))).toMatchObject({ sound: true, findings: [], entries: 2 })
  })
})
