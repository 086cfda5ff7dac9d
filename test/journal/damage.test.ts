import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual as isSame } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SignalboxError } from '../../electron/contract/problem.ts'
import { type Journal, openJournal } from '../../electron/journal/journal.ts'
import { replay } from '../../electron/release/state.ts'
import { summaryOf } from '../../electron/release/view.ts'
import { releaseEntries } from './entries.ts'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-damage-'))
  path = join(folder, 'journal.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Whether the journal lets a release go on. */
function takes(journal: Journal, id: string): boolean {
  try {
    journal.append(id, { kind: 'signed-off', at: 1, note: '' })
    return true
  } catch (thrown) {
    if (thrown instanceof SignalboxError) return false
    throw thrown
  }
}

describe('a flipped bit or a cut', () => {
  const written = { 'r-one': releaseEntries('r-one', 'completed'), 'r-two': releaseEntries('r-two', null) }

  /** Everything that is read is either what was written or called damaged. */
  function isTold(where: string): 'refused' | 'damaged' | 'whole' {
    let journal: Journal
    try {
      journal = openJournal(where)
    } catch (thrown) {
      if (thrown instanceof SignalboxError) return 'refused'
      throw thrown
    }
    try {
      const listed = journal.list()
      const told = Object.entries(written).map(([id, entries]) => {
        const { entries: found, damage } = journal.read(id)
        const line = listed.find((each) => each.id === id)
        const texts = found.map(({ entry }) => JSON.stringify(entry))
        const wrong = [
          ...(isSame(texts, entries.map((entry) => JSON.stringify(entry)).slice(0, texts.length))
            ? []
            : ['other words']),
          ...(damage === null && texts.length < entries.length ? ['less, and nothing said'] : []),
          ...(damage === null && line?.damage === null && !isSame(line.summary, summaryOf(replay(entries), false))
            ? ['another line']
            : []),
          ...(damage !== null && takes(journal, id) ? ['it takes entries'] : []),
          // One that is not in the list is never continued; what is there in its place says that it is damaged.
          ...(line === undefined && listed.every((each) => each.damage === null)
            ? ['it is gone, and nothing said']
            : []),
        ]
        if (wrong.length > 0) throw new Error(`${id}: ${wrong.join(', ')}`)
        return damage === null && line?.damage === null
      })
      return told.every(Boolean) ? 'whole' : 'damaged'
    } finally {
      journal.close()
    }
  }

  function fresh(): Buffer {
    const journal = openJournal(path)
    for (const [id, entries] of Object.entries(written))
      entries.forEach((entry, index) => {
        journal.append(id, entry, summaryOf(replay(entries.slice(0, index + 1)), false))
      })
    journal.close()
    return readFileSync(path)
  }

  // 250 files are written, and synced: on a busy disk that takes a while.
  it('anywhere in the file is told, and nothing else is read than was written', { timeout: 60_000 }, () => {
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
