import { problem } from '../contract/problem.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const BUSY = 5
const CORRUPT = 11
const NOT_A_DATABASE = 26
const FULL = 13
const READ_ONLY = 8

/** The problem of a journal that could not be opened, by what SQLite says. */
export function cannotOpen(path: string, thrown: unknown) {
  const detail = `${path}: ${said(thrown)}`
  switch (resultCode(thrown)) {
    case BUSY:
      return problem('journal', 'The journal is open in another Signalbox', {
        meaning: 'Two that write one journal would do things twice. This one stays closed; nothing is changed.',
        remedy: 'Go on in the other one, or close it and start this one again.',
        detail,
      })
    case CORRUPT:
    case NOT_A_DATABASE:
      return problem('journal', 'The journal file is damaged', {
        meaning:
          'It can no longer be read as a journal. Nothing is done on the strength of it, and it is never repaired silently. What AWS was asked for goes on.',
        remedy:
          'Put it back from a backup; or move the files that begin with “journal” away to begin a new one, and finish what was under way in the AWS console.',
        detail,
      })
    default:
      return problem('journal', 'The journal cannot be opened', {
        meaning: 'Without a journal no release is begun or continued: nothing could be proved afterwards.',
        remedy: 'See that the folder and the file can be written to and that the disk is not full, then start again.',
        detail,
      })
  }
}

/** The problem of a journal that was written by a later version of this program. */
export function tooNew(path: string) {
  return problem('journal', 'The journal was written by a newer Signalbox', {
    meaning: 'It is left as it is.',
    remedy: 'Install the newest Signalbox and open it again.',
    detail: path,
  })
}

/** The problem of an entry that could not be made durable. */
export function cannotWrite(thrown: unknown) {
  const code = resultCode(thrown)
  if (code === CORRUPT || code === NOT_A_DATABASE) return damaged(said(thrown))
  const system = thrown instanceof Error && 'code' in thrown ? thrown.code : ''
  const why =
    code === FULL || system === 'ENOSPC'
      ? ': the disk is full'
      : code === READ_ONLY || system === 'EROFS'
        ? ': it is read-only'
        : ''
  return problem('journal', `The journal cannot be written${why}`, {
    meaning: 'The release has stopped before its next change in AWS: what is not on record is not done.',
    remedy: 'Free some space, or make the folder writable, then try again. Nothing is lost and nothing is done twice.',
    detail: said(thrown),
  })
}

/** The problem of a release whose entries contradict what is kept about them. */
export function damaged(damage: string) {
  return problem('journal', 'The journal of this release is damaged', {
    meaning:
      'What was done can no longer be proved from it, so the release is not continued. Nothing is changed in AWS.',
    remedy: 'Look at both environments in the AWS console and finish by hand. The journal is kept as it is.',
    detail: damage,
  })
}

/** What SQLite or the system said. */
export function said(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function resultCode(thrown: unknown): number | null {
  const code = thrown instanceof Error && 'errcode' in thrown ? thrown.errcode : null
  return typeof code === 'number' ? code & 0xff : null
}
