import { readFileSync } from 'node:fs'
import { runChild } from './child.mjs'
import { inProject, Stop, say } from './root.mjs'

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 */

/** Brings the packages of the lockfile where they are not all there: nothing when they are. */
export async function bringPackages() {
  if (packagesMatch(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))) return
  say('Bringing the packages (npm ci, without install scripts) …')
  const code = await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) {
    throw new Stop(
      'The packages could not be installed (npm ci failed, see above). Check the network and the npm registry, then run this again.',
    )
  }
}

/**
 * Whether what npm wrote down as installed is what the lockfile asks for; packages of other platforms may be missing.
 * @param {Record<string, LockedPackage> | undefined} wanted
 * @param {Record<string, LockedPackage> | undefined} installed
 */
export function packagesMatch(wanted, installed) {
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === '') return true
    const found = installed[folder]
    if (found === undefined) return entry.optional === true || entry.devOptional === true
    return found.version === entry.version && found.integrity === entry.integrity
  })
}

/**
 * Runs npm on our stderr and answers its exit code.
 * @param {readonly string[]} npmArguments
 */
export function runNpm(npmArguments) {
  const npm = process.env['npm_execpath']
  // Under `npm start` npm names its own file, which also spares Windows the shell that npm.cmd needs.
  if (npm?.endsWith('npm-cli.js')) {
    return runChild(process.execPath, [npm, ...npmArguments], { stdout: 'stderr' })
  }
  if (process.platform === 'win32') {
    return runChild('cmd.exe', ['/d', '/s', '/c', 'npm', ...npmArguments], { stdout: 'stderr' })
  }
  return runChild('npm', npmArguments, { stdout: 'stderr' })
}

/** @param {string} file @returns {Record<string, LockedPackage> | undefined} */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(inProject(file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * The file behind a package's command, to be run by a Node of our choice.
 * @param {string} packageName
 * @param {string} [commandName] where the command is not named as the package
 */
export function commandFile(packageName, commandName = packageName) {
  const { bin } = JSON.parse(readFileSync(inProject('node_modules', packageName, 'package.json'), 'utf8'))
  return inProject('node_modules', packageName, typeof bin === 'string' ? bin : bin[commandName])
}
