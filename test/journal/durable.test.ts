import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { type Problem, SignalboxError } from '../../electron/contract/problem.ts'
import { type Journal, openJournal } from '../../electron/journal/journal.ts'
import { replay } from '../../electron/release/state.ts'
import { summaryOf } from '../../electron/release/view.ts'
import { releaseEntries } from './entries.ts'
import { mayMount, type SmallDisk, smallDisk } from './small-disk.ts'

let folder = ''
let path = ''
const opened: Journal[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-durable-'))
  path = join(folder, 'journal.sqlite')
})

afterEach(() => {
  for (const journal of opened.splice(0)) journal.close()
  rmSync(folder, { recursive: true, force: true })
})

function journalAt(where = path): Journal {
  const journal = openJournal(where)
  opened.push(journal)
  return journal
}

function closeAll(): void {
  for (const journal of opened.splice(0)) journal.close()
}

/** Writes a release as the app does: each entry with the summary after it. */
function write(journal: Journal, id: string, entries: readonly Entry[]): void {
  entries.forEach((entry, index) => {
    journal.append(id, entry, summaryOf(replay(entries.slice(0, index + 1)), false))
  })
}

function problemOf(run: () => unknown): Problem {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof SignalboxError) return thrown.problem
    throw thrown
  }
  throw new Error('It did not refuse')
}

/** The files as a crash at this moment would leave them, in a folder of their own. */
function afterCrash(name: string): string {
  const copy = join(folder, name)
  mkdirSync(copy)
  for (const file of readdirSync(folder))
    if (file.startsWith('journal')) copyFileSync(join(folder, file), join(copy, file))
  return join(copy, 'journal.sqlite')
}

function flip(file: string, at: number, bit = 1): void {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at)
  writeFileSync(file, bytes)
}

