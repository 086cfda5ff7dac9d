import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '../../electron/report/report.ts'
import { testIds } from '../../renderer/test-ids.ts'
import { saveDialogAnswers } from '../../scripts/app-driver.ts'
import { askInPage, releaseIdOf } from './page-calls.ts'
import { expect, SHOP, test } from './stage.ts'

test('waits for a name server that does not answer, names it, and goes on with a reason', async ({ stage }) => {
  const account = await stage.account()
  const app = await stage.release(account)
  const { operator, page } = app
  await operator.walkTo('swap')
  await account.control('/faults', { name: 'dns-silent', resolver: 'public-b' })
  await operator.walkTo('propagation')
  const resolvers = operator.by(testIds.proof('resolvers'))
  await expect(resolvers).toContainText(/not yet: public-b \(silent\)\./, { timeout: 30_000 })
  await expect(resolvers).toHaveAttribute('data-status', 'waiting')

  await test.step('and retires nothing meanwhile', async () => {
    const lever = { step: 'retire', typedUrl: SHOP.cname }
    const releaseId = await releaseIdOf(page)
    expect(await askInPage(page, 'throwLever', { releaseId, lever })).toMatchObject({
      ok: false,
      problem: { code: 'locked' },
    })
    await operator.by(testIds.step('retire')).click()
    await expect(page.getByText('This step is still ahead.')).toBeVisible()
    await expect(operator.by(testIds.lever)).toHaveCount(0)
    await operator.by(testIds.step('propagation')).click()
    expect(await account.count('TerminateEnvironment')).toBe(0)
  })

  const reason = 'public-b was switched off yesterday, ticket 4711.'
  await operator.waive('resolvers', reason)
  // One reason is enough: nobody is sent on by a server that says nothing, so that no fresh request begins there.
  await operator.reaches('propagation', 'proved')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  const path = join(await stage.folder(), 'report.json')
  await saveDialogAnswers(app, path)
  await operator.by(testIds.report('json')).click()
  await expect(page.getByText(`Saved: ${path}`)).toBeVisible()
  const report = JSON.parse(await readFile(path, 'utf8')) as Report
  expect(report.waivers.find(({ gate }) => gate === 'resolvers')?.reason).toBe(reason)
})

test('names the resolver that keeps the old answer past its TTL, says when it can be safe at the earliest, and waits it out', async ({
  stage,
}) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('swap')
  // It keeps what it has for as long as the test says: when its own five minutes run out is a matter of luck.
  await account.control('/faults', { name: 'dns-stuck', resolver: 'provider' })
  await askInPage(page, 'setPracticeSpeed', { speed: 20 })
  await operator.walkTo('propagation')
  const row = page.locator('li.resolver').filter({ hasText: 'provider' })
  await expect(row).toHaveAttribute('data-overruns', 'true', { timeout: 30_000 })
  await expect(row).toContainText('past its TTL')
  await expect(row).toContainText('nobody can say when it follows')
  await expect(row).not.toContainText('forgets in')
  const resolvers = operator.by(testIds.proof('resolvers'))
  await expect(resolvers).toContainText('Longer than the TTL allows, the old answer is kept by provider.')
  await expect(operator.by(testIds.notBefore)).toContainText('Nobody can say when provider')
  expect(await account.count('TerminateEnvironment')).toBe(0)
  await account.control('/faults', { name: 'dns-stuck', on: false })
  await expect(operator.by(testIds.notBefore)).toContainText('provider must go on saying the new answer for two TTLs')
  await operator.reaches('propagation', 'proved')
})
