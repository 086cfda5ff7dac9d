import { readFileSync, rmSync } from 'node:fs'
import { bringAwsCli } from './aws-cli.mjs'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { runChild, wasInterrupted } from './child.mjs'
import { driveApp } from './drive.mjs'
import { describeElectron } from './electron-binary.mjs'
import { commandFile } from './packages.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand, Stop, say } from './root.mjs'
import { countPlaywright, countVitest, sumCounts } from './test-counts.mjs'

const parts = /** @type {const} */ (['check', 'unit', 'e2e'])

/** @typedef {import('./electron-binary.mjs').ElectronBinary} ElectronBinary */
/** @typedef {(typeof parts)[number]} Part */

// npm test [-- --only check|unit|e2e [arguments of that part's runner]]
await runCommand(async (commandArguments) => {
  // A log is read as text; the runners colour it otherwise.
  if (!process.stdout.isTTY) process.env['NO_COLOR'] = '1'
  const { chosen, runnerArguments } = parseArguments(commandArguments)
  const electron = await prepare({ display: chosen.includes('e2e') }).catch((error) => {
    // Whoever reads the last line of a log is to find one.
    console.log('0 passed, 1 failed')
    throw error
  })
  if (chosen.includes('unit')) await bringAwsCli()
  const counts = []
  for (const part of chosen) {
    console.log(`\n== ${part} ==`)
    counts.push(await runPart(part, chosen, electron, runnerArguments))
    if (wasInterrupted()) throw new Stop('Interrupted.')
  }
  const { passed, failed, skipped } = sumCounts(counts)
  console.log(`\nRun with ${describeElectron(electron)}`)
  if (skipped > 0) console.log(`${skipped} skipped`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
})

/** @param {string[]} commandArguments @returns {{ chosen: readonly Part[], runnerArguments: readonly string[] }} */
function parseArguments(commandArguments) {
  if (commandArguments.length === 0) return { chosen: parts, runnerArguments: [] }
  const [option, name, ...runnerArguments] = commandArguments
  const part = parts.find((known) => known === name)
  if (option !== '--only' || part === undefined)
    throw new Stop(`Usage: npm test [-- --only ${parts.join('|')} [arguments of its runner]]`)
  return { chosen: [part], runnerArguments }
}

/** @param {Part} part @param {readonly Part[]} chosen @param {ElectronBinary} electron @param {readonly string[]} runnerArguments */
async function runPart(part, chosen, electron, runnerArguments) {
  try {
    // The rooms test is one of the unit tests.
    if (part === 'check') return await check(electron, { rooms: !chosen.includes('unit') })
    return part === 'unit' ? await runVitest(electron, runnerArguments) : await runPlaywright(electron, runnerArguments)
  } catch (error) {
    // The other parts still have something to say.
    if (!(error instanceof Stop)) throw error
    say(error.message)
    return { passed: 0, failed: 1 }
  }
}

/** @param {ElectronBinary} electron @param {readonly string[]} runnerArguments */
async function runVitest(electron, runnerArguments) {
  const report = inProject('out', 'test', 'unit.json')
  rmSync(report, { force: true })
  const vitestArguments = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...runnerArguments,
  ]
  const code = await runChild(electron.path, [commandFile('vitest'), ...vitestArguments], {
    environment: { ELECTRON_RUN_AS_NODE: '1' },
  })
  return countVitest(readReport(report), code)
}

/** @param {ElectronBinary} electron @param {readonly string[]} runnerArguments */
async function runPlaywright(electron, runnerArguments) {
  await build(electron)
  // playwright.config.ts writes the report and each test's files here.
  const folder = inProject('out', 'test', 'e2e')
  rmSync(folder, { recursive: true, force: true })
  const code = await driveApp(electron, {
    script: 'node_modules/playwright/cli.js',
    arguments: ['test', ...runnerArguments],
    writableFolders: ['out/test/e2e'],
    privateDisplay: true,
  })
  return countPlaywright(readReport(inProject('out', 'test', 'e2e', 'report.json')), code)
}

/** @param {string} file @returns {unknown} */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
