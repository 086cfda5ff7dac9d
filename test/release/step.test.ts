import { describe, expect, it } from 'vitest'
import type { Environment, Gate } from '../../electron/contract/models.ts'
import { problem } from '../../electron/contract/problem.ts'
import { allOpen, gate, healthGate, holderOf, isOk, reading, withWaivers } from '../../electron/release/step.ts'
import { PRODUCTION } from './cloud.ts'
import { environment, greenEnvironment, health, sight, stateAt, swappedSight } from './things.ts'
import { fakeAccount } from './world.ts'

describe('health', () => {
  it.each<[string, Parameters<typeof isOk>[0], Parameters<typeof isOk>[1], boolean]>([
    ['enhanced Ok', environment(), null, true],
    ['enhanced Info, which is Green too', environment({ healthStatus: 'Info' }), null, false],
    ['basic Green', environment({ healthStatus: null }), null, true],
    ['basic Red', environment({ healthStatus: null, healthColor: 'Red' }), null, false],
    ['an answer that lacks its status, while the health says Ok', environment({ healthStatus: null }), health(), true],
    [
      'the same while the health says otherwise',
      environment({ healthStatus: null }),
      health({ status: 'Warning' }),
      false,
    ],
    ['the same while the health lacks it too', environment({ healthStatus: null }), health({ status: '' }), false],
    ['a status that AWS added later', environment({ healthStatus: 'Splendid' }), null, false],
  ])('%s', (_words, seen, read, expected) => {
    expect(isOk(seen, read)).toBe(expected)
  })
})

describe('Ok', () => {
  it.each<[string, Partial<Environment> | null, boolean]>([
    ['enhanced health Ok', {}, true],
    ['enhanced health Info, whose colour is Green too: a command still runs', { healthStatus: 'Info' }, false],
    ['enhanced health Warning', { healthStatus: 'Warning', healthColor: 'Yellow' }, false],
    ['enhanced health Pending', { healthStatus: 'Pending', healthColor: 'Grey' }, false],
    ['enhanced health NoData', { healthStatus: 'NoData', healthColor: 'Grey' }, false],
    ['enhanced health Suspended', { healthStatus: 'Suspended', healthColor: 'Grey' }, false],
    ['enhanced health Severe', { healthStatus: 'Severe', healthColor: 'Red' }, false],
    ['a status that AWS adds some day', { healthStatus: 'Splendid' }, false],
    ['basic health Green', { healthStatus: null }, true],
    ['basic health Yellow', { healthStatus: null, healthColor: 'Yellow' }, false],
    ['basic health Grey', { healthStatus: null, healthColor: 'Grey' }, false],
    ['no environment', null, false],
  ])('%s', (_words, change, expected) => {
    expect(isOk(change && environment(change))).toBe(expected)
  })
})

describe('the gate of health', () => {
  it.each<[string, Partial<Environment> | null, Gate['status']]>([
    ['Ready and Ok', {}, 'passed'],
    ['Ready and Green with basic health', { healthStatus: null }, 'passed'],
    ['Updating, though Ok', { status: 'Updating' }, 'waiting'],
    ['Ready and Pending', { healthStatus: 'Pending', healthColor: 'Grey' }, 'waiting'],
    ['Ready and Info', { healthStatus: 'Info' }, 'waiting'],
    ['Ready and Grey with basic health', { healthStatus: null, healthColor: 'Grey' }, 'waiting'],
    ['Ready and Degraded', { healthStatus: 'Degraded', healthColor: 'Red' }, 'failed'],
    ['Ready and Warning', { healthStatus: 'Warning', healthColor: 'Yellow' }, 'failed'],
    ['Ready and Red with basic health', { healthStatus: null, healthColor: 'Red' }, 'failed'],
    ['Ready and a status that AWS adds some day', { healthStatus: 'Splendid' }, 'failed'],
    ['not listed', null, 'unknown'],
  ])('%s: %s', (_words, change, status) => {
    expect(healthGate('x', 'X', change && environment(change), null, 0, false).status).toBe(status)
  })

  it("gives AWS's causes", () => {
    const found = healthGate(
      'x',
      'X',
      environment({ healthStatus: 'Severe' }),
      health({ causes: ['100 % of requests fail.'] }),
      0,
      false,
    )
    expect(found.summary).toContain('100 % of requests fail.')
    expect(found.evidence.map(({ source }) => source)).toContain('elasticbeanstalk:DescribeEnvironmentHealth')
  })
})

describe('the holder of the production URL', () => {
  const state = stateAt('swap')
  it.each<[string, Parameters<typeof holderOf>[1], ReturnType<typeof holderOf>]>([
    ['blue before the swap', sight(), 'blue'],
    ['green after it', swappedSight(), 'green'],
    ['blue, in another case', sight({ blue: environment({ cname: PRODUCTION.toUpperCase() }) }), 'blue'],
    ['neither, when another hand has swapped', sight({ blue: environment({ cname: 'else.example' }) }), null],
    [
      'neither, when a name merely begins like it',
      sight({ blue: environment({ cname: `${PRODUCTION}.evil.example` }) }),
      null,
    ],
    ['neither, when the prefix merely ends like it', sight({ blue: environment({ cname: `my-${PRODUCTION}` }) }), null],
    ['neither, when both are gone', sight({ blue: null, green: null }), null],
    [
      'neither, when they have no CNAME',
      sight({ blue: environment({ cname: null }), green: greenEnvironment({ cname: null }) }),
      null,
    ],
  ])('%s', (_words, seen, expected) => {
    expect(holderOf(state, seen)).toBe(expected)
  })
})

describe('gates', () => {
  const passed = gate('a', 'A', 'passed', '', [], { remedy: 'x' })
  const failed = gate('b', 'B', 'failed', '', [], { waivable: true, remedy: 'x' })
  const never = gate('c', 'C', 'failed', '', [])
  const waivers = { a: { reason: 'r', at: 1 }, b: { reason: 'r', at: 1 }, c: { reason: 'r', at: 1 } }

  it('keep their remedy only while they are closed', () => {
    expect([passed.remedy, failed.remedy]).toEqual([undefined, 'x'])
  })

  it('take a waiver only where one is allowed and needed', () => {
    expect(withWaivers([passed, failed, never], waivers).map(({ waiver }) => waiver?.reason)).toEqual([
      undefined,
      'r',
      undefined,
    ])
  })

  it.each<[string, readonly Gate[], boolean]>([
    ['none at all are not open', [], false],
    ['all passed', [passed], true],
    ['one failed', [passed, failed], false],
    ['one failed and waived', withWaivers([passed, failed], waivers), true],
    ['one that can never be waived', withWaivers([passed, never], waivers), false],
    ['one unknown', [gate('d', 'D', 'unknown', '', [])], false],
    ['one waiting', [gate('d', 'D', 'waiting', '', [])], false],
  ])('%s', (_words, gates, expected) => {
    expect(allOpen(gates)).toBe(expected)
  })
})

describe('a reading', () => {
  const world = fakeAccount().connect({ isDead: false })
  it.each(['access-denied', 'not-found', 'refused-by-aws'] as const)(
    'that AWS refuses (%s) is a fact',
    async (code) => {
      const found = await reading(world, () => Promise.reject(problem(code, 'No')))
      expect(found).toMatchObject({ ok: false, problem: { code } })
    },
  )

  it.each(['throttled', 'network', 'aws-unavailable', 'credentials-expired', 'unexpected'] as const)(
    'that fails for now (%s) is for the engine',
    async (code) => {
      await expect(reading(world, () => Promise.reject(problem(code, 'Later')))).rejects.toThrow('Later')
    },
  )
})
