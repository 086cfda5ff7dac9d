import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright'
import { connectTo } from '../electron/connections.ts'
import { QUESTION_IDS } from '../electron/contract/independence.ts'
import { STEP_IDS, type StepId } from '../electron/contract/steps.ts'
import { testIds } from '../renderer/test-ids.ts'

/** The built app in a real window, driven as an operator drives it. */
export interface DrivenApp {
  readonly application: ElectronApplication
  readonly page: Page
  /** Its journal and settings; given again, the app finds them again. */
  readonly userData: string
  /** What it has printed of mistakes that nothing in it has caught. */
  readonly mishaps: readonly string[]
  close(): Promise<void>
}

const root = new URL('..', import.meta.url).pathname

/** Starts the built app. `userData`: an earlier folder, to open the app again; `practice`: the descriptor of an account that runs already. */
export async function launchApp(
  options: {
    readonly userData?: string
    readonly practice?: unknown
    readonly speed?: number
    readonly size?: { readonly width: number; readonly height: number }
    readonly environment?: Readonly<Record<string, string>>
  } = {},
): Promise<DrivenApp> {
  const userData = options.userData ?? (await mkdtemp(join(tmpdir(), 'signalbox-')))
  const withoutSandbox = process.env['SIGNALBOX_NO_SANDBOX'] === '1'
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env
  // Without an executable's path Playwright finds the same Electron, and holds the app back until it can see its
  // first window; with one the two race, and now and then the launch never ends.
  const application = await _electron.launch({
    args: [root, `--user-data-dir=${userData}`, ...(withoutSandbox ? ['--no-sandbox'] : [])],
    chromiumSandbox: !withoutSandbox,
    env: {
      ...(inherited as Record<string, string>),
      ...(options.practice === undefined ? {} : { SIGNALBOX_PRACTICE: JSON.stringify(options.practice) }),
      ...(options.speed === undefined ? {} : { SIGNALBOX_PRACTICE_SPEED: String(options.speed) }),
      ...options.environment,
    },
  })
  const mishaps: string[] = []
  application.process().stderr?.on('data', (printed: Buffer) => {
    if (printed.includes('Mishap:')) mishaps.push(printed.toString())
  })
  const page = await application.firstWindow()
  if (options.size) {
    await application.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      options.size,
    )
  }
  async function close(): Promise<void> {
    // Where a change is in flight, the app asks; nobody is there to answer.
    await application
      .evaluate(({ dialog }) => {
        dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false })
      })
      .catch(() => {})
    await application.close()
  }
  return { application, page, userData, mishaps, close }
}

/** Removes what an app left on disk. */
export async function forget({ userData }: DrivenApp): Promise<void> {
  await rm(userData, { recursive: true, force: true })
}

