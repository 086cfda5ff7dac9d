import { createHash } from 'node:crypto'
import type { Entry } from '../../electron/contract/entries.ts'
import { QUESTION_IDS, type QuestionId } from '../../electron/contract/independence.ts'
import { type ReleaseSettings, type ReleaseView } from '../../electron/contract/models.ts'
import { needsSignIn, problemOf } from '../../electron/contract/problem.ts'
import type { StepId } from '../../electron/contract/steps.ts'
import { runRelease } from '../../electron/release/engine.ts'
import type { LeverInput, RunningRelease } from '../../electron/release/running.ts'
import { APPLICATION, BLUE_ID, PRODUCTION } from './cloud.ts'
import { type FakeAccount, fakeAccount, type Life } from './world.ts'

export const BUNDLE = {
  path: '/tmp/shop-1.5.0.zip',
  fileName: 'shop-1.5.0.zip',
  sizeBytes: 4321,
  sha256: 'ab'.repeat(32),
}

const SETTINGS: ReleaseSettings = {
  bakeSeconds: 20,
  soakSeconds: 60,
  checks: [{ path: '/', expectStatus: 200, contains: 'Shop' }],
}

/** A release that was begun, as `startRelease` journals it. */
export function begunAt(account: FakeAccount, settings: Partial<ReleaseSettings> = {}): Entry[] {
  const at = account.now()
  return [
    {
      kind: 'started',
      at,
      id: 'rel-0001',
      account: { kind: 'practice', accountId: '111122223333', region: 'eu-central-1' },
      application: APPLICATION,
      productionCname: PRODUCTION,
      blue: { id: BLUE_ID, name: 'shop-blue' },
      green: { name: 'shop-green', cnamePrefix: 'shop-green', templateName: 'signalbox-rel-0001' },
      settings: { ...SETTINGS, ...settings },
    },
    { kind: 'entered', at, step: 'independence' },
  ]
}

/** What the operator does whenever the engine has come to rest; null leaves the clock to run on. */
export type Operator = (view: ReleaseView, running: RunningRelease) => Promise<unknown> | null

export interface Session {
  readonly running: RunningRelease
  readonly life: Life
  /** Problems that the operator's own commands met, oldest first. */
  readonly refusals: string[]
  view(): ReleaseView
}

/** Opens a release on an account; `entries` is its journal and grows. */
export function open(
  account: FakeAccount,
  entries: Entry[],
  life: Life & { diesAfterEntries?: number } = { isDead: false },
): Session {
  const running = runRelease({
    entries: [...entries],
    journal: {
      append(entry) {
        if (life.isDead) return
        entries.push(entry)
        if (entries.length === life.diesAfterEntries) life.isDead = true
      },
      head: () => ({
        entries: entries.length,
        lastHash: createHash('sha256').update(String(entries.length)).digest('hex'),
      }),
    },
    world: account.connect(life),
    outlook: account.outlook(life),
    onChange: () => {},
    random: () => 0.5,
  })
  return { running, life, refusals: [], view: () => running.view() }
}

/**
 * Lets a release run until `until` holds, the app dies, or nothing moves any more; the operator acts between the
 * turns. Throws after a day of the account's time.
 */
export async function drive(
  account: FakeAccount,
  session: Session,
  {
    operator = whole,
    until = () => false,
  }: { readonly operator?: Operator; readonly until?: (view: ReleaseView) => boolean } = {},
): Promise<ReleaseView> {
  const { running, life, refusals } = session
  const giveUpAt = account.now() + 86_400_000
  for (;;) {
    await rest(account, session)
    const view = running.view()
    if (life.isDead || view.release.outcome !== null || until(view)) return view
    const doing = operator(view, running)
    if (doing) {
      const command = { isSettled: false }
      void doing
        .catch((thrown: unknown) => refusals.push(`${problemOf(thrown).title}: ${problemOf(thrown).meaning ?? ''}`))
        .finally(() => {
          command.isSettled = true
        })
      while (!command.isSettled && !life.isDead) {
        await new Promise(setImmediate)
        // A command waits out what passes by itself, on the account's clock.
        if (!command.isSettled && account.isSleeping()) account.wake()
      }
      continue
    }
    if (view.paused || view.problem?.code === 'journal') return view
    if (account.now() > giveUpAt)
      throw new Error(`Nothing moves: ${view.release.step} is ${statusOf(view)}; ${summaries(view)}`)
    account.wake()
  }
}

