import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeElectron, requireIntegrity } from '../../scripts/electron-binary.mjs'
import { parseFuses, readFuses } from '../../scripts/fuses.mjs'

const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the pinned hash', () => {
  const archive = join(folder, 'archive.tgz')
  writeFileSync(archive, 'abc')
  // printf abc | openssl dgst -sha512 -binary | base64
  const integrity = 'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=='

  it('lets the file through that it belongs to', async () => {
    await expect(requireIntegrity(archive, integrity)).resolves.toBeUndefined()
  })

  it('stops at any other, and shows both', async () => {
    await expect(requireIntegrity(archive, integrity.replace('3a81', '4a81'))).rejects.toThrow(
      /not the one this project pins.*sha512-4a81.*sha512-3a81/s,
    )
  })
})

it('says of an Electron where it came from', () => {
  const electron = { path: '/x/electron', folder: '/x', version: '45.4.1' }
  expect(describeElectron({ ...electron, official: true })).toBe('Electron 45.4.1 (official)')
  expect(describeElectron({ ...electron, official: false })).toMatch(/hash verified; for development and tests only/)
})

describe('fuses', () => {
  it('are read from the wire', () => {
    const wire = Buffer.concat([
      Buffer.from('…dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
      Buffer.from([1, 4]),
      Buffer.from('01r9'),
      Buffer.from('rest'),
    ])
    expect(parseFuses(wire)).toEqual({
      RunAsNode: 'off',
      EnableCookieEncryption: 'on',
      EnableNodeOptionsEnvironmentVariable: 'removed',
      EnableNodeCliInspectArguments: 'unknown',
    })
  })

  it('are read from the Electron that runs this test', async () => {
    expect(await readFuses(process.execPath)).toMatchObject({ RunAsNode: 'on', OnlyLoadAppFromAsar: 'off' })
  })

  it('are missed in another file', () => {
    expect(() => parseFuses(Buffer.from('text'))).toThrow(/no Electron executable/)
  })
})
