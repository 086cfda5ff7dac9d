import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { PanelSettings } from '../../electron/contract/panel.ts'
import { apply } from '../../electron/release/state.ts'
import type { Hands } from '../../electron/release/step.ts'
import { watchWorld } from '../../electron/release/watch.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'
import { PRODUCTION } from './cloud.ts'
import { environment, greenEnvironment, stateAt, swappedSight } from './things.ts'
import { fakeAccount } from './world.ts'

const CHOSEN: PanelSettings = { fromHere: true, resolvers: [{ name: 'Office', address: '10.0.0.2' }] }
const ENDPOINTS = [environment().endpointUrl ?? '', greenEnvironment().endpointUrl ?? '']
const GREEN = '198.51.100.2'

/** A watch over a network that gives what is told of each name, and remembers what it was asked. */
function watching() {
  const account = fakeAccount()
  const plain = account.connect({ isDead: false })
  const known: Record<string, string[]> = {
    [ENDPOINTS[0] ?? '']: ['198.51.100.1'],
    [ENDPOINTS[1] ?? '']: [GREEN],
    [PRODUCTION]: [GREEN],
  }
  const asked: string[] = []
  const panels: (PanelSettings | undefined)[] = []
  const entries: Entry[] = []
  let state = stateAt('propagation')
  state = { ...state, release: { ...state.release, settings: { ...state.release.settings, panel: CHOSEN } } }
  const world: Hands['world'] = {
    ...plain,
    dns: {
      async panel(name, chosen) {
        panels.push(chosen)
        return plain.dns.panel(name, chosen)
      },
      async ask(_server, name): Promise<DnsAnswer> {
        asked.push(name)
        return { kind: 'addresses', addresses: known[name] ?? [], chain: [], ttlSeconds: 60 }
      },
    },
  }
  const hands: Hands = {
    world,
    signal: new AbortController().signal,
    secret: null,
    record(entry) {
      entries.push(entry)
      state = apply(state, entry)
    },
    progress: () => {},
    probed: () => {},
  }
  return {
    known,
    panels,
    entries,
    /** One round, and how often the endpoints were asked in it. */
    async round(): Promise<number> {
      asked.length = 0
      await watchWorld(state, swappedSight(), hands)
      return asked.filter((name) => ENDPOINTS.includes(name)).length
    },
    sleep: account.sleep,
  }
}

describe('the watch over the name servers', () => {
  it('asks the panel that was chosen for the release, for the endpoints too', async () => {
    const { round, panels } = watching()
    await round()
    expect(panels.length).toBe(3)
    expect(new Set(panels)).toEqual(new Set([CHOSEN]))
  })

  it('asks for the endpoints every half minute, not in every round', async () => {
    const { round, sleep } = watching()
    const whole = await round()
    expect(whole).toBeGreaterThan(0)
    sleep(10)
    expect(await round()).toBe(0)
    sleep(10)
    expect(await round()).toBe(0)
    sleep(11)
    expect(await round()).toBe(whole)
  })

  it('asks for them at once where a name server gives an address that nobody knows', async () => {
    const { round, known, entries } = watching()
    const whole = await round()
    known[PRODUCTION] = ['203.0.113.77']
    known[ENDPOINTS[1] ?? ''] = ['203.0.113.77']
    expect(await round()).toBe(whole)
    // It was green’s, and no name server is held to have given a foreign one.
    expect(entries.flatMap((entry) => (entry.kind === 'sighting' ? [entry.answer] : []))).not.toContain('foreign')
    expect(await round()).toBe(0)
  })
})
