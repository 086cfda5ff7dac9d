import { describe, expect, it } from 'vitest'
import type { Entry, EntryOf } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { problem } from '../../electron/contract/problem.ts'
import type { ProbeLine } from '../../electron/contract/timeline.ts'
import type { HttpAnswer } from '../../electron/release/world.ts'
import { PRODUCTION } from './cloud.ts'
import { at, begunAt, drive, open, pass, type Session, upTo, whole } from './drive.ts'
import { answered } from './things.ts'
import { type FakeAccount, fakeAccount } from './world.ts'

const SHOP = 'www.shop.example'

const lineOf = (view: ReleaseView, id: string): ProbeLine | undefined =>
  view.timeline?.lines.find((each) => each.id === id)
const sum = (line: ProbeLine | undefined, side: 'blue' | 'green' | 'other' | 'error'): number =>
  (line?.slices ?? []).reduce((total, slice) => total + slice[side], 0)
const swappedAt = (entries: readonly Entry[]): number =>
  entries.find((entry) => entry.kind === 'intent' && entry.action === 'swap-cnames')?.at ?? Number.NaN
const watched = (entries: readonly Entry[]) =>
  entries.filter((entry): entry is EntryOf<'watched'> => entry.kind === 'watched')

const page = (address: string, more: Partial<ReturnType<typeof answered>> = {}): HttpAnswer =>
  answered({ bodySha256: 'portal', body: 'Accept the terms of this hotel', address, ...more })

/** Writes down which addresses the lookout visits, and when. */
function noteVisits(account: FakeAccount) {
  const visits: { readonly at: number; readonly address: string; readonly way: 'get' | 'keep' }[] = []
  const own = account.outlook
  account.outlook = (life) => {
    const outlook = own(life)
    const { get, keep } = outlook.probe
    return {
      ...outlook,
      probe: {
        ...outlook.probe,
        get: (wanted, signal) => {
          visits.push({ at: account.now(), address: wanted.address, way: 'get' })
          return get(wanted, signal)
        },
        keep(wanted) {
          const kept = keep(wanted)
          return {
            ...kept,
            async get(signal) {
              visits.push({ at: account.now(), address: wanted.address, way: 'keep' })
              return kept.get(signal)
            },
          }
        },
      },
    }
  }
  return visits
}

/** A release that stands at propagation, its soak an hour long. */
async function soaking(account = fakeAccount(), more: Parameters<typeof begunAt>[1] = {}) {
  const entries = begunAt(account, { soakSeconds: 3_600, ...more })
  const found = await at('propagation', account, entries)
  return { ...found, swapped: swappedAt(entries) }
}

