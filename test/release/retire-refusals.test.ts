import { describe, expect, it } from 'vitest'
import type { Problem } from '../../electron/contract/problem.ts'
import { BLUE_ID, PRODUCTION } from './cloud.ts'
import { at, drive, gateOf, pass, statusOf, whole } from './drive.ts'
import type { FakeAccount } from './world.ts'

const DENIED: Problem = { code: 'access-denied', title: 'AWS does not allow this', remedy: 'Ask for the permission.' }

describe('retire refuses', () => {
  it('a URL that is not the production URL', async () => {
    const { account, session, running } = await at('retire')
    for (const typedUrl of ['', 'shop-green.eu-central-1.elasticbeanstalk.com', `${PRODUCTION}.`, 'shop']) {
      await expect(running.throwLever({ step: 'retire', typedUrl })).rejects.toThrow('not the production URL')
    }
    await pass(account, session, 60)
    expect(account.count('terminate')).toBe(0)
  })

  const refusals: readonly (readonly [string, string, (account: FakeAccount) => void])[] = [
    [
      'while blue holds the production URL',
      'holds-no-production',
      (account) => {
        const green = account.green()
        if (green) [green.cnamePrefix, account.blue.cnamePrefix] = [account.blue.cnamePrefix, green.cnamePrefix]
      },
    ],
    [
      'while neither holds the production URL',
      'holds-no-production',
      (account) => {
        const green = account.green()
        if (green) green.cnamePrefix = 'elsewhere'
      },
    ],
    [
      'while another security group lets it in',
      'no-dependants',
      (account) => account.referring.set(`sg-${BLUE_ID}`, [{ id: 'sg-db', name: 'database' }]),
    ],
    [
      'while its stack holds a database',
      'independent',
      (account) =>
        account.blue.resources?.push({
          logicalId: 'Db',
          physicalId: 'shop-db',
          type: 'AWS::RDS::DBInstance',
          status: 'CREATE_COMPLETE',
        }),
    ],
    [
      'while blue is being changed',
      'nothing-in-flight',
      (account) => {
        account.blue.status = 'Updating'
      },
    ],
    [
      'while green is not Ok',
      'target-ok',
      (account) => {
        const green = account.green()
        if (green) account.settle(green, 'Severe')
      },
    ],
  ]

  it.each(refusals)('%s', async (_words, gate, spoil) => {
    const { account, session, running } = await at('retire')
    spoil(account)
    await expect(running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toMatchObject({
      problem: { code: expect.stringMatching(/^(locked|drift)$/) },
    })
    const view = await pass(account, session, 120, whole)
    expect(gateOf(view, gate)?.status).not.toBe('passed')
    expect(account.count('terminate')).toBe(0)
    expect(account.blue.status).not.toMatch(/Terminat/)
  })

  it.each(refusals)('%s, also when that begins between the lever and the call', async (_words, _gate, spoil) => {
    const { account, session, running } = await at('retire')
    // The lever's own look, the turn's, and then the last one before the call.
    const looks = (left: number) =>
      account.before('describeEnvironments', () => (left === 0 ? spoil(account) : looks(left - 1)))
    looks(2)
    await running.throwLever({ step: 'retire', typedUrl: PRODUCTION }).catch(() => {})
    await pass(account, session, 120)
    expect(account.count('terminate')).toBe(0)
  })

  it('while its stack cannot be read', async () => {
    const { account, session, running } = await at('retire')
    account.fail('resources', ...Array.from({ length: 100 }, () => ({ problem: DENIED, when: 'before' as const })))
    await expect(running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toMatchObject({
      problem: { code: 'locked' },
    })
    const view = await pass(account, session, 60)
    expect(gateOf(view, 'independent')).toMatchObject({ status: 'unknown', waivable: false })
    expect(account.count('terminate')).toBe(0)
  })

  it('says why when AWS gives the termination up, and tries again when asked', async () => {
    const { account, session, running } = await at('retire')
    await running.throwLever({ step: 'retire', typedUrl: PRODUCTION })
    await drive(account, session, { operator: () => null, until: () => account.blue.status === 'Terminating' })
    account.begin(account.blue, 'Terminating', 20, () => account.settle(account.blue))
    const view = await drive(account, session, { operator: () => null, until: (seen) => statusOf(seen) === 'stuck' })
    expect(view.problem?.title).toBe('shop-blue was not terminated')
    await running.choose('retry')
    expect((await drive(account, session)).release.outcome).toBe('completed')
    expect(account.count('terminate')).toBe(2)
  })

  it('keeps the lever away until propagation is proved', async () => {
    const { running } = await at('propagation')
    await expect(running.throwLever({ step: 'retire', typedUrl: PRODUCTION })).rejects.toThrow('another step')
  })
})
