import { testIds } from '../../renderer/test-ids.ts'
import { askInPage, releaseIdOf } from './page-calls.ts'
import { expect, SHOP, test } from './stage.ts'

test('terminates nothing without the production URL typed, nor while blue holds it', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('retire')
  const green = (await account.holderOf(SHOP.cname)) ?? ''
  const lever = operator.by(testIds.lever)
  const retire = async (typedUrl: string) =>
    askInPage(page, 'throwLever', { releaseId: await releaseIdOf(page), lever: { step: 'retire', typedUrl } })

  await test.step('another URL was typed', async () => {
    await expect(lever).toBeDisabled()
    await expect(operator.by(testIds.leverReason)).toContainText('until you have typed the production URL')
    await operator.fill(testIds.typedUrl, 'shop.example.com')
    await expect(page.getByText('This is not the production URL.')).toBeVisible()
    await expect(lever).toBeDisabled()
    expect(await retire('shop.example.com')).toMatchObject({ ok: false, problem: { code: 'bad-input' } })
  })

  await test.step('another hand has swapped the URLs back', async () => {
    // Before the swap is seen: the field goes with the lever.
    await operator.fill(testIds.typedUrl, SHOP.cname)
    await account.control('/drift', { action: 'swap', environment: green, with: SHOP.environment })
    const gate = operator.by(testIds.gate('holds-no-production'))
    await expect(gate).toHaveAttribute('data-status', 'failed')
    await expect(gate).toContainText('terminating it would take production down')
    await expect(operator.by(testIds.waive('holds-no-production'))).toHaveCount(0)
    await expect(operator.by(testIds.problem)).toContainText('Somebody has swapped the URLs back')
    await expect(lever).toHaveCount(0)
    await expect(operator.by(testIds.lane('blue'))).toHaveAttribute('data-production', 'true')
    expect(await retire(SHOP.cname)).toMatchObject({ ok: false, problem: { code: 'drift' } })
    expect(await account.count('TerminateEnvironment')).toBe(0)
  })

  await test.step('and goes on once they are as the release left them', async () => {
    await account.control('/drift', { action: 'swap', environment: SHOP.environment, with: green })
    await expect(operator.by(testIds.gate('holds-no-production'))).toHaveAttribute('data-status', 'passed')
    await operator.throwLever()
    expect(await operator.outcome()).toBe('completed')
    expect(await account.count('TerminateEnvironment')).toBe(1)
    expect((await account.living()).has(SHOP.environment)).toBe(false)
  })
})

test('does not terminate while another security group refers to it', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account, 'reports-production')
  const reaches = operator.by(testIds.proof('reaches-data'))
  await expect(reaches).toHaveAttribute('data-status', 'failed')
  await expect(reaches).toContainText('green has another one and is refused')
  await operator.waive('reaches-data', 'The reports need no database while they are tested.')
  await operator.walkTo('retire', { existing: '2026-10' })
  const gate = operator.by(testIds.gate('no-dependants'))
  await expect(gate).toHaveAttribute('data-status', 'failed')
  await expect(gate).toContainText('reports-database')
  await expect(gate).toContainText('the termination would hang')
  await operator.fill(testIds.typedUrl, 'reports.elasticbeanstalk.com')
  await expect(operator.by(testIds.lever)).toBeDisabled()
  await expect(operator.by(testIds.leverReason)).toContainText('No other security group refers to reports-production')
  expect(await account.count('TerminateEnvironment')).toBe(0)

  await account.control('/drift', { action: 'remove-references', environment: 'reports-production' })
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  expect((await account.living()).has('reports-production')).toBe(false)
})

test('does not terminate what it may not look into', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('retire')
  await account.control('/faults', { name: 'access-denied', action: 'cloudformation:ListStackResources' })
  await operator.fill(testIds.typedUrl, SHOP.cname)
  const gate = operator.by(testIds.gate('independent'))
  await expect(gate).toHaveAttribute('data-status', 'unknown')
  await expect(operator.by(testIds.waive('independent'))).toHaveCount(0)
  await expect(operator.by(testIds.lever)).toBeDisabled()
  expect(await account.count('TerminateEnvironment')).toBe(0)

  await test.step('and offers the way back while it cannot prove that it is gone', async () => {
    await account.control('/faults', { name: 'access-denied', on: false })
    await expect(operator.by(testIds.lever)).toBeEnabled({ timeout: 30_000 })
    await askInPage(page, 'setPracticeSpeed', { speed: 20 })
    await operator.throwLever()
    await expect(async () => expect(await account.count('TerminateEnvironment')).toBe(1)).toPass()
    await account.control('/faults', { name: 'access-denied', action: 'cloudformation:ListStackResources' })
    await expect(operator.by(testIds.rebuild)).toHaveCount(0)
    await account.control('/clock', { speed: 600 })
    await expect(operator.by(testIds.proof('stack-gone'))).toHaveAttribute('data-status', 'unknown', {
      timeout: 30_000,
    })
    await operator.by(testIds.rebuild).click()
    await operator.by(testIds.rebuildConfirm).click()
    expect(await operator.outcome()).toBe('stopped')
    await expect(operator.by(testIds.outcome)).toContainText('Elastic Beanstalk was asked for it')
    await expect(async () => expect((await account.living()).get(SHOP.environment)?.Status).toBe('Ready')).toPass({
      timeout: 30_000,
    })
    expect(await account.count('RebuildEnvironment')).toBe(1)
    expect(await account.count('TerminateEnvironment')).toBe(1)
    expect(await account.holderOf(SHOP.cname)).not.toBe(SHOP.environment)
  })
})

test('says why a termination was given up by AWS, and tries again once the cause is gone', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('retire')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  // Slow enough to do something while it is being terminated.
  await askInPage(page, 'setPracticeSpeed', { speed: 20 })
  await operator.throwLever()
  await expect(async () => expect(await account.count('TerminateEnvironment')).toBe(1)).toPass()
  // Somebody lets blue's security group in after it was looked at.
  await account.control('/drift', { action: 'refer-to-group', environment: SHOP.environment, on: true })
  // What happens is at the top, wherever the operator reads.
  await page.locator('.step-scroll').evaluate((frame) => frame.scrollTo(0, frame.scrollHeight))
  await account.control('/clock', { speed: 600 })
  const problem = operator.by(testIds.problem)
  await expect(problem).toContainText(`${SHOP.environment} was not terminated`, { timeout: 30_000 })
  await expect(problem).toBeInViewport({ ratio: 0.9 })
  await expect(problem).toContainText('CloudFormation could not delete AWSEBSecurityGroup')
  await expect(problem).toContainText('Production is not affected')
  await expect(problem).toContainText('remove that rule in the EC2 console')
  await page.screenshot({ path: test.info().outputPath('stuck.png') })

  await account.control('/drift', { action: 'remove-references', environment: SHOP.environment })
  await operator.choose('retry')
  expect(await operator.outcome()).toBe('completed')
  expect(await account.count('TerminateEnvironment')).toBe(2)
  expect((await account.living()).has(SHOP.environment)).toBe(false)
})
