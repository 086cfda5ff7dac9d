import { DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { testIds } from '../../renderer/test-ids.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { expect, test } from './stage.ts'

const ENVIRONMENT = 'coupling-delete'

test('takes a coupled database out, stage by stage, and retires the old environment without it', async ({ stage }) => {
  const account = await stage.account()
  const { rds } = clientsOf(account)
  const coupled = async () =>
    (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.find(({ TagList }) =>
      TagList?.some(({ Key, Value }) => Key === 'elasticbeanstalk:environment-name' && Value === ENVIRONMENT),
    )
  const database = await coupled()
  expect(database?.DeletionProtection).toBe(false)
  const url = (await account.living()).get(ENVIRONMENT)?.CNAME ?? ''
  const { operator, page } = await stage.release(account, ENVIRONMENT)
  await expect(operator.by(testIds.dependencies)).toContainText('Goes with it')
  await operator.by(testIds.dependencies).screenshot({ path: test.info().outputPath('picture.png') })
  await expect(operator.by(testIds.proof('independent'))).toHaveAttribute('data-status', 'failed')
  await expect(operator.by(testIds.waive('independent'))).toHaveCount(0)

  const stages = ['snapshot', 'protect', 'retain', 'decouple', 'connect'] as const
  for (const [index, id] of stages.entries()) {
    await test.step(id, async () => {
      const preview = operator.by(testIds.preview)
      await expect(operator.by(testIds.lever)).toBeEnabled({ timeout: 30_000 })
      await expect(preview).toContainText(/rds:CreateDBSnapshot|rds:ModifyDBInstance|UpdateEnvironment/)
      if (id === 'connect') await page.screenshot({ path: test.info().outputPath('connect.png') })
      const later = stages.slice(index).map((each) => operator.by(testIds.proof(`stage-${each}`)))
      for (const gate of later) await expect(gate).toHaveAttribute('data-status', 'waiting')
      await operator.throwLever()
      if (id !== 'connect')
        await expect(operator.by(testIds.proof(`stage-${id}`))).toHaveAttribute('data-status', 'passed', {
          timeout: 30_000,
        })
    })
  }
  await operator.reaches('independence', 'proved')
  const { DBSnapshots } = await rds.send(
    new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: database?.DBInstanceIdentifier }),
  )
  expect(DBSnapshots).toHaveLength(1)

  await operator.walkTo('retire', { existing: '1' })
  await operator.fill(testIds.typedUrl, url)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  expect((await account.living()).has(ENVIRONMENT)).toBe(false)
  const alive = await coupled()
  expect([alive?.DBInstanceStatus, alive?.DeletionProtection]).toEqual(['available', true])
})
