import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { StepId } from '../electron/contract/steps.ts'
import type { Report } from '../electron/report/report.ts'
import { testIds } from '../renderer/test-ids.ts'
import { startPractice } from '../test/practice/start-practice.ts'
import { askProduction, type DrivenApp, forget, launchApp, operate, saveDialogAnswers } from './app-driver.ts'

const folder = new URL('../out/rehearsal/', import.meta.url).pathname
const { values } = parseArgs({
  options: {
    speed: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
    rollback: { type: 'boolean', default: false },
  },
})
const speed = Number(values.speed)
if (!(speed > 0 && speed <= 3600)) {
  console.error('--speed is how many times faster than AWS the practice account runs: a number from 1 to 3600.')
  process.exit(2)
}

const PRODUCTION = 'shop.eu-central-1.elasticbeanstalk.com'

interface StepSummary {
  readonly step: string
  readonly status: string
  readonly seconds: number
  readonly calls: Readonly<Record<string, number>>
}

const say = (line: string) => (values.json ? console.error(line) : console.log(line))
const started = performance.now()

const practice = await startPractice({ speed })
const steps: StepSummary[] = []
let app: DrivenApp | undefined
try {
  say(
    `Rehearsing ${values.rollback ? 'a release that is rolled back after the swap' : 'a whole release'} in the practice account at ${speed}×`,
  )
  app = await launchApp({ practice: practice.descriptor, size: { width: 1280, height: 800 } })
  const versions = {
    electron: await app.application.evaluate(() => process.versions['electron'] ?? ''),
    node: process.versions.node,
  }
  // The longest a step takes is its soak of an hour; twice that is patience enough.
  const operator = operate(app.page, Math.max(60_000, (2 * 3600_000) / speed))
  const screenshot = (name: string) => app?.page.screenshot({ path: join(folder, `${name}.png`) })

  let stepStarted = performance.now()
  let callsBefore: Readonly<Record<string, number>> = {}
  const finished = async (id: StepId, name: string = id) => {
    const { calls } = await practice.control<{ calls: Record<string, number> }>('/calls')
    const seconds = (performance.now() - stepStarted) / 1000
    const made = Object.fromEntries(
      Object.entries(calls).flatMap(([operation, count]) =>
        count - (callsBefore[operation] ?? 0) > 0 ? [[operation, count - (callsBefore[operation] ?? 0)]] : [],
      ),
    )
    callsBefore = calls
    stepStarted = performance.now()
    steps.push({ step: name, status: 'proved', seconds, calls: made })
    say(
      `  ${name.padEnd(14)} proved in ${seconds.toFixed(1)} s, ${Object.values(made).reduce((sum, count) => sum + count, 0)} API calls`,
    )
  }

  await screenshot('00-connect')
  await operator.connectPractice()
  await screenshot('01-releases')
  await operator.beginRelease('shop-production')
  await operator.reaches('independence', 'proved')
  await finished('independence')
  await operator.reaches('clone', 'ready')
  await screenshot('02-independence-proved')
  await operator.throwLever()
  await operator.by(testIds.progress).first().waitFor()
  await screenshot('03-clone')
  await operator.reaches('clone', 'proved')
  await finished('clone')
  await operator.chooseBundle('shop-1.5.0.zip')
  await screenshot('04-deploy')
  await operator.throwLever()
  await operator.reaches('deploy', 'proved')
  await finished('deploy')
  await operator.throwLever()
  await operator.signOff('The new front page is there, prices are right.')
  await screenshot('05-test')
  await operator.reaches('test', 'proved')
  await finished('test')
  await operator.passDomains()
  await operator.reaches('swap', 'ready')
  await screenshot('06-swap')
  await operator.throwLever()
  await operator.reaches('swap', 'proved')
  await finished('swap')
  await app.page.waitForTimeout(Math.min(5000, 120_000 / speed))
  await screenshot('07-propagation')
  if (values.rollback) {
    await operator.rollBack()
    await operator.reaches('propagation', 'watching')
    await screenshot('08-rolling-back')
    await finished('swap', 'swap back')
  }
  await operator.reaches('propagation', 'proved')
  await finished('propagation', values.rollback ? 'propagation back' : 'propagation')
  await operator.fill(testIds.typedUrl, PRODUCTION)
  await screenshot('09-retire')
  await operator.throwLever()
  const outcome = await operator.outcome()
  await finished('retire', values.rollback ? 'retire green' : 'retire')
  await screenshot('10-finished')

  for (const format of ['html', 'pdf', 'json'] as const) {
    const path = join(folder, `report.${format}`)
    await saveDialogAnswers(app, path)
    await operator.by(testIds.report(format)).click()
    await waitForFile(path)
  }
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report
  const { operations } = await practice.control<{
    operations: readonly { kind: string; seconds: number; environmentName: string }[]
  }>('/calls')
  const productionSays = await askProduction(practice.descriptor, PRODUCTION)
  const summary = {
    outcome,
    speed,
    steps: steps.map((summaryOf) => withGates(summaryOf, report)),
    totalSeconds: (performance.now() - started) / 1000,
    accountSeconds: report.seconds,
    apiCalls: Object.values(callsBefore).reduce((sum, count) => sum + count, 0),
    operations,
    productionSays,
    versions,
  }
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  say(
    `The release is ${outcome}; production now answers “${productionSays}”. ${summary.apiCalls} API calls in ${summary.totalSeconds.toFixed(0)} s.`,
  )
  say('Report, screenshots and summary: out/rehearsal/')
  if (values.json) console.log(JSON.stringify(summary, null, 2))
  const wanted = values.rollback ? 'rolled-back' : 'completed'
  if (outcome !== wanted) throw new Error(`The release should be ${wanted} but is ${outcome}.`)
} catch (error) {
  await app?.page.screenshot({ path: join(folder, 'failed.png') }).catch(() => {})
  console.error(error)
  process.exitCode = 1
} finally {
  await app?.close().catch(() => {})
  if (app) await forget(app)
  await practice.stop().catch((error: unknown) => console.error(error))
}
process.exit()

async function waitForFile(path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const size = await readFile(path).then(
      ({ length }) => length,
      () => 0,
    )
    if (size > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${path} was not written`)
}

/** The gates and proofs of every walk of a step, as the report's JSON has them. */
function withGates(summary: StepSummary, report: Report) {
  const isBack = / (back|green)$/.test(summary.step)
  const walks = report.walks.filter(
    ({ step, track }) => summary.step.startsWith(step) && (track === 'rollback') === isBack,
  )
  const gates = walks
    .flatMap((walk) => [...walk.gates, ...walk.proofs])
    .map(({ id, status, summary: said, waiver }) => ({ id, status, summary: said, waived: waiver !== null }))
  return { ...summary, accountSeconds: walks.at(-1)?.seconds ?? null, gates }
}
