import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STEP_IDS, titleOf } from '../../electron/contract/steps.ts'
import type { Report } from '../../electron/report/report.ts'
import { testIds } from '../../renderer/test-ids.ts'
import { askProduction, saveDialogAnswers } from '../../scripts/app-driver.ts'
import { expect, SHOP, test } from './stage.ts'

test('takes a release from connect to retire, and says the same as AWS', async ({ stage }) => {
  const account = await stage.account()
  const app = await stage.release(account, SHOP.environment, { bake: 1, soak: 5 })
  const { operator, page } = app

  await operator.walkTo('swap')
  await expect(page.getByTestId(testIds.lane('blue'))).toHaveAttribute('data-production', 'true')
  expect(await account.holderOf(SHOP.cname)).toBe(SHOP.environment)
  expect(await askProduction(account.descriptor, SHOP.cname)).toBe(SHOP.version)

  await operator.walkTo('retire')
  await expect(page.getByTestId(testIds.lane('green'))).toHaveAttribute('data-production', 'true')
  await expect(page.getByTestId(testIds.productionPlate)).toHaveAttribute('data-row', 'green')
  await operator.fill(testIds.typedUrl, SHOP.cname)
  await operator.throwLever()
  expect(await operator.outcome()).toBe('completed')
  for (const id of STEP_IDS) await operator.reaches(id, 'proved')
  await expect(page.getByTestId(testIds.lane('blue'))).toContainText('Terminated')
  await expect(page.getByTestId(testIds.lane('green'))).toHaveAttribute('data-production', 'true')

  const green = await account.holderOf(SHOP.cname)
  const living = await account.living()
  expect(living.has(SHOP.environment)).toBe(false)
  expect(living.get(green ?? '')?.VersionLabel).toBe('shop-1.5.0')
  expect(living.get(green ?? '')?.Health).toBe('Green')
  expect(await askProduction(account.descriptor, SHOP.cname)).toBe('shop-1.5.0')
  expect(await account.templates('shop')).toEqual([])
  for (const operation of ['CreateEnvironment', 'SwapEnvironmentCNAMEs', 'TerminateEnvironment'])
    expect([operation, await account.count(operation)]).toEqual([operation, 1])

  const folder = await stage.folder()
  for (const format of ['html', 'pdf', 'json'] as const) {
    const path = join(folder, `report.${format}`)
    await saveDialogAnswers(app, path)
    await operator.by(testIds.report(format)).click()
    await expect(page.getByText(`Saved: ${path}`)).toBeVisible()
  }
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report
  expect(report.walks.map(({ step }) => step)).toEqual(STEP_IDS)
  expect(report.fates).toEqual({ blue: 'terminated', green: 'serves' })
  expect(report.journal.damage).toBeNull()
  expect((await readFile(join(folder, 'report.pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
  const html = await readFile(join(folder, 'report.html'), 'utf8')
  expect(html).not.toMatch(/<script|\son\w+=|javascript:/i)
  expect(html).toContain(report.journal.lastHash)
  expect(html).toContain(SHOP.cname)
  for (const id of STEP_IDS) expect(html).toContain(titleOf(id, 'forward'))
})
