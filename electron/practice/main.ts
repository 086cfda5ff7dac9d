import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type PracticeOptions, startPractice } from './server/practice.ts'

const USAGE =
  'practice [--port N] [--speed N] [--seed N] [--region NAME] [--start ISO-DATE] [--state FOLDER] [--environments N] [--versions N] [--events N] [--no-users] [--json]'

const PARENT_CHECK_MILLISECONDS = 500
/** Whoever asked for the end waits no longer than this for what is still open. */
const ENDING_MILLISECONDS = 1_500

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
    setTimeout(() => process.exit(0), ENDING_MILLISECONDS).unref()
    void practice.close().then(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  // Nobody reads any more: whoever started this is gone.
  process.stdout.on('error', end)
  parentPort?.on('message', ({ data }) => {
    if (data === 'stop') end()
  })
  parentPort?.on('close', end)
  process.on('disconnect', end)
  watchParent(end)
  process.stdout.write(`${JSON.stringify(practice.descriptor)}\n`)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this is Electron's port, not a window
  parentPort?.postMessage(practice.descriptor)
}

/** A parent that was killed says nothing; without it nobody would ever end this. */
function watchParent(onGone: () => void): void {
  const parent = process.ppid
  // Started detached, on purpose: by init, or with a parent that was gone before we looked.
  if (parent <= 1) return
  setInterval(() => {
    if (process.ppid !== parent || !isAlive(parent)) onGone()
  }, PARENT_CHECK_MILLISECONDS).unref()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Someone else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
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
      seed: { type: 'string' },
      region: { type: 'string' },
      start: { type: 'string' },
      state: { type: 'string' },
      environments: { type: 'string', default: '0' },
      versions: { type: 'string', default: '0' },
      events: { type: 'string', default: '0' },
      'no-users': { type: 'boolean', default: false },
      // One JSON line is what is printed with or without it.
      json: { type: 'boolean', default: false },
    },
  })
  const start = values.start === undefined ? undefined : Date.parse(values.start)
  if (Number.isNaN(start)) throw new Error(`--start is not a date. Usage: ${USAGE}`)
  if (values.state === '') throw new Error(`--state is not a folder. Usage: ${USAGE}`)
  return {
    port: wholeNumber('port', values.port, 0, 65_535),
    speed: positive('speed', values.speed),
    seed: values.seed === undefined ? undefined : wholeNumber('seed', values.seed, 0, 0xffffffff),
    region: values.region,
    start,
    state: values.state === undefined ? undefined : resolve(values.state),
    users: !values['no-users'],
    crowd: readCrowd(values),
    complain: (message) => process.stderr.write(`${message}\n`),
  }
}

interface CrowdFlags {
  readonly environments: string
  readonly versions: string
  readonly events: string
  readonly state?: string
}

function readCrowd({ environments, versions, events, state }: CrowdFlags): PracticeOptions['crowd'] {
  const crowd = {
    environments: wholeNumber('environments', environments, 0, 2_000),
    versions: wholeNumber('versions', versions, 0, 20_000),
    events: wholeNumber('events', events, 0, 500_000),
  }
  if (Object.values(crowd).every((count) => count === 0)) return undefined
  if (crowd.environments === 0 && crowd.events > 0)
    throw new Error(`--events needs --environments that they happen to. Usage: ${USAGE}`)
  if (state !== undefined)
    throw new Error(`A generated account is not kept: leave --state away, or the numbers. Usage: ${USAGE}`)
  return crowd
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
