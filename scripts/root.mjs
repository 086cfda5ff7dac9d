import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, absolute. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The absolute path of something in the project. @param {...string} parts */
export function inProject(...parts) {
  return join(root, ...parts)
}

/** Tells the person at the terminal; on stderr, so that stdout stays free for what a command answers. @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** An expected failure: `message` is all that the person at the terminal needs, no stack. */
export class Stop extends Error {}

/**
 * Runs a command's main function and ends the process with the exit code it answers; a `Stop` is told in its own words.
 * @param {(commandArguments: string[]) => Promise<number>} main
 */
export async function runCommand(main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    say(error instanceof Stop ? `\n${error.message}` : String(error instanceof Error ? error.stack : error))
    process.exitCode = 1
  }
}
