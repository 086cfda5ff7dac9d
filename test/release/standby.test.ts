import { describe, expect, it } from 'vitest'
import type { Retirement } from '../../electron/contract/domain.ts'
import { replay } from '../../electron/release/state.ts'
import { PRODUCTION } from './cloud.ts'
import { at, drive, gateOf, type Operator, open, pass, statusOf, whole } from './drive.ts'
import { fakeAccount } from './world.ts'

const HOUR = 3600

function sizedAccount() {
  const account = fakeAccount()
  account.blue.settings = [
    ...account.blue.settings,
    { namespace: 'aws:autoscaling:asg', optionName: 'MaxSize', value: '4', resourceName: null },
  ]
  return account
}

const sizeOf = (account: ReturnType<typeof fakeAccount>) =>
  account.blue.settings
    .filter(({ namespace }) => namespace === 'aws:autoscaling:asg')
    .map(({ optionName, value }) => `${optionName} ${value}`)
    .toSorted()

async function atRetire(retirement: Retirement) {
  const stage = await at('retire', sizedAccount())
  const { settings } = stage.session.view().release
  await drive(stage.account, stage.session, {
    operator: (view, running) =>
      view.release.settings.retirement ? null : running.changeSettings({ ...settings, retirement }),
    until: (view) => view.release.settings.retirement !== undefined,
  })
  await pass(stage.account, stage.session, 30)
  return stage
}

/** Throws the lever that shrinks, once it is offered. */
const shrinks: Operator = (view, running) =>
  statusOf(view) === 'ready' && view.steps.retire.preview?.title === 'Shrink to one instance'
    ? running.throwLever({ step: 'retire', typedUrl: '', stage: 'shrink' })
    : null

const shrunk = (view: { readonly steps: { readonly retire: { readonly preview?: { readonly title: string } } } }) =>
  view.steps.retire.preview?.title === 'Terminate'

describe('blue on standby', () => {
  it('is kept until the hours are over, and is terminated then', async () => {
    const { account, session } = await atRetire({ standbySeconds: 2 * HOUR, shrink: false })
    expect(gateOf(session.view(), 'standby')).toMatchObject({ status: 'waiting', waivable: false })
    expect(session.view().steps.retire.progress?.secondsLeft).toBeGreaterThan(HOUR)
    expect(statusOf(session.view())).toBe('locked')
    await expect(
      (async () => {
        const asked = session.running.throwLever({ step: 'retire', typedUrl: PRODUCTION })
        asked.catch(() => {})
        await pass(account, session, 30)
        return asked
      })(),
    ).rejects.toThrow(/gate/i)
    await pass(account, session, 2 * HOUR)
    expect(gateOf(session.view(), 'standby')).toMatchObject({ status: 'passed' })
    expect((await drive(account, session)).release.outcome).toBe('completed')
    expect(account.count('terminate')).toBe(1)
  })

  it('ends sooner when the operator says so', async () => {
    const { account, session } = await atRetire({ standbySeconds: 500 * HOUR, shrink: false })
    const { settings } = session.view().release
    await drive(account, session, {
      operator: (view, running) =>
        view.release.settings.retirement?.standbySeconds === 0
          ? null
          : running.changeSettings({ ...settings, retirement: { standbySeconds: 0, shrink: false } }),
      until: (view) => view.release.settings.retirement?.standbySeconds === 0,
    })
    expect((await drive(account, session)).release.outcome).toBe('completed')
  })
})

