import { testIds } from '../../renderer/test-ids.ts'
import { askProduction } from '../../scripts/app-driver.ts'
import { expect, SHOP, test } from './stage.ts'

test('rolls back before the swap: green goes, production was never touched', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('deploy')
  expect((await account.living()).size).toBeGreaterThan(1)
  const before = await account.living()
  const green = [...before.keys()].find((name) => name.startsWith(`${SHOP.environment}-`))
  expect(green).toBeDefined()

  await operator.by(testIds.rollBack).click()
  await expect(page.getByRole('dialog')).toContainText(`${SHOP.cname} stays with blue`)
  await operator.by(testIds.rollBackConfirm).click()
  expect(await operator.outcome()).toBe('rolled-back')
  await expect(operator.by(testIds.outcome)).toContainText('Green is gone')
  await expect(operator.by(testIds.lane('blue'))).toHaveAttribute('data-production', 'true')

  const after = await account.living()
  expect(after.has(green ?? '')).toBe(false)
  expect(after.get(SHOP.environment)?.DateUpdated).toEqual(before.get(SHOP.environment)?.DateUpdated)
  expect(await account.holderOf(SHOP.cname)).toBe(SHOP.environment)
  expect(await account.templates('shop')).toEqual([])
  expect(await account.count('SwapEnvironmentCNAMEs')).toBe(0)
  expect(await account.count('TerminateEnvironment')).toBe(1)
})

test('rolls back after the swap: production answers with the old version again, then green goes', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account, SHOP.environment, { soak: 60 })
  await operator.walkTo('propagation')
  expect(await askProduction(account.descriptor, SHOP.cname)).toBe('shop-1.5.0')

  await operator.rollBack()
  await operator.reaches('swap', 'proved')
  await expect(operator.by(testIds.lane('blue'))).toHaveAttribute('data-production', 'true')
  expect(await account.holderOf(SHOP.cname)).toBe(SHOP.environment)
  await operator.reaches('propagation', 'proved')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('rolled-back')

  const living = await account.living()
  expect([...living.keys()].filter((name) => name.startsWith(SHOP.environment))).toEqual([SHOP.environment])
  expect(living.get(SHOP.environment)?.VersionLabel).toBe(SHOP.version)
  expect(await askProduction(account.descriptor, SHOP.cname)).toBe(SHOP.version)
  expect(await account.count('SwapEnvironmentCNAMEs')).toBe(2)
  expect(await account.count('TerminateEnvironment')).toBe(1)
})

test('stops where the operator says so, and leaves AWS as it is', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.walkTo('deploy')
  await operator.choose('stop')
  expect(await operator.outcome()).toBe('stopped')
  await expect(operator.by(testIds.outcome)).toContainText('costs money')
  expect(await account.count('TerminateEnvironment')).toBe(0)
  expect([...(await account.living()).keys()].filter((name) => name.startsWith(SHOP.environment))).toHaveLength(2)
})
