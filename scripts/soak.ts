import { parseArgs } from 'node:util'
import { QUESTION_IDS } from '../electron/contract/independence.ts'
import { testIds } from '../renderer/test-ids.ts'
import { startPractice } from '../test/practice/start-practice.ts'
import { askProduction, type DrivenApp, forget, launchApp, operate } from './app-driver.ts'

const PRODUCTION = 'shop.eu-central-1.elasticbeanstalk.com'
const BLUE = 'shop-production'
const VERSION = '1.5.0'
/** Real milliseconds from one start to the kill: from before the window is there until well after. */
const [SHORTEST, LONGEST] = [300, 9_000]
/** Real milliseconds that the rest of the release may take after the last kill. */
const REST_MILLISECONDS = 600_000

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    speed: { type: 'string', default: '4' },
  },
})
const kills = Number(values.kills)
const seed = Number(values.seed)
const speed = Number(values.speed)
if (!Number.isInteger(kills) || kills < 0 || !Number.isInteger(seed) || !(speed > 0)) {
  console.error('--kills and --seed are whole numbers, --speed is how many times faster than AWS the account runs.')
  process.exit(2)
}

const MOVED_BY_HAND = 'The partners’ domain is moved by hand right after the swap.'
const random = randomOf(seed)
const started = performance.now()
const practice = await startPractice({ speed })
let app: DrivenApp | undefined
let killed = 0
try {
  console.log(`One release at ${speed}×, killed ${kills} times; seed ${seed}`)
  app = await launchApp({ practice: practice.descriptor })
  const first = operate(app.page, 60_000)
  await first.connectPractice()
  await first.beginRelease(BLUE, { bake: 0, soak: 0 })
  const { userData } = app
  let outcome: string | null = null
  while (killed < kills && outcome === null) {
    const until = performance.now() + SHORTEST + random() * (LONGEST - SHORTEST)
    outcome = await workUntil(app, until)
    if (outcome !== null) break
    const at = await moment(app)
    await kill(app)
    killed += 1
    console.log(`kill ${String(killed).padStart(2)} at ${((performance.now() - started) / 1000).toFixed(1)} s: ${at}`)
    app = await launchApp({ userData, practice: practice.descriptor })
  }
  outcome ??= await workUntil(app, performance.now() + REST_MILLISECONDS)
  const wrong = await verdict(outcome)
  for (const each of wrong) console.log(`WRONG: ${each}`)
  if (killed < kills) console.log(`The release ended after ${killed} kills; a lower --speed leaves room for more.`)
  console.log(
    wrong.length === 0
      ? `Passed: ${killed} kills in ${Math.round((performance.now() - started) / 1000)} s; one green, one swap, one terminate; production answers ${VERSION}.`
      : `Failed with seed ${seed}.`,
  )
  process.exitCode = wrong.length === 0 && killed === kills ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await app?.close().catch(() => {})
  if (app) await forget(app)
  await practice.stop().catch(() => {})
}
process.exit()

/** Does what an operator would, until this moment or the end of the release. */
async function workUntil({ page }: DrivenApp, moment: number): Promise<string | null> {
  while (performance.now() < moment) {
    const outcome = await oneThing(page).catch(notThere)
    if (outcome !== null) return outcome
    await new Promise((resolve) => setTimeout(resolve, Math.min(150, Math.max(0, moment - performance.now()))))
  }
  return null
}

/** What was on the screen a moment ago may be gone; a mistake of this script must not be taken for that. */
function notThere(thrown: unknown): null {
  if (thrown instanceof ReferenceError || thrown instanceof TypeError) throw thrown
  return null
}

