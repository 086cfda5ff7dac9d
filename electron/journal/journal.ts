import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { type Entry, entrySchema } from '../contract/entries.ts'
import type { ReleaseSummary } from '../contract/models.ts'
import { SignalboxError } from '../contract/problem.ts'
import { type HeadsFound, openHeads } from './heads.ts'
import { LAYOUT, layoutOf, migrate, type ReleaseLine, sealOf } from './layout.ts'
import { cannotOpen, cannotWrite, damaged, said, tooNew } from './words.ts'

/** The hash that the first entry of every release follows. */
const GENESIS = '0'.repeat(64)
/** An app that is just ending may hold the file this long. */
const BUSY_MILLISECONDS = 1_000

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

/** A release as the list knows it, without a look at its entries. */
export interface ListedRelease {
  readonly id: string
  /** Null where it has to be made from the entries. */
  readonly summary: ReleaseSummary | null
  readonly damage: string | null
}

export interface Journal {
  /** All releases, the newest first. */
  list(): readonly ListedRelease[]
  read(releaseId: string): StoredRelease
  /** Durable when it returns. Throws `journal` where it cannot be written, or where the release is damaged. */
  append(releaseId: string, entry: Entry, summary?: ReleaseSummary): StoredEntry
  /** Keeps what the list shows of a release, beside its entries. */
  summarise(releaseId: string, summary: ReleaseSummary): void
  setting(name: string): string | null
  setSetting(name: string, value: string): void
  close(): void
}

/**
 * Opens the one SQLite file that keeps every release: append-only, each entry carrying the hash of the one before. It
 * is held alone until it is closed or the process ends. Throws `journal` for a file that another process holds, that
 * is newer than this program, damaged, no journal, or cannot be written.
 */
export function openJournal(path: string): Journal {
  const database = open(path)
  try {
    return journalIn(database, path)
  } catch (thrown) {
    database.close()
    throw thrown instanceof SignalboxError ? thrown : cannotOpen(path, thrown)
  }
}

