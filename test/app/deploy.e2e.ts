import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CreateApplicationVersionCommand } from '@aws-sdk/client-elastic-beanstalk'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { ZipFile } from 'yazl'
import { testIds } from '../../renderer/test-ids.ts'
import { openDialogAnswers } from '../../scripts/app-driver.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { askInPage, releaseIdOf } from './page-calls.ts'
import { expect, SHOP, test } from './stage.ts'

const FAILS = 'shop-1.5.1-fails-to-deploy'
const ERRORS = 'shop-1.5.2-answers-errors'

test('looks into a bundle before it uploads it, then deploys the file that was chosen', async ({ stage }) => {
  const account = await stage.account()
  const app = await stage.release(account)
  const { operator, page } = app
  await operator.walkTo('deploy')
  const folder = await stage.folder()
  const choose = async (file: string) => {
    await openDialogAnswers(app, file)
    await operator.by(testIds.chooseBundle).click()
  }
  await operator.by(testIds.versionSource('bundle')).click()

  const text = join(folder, 'notes.zip')
  await writeFile(text, 'This was never a ZIP file.')
  await choose(text)
  await expect(page.getByText('This is not a sound ZIP file')).toBeVisible()
  await expect(operator.by(testIds.lever)).toBeDisabled()
  await expect(operator.by(testIds.leverReason)).toContainText('This bundle cannot be deployed')

  const database = join(folder, 'with-database.zip')
  await zip(database, {
    'server.js': '',
    '.ebextensions/database.config': 'Resources:\n  Data:\n    Type: AWS::RDS::DBInstance\n',
  })
  await choose(database)
  await expect(page.getByText('declares a database (AWS::RDS::DBInstance)')).toBeVisible()
  await expect(operator.by(testIds.inspection)).toContainText('Data: AWS::RDS::DBInstance, DeletionPolicy not set')
  await expect(operator.by(testIds.lever)).toBeDisabled()
  expect(await account.count('CreateApplicationVersion')).toBe(0)

  const sound = join(folder, 'shop 2.0.zip')
  await zip(sound, { 'package.json': '{}', 'server.js': 'listen()' })
  await choose(sound)
  await expect(operator.by(testIds.inspection)).toContainText('Node.js (package.json)')
  const difference = operator.by(testIds.difference)
  await expect(difference).toContainText(`Compared with ${SHOP.version}, which blue runs: 2 changed, 1 gone`)
  await difference.getByText('Compared with').click()
  await expect(difference).toContainText('.ebextensions/options.config')
  await operator.fill(testIds.versionLabel, 'two')
  await operator.throwLever()
  await operator.reaches('deploy', 'proved')
  expect([...(await account.living()).values()].map(({ VersionLabel }) => VersionLabel)).toContain('two')
})

test('looks into a version that exists, where it lies in S3, before it deploys it', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account)
  await operator.walkTo('deploy')
  const file = join(await stage.folder(), 'coupled.zip')
  await zip(file, {
    'server.js': '',
    '.ebextensions/database.config': 'Resources:\n  Data:\n    Type: AWS::RDS::DBCluster\n',
  })
  const { s3, beanstalk } = clientsOf(account)
  const source = { Bucket: `elasticbeanstalk-${account.region}-${account.accountId}`, Key: 'shop/coupled.zip' }
  await s3.send(new PutObjectCommand({ ...source, Body: await readFile(file) }))
  await beanstalk.send(
    new CreateApplicationVersionCommand({
      ApplicationName: 'shop',
      VersionLabel: 'coupled',
      SourceBundle: { S3Bucket: source.Bucket, S3Key: source.Key },
    }),
  )
  await operator.by(testIds.versionSource('existing')).click()
  await operator.by(`${testIds.existingVersion}-coupled`).click()
  await expect(operator.by(testIds.inspection)).toContainText('declares a database (AWS::RDS::DBCluster)')
  await expect(operator.by(testIds.lever)).toBeDisabled()
  await expect(operator.by(testIds.leverReason)).toContainText('This version cannot be deployed')
  // Main refuses it whatever a page asks for.
  const lever = { step: 'deploy-existing', versionLabel: 'coupled' }
  expect(await askInPage(page, 'throwLever', { releaseId: await releaseIdOf(page), lever })).toMatchObject({
    ok: false,
    problem: { code: 'bad-bundle', title: 'The bundle of coupled must not be deployed' },
  })

  await operator.by(`${testIds.existingVersion}-${SHOP.version}`).click()
  await expect(operator.by(testIds.inspection)).toContainText('The bundle is sound')
  await expect(operator.by(testIds.difference)).toContainText('Every file is the same')
  await expect(operator.by(testIds.lever)).toBeEnabled()
})

test('sees that a version was not deployed although green is Ready and Green, and takes another', async ({ stage }) => {
  const account = await stage.account()
  const { operator } = await stage.release(account)
  await operator.walkTo('deploy')
  await operator.chooseBundle(`${FAILS}.zip`)
  await operator.throwLever()
  await operator.reaches('deploy', 'stuck')
  await expect(operator.by(testIds.problem)).toContainText(`Version ${FAILS} was not deployed`)
  await expect(operator.by(testIds.problem)).toContainText(`it still runs ${SHOP.version}`)
  const green = [...(await account.living()).values()].find(({ EnvironmentName: name }) =>
    name?.startsWith('shop-production-'),
  )
  expect(green).toMatchObject({ Status: 'Ready', Health: 'Green', VersionLabel: SHOP.version })

  await operator.choose('choose-another-version')
  await operator.walkTo('test')
  await expect(operator.by(testIds.lane('green'))).toContainText('shop-1.5.0')
})

test('catches a version that answers errors, and takes another', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.release(account, SHOP.environment, { bake: 120 })
  await operator.walkTo('test', { bundle: `${ERRORS}.zip` })
  await operator.throwLever()
  await operator.signOff('It looked well for a moment.')
  const bake = operator.by(testIds.proof('bake'))
  // It moves up and down while the checks fail and do not: whoever has missed it clicks again.
  const evidence = bake.getByRole('button', { name: /^Evidence/, expanded: false })
  await expect(async () => {
    if (await evidence.isVisible()) await evidence.click()
    await expect(evidence).toHaveCount(0, { timeout: 500 })
  }).toPass()
  // More than three rounds in ten fail, so among sixty some do; the bake begins again with each.
  await expect(bake).toContainText(/of (\d{3}|[6-9]\d) in all/, { timeout: 60_000 })
  await expect(bake).not.toHaveAttribute('data-status', 'passed')
  await expect(page.getByTestId(testIds.step('test'))).not.toHaveAttribute('data-status', 'proved')
  expect(await account.count('SwapEnvironmentCNAMEs')).toBe(0)

  await operator.choose('choose-another-version')
  await operator.walkTo('test')
  await operator.fill(testIds.bakeMinutes, '1')
  await operator.by(testIds.saveSettings).click()
  await expect(page.getByText('These checks are used.')).toBeVisible()
  await operator.walkTo('swap')
  await operator.reaches('swap', 'ready')
})

async function zip(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content), name)
  archive.end()
  await pipeline(archive.outputStream, createWriteStream(path))
}
