import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '../electron/contract/entries.ts'
import type { ReleaseSummary } from '../electron/contract/models.ts'
import { openJournal } from '../electron/journal/journal.ts'
import { sealOf } from '../electron/journal/layout.ts'
import { replay } from '../electron/release/state.ts'
import { summaryOf } from '../electron/release/view.ts'
import { openReleaseList } from '../electron/release-list.ts'
import { releaseEntries } from '../test/journal/entries.ts'

const RELEASES = 10_000
/** Of them; a desk that has so many under way at once is a busy one. */
const OPEN = 5
/** Gates a step; makes a release about 50 KB, as a real one is. */
const GATES = 12
const TIMES = 5

/** A journal of many releases, as large as a team fills in years: made, opened, listed and written to. */
export async function benchJournal() {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-journal-'))
  try {
    const path = join(folder, 'journal.sqlite')
    const made = performance.now()
    const entries = fill(path)
    const makeSeconds = (performance.now() - made) / 1000
    const { size } = await stat(path)
    const small = join(folder, 'small.sqlite')
    openJournal(small).close()
    const [large, empty] = [median(TIMES, () => opening(path)), median(TIMES, () => opening(small))]
    return {
      releases: RELEASES,
      entries,
      megabytes: Math.round(size / 1e6),
      makeSeconds: Math.round(makeSeconds),
      milliseconds: { openAndList: large, openAndListEmpty: empty, append: appending(path) },
      ratios: { ofOneSecond: Math.round(large) / 1000 },
      aims: { ofOneSecond: 1 },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Opens the file and makes the list the first screen shows; in milliseconds. */
function opening(path: string): number {
  const started = performance.now()
  const journal = openJournal(path)
  const list = openReleaseList(journal, () => {})
  const shown = list.list().length
  const milliseconds = performance.now() - started
  if (shown !== RELEASES && shown !== 0) throw new Error(`${shown} releases are listed.`)
  list.close()
  journal.close()
  return milliseconds
}

/** One entry, durable, in a file of this size; in milliseconds. */
function appending(path: string): number {
  const journal = openJournal(path)
  const [first] = journal.list()
  const summary = first?.summary
  if (!summary) throw new Error('The newest release has no summary.')
  const milliseconds = median(200, () => {
    const started = performance.now()
    journal.append(summary.id, { kind: 'signed-off', at: 1, note: 'measured' }, summary)
    return performance.now() - started
  })
  journal.close()
  return milliseconds
}

/** Writes the releases behind the journal's back, in one go: written one by one they would take a quarter of an hour. */
function fill(path: string): number {
  openJournal(path).close()
  const database = new DatabaseSync(path)
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?)')
  const line = database.prepare(
    `INSERT INTO releases (release, entries, hash, summary, damage, seal) VALUES (?, ?, ?, ?, '', ?)`,
  )
  let written = 0
  database.exec('PRAGMA synchronous = OFF; BEGIN')
  for (let index = 0; index < RELEASES; index += 1) {
    const id = `r-${index.toString(16).padStart(10, '0')}`
    const entries = releaseEntries(id, index < RELEASES - OPEN ? 'completed' : null, GATES)
    let previous = '0'.repeat(64)
    for (const [number, entry] of entries.entries()) {
      const text = JSON.stringify(withEvidence(entry))
      const hash = createHash('sha256').update(`${id}\n${previous}\n${text}`).digest('hex')
      insert.run(id, number + 1, text, previous, hash)
      previous = hash
    }
    const summary: ReleaseSummary = summaryOf(replay(entries), false)
    const row = { release: id, entries: entries.length, hash: previous, summary: JSON.stringify(summary), damage: '' }
    line.run(id, row.entries, row.hash, row.summary, sealOf(row))
    written += entries.length
  }
  database.exec('COMMIT')
  database.close()
  return written
}

/** Gates say what was seen, in about as many words as real ones. */
function withEvidence(entry: Entry): Entry {
  if (entry.kind !== 'gate') return entry
  return { ...entry, gate: { ...entry.gate, summary: 'It was seen as it should be, and this is how. '.repeat(3) } }
}

function median(times: number, measure: () => number): number {
  const sorted = Array.from({ length: times }, measure).toSorted((one, other) => one - other)
  return Math.round((sorted[Math.floor(times / 2)] ?? 0) * 100) / 100
}
