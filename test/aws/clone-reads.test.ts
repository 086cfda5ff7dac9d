import { readFileSync } from 'node:fs'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { openPractice, type Practice } from '../../electron/account/practice.ts'
import { type Aws, openAws } from '../../electron/aws/connect.ts'
import type { KeyPair } from '../../electron/practice/server/practice.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { type Practice as Account, startPractice } from '../practice/start-practice.ts'

let account: Account
let practice: Practice
let aws: Aws

beforeAll(async () => {
  account = await startPractice({ speed: 600, users: false })
  practice = openPractice(readDescriptor(account.descriptor))
  aws = signedBy(account)
}, 60_000)
afterAll(async () => {
  practice.close()
  await account.stop()
})

function signedBy({ accessKeyId, secretAccessKey }: KeyPair): Aws {
  const { region, endpoint } = account
  return openAws({
    region,
    endpoint,
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    clock: practice.clock,
  })
}

async function shop() {
  const [environment] = await aws.elasticBeanstalk.describeEnvironments({ names: ['shop-production'] })
  if (!environment) throw new Error('The practice account has no shop')
  const resources = (await aws.stack.resources(environment.id)) ?? []
  const physical = (logicalId: string) => resources.find((each) => each.logicalId === logicalId)?.physicalId ?? ''
  return { environment, physical }
}

describe('what a clone is chosen and compared by', () => {
  it('tells the newest platform of a branch, and none where it runs already', async () => {
    const { environment } = await shop()
    const { present, newest } = await aws.elasticBeanstalk.platforms(environment.platformArn)
    expect([present.version, newest?.version]).toEqual(['6.6.2', '6.7.0'])
    expect(newest?.parts).toMatchObject({ 'Amazon Linux': '2023', 'Node.js': '22' })
    expect((await aws.elasticBeanstalk.platforms(newest?.arn ?? '')).newest).toBeNull()
  })

  it('tries settings out against an environment', async () => {
    const namespace = 'aws:autoscaling:asg'
    const said = (value: string) =>
      aws.elasticBeanstalk.validateSettings({
        application: 'shop',
        base: { environmentName: 'shop-production' },
        settings: [{ namespace, optionName: 'MinSize', value, resourceName: null }],
      })
    expect(await said('3')).toEqual([])
    expect(await said('40')).toMatchObject([{ severity: 'error', message: expect.stringContaining('MaxSize') }])
  })

  it('reads what a saved configuration holds', async () => {
    const { environment } = await shop()
    const template = { application: 'shop', templateName: 'saved', environmentId: environment.id }
    await aws.elasticBeanstalk.createTemplate({ ...template, description: 'Saved', tags: [] })
    const settings = await aws.elasticBeanstalk.templateSettings('shop', 'saved')
    expect(settings.find(({ optionName }) => optionName === 'MinSize')?.value).toBe('2')
  })

  it('reads listeners with their certificates', async () => {
    const { physical } = await shop()
    expect(await aws.network.listeners(physical('AWSEBV2LoadBalancer'))).toMatchObject([
      { port: 80, protocol: 'HTTP', certificates: [] },
      { port: 443, protocol: 'HTTPS', certificates: [expect.stringContaining(':certificate/')] },
    ])
  })

  it('reads, adds and takes away rules, each as often as it is asked', async () => {
    const { physical } = await shop()
    const groupId = physical('AWSEBLoadBalancerSecurityGroup')
    const rule = { groupId, protocol: 'tcp', fromPort: 8080, toPort: 8080, source: '198.51.100.0/24' }
    const here = async () => (await aws.network.ingress([groupId])).filter(({ fromPort }) => fromPort === 8080)
    await aws.network.allowIngress(groupId, [rule])
    await aws.network.allowIngress(groupId, [rule])
    expect(await here()).toEqual([rule])
    await aws.network.revokeIngress(groupId, [rule])
    await aws.network.revokeIngress(groupId, [rule])
    expect(await here()).toEqual([])
  })
})

describe('a user who has only the policy for operators', () => {
  const policy: unknown = JSON.parse(
    readFileSync(new URL('../../resources/iam/operator-policy.json', import.meta.url), 'utf8'),
  )

  it('repairs the groups of an environment, and touches no other group', async () => {
    const keys = await account.control<KeyPair>('/users', { name: 'release-operator', policy })
    const { network } = signedBy(keys)
    const { physical } = await shop()
    const { SecurityGroups = [] } = await clientsOf(account).ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['shop-database'] }] }),
    )
    const foreign = SecurityGroups[0]?.GroupId ?? ''
    const rule = { protocol: 'tcp', fromPort: 8443, toPort: 8443, source: '198.51.100.0/24' }
    const here = async (groupId: string) =>
      (await network.ingress([groupId])).filter(({ fromPort }) => fromPort === 8443)
    for (const groupId of [physical('AWSEBSecurityGroup'), physical('AWSEBLoadBalancerSecurityGroup')]) {
      await network.allowIngress(groupId, [{ ...rule, groupId }])
      expect(await here(groupId)).toEqual([{ ...rule, groupId }])
      await network.revokeIngress(groupId, [{ ...rule, groupId }])
      expect(await here(groupId)).toEqual([])
    }
    await expect(network.allowIngress(foreign, [{ ...rule, groupId: foreign }])).rejects.toMatchObject({
      problem: {
        code: 'access-denied',
        title: 'You are not allowed to perform ec2:AuthorizeSecurityGroupIngress',
        detail: expect.stringContaining(`security-group/${foreign}`),
      },
    })
    expect(await here(foreign)).toEqual([])
  })
})
