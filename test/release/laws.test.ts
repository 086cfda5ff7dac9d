import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { begunAt, drive, type Operator, open, statusOf, whole } from './drive.ts'
import { type FakeAccount, fakeAccount, type Life, type Mutation, NETWORK } from './world.ts'

const ONCE_EACH: readonly Mutation[] = [
  'createTemplate',
  'createEnvironment',
  'deleteTemplate',
  'upload',
  'createVersion',
  'deploy',
  'swapCnames',
  'terminate',
]

/** Takes the release to the step before retire and back: the longest way there is. */
const thereAndBack: Operator = (view, running) => {
  const { track, step } = view.release
  const isWatched = track === 'forward' && step === 'propagation' && statusOf(view) === 'watching'
  return isWatched ? running.choose('roll-back') : whole(view, running)
}

/** Rolls back as soon as the version is on green. */
const backBeforeSwap: Operator = (view, running) => {
  const { track, step } = view.release
  return track === 'forward' && step === 'test' ? running.choose('roll-back') : whole(view, running)
}

const ways = [
  { name: 'forward to the end', operator: whole, outcome: 'completed', mutations: ONCE_EACH, survivor: 'green' },
  {
    name: 'there and back',
    operator: thereAndBack,
    outcome: 'rolled-back',
    mutations: [...ONCE_EACH.slice(0, 7), 'swapCnames', 'terminate'],
    survivor: 'blue',
  },
  {
    name: 'back before the swap',
    operator: backBeforeSwap,
    outcome: 'rolled-back',
    mutations: [...ONCE_EACH.slice(0, 6), 'terminate'],
    survivor: 'blue',
  },
] as const

async function uninterrupted(
  operator: Operator,
): Promise<{ readonly entries: readonly Entry[]; readonly account: FakeAccount }> {
  const account = fakeAccount()
  const entries = begunAt(account)
  await drive(account, open(account, entries), { operator })
  return { entries, account }
}

/** Runs until death, then opens the same journal on the same account again, and drives it to the end. */
async function interrupted(operator: Operator, life: Life & { diesAfterEntries?: number }) {
  const account = fakeAccount()
  const entries = begunAt(account)
  await drive(account, open(account, entries, life), { operator })
  const resumed = open(account, entries)
  const view = await drive(account, resumed, { operator })
  return { account, entries, view }
}

describe.each(ways)('a release $name', ({ operator, outcome, mutations, survivor }) => {
  const theEnd = {
    outcome,
    mutations: sorted(mutations),
    left: 'Ready',
    production: 'shop',
    gone: 'Terminated',
    templates: 0,
  }
  const endOf = (account: FakeAccount, view: ReleaseView) => {
    const [left, gone] = survivor === 'green' ? [account.green(), account.blue] : [account.blue, account.green()]
    return {
      outcome: view.release.outcome,
      mutations: sorted(account.mutations),
      left: left?.status,
      production: left?.cnamePrefix,
      gone: gone?.status,
      templates: account.templates.size,
    }
  }

  it('makes each call that changes AWS exactly once', async () => {
    const { account, entries } = await uninterrupted(operator)
    expect(account.mutations).toEqual(mutations)
    expect(entries.at(-1)).toMatchObject({ kind: 'ended', outcome })
    const kinds = entries.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'intent')).toHaveLength(kinds.filter((kind) => kind === 'effect').length)
  })

  it('comes to the same end when the app is killed after any entry of its journal', async () => {
    const { entries } = await uninterrupted(operator)
    for (let length = begunAt(fakeAccount()).length + 1; length < entries.length; length += 1) {
      const { account, view } = await interrupted(operator, { isDead: false, diesAfterEntries: length })
      expect(endOf(account, view)).toEqual(theEnd)
    }
  })

  it.each(mutations.map((name, index) => [index + 1, name] as const))(
    'comes to the same end when the app is killed inside change %i (%s), after AWS did it',
    async (number) => {
      const { account, view } = await interrupted(operator, { isDead: false, diesInMutation: number })
      expect(endOf(account, view)).toEqual(theEnd)
    },
  )

  it.each([...new Set(mutations)])('does not do %s twice when its answer is lost', async (name) => {
    const account = fakeAccount()
    account.fail(name, { problem: NETWORK, when: 'after' })
    const view = await drive(account, open(account, begunAt(account)), { operator })
    expect(endOf(account, view)).toEqual(theEnd)
  })

  it.each([...new Set(mutations)])('does %s after all when the call never arrived', async (name) => {
    const account = fakeAccount()
    account.fail(name, { problem: NETWORK, when: 'before' })
    const view = await drive(account, open(account, begunAt(account)), { operator })
    expect(endOf(account, view)).toEqual(theEnd)
  })
})

