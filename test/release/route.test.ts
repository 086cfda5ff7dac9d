import { describe, expect, it } from 'vitest'
import type { Entry } from '../../electron/contract/entries.ts'
import type { RetireStage } from '../../electron/contract/independence.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import type { RunningRelease } from '../../electron/release/running.ts'
import { PRODUCTION } from './cloud.ts'
import { begunAt, drive, gateOf, type Operator, open, pass, type Session, statusOf, whole } from './drive.ts'
import { DATABASE } from './rds.ts'
import { type FakeAccount, fakeAccount, type Life, type Mutation } from './world.ts'

const RDS = 'aws:rds:dbinstance'
const BLUE_CALLS: readonly Mutation[] = [
  'createSnapshot',
  'protect',
  'createGroup',
  'allow',
  'createTemplate',
  'createEnvironment',
  'deleteTemplate',
  'upload',
  'createVersion',
  'deploy',
  'swapCnames',
  'updateSettings',
  'updateSettings',
  'terminate',
]

function coupled(): { readonly account: FakeAccount; readonly entries: Entry[] } {
  const account = fakeAccount()
  account.rds.couple('Delete')
  return { account, entries: begunAt(account) }
}

/** Chooses the route as soon as it is offered, and then throws every lever that is ready. */
const later =
  (password: string | null = null): Operator =>
  (view: ReleaseView, running: RunningRelease) => {
    const { step, track } = view.release
    if (track === 'forward' && view.routes?.chosen === 'decouple-first') return running.chooseRoute('decouple-later')
    if (track !== 'forward' || statusOf(view) !== 'ready') return whole(view, running)
    if (step === 'independence') return running.throwLever({ step, password: null })
    if (step === 'clone') {
      const { name: greenName, cnamePrefix } = view.release.green
      return running.throwLever({ step, greenName, cnamePrefix, password })
    }
    const stage = step === 'retire' ? view.steps.retire.preview?.stage : undefined
    return stage ? running.throwLever({ step: 'retire', typedUrl: '', stage }) : whole(view, running)
  }

/** A release on this route that stands at a step, its lever offered. */
async function standsAt(step: ReleaseView['release']['step'], stage?: RetireStage) {
  const { account, entries } = coupled()
  const session = open(account, entries)
  const view = await drive(account, session, {
    operator: later('of-the-database'),
    until: (seen) =>
      seen.release.step === step &&
      statusOf(seen) === 'ready' &&
      seen.routes?.chosen !== 'decouple-first' &&
      (stage === undefined || seen.steps.retire.preview?.stage === stage),
  })
  return { account, entries, session, view }
}

/** What another hand does at the database. */
const HANDS = {
  'switches the protection off': ({ rds }: FakeAccount) => {
    const found = rds.details.get(DATABASE)
    if (found) rds.details.set(DATABASE, { ...found, deletionProtection: false })
  },
  'deletes the snapshot': ({ rds }: FakeAccount) => rds.snapshots.clear(),
  'takes the way in away': ({ rds }: FakeAccount) => rds.allowed.clear(),
  'deletes the database': ({ rds }: FakeAccount) => rds.details.delete(DATABASE),
  'hangs a second database on it': ({ blue }: FakeAccount) =>
    blue.resources?.push({ logicalId: 'Orders', physicalId: 'orders', type: 'AWS::RDS::DBInstance', status: 'OK' }),
  'hangs a table on it': ({ blue }: FakeAccount) =>
    blue.resources?.push({ logicalId: 'Orders', physicalId: 'orders', type: 'AWS::DynamoDB::Table', status: 'OK' }),
  'hangs a stack on it': ({ blue }: FakeAccount) =>
    blue.resources?.push({ logicalId: 'More', physicalId: 'more', type: 'AWS::CloudFormation::Stack', status: 'OK' }),
} as const

async function lever(view: ReleaseView, session: Session): Promise<string> {
  const { step, green } = view.release
  const input =
    step === 'clone'
      ? { step, greenName: green.name, cnamePrefix: green.cnamePrefix }
      : step === 'retire'
        ? { step, typedUrl: '', stage: view.steps.retire.preview?.stage }
        : { step: 'swap' as const }
  return session.running.throwLever(input).then(
    () => 'thrown',
    (thrown: unknown) => String((thrown as { readonly problem?: { readonly code: string } }).problem?.code),
  )
}

