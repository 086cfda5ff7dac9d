import { delimiter } from 'node:path'
import { pathToFileURL } from 'node:url'
import { captureChild } from './child.mjs'
import { commandFile } from './packages.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

/** @typedef {{ name: string, file: () => string, arguments: readonly string[], onElectron?: boolean }} Check */

/** @type {readonly Check[]} */
const checks = [
  { name: 'types', file: () => commandFile('typescript', 'tsc'), arguments: ['--noEmit'] },
  {
    name: 'types of scripts',
    file: () => commandFile('typescript', 'tsc'),
    arguments: ['--noEmit', '--project', 'scripts'],
  },
  { name: 'lint', file: () => commandFile('oxlint'), arguments: ['--type-aware', '--deny-warnings'] },
  { name: 'format', file: () => commandFile('@biomejs/biome', 'biome'), arguments: ['ci', '--colors=off'] },
  // Not on Electron's Node: knip's parser asks for a buffer larger than V8's sandbox gives.
  { name: 'unused code', file: () => commandFile('knip'), arguments: ['--no-progress'] },
]

/** @type {Check} */
const roomsCheck = {
  name: 'rooms',
  file: () => commandFile('vitest'),
  arguments: ['run', 'test/rooms.test.ts'],
  onElectron: true,
}

/** The machine has a few cores and most tools use more than one. */
const atOnce = 3

/**
 * Runs the static checks and prints a line for each, with the output of those that failed.
 * @param {import('./electron-binary.mjs').ElectronBinary} electron
 * @param {{ rooms: boolean }} options whether to run the rooms test too (a test run does so itself)
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function check(electron, { rooms }) {
  const waiting = rooms ? [...checks, roomsCheck] : [...checks]
  const counts = { passed: 0, failed: 0 }
  const runNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      counts[(await runCheck(electron, next)) ? 'passed' : 'failed'] += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runNext))
  return counts
}

/** @param {import('./electron-binary.mjs').ElectronBinary} electron @param {Check} check */
async function runCheck(electron, { name, file, arguments: toolArguments, onElectron = false }) {
  const started = Date.now()
  const { code, output } = await captureChild(
    onElectron ? electron.path : process.execPath,
    [file(), ...toolArguments],
    {
      environment: {
        ELECTRON_RUN_AS_NODE: '1',
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
        PATH: `${inProject('node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      },
    },
  )
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (code !== 0) console.log(output.trimEnd().replace(/^/gm, '    '))
  return code === 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    const { passed, failed } = await check(await prepare({ display: false }), { rooms: true })
    console.log(`${passed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  })
}