/** Changes the file as somebody with a database browser would. */
function tamper(sql: string): void {
  closeAll()
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

describe('an older layout', () => {
  /** A file as the first version of the program wrote it. */
  function oldJournal(releases: Readonly<Record<string, readonly Entry[]>>): void {
    const database = new DatabaseSync(path)
    database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE entries (
        release TEXT NOT NULL, number INTEGER NOT NULL, entry TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
        PRIMARY KEY (release, number)
      ) STRICT;
      CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      INSERT INTO settings VALUES ('window', '{"x":1}');
      PRAGMA user_version = 1;
    `)
    const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?)')
    for (const [id, entries] of Object.entries(releases)) {
      let previous = '0'.repeat(64)
      entries.forEach((entry, index) => {
        const text = JSON.stringify(entry)
        const hash = createHash('sha256').update(`${id}\n${previous}\n${text}`).digest('hex')
        insert.run(id, index + 1, text, previous, hash)
        previous = hash
      })
    }
    database.close()
  }

  it('is brought to this one with every entry, in order, and a copy of it is kept', () => {
    const entries = { 'r-older': releaseEntries('r-older', 'completed'), 'r-newer': releaseEntries('r-newer', null) }
    oldJournal(entries)
    const journal = journalAt()
    expect(journal.list()).toEqual([
      { id: 'r-newer', summary: null, damage: null },
      { id: 'r-older', summary: null, damage: null },
    ])
    for (const [id, written] of Object.entries(entries)) {
      expect(journal.read(id)).toMatchObject({ damage: null })
      expect(journal.read(id).entries.map(({ entry }) => entry)).toEqual(written)
    }
    expect(journal.setting('window')).toBe('{"x":1}')
    journal.append('r-newer', { kind: 'signed-off', at: 9, note: 'goes on' })
    closeAll()

    const copy = new DatabaseSync(`${path}.layout-1`, { readOnly: true })
    expect(copy.prepare('PRAGMA user_version').get()?.['user_version']).toBe(1)
    expect(copy.prepare('SELECT count(*) AS n FROM entries').get()?.['n']).toBe(Object.values(entries).flat().length)
    copy.close()
    expect(journalAt().read('r-newer').entries.at(-1)?.entry).toMatchObject({ note: 'goes on' })
  })

  it('stays as it is, wholly, when it cannot be brought to this one', () => {
    oldJournal({ r: releaseEntries('r', null) })
    // In the way of the new layout.
    tamper('CREATE TABLE releases (something TEXT)')
    expect(problemOf(() => openJournal(path))).toMatchObject({ code: 'journal' })
    const database = new DatabaseSync(path, { readOnly: true })
    expect(database.prepare('PRAGMA user_version').get()?.['user_version']).toBe(1)
    database.close()
  })

  it('tells the damage that was in it before', () => {
    oldJournal({ r: releaseEntries('r', null), other: releaseEntries('other', null) })
    tamper(`DELETE FROM entries WHERE release = 'r' AND number = 1`)
    expect(journalAt().read('r')).toMatchObject({ entries: [], damage: expect.stringContaining('Entry 1') })
    closeAll()
    expect(journalAt().read('other')).toMatchObject({ damage: null })
  })
})

describe('a crash', () => {
  it('at any entry loses none that was answered as written', () => {
    const journal = journalAt()
    const entries = releaseEntries('r', 'completed')
    entries.forEach((entry, index) => {
      journal.append('r', entry, summaryOf(replay(entries.slice(0, index + 1)), false))
      if (index % 3 !== 0) return
      const found = openJournal(afterCrash(`crash-${index}`))
      expect(found.read('r')).toMatchObject({ damage: null })
      expect(found.read('r').entries).toHaveLength(index + 1)
      found.close()
    })
  })

  it('between an entry and its head beside the journal is no damage', () => {
    const journal = journalAt()
    write(journal, 'r', releaseEntries('r', null))
    const heads = readFileSync(`${path}-heads`)
    journal.append('r', { kind: 'signed-off', at: 9, note: 'the last' })
    const copy = afterCrash('crash')
    writeFileSync(`${copy}-heads`, heads)
    const found = openJournal(copy)
    expect(found.read('r')).toMatchObject({ damage: null })
    found.close()
  })
})

describe('an end that is missing', () => {
  beforeEach(() => {
    const journal = journalAt()
    write(journal, 'r-ended', releaseEntries('r-ended', 'completed'))
    write(journal, 'r-open', releaseEntries('r-open', null))
  })

  /** What the list and the release itself say is wrong, at this start and at the next; it takes no entry more. */
  function damageOf(where: string, id: string): string {
    const told = [1, 2].map(() => {
      const journal = openJournal(where)
      const listed = journal.list().find((each) => each.id === id)?.damage
      const { damage } = journal.read(id)
      const { title } = problemOf(() => journal.append(id, { kind: 'signed-off', at: 1, note: '' }))
      journal.close()
      if (title !== 'The journal of this release is damaged') throw new Error(`It was written to: ${title}`)
      if (listed !== damage) throw new Error(`The list says ${listed ?? 'nothing'}, the release ${damage ?? 'nothing'}`)
      return damage
    })
    if (told[0] !== told[1]) throw new Error('It was said only once')
    return told[0] ?? ''
  }

  it('because a byte of the write-ahead log changed is told', () => {
    const copy = afterCrash('crash')
    flip(`${copy}-wal`, readFileSync(`${copy}-wal`).length - 2000)
    expect(damageOf(copy, 'r-open')).toContain('its end is missing')
  })

  it('because the write-ahead log was cut off is told', () => {
    const copy = afterCrash('crash')
    writeFileSync(`${copy}-wal`, readFileSync(`${copy}-wal`).subarray(0, 60_000))
    expect(damageOf(copy, 'r-open')).toContain('its end is missing')
  })

  it('because the write-ahead log was removed is told, with the releases that are gone as a whole', () => {
    const copy = afterCrash('crash')
    rmSync(`${copy}-wal`)
    expect(damageOf(copy, 'r-open')).toContain('the journal ends at entry 0')
    expect(damageOf(copy, 'r-ended')).toContain('the journal ends at entry 0')
  })

  it('because somebody deleted the last entries is told, also when the list agrees', () => {
    tamper(`DELETE FROM entries WHERE release = 'r-open' AND number > 3`)
    expect(damageOf(path, 'r-open')).toContain('missing')
  })

  it('is taken as possible when the heads beside the journal are missing or changed', () => {
    closeAll()
    copyFileSync(`${path}-heads`, join(folder, 'kept'))
    rmSync(`${path}-heads`)
    expect(damageOf(path, 'r-open')).toContain('is missing')
    const journal = journalAt()
    expect(journal.read('r-ended').damage).toBeNull()
  })

  it('is said of an older file in the place of the journal', () => {
    closeAll()
    copyFileSync(path, join(folder, 'backup.sqlite'))
    journalAt().append('r-open', { kind: 'signed-off', at: 9, note: 'after the backup' })
    closeAll()
    copyFileSync(join(folder, 'backup.sqlite'), path)
    expect(damageOf(path, 'r-open')).toContain('its end is missing')
  })

  it('does not keep other releases from being begun', () => {
    tamper(`DELETE FROM entries WHERE release = 'r-open' AND number > 3`)
    const journal = journalAt()
    write(journal, 'r-next', releaseEntries('r-next', null))
    expect(journal.read('r-next').damage).toBeNull()
  })
})

describe('a second process', () => {
  it('is refused while the first lives, and let in when it was killed', async () => {
    const holder = `
      const { openJournal } = await import(${JSON.stringify(new URL('../../electron/journal/journal.ts', import.meta.url).href)})
      openJournal(${JSON.stringify(path)}).append('r', { kind: 'signed-off', at: 1, note: 'mine' })
      console.log('open')
      setInterval(() => {}, 1000)
    `
    const child = spawn(process.execPath, ['--input-type=module', '--eval', holder], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(problemOf(() => openJournal(path)).title).toBe('The journal is open in another Signalbox')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(journalAt().read('r')).toMatchObject({ damage: null, entries: [{ entry: { note: 'mine' } }] })
  })
})

describe.runIf(mayMount)('a small disk', () => {
  let small: SmallDisk
  let disk = ''
  beforeEach(() => {
    small = smallDisk(folder)
    disk = small.path
  })
  afterEach(() => {
    closeAll()
    small.remove()
  })

  it('that is full refuses the entry in words; when there is room again it goes on, and nothing was lost', () => {
    const journal = journalAt(join(disk, 'journal.sqlite'))
    write(journal, 'r', releaseEntries('r', null))
    let written = journal.read('r').entries.length
    writeFileSync(join(disk, 'filler'), Buffer.alloc(900_000))
    const filled = problemOf(() => {
      for (let more = 0; more < 2000; more += 1) {
        journal.append('r', { kind: 'signed-off', at: more, note: 'x'.repeat(500) })
        written += 1
      }
    })
    expect(filled).toMatchObject({ code: 'journal', title: 'The journal cannot be written: the disk is full' })
    expect(problemOf(() => journal.append('r', { kind: 'signed-off', at: 1, note: 'x'.repeat(5000) })).code).toBe(
      'journal',
    )
    rmSync(join(disk, 'filler'))
    journal.append('r', { kind: 'signed-off', at: 1, note: 'room again' })
    const { entries, damage } = journal.read('r')
    expect(damage).toBeNull()
    expect(entries).toHaveLength(written + 1)
    closeAll()
    expect(journalAt(join(disk, 'journal.sqlite')).read('r')).toMatchObject({ damage: null })
  })

  it('that became read-only refuses to open, and an entry where it is open', () => {
    const journal = journalAt(join(disk, 'journal.sqlite'))
    write(journal, 'r', releaseEntries('r', null))
    closeAll()
    small.makeReadOnly(true)
    try {
      expect(problemOf(() => openJournal(join(disk, 'journal.sqlite')))).toMatchObject({
        code: 'journal',
        title: 'The journal cannot be opened',
        remedy: expect.stringContaining('can be written'),
      })
      expect(existsSync(join(disk, 'journal.sqlite'))).toBe(true)
    } finally {
      small.makeReadOnly(false)
    }
    expect(journalAt(join(disk, 'journal.sqlite')).read('r')).toMatchObject({ damage: null })
  })
})
