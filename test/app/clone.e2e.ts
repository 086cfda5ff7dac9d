import { testIds } from '../../renderer/test-ids.ts'
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
  await account.control('/faults', { name: 'throttle', probability: 0.1 })
  await account.control('/faults', { name: 'server-error', probability: 0.05 })
  const { operator } = await stage.release(account)
  await operator.walkTo('retire')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  const { operations } = await account.control<{ operations: readonly { kind: string }[] }>('/calls')
  const kinds = operations.map(({ kind }) => kind)
  for (const kind of ['create', 'deploy', 'swap', 'terminate'])
    expect([kind, kinds.filter((each) => each.startsWith(kind)).length]).toEqual([kind, 1])
})
