import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { QUESTION_IDS } from '../../electron/contract/independence.ts'
import { testIds } from '../../renderer/test-ids.ts'
import { askInPage } from './page-calls.ts'
import { expect, SHOP, test } from './stage.ts'

const root = new URL('../..', import.meta.url).pathname
const PAGE = 'app://signalbox/index.html'

test('gives the page two functions, and nothing of Node', async ({ stage }) => {
  const { page, operator } = await stage.open()
  await operator.by(testIds.screen('connect')).waitFor()
  expect(await page.evaluate(() => Object.keys(window.signalbox))).toEqual(['call', 'listen'])
  expect(
    await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'electron'].filter((name) => name in window),
    ),
  ).toEqual([])
  expect(await askInPage(page, 'startRelease', { environmentId: '../../etc' })).toMatchObject({
    ok: false,
    problem: { code: 'bad-input' },
  })
  await expect(askInPage(page, 'readFile', { path: '/etc/passwd' })).rejects.toThrow(/No handler registered/)
  await expect(page.evaluate(() => window.signalbox.call('getStart', { more: true }))).resolves.toMatchObject({
    ok: false,
  })
})

test('runs the page in Chromium’s sandbox', async ({ stage }) => {
  test.skip(process.platform !== 'linux', 'Only Linux tells of it in /proc')
  test.skip(process.env['SIGNALBOX_NO_SANDBOX'] === '1', 'As root there is no sandbox')
  const { application } = await stage.open()
  const pid = await application.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  )
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  expect(status).toMatch(/^Seccomp:\s+2$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
})

test('refuses new windows, navigation, permissions, the network and inline scripts', async ({ stage }) => {
  const account = await stage.account({ users: false })
  const { application, page, operator } = await stage.open({ account })
  await operator.by(testIds.screen('connect')).waitFor()

  await test.step('new windows', async () => {
    expect(await page.evaluate(() => window.open('https://example.com/') === null)).toBe(true)
    expect(await page.evaluate(() => window.open('app://signalbox/index.html') === null)).toBe(true)
    expect(await application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })
  await test.step('the content security policy', async () => {
    const policy = await page.evaluate(async () => (await fetch('index.html')).headers.get('content-security-policy'))
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.ranInline = true'
      document.head.append(script)
      return 'ranInline' in window
    })
    expect(ran).toBe(false)
    expect(await page.evaluate(() => document.querySelectorAll('script:not([src])').length)).toBe(1)
  })
  await test.step('the network', async () => {
    const reached = (url: string) =>
      page.evaluate(
        (target) =>
          fetch(target).then(
            () => true,
            () => false,
          ),
        url,
      )
    expect(await reached(account.endpoint)).toBe(false)
    expect(await reached('https://example.com/')).toBe(false)
    expect(await reached('app://elsewhere/index.html')).toBe(false)
    expect(await reached('app://signalbox/../main/main.js')).toBe(true)
    expect(await page.evaluate(async () => (await fetch('/..%2fmain%2fmain.js')).status)).toBe(404)
  })
  await test.step('permissions', async () => {
    expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied')
    const states = await page.evaluate(() =>
      Promise.all(
        (['geolocation', 'camera', 'microphone', 'notifications'] as const).map(
          async (name) => (await navigator.permissions.query({ name })).state,
        ),
      ),
    )
    expect(new Set(states)).toEqual(new Set(['denied']))
  })
  await test.step('navigation', async () => {
    const screen = testIds.screen('connect')
    for (const url of ['https://example.com/', 'file:///etc/passwd', account.endpoint]) {
      await page.evaluate((target) => {
        const link = document.body.appendChild(document.createElement('a'))
        link.href = target
        link.click()
      }, url)
      await page.evaluate((target) => location.assign(target), url).catch(() => {})
    }
    expect(page.url()).toBe(PAGE)
    // Playwright still waits for a navigation that never came, so the page is asked itself.
    expect(await page.evaluate((id) => document.querySelector(`[data-testid="${id}"]`) !== null, screen)).toBe(true)
  })
})

