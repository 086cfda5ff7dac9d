import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testIds } from '../../renderer/test-ids.ts'
import { askInPage, releaseIdOf } from './page-calls.ts'
import { type Account, expect, type OpenedApp, SHOP, type Stage, test } from './stage.ts'

const SPEED = 200
/** Slow enough for a window to be closed in the middle of a step, on a busy machine too. */
const SLOW = 20

test('goes on in the middle of a clone after it was closed, and makes one green', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  await first.operator.walkTo('clone')
  await askInPage(first.page, 'setPracticeSpeed', { speed: SLOW })
  await first.operator.throwLever()
  await first.operator.reaches('clone', 'watching')
  await first.close()
  expect(await account.templates('shop')).toHaveLength(1)
  await account.control('/clock', { speed: SPEED })

  // AWS takes its time to say who is signing in: the window is there before.
  process.kill(account.pid, 'SIGSTOP')
  const { operator } = await stage.open({ account, userData: first.userData })
  await operator
    .by(testIds.screen('connect'))
    .waitFor()
    .finally(() => process.kill(account.pid, 'SIGCONT'))
  await operator.continueRelease()
  await operator.reaches('clone', 'proved')
  expect(await account.count('CreateEnvironment')).toBe(1)
  expect(await account.templates('shop')).toEqual([])
  await expect(operator.by(testIds.step('deploy'))).not.toHaveAttribute('data-status', 'ahead')
})

test('survives a power cut at five moments: one create, one swap, one terminate', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  let app = await stage.release(account)
  const cutOffAfter = async (moment: () => Promise<unknown>) => {
    await moment()
    await app.kill()
    app = await reopened(stage, account, app)
  }

  await test.step('as soon as the clone was asked for', async () => {
    await app.operator.walkTo('clone')
    await app.operator.throwLever()
    await cutOffAfter(() => counted(account, 'CreateEnvironment'))
    await app.operator.reaches('clone', 'proved')
  })
  await test.step('as soon as the lever of deploy was thrown', async () => {
    await app.operator.chooseBundle('shop-1.5.0.zip')
    await app.operator.throwLever()
    await cutOffAfter(() => counted(account, 'CreateApplicationVersion'))
    await app.operator.reaches('deploy', 'proved')
  })
  await test.step('in the test', async () => {
    await app.operator.throwLever()
    await cutOffAfter(() => app.operator.by(testIds.signOff).waitFor())
    await app.operator.signOff('Looked again after the computer came back.')
    await app.operator.reaches('test', 'proved')
  })
  await test.step('as soon as the swap was asked for', async () => {
    await app.operator.passDomains()
    await app.operator.throwLever()
    await cutOffAfter(() => counted(account, 'SwapEnvironmentCNAMEs'))
    await app.operator.reaches('swap', 'proved')
  })
  await test.step('as soon as the termination was asked for', async () => {
    await app.operator.walkTo('retire')
    await app.operator.fill(testIds.typedUrl, SHOP.cname)
    await app.operator.throwLever()
    await cutOffAfter(() => counted(account, 'TerminateEnvironment'))
    expect(await app.operator.outcome()).toBe('completed')
  })

  for (const operation of [
    'CreateEnvironment',
    'CreateApplicationVersion',
    'SwapEnvironmentCNAMEs',
    'TerminateEnvironment',
  ])
    expect([operation, await account.count(operation)]).toEqual([operation, 1])
  const living = await account.living()
  expect(living.has(SHOP.environment)).toBe(false)
  expect(living.get((await account.holderOf(SHOP.cname)) ?? '')?.VersionLabel).toBe('shop-1.5.0')
})

test('shows a damaged journal as damaged, and does not go on with it', async ({ stage }) => {
  const account = await stage.account()
  const first = await stage.release(account)
  await first.operator.reaches('clone', 'ready')
  await first.close()
  // One bit of what was written down about a gate.
  await flipByte(join(first.userData, 'journal.sqlite'), '"id":"quota"')

  const { operator, page } = await stage.open({ account, userData: first.userData })
  await operator.connectPractice()
  await expect(page.getByText('Its journal is damaged')).toBeVisible()
  await expect(page.getByText('fails its hash chain')).toBeVisible()
  const releaseId = await releaseIdOf(page)
  await operator.continueRelease()
  await expect(operator.by(testIds.problem)).toContainText('The journal of this release is damaged')
  await expect(page.locator(`button[data-testid="${testIds.lever}"]:not([disabled])`)).toHaveCount(0)
  const lever = { step: 'clone', greenName: 'shop-green', cnamePrefix: 'shop-green' }
  expect(await askInPage(page, 'throwLever', { releaseId, lever })).toMatchObject({ ok: false })
  expect(await account.count('CreateEnvironment')).toBe(0)

  await operator.by(testIds.leaveRelease).click()
  await operator.beginRelease(SHOP.environment)
  await operator.reaches('clone', 'ready')
})

test('keeps the practice account of its own, and a release in it, when it is closed', async ({ stage }) => {
  const environment = { SIGNALBOX_PRACTICE_SPEED: String(SPEED) }
  const first = await stage.open({ environment })
  await first.operator.connectPractice()
  await first.operator.beginRelease(SHOP.environment, { bake: 0, soak: 0 })
  await first.operator.walkTo('clone')
  await askInPage(first.page, 'setPracticeSpeed', { speed: SLOW })
  await first.operator.throwLever()
  await first.operator.reaches('clone', 'watching')
  await first.close()

  const { operator, page } = await stage.open({ environment, userData: first.userData })
  await operator.continueRelease()
  await askInPage(page, 'setPracticeSpeed', { speed: SPEED })
  await operator.reaches('clone', 'proved')
})

async function reopened(stage: Stage, account: Account, { userData }: OpenedApp): Promise<OpenedApp> {
  const app = await stage.open({ account, userData })
  await app.operator.continueRelease()
  return app
}

/** Resolves as soon as the account was called so. */
async function counted(account: Account, operation: string): Promise<void> {
  while ((await account.count(operation)) === 0) {
    // Asked again at once: the moment right after the call is what is wanted.
  }
}

async function flipByte(file: string, within: string): Promise<void> {
  const bytes = await readFile(file)
  const at = bytes.indexOf(within)
  expect(at).toBeGreaterThan(0)
  bytes.writeUInt8(bytes.readUInt8(at + 7) ^ 1, at + 7)
  await writeFile(file, bytes)
}
