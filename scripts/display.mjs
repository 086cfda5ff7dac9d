import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stop, say } from './root.mjs'
import { hasDisplay, programExists } from './system-libraries.mjs'

const startLimitMilliseconds = 20_000

/**
 * @typedef {object} Display
 * @property {Record<string, string | undefined>} environment what a program needs to open windows on it
 * @property {() => Promise<void>} close
 */

/**
 * Answers a display to open windows on: the machine's own, or an Xvfb of ours where there is none, or where it is
 * `private` and Xvfb is here (tests must not depend on, or steal, a person's screen).
 * @param {{ private: boolean, identity: { uid: number, gid: number } | undefined }} wants `identity` may open windows on it
 * @returns {Promise<Display>}
 */
export async function openDisplay({ private: wantsPrivate, identity }) {
  const own = process.platform === 'linux' && (!hasDisplay() || (wantsPrivate && programExists('Xvfb')))
  if (!own) return { environment: {}, close: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-display-'))
  const authority = join(folder, 'Xauthority')
  await writeFile(authority, authorityFile(randomBytes(16)), { mode: 0o600 })
  if (identity !== undefined) {
    await chown(authority, identity.uid, identity.gid)
    await chown(folder, identity.uid, identity.gid)
  }
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp', '-noreset', '-auth', authority],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const killServer = () => server.kill()
  process.once('exit', killServer)
  const close = async () => {
    process.off('exit', killServer)
    if (server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const number = await displayNumber(server)
    say(`Xvfb opened display :${number}`)
    // Wayland would be preferred by some, and there the window would be a person's.
    const environment = {
      DISPLAY: `:${number}`,
      XAUTHORITY: authority,
      WAYLAND_DISPLAY: undefined,
      XDG_SESSION_TYPE: 'x11',
    }
    return { environment, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Xvfb takes the first free number and writes it down when it is ready. @param {import('node:child_process').ChildProcess} server @returns {Promise<number>} */
function displayNumber(server) {
  return new Promise((resolve, reject) => {
    let complaint = ''
    let answer = ''
    const limit = setTimeout(() => reject(new Stop('Xvfb did not start within 20 seconds.')), startLimitMilliseconds)
    server.stderr?.setEncoding('utf8').on('data', (text) => {
      complaint += text
    })
    server.stdio[3]?.on('data', (text) => {
      answer += text
      if (!answer.includes('\n')) return
      clearTimeout(limit)
      resolve(Number(answer))
    })
    server.once('error', (error) => reject(new Stop(`Xvfb could not be started: ${error.message}`)))
    server.once('exit', () => {
      clearTimeout(limit)
      reject(new Stop(`Xvfb ended before it was ready. ${complaint.trim()}`))
    })
  })
}

/**
 * An Xauthority file with one cookie for any display. Written here, so that the xauth program is not needed.
 * @param {Buffer} cookie 16 random bytes
 */
export function authorityFile(cookie) {
  const familyWild = Buffer.from([0xff, 0xff])
  const noAddress = Buffer.alloc(0)
  const anyDisplay = Buffer.alloc(0)
  const fields = [noAddress, anyDisplay, Buffer.from('MIT-MAGIC-COOKIE-1'), cookie]
  return Buffer.concat([familyWild, ...fields.flatMap((field) => [lengthOf(field), field])])
}

/** @param {Buffer} field */
function lengthOf(field) {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(field.length)
  return length
}
