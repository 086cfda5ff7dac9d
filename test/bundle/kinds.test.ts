import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectBundle } from '../../electron/bundle/inspect.ts'
import { archive, fields, type Member, type Shape } from './archives.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-kinds-'))
})
afterAll(() => rm(folder, { recursive: true }))

let number = 0
async function inspect(bytes: Buffer) {
  number += 1
  const path = join(folder, `${number}.zip`)
  await writeFile(path, bytes)
  const inspection = await inspectBundle(path)
  const said = inspection.findings.map(
    ({ severity, text, details = [] }) => `${severity}: ${text}${details.length > 0 ? ` [${details.join('; ')}]` : ''}`,
  )
  return { ...inspection, said }
}

const app: Member = { name: 'server.js', text: 'listen()' }
const link = (name: string, text: string): Member => ({ name, text, mode: 0o120777 })

describe('bundles that must not be released', () => {
  it.each<[string, readonly Member[], Shape, RegExp]>([
    ['a way up', [app, { name: '../etc/passwd' }], {}, /lead outside.*\[\.\.\/etc\/passwd\]/],
    ['a way up in the middle', [app, { name: 'a/../../b' }], {}, /lead outside/],
    ['a way up with backslashes', [app, { name: '..\\b' }], {}, /lead outside.*\[\.\.\/b\]/],
    ['an absolute path', [app, { name: '/etc/passwd' }], {}, /lead outside.*\[\/etc\/passwd\]/],
    ['an absolute path with backslashes', [app, { name: '\\Windows\\x.dll' }], {}, /lead outside/],
    ['a drive', [app, { name: 'C:/x' }], {}, /lead outside.*\[C:\/x\]/],
    ['a drive without a slash', [app, { name: 'c:x' }], {}, /lead outside/],
    ['no name', [app, { name: '' }], {}, /lead outside.*no name/],
    ['a name with a zero byte', [app, { name: 'a\0b' }], {}, /lead outside.*\[a�b\]/],
    [
      'a file below a link',
      [app, link('up', '/etc'), { name: 'up/passwd' }],
      {},
      /below a symbolic link.*\[up\/passwd\]/,
    ],
    ['a device', [app, { name: 'null', mode: 0o020666 }], {}, /special files.*\[null\]/],
    ['a pipe', [app, { name: 'pipe', mode: 0o010666 }], {}, /special files/],
    ['a password', [{ ...app, flags: 0x801 }], {}, /It is protected with a password/],
    ['a password for one file', [app, { name: 'secret', flags: 0x801 }], {}, /Some of its files.*\[secret\]/],
    [
      'two files of one name',
      [app, { ...app, text: 'other()' }],
      {},
      /different files under the same name.*server\.js/,
    ],
    ['a name that is file and folder', [app, { name: 'a' }, { name: 'a/b' }], {}, /file and a folder.*\[a\]/],
    [
      'a stored file of another size',
      [app, { name: 'a', listed: { sizeBytes: 99 } }],
      {},
      /sizes.*cannot be true.*\[a\]/,
    ],
    [
      'a size that no packing reaches',
      [app, { name: 'zeros', method: 8, text: 'aaaa', listed: { sizeBytes: 900_000_000 } }],
      {},
      /cannot be true.*\[zeros\]/,
    ],
    [
      'a bomb of many files that share their content',
      [
        { name: 'kernel', text: 'x'.repeat(1000) },
        { name: 'copy', text: 'y', listed: { at: 0 } },
      ],
      {},
      /on top of each other/,
    ],
    [
      'a bomb by its ratio',
      Array.from({ length: 4 }, (_, index) => ({
        name: `${index}.txt`,
        method: 8,
        text: randomBytes(500_000),
        own: { sizeBytes: 300_000_000 },
        listed: { sizeBytes: 300_000_000 },
      })),
      {},
      /Unpacked it would take 1\.2 GB, 600 times/,
    ],
    [
      'a bomb by its total',
      Array.from({ length: 9 }, (_, index) => ({
        name: `${index}`,
        method: 8,
        text: 'x'.repeat(50),
        listed: { sizeBytes: 4_200_000_000 },
      })),
      {},
      /Unpacked it would take 37\.8 GB/,
    ],
    ['a method nobody knows', [app, { name: 'a.bin', method: 93 }], {}, /packed in a way.*\[a\.bin \(method 93\)\]/],
    [
      'another name in front of its content',
      [app, { name: 'safe.txt', own: { name: 'evil.txt' } }],
      {},
      /safe\.txt: has another name/,
    ],
    ['another size in front of its content', [app, { name: 'a', own: { sizeBytes: 7 } }], {}, /a: has other sizes/],
    ['another checksum in front of its content', [app, { name: 'a', own: { crc: 7 } }], {}, /a: has other sizes/],
    ['no header where the list says', [app, { name: 'a', own: { signature: 1 } }], {}, /a: is not where/],
    ['a file beyond the end', [app, { name: 'a', listed: { at: 9_000_000 } }], {}, /lie outside.*\[a\]/],
    ['a file longer than the archive', [app, { name: 'a', listed: { packedBytes: 5_000 } }], {}, /lie outside.*\[a\]/],
    ['an end that counts other files', [app, { name: 'a' }], { count: 3 }, /end speaks of 3 files, its list names 2/],
    ['nothing at all', [], {}, /The ZIP file is empty/],
    ['folders only', [{ name: 'a/', text: '' }], {}, /The ZIP file is empty/],
  ])('%s', async (_name, members, shape, says) => {
    const { sound, said } = await inspect(archive(members, shape))
    expect(said.join('\n')).toMatch(says)
    expect(said[0]).toMatch(/^error: /)
    expect(sound).toBe(false)
  })

  it.each<[string, Buffer, RegExp]>([
    ['text', Buffer.from('this is no zip file'), /end of a ZIP archive is missing/],
    ['nothing', Buffer.alloc(0), /it is empty: 0 bytes/],
    ['a cut-off one', archive([app]).subarray(0, -5), /it was cut off/],
    ['one cut off in its list', archive([app, app]).subarray(0, -60), /it was cut off/],
    ['one whose beginning is missing', archive([app, app]).subarray(60), /outside of the file: it was cut off/],
    [
      'a list that is damaged',
      Buffer.from(archive([app]).toString('latin1').replace('PK\x01\x02', 'PK\x01\x03'), 'latin1'),
      /damaged after 0 files/,
    ],
    ['a gzip file', gzipSync(Buffer.alloc(1000, 'abc')), /It looks like a gzip file/],
    ['a 7-Zip archive', Buffer.from('7z\xbc\xaf\x27\x1c and so on', 'latin1'), /It looks like a 7-Zip archive/],
    [
      'a tar archive',
      Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\x0000'), Buffer.alloc(248)]),
      /a tar archive/,
    ],
    ['a web page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), /It looks like a web page/],
    ['an error of S3', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), /an XML document/],
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)), /end of a ZIP archive/],
    [
      'one part of a split archive',
      Buffer.concat([
        Buffer.from('x'),
        fields([4, 0x06054b50], [2, 1], [2, 0], [2, 1], [2, 1], [4, 0], [4, 0], [2, 0]),
      ]),
      /split archive/,
    ],
    [
      'a ZIP64 archive without its end',
      Buffer.concat([
        Buffer.from('x'),
        fields([4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff], [2, 0]),
      ]),
      /ZIP64.*missing/,
    ],
  ])('a file that is no archive: %s', async (_name, bytes, says) => {
    const { sound, entries, said } = await inspect(bytes)
    expect({ sound, entries }).toEqual({ sound: false, entries: 0 })
    expect(said).toEqual([expect.stringMatching(/^error: This is not a sound ZIP file/)])
    expect(said[0]).toMatch(says)
  })
})

