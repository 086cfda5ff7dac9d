import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Network } from '../../../electron/practice/seam.ts'
import { startNetwork } from '../../../electron/practice/server/network/network.ts'
import { ask } from './dns-client.ts'
import {
  BLUE_ADDRESSES,
  type FakeAccount,
  fakeAccount,
  GREEN_ADDRESSES,
  PRODUCTION,
  seededRandom,
  ZONE,
} from './fake-source.ts'

let account: FakeAccount
let network: Network

const POLICIES = ['faithful', 'overruns-ttl', 'stuck', 'servfail', 'silent', 'negative-caching'] as const

beforeEach(async () => {
  account = fakeAccount()
  const resolvers = POLICIES.map((policy) => ({ name: policy, policy }))
  network = await startNetwork(account.source, { resolvers, random: seededRandom(), users: false })
})
afterEach(() => network.close())

const resolve = (resolver: string, name = PRODUCTION, options: Parameters<typeof ask>[2] = {}) =>
  ask(network.resolvers.find((candidate) => candidate.name === resolver)?.address ?? '', name, options)

describe('a recursive resolver', () => {
  it.each(['udp', 'tcp'] as const)('answers with recursion and without authority over %s', async (transport) => {
    const heard = await resolve('faithful', PRODUCTION, { transport })
    expect(heard?.addresses).toEqual(BLUE_ADDRESSES)
    expect(heard?.packet).toMatchObject({ flag_aa: false, flag_ra: true, flag_rd: true })
  })

  it('counts the TTL of a cached answer down in account time and then asks again', async () => {
    expect((await resolve('faithful'))?.ttl).toBe(60)
    account.swap()
    account.jump(21)
    expect(await resolve('faithful')).toMatchObject({ ttl: 39, addresses: BLUE_ADDRESSES })
    account.jump(38.5)
    expect(await resolve('faithful')).toMatchObject({ ttl: 1, addresses: BLUE_ADDRESSES })
    account.jump(0.5)
    expect(await resolve('faithful')).toMatchObject({ ttl: 60, addresses: GREEN_ADDRESSES })
  })

  it('ages its cache with the speed of the clock', async () => {
    const { clock } = account.source
    account.setSpeed(20)
    // Its record may be kept for five minutes: a question that waits for its turn does not outlive it.
    const ask300 = async () => (await resolve('faithful', 'www.shop.example'))?.ttl ?? 0
    const first = clock.now()
    await ask300()
    const kept = clock.now()
    await new Promise((done) => setTimeout(done, 200))
    const again = clock.now()
    const ttl = await ask300()
    expect(ttl).toBeLessThanOrEqual(Math.ceil(300 - (again - kept) / 1000))
    expect(ttl).toBeGreaterThanOrEqual(Math.ceil(300 - (clock.now() - first) / 1000))
  })

  it('caches each record of a chain by its own TTL', async () => {
    await resolve('faithful', 'www.shop.example')
    account.swap()
    account.jump(70)
    const heard = await resolve('faithful', 'www.shop.example')
    expect(heard?.packet.answers).toMatchObject([{ type: 'CNAME', ttl: 230 }, { type: 'A', ttl: 60 }, { type: 'A' }])
    expect(heard?.addresses).toEqual(GREEN_ADDRESSES)
  })

  it('overruns the TTL five times where that is its policy, and shows a low TTL meanwhile', async () => {
    await resolve('overruns-ttl')
    account.swap()
    account.jump(59)
    expect(await resolve('overruns-ttl')).toMatchObject({ ttl: 1, addresses: BLUE_ADDRESSES })
    account.jump(240)
    expect(await resolve('overruns-ttl')).toMatchObject({ ttl: 1, addresses: BLUE_ADDRESSES })
    account.jump(1)
    expect(await resolve('overruns-ttl')).toMatchObject({ ttl: 60, addresses: GREEN_ADDRESSES })
  })

  it('never asks again where it is stuck, until it is made faithful', async () => {
    await resolve('stuck')
    account.swap()
    account.jump(1_000_000)
    expect(await resolve('stuck')).toMatchObject({ ttl: 1, addresses: BLUE_ADDRESSES })
    network.setPolicy('stuck', 'faithful')
    expect(network.resolvers.find((resolver) => resolver.name === 'stuck')?.policy).toBe('faithful')
    expect(await resolve('stuck')).toMatchObject({ addresses: GREEN_ADDRESSES })
  })

  it.each(['udp', 'tcp'] as const)('fails or says nothing over %s where that is its policy', async (transport) => {
    expect((await resolve('servfail', PRODUCTION, { transport }))?.code).toBe(2)
    expect(await resolve('silent', PRODUCTION, { transport, patienceMilliseconds: 100 })).toBeUndefined()
  })

  it('remembers that a name did not exist for the SOA minimum, only where that is its policy', async () => {
    const name = `soon.${ZONE}`
    expect((await resolve('negative-caching', name))?.code).toBe(3)
    expect((await resolve('faithful', name))?.code).toBe(3)
    account.records = [{ name, type: 'A', ttlSeconds: 60, addresses: ['192.0.2.77'] }]
    account.jump(50)
    const remembered = await resolve('negative-caching', name)
    expect(remembered?.code).toBe(3)
    expect(remembered?.packet.authorities).toMatchObject([{ type: 'SOA', ttl: 10 }])
    expect((await resolve('faithful', name))?.addresses).toEqual(['192.0.2.77'])
    account.jump(10)
    expect((await resolve('negative-caching', name))?.addresses).toEqual(['192.0.2.77'])
  })

  it('fails on chains that loop and on names outside the practice account', async () => {
    account.records = [{ name: 'a.shop.example', type: 'CNAME', ttlSeconds: 60, target: 'a.shop.example' }]
    expect((await resolve('faithful', 'a.shop.example'))?.code).toBe(2)
    expect((await resolve('faithful', 'amazon.com'))?.code).toBe(2)
  })

  it('refuses a query that does not ask for recursion', async () => {
    expect((await resolve('faithful', PRODUCTION, { packet: { flags: 0 } }))?.code).toBe(5)
  })

  it('lives on its cache while the authoritative server is silent, and fails after', async () => {
    await resolve('faithful')
    network.setPolicy('authoritative', 'silent')
    expect(await ask(network.authoritative, PRODUCTION, { patienceMilliseconds: 100 })).toBeUndefined()
    account.jump(30)
    expect((await resolve('faithful'))?.addresses).toEqual(BLUE_ADDRESSES)
    account.jump(30)
    expect((await resolve('faithful'))?.code).toBe(2)
    network.setPolicy('authoritative', 'faithful')
    expect((await resolve('faithful'))?.addresses).toEqual(BLUE_ADDRESSES)
  })

  it('names a resolver that does not exist', () => {
    expect(() => network.setPolicy('nobody', 'stuck')).toThrow('nobody')
  })
})