test('answers no other page, even with the bridge in its hands', async ({ stage }) => {
  const { application, operator } = await stage.open()
  await operator.by(testIds.screen('connect')).waitFor()
  const reply = await application.evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/out/app/preload/preload.cjs`
    const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
    await stranger.loadURL('data:text/html,<title>stranger</title>')
    const said: unknown = await stranger.webContents.executeJavaScript(`window.signalbox.call('getStart', {})`)
    stranger.destroy()
    return said
  })
  expect(reply).toMatchObject({ ok: false, problem: { title: 'A page that is not Signalbox asked for something' } })
})

test('is one program: a second start shows the window of the first', async ({ stage }) => {
  const { application, operator, userData } = await stage.open()
  await operator.by(testIds.screen('connect')).waitFor()
  await application.evaluate(({ app, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    app.once('second-instance', () => asked.push('second-instance'))
    window?.on('focus', () => asked.push('focus'))
    if (window) window.focus = new Proxy(window.focus, { apply: () => asked.push('window.focus') })
  })
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env
  const flags = process.env['SIGNALBOX_NO_SANDBOX'] === '1' ? ['--no-sandbox'] : []
  const second = spawn(
    createRequire(import.meta.url)('electron') as string,
    [root, `--user-data-dir=${userData}`, ...flags],
    { env: environment, stdio: 'ignore' },
  )
  expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0)
  await expect
    .poll(() => application.evaluate(() => Reflect.get(globalThis, 'asked') as readonly string[]))
    .toEqual(expect.arrayContaining(['second-instance', 'window.focus']))
  expect(await application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('opens where it was closed, and never off the screen', async ({ stage }) => {
  const first = await stage.open()
  const bounds = { x: 120, y: 90, width: 1100, height: 700 }
  await first.application.evaluate(({ BrowserWindow }, rectangle) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(rectangle)
  }, bounds)
  const boundsOf = ({ application }: typeof first) =>
    application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())
  await expect.poll(() => boundsOf(first)).toEqual(bounds)
  await first.close()

  const second = await stage.open({ userData: first.userData })
  expect(await boundsOf(second)).toEqual(bounds)
  await second.application.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 30_000, y: 30_000, width: 1100, height: 700 })
  })
  await second.close()
  const third = await stage.open({ userData: first.userData })
  expect((await boundsOf(third))?.x).toBeLessThan(2000)
})

test('needs no mouse from connect to a release', async ({ stage }) => {
  const account = await stage.account()
  const { operator, page } = await stage.open({ account })
  await operator.by(testIds.screen('connect')).waitFor()
  const tabTo = async (id: string) => {
    const reached = () =>
      page.evaluate((wanted) => {
        const focused = document.activeElement
        return focused?.closest(`[data-testid="${wanted}"]`) !== null && focused !== document.body
      }, id)
    for (let presses = 0; presses < 60; presses += 1) {
      if (await reached()) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${id} cannot be reached with the Tab key`)
  }
  await tabTo(testIds.connectButton)
  await page.keyboard.press('Enter')
  await operator.by(testIds.startRelease).waitFor()
  await tabTo(testIds.startRelease)
  await page.keyboard.press('Enter')
  const shop = operator.by(testIds.environment(SHOP.environment))
  await shop.waitFor()
  // The environments are one group: Tab enters it, Space chooses, arrows go on within it.
  await page.keyboard.press('Tab')
  for (let presses = 0; presses < 20 && !(await operator.by(testIds.beginRelease).isEnabled()); presses += 1) {
    await page.keyboard.press('Tab')
    const isRadio = await page.evaluate(() => document.activeElement?.matches('input[type=radio]'))
    if (isRadio) await page.keyboard.press('Space')
  }
  while ((await shop.getAttribute('data-chosen')) !== 'true') await page.keyboard.press('ArrowDown')
  await tabTo(testIds.beginRelease)
  await page.keyboard.press('Enter')
  for (const question of QUESTION_IDS) {
    await tabTo(testIds.answer(question, 'yes'))
    await page.keyboard.press('Space')
  }
  await operator.reaches('clone', 'ready')
  await tabTo(testIds.lever)
  await page.keyboard.press('Enter')
  await operator.reaches('clone', 'proved')
})
