import { describe, expect, it } from 'vitest'
import { countedOn, drainOf, readDrain } from '../../electron/release/drain.ts'
import type { MinuteOfRequests } from '../../electron/release/outside.ts'
import { BLUE_ID, START } from './cloud.ts'
import { fakeAccount } from './world.ts'

const MINUTE = 60_000
const minutes = (...requests: readonly number[]): readonly MinuteOfRequests[] =>
  requests.map((each, index) => ({ at: START + index * MINUTE, requests: each }))

describe('what a load balancer counted', () => {
  it.each<[string, readonly MinuteOfRequests[], number, number, string]>([
    ['nothing was ever counted', [], 0, 10, 'unknown'],
    ['the swap was just now', minutes(9, 9, 9), 8, 10, 'unknown'],
    ['nobody has come for three minutes', minutes(90, 90, 40, 0, 0, 0, 0, 0), 2, 8, 'quiet'],
    ['minutes without requests are left out', minutes(90, 90, 40), 2, 10, 'quiet'],
    ['a scanner comes by', minutes(90, 90, 40, 2, 1, 2, 2, 0), 2, 8, 'quiet'],
    ['one more than that', minutes(90, 90, 40, 0, 3, 0, 0, 0), 2, 8, 'used'],
    ['visitors stay', minutes(90, 90, 40, 30, 30, 30, 30, 30), 2, 8, 'used'],
    ['a minute that may still change does not count', minutes(90, 90, 40, 0, 0, 0, 50), 2, 8, 'quiet'],
  ])('%s', (_words, given, swapMinute, nowMinute, expected) => {
    const found = drainOf({
      minutes: given,
      swappedAt: START + swapMinute * MINUTE,
      now: START + nowMinute * MINUTE + 1_000,
      floorPerMinute: 2,
    })
    expect(found.status).toBe(expected)
    expect(found.mostPerMinute === null).toBe(expected === 'unknown')
  })

  it('is read from the load balancer of the environment’s own stack', async () => {
    const account = fakeAccount()
    account.minutes.push(...minutes(1, 2))
    const world = account.connect({ isDead: false })
    expect(await readDrain(world, BLUE_ID, START)).toMatchObject({ ok: true, value: minutes(1, 2) })
    account.blue.resources = []
    expect(await readDrain(world, BLUE_ID, START)).toBeNull()
    account.fail('resources', { problem: { code: 'access-denied', title: 'No' }, when: 'before' })
    expect(await readDrain(world, BLUE_ID, START)).toMatchObject({ ok: false })
  })

  it('is asked for once a minute, and unknown where it may not be read', async () => {
    const account = fakeAccount()
    account.minutes.push(...minutes(5, 5))
    const world = account.connect({ isDead: false })
    const [first, second] = await Promise.all([countedOn(world, BLUE_ID, START), countedOn(world, BLUE_ID, START)])
    expect(first).toBe(second)
    expect(first?.status).toBe('unknown')
    const other = account.connect({ isDead: false })
    account.fail('perMinute', { problem: { code: 'access-denied', title: 'No' }, when: 'before' })
    expect(await countedOn(other, BLUE_ID, START)).toBeNull()
  })
})
