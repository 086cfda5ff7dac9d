import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { AccountReference, ReleaseSettings } from '../electron/contract/models.ts'
import { openJournal } from '../electron/journal/journal.ts'
import { openReleases } from '../electron/releases.ts'
import { environment } from './release/things.ts'
import { fakeAccount } from './release/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'signalbox-panel-'))
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  rmSync(folder, { recursive: true, force: true })
})

const account: AccountReference = { kind: 'aws', accountId: '123456789012', region: 'eu-central-1' }
const settings: ReleaseSettings = {
  bakeSeconds: 0,
  soakSeconds: 0,
  checks: [{ path: '/', expectStatus: 200, contains: '' }],
}
const panel = { fromHere: true, resolvers: [{ name: 'Head office', address: '10.0.0.2' }] }

describe('the name servers of an account', () => {
  it('are those its newest release asked at last, also after a start, and never those of another account', async () => {
    const path = join(folder, 'signalbox.sqlite')
    const open = () => {
      const journal = openJournal(path)
      const releases = openReleases(
        journal,
        () => {},
        () => {},
      )
      ends.push(async () => {
        await releases.closeAll()
        journal.close()
      })
      return releases
    }
    const world = () => fakeAccount().connect({ isDead: false })
    const first = open()
    const begun = first.start(environment(), account, settings, world())
    expect(begun.release.settings.panel).toBeUndefined()
    const running = first.get(begun.release.id)
    await running.changeSettings({ ...settings, panel })
    await running.choose('stop')
    expect(first.start(environment(), account, settings, world()).release.settings.panel).toEqual(panel)
    await ends.pop()?.()

    const second = open()
    const elsewhere = { ...account, accountId: '210987654321' }
    expect(second.start(environment(), elsewhere, settings, world()).release.settings.panel).toBeUndefined()
    const other = environment({ id: 'e-other000001', cname: 'other.eu-central-1.elasticbeanstalk.com' })
    expect(second.start(other, account, settings, world()).release.settings.panel).toEqual(panel)
  })
})
