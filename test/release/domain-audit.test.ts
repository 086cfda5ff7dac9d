import { describe, expect, it } from 'vitest'
import type { DomainRecord, TlsAnswer } from '../../electron/release/outside.ts'
import type { HttpAnswer } from '../../electron/release/world.ts'
import { PRODUCTION } from './cloud.ts'
import { at, drive, gateOf, type Operator, pass } from './drive.ts'
import { answered } from './things.ts'
import { type FakeAccount, fakeAccount } from './world.ts'

const NAME = 'www.shop.example'
const follows: DomainRecord = { name: NAME, type: 'CNAME', isAlias: false, targets: [PRODUCTION] }
const valid: TlsAnswer = { kind: 'certificate', isValid: true, fault: '', names: [NAME], validUntil: null }
const redirect = (location: string): HttpAnswer => answered({ status: 301, headers: { location } })

/** A release that is ready to swap, in an account where these records are. */
async function atSwap(
  records: readonly DomainRecord[],
  prepare: (account: FakeAccount) => void = () => {},
): Promise<{ readonly account: FakeAccount; readonly stage: Awaited<ReturnType<typeof at>> }> {
  const account = fakeAccount()
  account.domainRecords.push(...records)
  const stage = await at('test', account)
  prepare(account)
  await drive(account, stage.session, {
    until: (view) => view.release.step === 'swap' && gateOf(view, 'domains') !== undefined,
  })
  return { account, stage }
}

const addressesOf = (account: FakeAccount) => ({
  blue: account.blue.addresses[0] ?? '',
  green: account.green()?.addresses[0] ?? '',
})

/** The gate as it stands, and as it stands after the operator has entered these domains. */
async function enter(stage: Awaited<ReturnType<typeof at>>, domains: readonly string[]) {
  const { account, session } = stage
  const enters: Operator = (view, running) =>
    view.release.settings.domains ? null : running.changeSettings({ ...view.release.settings, domains })
  await drive(account, session, { operator: enters, until: (view) => view.release.settings.domains !== undefined })
  await pass(account, session, 30)
  return gateOf(session.view(), 'domains')
}

describe('the domains gate', () => {
  it('is open where nothing leads here and none was entered', async () => {
    const { stage } = await atSwap([])
    expect(gateOf(stage.session.view(), 'domains')).toMatchObject({ status: 'passed' })
  })

  it('is open where all follow', async () => {
    const { stage } = await atSwap([follows, { ...follows, name: 'shop.example', type: 'A', isAlias: true }])
    expect(gateOf(stage.session.view(), 'domains')).toMatchObject({
      status: 'passed',
      summary: expect.stringContaining('shop.example, www.shop.example'),
    })
  })

  it('finds what leads here through another name of the account', async () => {
    const { stage } = await atSwap([
      { name: 'm.shop.example', type: 'CNAME', isAlias: false, targets: ['lb.shop.example'] },
      {
        name: 'lb.shop.example',
        type: 'A',
        isAlias: true,
        targets: ['awseb-e-blue000001.eu-central-1.elb.amazonaws.com'],
      },
      { name: 'mail.shop.example', type: 'A', isAlias: false, targets: ['192.0.2.25'] },
      { name: 'loop.shop.example', type: 'CNAME', isAlias: false, targets: ['loop.shop.example'] },
    ])
    const gate = gateOf(stage.session.view(), 'domains')
    expect(gate?.status).toBe('failed')
    expect(stage.session.view().domains?.map(({ name, follows: moved }) => `${name} ${moved}`)).toEqual([
      'lb.shop.example no',
      'm.shop.example no',
    ])
  })

  it('fails where HTTPS is on blue and not on green', async () => {
    const { stage } = await atSwap([follows], (account) =>
      account.handshakes.set(`${NAME} ${addressesOf(account).blue}`, valid),
    )
    expect(gateOf(stage.session.view(), 'domains')).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('Blue answers HTTPS and green does not'),
    })
  })

  it('fails where green shows a certificate for another name', async () => {
    const { stage } = await atSwap([follows], (account) => {
      const { blue, green } = addressesOf(account)
      account.handshakes.set(`${NAME} ${blue}`, valid)
      account.handshakes.set(`${NAME} ${green}`, {
        ...valid,
        isValid: false,
        fault: 'The certificate is for another name',
        names: ['other.example'],
      })
    })
    expect(gateOf(stage.session.view(), 'domains')?.summary).toContain('The certificate is for another name')
  })

  it('fails where only green redirects in a circle', async () => {
    const { stage } = await atSwap([follows], (account) =>
      account.pages.set(`http://${NAME} ${addressesOf(account).green}`, redirect('/')),
    )
    expect(gateOf(stage.session.view(), 'domains')?.summary).toContain('redirects in a circle on green')
  })

  it('says nothing of a circle that is on blue as well', async () => {
    const { stage } = await atSwap([follows], (account) => {
      const { blue, green } = addressesOf(account)
      account.pages.set(`http://${NAME} ${green}`, redirect('/'))
      account.pages.set(`http://${NAME} ${blue}`, redirect('/'))
    })
    expect(gateOf(stage.session.view(), 'domains')?.status).toBe('passed')
  })

  it.each<[string, readonly string[], 'passed' | 'failed' | 'unknown', string]>([
    ['one that follows', [PRODUCTION], 'passed', 'to the production URL'],
    ['a chain', ['web.example', PRODUCTION], 'passed', 'to the production URL'],
    ['a network in between', ['d1.cloudfront.net'], 'failed', 'cloudfront.net'],
    ['another load balancer', ['x-1.eu-central-1.elb.amazonaws.com'], 'failed', 'another load balancer'],
    ['blue’s addresses by who knows what', [], 'unknown', 'an address of blue'],
  ])('judges what was entered by hand: %s', async (_words, chain, status, said) => {
    const { account, stage } = await atSwap([])
    account.names.set('shop.example.org', {
      kind: 'addresses',
      addresses: account.blue.addresses,
      chain,
      ttlSeconds: 60,
    })
    const gate = await enter(stage, ['shop.example.org'])
    expect(gate).toMatchObject({ status, summary: expect.stringContaining(said) })
    expect(stage.session.view().domains).toMatchObject([{ name: 'shop.example.org', foundBy: 'hand' }])
  })

  it('is looked at once more right before the swap', async () => {
    const { account, stage } = await atSwap([follows])
    account.domainRecords.splice(0, 1, { ...follows, targets: ['awseb-e-blue000001.eu-central-1.elb.amazonaws.com'] })
    const asked = stage.running.throwLever({ step: 'swap' })
    asked.catch(() => {})
    await pass(account, stage.session, 30)
    expect(account.count('swapCnames')).toBe(0)
    expect(gateOf(stage.session.view(), 'domains')?.status).toBe('failed')
  })

  it('asks nothing from here where that was switched off, and says so', async () => {
    const { account, stage } = await atSwap([follows])
    account.handshakes.set(`${NAME} ${addressesOf(account).blue}`, valid)
    await drive(account, stage.session, {
      operator: (view, running) =>
        view.release.settings.panel
          ? null
          : running.changeSettings({ ...view.release.settings, panel: { fromHere: false, resolvers: [] } }),
      until: (view) => view.release.settings.panel !== undefined,
    })
    await pass(account, stage.session, 30)
    expect(gateOf(stage.session.view(), 'domains')).toMatchObject({
      status: 'passed',
      summary: expect.stringContaining('Certificates were not looked at'),
    })
  })
})
