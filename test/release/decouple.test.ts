import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import { QUESTION_IDS } from '../../electron/contract/independence.ts'
import { type ReleaseView } from '../../electron/contract/models.ts'
import type { RunningRelease } from '../../electron/release/running.ts'
import { begunAt, drive, gateOf, type Operator, open, pass, statusOf, whole } from './drive.ts'
import { DATABASE } from './rds.ts'
import { type FakeAccount, fakeAccount, type Life, type Mutation, NETWORK } from './world.ts'

const STAGES = ['snapshot', 'protect', 'retain', 'decouple', 'connect'] as const
const CALLS: readonly Mutation[] = [
  'createSnapshot',
  'protect',
  'updateSettings',
  'updateSettings',
  'createGroup',
  'allow',
  'updateSettings',
]

function coupled(policy = 'Delete'): { readonly account: FakeAccount; readonly entries: Entry[] } {
  const account = fakeAccount()
  account.rds.couple(policy)
  return { account, entries: begunAt(account) }
}

/** Throws the lever of each stage as soon as it is offered; then releases as always. */
const throughAll =
  (password: string | null = null): Operator =>
  (view: ReleaseView, running: RunningRelease) =>
    view.release.step === 'independence' && statusOf(view) === 'ready'
      ? running.throwLever({ step: 'independence', password })
      : whole(view, running)

/** Which stages are done, in their order. */
function done(view: ReleaseView): readonly string[] {
  return STAGES.filter((stage) => gateOf(view, `stage-${stage}`)?.status === 'passed')
}

describe('what no API can answer', () => {
  it('is asked before anything is made, and a no needs a reason', async () => {
    const account = fakeAccount()
    const session = open(account, begunAt(account))
    const waiting = await pass(account, session, 60)
    expect(gateOf(waiting, 'questions')).toMatchObject({ status: 'waiting', waivable: false })
    for (const question of ['schema', 'sessions', 'jobs'] as const) await session.running.answer(question, 'yes')
    expect(gateOf(await pass(account, session, 60), 'questions')?.summary).toBe('Not answered yet: uploaded files.')
    await session.running.answer('uploads', 'no')
    const risky = await pass(account, session, 60)
    expect(gateOf(risky, 'questions')).toMatchObject({ status: 'failed', waivable: true })
    expect(risky.release.step).toBe('independence')
    await session.running.waive('independence', 'questions', 'Uploads are switched off today')
    expect((await pass(account, session, 60)).release.step).toBe('clone')
  })
})

