import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { DescribeConfigurationSettingsCommand } from '@aws-sdk/client-elastic-beanstalk'
import { testIds } from '../../renderer/test-ids.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { expect, SHOP, test } from './stage.ts'

test('finds green’s URL taken between the check and the create, and takes another', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await account.control('/faults', { name: 'cname-taken' })
  await operator.throwLever()
  await expect(operator.by(testIds.problem)).toHaveAttribute('data-problem', 'name-taken')
  await expect(operator.by(testIds.problem)).toContainText('Choose another CNAME prefix for green')
  expect(await account.templates('shop')).toEqual([])

  await operator.fill(testIds.cnamePrefix, 'shop-next-week')
  await operator.throwLever()
  await operator.reaches('clone', 'proved')
  expect(await account.holderOf('shop-next-week.eu-central-1.elasticbeanstalk.com')).toMatch(/^shop-production-/)
  expect(await account.templates('shop')).toEqual([])
})

test('sees that green was created Red, and takes it away again', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await account.control('/faults', { name: 'create-ends-red' })
  await operator.throwLever()
  await operator.reaches('clone', 'stuck')
  await expect(operator.by(testIds.problem)).toContainText('was created, but it is not healthy')
  await expect(operator.by(testIds.problem)).toContainText('Production is untouched')
  await expect(operator.by(testIds.proof('green-ok'))).not.toHaveAttribute('data-status', 'passed')

  await operator.rollBack()
  expect(await operator.outcome()).toBe('rolled-back')
  expect([...(await account.living()).keys()].filter((name) => name.startsWith(SHOP.environment))).toEqual([
    SHOP.environment,
  ])
})

test('goes on through throttling and errors of AWS, and does nothing twice', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  // Not before: a question of the operator that fails three times in a row is told, and asked again by hand.
  await account.control('/faults', { name: 'throttle', probability: 0.1 })
  await account.control('/faults', { name: 'server-error', probability: 0.05 })
  await operator.walkTo('retire')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  const { operations } = await account.control<{ operations: readonly { kind: string }[] }>('/calls')
  const kinds = operations.map(({ kind }) => kind)
  for (const kind of ['create', 'deploy', 'swap', 'terminate'])
    expect([kind, kinds.filter((each) => each.startsWith(kind)).length]).toEqual([kind, 1])
})

test('makes green otherwise where that was chosen, and gives back what it held off', async ({ stage }) => {
  const account = await stage.account()
  const { beanstalk } = clientsOf(account)
  const optionOf = async (environment: string, option: string) => {
    const { ConfigurationSettings = [] } = await beanstalk.send(
      new DescribeConfigurationSettingsCommand({ ApplicationName: 'shop', EnvironmentName: environment }),
    )
    return ConfigurationSettings[0]?.OptionSettings?.find(({ OptionName }) => OptionName === option)?.Value
  }
  const { now } = await account.control<{ now: number }>('/clock')
  const day = new Date(now + 3 * 86_400_000).toUTCString().slice(0, 3)
  for (const [optionName, value] of [
    ['PreferredStartTime', `${day}:03:00`],
    ['ManagedActionsEnabled', 'true'],
  ]) {
    const namespace = 'aws:elasticbeanstalk:managedactions'
    await account.control('/drift', {
      action: 'set-option',
      environment: SHOP.environment,
      namespace,
      optionName,
      value,
    })
    await expect.poll(async () => (await account.living()).get(SHOP.environment)?.Status).toBe('Ready')
  }
  const blue = (await account.living()).get(SHOP.environment)

  const { operator, page } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await page.getByRole('button', { name: 'More options' }).click()
  await operator.by(testIds.clonePlatform('newest')).click()
  await expect(operator.by(testIds.clonePlatform('newest'))).toContainText('6.6.2 → 6.7.0')
  await operator.fill(testIds.cloneMinSize, '40')
  await operator.throwLever()
  // A dry run by Elastic Beanstalk itself, before anything is made.
  await expect(operator.by(testIds.gate('settings-valid'))).toHaveAttribute('data-status', 'failed')
  expect(await account.templates('shop')).toEqual([])
  await operator.fill(testIds.cloneMinSize, '3')
  await operator.throwLever()
  await operator.reaches('clone', 'proved')

  const name = [...(await account.living()).keys()].find((each) => each.startsWith('shop-production-')) ?? ''
  const green = (await account.living()).get(name)
  expect(green?.PlatformArn).toContain('/6.7.0')
  expect(await optionOf(name, 'MinSize')).toBe('3')
  expect(await optionOf(name, 'ManagedActionsEnabled')).toBe('false')
  expect(await account.templates('shop')).toEqual([])

  await operator.walkTo('retire')
  expect(await optionOf(SHOP.environment, 'ManagedActionsEnabled')).toBe('true')
  expect((await account.living()).get(SHOP.environment)?.PlatformArn).toBe(blue?.PlatformArn)
  expect(await optionOf(name, 'ManagedActionsEnabled')).toBe('false')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  expect(await optionOf(name, 'ManagedActionsEnabled')).toBe('true')
  // That was chosen, not held.
  expect(await optionOf(name, 'MinSize')).toBe('3')
})

