import { DescribeConfigurationSettingsCommand, DescribeEventsCommand } from '@aws-sdk/client-elastic-beanstalk'
import { DescribeDBInstancesCommand, ModifyDBInstanceCommand } from '@aws-sdk/client-rds'
import { testIds } from '../../renderer/test-ids.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { expect, test } from './stage.ts'

const ENVIRONMENT = 'coupling-delete'

test('releases beside a coupled database, decouples blue after the swap, and leaves the database alive', async ({
  stage,
}) => {
  const account = await stage.account()
  const { rds, beanstalk } = clientsOf(account)
  const databases = async () => (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? []
  const before = await databases()
  const coupled = async () =>
    (await databases()).find(({ TagList }) =>
      TagList?.some(({ Key, Value }) => Key === 'elasticbeanstalk:environment-name' && Value === ENVIRONMENT),
    )
  const DBInstanceIdentifier = (await coupled())?.DBInstanceIdentifier
  const url = (await account.living()).get(ENVIRONMENT)?.CNAME ?? ''
  const { operator, page } = await stage.release(account, ENVIRONMENT)
  await expect(operator.by(testIds.proof('independent'))).toHaveAttribute('data-status', 'failed')
  await expect(operator.by(testIds.route('decouple-first'))).toBeChecked()
  await operator.by(testIds.route('decouple-later')).check()
  const gate = operator.by(testIds.proof('decouple-later'))
  await expect(gate).toHaveAttribute('data-status', 'waiting', { timeout: 30_000 })
  await expect(operator.by(testIds.waive('decouple-later'))).toHaveCount(0)
  await expect(operator.by(testIds.dependencies)).toContainText('uses this one from outside')
  await page.screenshot({ path: test.info().outputPath('route.png') })
  for (const call of ['rds:CreateDBSnapshot', 'rds:ModifyDBInstance', 'ec2:CreateSecurityGroup'])
    await test.step(call, async () => {
      await expect(operator.by(testIds.preview)).toContainText(call, { timeout: 30_000 })
      await operator.throwLever()
    })
  await operator.reaches('independence', 'proved')

  await expect(operator.by(testIds.preview)).toContainText('HasCoupledDatabase = false', { timeout: 30_000 })
  await operator.fill(testIds.databasePassword, 'of-the-database')
  await page.screenshot({ path: test.info().outputPath('clone.png') })
  await operator.walkTo('swap', { existing: '1' })
  expect(await databases()).toHaveLength(before.length)

  // Another hand: whoever swaps without the protection could lose the database.
  await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }))
  await expect(operator.by(testIds.gate('decouple-later'))).toHaveAttribute('data-status', 'failed', {
    timeout: 30_000,
  })
  await expect(operator.by(testIds.lever)).toBeDisabled()
  await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: true }))
  await operator.walkTo('retire')
  const { Events = [] } = await beanstalk.send(new DescribeEventsCommand({ EnvironmentName: ENVIRONMENT }))
  expect(Events.filter(({ Message }) => Message?.startsWith('Environment update is starting'))).toEqual([])

  for (const id of ['retain', 'decouple'])
    await test.step(id, async () => {
      await expect(operator.by(testIds.preview)).toContainText(
        id === 'retain' ? 'DBDeletionPolicy' : 'HasCoupledDatabase',
        { timeout: 30_000 },
      )
      if (id === 'decouple') await page.screenshot({ path: test.info().outputPath('decouple.png') })
      await operator.throwLever()
      await expect(operator.by(testIds.proof(`stage-${id}`))).toHaveAttribute('data-status', 'passed', {
        timeout: 30_000,
      })
    })
  await operator.fill(testIds.typedUrl, url)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  await expect(operator.by(testIds.outcome)).toContainText('Deletion protection stays on')
  await page.screenshot({ path: test.info().outputPath('outcome.png') })

  const alive = await coupled()
  expect([alive?.DBInstanceStatus, alive?.DeletionProtection]).toEqual(['available', true])
  expect(await databases()).toHaveLength(before.length)
  const green = [...(await account.living()).values()].find(({ CNAME }) => CNAME === url)
  const { ConfigurationSettings = [] } = await beanstalk.send(
    new DescribeConfigurationSettingsCommand({
      ApplicationName: 'coupling',
      EnvironmentName: green?.EnvironmentName ?? '',
    }),
  )
  const settings = ConfigurationSettings[0]?.OptionSettings ?? []
  const valueOf = (name: string) => settings.find(({ OptionName }) => OptionName === name)?.Value
  expect([valueOf('HasCoupledDatabase'), valueOf('RDS_HOSTNAME'), valueOf('RDS_PASSWORD')]).toEqual([
    'false',
    alive?.Endpoint?.Address,
    'of-the-database',
  ])
})
