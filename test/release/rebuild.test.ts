import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { problemOf } from '../../electron/contract/problem.ts'
import { openJournal } from '../../electron/journal/journal.ts'
import { rebuildBlue, wayBackOf } from '../../electron/release/rebuild.ts'
import { apply, replay } from '../../electron/release/state.ts'
import { summaryOf, viewOf } from '../../electron/release/view.ts'
import { openReleases } from '../../electron/releases.ts'
import { BLUE_ID } from './cloud.ts'
import { begunAt, drive, open } from './drive.ts'
import { environment, swappedSight } from './things.ts'
import { type FakeAccount, fakeAccount, NETWORK } from './world.ts'

const DAY = 86_400_000

/** An account in which a release has come to its end, and its journal. */
async function ended(): Promise<{ readonly account: FakeAccount; readonly entries: Entry[] }> {
  const account = fakeAccount()
  account.versions.set('1.4.2', {
    label: '1.4.2',
    description: '',
    status: 'PROCESSED',
    createdAt: account.now(),
    bucket: 'bundles',
    key: '1.4.2.zip',
  })
  const entries = begunAt(account)
  const session = open(account, entries)
  const view = await drive(account, session)
  if (view.release.outcome !== 'completed') throw new Error(`It is ${view.release.outcome}`)
  return { account, entries }
}

/** Asks for the rebuild as it would be asked for `later`; answers the refusal's title, or what was journalled. */
async function ask({ account, entries }: Awaited<ReturnType<typeof ended>>, later = 0): Promise<string> {
  const world = account.connect({ isDead: false })
  const now = account.now() + later
  const written: Entry[] = []
  try {
    await rebuildBlue(replay(entries), { ...world, clock: { ...world.clock, now: () => now } }, (entry) => {
      written.push(entry)
      entries.push(entry)
    })
  } catch (thrown) {
    return problemOf(thrown).title
  }
  return written.map(({ kind }) => kind).join(' ')
}

