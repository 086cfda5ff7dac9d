import { describe, expect, it } from 'vitest'
import { problem } from '../../../electron/contract/problem.ts'
import type { Sight } from '../../../electron/release/step.ts'
import { independence } from '../../../electron/release/steps/independence.ts'
import { START } from '../cloud.ts'
import { environment, ok, sight, stateAt } from '../things.ts'

type Facts = Parameters<typeof independence.judge>[2]

const database = {
  environment: environment(),
  settings: ok([]),
  resources: ok([]),
  databases: ok([]),
  bundle: ok(null),
  referring: ok([]),
}
const denied = { ok: false, at: START, problem: problem('access-denied', 'No').problem } as const

describe('the first step', () => {
  it.each<[string, Partial<Sight>, Facts, readonly string[]]>([
    ['all is well', {}, { database, decoupling: null }, []],
    [
      'blue is gone',
      { blue: null },
      { database: null, decoupling: null },
      ['blue-readable failed', 'holds-production failed', 'blue-ready waiting', 'web-tier failed', 'standard unknown'],
    ],
    [
      'blue is terminated',
      { blue: environment({ status: 'Terminated', cname: null }) },
      { database, decoupling: null },
      ['blue-readable failed', 'holds-production failed', 'blue-ready waiting'],
    ],
    [
      'blue lost the production URL',
      { blue: environment({ cname: 'else.example' }) },
      { database, decoupling: null },
      ['holds-production failed'],
    ],
    [
      'blue is Updating',
      { blue: environment({ status: 'Updating' }) },
      { database, decoupling: null },
      ['blue-ready waiting'],
    ],
    [
      'a worker',
      { blue: environment({ tier: 'Worker', cname: null }) },
      { database, decoupling: null },
      ['holds-production failed', 'web-tier failed'],
    ],
    [
      'a tier that AWS adds some day',
      { blue: environment({ tier: 'Other' }) },
      { database, decoupling: null },
      ['web-tier failed'],
    ],
    [
      'a cluster',
      {},
      {
        decoupling: null,
        database: {
          ...database,
          settings: ok([{ namespace: 'aws:elasticbeanstalk:eks', optionName: 'x', value: '1', resourceName: null }]),
        },
      },
      ['standard failed'],
    ],
    [
      'settings may not be read',
      {},
      { decoupling: null, database: { ...database, settings: denied } },
      ['standard unknown'],
    ],
  ])('%s', (_words, seen, facts, expected) => {
    const found = independence.judge(stateAt('independence'), sight({ green: null, ...seen }), facts)
    expect(
      (found.gates ?? []).filter(({ status }) => status !== 'passed').map(({ id, status }) => `${id} ${status}`),
    ).toEqual(expected)
    expect(found.due).toBeNull()
    expect(found.gates?.some(({ waivable }) => waivable)).toBe(false)
  })
})
