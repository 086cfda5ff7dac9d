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
  await expect(resolvers).toHaveAttribute('data-mark', 'waived')
  // A fresh request in four asks the silent one.
  if ((await operator.by(testIds.proof('fresh-requests')).getAttribute('data-status')) !== 'passed')
    await operator.waive('fresh-requests', reason)
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
