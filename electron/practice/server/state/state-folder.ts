import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ClockFile, type ClockMark, openClockFile } from './clock-file.ts'
import { type Entry, parseEntry } from './entry.ts'
import { type Log, openLog } from './log.ts'

/** What an account begins with; the rest follows from it and from what was done since. */
export interface Beginning {
  readonly seed: number
  readonly region: string
  /** The instant of the hand-over, account milliseconds since the epoch. */
  readonly start: number
}

/** The folder that an account lives in, held by one process at a time. */
export interface StateFolder {
  readonly beginning: Beginning
  /** What was done so far; empty: the account is new. */
  readonly entries: readonly Entry[]
  readonly objects: string
  readonly lastClock: ClockMark | undefined
  readonly clock: ClockFile
  keep(entry: Entry, durable: boolean): void
  /** What the instances answered lately; undefined: it was not kept. */
  readTraffic(): unknown
  writeTraffic(traffic: unknown): void
  /** Puts the account aside and begins another one in its place. */
  beginAnew(why: string): Promise<StateFolder>
  close(): void
}

export interface StateFolderOptions {
  readonly folder: string
  /** What to begin with where there is nothing yet. Members that are undefined take what stands there. */
  readonly wanted: { readonly [name in keyof Beginning]: Beginning[name] | undefined }
  readonly fallback: Beginning
  /** Told when an account was put aside, with the reason. */
  readonly complain: (message: string) => void
}

const FORMAT = 1
const LOCK_PATIENCE_MILLISECONDS = 5_000

/** Opens the folder, or makes it. Throws when another process holds it. */
export async function openStateFolder(options: StateFolderOptions): Promise<StateFolder> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  return open(options, await lock(options.folder))
}

function open(options: StateFolderOptions, unlock: () => void): StateFolder {
  const { folder, fallback } = options
  const wanted: Beginning = {
    seed: options.wanted.seed ?? fallback.seed,
    region: options.wanted.region ?? fallback.region,
    start: options.wanted.start ?? fallback.start,
  }
  const path = join(folder, 'account.log')
  const opened = openLog(path, isWhole)
  const [header, ...lines] = opened.lines
  const anew = (why: string): StateFolder => {
    opened.log.close()
    putAside(options, why)
    return open(options, unlock)
  }
  if (header === undefined) {
    rmSync(join(folder, 'clock'), { force: true })
    rmSync(join(folder, 'objects'), { recursive: true, force: true })
    opened.log.append(JSON.stringify({ format: FORMAT, ...wanted }), true)
    return folderOf(options, unlock, { log: opened.log, beginning: wanted, entries: [] })
  }
  const beginning = readBeginning(header)
  if (beginning === undefined) return anew('Its log is not one of this program.')
  for (const name of ['seed', 'region', 'start'] as const) {
    const value = options.wanted[name]
    if (value !== undefined && value !== beginning[name]) return anew(`It was begun with another --${name}.`)
  }
  let entries: readonly Entry[]
  try {
    entries = lines.map(parseEntry)
  } catch {
    return anew('Its log is damaged.')
  }
  // An account that was never handed over is nobody's: making it again is simpler than going on with it.
  if (entries.length > 0 && !entries.some(({ kind }) => kind === 'ready')) {
    opened.log.close()
    rmSync(path)
    return open(options, unlock)
  }
  return folderOf(options, unlock, { log: opened.log, beginning, entries })
}

function folderOf(
  options: StateFolderOptions,
  unlock: () => void,
  { log, beginning, entries }: { readonly log: Log; readonly beginning: Beginning; readonly entries: readonly Entry[] },
): StateFolder {
  const { folder } = options
  const clock = openClockFile(join(folder, 'clock'))
  const traffic = join(folder, 'traffic.json')
  const closeFiles = (): void => {
    log.close()
    clock.close()
  }
  return {
    beginning,
    entries,
    objects: join(folder, 'objects'),
    lastClock: entries.length === 0 ? undefined : clock.last,
    clock,
    keep: (entry, durable) => log.append(JSON.stringify(entry), durable),
    readTraffic: () => {
      try {
        return entries.length === 0 ? undefined : (JSON.parse(readFileSync(traffic, 'utf8')) as unknown)
      } catch {
        return undefined
      }
    },
    writeTraffic: (counted) => {
      writeFileSync(`${traffic}.new`, JSON.stringify(counted), { mode: 0o600 })
      renameSync(`${traffic}.new`, traffic)
    },
    beginAnew: async (why) => {
      closeFiles()
      putAside(options, why)
      return open(options, unlock)
    },
    close: () => {
      closeFiles()
      unlock()
    },
  }
}

function putAside({ folder, complain }: StateFolderOptions, why: string): void {
  renameSync(join(folder, 'account.log'), join(folder, 'account.log.unused'))
  complain(
    `The practice account in ${folder} cannot be opened again. ${why} A new account was begun; the log of the old one is kept as account.log.unused.`,
  )
}

function readBeginning(header: string): Beginning | undefined {
  if (!isWhole(header)) return undefined
  const said = JSON.parse(header) as Readonly<Record<string, unknown>>
  const { format, seed, region, start } = said
  if (format !== FORMAT || typeof seed !== 'number' || typeof region !== 'string' || typeof start !== 'number') {
    return undefined
  }
  return { seed, region, start }
}

function isWhole(line: string): boolean {
  try {
    const said: unknown = JSON.parse(line)
    return typeof said === 'object' && said !== null
  } catch {
    return false
  }
}

/** Holds the folder until the process ends, however it ends: the operating system lets go of SQLite's lock. */
async function lock(folder: string): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(folder, 'lock'))
  try {
    // Whoever held it may still be ending.
    database.exec(`PRAGMA busy_timeout = ${LOCK_PATIENCE_MILLISECONDS}`)
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new Error(`Another practice account is open in ${folder}. Close it, or choose another folder with --state.`)
  }
  return () => database.close()
}
