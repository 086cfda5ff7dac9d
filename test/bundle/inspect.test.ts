import { createHash } from 'node:crypto'
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectBundle, listBundle } from '../../electron/bundle/inspect.ts'
import { archive, ordinaryZip } from './archives.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('inspecting a source bundle', () => {
  it('finds nothing wrong with a sound one and knows it by its hash', async () => {
    const path = await ordinaryZip(join(folder, 'shop-1.5.0.zip'), {
      'package.json': '{}',
      'public/long.txt': 'x'.repeat(500),
      '.ebextensions/a.config': 'option_settings: []',
    })
    const bytes = await readFile(path)
    expect(await inspectBundle(path, { platform: '64bit Amazon Linux 2023 v6.5.0 running Node.js 22' })).toEqual({
      bundle: {
        path,
        fileName: 'shop-1.5.0.zip',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
      sound: true,
      findings: [],
      entries: 3,
      unpackedBytes: 521,
      looksLike: 'Node.js (package.json)',
      suggestedLabel: 'shop-1.5.0',
    })
  })

  it('tells how far it has come, to the end', async () => {
    const path = join(folder, 'large.zip')
    await writeFile(path, archive([{ name: 'a.bin', text: Buffer.alloc(5_000_000, 'random-enough') }]))
    const told: number[] = []
    const { bundle } = await inspectBundle(path, { onProgress: (read) => told.push(read) })
    expect(told.length).toBeGreaterThan(3)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(bundle.sizeBytes)
    expect(bundle.sha256).toBe(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    )
  })

  it('stops when it is called off', async () => {
    const path = join(folder, 'called-off.zip')
    await writeFile(path, archive([{ name: 'a.bin', text: Buffer.alloc(4_000_000) }]))
    const calledOff = new AbortController()
    const inspecting = inspectBundle(path, {
      signal: calledOff.signal,
      onProgress: () => calledOff.abort(new Error('another was chosen')),
    })
    await expect(inspecting).rejects.toThrow('another was chosen')
  })

  // Synchronous, so that each change is done before the end of the file is read, on any machine.
  it.each([
    ['is written to', (path: string) => appendFileSync(path, 'more')],
    [
      'is replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, archive([{ name: 'b' }]))
        renameSync(`${path}.new`, path)
      },
    ],
    ['is deleted', (path: string) => rmSync(path)],
  ])('refuses a file that %s while it is read', async (name, change) => {
    const path = join(folder, `${name}.zip`)
    await writeFile(path, archive([{ name: 'a.bin', text: Buffer.alloc(6_000_000) }]))
    let changed = false
    const inspecting = inspectBundle(path, {
      onProgress: () => {
        if (!changed) change(path)
        changed = true
      },
    })
    await expect(inspecting).rejects.toMatchObject({
      problem: { code: 'bad-bundle', title: `${name}.zip changed while it was inspected` },
    })
  })

  it('sees a header that does not agree wherever it lies, across the pieces that are read', async () => {
    // The headers lie around the border of the first mebibyte, at every place of it.
    for (const before of [1_048_576 - 80, 1_048_576 - 62, 1_048_576 - 40, 1_048_576 - 31, 1_048_576]) {
      const members = [
        { name: 'first.bin', text: Buffer.alloc(before - 39) },
        { name: 'second.txt', text: 'x', own: { name: 'SECOND.txt' } },
        { name: 'third.txt', text: 'y' },
      ]
      const path = join(folder, `border-${before}.zip`)
      await writeFile(path, archive(members))
      const { sound, findings } = await inspectBundle(path)
      expect({ sound, details: findings.map(({ details }) => details) }).toEqual({
        sound: false,
        details: [['second.txt: has another name there']],
      })
    }
  })

  it('survives any single byte being wrong', async () => {
    const good = archive([
      { name: 'index.html', text: 'hello', method: 8 },
      { name: '.ebextensions/a.config', text: 'a: b' },
    ])
    const path = join(folder, 'flipped.zip')
    for (let at = 0; at < good.length; at += 1) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 0xff
      await writeFile(path, bytes)
      expect((await inspectBundle(path)).bundle.sizeBytes).toBe(good.length)
    }
  })

  it('refuses more than 512 MB without reading it', async () => {
    const path = join(folder, 'huge.zip')
    const file = await open(path, 'w')
    await file.truncate(513 * 1024 * 1024)
    await file.close()
    const { sound, findings, bundle } = await inspectBundle(path)
    expect(sound).toBe(false)
    expect(bundle.sha256).toBe('')
    expect(findings).toMatchObject([
      { severity: 'error', text: 'The bundle is 538 MB. Elastic Beanstalk takes 512 MB at most.' },
    ])
  })

  it('throws words for a file that is gone and for a folder', async () => {
    await expect(inspectBundle(join(folder, 'gone.zip'))).rejects.toMatchObject({
      problem: {
        code: 'bad-bundle',
        title: 'gone.zip cannot be read',
        remedy: expect.stringMatching(/no longer there/),
      },
    })
    await expect(inspectBundle(folder)).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'throws words for a file that may not be read (skipped as root, who may read all)',
    async () => {
      const path = join(folder, 'private.zip')
      await writeFile(path, archive([{ name: 'a' }]))
      await chmod(path, 0)
      await expect(inspectBundle(path)).rejects.toMatchObject({
        problem: { code: 'bad-bundle', remedy: expect.stringMatching(/may not read it/) },
      })
    },
  )

  it('lists a bundle again only while it is the same', async () => {
    const path = join(folder, 'again.zip')
    await writeFile(path, archive([{ name: 'a' }, { name: 'b' }]))
    const { bundle } = await inspectBundle(path)
    expect((await listBundle(bundle)).map(({ name }) => name)).toEqual(['a', 'b'])
    await writeFile(path, archive([{ name: 'a' }]))
    await expect(listBundle(bundle)).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
  })
})

describe('the sample bundles', () => {
  const samples = join(import.meta.dirname, '../../resources/bundles')

  it('are all sound, look like what blue runs on, and are all listed', async () => {
    const index = JSON.parse(await readFile(join(samples, 'index.json'), 'utf8'))
    const files = (await readdir(samples)).filter((file) => file.endsWith('.zip'))
    expect(index.map((sample: { fileName: string }) => sample.fileName).toSorted()).toEqual(files.toSorted())
    for (const file of files) {
      const platform = '64bit Amazon Linux 2023 v6.5.0 running Node.js 22'
      expect(await inspectBundle(join(samples, file), { platform })).toMatchObject({
        sound: true,
        findings: [],
        entries: 5,
        looksLike: 'Node.js (package.json)',
      })
    }
  })
})