function journalIn(database: DatabaseSync, path: string): Journal {
  const headsFile = openHeads(`${path}-heads`)
  const lineStatement = database.prepare('SELECT * FROM releases WHERE release = ?')
  const lastStatement = database.prepare(
    'SELECT hash, number FROM entries WHERE release = ? ORDER BY number DESC LIMIT 1',
  )
  const insertStatement = database.prepare(
    'INSERT INTO entries (release, number, entry, previous, hash) VALUES (?, ?, ?, ?, ?)',
  )
  const readStatement = database.prepare(
    'SELECT number, entry, previous, hash FROM entries WHERE release = ? ORDER BY number',
  )
  const hashStatement = database.prepare('SELECT hash FROM entries WHERE release = ? AND number = ?')
  const linesStatement = database.prepare('SELECT * FROM releases ORDER BY ordinal DESC')
  const putLineStatement = database.prepare(
    `INSERT INTO releases (release, entries, hash, summary, damage, seal) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (release) DO UPDATE SET entries = excluded.entries, hash = excluded.hash,
       summary = excluded.summary, damage = excluded.damage, seal = excluded.seal`,
  )
  const getSetting = database.prepare('SELECT value FROM settings WHERE name = ?')
  const putSetting = database.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  /** Releases whose heads are not beside the journal yet, because that file could not be written. */
  const owed = new Set<string>()
  /** Releases that were read and found damaged: they take no entry more. */
  const broken = new Map<string, string>()

  const lineOf = (releaseId: string) => lineFrom(lineStatement.get(releaseId))

  function putLine(line: ReleaseLine): void {
    putLineStatement.run(line.release, line.entries, line.hash, line.summary, line.damage, sealOf(line))
  }

  /** In one transaction; whatever goes wrong leaves the file as it was. */
  function written<T>(write: () => T): T {
    try {
      payHeads()
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = write()
        database.exec('COMMIT')
        return result
      } catch (thrown) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw thrown
      }
    } catch (thrown) {
      throw thrown instanceof SignalboxError ? thrown : cannotWrite(thrown)
    }
  }

  function payHeads(): void {
    if (owed.size === 0) return
    const lines = [...owed].flatMap((id) => lineOf(id)?.line ?? [])
    headsFile.write(lines.map(({ release, entries, hash }) => ({ release, entries, hash })))
    owed.clear()
    if (getSetting.get('heads') === undefined) putSetting.run('heads', 'kept')
  }

  /** What the entries must agree with: the line of the release, and what was found when the file was opened. */
  function contradiction(releaseId: string, entries: number, hash: string): string | null {
    const found = lineOf(releaseId)
    if (found === null) {
      return entries === 0 ? null : `Release ${releaseId} has ${entries} entries, but is not in the list of releases.`
    }
    if (!found.sealed) return `What the journal keeps of release ${releaseId} as a whole has been changed.`
    if (found.line.damage !== '') return found.line.damage
    if (found.line.entries === entries && found.line.hash === hash) return null
    return entries < found.line.entries
      ? `Release ${releaseId} was written up to entry ${found.line.entries}; entries ${entries + 1} to ${found.line.entries} are missing.`
      : `Release ${releaseId} does not end with the entry that was written last.`
  }

  const journal: Journal = {
    list: () =>
      linesStatement.all().flatMap((row) => {
        const found = lineFrom(row)
        if (found === null) return []
        const { release, summary, damage } = found.line
        const broken = found.sealed ? damage : `What the journal keeps of release ${release} as a whole was changed.`
        return [
          { id: release, summary: found.sealed ? summaryOf(summary) : null, damage: broken === '' ? null : broken },
        ]
      }),

    read(releaseId) {
      const entries: StoredEntry[] = []
      const stopped = (damage: string | null): StoredRelease => {
        if (damage !== null) broken.set(releaseId, damage)
        return { id: releaseId, entries, damage }
      }
      let previous = GENESIS
      try {
        for (const row of readStatement.iterate(releaseId)) {
          const text = String(row['entry'])
          const hash = String(row['hash'])
          const number = entries.length + 1
          if (
            Number(row['number']) !== number ||
            row['previous'] !== previous ||
            hash !== hashOf(releaseId, previous, text)
          )
            return stopped(`Entry ${number} of release ${releaseId} does not follow from the one before it.`)
          const parsed = entrySchema.safeParse(parse(text))
          if (!parsed.success) return stopped(`Entry ${number} of release ${releaseId} cannot be read.`)
          entries.push({ entry: parsed.data, hash })
          previous = hash
        }
        return stopped(contradiction(releaseId, entries.length, previous))
      } catch (thrown) {
        return stopped(`Entry ${entries.length + 1} of release ${releaseId} cannot be read: ${said(thrown)}.`)
      }
    },

    append(releaseId, entry, summary) {
      const text = JSON.stringify(entry)
      const stored = written(() => {
        const last = lastStatement.get(releaseId)
        const previous = last ? String(last['hash']) : GENESIS
        const number = last ? Number(last['number']) : 0
        const damage = broken.get(releaseId) ?? contradiction(releaseId, number, previous)
        if (damage !== null) throw damaged(damage)
        const hash = hashOf(releaseId, previous, text)
        insertStatement.run(releaseId, number + 1, text, previous, hash)
        const shown = summary === undefined ? '' : JSON.stringify(summary)
        putLine({ release: releaseId, entries: number + 1, hash, summary: shown, damage: '' })
        return { entry, hash }
      })
      owed.add(releaseId)
      try {
        payHeads()
      } catch {
        // The entry itself is durable. Whoever writes next hears of it, before anything is done.
      }
      return stored
    },

    summarise(releaseId, summary) {
      const found = lineOf(releaseId)
      if (found?.sealed) written(() => putLine({ ...found.line, summary: JSON.stringify(summary) }))
    },

    setting: (name) => {
      const row = getSetting.get(name)
      return row ? String(row['value']) : null
    },
    setSetting: (name, value) => {
      written(() => putSetting.run(name, value))
    },
    close: () => {
      if (database.isOpen) database.close()
    },
  }

  /** What only what lies beside the journal can tell; kept in the journal, since it cannot be found a second time. */
  function keepLosses(found: HeadsFound): void {
    const blame = (id: string, damage: string) => {
      const known = lineOf(id)?.line
      if (known?.damage) return
      putLine({ ...(known ?? { release: id, entries: 0, hash: GENESIS, summary: '' }), damage })
    }
    if (found.kind === 'read') {
      for (const { release, entries, hash } of found.heads) {
        const at = hashStatement.get(release, entries)
        if (at !== undefined && String(at['hash']) === hash) continue
        const has = Number(lastStatement.get(release)?.['number'] ?? 0)
        blame(
          release,
          has < entries
            ? `Release ${release} was written up to entry ${entries}, but the journal ends at entry ${has}: its end is missing.`
            : `Entry ${entries} of release ${release} is not the one that was written.`,
        )
      }
      return
    }
    if (journal.setting('heads') === null) return
    for (const { id, summary } of journal.list()) {
      if (summary !== null && summary.outcome !== null) continue
      blame(
        id,
        `The file ${path}-heads is ${found.kind === 'absent' ? 'missing' : 'not as it was written'}: without it nobody knows whether the end of release ${id} is missing.`,
      )
    }
  }

  /** Entries of a release that is not in the list, or a line whose entries are gone. */
  function keepUnlisted(): void {
    const told = Number(database.prepare('SELECT total(entries) AS sum FROM releases').get()?.['sum'])
    const there = Number(database.prepare('SELECT max(rowid) AS last FROM entries').get()?.['last'] ?? 0)
    if (told === there) return
    for (const row of database.prepare('SELECT DISTINCT release FROM entries').all()) {
      const release = String(row['release'])
      if (lineOf(release) !== null) continue
      putLine({
        release,
        entries: Number(lastStatement.get(release)?.['number']),
        hash: String(lastStatement.get(release)?.['hash']),
        summary: '',
        damage: `Release ${release} has entries, but was missing from the list of releases.`,
      })
    }
  }

  keepLosses(headsFile.found())
  keepUnlisted()
  // A list that cannot be read is to be told now.
  journal.list()
  return journal
}

/** The file, held by us alone and known to be writable. */
function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    // Alone for the life of the process: the system lets go of it when the process ends, however it ends.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = ${BUSY_MILLISECONDS};`)
    if (layoutOf(database) > LAYOUT) throw tooNew(path)
    // FULL: an entry that was answered as written survives a power cut, also in WAL mode.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;')
    migrate(database, path)
    // Written, not only read: a disk that takes nothing is to be found now, not at the first entry.
    database.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${LAYOUT}; COMMIT`)
    return database
  } catch (thrown) {
    if (database?.isOpen) database.close()
    throw thrown instanceof SignalboxError ? thrown : cannotOpen(path, thrown)
  }
}

function lineFrom(row: Record<string, unknown> | undefined): { line: ReleaseLine; sealed: boolean } | null {
  if (row === undefined) return null
  const line = {
    release: String(row['release']),
    entries: Number(row['entries']),
    hash: String(row['hash']),
    summary: String(row['summary']),
    damage: String(row['damage']),
  }
  return { line, sealed: row['seal'] === sealOf(line) }
}

/** The seal vouches for what is inside. */
function summaryOf(text: string): ReleaseSummary | null {
  const found = parse(text)
  return typeof found === 'object' && found !== null ? (found as ReleaseSummary) : null
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
