import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runChild } from './child.mjs'
import { commandFile } from './packages.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand, Stop, say } from './root.mjs'

const inputs = ['electron', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json']
const stampFile = inProject('out', 'build.stamp')

/**
 * Builds the app into `out/app`; nothing where no source changed since the last build, unless it is to be `fresh`.
 * @param {import('./electron-binary.mjs').ElectronBinary} electron
 * @param {{ fresh?: boolean }} [options]
 */
export async function build(electron, { fresh = false } = {}) {
  const fingerprint = await fingerprintInputs()
  if (!fresh && (await readStamp()) === fingerprint) return
  say('Building the app …')
  const code = await runChild(electron.path, [commandFile('electron-vite'), 'build', '--logLevel', 'warn'], {
    stdout: 'stderr',
    environment: { ELECTRON_RUN_AS_NODE: '1', NODE_ENV: undefined },
  })
  if (code !== 0) throw new Stop('The app could not be built (see above).')
  await writeFile(stampFile, fingerprint)
}

async function fingerprintInputs() {
  const hash = createHash('sha256')
  for (const input of inputs) await addToHash(hash, inProject(input))
  return hash.digest('hex')
}

/** Size and time of change are enough to notice an edit, and cost a few milliseconds. @param {import('node:crypto').Hash} hash @param {string} path */
async function addToHash(hash, path) {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  if (found.isDirectory()) {
    for (const name of (await readdir(path)).toSorted()) await addToHash(hash, join(path, name))
    return
  }
  hash.update(`${path}\0${found.size}\0${found.mtimeMs}\0`)
}

async function readStamp() {
  try {
    await stat(inProject('out', 'app', 'main', 'main.js'))
    return await readFile(stampFile, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    await build(await prepare({ display: false }), { fresh: true })
    say('Built into out/app')
    return 0
  })
}
