import { parseArgs } from 'node:util'
import { type PracticeOptions, startPractice } from './server/practice.ts'

const USAGE = 'practice [--port N] [--speed N] [--seed N] [--region NAME] [--start ISO-DATE] [--no-users] [--json]'

/** The part of Electron's `process.parentPort` that matters here; it exists only in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
}

async function main(): Promise<void> {
  const practice = await startPractice(readOptions())
  const parentPort = findParentPort()
  let isEnding = false
  const end = (): void => {
    if (isEnding) return
    isEnding = true
    void practice.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // Nobody reads any more: whoever started this is gone.
  process.stdout.on('error', end)
  parentPort?.on('message', ({ data }) => {
    if (data === 'stop') end()
  })
  parentPort?.on('close', end)
  process.on('disconnect', end)
  process.stdout.write(`${JSON.stringify(practice.descriptor)}\n`)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this is Electron's port, not a window
  parentPort?.postMessage(practice.descriptor)
}

function findParentPort(): ParentPort | undefined {
  const found: unknown = Reflect.get(process, 'parentPort')
  return found === undefined || found === null ? undefined : (found as ParentPort)
}

function readOptions(): PracticeOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      region: { type: 'string', default: 'eu-central-1' },
      start: { type: 'string' },
      'no-users': { type: 'boolean', default: false },
      // One JSON line is what is printed with or without it.
      json: { type: 'boolean', default: false },
    },
  })
  const start = values.start === undefined ? Date.now() : Date.parse(values.start)
  if (Number.isNaN(start)) throw new Error(`--start is not a date. Usage: ${USAGE}`)
  return {
    port: wholeNumber('port', values.port, 0, 65_535),
    speed: positive('speed', values.speed),
    seed: wholeNumber('seed', values.seed, 0, 0xffffffff),
    region: values.region,
    start,
    users: !values['no-users'],
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${name} is not a whole number from ${least} to ${most}. Usage: ${USAGE}`)
  }
  return value
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 100_000)) throw new Error(`--${name} is not a number above 0. Usage: ${USAGE}`)
  return value
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
