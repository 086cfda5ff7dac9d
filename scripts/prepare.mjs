import { bringElectron, describeElectron } from './electron-binary.mjs'
import { bringPackages } from './packages.mjs'
import { say } from './root.mjs'
import { bringSystemLibraries } from './system-libraries.mjs'

/**
 * Makes a fresh clone able to run: packages by the lockfile, an Electron, and what it needs of the system. Brings only
 * what is missing, says which Electron it is, and throws a `Stop` that names what the person has to do.
 * @param {{ display: boolean }} wants whether a window will be opened
 */
export async function prepare({ display }) {
  await bringPackages()
  const electron = await bringElectron()
  await bringSystemLibraries(electron.path, display)
  say(describeElectron(electron))
  return electron
}
