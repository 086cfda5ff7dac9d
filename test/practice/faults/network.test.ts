import { SwapEnvironmentCNAMEsCommand } from '@aws-sdk/client-elastic-beanstalk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startNetwork } from '../../../electron/practice/server/network/network.ts'
import { ask } from '../network/dns-client.ts'
import { BLUE, fakeAccount, GREEN, PRODUCTION, seededRandom } from '../network/fake-source.ts'
import { pass, standStill } from '../network/hand-clock.ts'
import { clientsOf } from '../server/clients.ts'
import { type Practice, startPractice } from '../start-practice.ts'

const COUPLING = 'coupling-group.eu-central-1.elasticbeanstalk.com'
const OTHER = 'coupling-guest'
const MISSING = 'coupling-missing.eu-central-1.elasticbeanstalk.com'

let practice: Practice

beforeAll(async () => {
  practice = await startPractice({ users: false })
  await practice.control('/clock', { pause: true })
})

afterEach(async () => {
  await practice.control('/faults', { name: 'all', on: false })
  await jump(600)
})

afterAll(async () => {
  await practice.stop()
})

const fault = (body: object): Promise<unknown> => practice.control('/faults', body)
const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })
const servers = (): readonly string[] => [
  practice.dns.authoritative,
  ...practice.dns.resolvers.map(({ address }) => address),
]
const resolver = (name: string): string => practice.dns.resolvers.find((found) => found.name === name)?.address ?? ''
/** The codes that the servers answer; one that is expected to be silent is not waited for as long as the others. */
const codes = (expected: readonly (number | undefined)[]): Promise<readonly (number | undefined)[]> =>
  Promise.all(
    servers().map(async (server, index) => {
      const patience = expected[index] === undefined ? { patienceMilliseconds: 150 } : {}
      return (await ask(server, COUPLING, patience))?.code
    }),
  )
const addresses = async (name: string): Promise<readonly string[]> =>
  (await ask(resolver(name), COUPLING))?.addresses ?? []
const swap = () =>
  clientsOf(practice).beanstalk.send(
    new SwapEnvironmentCNAMEsCommand({
      SourceEnvironmentName: 'coupling-group',
      DestinationEnvironmentName: OTHER,
    }),
  )

describe('the name servers', () => {
  it.each([
    ['dns-silent', undefined],
    ['dns-servfail', 2],
  ])('%s: one by its name, or all of them', async (name, expected) => {
    await fault({ name, resolver: 'public-a' })
    const one = [0, 0, expected, 0, 0]
    expect(await codes(one)).toEqual(one)
    await fault({ name })
    const all = servers().map(() => expected)
    expect(await codes(all)).toEqual(all)
    await fault({ name, on: false })
    const none = servers().map(() => 0)
    expect(await codes(none)).toEqual(none)
    expect(
      (await practice.control<{ resolvers: { policy: string }[] }>('/dns')).resolvers.map((r) => r.policy),
    ).toEqual(['faithful', 'faithful', 'negative-caching', 'overruns-ttl'])
  })

  it('dns-stuck and dns-overruns-ttl: the old answer for ever, or for five times the TTL', async () => {
    await fault({ name: 'dns-stuck', resolver: 'office' })
    await fault({ name: 'dns-overruns-ttl', resolver: 'public-a' })
    const names = ['office', 'public-a', 'public-b']
    const before = await Promise.all(names.map(addresses))
    await swap()
    const same = async (): Promise<readonly boolean[]> =>
      (await Promise.all(names.map(addresses))).map((found, index) => found.join() === before[index]?.join())
    await jump(100)
    expect(await same()).toEqual([true, true, false])
    await jump(220)
    expect(await same()).toEqual([true, false, false])
    await jump(100_000)
    expect(await same()).toEqual([true, false, false])
    await fault({ name: 'dns-stuck', on: false })
    expect(await same()).toEqual([false, false, false])
  })

  it('dns-negative-caching: that a name is missing is remembered', async () => {
    await fault({ name: 'dns-negative-caching', resolver: 'office' })
    const ttl = async (name: string): Promise<number | undefined> => {
      const heard = await ask(resolver(name), MISSING)
      const soa = heard?.packet.authorities?.[0]
      return soa !== undefined && 'ttl' in soa ? soa.ttl : undefined
    }
    const first = [await ttl('office'), await ttl('public-a')]
    await jump(20)
    expect([await ttl('office'), await ttl('public-a')]).toEqual([(first[0] ?? 0) - 20, first[1]])
  })

  it('are named, or refused', async () => {
    await expect(fault({ name: 'dns-silent', resolver: 'nobody' })).rejects.toThrow(
      'There is no resolver named nobody.',
    )
  })
})

describe('users', () => {
  standStill()

  it('keep-alive-pinned: users who keep connections stay with blue', async () => {
    const speed = 200
    const account = fakeAccount(speed)
    account.visited = [{ name: PRODUCTION, requestsPerSecond: 20 }]
    const network = await startNetwork(account.source, {
      random: seededRandom(3),
      resolvers: [{ name: 'office', policy: 'faithful' }],
    })
    const watch = async (seconds: number): Promise<{ readonly blue: number; readonly green: number }> => {
      const before = [account.requests(BLUE), account.requests(GREEN)] as const
      await pass((seconds * 1000) / speed)
      return { blue: account.requests(BLUE) - before[0], green: account.requests(GREEN) - before[1] }
    }
    try {
      network.keepConnections(true)
      await watch(100)
      account.swap()
      await watch(150)
      const pinned = await watch(200)
      expect(pinned.blue).toBeGreaterThan(100)
      expect(pinned.green).toBeGreaterThan(pinned.blue)
      network.keepConnections(false)
      await watch(120)
      expect((await watch(100)).blue).toBe(0)
    } finally {
      await network.close()
    }
  })
})

it('keep-alive-pinned can be switched on and off by name', async () => {
  const on = async (): Promise<boolean | undefined> => {
    const { faults } = await practice.control<{ faults: { name: string; on: boolean }[] }>('/faults')
    return faults.find(({ name }) => name === 'keep-alive-pinned')?.on
  }
  expect(await on()).toBe(false)
  await fault({ name: 'keep-alive-pinned' })
  expect(await on()).toBe(true)
  await fault({ name: 'keep-alive-pinned', on: false })
  expect(await on()).toBe(false)
})
