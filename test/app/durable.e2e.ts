import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testIds } from '../../renderer/test-ids.ts'
import { askInPage } from './page-calls.ts'
import { expect, type OpenedApp, test } from './stage.ts'

const SPEED = 200

/** Has the app quit as its menu would; what the dialog asks is answered with this button, if it asks. */
async function quit(
  { application }: OpenedApp,
  button: 'Finish it and quit' | 'Keep open' | 'Quit now',
): Promise<void> {
  await application.evaluate(({ dialog }, label) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    Object.assign(dialog, {
      showMessageBox: (_window: unknown, { detail = '', buttons = [] as readonly string[] }) => {
        asked.push(detail)
        return Promise.resolve({ response: buttons.indexOf(label), checkboxChecked: false })
      },
    })
  }, button)
  await ending(application, ({ app }) => {
    setTimeout(() => app.quit())
  })
}

/** Asks the app for what may end it: it may be gone before it can say that it was asked. */
async function ending(
  application: OpenedApp['application'],
  ask: Parameters<typeof application.evaluate<void>>[0],
): Promise<void> {
  await application.evaluate(ask).catch(() => {})
}

async function asked({ application }: OpenedApp): Promise<readonly string[]> {
  return application.evaluate(() => (globalThis as unknown as { readonly asked: readonly string[] }).asked)
}

test('asks before it quits while AWS is asked for a change, and finishes it', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  await first.operator.walkTo('clone')
  // The change is made, but its answer takes long.
  await account.control('/faults', {
    name: 'no-answer-after',
    action: 'elasticbeanstalk:CreateConfigurationTemplate',
    seconds: 10,
  })
  await first.operator.throwLever()
  await expect.poll(() => account.count('CreateConfigurationTemplate')).toBe(1)

  await quit(first, 'Keep open')
  await expect.poll(() => asked(first)).toHaveLength(1)
  expect((await asked(first))[0]).toContain('Asking Elastic Beanstalk for green')
  await expect(first.operator.by(testIds.screen('release'))).toBeVisible()

  const ended = new Promise((resolve) => first.application.process().once('exit', resolve))
  await quit(first, 'Finish it and quit')
  await ended

  const { operator } = await stage.open({ account, userData: first.userData })
  await operator.continueRelease()
  await operator.reaches('clone', 'proved')
  expect(await account.count('CreateEnvironment')).toBe(1)
  expect(await account.templates('shop')).toEqual([])
})

test('quits at once where that is wanted, and finds out on the next start', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  await first.operator.walkTo('clone')
  await account.control('/faults', {
    name: 'no-answer-after',
    action: 'elasticbeanstalk:CreateEnvironment',
    seconds: 30,
  })
  await first.operator.throwLever()
  await expect.poll(() => account.count('CreateEnvironment')).toBe(1)
  const ended = new Promise((resolve) => first.application.process().once('exit', resolve))
  await quit(first, 'Quit now')
  await ended

  const { operator } = await stage.open({ account, userData: first.userData })
  await operator.continueRelease()
  await operator.reaches('clone', 'proved')
  expect(await account.count('CreateEnvironment')).toBe(1)
})

test('does not share a journal with another Signalbox, and takes it when that one is closed', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  await first.operator.reaches('clone', 'ready')
  const folder = await stage.folder()
  const userData = join(folder, 'other')
  await mkdir(userData)
  for (const file of ['journal.sqlite', 'journal.sqlite-heads'])
    await symlink(join(first.userData, file), join(userData, file))

  const second = await stage.open({ account, userData })
  await expect(second.page.getByText('The journal is open in another Signalbox')).toBeVisible()
  await first.close()
  await second.page.getByRole('button', { name: 'Try again' }).click()
  await second.operator.continueRelease()
  await second.operator.reaches('clone', 'ready')
})

test('says so when its journal cannot be written or read, and goes on when it can', async ({ stage }) => {
  test.skip(process.getuid?.() === 0, 'root may write anywhere')
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  await first.operator.reaches('clone', 'ready')
  await first.close()
  const journal = join(first.userData, 'journal.sqlite')
  const whole = await readFile(journal)

  await chmod(journal, 0o444)
  const { page, operator } = await stage.open({ account, userData: first.userData })
  await expect(page.getByText('The journal cannot be opened')).toBeVisible()
  await chmod(journal, 0o644)
  await writeFile(journal, Buffer.concat([Buffer.from('NOT'), whole.subarray(3)]))
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('The journal file is damaged')).toBeVisible()
  await writeFile(journal, whole)
  await page.getByRole('button', { name: 'Try again' }).click()
  await operator.continueRelease()
  await operator.reaches('clone', 'ready')
})

test('goes on beside a mistake of its own, says so, and starts again in order', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const first = await stage.release(account)
  first.hasMishaps = true
  await first.application.evaluate(({ app, dialog }) => {
    const said: string[] = []
    Object.assign(globalThis, { said })
    // A test has nobody who would close the one that starts again.
    app.relaunch = () => console.error('Mishap: started again')
    const answers = [1, 0]
    Object.assign(dialog, {
      showMessageBox: ({ detail = '' }) => {
        said.push(detail)
        return Promise.resolve({ response: answers.shift() ?? 1, checkboxChecked: false })
      },
    })
    setTimeout(() => {
      throw new Error('a mistake of ours')
    })
  })
  const said = () => first.application.evaluate(() => Reflect.get(globalThis, 'said') as readonly string[])
  await expect.poll(said).toEqual([expect.stringContaining('a mistake of ours')])
  expect((await said())[0]).toContain('goes on from where it stands')
  await first.operator.walkTo('deploy')

  const ended = new Promise((resolve) => first.application.process().once('exit', resolve))
  await ending(first.application, () => {
    setTimeout(() => {
      throw new Error('another one')
    })
  })
  await ended
  expect(first.mishaps.join('')).toContain('started again')
  const { operator } = await stage.open({ account, userData: first.userData })
  await operator.continueRelease()
  await operator.reaches('clone', 'proved')
  expect(await account.count('CreateEnvironment')).toBe(1)
})

test('goes on when its page has crashed, and shows it again', async ({ stage }) => {
  const account = await stage.account({ speed: SPEED })
  const { application, operator, page } = await stage.release(account)
  await operator.walkTo('clone')
  // The page is to crash while green is being made, on a busy machine too.
  await askInPage(page, 'setPracticeSpeed', { speed: 20 })
  await operator.throwLever()
  await expect.poll(() => account.templates('shop')).toHaveLength(1)
  await application.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    contents?.once('render-process-gone', () => Object.assign(globalThis, { hasCrashed: true }))
    setTimeout(() => contents?.forcefullyCrashRenderer(), 50)
  })
  // Playwright gives a page up that has crashed; the window is asked itself.
  const shows = (id: string) =>
    application.evaluate(({ BrowserWindow }, wanted) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      if (!Reflect.get(globalThis, 'hasCrashed') || !contents || contents.isCrashed() || contents.isLoading())
        return false
      return contents.executeJavaScript(
        `document.querySelector('[data-testid^="${wanted}"]') !== null`,
      ) as Promise<boolean>
    }, id)
  await expect.poll(() => shows(testIds.continueRelease(''))).toBe(true)
  expect(await account.templates('shop')).toHaveLength(1)
  await account.control('/clock', { speed: SPEED })
  // The clone is walked to its end by a loop that nobody sees: the template goes when green is there.
  await expect.poll(() => account.templates('shop'), { timeout: 30_000 }).toEqual([])
  expect(await account.count('CreateEnvironment')).toBe(1)
})