/** Until the engine sleeps, has ended, waits for a sign-in, or is dead. */
async function rest(account: FakeAccount, { running, life }: Session): Promise<void> {
  for (let turns = 0; turns < 100_000; turns += 1) {
    // Whoever looks out beside the turns gets their moment too.
    if (turns === 0) await new Promise(setImmediate)
    if (life.isDead || account.isSleeping()) return
    // Making a view is most of the work, and it is seldom that the engine rests without sleeping.
    if (turns % 20 === 19) {
      const { release, problem } = running.view()
      if (release.outcome !== null || (problem && (needsSignIn(problem) || problem.code === 'journal'))) return
    }
    await new Promise(setImmediate)
  }
  throw new Error('The engine does not come to rest')
}

export function statusOf(view: ReleaseView): string {
  const id = view.release.step
  const step = view.release.track === 'forward' ? view.steps[id] : view.rollbackSteps.find((each) => each.id === id)
  return step?.status ?? 'none'
}

function summaries(view: ReleaseView): string {
  const id = view.release.step
  const step = view.release.track === 'forward' ? view.steps[id] : view.rollbackSteps.find((each) => each.id === id)
  return [...(step?.gates ?? []), ...(step?.proofs ?? [])]
    .map((each) => `${each.id} ${each.status}: ${each.summary}`)
    .join(' | ')
}

/** The lever of each step, as the operator of these tests throws it. */
function leverOf(view: ReleaseView, step: StepId): LeverInput | null {
  switch (step) {
    case 'clone':
      return { step, greenName: view.release.green.name, cnamePrefix: view.release.green.cnamePrefix }
    case 'deploy':
      return { step, versionLabel: '1.5.0', bundle: BUNDLE }
    case 'test':
    case 'swap':
      return { step }
    case 'retire':
      return { step, typedUrl: PRODUCTION }
    default:
      return null
  }
}

/** The first question that is not answered, at the step that asks them. */
function openQuestion(view: ReleaseView): QuestionId | undefined {
  const asks = view.release.step === 'independence' && gateOf(view, 'questions')?.status === 'waiting'
  return asks ? QUESTION_IDS.find((id) => view.answers[id] === undefined) : undefined
}

/** An operator who takes the release to its end: throws every lever that is ready, and signs off. */
export const whole: Operator = (view, running) => {
  const { step, track } = view.release
  const question = openQuestion(view)
  if (question) return running.answer(question, 'yes')
  if (
    track === 'forward' &&
    step === 'test' &&
    view.steps.test.proofs.some(({ id, status }) => id === 'sign-off' && status === 'waiting')
  ) {
    return running.signOff('Looked at it')
  }
  const lever = statusOf(view) === 'ready' ? leverOf(view, step) : null
  return lever && running.throwLever(lever)
}

/** The same operator, who stops touching anything once the release has come to a step. */
export function upTo(step: StepId): { readonly operator: Operator; readonly until: (view: ReleaseView) => boolean } {
  return {
    operator: whole,
    until: (view) => view.release.step === step && ['ready', 'locked', 'watching'].includes(statusOf(view)),
  }
}

/** A release that has come to a step, and stands there. */
export async function at(step: Parameters<typeof upTo>[0], account = fakeAccount(), entries = begunAt(account)) {
  const session = open(account, entries)
  const view = await drive(account, session, upTo(step))
  if (view.release.step !== step) throw new Error(`It stays at ${view.release.step}: ${summaries(view)}`)
  return { account, entries, session, running: session.running }
}

/** Lets time pass while nobody touches anything. */
export async function pass(
  account: FakeAccount,
  session: Session,
  seconds: number,
  operator: Operator = () => null,
): Promise<ReleaseView> {
  const until = account.now() + seconds * 1000
  return drive(account, session, { operator, until: () => account.now() >= until })
}

/** A gate or proof of the step the release is at. */
export function gateOf(view: ReleaseView, id: string) {
  const { step, track } = view.release
  const found = track === 'forward' ? view.steps[step] : view.rollbackSteps.find((each) => each.id === step)
  return [...(found?.gates ?? []), ...(found?.proofs ?? [])].find((gate) => gate.id === id)
}
