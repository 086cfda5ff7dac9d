import { afterEach, describe, expect, it } from 'vitest'
import type { Network } from '../../../electron/practice/seam.ts'
import { startNetwork } from '../../../electron/practice/server/network/network.ts'
import { BLUE, type FakeAccount, fakeAccount, GREEN, PRODUCTION, seededRandom } from './fake-source.ts'
import { pass, standStill } from './hand-clock.ts'

standStill()

let network: Network | undefined
afterEach(async () => {
  await network?.close()
  await network?.close()
})

const SPEED = 200

/** Requests of both environments over `seconds` of account time. */
async function watch(
  account: FakeAccount,
  seconds: number,
): Promise<{ readonly blue: number; readonly green: number }> {
  const before = [account.requests(BLUE), account.requests(GREEN)] as const
  await pass((seconds * 1000) / SPEED)
  return { blue: account.requests(BLUE) - before[0], green: account.requests(GREEN) - before[1] }
}

describe('the users', () => {
  it('keep blue busy at their rate, move to green after a swap, the overrunning resolver last', async () => {
    const account = fakeAccount(SPEED)
    account.visited = [{ name: PRODUCTION, requestsPerSecond: 8 }]
    network = await startNetwork(account.source, { random: seededRandom(3) })
    await watch(account, 60)
    const before = await watch(account, 300)
    expect(before.green).toBe(0)
    expect(before.blue / 300).toBeGreaterThan(6)
    expect(before.blue / 300).toBeLessThan(10)

    account.swap()
    const first = await watch(account, 60)
    await watch(account, 80)
    const later = await watch(account, 120)
    expect(first.blue).toBeGreaterThan(0)
    expect(later.green).toBeGreaterThan(later.blue * 3)
    await watch(account, 120)
    const last = await watch(account, 100)
    expect(last.blue).toBe(0)
    expect(last.green / 100).toBeGreaterThan(5)
  })

  it('stay away while nobody visits, the clock is paused, or their resolvers fail', async () => {
    const account = fakeAccount(0)
    account.visited = [{ name: PRODUCTION, requestsPerSecond: 50 }]
    network = await startNetwork(account.source, { random: seededRandom() })
    await pass(150)
    expect(account.requests(BLUE)).toBe(0)
    account.setSpeed(SPEED)
    for (const resolver of network.resolvers) network.setPolicy(resolver.name, 'silent')
    await pass(150)
    expect(account.requests(BLUE)).toBe(0)
    for (const resolver of network.resolvers) network.setPolicy(resolver.name, 'faithful')
    await pass(300)
    expect(account.requests(BLUE)).toBeGreaterThan(1000)
    account.visited = []
    await pass(100)
    const after = account.requests(BLUE)
    await pass(150)
    expect(account.requests(BLUE)).toBe(after)
  })

  it('who keep connections stay with blue after the swap, until it vanishes under them', async () => {
    const account = fakeAccount(SPEED)
    account.visited = [{ name: PRODUCTION, requestsPerSecond: 20 }]
    network = await startNetwork(account.source, { random: seededRandom(), keepAliveSeconds: 100_000 })
    await pass(500)
    account.swap()
    account.jump(301)
    const kept = await watch(account, 200)
    expect(kept.blue / kept.green).toBeGreaterThan(0.03)
    expect(kept.blue / kept.green).toBeLessThan(0.4)
    account.sites = account.sites.filter((site) => site.environmentId !== BLUE)
    await pass(400)
    const green = await watch(account, 100)
    expect(green.blue).toBe(0)
    expect(green.green).toBeGreaterThan(1200)
  })

  it('open few real connections however fast the clock runs', async () => {
    const account = fakeAccount(20_000)
    account.visited = [{ name: PRODUCTION, requestsPerSecond: 50 }]
    const served: number[] = []
    const source = {
      ...account.source,
      served: (_id: string, request: { readonly count: number }) => served.push(request.count),
    }
    network = await startNetwork(source, { random: seededRandom() })
    await pass(1000)
    expect(served.length).toBeLessThanOrEqual(30)
    expect(served.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500_000)
  })
})
