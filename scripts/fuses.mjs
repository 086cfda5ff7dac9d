import { readFile } from 'node:fs/promises'

/** Marks the fuse wire in Electron's executable; then come the wire's version, its length and one byte per fuse. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** The fuses in the order of the wire's version 1 (Electron documentation, Fuses). */
const fuseNames = [
  'RunAsNode',
  'EnableCookieEncryption',
  'EnableNodeOptionsEnvironmentVariable',
  'EnableNodeCliInspectArguments',
  'EnableEmbeddedAsarIntegrityValidation',
  'OnlyLoadAppFromAsar',
  'LoadBrowserProcessSpecificV8Snapshot',
  'GrantFileProtocolExtraPrivileges',
]

/**
 * Reads the fuses of an Electron executable: name to `on`, `off` or `removed`. Newer fuses than we know are left out.
 * @param {string} executable
 * @returns {Promise<Record<string, string>>}
 */
export async function readFuses(executable) {
  return parseFuses(await readFile(executable))
}

/** @param {Buffer} content @returns {Record<string, string>} */
export function parseFuses(content) {
  const start = content.indexOf(sentinel)
  if (start < 0) throw new Error('There is no fuse wire in this file, so it is no Electron executable.')
  const version = content[start + sentinel.length]
  if (version !== 1) throw new Error(`The fuse wire has version ${version}; only version 1 is known.`)
  const length = content[start + sentinel.length + 1] ?? 0
  const states = content.subarray(start + sentinel.length + 2, start + sentinel.length + 2 + length)
  /** @type {Record<string, string>} */
  const byState = { 0: 'off', 1: 'on', r: 'removed' }
  return Object.fromEntries(
    fuseNames
      .slice(0, length)
      .map((name, index) => [name, byState[String.fromCharCode(states[index] ?? 0)] ?? 'unknown']),
  )
}