describe('what is looked out for', () => {
  it('begins before the swap, and goes on to the end of the release', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    const session = open(account, entries)
    expect((await drive(account, session, upTo('test'))).timeline).toBeNull()
    await drive(account, session, upTo('swap'))
    const before = await pass(account, session, 90)
    expect(sum(lineOf(before, 'fresh'), 'blue')).toBeGreaterThan(2)
    expect(sum(lineOf(before, 'kept'), 'blue')).toBeGreaterThan(2)
    expect(lineOf(before, 'fresh')).toMatchObject({ firstNew: null, lastOld: null, host: PRODUCTION })

    const end = await drive(account, session, { operator: whole })
    expect(end.release.outcome).toBe('completed')
    const fresh = lineOf(end, 'fresh')
    const kept = lineOf(end, 'kept')
    expect(fresh?.firstNew).toBeGreaterThanOrEqual(swappedAt(entries))
    expect(fresh?.lastOld).toBeGreaterThanOrEqual(swappedAt(entries))
    // DNS has followed before the connection that was kept does.
    expect(kept?.lastOld ?? 0).toBeGreaterThan(fresh?.firstNew ?? 0)
    expect(kept?.firstNew ?? 0).toBeGreaterThan(kept?.lastOld ?? 0)
    expect(sum(fresh, 'error') + sum(kept, 'error') + sum(fresh, 'other')).toBe(0)
    expect(entries.at(-1)?.kind).toBe('ended')
    // What the screen showed at the end is what the journal tells again.
    expect(open(account, entries).view().timeline).toEqual(end.timeline)
    expect(end.timeline?.traffic.some(({ blue, green }) => (blue ?? 0) > 30 && green === 0.1)).toBe(true)
    expect(end.timeline?.traffic.at(-1)).toMatchObject({ blue: 0.1, green: 40.1 })
  })

  it('asks no more where a visitor would hold up the drain, and still tells where the name leads', async () => {
    const account = fakeAccount()
    account.names.set(SHOP, { kind: 'addresses', addresses: account.blue.addresses, chain: [], ttlSeconds: 60 })
    const visits = noteVisits(account)
    const { session, running, swapped } = await soaking(account)
    const { settings } = session.view().release
    await commanded(account, session, running.changeSettings({ ...settings, domains: [SHOP] }))
    const view = await pass(account, session, 900)
    const toBlue = visits.filter((each) => account.blue.addresses.includes(each.address))
    expect(toBlue.length).toBeGreaterThan(10)
    expect(Math.max(...toBlue.map((each) => each.at))).toBeLessThan(swapped + 140_000)
    const shop = lineOf(view, `domain:${SHOP}`)
    expect(shop).toMatchObject({ kind: 'domain', host: SHOP, firstNew: null })
    expect(shop?.lastOld ?? 0).toBeGreaterThan(account.now() - 60_000)
    expect(shop?.slices.at(-1)?.said).toMatch(/Resolver [AB] gives .*, an address of blue/)
    expect(shop?.slices.at(-1)?.milliseconds).toBeNull()
  })

  it('asks often around the swap and seldom when all is calm', async () => {
    const account = fakeAccount()
    const visits = noteVisits(account)
    const entries = begunAt(account, { soakSeconds: 600 })
    const { session } = await at('retire', account, entries)
    const swapped = swappedAt(entries)
    await pass(account, session, 3_600)
    const within = (from: number, until: number) =>
      visits.filter(
        (each) => each.way === 'keep' && each.at >= swapped + from * 1000 && each.at < swapped + until * 1000,
      ).length
    expect(within(0, 40)).toBeGreaterThan(10)
    expect(within(0, 40)).toBeLessThan(30)
    expect(within(2_000, 3_000)).toBeGreaterThan(20)
    expect(within(2_000, 3_000)).toBeLessThan(50)
  })

  it('opens the connection anew where the server has ended it, and that is no error', async () => {
    const { account, session } = await soaking()
    await pass(account, session, 240)
    const before = lineOf(session.view(), 'kept')
    account.drop()
    const after = lineOf(await pass(account, session, 60), 'kept')
    expect(sum(after, 'green')).toBeGreaterThan(sum(before, 'green'))
    expect(sum(after, 'error')).toBe(0)
  })

  it('makes a gap of the time in which the computer slept, and no errors', async () => {
    const { account, session, running } = await soaking()
    await pass(account, session, 200)
    const slept = account.now()
    account.sleep(5_400)
    const woke = account.now()
    running.lookAgain()
    const view = await pass(account, session, 120)
    for (const line of view.timeline?.lines ?? []) {
      expect(line.slices.every(({ from, until }) => until <= slept || from >= woke)).toBe(true)
      expect(line.slices.some(({ from }) => from >= woke)).toBe(true)
      expect(sum(line, 'error')).toBe(0)
    }
    expect(view.timeline?.traffic.every(({ from, until }) => until <= slept || from >= slept)).toBe(true)
  })

  it('finds out by itself that the computer slept', async () => {
    const { account, session } = await soaking()
    await pass(account, session, 200)
    const slept = account.now()
    account.sleep(5_400)
    const woke = account.now()
    const view = await pass(account, session, 120)
    const slices = view.timeline?.lines.flatMap((line) => line.slices) ?? []
    expect(slices.every(({ from, until }) => until <= slept + 31_000 || from >= woke)).toBe(true)
  })

  it('keeps what it saw through a restart', async () => {
    const { account, session, entries } = await soaking()
    const before = await pass(account, session, 300)
    await session.running.close()
    const again = open(account, entries)
    expect(again.view().timeline?.lines.map(({ firstNew }) => firstNew)).toEqual(
      before.timeline?.lines.map(({ firstNew }) => firstNew),
    )
    expect(sum(lineOf(again.view(), 'fresh'), 'green')).toBe(sum(lineOf(before, 'fresh'), 'green'))
    const after = await pass(account, again, 300)
    expect(sum(lineOf(after, 'fresh'), 'green')).toBeGreaterThan(sum(lineOf(before, 'fresh'), 'green') + 20)
    expect(overlaps(after)).toEqual([])
  })

  it('goes back with the release, and tells who answered since that swap', async () => {
    const account = fakeAccount()
    const entries = begunAt(account, { soakSeconds: 3_600 })
    const { session, running } = await at('propagation', account, entries)
    await pass(account, session, 300)
    const back = running.choose('roll-back')
    while (account.isSleeping()) {
      account.wake()
      await new Promise(setImmediate)
      if (session.view().release.track === 'rollback') break
    }
    await back
    const view = await drive(account, session, {
      operator: whole,
      until: ({ release, timeline }) =>
        release.step === 'propagation' && timeline?.lines.find(({ id }) => id === 'fresh')?.firstNew !== null,
    })
    const swappedBack = entries.findLast((entry) => entry.kind === 'intent' && entry.action === 'swap-cnames')?.at ?? 0
    expect(lineOf(view, 'fresh')?.firstNew).toBeGreaterThanOrEqual(swappedBack)
    expect(lineOf(view, 'fresh')?.slices.some(({ green }) => green > 0)).toBe(true)
  })

  it('does not look out on the way back where nothing was swapped', async () => {
    const account = fakeAccount()
    const { session, running, entries } = await at('swap', account)
    await pass(account, session, 60)
    const visits = noteVisits(account)
    await running.choose('roll-back')
    const count = watched(entries).length
    await drive(account, session, { operator: whole })
    expect(visits).toEqual([])
    expect(watched(entries).length).toBeLessThanOrEqual(count + 1)
  })

  it('only counts the traffic where checks from this computer are switched off', async () => {
    const account = fakeAccount()
    const visits = noteVisits(account)
    const entries = begunAt(account, { panel: { fromHere: false, resolvers: [] } })
    const { session } = await at('swap', account, entries)
    const view = await pass(account, session, 300)
    expect(visits).toEqual([])
    expect(view.timeline?.lines).toEqual([])
    expect(view.timeline?.traffic.length).toBeGreaterThan(2)
  })

  it('goes on where the journal refuses what it saw, and changes nothing of the release', async () => {
    const account = fakeAccount()
    const entries = begunAt(account)
    const session = openRefusing(account, entries, 'watched')
    const view = await drive(account, session, { operator: whole })
    expect(view.release.outcome).toBe('completed')
    expect(watched(entries)).toEqual([])
    // It is in the picture all the same.
    expect(sum(lineOf(view, 'fresh'), 'green')).toBeGreaterThan(10)
  })
})

