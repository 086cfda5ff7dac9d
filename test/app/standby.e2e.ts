import { DescribeConfigurationSettingsCommand, DescribeEventsCommand } from '@aws-sdk/client-elastic-beanstalk'
import { testIds } from '../../renderer/test-ids.ts'
import { askProduction } from '../../scripts/app-driver.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { askInPage } from './page-calls.ts'
import { type Account, expect, SHOP, test } from './stage.ts'

async function sizeOf(account: Account): Promise<string> {
  const { ConfigurationSettings = [] } = await clientsOf(account).beanstalk.send(
    new DescribeConfigurationSettingsCommand({ ApplicationName: 'shop', EnvironmentName: SHOP.environment }),
  )
  const value = (name: string) =>
    ConfigurationSettings[0]?.OptionSettings?.find(
      ({ Namespace, OptionName }) => Namespace === 'aws:autoscaling:asg' && OptionName === name,
    )?.Value
  return `${value('MinSize')} to ${value('MaxSize')}`
}

test('keeps blue on standby as one instance, and scales it up again before the way back', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('retire')
  expect(await sizeOf(account)).toBe('2 to 4')

  await test.step('the standby locks the lever and says until when', async () => {
    await operator.by(testIds.retirement('standby')).check()
    await operator.fill(testIds.standbyHours, '48')
    await page.getByText('Shrink it to one instance first').click()
    await operator.by(testIds.saveRetirement).click()
    await expect(operator.by(testIds.preview)).toContainText('MinSize = 1, MaxSize = 1')
    await page.screenshot({ path: test.info().outputPath('shrink.png') })
  })

  await test.step('it is shrunk by a lever of its own', async () => {
    await operator.throwLever()
    await expect(operator.by(testIds.gate('standby'))).toHaveAttribute('data-status', 'waiting', { timeout: 30_000 })
    expect(await sizeOf(account)).toBe('1 to 1')
    await expect(operator.by(testIds.lever)).toBeDisabled()
    await expect(operator.by(testIds.lever)).toContainText('Terminate blue')
    await expect(operator.by(testIds.progress).first()).toContainText('is kept on standby')
    await page.screenshot({ path: test.info().outputPath('standby.png') })
    expect(await account.count('TerminateEnvironment')).toBe(0)
  })

  await test.step('the way back scales it up before it swaps', async () => {
    const updates = await account.count('UpdateEnvironment')
    await operator.rollBack()
    await expect(async () => expect(await account.count('UpdateEnvironment')).toBe(updates + 1)).toPass()
    await operator.reaches('swap', 'proved')
    // Newest first: the update had ended before the swap began.
    const { Events = [] } = await clientsOf(account).beanstalk.send(
      new DescribeEventsCommand({ EnvironmentName: SHOP.environment }),
    )
    const newest = (message: string) => Events.findIndex(({ Message }) => Message === message)
    expect(newest('swapEnvironmentCNAMEs is starting.')).toBeGreaterThan(-1)
    expect(newest('swapEnvironmentCNAMEs is starting.')).toBeLessThan(
      newest('Environment update completed successfully.'),
    )
    expect(await account.count('SwapEnvironmentCNAMEs')).toBe(2)
    expect(await sizeOf(account)).toBe('2 to 4')
    expect(await askProduction(account.descriptor, SHOP.cname)).toBe(SHOP.version)
    await operator.reaches('propagation', 'proved')
    await operator.fill(testIds.typedUrl, SHOP.cname)
    await operator.throwLever()
    expect(await operator.outcome()).toBe('rolled-back')
  })
})

test('terminates after the standby, and brings blue back while it can be rebuilt', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('retire')
  const before = (await account.living()).get(SHOP.environment)

  await operator.by(testIds.retirement('standby')).check()
  await operator.fill(testIds.standbyHours, '24')
  await operator.by(testIds.saveRetirement).click()
  const standby = operator.by(testIds.gate('standby'))
  await expect(standby).toHaveAttribute('data-status', 'waiting')
  await account.control('/clock', { jumpSeconds: 24 * 3600 })
  await expect(standby).toHaveAttribute('data-status', 'passed', { timeout: 30_000 })
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  expect((await account.living()).has(SHOP.environment)).toBe(false)

  await test.step('a rebuild brings it back under its id, and production stays', async () => {
    await page.screenshot({ path: test.info().outputPath('outcome.png') })
    await operator.by(testIds.rebuild).click()
    await operator.by(testIds.rebuildConfirm).click()
    await expect(operator.by(testIds.outcome)).toContainText('Elastic Beanstalk was asked for it')
    await expect(async () => {
      const back = (await account.living()).get(SHOP.environment)
      expect([back?.EnvironmentId, back?.Status]).toEqual([before?.EnvironmentId, 'Ready'])
    }).toPass({ timeout: 30_000 })
    expect((await account.living()).get(SHOP.environment)?.VersionLabel).toBe(SHOP.version)
    expect(await account.holderOf(SHOP.cname)).not.toBe(SHOP.environment)
    expect(await account.count('RebuildEnvironment')).toBe(1)
  })

  await test.step('a second time is refused in words', async () => {
    const { value } = await askInPage(page, 'listReleases', {})
    const [release] = value as readonly { readonly id: string }[]
    const again = await askInPage(page, 'rebuildBlue', { releaseId: release?.id })
    expect(again).toMatchObject({ ok: false, problem: { title: 'shop-production is there already' } })
    expect(await account.count('RebuildEnvironment')).toBe(1)
  })
})
