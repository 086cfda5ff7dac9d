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

  /** It is in the list, says what is wrong, and takes no entry more; also at the start after the next. */
  function isDamaged(where: string, id: string, words: string): void {
    for (let start = 0; start < 2; start += 1) {
      const journal = openJournal(where)
      expect(journal.list()).toContainEqual(expect.objectContaining({ id, damage: expect.stringContaining(words) }))
      expect(journal.read(id).damage).toContain(words)
      expect(problemOf(() => journal.append(id, { kind: 'signed-off', at: 1, note: '' }))).toMatchObject({
        code: 'journal',
        title: 'The journal of this release is damaged',
      })
      journal.close()
    }
  }

  it('because a byte of the write-ahead log changed is told', () => {
    const copy = afterCrash('crash')
    flip(`${copy}-wal`, readFileSync(`${copy}-wal`).length - 2000)
    isDamaged(copy, 'r-open', 'its end is missing')
  })

  it('because the write-ahead log was cut off is told', () => {
    const copy = afterCrash('crash')
    writeFileSync(`${copy}-wal`, readFileSync(`${copy}-wal`).subarray(0, 60_000))
    isDamaged(copy, 'r-open', 'its end is missing')
  })

  it('because the write-ahead log was removed is told, with the releases that are gone as a whole', () => {
    const copy = afterCrash('crash')
    rmSync(`${copy}-wal`)
    isDamaged(copy, 'r-open', 'the journal ends at entry 0')
    isDamaged(copy, 'r-ended', 'the journal ends at entry 0')
  })

  it('because somebody deleted the last entries is told, also when the list agrees', () => {
    tamper(`DELETE FROM entries WHERE release = 'r-open' AND number > 3`)
    isDamaged(path, 'r-open', 'missing')
  })

  it('is taken as possible when the heads beside the journal are missing or changed', () => {
    closeAll()
    copyFileSync(`${path}-heads`, join(folder, 'kept'))
    rmSync(`${path}-heads`)
    isDamaged(path, 'r-open', 'is missing')
    const journal = journalAt()
    expect(journal.read('r-ended').damage).toBeNull()
  })

  it('is said of an older file in the place of the journal', () => {
    closeAll()
    copyFileSync(path, join(folder, 'backup.sqlite'))
    journalAt().append('r-open', { kind: 'signed-off', at: 9, note: 'after the backup' })
    closeAll()
    copyFileSync(join(folder, 'backup.sqlite'), path)
    isDamaged(path, 'r-open', 'its end is missing')
  })

  it('does not keep other releases from being begun', () => {
    tamper(`DELETE FROM entries WHERE release = 'r-open' AND number > 3`)
    const journal = journalAt()
    write(journal, 'r-next', releaseEntries('r-next', null))
    expect(journal.read('r-next').damage).toBeNull()
  })
})

describe('a flipped bit or a cut', () => {
  const written = { 'r-one': releaseEntries('r-one', 'completed'), 'r-two': releaseEntries('r-two', null) }

  /** Everything that is read is either what was written or called damaged. */
  function isTold(where: string): 'refused' | 'damaged' | 'whole' {
    let journal: Journal
    try {
      journal = openJournal(where)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(SignalboxError)
      return 'refused'
    }
    try {
      const listed = journal.list()
      const told = Object.entries(written).map(([id, entries]) => {
        const { entries: found, damage } = journal.read(id)
        const line = listed.find((each) => each.id === id)
        const texts = found.map(({ entry }) => JSON.stringify(entry))
        expect(entries.map((entry) => JSON.stringify(entry)).slice(0, texts.length)).toEqual(texts)
        if (damage === null) {
          expect(texts).toHaveLength(entries.length)
          if (line?.damage === null) expect(line.summary).toEqual(summaryOf(replay(entries), false))
        } else {
          expect(() => journal.append(id, { kind: 'signed-off', at: 1, note: '' })).toThrow(SignalboxError)
        }
        // One that is not in the list is never continued; what is there in its place says that it is damaged.
        if (line === undefined) expect(listed.some((each) => each.damage !== null)).toBe(true)
        return damage === null && line?.damage === null
      })
      return told.every(Boolean) ? 'whole' : 'damaged'
    } finally {
      journal.close()
    }
  }

  function fresh(): Buffer {
    const journal = journalAt()
    for (const [id, entries] of Object.entries(written)) write(journal, id, entries)
    closeAll()
    return readFileSync(path)
  }

  it('anywhere in the file is told, and nothing else is read than was written', () => {
    const whole = fresh()
    const heads = readFileSync(`${path}-heads`)
    const outcomes: Record<string, number> = { refused: 0, damaged: 0, whole: 0 }
    let random = 42
    for (let round = 0; round < 250; round += 1) {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31
      const changed = Buffer.from(whole)
      // The header in turn with the rest.
      const at = round % 5 === 0 ? round % 100 : random % whole.length
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (random % 8)), at)
      writeFileSync(path, changed)
      writeFileSync(`${path}-heads`, heads)
      rmSync(`${path}-wal`, { force: true })
      const outcome = isTold(path)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    expect(outcomes['damaged']).toBeGreaterThan(50)
    expect(outcomes['refused']).toBeGreaterThan(5)
  })

  it('at any length is told', () => {
    const whole = fresh()
    const heads = readFileSync(`${path}-heads`)
    for (let part = 0; part < 40; part += 1) {
      writeFileSync(path, whole.subarray(0, Math.floor((whole.length * part) / 40)))
      writeFileSync(`${path}-heads`, heads)
      rmSync(`${path}-wal`, { force: true })
      expect(isTold(path)).not.toBe('whole')
    }
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
