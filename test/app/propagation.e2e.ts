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

  await test.step('the report holds the pictures of it', async () => {
    const fresh = report.timeline?.lines.find(({ kind }) => kind === 'fresh')
    expect(fresh?.host).toBe(SHOP.cname)
    expect(fresh?.firstNew).not.toBeNull()
    expect(report.timeline?.traffic.length).toBeGreaterThan(2)
    const page2 = path.replace('.json', '.html')
    await saveDialogAnswers(app, page2)
    await operator.by(testIds.report('html')).click()
    await expect(page.getByText(`Saved: ${page2}`)).toBeVisible()
    const html = await readFile(page2, 'utf8')
    expect(html).toContain('aria-label="Traffic and answers over time"')
    expect(html).toMatch(/first green \d/)
  })
})

test('names the resolver that keeps the old answer past its TTL and who keeps a connection, and waits both out', async ({
  stage,
}) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('swap')
  await account.control('/faults', { name: 'keep-alive-pinned' })
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

  await test.step('the connection that is kept holds the drain, and the screen says so', async () => {
    await askInPage(page, 'setPracticeSpeed', { speed: 60 })
    await expect(resolvers).toHaveAttribute('data-status', 'passed', { timeout: 30_000 })
    const drained = operator.by(testIds.proof('drained'))
    await expect(drained).toContainText('Every name server says green: what is left are clients', { timeout: 60_000 })
    await expect(drained).toHaveAttribute('data-status', 'waiting')
    await expect(operator.by(testIds.drain)).toContainText(/stayed at about \d+\.\d requests per second for \d+ min/)
    await expect(operator.by(testIds.drain)).toContainText('Restart those clients, lower the idle timeout')
    await operator.by(testIds.help).click()
    await operator.by(testIds.helpMore('drain')).click()
    await expect(operator.by(testIds.helpPanel)).toContainText('no TTL reaches it')
    await operator.by(testIds.help).click()
    expect(await account.count('TerminateEnvironment')).toBe(0)
  })

  await test.step('the pictures show all of it, and move', async () => {
    const pictures = operator.by(testIds.pictures)
    await expect(pictures.locator('[data-kind="fresh"]')).toContainText(/first green \d\d:\d\d:\d\d/)
    await expect(pictures.locator('[data-kind="fresh"] rect[data-by="blue"]')).not.toHaveCount(0)
    await expect(pictures.locator('[data-kind="fresh"] rect[data-by="green"]')).not.toHaveCount(0)
    await expect(pictures.locator('[data-kind="domain"]').first()).toBeVisible()
    await expect(pictures).toContainText('Swap')
    const curve = pictures.locator('[data-colour="blue"] .pictures-line')
    const before = await curve.getAttribute('d')
    expect(before).toMatch(/^M[\d.]+ [\d.]+H/)
    await expect(curve).not.toHaveAttribute('d', before ?? '', { timeout: 15_000 })
    await curve.scrollIntoViewIfNeeded()
    await page.screenshot({ path: test.info().outputPath('pictures.png') })
  })

  await account.control('/faults', { name: 'keep-alive-pinned', on: false })
  await askInPage(page, 'setPracticeSpeed', { speed: 600 })
  await operator.reaches('propagation', 'proved')
})
