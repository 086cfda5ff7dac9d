import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDisplay } from './display.mjs'
import { chooseRunner } from './ordinary-user.mjs'
import { inProject, Stop } from './root.mjs'

const startLimitMilliseconds = 30_000

/**
 * Starts a packaged app, waits until its window shows a page, ends it, and answers that page's title and address. Its
 * fuses refuse a debugger of Node, so it is asked through Chromium's own port.
 * @param {import('./electron-binary.mjs').ElectronBinary} electron the development one, to find out who may run it
 * @param {string} executable
 */
export async function startPackagedApp(electron, executable) {
  const dataFolder = inProject('out', 'packaged-app')
  rmSync(dataFolder, { recursive: true, force: true })
  const runner = await chooseRunner(electron.path, ['out/packaged-app'])
  const display = await openDisplay({ private: true, identity: runner.identity })
  const child = spawn(
    executable,
    [
      '--remote-debugging-port=0',
      `--user-data-dir=${dataFolder}`,
      ...(runner.environment['SIGNALBOX_NO_SANDBOX'] === '1' ? ['--no-sandbox'] : []),
    ],
    {
      ...runner.identity,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...runner.environment, ...display.environment, ELECTRON_RUN_AS_NODE: undefined },
    },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint += text
  })
  try {
    const deadline = Date.now() + startLimitMilliseconds
    while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(complaint)?.[1]
      const page = port === undefined ? undefined : await findPage(port)
      if (page !== undefined) return `“${page.title}” at ${page.url}`
      await sleep(200)
    }
    throw new Stop(`The packaged app showed no page within ${startLimitMilliseconds / 1000} seconds.\n${complaint}`)
  } finally {
    child.kill()
    await ended
    await display.close()
    await runner.close()
  }
}

/** @param {string} port @returns {Promise<{ title: string, url: string } | undefined>} */
async function findPage(port) {
  try {
    const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
    return targets.find(
      (/** @type {{ type: string, title: string, url: string }} */ { type, title, url }) =>
        type === 'page' && title.includes('Signalbox') && url !== 'about:blank',
    )
  } catch {
    return undefined
  }
}