describe('blue shrunk to one instance', () => {
  it('is asked for by its own lever, once, and terminated by another', async () => {
    const { account, session, entries } = await atRetire({ standbySeconds: 0, shrink: true })
    expect(session.view().steps.retire.preview?.words).toContain('instead of 2 to 4')
    await drive(account, session, { operator: shrinks, until: shrunk })
    expect(sizeOf(account)).toEqual(['MaxSize 1', 'MinSize 1'])
    expect(account.count('updateSettings')).toBe(1)
    expect(replay(entries).shrunk).toEqual({ minSize: '2', maxSize: '4' })
    expect(account.count('terminate')).toBe(0)
    expect(gateOf(session.view(), 'typed-url')).toMatchObject({ status: 'waiting' })
    expect((await drive(account, session)).release.outcome).toBe('completed')
    expect(account.count('terminate')).toBe(1)
  })

  it('is scaled back first on the way back, and only then swapped', async () => {
    const { account, session } = await atRetire({ standbySeconds: 24 * HOUR, shrink: true })
    await drive(account, session, { operator: shrinks, until: shrunk })
    const before = account.mutations.length
    const view = await drive(account, session, {
      operator: (shown, running) => {
        if (shown.release.track === 'forward') return running.choose('roll-back')
        return whole(shown, running)
      },
    })
    expect(view.release.outcome).toBe('rolled-back')
    expect(account.mutations.slice(before)).toEqual(['updateSettings', 'swapCnames', 'terminate'])
    expect(sizeOf(account)).toEqual(['MaxSize 4', 'MinSize 2'])
    expect(account.blue.cnamePrefix).toBe('shop')
  })

  it('is scaled back once, also when the app dies in it', async () => {
    const { account, session, entries } = await atRetire({ standbySeconds: 24 * HOUR, shrink: true })
    await drive(account, session, { operator: shrinks, until: shrunk })
    const rolls: Operator = (shown, running) =>
      shown.release.track === 'forward' ? running.choose('roll-back') : whole(shown, running)
    await drive(account, session, {
      operator: rolls,
      until: (view) => view.rollbackSteps.some(({ progress }) => progress?.label.includes('scales')),
    })
    session.life.isDead = true
    const again = open(account, entries)
    expect((await drive(account, again, { operator: rolls })).release.outcome).toBe('rolled-back')
    expect(account.mutations.filter((name) => name === 'updateSettings')).toHaveLength(2)
    expect(account.count('swapCnames')).toBe(2)
  })

  it('is not swapped back to where AWS refuses to scale it', async () => {
    const { account, session } = await atRetire({ standbySeconds: 24 * HOUR, shrink: true })
    await drive(account, session, { operator: shrinks, until: shrunk })
    account.fail('updateSettings', { problem: { code: 'refused-by-aws', title: 'Refused' }, when: 'before' })
    const view = await drive(account, session, {
      operator: (shown, running) => (shown.release.track === 'forward' ? running.choose('roll-back') : null),
      until: (shown) => shown.release.track === 'rollback' && shown.problem !== null,
    })
    expect(view.problem?.title).toBe('Refused')
    await pass(account, session, 300)
    expect(account.count('swapCnames')).toBe(1)
  })

  it('a lever that was meant for something else does nothing', async () => {
    const { account, session } = await atRetire({ standbySeconds: 0, shrink: true })
    const asked = session.running.throwLever({ step: 'retire', typedUrl: PRODUCTION })
    asked.catch(() => {})
    await pass(account, session, 30)
    await expect(asked).rejects.toThrow('something else')
    expect(account.mutations).not.toContain('terminate')
    expect(account.count('updateSettings')).toBe(0)
  })
})

describe('what still leads to blue', () => {
  it('is listed after the termination, and holds nothing up', async () => {
    const account = sizedAccount()
    account.domainRecords.push(
      {
        name: 'api.shop.example',
        type: 'A',
        isAlias: true,
        targets: ['dualstack.awseb-e-blue000001.eu-central-1.elb.amazonaws.com'],
      },
      {
        name: 'old.shop.example',
        type: 'CNAME',
        isAlias: false,
        targets: ['shop-green.eu-central-1.elasticbeanstalk.com'],
      },
      { name: 'www.shop.example', type: 'CNAME', isAlias: false, targets: [PRODUCTION] },
    )
    const { session } = await at('swap', account)
    expect(gateOf(session.view(), 'domains')).toMatchObject({ status: 'failed', waivable: true })
    expect(gateOf(session.view(), 'domains')?.summary).toContain('api.shop.example leads to')
    expect(session.view().domains?.map(({ name, follows }) => `${name} ${follows}`)).toEqual([
      'api.shop.example no',
      'old.shop.example no',
      'www.shop.example yes',
    ])
    await drive(account, session, {
      operator: (view, running) =>
        gateOf(view, 'domains')?.waiver ? null : running.waive('swap', 'domains', 'They are moved by hand later.'),
      until: (view) => gateOf(view, 'domains')?.waiver !== undefined,
    })
    const view = await drive(account, session)
    expect(view.release.outcome).toBe('completed')
    const proof = view.steps.retire.proofs.find(({ id }) => id === 'dangling-records')
    expect(proof?.summary).toContain('api.shop.example')
    expect(proof?.summary).toContain('old.shop.example')
    expect(proof?.summary.match(/anyone may claim/g)).toHaveLength(1)
    expect(proof?.summary).not.toContain('www.shop.example')
  })

  it('may not be read: it is said, and holds nothing up', async () => {
    const account = sizedAccount()
    const denied = { code: 'access-denied', title: 'You are not allowed to perform route53:ListHostedZones' } as const
    const { session } = await at('test', account)
    account.fail('domainRecords', ...Array.from({ length: 500 }, () => ({ problem: denied, when: 'before' as const })))
    await drive(account, session, {
      until: (view) => view.release.step === 'swap' && gateOf(view, 'domains') !== undefined,
    })
    expect(gateOf(session.view(), 'domains')).toMatchObject({ status: 'unknown', waivable: true })
    const view = await drive(account, session, {
      operator: (shown, running) =>
        shown.release.step === 'swap' && !gateOf(shown, 'domains')?.waiver
          ? running.waive('swap', 'domains', 'There are no domains of our own.')
          : whole(shown, running),
    })
    expect(view.release.outcome).toBe('completed')
    const proof = view.steps.retire.proofs.find(({ id }) => id === 'dangling-records')
    expect(proof?.summary).toContain('You are not allowed to perform route53:ListHostedZones')
  })
})
