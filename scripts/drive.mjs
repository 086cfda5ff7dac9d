import { existsSync } from 'node:fs'
import { runChild } from './child.mjs'
import { openDisplay } from './display.mjs'
import { chooseRunner } from './ordinary-user.mjs'
import { inProject, Stop } from './root.mjs'

/**
 * Runs a script that opens the built app: on Electron's own Node, on a display, as an ordinary user where possible.
 * Answers its exit code.
 * @param {import('./electron-binary.mjs').ElectronBinary} electron
 * @param {object} drive
 * @param {string} drive.script the file to run, inside the project
 * @param {readonly string[]} drive.arguments
 * @param {readonly string[]} drive.writableFolders what it writes, inside the project
 * @param {boolean} drive.privateDisplay whether a person's screen is to be left alone
 */
export async function driveApp(electron, { script, arguments: scriptArguments, writableFolders, privateDisplay }) {
  const file = inProject(script)
  if (!existsSync(file)) throw new Stop(`${script} is missing from this checkout, so there is nothing to run.`)
  const runner = await chooseRunner(electron.path, writableFolders)
  try {
    const display = await openDisplay({ private: privateDisplay, identity: runner.identity })
    try {
      return await runChild(electron.path, [file, ...scriptArguments], {
        identity: runner.identity,
        environment: { ...runner.environment, ...display.environment, ELECTRON_RUN_AS_NODE: '1' },
      })
    } finally {
      await display.close()
    }
  } finally {
    await runner.close()
  }
}