describe('the decouple assistant', () => {
  it('takes the database out, stage by stage, and releases then; the database lives', async () => {
    const { account, entries } = coupled()
    const view = await drive(account, open(account, entries), { operator: throughAll('hunter2!') })
    expect(view.release.outcome).toBe('completed')
    expect(account.mutations.slice(0, CALLS.length)).toEqual(CALLS)
    expect(account.rds.details.get(DATABASE)).toMatchObject({ deletionProtection: true })
    expect(account.blue.status).toBe('Terminated')
    // Blue's own security group must not be handed on to its clones.
    const groups = account.green()?.settings.find(({ optionName }) => optionName === 'SecurityGroups')
    expect(groups?.value).toBe('sg-1-made')
  })

  it('asks for a lever before every stage and shows what it does', async () => {
    const { account, entries } = coupled()
    const session = open(account, entries)
    for (const question of QUESTION_IDS) await session.running.answer(question, 'does-not-apply')
    for (const [index, stage] of STAGES.entries()) {
      const view = await drive(account, session, { operator: () => null, until: (seen) => statusOf(seen) === 'ready' })
      expect(done(view)).toEqual(STAGES.slice(0, index))
      const { preview } = view.steps.independence
      expect(preview?.calls.length).toBe(stage === 'connect' ? 3 : 1)
      expect(preview?.asksPassword).toBe(stage === 'connect')
      const before = account.mutations.length
      await pass(account, session, 300)
      expect(account.mutations).toHaveLength(before)
      await session.running.throwLever({ step: 'independence', password: null })
    }
    expect((await pass(account, session, 600)).release.step).toBe('clone')
  })

  it('sends the policy by itself, and decouples only when it is in force', async () => {
    const { account, entries } = coupled()
    const session = open(account, entries)
    const view = await drive(account, session, {
      operator: throughAll(),
      until: (seen) => gateOf(seen, 'stage-retain')?.status === 'passed' && statusOf(seen) === 'ready',
    })
    expect(view.steps.independence.preview?.title).toBe('Decouple the database')
    // Another hand sets the policy back between the lever and the call.
    const again = account.blue.settings.map((each) =>
      each.optionName === 'DBDeletionPolicy' ? { ...each, value: 'Delete' } : each,
    )
    const looks = (left: number) =>
      account.before('deployedSettings', () => {
        if (left > 0) looks(left - 1)
        else account.blue.settings = again
      })
    looks(2)
    await session.running.throwLever({ step: 'independence', password: null }).catch(() => {})
    const later = await pass(account, session, 120)
    expect(account.rds.details.has(DATABASE)).toBe(true)
    expect(done(later)).toEqual(['snapshot', 'protect'])
    const end = await drive(account, session, { operator: throughAll() })
    expect([end.release.outcome, account.rds.details.has(DATABASE)]).toEqual(['completed', true])
  })

  it('says that the database is gone where another hand decoupled it in the wrong order', async () => {
    const { account, entries } = coupled()
    const session = open(account, entries)
    await drive(account, session, {
      operator: throughAll(),
      until: (seen) => gateOf(seen, 'stage-snapshot')?.status === 'passed',
    })
    await account
      .connect({ isDead: false })
      .elasticBeanstalk.updateSettings(account.blue.id, [
        { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'false', resourceName: null },
      ])
    const view = await pass(account, session, 300)
    expect(view.problem?.title).toBe(`RDS does not know ${DATABASE} any more`)
    expect(view.problem?.remedy).toContain('signalbox-rel-0001')
    expect(view.choices.map(({ id }) => id)).toContain('hand-over')
  })

  it('never keeps the password', async () => {
    const { account, entries } = coupled()
    await drive(account, open(account, entries), { operator: throughAll('correct horse battery') })
    expect(JSON.stringify(entries)).not.toContain('correct horse')
    const set = account.blue.settings.find(({ optionName }) => optionName === 'RDS_PASSWORD')
    expect(set?.value).toBe('correct horse battery')
  })

  it('goes on without the last stage where the operator says why', async () => {
    const { account, entries } = coupled()
    const session = open(account, entries)
    await drive(account, session, {
      operator: throughAll(),
      until: (seen) => gateOf(seen, 'stage-decouple')?.status === 'passed',
    })
    await session.running.waive('independence', 'stage-connect', 'The application has its own way to it')
    const view = await pass(account, session, 60)
    expect(view.release.step).toBe('clone')
    expect(account.count('createGroup')).toBe(0)
  })

  it('offers nothing where an .ebextensions file declares the database', async () => {
    const { account, entries } = coupled()
    account.blue.resources?.push({
      logicalId: 'Orders',
      physicalId: 'orders-db',
      type: 'AWS::RDS::DBInstance',
      status: 'CREATE_COMPLETE',
    })
    account.rds.details.set('orders-db', {
      host: null,
      port: 1,
      name: '',
      user: '',
      deletionProtection: false,
      groupIds: [],
    })
    const view = await pass(account, open(account, entries), 60)
    expect(view.steps.independence.preview).toBeUndefined()
    expect(statusOf(view)).toBe('locked')
  })

  it('comes to the same end when the app is killed after any entry of its journal', async () => {
    const first = coupled()
    await drive(first.account, open(first.account, first.entries), {
      operator: throughAll(),
      until: (view) => view.release.step === 'clone',
    })
    for (let length = 3; length < first.entries.length; length += 1) {
      const { account, entries } = coupled()
      const life: Life & { diesAfterEntries?: number } = { isDead: false, diesAfterEntries: length }
      await drive(account, open(account, entries, life), { operator: throughAll() })
      const view = await drive(account, open(account, entries), {
        operator: throughAll(),
        until: (seen) => seen.release.step === 'clone',
      })
      expect([view.release.step, account.mutations]).toEqual(['clone', CALLS])
    }
  })

  it.each(['createSnapshot', 'protect', 'updateSettings', 'createGroup', 'allow'] as const)(
    'does not do %s twice when its answer is lost',
    async (name) => {
      const { account, entries } = coupled()
      account.fail(name, { problem: NETWORK, when: 'after' })
      const view = await drive(account, open(account, entries), {
        operator: throughAll(),
        until: (seen) => seen.release.step === 'clone',
      })
      expect([view.release.step, account.mutations]).toEqual(['clone', CALLS])
    },
  )
})
