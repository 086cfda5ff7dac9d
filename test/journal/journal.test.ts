import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { SignalboxError } from '../../electron/contract/problem.ts'
import { type Journal, openJournal } from '../../electron/journal/journal.ts'
import { replay } from '../../electron/release/state.ts'
import { begunAt, drive, open } from '../release/drive.ts'
import { fakeAccount } from '../release/world.ts'

let folder = ''
let path = ''
const opened = new Map<string, Journal>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-journal-'))
  path = join(folder, 'journal.sqlite')
})

afterEach(() => {
  closeAll()
  rmSync(folder, { recursive: true, force: true })
})

/** The journal, opened unless it is open: a second one is refused. */
function journalAt(where = path): Journal {
  const journal = opened.get(where) ?? openJournal(where)
  opened.set(where, journal)
  return journal
}

function closeAll(): void {
  for (const journal of opened.values()) journal.close()
  opened.clear()
}

const signedOff = (note: string, at = 1): Entry => ({ kind: 'signed-off', at, note })

/** Changes the file behind the journal's back. */
function tamper(sql: string, ...values: readonly (string | number)[]): void {
  closeAll()
  const database = new DatabaseSync(path)
  database.prepare(sql).run(...values)
  database.close()
}

function problemOf(run: () => unknown): SignalboxError['problem'] {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof SignalboxError) return thrown.problem
    throw thrown
  }
  throw new Error('It did not refuse')
}

describe('the journal', () => {
  it('gives back a whole release as it was written, after it was closed and opened', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    await drive(account, open(account, entries))
    const journal = journalAt()
    for (const entry of entries) journal.append('rel-0001', entry)
    closeAll()
    const read = journalAt().read('rel-0001')
    expect(read.damage).toBeNull()
    expect(read.entries.map(({ entry }) => entry)).toEqual(JSON.parse(JSON.stringify(entries)))
    expect(replay(read.entries.map(({ entry }) => entry)).release.outcome).toBe('completed')
  })

  it('chains the hashes: each entry answers for all before it', () => {
    const journal = journalAt()
    const hashes = ['a', 'b', 'b'].map((note) => journal.append('r', signedOff(note)).hash)
    expect(new Set(hashes).size).toBe(3)
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
    expect(journal.read('r').entries.map(({ hash }) => hash)).toEqual(hashes)
  })

  it('gives the same entry another hash in another release', () => {
    const journal = journalAt()
    expect(journal.append('r1', signedOff('a')).hash).not.toBe(journal.append('r2', signedOff('a')).hash)
  })

  it('keeps releases apart, the newest first', () => {
    const journal = journalAt()
    journal.append('r1', signedOff('a'))
    journal.append('r2', signedOff('b'))
    journal.append('r1', signedOff('c'))
    expect(journal.list().map(({ id }) => id)).toEqual(['r2', 'r1'])
    expect(journal.read('r1').entries).toHaveLength(2)
    expect(journal.read('r2').entries).toHaveLength(1)
    expect(journal.read('nobody')).toEqual({ id: 'nobody', entries: [], damage: null })
  })

  it.each(['', 'Ärger mit “Anführung”', '日本語', '\u0000\u001f', "'; DROP TABLE entries; --", '💾'.repeat(1000)])(
    'keeps any text: %j',
    (note) => {
      const journal = journalAt()
      journal.append('r', signedOff(note))
      expect(journal.read('r')).toMatchObject({ damage: null, entries: [{ entry: { note } }] })
    },
  )

  it('is refused to a second one, in words, until the first is closed', () => {
    journalAt().append('r', signedOff('a'))
    expect(problemOf(() => openJournal(path))).toMatchObject({
      code: 'journal',
      title: 'The journal is open in another Signalbox',
      remedy: expect.stringContaining('close it'),
    })
    journalAt().append('r', signedOff('b'))
    closeAll()
    expect(journalAt().read('r').entries).toHaveLength(2)
  })

  // Each is synced: on a busy disk that takes a while.
  it('takes hundreds of entries', { timeout: 60_000 }, () => {
    const journal = journalAt()
    let last = ''
    for (let index = 0; index < 500; index += 1) last = journal.append('r', signedOff(String(index), index)).hash
    const read = journal.read('r')
    expect(read.entries).toHaveLength(500)
    expect(read.entries.at(-1)?.hash).toBe(last)
    expect(read.damage).toBeNull()
  })

  it('keeps settings beside the releases', () => {
    const journal = journalAt()
    expect(journal.setting('bounds')).toBeNull()
    journal.setSetting('bounds', '{"x":1}')
    journal.setSetting('bounds', '{"x":2}')
    closeAll()
    expect(journalAt().setting('bounds')).toBe('{"x":2}')
  })
})

