import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { begunAt, drive, type Operator, open, statusOf, summaries, whole } from './drive.ts'
import { BLUE_ID, type FakeAccount, fakeAccount, type Life, type Mutation, NETWORK } from './world.ts'

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

async function uninterrupted(operator: Operator): Promise<{ readonly entries: readonly Entry[]; readonly account: FakeAccount }> {
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
  let view: ReleaseView
  try {
    view = await drive(account, resumed, { operator })
  } catch (thrown) {
    view = resumed.view()
    throw new Error(`${String(thrown)} after ${JSON.stringify(entries.at((life.diesAfterEntries ?? 0) - 1))}: ${statusOf(view)} ${summaries(view)}`)
  }
  return { account, entries, view }
}

describe.each(ways)('a release $name', ({ operator, outcome, mutations, survivor }) => {
  const expectTheEnd = (account: FakeAccount, view: ReleaseView) => {
    const green = account.green()
    const left = survivor === 'green' ? green : account.blue
    const gone = survivor === 'green' ? account.blue : green
    expect({
      outcome: view.release.outcome,
      mutations: account.mutations.map(({ name }) => name).toSorted(),
      left: left?.status,
      production: left?.cnamePrefix,
      gone: gone?.status,
      templates: account.templates.size,
    }).toEqual({
      outcome,
      mutations: mutations.toSorted(),
      left: 'Ready',
      production: 'shop',
      gone: 'Terminated',
      templates: 0,
    })
  }

  it('makes each call that changes AWS exactly once', async () => {
    const { account, entries } = await uninterrupted(operator)
    expect(account.mutations.map(({ name }) => name)).toEqual(mutations)
    expect(entries.at(-1)).toMatchObject({ kind: 'ended', outcome })
    const kinds = entries.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'intent')).toHaveLength(kinds.filter((kind) => kind === 'effect').length)
  })

  it('comes to the same end when the app is killed after any entry of its journal', async () => {
    const { entries } = await uninterrupted(operator)
    for (let length = begunAt(fakeAccount()).length + 1; length < entries.length; length += 1) {
      const { account, view } = await interrupted(operator, { isDead: false, diesAfterEntries: length })
      expectTheEnd(account, view)
    }
  })

  it.each(mutations.map((name, index) => [index + 1, name] as const))(
    'comes to the same end when the app is killed inside change %i (%s), after AWS did it',
    async (number) => {
      const { account, view } = await interrupted(operator, { isDead: false, diesInMutation: number })
      expectTheEnd(account, view)
    },
  )

  it.each([...new Set(mutations)])('does not do %s twice when its answer is lost', async (name) => {
    const account = fakeAccount()
    account.fail(name, { problem: NETWORK, when: 'after' })
    const view = await drive(account, open(account, begunAt(account)), { operator })
    expectTheEnd(account, view)
  })

  it.each([...new Set(mutations)])('does %s after all when the call never arrived', async (name) => {
    const account = fakeAccount()
    account.fail(name, { problem: NETWORK, when: 'before' })
    const view = await drive(account, open(account, begunAt(account)), { operator })
    expectTheEnd(account, view)
  })
})

it('never terminates the environment that holds the production URL', async () => {
  const account = fakeAccount()
  await drive(account, open(account, begunAt(account)))
  expect(account.mutations.filter(({ name }) => name === 'terminate').map(({ detail }) => detail)).toEqual([JSON.stringify([BLUE_ID])])
})
