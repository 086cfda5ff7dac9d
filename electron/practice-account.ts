import { app, type UtilityProcess, utilityProcess } from 'electron'
import { problem } from './contract/problem.ts'
import { builtFile } from './window.ts'

/** How long the practice account may take to be ready. */
const START_MILLISECONDS = 20_000

/** A running practice account: what it said when it was ready, and how to end it. */
export interface PracticeProcess {
  readonly descriptor: unknown
  stop(): void
}

/**
 * Starts the practice account in a process of its own, or uses the one that `SIGNALBOX_PRACTICE` describes
 * (development and tests only). Its state is kept in `folder`, so that a release survives the app's end.
 */
export async function startPracticeAccount(folder: string, speed: number): Promise<PracticeProcess> {
  const running = app.isPackaged ? undefined : process.env['SIGNALBOX_PRACTICE']
  if (running) return { descriptor: JSON.parse(running), stop: () => {} }
  const child = utilityProcess.fork(builtFile('main', 'practice.js'), ['--speed', String(speed), '--state', folder], {
    serviceName: 'Signalbox practice account',
    stdio: 'pipe',
  })
  const descriptor = await ready(child)
  return { descriptor, stop: () => child.kill() }
}

function ready(child: UtilityProcess): Promise<unknown> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  return new Promise((resolve, reject) => {
    const failed = (why: string) =>
      reject(
        problem('not-connected', 'The practice account did not start', {
          meaning: 'There is nothing to connect to. Nothing was changed anywhere.',
          remedy: 'Try again. If it comes back, start Signalbox anew.',
          detail: `${why}\n${said}`,
        }),
      )
    const timer = setTimeout(() => failed(`not ready after ${START_MILLISECONDS} ms`), START_MILLISECONDS)
    child.once('message', (message: unknown) => {
      clearTimeout(timer)
      resolve(message)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      failed(`ended with code ${code}`)
    })
  })
}
