import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EnvironmentDescription } from '@aws-sdk/client-elastic-beanstalk'
import { DescribeApplicationsCommand, DescribeEnvironmentsCommand } from '@aws-sdk/client-elastic-beanstalk'
import { test as base, expect } from 'playwright/test'
import { type DrivenApp, launchApp, type Operator, operate } from '../../scripts/app-driver.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { type Practice, startPractice } from '../practice/start-practice.ts'

export { expect } from 'playwright/test'

// Playwright sets it for its workers; beside NO_COLOR every Node process would warn of it.
delete process.env['FORCE_COLOR']

/** The shop's production URL, and what serves it when a test begins. */
export const SHOP = {
  cname: 'shop.eu-central-1.elasticbeanstalk.com',
  environment: 'shop-production',
  version: '1.4.2',
} as const

/** Releases are walked this many times faster than AWS. */
const SPEED = 600
/** Real milliseconds that anything on a screen may take. */
const PATIENCE_MILLISECONDS = 30_000

/** A window, and the operator in front of it. */
export interface OpenedApp extends DrivenApp {
  /** Whether the test makes the app go wrong on purpose. */
  hasMishaps: boolean
  readonly operator: Operator
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** Everything a test stands on; what it started ends with it. */
export interface Stage {
  /** A practice account of the test's own, which outlives the windows. */
  account(options?: { readonly speed?: number; readonly users?: boolean }): Promise<Account>
  /** Opens the app; on `userData` of an earlier one it finds what that one left. */
  open(options?: {
    readonly account?: Account
    readonly userData?: string
    readonly environment?: Readonly<Record<string, string>>
  }): Promise<OpenedApp>
  /** Opens the app, connects it to the account and begins a release there, without bake and soak. */
  release(
    account: Account,
    environment?: string,
    minutes?: { readonly bake?: number; readonly soak?: number },
  ): Promise<OpenedApp>
  /** A folder that is removed with the test. */
  folder(): Promise<string>
}

/** A practice account as AWS would tell of it, whatever the app says. */
export interface Account extends Practice {
  /** How often the app has made this call of Elastic Beanstalk. */
  count(operation: string): Promise<number>
  /** The environments that live, by name. */
  living(): Promise<ReadonlyMap<string, EnvironmentDescription>>
  /** Who holds a CNAME, by the environment's name. */
  holderOf(cname: string): Promise<string | undefined>
  /** Saved configurations of an application. */
  templates(application: string): Promise<readonly string[]>
}

export const test = base.extend<{ readonly stage: Stage }>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- Playwright reads from the pattern which fixtures this one needs
  stage: async ({}, use, testInfo) => {
    const apps: OpenedApp[] = []
    const practices: Practice[] = []
    const folders: string[] = []

    async function account(options: { readonly speed?: number; readonly users?: boolean } = {}): Promise<Account> {
      const practice = await startPractice({ speed: SPEED, ...options })
      practices.push(practice)
      return accountOf(practice)
    }

    async function folder(): Promise<string> {
      const path = await mkdtemp(join(tmpdir(), 'signalbox-e2e-'))
      folders.push(path)
      return path
    }

    const open: Stage['open'] = async (options = {}) => {
      const driven = await launchApp({
        userData: options.userData ?? (await folder()),
        ...(options.account ? { practice: options.account.descriptor } : {}),
        ...(options.environment ? { environment: options.environment } : {}),
      })
      const { application, page } = driven
      const app: OpenedApp = {
        ...driven,
        hasMishaps: false,
        operator: operate(page, PATIENCE_MILLISECONDS),
        kill: async () => {
          const process = application.process()
          const ended = new Promise((resolve) => process.once('exit', resolve))
          process.kill('SIGKILL')
          await ended
        },
      }
      apps.push(app)
      return app
    }

    const release: Stage['release'] = async (onAccount, environment = SHOP.environment, minutes = {}) => {
      const app = await open({ account: onAccount })
      await app.operator.connectPractice()
      await app.operator.beginRelease(environment, { bake: 0, soak: 0, ...minutes })
      return app
    }

    await use({ account, open, release, folder })

    const failed = testInfo.status !== testInfo.expectedStatus
    for (const [index, { page }] of apps.entries()) {
      if (!failed || page.isClosed()) continue
      await page.screenshot({ path: testInfo.outputPath(`window-${index}.png`), timeout: 5_000 }).catch(() => undefined)
    }
    for (const app of apps) await app.close().catch(() => {})
    for (const practice of practices) await practice.stop()
    for (const path of folders) await rm(path, { recursive: true, force: true })
    for (const { mishaps, hasMishaps } of apps) if (!hasMishaps) expect(mishaps).toEqual([])
  },
})

function accountOf(practice: Practice): Account {
  const { beanstalk } = clientsOf(practice)
  const living = async () => {
    const { Environments = [] } = await beanstalk.send(new DescribeEnvironmentsCommand({}))
    return new Map(
      Environments.flatMap((each) =>
        each.Status === 'Terminated' || each.EnvironmentName === undefined ? [] : [[each.EnvironmentName, each]],
      ),
    )
  }
  return {
    ...practice,
    living,
    async count(operation) {
      const { calls } = await practice.control<{ calls: Readonly<Record<string, number>> }>('/calls')
      return calls[`elasticbeanstalk:${operation}`] ?? 0
    },
    async holderOf(cname) {
      return [...(await living()).values()].find(({ CNAME }) => CNAME === cname)?.EnvironmentName
    },
    async templates(application) {
      const { Applications = [] } = await beanstalk.send(
        new DescribeApplicationsCommand({ ApplicationNames: [application] }),
      )
      return Applications[0]?.ConfigurationTemplates ?? []
    },
  }
}