describe('decoupling blue after the swap', () => {
  it('releases on the same database, and takes it out of blue before blue is terminated', async () => {
    const { account, entries } = coupled()
    const view = await drive(account, open(account, entries), { operator: later('of-the-database') })
    expect(view.release.outcome).toBe('completed')
    expect(account.mutations).toEqual(BLUE_CALLS)
    expect(account.rds.details.get(DATABASE)).toMatchObject({ deletionProtection: true })
    expect(account.blue.status).toBe('Terminated')
    const settings = account.green()?.settings ?? []
    expect(settings.filter(({ namespace }) => namespace === RDS)).toEqual([
      { namespace: RDS, optionName: 'HasCoupledDatabase', value: 'false', resourceName: null },
    ])
    expect(settings.find(({ optionName }) => optionName === 'SecurityGroups')?.value).toBe('sg-1-made')
    expect(settings.find(({ optionName }) => optionName === 'RDS_PASSWORD')?.value).toBe('of-the-database')
    expect(JSON.stringify(entries)).not.toContain('of-the-database')
    expect(view.steps.retire.proofs.find(({ id }) => id === 'database-stays')?.summary).toContain('stays on')
  })

  it('is offered where one database of Elastic Beanstalk hangs on blue, and never chosen by itself', async () => {
    const { account, entries } = coupled()
    const view = await pass(account, open(account, entries), 60)
    expect(view.routes).toEqual({ chosen: 'decouple-first', database: DATABASE })
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'failed', waivable: false })
    const alone = fakeAccount()
    const session = open(alone, begunAt(alone))
    expect((await pass(alone, session, 60)).routes).toBeNull()
    await expect(session.running.chooseRoute('decouple-later')).rejects.toThrow('nothing to choose')
    account.blue.resources?.push({ logicalId: 'O', physicalId: 'o', type: 'AWS::RDS::DBCluster', status: 'OK' })
    expect((await pass(account, open(account, entries), 60)).routes).toBeNull()
  })

  it('never touches blue before the swap', async () => {
    const { account, view } = await standsAt('swap')
    expect(account.mutations).not.toContain('updateSettings')
    expect(gateOf(view, 'independent')).toBeUndefined()
    for (const id of ['decouple-later', 'uses-from-outside'])
      expect(gateOf(view, id)).toMatchObject({ status: 'passed', waivable: false })
  })

  it('can be changed until green is made, and is proved anew then', async () => {
    const { session, account, entries } = await standsAt('clone')
    await session.running.chooseRoute('decouple-first')
    const view = await pass(account, session, 30)
    expect([view.release.step, view.routes?.chosen]).toEqual(['independence', 'decouple-first'])
    expect(gateOf(view, 'independent')?.status).toBe('failed')
    expect(view.steps.independence.preview?.title).toBe('Set the policy Retain')
    expect(entries.filter(({ kind }) => kind === 'route-chosen')).toHaveLength(2)
    const made = await standsAt('swap')
    await expect(made.session.running.chooseRoute('decouple-first')).rejects.toThrow('nothing to choose')
  })

  it.each(
    (['clone', 'swap', 'retire'] as const).flatMap((step) =>
      Object.keys(HANDS)
        .filter((hand) => step !== 'retire' || !/protection|snapshot|database$/.test(hand))
        .map((hand) => [step, hand as keyof typeof HANDS] as const),
    ),
  )('closes the lever of %s where another hand %s', async (step, hand) => {
    const { account, session, view } = await standsAt(step, step === 'retire' ? 'retain' : undefined)
    const before = account.mutations.length
    HANDS[hand](account)
    expect(await lever(view, session)).toBe('locked')
    const after = await pass(account, session, 60)
    expect(gateOf(after, 'decouple-later')).toMatchObject({ waivable: false })
    expect(gateOf(after, 'decouple-later')?.status).toMatch(/failed|unknown/)
    expect(account.mutations).toHaveLength(before)
    await expect(session.running.waive(step, 'decouple-later', 'It will be all right')).rejects.toThrow(
      'can never be waived',
    )
  })

  it.each(['switches the protection off', 'deletes the snapshot'] as const)(
    'offers to make it good before blue is decoupled, where another hand %s after the swap',
    async (hand) => {
      const { account, session } = await standsAt('retire', 'retain')
      HANDS[hand](account)
      const view = await pass(account, session, 60)
      expect(view.steps.retire.preview?.stage).toMatch(/protect|snapshot/)
      const end = await drive(account, session, { operator: later() })
      expect([end.release.outcome, account.rds.details.has(DATABASE)]).toEqual(['completed', true])
    },
  )

  it('goes on without its own decoupling where another hand did it in the right order', async () => {
    const { account, session } = await standsAt('retire', 'retain')
    const { elasticBeanstalk } = account.connect({ isDead: false })
    for (const [optionName, value] of [
      ['DBDeletionPolicy', 'Retain'],
      ['HasCoupledDatabase', 'false'],
    ] as const) {
      await elasticBeanstalk.updateSettings(account.blue.id, [
        { namespace: RDS, optionName, value, resourceName: null },
      ])
      await pass(account, session, 120)
    }
    const end = await drive(account, session, { operator: later() })
    expect([end.release.outcome, account.rds.details.has(DATABASE)]).toEqual(['completed', true])
  })

  it('never terminates blue while its database is coupled, whatever URL is typed', async () => {
    const { account, session } = await standsAt('retire', 'retain')
    await expect(session.running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toThrow(
      'something else now',
    )
    for (const stage of ['decouple', 'shrink'] as const)
      await expect(session.running.throwLever({ step: 'retire', typedUrl: '', stage })).rejects.toThrow(
        'something else now',
      )
    await pass(account, session, 300)
    expect(account.count('terminate') + account.count('updateSettings')).toBe(0)
  })

  it('closes the swap where green got a database of its own', async () => {
    const { account, session, view } = await standsAt('swap')
    account
      .green()
      ?.resources?.push({ logicalId: 'AWSEBRDSDatabase', physicalId: 'x', type: 'AWS::RDS::DBInstance', status: 'OK' })
    expect(await lever(view, session)).toBe('locked')
    expect(gateOf(await pass(account, session, 30), 'uses-from-outside')?.status).toBe('failed')
  })

  it('leads back to blue, which still has its database', async () => {
    const { account, session, view } = await standsAt('retire', 'retain')
    expect(view.choices.find(({ id }) => id === 'roll-back')?.effect).toContain('still has its database')
    expect(view.choices.find(({ id }) => id === 'stop')?.effect).toContain('would delete the data')
    expect(session.running.handOver()).toContain(`${DATABASE} still belongs to shop-blue`)
    await session.running.choose('roll-back')
    const end = await drive(account, session, { operator: later() })
    expect(end.release.outcome).toBe('rolled-back')
    expect([account.count('updateSettings'), account.rds.details.has(DATABASE)]).toEqual([0, true])
    expect(account.blue.status).toBe('Ready')
    const left = end.rollbackSteps.at(-1)?.proofs.find(({ id }) => id === 'database-untouched')
    expect(left?.summary).toContain('in the AWS console')
  })

  it('says what blue has lost where the way back is taken after its decoupling', async () => {
    const { account, entries } = coupled()
    const session = open(account, entries)
    const view = await drive(account, session, {
      operator: later(),
      until: (seen) => seen.release.step === 'retire' && seen.steps.retire.preview?.title === 'Terminate',
    })
    expect(view.choices.find(({ id }) => id === 'roll-back')?.effect).toContain('RDS_')
    await session.running.choose('roll-back')
    const stands = await pass(account, session, 120)
    expect(gateOf(stands, 'blue-reaches-database')).toMatchObject({ status: 'failed', waivable: true })
    expect(account.count('swapCnames')).toBe(1)
    await session.running.waive('swap', 'blue-reaches-database', 'The properties are set by hand')
    await session.running.choose('retry')
    const end = await drive(account, session, { operator: later() })
    expect(end.release.outcome).toBe('rolled-back')
  })

  it('asks for the password again where the app was closed before it was used', async () => {
    const first = await standsAt('deploy')
    const thrown = first.entries.findIndex((entry) => entry.kind === 'lever-thrown' && entry.step === 'clone')
    const { account, entries } = coupled()
    const life: Life & { diesAfterEntries?: number } = { isDead: false, diesAfterEntries: thrown + 1 }
    await drive(account, open(account, entries, life), { operator: later('of-the-database') })
    const again = open(account, entries)
    const view = await pass(account, again, 90)
    expect(view.problem?.title).toBe('The password that you gave is not known any more')
    expect(account.count('createTemplate')).toBe(0)
    const end = await drive(account, again, { operator: later('of-the-database') })
    expect(end.release.outcome).toBe('completed')
    expect(account.green()?.settings.some(({ optionName }) => optionName === 'RDS_PASSWORD')).toBe(true)
  })

  it('comes to the same end when the app is killed after any entry of its journal', async () => {
    const first = coupled()
    await drive(first.account, open(first.account, first.entries), { operator: later() })
    for (let length = 3; length < first.entries.length; length += 5) {
      const { account, entries } = coupled()
      await drive(account, open(account, entries, { isDead: false, diesAfterEntries: length }), {
        operator: later(),
      })
      const view = await drive(account, open(account, entries), { operator: later() })
      expect([view.release.outcome, account.mutations]).toEqual(['completed', BLUE_CALLS])
    }
  })
})
