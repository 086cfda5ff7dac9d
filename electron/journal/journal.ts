import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { type Entry, entrySchema } from '../contract/entries.ts'
import { problem } from '../contract/problem.ts'

/** The hash that the first entry of every release follows. */
const GENESIS = '0'.repeat(64)

/** Version of the file's layout; a newer file is refused, never guessed at. */
const LAYOUT = 1

interface StoredEntry {
  readonly entry: Entry
  readonly hash: string
}

/** A release as it stands on disk: its entries up to the first that cannot be trusted. */
export interface StoredRelease {
  readonly id: string
  readonly entries: readonly StoredEntry[]
  /** Why the rest is not trusted; null where the whole chain holds. */
  readonly damage: string | null
}

export interface Journal {
  /** Ids, newest release first. */
  releaseIds(): readonly string[]
  read(releaseId: string): StoredRelease
  /** Durable when it returns. Throws `journal` where it cannot be written, or the chain has moved under us. */
  append(releaseId: string, entry: Entry): StoredEntry
  setting(name: string): string | null
  setSetting(name: string, value: string): void
  close(): void
}

/**
 * Opens the one SQLite file that keeps every release: append-only, each entry carrying the hash of the one before.
 * Throws `journal` for a file that is newer than this program, is no journal, or cannot be written.
 */
export function openJournal(path: string): Journal {
  const database = open(path)
  const lastStatement = database.prepare(
    'SELECT hash, number FROM entries WHERE release = ? ORDER BY number DESC LIMIT 1',
  )
  const insertStatement = database.prepare(
    'INSERT INTO entries (release, number, entry, previous, hash) VALUES (?, ?, ?, ?, ?)',
  )
  const readStatement = database.prepare(
    'SELECT number, entry, previous, hash FROM entries WHERE release = ? ORDER BY number',
  )
  const idsStatement = database.prepare('SELECT release FROM entries WHERE number = 1 ORDER BY rowid DESC')
  const getSetting = database.prepare('SELECT value FROM settings WHERE name = ?')
  const putSetting = database.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )

  return {
    releaseIds: () => idsStatement.all().map((row) => String(row['release'])),

    read(releaseId) {
      const entries: StoredEntry[] = []
      let previous = GENESIS
      for (const row of readStatement.all(releaseId)) {
        const text = String(row['entry'])
        const hash = String(row['hash'])
        const broken =
          Number(row['number']) !== entries.length + 1 ||
          row['previous'] !== previous ||
          hash !== hashOf(releaseId, previous, text)
        const parsed = broken ? null : entrySchema.safeParse(parse(text))
        if (!parsed?.success) {
          return {
            id: releaseId,
            entries,
            damage: `Entry ${entries.length + 1} of release ${releaseId} ${broken ? 'does not follow from the one before it' : 'cannot be read'}.`,
          }
        }
        entries.push({ entry: parsed.data, hash })
        previous = hash
      }
      return { id: releaseId, entries, damage: null }
    },

    append(releaseId, entry) {
      const text = JSON.stringify(entry)
      return written(() => {
        const last = lastStatement.get(releaseId)
        const previous = last ? String(last['hash']) : GENESIS
        const hash = hashOf(releaseId, previous, text)
        insertStatement.run(releaseId, last ? Number(last['number']) + 1 : 1, text, previous, hash)
        return { entry, hash }
      })
    },

    setting: (name) => {
      const row = getSetting.get(name)
      return row ? String(row['value']) : null
    },
    setSetting: (name, value) => {
      written(() => putSetting.run(name, value))
    },
    close: () => database.close(),
  }
}

function open(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path)
    // FULL: an entry that was answered as written survives a power cut, also in WAL mode.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;')
    const layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (layout > LAYOUT) {
      database.close()
      throw problem('journal', 'The journal was written by a newer Signalbox', {
        meaning: 'It is left as it is.',
        remedy: 'Install the newest Signalbox and open it again.',
        detail: path,
      })
    }
    database.exec(`
      CREATE TABLE IF NOT EXISTS entries (
        release TEXT NOT NULL, number INTEGER NOT NULL, entry TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
        PRIMARY KEY (release, number)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      PRAGMA user_version = ${LAYOUT};
    `)
    return database
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'SignalboxError') throw thrown
    throw problem('journal', 'The journal cannot be opened', {
      meaning: 'Without a journal no release is begun or continued: nothing could be proved afterwards.',
      remedy:
        'See that the folder can be written to and the disk is not full. A damaged file is never repaired silently: move it away to begin a new one.',
      detail: `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    })
  }
}

function written<T>(write: () => T): T {
  try {
    return write()
  } catch (thrown) {
    throw problem('journal', 'The journal cannot be written', {
      meaning: 'The release has stopped before its next change in AWS: what is not on record is not done.',
      remedy: 'Free some space, or make the folder writable, then try again.',
      detail: thrown instanceof Error ? thrown.message : String(thrown),
    })
  }
}

function hashOf(releaseId: string, previous: string, text: string): string {
  return createHash('sha256').update(releaseId).update('\n').update(previous).update('\n').update(text).digest('hex')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