describe('what answers in the place of the new side', () => {
  it.each<[string, (address: string) => HttpAnswer, 'other' | 'error']>([
    ['a captive portal', (address) => page(address), 'other'],
    [
      'a redirect in a circle',
      (address) => page(address, { status: 302, headers: { location: `http://${PRODUCTION}/` } }),
      'other',
    ],
    ['a load balancer without anybody behind it', (address) => page(address, { status: 503 }), 'error'],
    [
      'nobody',
      (address) => ({ kind: 'failure', detail: 'No whole answer within 10 s', milliseconds: 10_000, address }),
      'error',
    ],
  ])('%s is not taken for it, and the release stays where it is', async (_what, answer, side) => {
    const { account, session } = await soaking(fakeAccount(), { soakSeconds: 60 })
    await pass(account, session, 30)
    for (const address of account.green()?.addresses ?? [])
      account.pages.set(`http://${PRODUCTION} ${address}`, answer(address))
    const before = lineOf(session.view(), 'fresh')
    const view = await pass(account, session, 900)
    expect(view.release.step).toBe('propagation')
    for (const id of ['fresh', 'kept']) expect(sum(lineOf(view, id), side)).toBeGreaterThan(20)
    expect(sum(lineOf(view, 'fresh'), 'green')).toBe(sum(before, 'green'))
    expect(lineOf(view, 'fresh')?.slices.at(-1)?.said ?? side).toMatch(/503|No whole answer|^other$/)
  })

  it('a domain that is served over HTTPS only is asked over HTTPS', async () => {
    const account = fakeAccount()
    const { session, running } = await at('swap', account)
    const { addresses } = account.blue
    account.names.set(SHOP, { kind: 'addresses', addresses, chain: [], ttlSeconds: 60 })
    for (const address of addresses) {
      account.pages.set(
        `http://${SHOP} ${address}`,
        page(address, { status: 301, headers: { location: `https://${SHOP}/` } }),
      )
      account.pages.set(`https://${SHOP} ${address}`, page(address, { headers: { 'x-app-version': '1.4.2' } }))
    }
    const settings = { ...session.view().release.settings, domains: [SHOP] }
    await commanded(account, session, running.changeSettings(settings))
    const view = await pass(account, session, 120)
    expect(sum(lineOf(view, `domain:${SHOP}`), 'blue')).toBeGreaterThan(2)
    expect(sum(lineOf(view, `domain:${SHOP}`), 'other')).toBe(0)
  })
})

/** A release whose journal takes everything but one kind of entry. */
function openRefusing(account: FakeAccount, entries: Entry[], kind: Entry['kind']): Session {
  const refusing = new Proxy(entries, {
    get(target, key) {
      if (key !== 'push') return Reflect.get(target, key)
      return (entry: Entry) => {
        if (entry.kind === kind) throw problem('journal', 'The journal cannot be written')
        return target.push(entry)
      }
    },
  })
  return open(account, refusing)
}

async function commanded(account: FakeAccount, session: Session, doing: Promise<unknown>): Promise<void> {
  await drive(account, session, { operator: () => null, until: () => true })
  await doing
}

/** Slices of one line that lie over each other. */
function overlaps(view: ReleaseView): readonly string[] {
  return (view.timeline?.lines ?? []).flatMap(({ id, slices }) =>
    slices.slice(1).flatMap(({ from }, index) => (from < (slices[index]?.until ?? 0) ? [`${id} at ${from}`] : [])),
  )
}
