import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyPair } from '../../electron/practice/server/practice.ts'
import { testIds } from '../../renderer/test-ids.ts'
import { type Account, expect, type OpenedApp, SHOP, type Stage, test } from './stage.ts'

/** A region in which nobody has anything. */
const ELSEWHERE = 'us-west-2'

test.describe('signs in with access keys', () => {
  test('and shows the account that they belong to', async ({ stage }) => {
    const { app, account } = await openAtAws(stage)
    await signIn(app, account)
    await expect(app.operator.by(testIds.connection)).toContainText(account.accountId)
    await expect(app.operator.by(testIds.connection)).toContainText('Real AWS account')
    await app.operator.by(testIds.startRelease).click()
    await expect(app.operator.by(testIds.environment(SHOP.environment))).toContainText(SHOP.cname)
  })

  test('and says what is wrong with keys that are wrong, expired, or not allowed to look', async ({ stage }) => {
    const { app, account } = await openAtAws(stage)
    const { operator, page } = app
    const problem = operator.by(testIds.problem)

    await signIn(app, { ...account, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })
    await expect(problem).toHaveAttribute('data-problem', 'credentials-invalid')
    await expect(problem).toContainText('What to do:')
    await expect(operator.by(testIds.screen('connect'))).toBeVisible()

    await signIn(app, { ...account, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' })
    await expect(problem).toHaveAttribute('data-problem', 'credentials-invalid')

    await signIn(app, account.keys.expired)
    await expect(problem).toHaveAttribute('data-problem', 'credentials-expired')

    await account.control('/faults', { name: 'access-denied', action: 'elasticbeanstalk:DescribeApplications' })
    await account.control('/faults', { name: 'access-denied', action: 'elasticbeanstalk:DescribeEnvironments' })
    await signIn(app, account)
    await operator.by(testIds.startRelease).click()
    await expect(problem).toHaveAttribute('data-problem', 'access-denied')
    await expect(problem).toContainText('elasticbeanstalk:Describe')
    await expect(operator.by(testIds.beginRelease)).toBeDisabled()

    await account.control('/faults', { name: 'access-denied', on: false })
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(operator.by(testIds.environment(SHOP.environment))).toBeVisible()
  })

  test('and says that an account is empty, or that it is another region', async ({ stage }) => {
    const { app, account } = await openAtAws(stage)
    const { operator, page } = app
    await signIn(app, account.keys.empty)
    await operator.by(testIds.startRelease).click()
    await expect(page.getByText(`There is no Elastic Beanstalk application in ${account.region}.`)).toBeVisible()
    await operator.by(testIds.disconnect).click()

    await signIn(app, account, ELSEWHERE)
    await operator.by(testIds.startRelease).click()
    await expect(page.getByText(`There is no Elastic Beanstalk application in ${ELSEWHERE}.`)).toBeVisible()
    await expect(page.getByText('Is it the right region?')).toBeVisible()
    await expect(operator.by(testIds.beginRelease)).toBeDisabled()
  })

  test('and says that AWS cannot be reached', async ({ stage }) => {
    const account = await stage.account({ users: false })
    // Nothing listens on port 1.
    const app = await stage.open({ environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } })
    await signIn(app, account)
    await expect(app.operator.by(testIds.problem)).toHaveAttribute('data-problem', 'network')
    await expect(app.operator.by(testIds.problem)).toContainText('What to do:')
  })
})

test('signs in with a profile of the shared AWS files', async ({ stage }) => {
  const account = await stage.account({ users: false })
  const folder = await stage.folder()
  const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')]
  await writeFile(config, `[profile shop]\nregion = ${account.region}\n[profile nobody]\nregion = ${account.region}\n`)
  await writeFile(
    credentials,
    `[shop]\naws_access_key_id = ${account.accessKeyId}\naws_secret_access_key = ${account.secretAccessKey}\n`,
  )
  const { operator, page } = await stage.open({
    environment: {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_ENDPOINT_URL: account.endpoint,
    },
  })
  await operator.by(testIds.connectProfile).click()
  const choose = async (profile: string) => {
    await page.getByRole('button', { name: 'Profile', exact: false }).click()
    await page.getByRole('option', { name: profile }).click()
    await operator.by(testIds.connectButton).click()
  }
  await choose('nobody')
  await expect(operator.by(testIds.problem)).toContainText('nobody')
  await choose('shop')
  await expect(operator.by(testIds.connection)).toContainText(`shop · ${account.accountId} · ${account.region}`)
})

test('pauses a release whose credentials expire, and goes on after signing in again', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.reaches('clone', 'ready')
  await account.control('/faults', { name: 'expired-token' })
  await expect(operator.by(testIds.problem)).toHaveAttribute('data-problem', 'credentials-expired')
  await expect(operator.by(testIds.lever)).toBeDisabled()
  await expect(operator.by(testIds.leverReason)).toContainText('paused')
  await account.control('/faults', { name: 'expired-token', on: false })
  await operator.by(testIds.choice('sign-in')).click()
  await page.getByRole('dialog').getByTestId(testIds.connectButton).click()
  await operator.walkTo('deploy')
  expect(await account.count('CreateEnvironment')).toBe(1)
})

/** An app for which the practice account is AWS: the SDK's own variable for another endpoint, and nothing of ours. */
async function openAtAws(stage: Stage): Promise<{ readonly app: OpenedApp; readonly account: Account }> {
  const account = await stage.account({ users: false, speed: 1 })
  return { account, app: await stage.open({ environment: { AWS_ENDPOINT_URL: account.endpoint } }) }
}

async function signIn({ operator, page }: OpenedApp, keys: KeyPair, region = 'eu-central-1'): Promise<void> {
  await operator.by(testIds.connectKeys).click()
  await page.getByLabel('Access key ID').fill(keys.accessKeyId)
  await page.getByLabel('Secret access key').fill(keys.secretAccessKey)
  await page.getByLabel('Session token').fill(keys.sessionToken ?? '')
  await page.getByRole('button', { name: 'Region' }).click()
  await page.getByRole('option', { name: region }).click()
  await operator.by(testIds.connectButton).click()
}