/** What is next on the screen; answers the outcome once there is one. */
async function oneThing(page: DrivenApp['page']): Promise<string | null> {
  const by = (id: string) => page.getByTestId(id)
  const quick = { timeout: 1_000 }
  const isThere = async (id: string) => (await by(id).count()) > 0
  if (await isThere(testIds.outcome)) return by(testIds.outcome).first().getAttribute('data-outcome', quick)
  if (await isThere(testIds.screen('connect'))) return null
  if (await isThere(testIds.screen('releases'))) {
    await page
      .locator(`button[data-testid^="${testIds.continueRelease('')}"]:not([disabled])`)
      .first()
      .click(quick)
    return null
  }
  const bundle = by(testIds.practiceBundle('shop-1.5.0.zip'))
  if (
    (await bundle.count()) > 0 &&
    !(await page.locator(`button[data-testid="${testIds.lever}"]:not([disabled])`).count())
  )
    await bundle.click(quick)
  if (await isThere(testIds.typedUrl))
    await by(testIds.typedUrl)
      .locator('input')
      .or(page.locator(`input[data-testid="${testIds.typedUrl}"]`))
      .first()
      .fill(PRODUCTION, quick)
  for (const question of QUESTION_IDS) {
    const answer = by(testIds.answer(question, 'yes'))
    if ((await isThere(testIds.answer(question, 'yes'))) && !(await answer.isChecked(quick))) await answer.click(quick)
  }
  // One domain of the shop stays behind on purpose.
  const domains = page.locator(`[data-testid="${testIds.gate('domains')}"][data-mark="failed"]`)
  if ((await domains.count()) > 0 && (await isThere(testIds.waive('domains')))) {
    // The dialog may stand open from a moment ago.
    if (!(await isThere(testIds.waiveConfirm))) await by(testIds.waive('domains')).click(quick)
    await page.locator(`[data-testid="${testIds.waiveReason}"] textarea`).fill(MOVED_BY_HAND, quick)
    await by(testIds.waiveConfirm).click(quick)
    return null
  }
  if (await isThere(testIds.signOff)) await by(testIds.signOff).first().click(quick)
  const lever = page.locator(`button[data-testid="${testIds.lever}"]:not([disabled])`)
  if ((await lever.count()) > 0) await lever.click(quick)
  return null
}

/** Where the release stood, as far as the window could tell in time. */
async function moment({ page }: DrivenApp): Promise<string> {
  const screen = page.getByTestId(testIds.stepScreen)
  const told = async () => {
    if ((await screen.count()) === 0) return 'before the release was shown'
    return `${await screen.getAttribute('data-step')}, ${await screen.getAttribute('data-status')}`
  }
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('while it started'), 100))
  return Promise.race([told().catch(() => 'while it started'), late])
}

async function kill({ application }: DrivenApp): Promise<void> {
  const child = application.process()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** What must hold when the release has ended; what does not, in words. */
async function verdict(outcome: string | null): Promise<readonly string[]> {
  const { calls, operations } = await practice.control<{
    calls: Readonly<Record<string, number>>
    operations: readonly { kind: string; environmentName: string }[]
  }>('/calls')
  const environments =
    await practice.control<readonly { name: string; cname: string; status: string }[]>('/environments')
  const greens = environments.filter(({ name }) => name.startsWith(`${BLUE}-`))
  const ours = operations.filter(({ environmentName }) => environmentName.startsWith(BLUE))
  const wrong: string[] = []
  const must = (holds: boolean, words: string) => {
    if (!holds) wrong.push(words)
  }
  must(outcome === 'completed', `the release is ${outcome ?? 'not at its end'}`)
  must(greens.length === 1, `${greens.length} greens live`)
  must(greens[0]?.cname === PRODUCTION, 'green does not hold the production URL')
  must(!environments.some(({ name, status }) => name === BLUE && status !== 'Terminated'), 'blue still lives')
  for (const kind of ['create', 'deploy', 'swap', 'terminate']) {
    const count = ours.filter((each) => each.kind === kind).length
    must(count === 1, `${count} operations of kind ${kind}`)
  }
  for (const call of ['CreateEnvironment', 'SwapEnvironmentCNAMEs', 'TerminateEnvironment', 'UpdateEnvironment'])
    must(calls[`elasticbeanstalk:${call}`] === 1, `${call} was called ${calls[`elasticbeanstalk:${call}`] ?? 0} times`)
  const says = await askProduction(practice.descriptor, PRODUCTION)
  must(says.includes(VERSION), `production answers “${says}”`)
  return wrong
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomOf(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