describe('damage', () => {
  beforeEach(() => {
    const journal = journalAt()
    for (const note of ['one', 'two', 'three', 'four']) journal.append('r', signedOff(note))
    journal.append('other', signedOff('untouched'))
  })

  it.each<[string, string, number]>([
    [
      'a changed entry',
      `UPDATE entries SET entry = replace(entry, 'two', 'TWO') WHERE release = 'r' AND number = 2`,
      1,
    ],
    ['a changed hash', `UPDATE entries SET hash = '${'f'.repeat(64)}' WHERE release = 'r' AND number = 3`, 2],
    ['a changed link', `UPDATE entries SET previous = '${'f'.repeat(64)}' WHERE release = 'r' AND number = 3`, 2],
    ['a removed entry', `DELETE FROM entries WHERE release = 'r' AND number = 2`, 1],
    ['the first entry removed', `DELETE FROM entries WHERE release = 'r' AND number = 1`, 0],
    ['an entry of another release moved in', `UPDATE entries SET release = 'r', number = 5 WHERE release = 'other'`, 4],
    ['entries that were numbered anew', `UPDATE entries SET number = number + 10 WHERE release = 'r'`, 0],
    ['an entry that is no JSON', `UPDATE entries SET entry = '{' WHERE release = 'r' AND number = 4`, 3],
  ])('is told: %s', (_words, sql, trusted) => {
    tamper(sql)
    const read = journalAt().read('r')
    expect(read.entries).toHaveLength(trusted)
    expect(read.damage).toContain(`Entry ${trusted + 1} of release r`)
  })

  it('is told when two entries were swapped', () => {
    tamper(
      `UPDATE entries SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE release = 'r' AND number IN (2, 3)`,
    )
    tamper(`UPDATE entries SET number = -number WHERE number < 0`)
    expect(journalAt().read('r')).toMatchObject({ damage: expect.stringContaining('Entry 2') })
  })

  it('is told of an entry whose hash was made again, by the next one', () => {
    const journal = journalAt(join(folder, 'forger.sqlite'))
    journal.append('r', signedOff('one'))
    const forged = journal.append('r', signedOff('FORGED'))
    tamper(
      `UPDATE entries SET entry = ?, hash = ? WHERE release = 'r' AND number = 2`,
      JSON.stringify(forged.entry),
      forged.hash,
    )
    const read = journalAt().read('r')
    expect(read.entries).toHaveLength(2)
    expect(read.damage).toContain('Entry 3')
  })

  it('is told of an entry of a kind nobody knows', () => {
    const journal = journalAt()
    // @ts-expect-error: what a newer program might have written
    journal.append('later', { kind: 'from-the-future', at: 1 })
    expect(journal.read('later')).toMatchObject({ entries: [], damage: expect.stringContaining('cannot be read') })
  })

  it('leaves the other releases readable', () => {
    tamper(`DELETE FROM entries WHERE release = 'r' AND number = 2`)
    expect(journalAt().read('other')).toMatchObject({ damage: null })
    expect(journalAt().read('other').entries).toHaveLength(1)
  })

  it('of a byte in the file is found or refused, and never read as something else', () => {
    closeAll()
    const whole = readFileSync(path)
    const at = whole.indexOf('"note":"two"')
    expect(at).toBeGreaterThan(0)
    const changed = Buffer.from(whole)
    changed[at + 9] = 'x'.charCodeAt(0)
    writeFileSync(path, changed)
    expect(journalAt().read('r')).toMatchObject({ damage: expect.stringContaining('Entry 2') })
  })
})

describe('a file that is not ours', () => {
  it('is refused when a newer Signalbox wrote it, and left as it is', () => {
    journalAt().append('r', signedOff('a'))
    tamper('PRAGMA user_version = 99')
    const before = readFileSync(path)
    expect(problemOf(() => openJournal(path))).toMatchObject({
      code: 'journal',
      title: 'The journal was written by a newer Signalbox',
      detail: path,
    })
    expect(readFileSync(path)).toEqual(before)
  })

  it('is refused when it is no database', () => {
    writeFileSync(path, 'Dear diary, today I swapped the CNAMEs.'.repeat(100))
    expect(problemOf(() => openJournal(path))).toMatchObject({ code: 'journal', title: 'The journal file is damaged' })
    expect(readFileSync(path, 'utf8')).toContain('Dear diary')
  })

  it.each([
    ['lies in a folder that is a file', () => join(path, 'journal.sqlite')],
    ['lies in a folder that is not there', () => join(folder, 'nowhere', 'journal.sqlite')],
    ['is a folder', () => folder],
  ])('is refused when it %s', (_words, where) => {
    writeFileSync(path, '')
    const found = problemOf(() => openJournal(where()))
    expect(found.code).toBe('journal')
    expect(found.remedy).toBeTruthy()
    expect(found.detail).toContain(where())
  })

  it('that is empty is begun', () => {
    writeFileSync(path, '')
    journalAt().append('r', signedOff('a'))
    expect(statSync(path).size).toBeGreaterThan(0)
  })

  it('tells in words when an entry cannot be written', () => {
    const journal = openJournal(path)
    journal.close()
    expect(problemOf(() => journal.append('r', signedOff('a')))).toMatchObject({
      code: 'journal',
      title: 'The journal cannot be written',
    })
  })
})
