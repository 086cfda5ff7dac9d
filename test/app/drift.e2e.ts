import { testIds } from '../../renderer/test-ids.ts'
import { expect, SHOP, test } from './stage.ts'

test('says what another hand did, hands it over, and goes on only by the operator’s word', async ({ stage }) => {
  const account = await stage.account()
  const app = await stage.release(account)
  const { operator, page, application } = app
  await operator.walkTo('swap')
  const blue = (await account.living()).get(SHOP.environment)
  await account.control('/drift', { action: 'deploy', environment: SHOP.environment, versionLabel: '1.4.1' })
  const problem = operator.by(testIds.problem)
  await expect(problem).toContainText('Somebody has deployed 1.4.1 to blue', { timeout: 30_000 })
  await expect(problem).toHaveAttribute('data-problem', 'drift')

  await page.screenshot({ path: test.info().outputPath('drift.png') })

  await test.step('nothing can be swapped meanwhile', async () => {
    await expect(operator.by(testIds.lever)).toHaveCount(0)
    expect(await account.count('SwapEnvironmentCNAMEs')).toBe(0)
  })

  await test.step('the text for the administrator names everything', async () => {
    await operator.by(testIds.choice('hand-over')).click()
    const text = operator.by(testIds.handOverText)
    await expect(text).toContainText(blue?.EnvironmentId ?? 'an id')
    await expect(text).toContainText('Somebody has deployed 1.4.1 to blue')
    await expect(text).toContainText(/create-environment, answered/)
    await page.screenshot({ path: test.info().outputPath('hand-over.png') })
    await operator.by(testIds.handOverCopy).click()
    await expect(page.getByText('Copied.')).toBeVisible()
    const copied = await application.evaluate(({ clipboard }) => clipboard.readText())
    expect(copied).toContain(SHOP.cname)
    await page.keyboard.press('Escape')
    await expect(text).toHaveCount(0)
  })

  await operator.by(testIds.choice('accept-drift')).click()
  await operator.by(testIds.choiceConfirm).click()
  await expect(problem).toHaveCount(0)
  await operator.walkTo('retire')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
})

test('ends cleanly when somebody terminates green', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.walkTo('test')
  const green = [...(await account.living()).keys()].find((name) => name.startsWith(`${SHOP.environment}-`))
  await account.control('/drift', { action: 'terminate', environment: green })
  await expect(operator.by(testIds.problem)).toContainText(`${green} was terminated by another hand`, {
    timeout: 30_000,
  })
  await expect(operator.by(testIds.lever)).toHaveCount(0)
  await operator.by(testIds.rollBack).click()
  await operator.by(testIds.rollBackConfirm).click()
  expect(await operator.outcome()).toBe('rolled-back')
  expect(await account.holderOf(SHOP.cname)).toBe(SHOP.environment)
  expect(await account.count('TerminateEnvironment')).toBe(0)
})