/** Everything an operator does, by what they see. Waits as long as the account needs, `patience` in real milliseconds. */
export function operate(page: Page, patience: number) {
  const by = (id: string) => page.getByTestId(id)
  const step = (id: StepId) => by(testIds.step(id))
  const settled = { timeout: patience }
  page.setDefaultTimeout(patience)

  async function reaches(id: StepId, status: string): Promise<void> {
    await page.locator(`[data-testid="${testIds.step(id)}"][data-status="${status}"]`).waitFor(settled)
  }

  /** Asks for a release; what comes of it is for the caller to see. */
  async function askForRelease(
    environment: string,
    minutes: { readonly bake?: number; readonly soak?: number } = {},
  ): Promise<void> {
    await by(testIds.startRelease).first().click()
    await by(testIds.environment(environment)).click(settled)
    if (minutes.bake !== undefined || minutes.soak !== undefined) {
      await page.getByText('How careful this release is').click()
      if (minutes.bake !== undefined) await fill(testIds.bakeMinutes, String(minutes.bake))
      if (minutes.soak !== undefined) await fill(testIds.soakMinutes, String(minutes.soak))
    }
    await by(testIds.beginRelease).click()
  }

  async function throwLever(): Promise<void> {
    await page.locator(`button[data-testid="${testIds.lever}"]:not([disabled])`).click(settled)
  }

  async function chooseBundle(fileName: string): Promise<void> {
    await by(testIds.practiceBundle(fileName)).click(settled)
  }

  async function chooseExisting(versionLabel: string): Promise<void> {
    await by(testIds.versionSource('existing')).click(settled)
    await by(`${testIds.existingVersion}-${versionLabel}`).click(settled)
  }

  /** The application of the practice account is safe to run twice. */
  async function answerAll(): Promise<void> {
    // After the last answer the release may have gone on before the mark can be seen.
    for (const question of QUESTION_IDS) await by(testIds.answer(question, 'yes')).click(settled)
  }

  async function signOff(note: string): Promise<void> {
    await by(testIds.signOff).waitFor(settled)
    await fill(testIds.signOffNote, note)
    await by(testIds.signOff).click()
  }

  /** In the practice account one domain of the shop is an alias of the load balancer, and stays behind on purpose. */
  async function passDomains(): Promise<void> {
    const gate = by(testIds.gate('domains'))
    await gate.waitFor(settled)
    if (['passed', 'waived'].includes((await gate.getAttribute('data-mark')) ?? '')) return
    await by(testIds.waive('domains')).click(settled)
    await fill(testIds.waiveReason, 'The partners’ domain is moved by hand right after the swap.')
    await by(testIds.waiveConfirm).click()
    await by(testIds.waiveConfirm).waitFor({ state: 'detached' })
    // The dialog closes before the gate shows it: who looks again at once would waive it twice.
    await page.locator(`[data-testid="${testIds.gate('domains')}"][data-mark="waived"]`).waitFor(settled)
  }

  /** Does what the operator has to do at a step, and waits until it is proved. */
  async function pass(id: StepId, version: Version): Promise<void> {
    if (id === 'deploy') {
      if ('bundle' in version) await chooseBundle(version.bundle)
      else await chooseExisting(version.existing)
    }
    if (id === 'swap') await passDomains()
    if (id === 'clone' || id === 'deploy' || id === 'test' || id === 'swap') await throwLever()
    if (id === 'test') await signOff('Looked at the front page and at the basket.')
    await reaches(id, 'proved')
  }

  async function fill(id: string, text: string): Promise<void> {
    await by(id)
      .locator('input, textarea')
      .or(page.locator(`input[data-testid="${id}"], textarea[data-testid="${id}"]`))
      .first()
      .fill(text)
  }

  return {
    by,
    step,
    reaches,
    fill,
    async connectPractice(): Promise<void> {
      await by(testIds.screen('connect')).waitFor(settled)
      await by(testIds.connectButton).click()
      await by(testIds.screen('releases')).waitFor(settled)
    },
    /** Begins a release of the environment of this name and answers what no API can; bake and soak in account minutes. */
    async beginRelease(
      environment: string,
      minutes: { readonly bake?: number; readonly soak?: number } = {},
    ): Promise<void> {
      await askForRelease(environment, minutes)
      await by(testIds.screen('release')).waitFor(settled)
      await answerAll()
    },
    askForRelease,
    throwLever,
    passDomains,
    chooseBundle,
    chooseExisting,
    signOff,
    /** Walks from the step the release is at to this one; what comes before is proved when it ends, and a swap is ready. */
    async walkTo(target: StepId, version: Version = { bundle: 'shop-1.5.0.zip' }): Promise<void> {
      await by(testIds.screen('release')).waitFor(settled)
      const at = await page.getByTestId(testIds.stepScreen).getAttribute('data-step')
      const first = STEP_IDS.findIndex((id) => id === at)
      for (const id of STEP_IDS.slice(first, STEP_IDS.indexOf(target))) await pass(id, version)
      await page.locator(`[data-testid="${testIds.stepScreen}"][data-step="${target}"]`).waitFor(settled)
      if (target === 'swap') await passDomains()
    },
    /** Opens the one release that is under way. */
    async continueRelease(): Promise<void> {
      await page
        .locator(`button[data-testid^="${testIds.continueRelease('')}"]:not([disabled])`)
        .first()
        .click(settled)
      await by(testIds.screen('release')).waitFor(settled)
    },
    /** Chooses one of the choices beside the lever, and confirms it where that is asked. */
    async choose(id: 'retry' | 'stop' | 'choose-another-version'): Promise<void> {
      await by(testIds.choice(id)).click(settled)
      if (id === 'stop') await by(testIds.choiceConfirm).click()
      if (id !== 'choose-another-version') return
      // The release goes back between two turns, not at the click. In an account of 600 times the speed the buttons move
      // several times a second, and a click may come to nothing: whoever sees that clicks again.
      const back = page.locator(`[data-testid="${testIds.stepScreen}"][data-step="deploy"]`)
      await back.waitFor({ timeout: patience / 4 }).catch(async () => {
        // Or it has gone back meanwhile, and the button with it.
        await by(testIds.choice(id))
          .click({ timeout: patience / 4 })
          .catch(() => {})
        await back.waitFor(settled)
      })
    },
    async waive(gate: string, reason: string): Promise<void> {
      await by(testIds.waive(gate)).click(settled)
      await fill(testIds.waiveReason, reason)
      await by(testIds.waiveConfirm).click()
      await by(testIds.waiveConfirm).waitFor({ state: 'detached' })
    },
    async rollBack(): Promise<void> {
      await by(testIds.rollBack).click(settled)
      await by(testIds.rollBackConfirm).click()
      // Steps of both tracks have the same names: what is asked next is asked of the way back.
      await page.locator('[data-track="rollback"]').waitFor(settled)
    },
    async outcome(): Promise<string> {
      await by(testIds.outcome).waitFor(settled)
      return (await by(testIds.outcome).getAttribute('data-outcome')) ?? ''
    },
  }
}

export type Operator = ReturnType<typeof operate>

/** What is to be deployed: a practice bundle by its file, or a version that Elastic Beanstalk has already. */
export type Version = { readonly bundle: string } | { readonly existing: string }

/** Answers the system's save dialog, which no test can click. */
export async function saveDialogAnswers({ application }: DrivenApp, path: string): Promise<void> {
  await application.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
}

/** Answers the system's open dialog with this file. */
export async function openDialogAnswers({ application }: DrivenApp, path: string): Promise<void> {
  await application.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
  }, path)
}

/**
 * What production answers now, in a running practice account: the version it names, by the zone's own name server
 * and a fresh request.
 */
export async function askProduction(descriptor: unknown, cname: string): Promise<string> {
  const { world, close } = await connectTo({ kind: 'practice' }, async () => ({ descriptor, stop: () => {} }))
  try {
    const [authoritative] = await world.dns.panel(cname)
    const found = authoritative && (await world.dns.ask(authoritative, cname, AbortSignal.timeout(5000)))
    const address = found?.kind === 'addresses' ? found.addresses[0] : undefined
    if (address === undefined) return 'nothing: its name does not resolve'
    const answer = await world.probe.get({ address, host: cname, path: '/' }, AbortSignal.timeout(5000))
    return answer.kind === 'answer' ? (answer.headers['x-app-version'] ?? `HTTP ${answer.status}`) : answer.detail
  } finally {
    await close()
  }
}
