import { captureChild } from './child.mjs'
import { say } from './root.mjs'
import { programExists } from './system-libraries.mjs'

const LIMIT_MILLISECONDS = 120_000

/**
 * Brings the AWS CLI where that asks nobody: on Debian as root. Never fails: without it the tests that use it are
 * skipped, and the run says so by their name.
 */
export async function bringAwsCli() {
  if (programExists('aws') || process.platform !== 'linux') return
  if (!programExists('apt-get') || process.getuid?.() !== 0) return
  say('Bringing the AWS CLI, which some tests drive the practice account with …')
  const until = Date.now() + LIMIT_MILLISECONDS
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'awscli']
  const download = [...install, '--download-only']
  let isThere = await apt(download, until)
  // The list of packages may be missing or out of date.
  if (!isThere) isThere = (await apt(['update', '-qq'], until)) && (await apt(download, until))
  // Only the download has a limit: a package that is unpacked half way leaves the machine's packages broken.
  if (isThere) await apt(install)
  if (!programExists('aws')) say('It could not be had: the tests that need it are skipped.')
}

/** Whether it succeeded. @param {readonly string[]} aptArguments @param {number} [until] */
async function apt(aptArguments, until) {
  const { code } = await captureChild('apt-get', aptArguments, {
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
    ...(until === undefined ? {} : { limitMilliseconds: Math.max(1, until - Date.now()) }),
  })
  return code === 0
}