describe('what an operator is told and may go on with', () => {
  it.each<[string, readonly Member[], Shape, RegExp]>([
    [
      'one wrapping folder',
      [{ name: 'shop/index.html' }, { name: 'shop/app.js' }, { name: '__MACOSX/x' }],
      {},
      /warning: Everything lies in one folder, “shop”/,
    ],
    [
      'what macOS adds',
      [app, { name: '__MACOSX/._server.js' }, { name: 'a/.DS_Store' }],
      {},
      /info: .*macOS.*\.DS_Store/,
    ],
    ['a history', [app, { name: '.git/HEAD' }], {}, /warning: .*\.git folder/],
    ['secrets', [app, { name: '.env' }, { name: 'node_modules/a/key.pem' }], {}, /warning: .*secrets\. \[\.env\]/],
    [
      'a link to the outside',
      [app, link('current', '/etc')],
      {},
      /warning: .*outside of the bundle\. \[current → \/etc\]/,
    ],
    ['a link up and out', [app, link('a/up', '../../x')], {}, /warning: .*outside of the bundle/],
    ['a link within', [app, link('node_modules/.bin/x', '../x/x.js')], {}, /info: .*within the bundle/],
    ['the same file twice', [app, app], {}, /warning: .*twice.*server\.js/],
    [
      'names that differ in capitals',
      [app, { name: 'README' }, { name: 'Readme' }],
      {},
      /warning: .*capital letters.*\[Readme\]/,
    ],
    [
      'names that differ in accents alone',
      [app, { name: 'caf\u00e9' }, { name: 'cafe\u0301' }],
      {},
      /warning: .*accents/,
    ],
    ['backslashes', [app, { name: 'js\\app.js' }], {}, /warning: .*backslashes.*\[js\/app\.js\]/],
    [
      'names of an old PC',
      [app, { name: Buffer.from([0x8a, 0x2e, 0x74]), flags: 0 }],
      {},
      /warning: .*encoding.*\[è\.t\]/,
    ],
    ['names that claim UTF-8', [app, { name: Buffer.from([0xff, 0x2e]) }], {}, /warning: .*encoding/],
    ['bzip2', [app, { name: 'a', method: 12 }], {}, /warning: .*packed in a way/],
    [
      'a hook without its bit',
      [app, { name: '.platform/hooks/prebuild/01.sh', mode: 0o100644 }],
      {},
      /info: .*hooks.*01\.sh/,
    ],
    [
      'a hook from Windows',
      [app, { name: '.platform/confighooks/predeploy/a', madeBy: 0, mode: 0 }],
      {},
      /info: .*hooks/,
    ],
    [
      'bytes in front',
      [app],
      { before: Buffer.from('#!/bin/sh\nexit 0\n') },
      /warning: .*more in this file.*17 bytes in front/,
    ],
    ['bytes behind', [app], { after: Buffer.from('tail') }, /warning: .*more in this file.*4 bytes behind/],
  ])('%s', async (_name, members, shape, says) => {
    const { sound, said } = await inspect(archive(members, shape))
    expect(said.join('\n')).toMatch(says)
    expect(sound).toBe(true)
  })

  it.each<[string, readonly Member[], Shape]>([
    ['an ordinary one', [app, { name: 'a/b.txt', method: 8, text: 'x'.repeat(1000) }], {}],
    ['one with a comment', [app], { comment: Buffer.from('made by the build') }],
    ['one whose comment looks like an end', [app], { comment: Buffer.from('PK\x05\x06 is the end') }],
    ['a ZIP64 one', [app, { name: 'b' }], { zip64: true }],
    ['hooks with their bit', [app, { name: '.platform/hooks/prebuild/01.sh', mode: 0o100755 }], {}],
    ['a WAR', [{ name: 'WEB-INF/web.xml' }], {}],
    ['names in UTF-8 without saying so', [app, { name: 'Grüße.txt', flags: 0 }], {}],
    ['dotfiles only at the top', [{ name: '.platform/nginx/a.conf' }], {}],
    ['sizes behind the content', [{ ...app, flags: 0x808, own: { crc: 0, sizeBytes: 0 } }], {}],
  ])('nothing is wrong with %s', async (_name, members, shape) => {
    expect(await inspect(archive(members, shape))).toMatchObject({ sound: true, said: [], entries: members.length })
  })

  it('takes the spelling in UTF-8 that an archive brings beside the old one', async () => {
    const old = Buffer.from([0x8a, 0x2e, 0x2e, 0x2f])
    const text = Buffer.from('über/../../x')
    const extra = Buffer.concat([fields([2, 0x7075], [2, 5 + text.length], [1, 1], [4, crc32(old)]), text])
    const { said } = await inspect(archive([app, { name: old, flags: 0, extra }]))
    expect(said[0]).toMatch(/lead outside.*über/)
  })

  it('shows names that would turn the screen’s text around as what they are', async () => {
    const { said } = await inspect(archive([app, { name: '../\u202egpj.exe' }]))
    expect(said[0]).toContain('[../�gpj.exe]')
  })

  it('names ten files of many, and how many more there are', async () => {
    const members = Array.from({ length: 2010 }, (_, index) => ({ name: `../${index}` }))
    const { findings } = await inspect(archive(members))
    expect(findings[0]?.details).toHaveLength(11)
    expect(findings[0]?.details?.at(-1)).toBe('and 2,000 more')
  })

  it('says the worst first', async () => {
    const { said } = await inspect(archive([app, { name: '.DS_Store' }, { name: '.git/HEAD' }, { name: '../x' }]))
    expect(said.map((each) => each.split(':')[0])).toEqual(['error', 'warning', 'info'])
  })
})
