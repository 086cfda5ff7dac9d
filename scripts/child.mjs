import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './root.mjs'

/**
 * @typedef {object} ChildOptions
 * @property {Record<string, string | undefined>} [environment] added to ours; `undefined` takes a variable away
 * @property {{ uid: number, gid: number } | undefined} [identity] who the child runs as
 * @property {'inherit' | 'stderr'} [stdout] where the child's stdout goes; `stderr` keeps ours clean
 * @property {string} [folder] working folder; the project's without it
 */

/**
 * Runs a program on our own streams and answers its exit code (128 + signal, as a shell does). Signals that reach us
 * are passed on, and we end when the child has.
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {ChildOptions} [options]
 * @returns {Promise<number>}
 */
export function runChild(command, commandArguments, options = {}) {
  const child = spawn(command, commandArguments, {
    ...spawnOptions(options),
    stdio: ['inherit', options.stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
  })
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(exitCode(code, signal)))
  }).finally(stopForwarding)
}

/**
 * Runs a program quietly and answers its exit code and everything it printed. After `limitMilliseconds` it is ended.
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {ChildOptions & { limitMilliseconds?: number }} [options]
 * @returns {Promise<{ code: number, stdout: string, output: string }>}
 */
export function captureChild(command, commandArguments, options = {}) {
  const child = spawn(command, commandArguments, { ...spawnOptions(options), stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const limit =
    options.limitMilliseconds === undefined ? undefined : setTimeout(() => child.kill(), options.limitMilliseconds)
  const stopForwarding = forwardSignals(child)
  return new Promise((resolve) => {
    // A program that is not there is an answer like any other: callers probe with this.
    child.once('error', (error) => resolve({ code: 127, stdout, output: `${output}${error.message}\n` }))
    child.once('close', (code, signal) => resolve({ code: exitCode(code, signal), stdout, output }))
  }).finally(() => {
    clearTimeout(limit)
    stopForwarding()
  })
}

let interrupted = false

/** Whether a signal reached us while a child ran: whoever runs several in a row should not start the next. */
export function wasInterrupted() {
  return interrupted
}

/** @param {ChildOptions} options */
function spawnOptions({ environment, identity, folder }) {
  return { cwd: folder ?? root, env: { ...process.env, ...environment }, ...identity }
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function exitCode(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

/** @param {import('node:child_process').ChildProcess} child */
function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const handlers = signals.map((signal) => {
    // A terminal sends Ctrl-C to the child as well; a second one would read as impatience.
    const handler = () => {
      interrupted = true
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}
