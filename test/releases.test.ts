import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import type { ReleaseSummary } from '../electron/contract/models.ts'
import { type Problem, SignalboxError } from '../electron/contract/problem.ts'
import { openJournal } from '../electron/journal/journal.ts'
import { openReleaseList } from '../electron/release-list.ts'
import { currentStep, type Headless, openHeadless, operate, type Trouble } from '../scripts/headless.ts'
import { releaseEntries } from './journal/entries.ts'
import { mayMount, smallDisk } from './journal/small-disk.ts'
import { type Practice, startPractice } from './practice/start-practice.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function practiceAt(speed: number, environments = 0): Promise<Practice> {
  const practice = await startPractice({ speed, crowd: { environments, versions: environments, events: 0 } })
  ends.push(practice.stop)
  return practice
}

async function headlessIn(practice: Practice, folder?: string): Promise<Headless> {
  const headless = await openHeadless(practice.descriptor, folder)
  ends.push(async () => {
    await headless.close()
    await headless.remove()
  })
  return headless
}

async function folderHere(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-releases-'))
  ends.push(async () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function refusal(wish: Promise<unknown>): Promise<Problem> {
  try {
    await wish
  } catch (thrown) {
    if (thrown instanceof SignalboxError) return thrown.problem
    throw thrown
  }
  throw new Error('It was not refused')
}

describe('releases of one account', () => {
  it('run five at once on one budget, and each makes its changes once', { timeout: 150_000 }, async () => {
    const practice = await practiceAt(400, 8)
    const headless = await headlessIn(practice)
    const seconds = async () => (await practice.control<{ now: number }>('/clock')).now / 1000
    const from = await seconds()
    const ids: string[] = []
    for (let index = 1; index <= 5; index += 1) ids.push(await headless.begin(`service-01-000${index}`))
    // A sign-in in the middle does not fill the purse again.
    const again = setTimeout(() => void headless.signInAgain(), 3_000)
    const ended = await Promise.all(ids.map((id) => operate(headless, id, { patienceMilliseconds: 120_000 })))
    clearTimeout(again)
    expect(ended.map(({ release }) => release.outcome)).toEqual(Array(5).fill('completed'))

    const { calls } = await practice.control<{ calls: Readonly<Record<string, number>> }>('/calls')
    for (const change of ['CreateEnvironment', 'SwapEnvironmentCNAMEs', 'TerminateEnvironment', 'UpdateEnvironment'])
      expect([change, calls[`elasticbeanstalk:${change}`]]).toEqual([change, 5])
    const sent = Object.values(calls).reduce((sum, count) => sum + count, 0)
    const perSecond = (sent - 10) / ((await seconds()) - from)
    expect(perSecond).toBeLessThan(0.95)
    // Each look of each release would be one.
    const turns = calls['elasticbeanstalk:DescribeEnvironmentHealth'] ?? 0
    expect(calls['elasticbeanstalk:DescribeEnvironments']).toBeLessThan(turns)
  })

  it('refuse an environment that is blue or green in another one', { timeout: 60_000 }, async () => {
    const practice = await practiceAt(600)
    const headless = await headlessIn(practice)
    const id = await headless.begin('shop-production')
    expect(await refusal(headless.begin('shop-production'))).toMatchObject({ code: 'locked' })
    const view = await operate(headless, id, {
      patienceMilliseconds: 40_000,
      until: ({ release }) => release.step === 'propagation',
    })
    // By now blue has another URL, and green has production's.
    expect(await refusal(headless.begin('shop-production'))).toMatchObject({
      code: 'locked',
      meaning: expect.stringContaining('It is blue in the release of shop.'),
    })
    expect(await refusal(headless.begin(view.release.green.name))).toMatchObject({ code: 'locked' })
  })

  it('look anew after the computer slept, and nothing seen before counts', { timeout: 60_000 }, async () => {
    const practice = await practiceAt(60)
    const headless = await headlessIn(practice)
    const id = await headless.begin('shop-production')
    await operate(headless, id, {
      patienceMilliseconds: 40_000,
      until: (view) => currentStep(view)?.status === 'ready',
    })
    const count = async () => {
      const { calls } = await practice.control<{ calls: Readonly<Record<string, number>> }>('/calls')
      return calls['elasticbeanstalk:CheckDNSAvailability'] ?? 0
    }
    const before = await count()
    headless.releases.lookAgain()
    expect(currentStep(headless.releases.view(id))?.status).toBe('checking')
    await expect.poll(count).toBeGreaterThan(before)
  })
})

describe.runIf(mayMount)('a full disk', () => {
  it('stops a release before its next change; it goes on when there is room, and does it once', {
    timeout: 60_000,
  }, async () => {
    const folder = await folderHere()
    const disk = smallDisk(folder)
    ends.push(async () => disk.remove())
    const practice = await practiceAt(600)
    const headless = await openHeadless(practice.descriptor, disk.path)
    ends.push(() => headless.close())
    const id = await headless.begin('shop-production')
    const patience = { patienceMilliseconds: 30_000, cautious: true }
    await operate(headless, id, { ...patience, until: (view) => view.steps.clone.status === 'ready' })
    fill(join(disk.path, 'filler'))
    const seen: Problem[] = []
    const onTrouble = ({ problem }: Trouble) => seen.push(problem)
    await operate(headless, id, { ...patience, onTrouble, until: () => seen.length > 0 })
    expect(seen).toMatchObject([
      {
        code: 'journal',
        title: 'The journal cannot be written: the disk is full',
        meaning: expect.stringContaining('before its next change'),
      },
    ])
    await new Promise((resolve) => setTimeout(resolve, 500))
    const made = async () => {
      const { calls } = await practice.control<{ calls: Readonly<Record<string, number>> }>('/calls')
      return ['CreateConfigurationTemplate', 'CreateEnvironment'].map((call) => calls[`elasticbeanstalk:${call}`] ?? 0)
    }
    expect(await made()).toEqual([0, 0])
    rmSync(join(disk.path, 'filler'))
    await headless.releases.get(id).choose('retry')
    await operate(headless, id, { ...patience, until: ({ release }) => release.step === 'deploy' })
    expect(await made()).toEqual([1, 1])
  })
})

/** Takes all the room there is. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    // Full.
  } finally {
    closeSync(file)
  }
}

describe('the list of releases', () => {
  async function listOf(prepare: (path: string) => void): Promise<readonly ReleaseSummary[]> {
    const path = join(await folderHere(), 'journal.sqlite')
    const journal = openJournal(path)
    const releases = { 'r-ended': releaseEntries('r-ended', 'completed'), 'r-open': releaseEntries('r-open', null) }
    for (const [id, entries] of Object.entries(releases)) for (const entry of entries) journal.append(id, entry)
    openReleaseList(journal, () => {}).close()
    journal.close()
    prepare(path)
    const again = openJournal(path)
    ends.push(async () => again.close())
    const list = openReleaseList(again, () => {})
    list.close()
    return list.list()
  }

  const tampered = (sql: string) => (path: string) => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }

  it('shows every release, the newest first', async () => {
    expect(await listOf(() => {})).toMatchObject([
      { id: 'r-open', damaged: false, outcome: null, step: 'retire' },
      { id: 'r-ended', damaged: false, outcome: 'completed' },
    ])
  })

  it('keeps a release whose first entry is damaged, by its name, and says what is wrong', async () => {
    const list = await listOf(tampered(`UPDATE entries SET entry = replace(entry, 'shop', 'shoq') WHERE number = 1`))
    expect(list[0]).toMatchObject({
      id: 'r-open',
      damaged: true,
      damage: expect.stringContaining('Entry 1'),
      productionCname: 'r-open.eu-central-1.elasticbeanstalk.com',
    })
  })

  it('keeps a release of which nothing can be read any more', async () => {
    const list = await listOf(
      tampered(
        `DELETE FROM entries WHERE release = 'r-open'; UPDATE releases SET summary = '' WHERE release = 'r-open'`,
      ),
    )
    expect(list[0]).toMatchObject({ id: 'r-open', damaged: true, productionCname: '' })
  })

  it('never continues a damaged release, and says so to whoever opens it', { timeout: 60_000 }, async () => {
    const practice = await practiceAt(600)
    const first = await openHeadless(practice.descriptor)
    const id = await first.begin('shop-production')
    await operate(first, id, { patienceMilliseconds: 40_000, until: ({ release }) => release.step === 'clone' })
    await first.close()
    tampered(`UPDATE entries SET entry = replace(entry, '"passed"', '"failed"') WHERE number = 5`)(
      join(first.folder, 'journal.sqlite'),
    )
    const again = await headlessIn(practice, first.folder)
    expect(again.releases.list()).toMatchObject([{ id, damaged: true, damage: expect.stringContaining('Entry 5') }])
    expect(() => again.releases.get(id)).toThrow('The journal of this release is damaged')
    expect(again.releases.view(id).release.id).toBe(id)
  })

  it('finds the damage of an ended release in the background', async () => {
    const folder = await folderHere()
    const path = join(folder, 'journal.sqlite')
    const journal = openJournal(path)
    const entries = releaseEntries('r-ended', 'completed')
    const done: ReleaseSummary[] = []
    for (const entry of entries) journal.append('r-ended', entry)
    openReleaseList(journal, () => {}).close()
    journal.close()
    tampered(`UPDATE entries SET entry = replace(entry, 'holds', 'fails') WHERE number = 3`)(path)
    const again = openJournal(path)
    ends.push(async () => again.close())
    const list = openReleaseList(again, (now) => done.push(...now), 1)
    expect(list.list()).toMatchObject([{ damaged: false }])
    await expect.poll(() => done.length).toBeGreaterThan(0)
    list.close()
    expect(done).toMatchObject([{ id: 'r-ended', damaged: true, damage: expect.stringContaining('Entry 3') }])
  })
})

describe('a journal that goes on', () => {
  it('never runs backwards, where the clock stands before its last entry', { timeout: 60_000 }, async () => {
    const practice = await practiceAt(600)
    const first = await openHeadless(practice.descriptor)
    const id = await first.begin('shop-production')
    await operate(first, id, { patienceMilliseconds: 40_000, until: ({ release }) => release.step === 'clone' })
    await first.close()
    // As an app whose clock was an hour ahead would have left it.
    const journal = openJournal(join(first.folder, 'journal.sqlite'))
    const last = journal.read(id).entries.at(-1)?.entry.at ?? 0
    journal.append(id, { kind: 'signed-off', at: last + 3_600_000, note: 'an hour ahead' })
    const left = journal.read(id).entries.length
    journal.close()
    const again = await headlessIn(practice, first.folder)
    await operate(again, id, {
      patienceMilliseconds: 20_000,
      until: (view) => view.journal.entries > left && view.steps.clone.status !== 'ready',
    })
    await again.close()
    const file = openJournal(join(first.folder, 'journal.sqlite'))
    const times = file.read(id).entries.map(({ entry }) => entry.at)
    file.close()
    expect(times.length).toBeGreaterThan(left)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  })
})
