import { createHash } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** What is kept of a release as a whole, so that the list of all needs none of their entries. */
export interface ReleaseLine {
  readonly release: string
  readonly entries: number
  /** The hash of its last entry. */
  readonly hash: string
  /** What the list shows, as JSON; empty where it has to be read from the entries. */
  readonly summary: string
  /** What was found wrong with it once and cannot be found again by reading it; empty mostly. */
  readonly damage: string
}

/** One step from a layout to the next; each leaves every entry as it was. */
const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [
  (database) =>
    database.exec(`
      CREATE TABLE entries (
        release TEXT NOT NULL, number INTEGER NOT NULL, entry TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
        PRIMARY KEY (release, number)
      ) STRICT;
      CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `),
  addReleases,
]

/** Version of the file's layout; a newer file is refused, never guessed at. */
export const LAYOUT = MIGRATIONS.length

/** The layout a file has; 0 for one that is empty. */
export function layoutOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

/**
 * Brings an older file to this layout: all of it or nothing. A file that has something in it is copied before,
 * to a file beside it that is named after its layout.
 */
export function migrate(database: DatabaseSync, path: string): void {
  const from = layoutOf(database)
  if (from === LAYOUT) return
  if (from > 0) keepCopy(database, `${path}.layout-${from}`)
  database.exec('BEGIN EXCLUSIVE')
  try {
    for (const step of MIGRATIONS.slice(from)) step(database)
    database.exec(`PRAGMA user_version = ${LAYOUT}; COMMIT`)
  } catch (thrown) {
    database.exec('ROLLBACK')
    throw thrown
  }
}

/** Over what the line of a release says: a byte that changed in it shows. */
export function sealOf({ release, entries, hash, summary, damage }: ReleaseLine): string {
  return createHash('sha256')
    .update(JSON.stringify([release, entries, hash, summary, damage]))
    .digest('hex')
}

function keepCopy(database: DatabaseSync, path: string): void {
  const unfinished = `${path}-new`
  rmSync(unfinished, { force: true })
  database.prepare('VACUUM INTO ?').run(unfinished)
  renameSync(unfinished, path)
}

/** Layout 2: a line for each release, in the order in which they were begun. */
function addReleases(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE releases (
      ordinal INTEGER PRIMARY KEY, release TEXT NOT NULL UNIQUE, entries INTEGER NOT NULL, hash TEXT NOT NULL,
      summary TEXT NOT NULL, damage TEXT NOT NULL, seal TEXT NOT NULL
    ) STRICT;
  `)
  const last = database.prepare('SELECT hash FROM entries WHERE release = ? AND number = ?')
  const insert = database.prepare(
    'INSERT INTO releases (release, entries, hash, summary, damage, seal) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const begun = database.prepare(
    'SELECT release, max(number) AS entries FROM entries GROUP BY release ORDER BY min(rowid)',
  )
  for (const row of begun.all()) {
    const release = String(row['release'])
    const entries = Number(row['entries'])
    const line = { release, entries, hash: String(last.get(release, entries)?.['hash']), summary: '', damage: '' }
    insert.run(release, entries, line.hash, '', '', sealOf(line))
  }
}