test('sees that the clone is open to the internet and smaller than blue, and repairs both', async ({ stage }) => {
  const account = await stage.account()
  const { beanstalk, ec2 } = clientsOf(account)
  const groupOf = async (environment: string) => {
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [{ Name: 'group-name', Values: [`awseb-${environment}-stack-AWSEBLoadBalancerSecurityGroup-*`] }],
      }),
    )
    return SecurityGroups[0]
  }
  const ranges = async (environment: string) =>
    (await groupOf(environment))?.IpPermissions?.flatMap(({ FromPort, IpRanges = [] }) =>
      IpRanges.map(({ CidrIp }) => `${FromPort} ${CidrIp}`),
    ).toSorted()
  const blue = (await account.living()).get(SHOP.environment)
  const GroupId = (await groupOf(blue?.EnvironmentId ?? ''))?.GroupId ?? ''
  const rule = { GroupId, IpProtocol: 'tcp', FromPort: 80, ToPort: 80 }
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ ...rule, CidrIp: '198.51.100.0/24' }))
  await ec2.send(new RevokeSecurityGroupIngressCommand({ ...rule, CidrIp: '0.0.0.0/0' }))
  await account.control('/drift', { action: 'scale', environment: SHOP.environment, instances: 4 })

  const { operator } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await operator.throwLever()
  await expect(operator.by(testIds.proof('same-ingress'))).toHaveAttribute('data-status', 'failed')
  await expect(operator.by(testIds.proof('same-ingress'))).toContainText('Green is more open than blue')
  await expect(operator.by(testIds.fidelity)).toContainText('TCP 80 from the whole internet (0.0.0.0/0)')
  await expect(operator.by(testIds.proof('same-capacity'))).toHaveAttribute('data-status', 'failed')

  await operator.by(testIds.repair('ingress')).click()
  await operator.by(testIds.repairConfirm).click()
  await expect(operator.by(testIds.proof('same-ingress'))).toHaveAttribute('data-status', 'passed')
  const name = [...(await account.living()).keys()].find((each) => each.startsWith('shop-production-')) ?? ''
  const green = (await account.living()).get(name)?.EnvironmentId ?? ''
  expect(await ranges(green)).toEqual(['443 0.0.0.0/0', '80 198.51.100.0/24'])
  expect(await ranges(blue?.EnvironmentId ?? '')).toEqual(['443 0.0.0.0/0', '80 198.51.100.0/24'])

  await operator.by(testIds.repair('capacity')).click()
  await operator.by(testIds.repairConfirm).click()
  await operator.reaches('clone', 'proved')
  const minimum = async () => {
    const { ConfigurationSettings = [] } = await beanstalk.send(
      new DescribeConfigurationSettingsCommand({ ApplicationName: 'shop', EnvironmentName: name }),
    )
    return ConfigurationSettings[0]?.OptionSettings?.find(({ OptionName }) => OptionName === 'MinSize')?.Value
  }
  expect(await minimum()).toBe('4')
})
