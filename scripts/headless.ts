import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectBundle } from '../electron/bundle/inspect.ts'
import { connectTo } from '../electron/connections.ts'
import { QUESTION_IDS } from '../electron/contract/independence.ts'
import {
  type ReleaseSettings,
  type ReleaseView,
  type SourceBundle,
  type StepView,
} from '../electron/contract/models.ts'
import { type Problem, problemOf } from '../electron/contract/problem.ts'
import { openJournal } from '../electron/journal/journal.ts'
import type { LeverInput } from '../electron/release/running.ts'
import { openReleases, type Releases } from '../electron/releases.ts'

const BUNDLE = new URL('../resources/bundles/shop-1.5.0.zip', import.meta.url).pathname

/** The app without its window: engine, AWS over HTTP and journal, as main wires them. */
export interface Headless {
  readonly releases: Releases
  /** The journal, the bundle and whatever else it keeps. */
  readonly folder: string
  readonly bundle: SourceBundle
  /** Begins a release of the environment of this name; answers its id. */
  begin(environmentName: string, settings?: Partial<ReleaseSettings>): Promise<string>
  /** Signs in again, with everything read before forgotten. */
  signInAgain(): Promise<void>
  /** Waits until every loop has ended; its folder stays. */
  close(): Promise<void>
  remove(): Promise<void>
}

/** Connects to a running practice account. `folder`: that of an earlier one, whose releases go on. */
export async function openHeadless(descriptor: unknown, folder?: string): Promise<Headless> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'signalbox-headless-')))
  const journal = openJournal(join(place, 'journal.sqlite'))
  const releases = openReleases(
    journal,
    () => {},
    () => {},
  )
  const connect = () => connectTo({ kind: 'practice' }, async () => ({ descriptor, stop: () => {} }))
  let connected = await connect()
  const account = () => {
    const { kind, accountId, region } = connected.connection
    return { kind, accountId, region }
  }
  await releases.resume(account(), connected.world)
  const { bundle } = await inspectBundle(BUNDLE)
  return {
    releases,
    folder: place,
    bundle,
    async begin(environmentName, settings = {}) {
      const [environment] = await connected.world.elasticBeanstalk.describeEnvironments({ names: [environmentName] })
      if (!environment) throw new Error(`There is no environment ${environmentName}.`)
      const { release } = releases.start(environment, account(), { ...QUICK, ...settings }, connected.world)
      return release.id
    },
    async signInAgain() {
      const before = connected
      connected = await connect()
      await releases.resume(account(), connected.world)
      await before.close()
    },
    async close() {
      await releases.closeAll()
      await connected.close()
      journal.close()
    },
    remove: () => rm(place, { recursive: true, force: true }),
  }
}

const QUICK: ReleaseSettings = {
  bakeSeconds: 0,
  soakSeconds: 0,
  checks: [{ path: '/', expectStatus: 200, contains: '' }],
}

/** What came in the operator's way: a problem, at a step, and what could be done. */
export interface Trouble {
  readonly step: string
  readonly problem: Problem
  readonly choices: readonly string[]
}

/** An operator at one release: does what is next at every step, until it has ended, `until` holds, or patience is over. */
export async function operate(
  headless: Headless,
  releaseId: string,
  options: {
    readonly patienceMilliseconds: number
    readonly until?: (view: ReleaseView) => boolean
    /** Told of every problem once. */
    readonly onTrouble?: (trouble: Trouble) => void
    /** Throws no lever while a problem stands, as somebody does who reads before they act. */
    readonly cautious?: boolean
  },
): Promise<ReleaseView> {
  const { releases } = headless
  const deadline = performance.now() + options.patienceMilliseconds
  const told = new Set<string>()
  const tell = (view: ReleaseView, problem: Problem) => {
    const key = `${view.release.step} ${problem.title}`
    if (told.has(key)) return
    told.add(key)
    options.onTrouble?.({ step: view.release.step, problem, choices: view.choices.map(({ title }) => title) })
  }
  for (;;) {
    const view = releases.view(releaseId)
    if (view.problem) tell(view, view.problem)
    if (view.release.outcome !== null || options.until?.(view) === true || performance.now() > deadline) return view
    try {
      if (view.problem === null || options.cautious !== true) await doNext(headless, view)
    } catch (thrown) {
      const problem = problemOf(thrown)
      // Between the look and the wish the release may have moved on by itself.
      if (problem.code !== 'locked' || problem.title.includes('gate')) tell(releases.view(releaseId), problem)
    }
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

/** The one thing an operator has to do now, if any. */
export async function doNext(headless: Headless, view: ReleaseView): Promise<void> {
  const { release } = view
  const running = headless.releases.get(release.id)
  const step = currentStep(view)
  // The shop has a domain that no swap can move; whoever releases it knows, and says so.
  const domains = step?.gates.find(({ id }) => id === 'domains')
  if (step && domains?.status === 'failed' && domains.waiver === undefined) {
    await running.waive(step.id, domains.id, 'Its record is changed by hand after the swap.')
    return
  }
  if (step?.status === 'ready') {
    const lever = leverOf(headless, view)
    if (lever) await running.throwLever(lever)
  } else if (
    release.step === 'independence' &&
    step?.proofs.some(({ id, status }) => id === 'questions' && status === 'waiting') === true
  ) {
    for (const question of QUESTION_IDS) await running.answer(question, 'yes')
  } else if (step?.proofs.some(({ id, status }) => id === 'sign-off' && status === 'waiting') === true) {
    await running.signOff('Looked at, and it looks well.')
  }
}

/** The step the release is at, on whichever track. */
export function currentStep(view: ReleaseView): StepView | undefined {
  const { track, step } = view.release
  return track === 'forward' ? view.steps[step] : view.rollbackSteps.find(({ id }) => id === step)
}

function leverOf({ bundle }: Headless, { release }: ReleaseView): LeverInput | null {
  const { id, step, green, productionCname } = release
  switch (step) {
    case 'clone':
      return { step, greenName: green.name, cnamePrefix: green.cnamePrefix }
    case 'deploy':
      return { step, versionLabel: `1.5.0-${id}`, bundle }
    case 'test':
    case 'swap':
      return { step }
    case 'retire':
      return { step, typedUrl: productionCname }
    default:
      return null
  }
}
