import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { openPractice, type Practice } from '../../electron/account/practice.ts'
import { type Aws, openAws } from '../../electron/aws/connect.ts'
import { type Practice as Account, startPractice } from '../practice/start-practice.ts'

let account: Account
let practice: Practice
let aws: Aws

beforeAll(async () => {
  account = await startPractice({ speed: 600 })
  practice = openPractice(readDescriptor(account.descriptor))
  aws = openAws({
    region: account.region,
    endpoint: account.endpoint,
    credentials: async () => account,
    clock: practice.clock,
  })
})
afterAll(async () => {
  practice.close()
  await account.stop()
})

async function callsOf(operation: string): Promise<number> {
  const { calls } = await account.control<{ calls: Readonly<Record<string, number>> }>('/calls')
  return calls[operation] ?? 0
}

describe('Route 53', () => {
  it('tells every record that leads somewhere, and nothing else', async () => {
    const { records, complete } = await aws.domainRecords.all()
    expect(complete).toBe(true)
    expect(records.map(({ name, type, isAlias }) => `${name} ${type} ${isAlias}`).toSorted()).toEqual([
      'api.shop.example A true',
      'shop.example A true',
      'www.shop.example CNAME false',
    ])
    expect(records.find(({ name }) => name === 'api.shop.example')?.targets[0]).toMatch(/^dualstack\..*amazonaws\.com$/)
  })

  it('is asked once for all who ask within a minute', async () => {
    const before = await callsOf('route53:ListResourceRecordSets')
    await Promise.all([aws.domainRecords.all(), aws.domainRecords.all()])
    const after = await callsOf('route53:ListResourceRecordSets')
    expect(after - before).toBeLessThanOrEqual(1)
  })

  it('says which permission is missing, and asks again once it is there', async () => {
    await practice.jump(1_200)
    await account.control('/faults', { name: 'access-denied', action: 'route53:ListHostedZones' })
    await expect(aws.domainRecords.all()).rejects.toMatchObject({
      problem: { code: 'access-denied', title: expect.stringContaining('route53:ListHostedZones') },
    })
    await account.control('/faults', { name: 'access-denied', on: false })
    expect((await aws.domainRecords.all()).records).toHaveLength(3)
  })
})

describe('CloudWatch', () => {
  it('counts the requests of an environment’s load balancer by the minute', async () => {
    await practice.jump(1_200)
    const shop = (await aws.listApplications()).find(({ name }) => name === 'shop')?.environments[0]
    const resources = await aws.stack.resources(shop?.id ?? '')
    const balancer = resources?.find(({ logicalId }) => logicalId === 'AWSEBV2LoadBalancer')?.physicalId ?? ''
    let minutes: Awaited<ReturnType<Aws['requestCounts']['perMinute']>> = []
    for (let tries = 0; tries < 100 && minutes.length === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      minutes = await aws.requestCounts.perMinute(balancer, practice.clock.now() - 3_600_000)
    }
    expect(minutes.length).toBeGreaterThan(0)
    expect(minutes.every(({ at, requests }) => at % 60_000 === 0 && requests > 0)).toBe(true)
    expect(minutes.map(({ at }) => at)).toEqual(minutes.map(({ at }) => at).toSorted((a, b) => a - b))
  })

  it('has nothing of a load balancer that there is not', async () => {
    expect(await aws.requestCounts.perMinute('awseb-e-none', practice.clock.now() - 600_000)).toEqual([])
  })
})