describe('the way back after blue was terminated', () => {
  it('is open for 42 days from the termination', async () => {
    const { account, entries } = await ended()
    const state = replay(entries)
    const terminatedAt = state.forward.retire.effects['terminate-environment'] ?? 0
    expect(wayBackOf(state)).toEqual({ until: terminatedAt + 42 * DAY, askedAt: null })
    expect(wayBackOf(replay(begunAt(account)))).toBeNull()
    const asked = entries.findIndex((entry) => entry.kind === 'effect' && entry.action === 'terminate-environment')
    expect(wayBackOf(replay(entries.slice(0, asked)))).toBeNull()
    expect(wayBackOf(replay(entries.slice(0, asked + 1)))?.until).toBe(terminatedAt + 42 * DAY)
  })

  it.each([
    ['Ready', false],
    ['Updating', false],
    ['Terminating', false],
    ['Terminated', true],
  ])('is offered while the release stands there and blue is %s: %s', async (status, offered) => {
    const { entries } = await ended()
    const asked = entries.findIndex((entry) => entry.kind === 'effect' && entry.action === 'terminate-environment')
    const { wayBack } = viewOf({
      state: replay(entries.slice(0, asked + 1)),
      sight: swappedSight({ blue: environment({ status }) }),
      judgement: null,
      acting: null,
      trouble: null,
      clock: { now: () => 0, speed: () => 1 },
      head: { entries: 1, lastHash: '' },
    })
    expect(wayBack !== null).toBe(offered)
  })

  it('is refused while it is being terminated', async () => {
    const stage = await ended()
    stage.account.blue.status = 'Terminating'
    const title = await ask(stage)
    expect(title).toBe('shop-blue is still being terminated')
    expect(stage.account.count('rebuild')).toBe(0)
  })

  it('rebuilds it by its id, meant before and answered after in the journal', async () => {
    const stage = await ended()
    expect(await ask(stage)).toBe('intent effect')
    expect(stage.account.count('rebuild')).toBe(1)
    expect(stage.entries.at(-1)).toMatchObject({ action: 'rebuild-environment', detail: BLUE_ID, step: 'retire' })
    expect(wayBackOf(replay(stage.entries))?.askedAt).not.toBeNull()
    expect(replay(stage.entries).release.outcome).toBe('completed')
  })

  it('is refused in the same moment, and while it is there', async () => {
    const stage = await ended()
    await ask(stage)
    expect(await ask(stage)).toBe('shop-blue is being rebuilt already')
    stage.account.settle(stage.account.blue)
    expect(await ask(stage, 60_000)).toBe('shop-blue is there already')
    expect(stage.account.count('rebuild')).toBe(1)
  })

  it('is refused after 42 days, without a call', async () => {
    const stage = await ended()
    expect(await ask(stage, 41 * DAY)).toBe('intent effect')
    const late = await ended()
    expect(await ask(late, 43 * DAY)).toBe('shop-blue cannot be rebuilt any more')
    expect(late.account.count('rebuild')).toBe(0)
  })

  it('is refused where its version is gone', async () => {
    const stage = await ended()
    stage.account.versions.delete('1.4.2')
    expect(await ask(stage)).toBe('Version 1.4.2 is gone')
  })

  it.each([
    ['its name', { name: 'shop-blue', cnamePrefix: 'somewhere' }, 'The name shop-blue is taken'],
    [
      'its address',
      { name: 'stranger', cnamePrefix: 'shop-green' },
      'The address shop-green.eu-central-1.elasticbeanstalk.com is taken',
    ],
  ])('is refused where somebody has taken %s', async (_what, taken, title) => {
    const stage = await ended()
    const stranger = stage.account.add({
      id: 'e-stranger01',
      versionLabel: '1',
      tags: [],
      settings: [],
      ...taken,
    })
    stranger.listedAt = 0
    stage.account.settle(stranger)
    expect(await ask(stage)).toBe(title)
    expect(stage.account.count('rebuild')).toBe(0)
  })

  it('keeps in the journal what AWS refused, and may be tried again', async () => {
    const stage = await ended()
    stage.account.fail('rebuild', { problem: NETWORK, when: 'before' })
    expect(await ask(stage)).toBe(NETWORK.title)
    expect(stage.entries.slice(-2).map(({ kind }) => kind)).toEqual(['intent', 'refused'])
    expect(await ask(stage, 1_000)).toBe('shop-blue is being rebuilt already')
    expect(await ask(stage, 60_000)).toBe('intent effect')
  })

  it('offers nothing where this release has terminated nothing', async () => {
    const { account, entries } = await ended()
    const stopped = apply(replay(begunAt(account)), { kind: 'ended', at: account.now(), outcome: 'stopped' })
    expect(wayBackOf(stopped)).toBeNull()
    expect(entries.length).toBeGreaterThan(0)
  })

  it('ends a release that stands there, and the newest snapshot is the last one sent', async () => {
    const { account, entries } = await ended()
    const asked = entries.findIndex((entry) => entry.kind === 'effect' && entry.action === 'terminate-environment')
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-rebuild-'))
    const journal = openJournal(join(folder, 'signalbox.sqlite'))
    const sent: ReleaseView[] = []
    for (const [index, entry] of entries.slice(0, asked + 1).entries())
      journal.append('rel-0001', entry, summaryOf(replay(entries.slice(0, index + 1)), false))
    const releases = openReleases(
      journal,
      (view) => sent.push(view),
      () => {},
    )
    try {
      // Its stack is still there: the release cannot be proved to its end.
      account.blue.resources = [
        {
          logicalId: 'AWSEBSecurityGroup',
          physicalId: 'sg-1',
          type: 'AWS::EC2::SecurityGroup',
          status: 'DELETE_IN_PROGRESS',
        },
      ]
      const world = account.connect({ isDead: false })
      const { account: own } = replay(entries).release
      await releases.resume(own, world)
      await expect.poll(() => sent.length).toBeGreaterThan(0)
      const answered = await releases.rebuild('rel-0001', own, world)
      expect(answered.release.outcome).toBe('stopped')
      expect(answered.wayBack?.askedAt).not.toBeNull()
      // A screen is sent ten snapshots a second at most; those that waited have come by then.
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(sent.at(-1)).toEqual(answered)
    } finally {
      await releases.closeAll()
      journal.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