describe('a long listing lag', () => {
  it.each([0, 20, 60, 100])(
    'of %i s does not make a second green when the answer of the create is lost',
    async (listingLagSeconds) => {
      const account = fakeAccount({ listingLagSeconds })
      account.fail('createEnvironment', { problem: NETWORK, when: 'after' })
      const view = await drive(account, open(account, begunAt(account)))
      expect(view.release.outcome).toBe('completed')
      expect(account.count('createEnvironment')).toBe(1)
    },
  )

  it.each([0, 20, 60, 100])(
    'of %i s does not leave green behind when the operator rolls back right after',
    async (listingLagSeconds) => {
      const account = fakeAccount({ listingLagSeconds })
      account.fail('createEnvironment', { problem: NETWORK, when: 'after' })
      const view = await drive(account, open(account, begunAt(account)), {
        operator: (seen, running) =>
          seen.release.track === 'forward' && account.count('createEnvironment') > 0
            ? running.choose('roll-back')
            : whole(seen, running),
      })
      expect(view.release.outcome).toBe('rolled-back')
      expect(account.green()?.status).toBe('Terminated')
      expect(account.templates.size).toBe(0)
    },
  )
})

function sorted(names: readonly Mutation[]): readonly Mutation[] {
  return names.toSorted((a, b) => a.localeCompare(b))
}

describe.each(ways)('late readings on a release $name', ({ operator, outcome, mutations }) => {
  const single = (['createEnvironment', 'deploy', 'swapCnames', 'terminate'] as const).filter((name) =>
    mutations.some((each) => each === name),
  )

  it.each(single)('do not make %s happen twice when its answer is lost', async (name) => {
    const account = fakeAccount({ statusLagSeconds: 20 })
    account.fail(name, { problem: NETWORK, when: 'after' })
    const view = await drive(account, open(account, begunAt(account)), { operator })
    expect([view.release.outcome, sorted(account.mutations)]).toEqual([outcome, sorted(mutations)])
  })

  it.each(mutations.map((name, index) => [index + 1, name] as const))(
    'do not repeat change %i (%s) when the app is killed inside it and opened at once',
    async (number) => {
      const account = fakeAccount({ statusLagSeconds: 20 })
      const entries = begunAt(account)
      await drive(account, open(account, entries, { isDead: false, diesInMutation: number }), { operator })
      const view = await drive(account, open(account, entries), { operator })
      expect([view.release.outcome, lasting(account.mutations)]).toEqual([outcome, lasting(mutations)])
    },
  )
})

/** What may go wrong with any call, and pass. A call that was throttled was never made. */
const passingFault = fc
  .record({
    name: fc.constantFrom(
      'describeEnvironments',
      'health',
      'events',
      'versions',
      'templates',
      'resources',
      'tags',
      'cnameAvailable',
      ...ONCE_EACH,
    ),
    code: fc.constantFrom('network' as const, 'throttled' as const, 'aws-unavailable' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
  })
  .filter(({ code, when }) => code !== 'throttled' || when === 'before')

/** The temporary template may be made again; everything else is made once. */
function lasting(names: readonly Mutation[]): readonly Mutation[] {
  return sorted(names.filter((name) => !name.endsWith('Template')))
}

it('comes to the same end through any series of crashes and passing failures', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ways),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }),
      fc.array(passingFault, { maxLength: 8 }),
      async ({ operator, outcome, mutations }, crashes, faults) => {
        const account = fakeAccount()
        const entries = begunAt(account)
        for (const { name, code, when } of faults) account.fail(name, { problem: { code, title: 'It passes' }, when })
        for (const after of crashes) {
          await drive(account, open(account, entries, { isDead: false, diesAfterEntries: entries.length + after }), {
            operator,
          })
        }
        const view = await drive(account, open(account, entries), { operator })
        expect(view.release.outcome).toBe(outcome)
        expect(lasting(account.mutations)).toEqual(lasting(mutations))
        expect(account.templates.size).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
}, 30_000)
