import { chown, lchown, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { captureChild } from './child.mjs'
import { inProject, Stop, say } from './root.mjs'

/** `nobody`, which every Linux has: Chromium's sandbox refuses to run as root, and a test without it proves less. */
const nobody = { uid: 65_534, gid: 65_534 }

/**
 * @typedef {object} Runner who drives the app
 * @property {{ uid: number, gid: number } | undefined} identity another than ours, or `undefined`
 * @property {Record<string, string | undefined>} environment what that identity needs; `SIGNALBOX_NO_SANDBOX=1` where the sandbox must be off
 * @property {() => Promise<void>} close
 */

/**
 * Decides who drives the app. As root: an ordinary user, where that user can read the checkout and make user
 * namespaces; otherwise root, with Chromium's sandbox off, and it says so. Not as root: ourselves.
 * @param {string} electronPath
 * @param {readonly string[]} writableFolders inside the project; made, and given to that user
 * @returns {Promise<Runner>}
 */
export async function chooseRunner(electronPath, writableFolders) {
  const folders = writableFolders.map((folder) => inProject(folder))
  for (const folder of folders) await mkdir(folder, { recursive: true })
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    await requireSandbox(electronPath)
    return { identity: undefined, environment: { SIGNALBOX_NO_SANDBOX: undefined }, close: async () => {} }
  }
  const home = await mkdtemp(join(tmpdir(), 'signalbox-home-'))
  const close = () => rm(home, { recursive: true, force: true })
  for (const folder of [home, ...folders]) await giveTo(nobody, folder)
  const environment = {
    SIGNALBOX_NO_SANDBOX: undefined,
    HOME: home,
    TMPDIR: home,
    USER: 'nobody',
    LOGNAME: 'nobody',
    XDG_RUNTIME_DIR: undefined,
    XDG_CONFIG_HOME: undefined,
    XDG_CACHE_HOME: undefined,
    XDG_DATA_HOME: undefined,
    DBUS_SESSION_BUS_ADDRESS: undefined,
  }
  const obstacle = await findObstacle(electronPath, [home, ...folders], environment)
  if (obstacle === undefined) {
    say('Running as the ordinary user nobody, with Chromium’s sandbox on')
    return { identity: nobody, environment, close }
  }
  await close()
  for (const folder of folders) await giveTo({ uid: 0, gid: 0 }, folder)
  say(`Running as root, with Chromium’s sandbox off: ${obstacle}`)
  return { identity: undefined, environment: { SIGNALBOX_NO_SANDBOX: '1' }, close: async () => {} }
}

/**
 * Why an ordinary user cannot run Electron here, or nothing.
 * @param {string} electronPath
 * @param {readonly string[]} folders
 * @param {Record<string, string | undefined>} environment
 */
async function findObstacle(electronPath, folders, environment) {
  const options = { identity: nobody, environment: { ...environment, ELECTRON_RUN_AS_NODE: '1' }, folder: '/' }
  const program = `
    const fs = require('node:fs')
    const [file, ...folders] = process.argv.slice(1)
    fs.readFileSync(file)
    for (const folder of folders) { fs.writeFileSync(folder + '/probe', ''); fs.unlinkSync(folder + '/probe') }`
  const access = await captureChild(electronPath, ['-e', program, inProject('package.json'), ...folders], options)
  if (access.code !== 0) return 'an ordinary user cannot read this checkout (a folder above it is closed to others)'
  if (!(await canMakeNamespaces(options))) return 'this machine gives ordinary users no user namespaces'
  return undefined
}

/** @param {string} electronPath */
async function requireSandbox(electronPath) {
  if (process.platform !== 'linux' || (await canMakeNamespaces({}))) return
  const helper = join(dirname(electronPath), 'chrome-sandbox')
  const { uid, mode } = await stat(helper)
  if (uid === 0 && (mode & 0o4000) !== 0) return
  throw new Stop(
    'Chromium’s sandbox needs user namespaces, and this machine does not give them to ordinary users. Allow them, then run this again:\n\n' +
      '  sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0     (Ubuntu 23.10 and newer)\n' +
      '  sudo sysctl -w kernel.unprivileged_userns_clone=1                 (older Debian)\n\n' +
      `or make Chromium’s helper setuid:\n\n  sudo sh -c 'chown root ${helper} && chmod 4755 ${helper}'`,
  )
}

/** @param {import('./child.mjs').ChildOptions} options */
async function canMakeNamespaces(options) {
  return (await captureChild('unshare', ['--user', '--map-root-user', 'true'], options)).code === 0
}

/** @param {{ uid: number, gid: number }} identity @param {string} path */
async function giveTo({ uid, gid }, path) {
  await chown(path, uid, gid)
  for (const entry of await readdir(path, { recursive: true })) await lchown(join(path, entry), uid, gid)
}
