import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Descriptor } from '../../electron/practice/server/practice.ts'

export interface StartOptions {
  readonly speed?: number
  readonly seed?: number
  readonly port?: number
  readonly users?: boolean
  readonly region?: string
  /** The folder the account lives in. */
  readonly state?: string
  /** What is in the account beside what is always there. */
  readonly crowd?: { readonly environments: number; readonly versions: number; readonly events: number }
}

/** A practice account in a process of its own. */
export interface Practice extends Omit<Descriptor, 'control'> {
  /** What the process said when it was ready. */
  readonly descriptor: Descriptor
  readonly pid: number
  /** Asks the control endpoint: GET without a body, POST with one. Throws what it answers in words. */
  control<Answer = unknown>(path: string, body?: object): Promise<Answer>
  /** Ends the process as a crash would, and waits for it. */
  kill(): Promise<void>
  /** What the process said on stderr so far. */
  complaints(): string
  /** Ends the process and waits for it; throws when it did not end cleanly or had complained. */
  stop(): Promise<void>
}

/** Starts `electron/practice/main.ts` under the runtime that runs us, and waits until it says where it listens. */
export async function startPractice(options: StartOptions = {}): Promise<Practice> {
  const main = new URL('../../electron/practice/main.ts', import.meta.url).pathname
  const flags = [
    ...(options.speed === undefined ? [] : ['--speed', String(options.speed)]),
    ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.region === undefined ? [] : ['--region', options.region]),
    ...(options.state === undefined ? [] : ['--state', options.state]),
    ...Object.entries(options.crowd ?? {}).flatMap(([name, count]) => [`--${name}`, String(count)]),
    ...(options.users === false ? ['--no-users'] : []),
  ]
  const child = spawn(process.execPath, [main, '--json', ...flags], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => {
    // Not at its exit: what it said last may still be on its way to us then.
    child.once('close', resolve)
  })
  const descriptor = await new Promise<Descriptor>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Descriptor))
    void ended.then((code) =>
      reject(new Error(`The practice account ended with ${code} before it was ready: ${complaints}`)),
    )
  })
  // What it complained of before stands in another pipe, which may be read after this one.
  await new Promise((resolve) => setImmediate(resolve))
  return {
    ...descriptor,
    descriptor,
    pid: child.pid ?? 0,
    control: async <Answer>(path: string, body?: object): Promise<Answer> => {
      const response = await fetch(
        `${descriptor.control}${path}`,
        body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
      )
      const answer = (await response.json()) as Answer & { readonly error?: string }
      if (!response.ok) throw new Error(answer.error ?? `The control endpoint answered ${response.status}.`)
      return answer
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    complaints: () => complaints,
    stop: async () => {
      child.kill('SIGTERM')
      const code = await ended
      if (code !== 0) throw new Error(`The practice account ended with ${code}: ${complaints}`)
      if (complaints !== '') throw new Error(`The practice account complained: ${complaints}`)
    },
  }
}
