import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { captureChild, runChild } from './child.mjs'
import { Stop, say } from './root.mjs'

/** Per package manager: what brings Electron's libraries and Xvfb. Their dependencies hold every library that ldd names. */
const packageManagers = [
  {
    program: 'apt-get',
    install: 'apt-get update && apt-get install -y',
    libraries: ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1'],
    xvfb: 'xvfb',
  },
  {
    program: 'dnf',
    install: 'dnf install -y',
    libraries: ['gtk3', 'nss', 'alsa-lib', 'mesa-libgbm'],
    xvfb: 'xorg-x11-server-Xvfb',
  },
  {
    program: 'pacman',
    install: 'pacman -S --needed',
    libraries: ['gtk3', 'nss', 'alsa-lib', 'mesa'],
    xvfb: 'xorg-server-xvfb',
  },
  {
    program: 'zypper',
    install: 'zypper install -y',
    libraries: ['gtk3', 'mozilla-nss', 'libasound2', 'libgbm1'],
    xvfb: 'xorg-x11-server-Xvfb',
  },
]

/**
 * Brings the libraries that Electron needs on Linux, and Xvfb where a display is wanted and there is none: by apt as
 * root; elsewhere it names the command and stops.
 * @param {string} electronPath
 * @param {boolean} wantsDisplay
 */
export async function bringSystemLibraries(electronPath, wantsDisplay) {
  if (process.platform !== 'linux') return
  const missing = await missingLibraries(electronPath)
  const wantsXvfb = wantsDisplay && !hasDisplay() && !programExists('Xvfb')
  if (missing.length === 0 && !wantsXvfb) return
  const what = [...missing, ...(wantsXvfb ? ['Xvfb (a display without a screen)'] : [])].join(', ')
  const manager = packageManagers.find(({ program }) => programExists(program))
  if (manager === undefined)
    throw new Stop(
      `Electron needs these of the system, and they are missing: ${what}. Install them, then run this again.`,
    )
  const wanted = [...(missing.length > 0 ? manager.libraries : []), ...(wantsXvfb ? [manager.xvfb] : [])]
  if (manager.program !== 'apt-get' || process.getuid?.() !== 0) {
    const packages = manager.program === 'apt-get' ? await aptNames(wanted) : wanted
    throw new Stop(
      `Electron needs these of the system, and they are missing: ${what}.\nInstall them with this command, then run this again:\n\n  sudo sh -c '${manager.install} ${packages.join(' ')}'`,
    )
  }
  say(`Bringing what Electron needs of the system (${what}) …`)
  await runApt(['update', '-qq'])
  await runApt(['install', '-y', '-qq', '--no-install-recommends', ...(await aptNames(wanted))])
  const stillMissing = await missingLibraries(electronPath)
  if (stillMissing.length > 0 || (wantsXvfb && !programExists('Xvfb'))) {
    throw new Stop(
      `Electron's libraries were installed, but these are still missing: ${stillMissing.join(', ') || 'Xvfb'}.`,
    )
  }
}

/** Whether a window can be shown: always outside Linux. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY'])
}

/** Whether a program is on the path. @param {string} program */
export function programExists(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return existsSync(join(folder, program))
    } catch {
      return false
    }
  })
}

/** @param {string} electronPath */
async function missingLibraries(electronPath) {
  const { code, stdout } = await captureChild('ldd', [electronPath])
  return code === 0 ? parseMissingLibraries(stdout) : []
}

/** The libraries that ldd's output says are not found. @param {string} lddOutput */
export function parseMissingLibraries(lddOutput) {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
}

/** Newer Debian and Ubuntu renamed some libraries for 64-bit time. @param {readonly string[]} names */
async function aptNames(names) {
  return Promise.all(
    names.map(async (name) => {
      const { code } = await captureChild('apt-cache', ['show', '--no-all-versions', `${name}t64`])
      return code === 0 ? `${name}t64` : name
    }),
  )
}

/** @param {readonly string[]} aptArguments */
async function runApt(aptArguments) {
  const code = await runChild('apt-get', aptArguments, {
    stdout: 'stderr',
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (code !== 0)
    throw new Stop(
      `apt-get ${aptArguments[0]} failed (see above), so Electron's libraries are not there. Repair it, then run this again.`,
    )
}
