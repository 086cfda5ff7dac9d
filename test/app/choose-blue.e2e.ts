import { testIds } from '../../renderer/test-ids.ts'
import { askInPage, releaseIdOf } from './page-calls.ts'
import { expect, test } from './stage.ts'

const CHANGING = ['CreateConfigurationTemplate', 'CreateEnvironment', 'UpdateEnvironment', 'TerminateEnvironment']

test('refuses a coupled database at the first step, and says what would be lost', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account, 'ledger-production')
  const proof = operator.by(testIds.proof('independent'))
  await expect(proof).toHaveAttribute('data-status', 'failed')
  await expect(proof).toContainText('would delete the database and all its data')
  await expect(proof).toContainText(/The database \S+ is part of its stack \(AWSEBRDSDatabase\)/)
  await expect(proof).toContainText('Decouple the database first')
  await expect(operator.by(testIds.waive('independent'))).toHaveCount(0)
  await expect(operator.by(testIds.lever)).toContainText('Take a snapshot')
  await expect(operator.by(testIds.step('clone'))).toHaveAttribute('data-status', 'ahead')

  const releaseId = await releaseIdOf(page)
  const lever = { step: 'clone', greenName: 'ledger-green', cnamePrefix: 'ledger-green' }
  expect(await askInPage(page, 'throwLever', { releaseId, lever })).toMatchObject({
    ok: false,
    problem: { code: 'locked' },
  })
  const reason = 'The database team says that it is all right.'
  expect(
    await askInPage(page, 'waiveGate', { releaseId, step: 'independence', gate: 'independent', reason }),
  ).toMatchObject({ ok: false, problem: { code: 'locked' } })
  for (const operation of CHANGING) expect([operation, await account.count(operation)]).toEqual([operation, 0])

  await operator.choose('stop')
  expect(await operator.outcome()).toBe('stopped')
})

test('lists a worker and an environment in Updating, but lets nobody choose them', async ({ stage }) => {
  // Its update takes three hours of the account: at full speed it might be over before the list is read.
  const account = await stage.account({ speed: 60 })
  const { operator, page } = await stage.open({ account })
  await operator.connectPractice()
  await operator.by(testIds.startRelease).click()
  const worker = operator.by(testIds.environment('shop-worker'))
  await expect(worker).toContainText('A worker environment has no URL, so there is nothing to swap.')
  await expect(worker.getByRole('radio')).toBeDisabled()
  const updating = operator.by(testIds.environment('intranet-production'))
  await expect(updating).toContainText('It is being updated now. Wait until it is Ready.')
  await expect(updating.getByRole('radio')).toBeDisabled()
  await expect(operator.by(testIds.beginRelease)).toBeDisabled()

  const id = (await account.living()).get('shop-worker')?.EnvironmentId
  const settings = { bakeSeconds: 0, soakSeconds: 0, checks: [{ path: '/', expectStatus: 200, contains: '' }] }
  expect(await askInPage(page, 'startRelease', { environmentId: id, settings })).toMatchObject({
    ok: false,
    problem: { title: 'shop-worker is a worker: it has no URL' },
  })
})

test('lets one production URL have one release at a time', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await operator.by(testIds.leaveRelease).click()
  await operator.askForRelease('shop-production')
  await expect(operator.by(testIds.problem)).toContainText('in progress already')
})
