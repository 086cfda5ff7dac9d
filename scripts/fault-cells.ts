import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gate, ReleaseView } from '../electron/contract/models.ts'
import { isOpen } from '../electron/contract/models.ts'
import { isPassing, needsSignIn } from '../electron/contract/problem.ts'
import { STEP_IDS, type StepId } from '../electron/contract/steps.ts'
import type { Fault } from '../electron/practice/server/faults/catalogue.ts'
import { type Practice, startPractice } from '../test/practice/start-practice.ts'
import { currentStep, doNext, type Headless, openHeadless, operate } from './headless.ts'

const BLUE = 'shop-production'
const SPEED = 600
/**
 * Looks after which what does not move is taken not to move by itself: some seconds, account minutes at this speed. A busy
 * machine looks as seldom as it gets on, and gives itself the time.
 */
const CLOSED_LOOKS = 125
const STILL_LOOKS = 500
const LIMIT_MILLISECONDS = 90_000
const RENAMED = 'another name was chosen'
const REASON = 'Looked at in the AWS console and found to be in order.'

/** What became of one release with one fault at one step. */
export interface Cell {
  readonly fault: string
  readonly step: StepId
  /** Titles of problems, and of gates that stayed closed, in the order in which they were seen. */
  readonly sees: readonly string[]
  /** What the operator could do besides the lever, when the first of them was seen. */
  readonly choices: readonly string[]
  /** What the operator did about it, in order. */
  readonly ways: readonly string[]
  readonly ends: 'completed' | 'rolled back' | 'stopped' | 'waits'
  /** Operations of AWS that the release caused, over the whole of it. */
  readonly effects: Readonly<Record<'create' | 'deploy' | 'swap' | 'terminate', number>>
  /** What must never be; empty in every cell. */
  readonly wrong: readonly string[]
}

/** Releases that have come as far as each step, to begin cells with: what is before it need not be walked again. */
export interface Beginnings {
  at(step: StepId): Promise<{ readonly practice: Practice; readonly headless: Headless; close(): Promise<void> }>
  remove(): Promise<void>
}

/** Walks a release once and keeps account and journal at each step up to `last`. */
export async function makeBeginnings(last: StepId = 'retire'): Promise<Beginnings> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-faults-'))
  const account = (step: string) => join(folder, `${step}-account`)
  const journal = (step: string) => join(folder, `${step}-journal`)
  const steps = STEP_IDS.slice(0, STEP_IDS.indexOf(last) + 1)
  let practice = await startPractice({ speed: SPEED, state: account('now') })
  let headless = await openHeadless(practice.descriptor)
  const home = headless.folder
  const id = await headless.begin(BLUE)
  for (const step of steps) {
    const view = await operate(headless, id, {
      patienceMilliseconds: 2 * LIMIT_MILLISECONDS,
      until: ({ release }) => release.step === step,
    })
    if (view.release.step !== step) throw new Error(`The release did not come to ${step}.`)
    await headless.close()
    await practice.stop()
    await cp(account('now'), account(step), { recursive: true })
    await cp(home, journal(step), { recursive: true })
    if (step === last) break
    practice = await startPractice({ speed: SPEED, state: account('now') })
    headless = await openHeadless(practice.descriptor, home)
  }
  await rm(home, { recursive: true, force: true })

  return {
    async at(step) {
      const own = await mkdtemp(join(folder, 'cell-'))
      // Name servers forget when they are started; those of a cell about the watch begin before the swap.
      const from = step === 'propagation' ? 'swap' : step
      await cp(account(from), join(own, 'account'), { recursive: true })
      await cp(journal(from), join(own, 'journal'), { recursive: true })
      const started = await startPractice({ speed: SPEED, state: join(own, 'account') })
      // The first step is over in a moment: it must not be before the fault is there.
      if (step === 'independence') await started.control('/clock', { speed: 1 })
      const opened = await openHeadless(started.descriptor, join(own, 'journal'))
      return {
        practice: started,
        headless: opened,
        async close() {
          await opened.close()
          await started.kill()
          await rm(own, { recursive: true, force: true })
        },
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Runs one release with one fault switched on at one step, with an operator who does the sensible thing. */
export async function runCell(beginnings: Beginnings, fault: Fault, step: StepId): Promise<Cell> {
  const stage = await beginnings.at(step)
  try {
    const { headless, practice } = stage
    const id = headless.releases.list()[0]?.id ?? ''
    await operate(headless, id, {
      patienceMilliseconds: LIMIT_MILLISECONDS,
      until: ({ release }) => STEP_IDS.indexOf(release.step) >= STEP_IDS.indexOf(step),
    })
    await settled(practice)
    for (const said of switchOn(fault, step)) await practice.control('/faults', said)
    await practice.control('/clock', { speed: SPEED })
    const operator = new Operator(headless, practice, fault, id)
    const view = await operator.work()
    return {
      fault: fault.name,
      step,
      sees: operator.sees,
      choices: operator.choices,
      ways: operator.ways,
      ends: ENDS[view.release.outcome ?? 'waits'],
      ...(await consequences(practice, view, operator.ways)),
    }
  } finally {
    await stage.close()
  }
}

/** What strikes an environment at once can strike it only while it is at rest; the first moments of an account are lively. */
async function settled(practice: Practice): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const environments = await practice.control<readonly { name: string; status: string }[]>('/environments')
    if (environments.find(({ name }) => name === BLUE)?.status !== 'Updating') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const ENDS = { completed: 'completed', 'rolled-back': 'rolled back', stopped: 'stopped', waits: 'waits' } as const

/** What the control endpoint is told; what a fault needs to stand on comes first. */
function switchOn({ name, effect }: Fault, step: StepId): readonly Readonly<Record<string, unknown>>[] {
  const environment = BLUE
  const coupled = { name: 'couple-database', environment, policy: 'Retain' }
  if (effect.on === 'environment') {
    if (name === 'couple-database') return [{ ...coupled, policy: 'Delete' }]
    if (name === 'database-deleted' || name === 'database-protected') return [coupled, { name, environment }]
    return [{ name, environment }]
  }
  if (name === 'access-denied') return [{ name, step }]
  if (name === 'throttle' || name === 'server-error' || name === 'connection-reset') return [{ name, count: 10 }]
  if (name === 'no-answer' || name === 'no-answer-after') return [{ name, count: 2, seconds: 1 }]
  if (name === 'cut-off' || name === 'missing-members' || name === 'foreign-value') return [{ name, count: 8 }]
  if (name === 'managed-update' || name === 'other-operator') return [{ name, environment }]
  return [{ name }]
}

type Way = 'retry' | 'accept-drift' | 'roll-back' | 'stop'

/** Does what is next; puts the cause right where nothing moves; else takes the ways there are, the mildest first. */
class Operator {
  readonly sees: string[] = []
  choices: readonly string[] = []
  readonly ways: string[] = []
  private readonly headless: Headless
  private readonly practice: Practice
  private readonly fault: Fault
  private readonly id: string
  private mended = false
  private readonly taken = new Map<Way, number>()

  constructor(headless: Headless, practice: Practice, fault: Fault, id: string) {
    this.headless = headless
    this.practice = practice
    this.fault = fault
    this.id = id
  }

  async work(): Promise<ReleaseView> {
    const deadline = performance.now() + LIMIT_MILLISECONDS
    for (;;) {
      const view = await this.untilStill()
      if (view.release.outcome !== null || performance.now() > deadline) return view
      this.see(
        view,
        closedGates(view).map(({ title }) => `gate “${title}”`),
      )
      const before = this.ways.length
      await this.act(view).catch(() => {})
      if (this.ways.length === before) return view
    }
  }

  /** Works until the release has ended, or nothing has moved for as long as it should. */
  private untilStill(): Promise<ReleaseView> {
    let looked = ''
    let looks = 0
    return operate(this.headless, this.id, {
      patienceMilliseconds: LIMIT_MILLISECONDS,
      cautious: true,
      onTrouble: ({ problem, choices }) => this.see(choices, [problem.title]),
      until: (view) => {
        const status = currentStep(view)?.status ?? ''
        const looksNow = [
          view.release.step,
          view.release.track,
          status,
          view.problem?.title,
          closedGates(view).length,
        ].join()
        looks = looksNow === looked ? looks + 1 : 0
        looked = looksNow
        // What passes by itself is given the time to.
        const passing = view.problem !== null && isPassing(view.problem)
        const closed = !passing && (view.problem !== null || status === 'stuck' || status === 'locked')
        return looks > (closed ? CLOSED_LOOKS : STILL_LOOKS)
      },
    })
  }

  private see(from: ReleaseView | readonly string[], titles: readonly string[]): void {
    const fresh = titles.filter((title) => !this.sees.includes(title))
    if (fresh.length > 0 && this.sees.length === 0)
      this.choices = 'choices' in from ? from.choices.map(({ title }) => title) : from
    this.sees.push(...fresh)
  }

  /** One thing more; nothing where there is nothing more to do. */
  private async act(view: ReleaseView): Promise<void> {
    const running = this.headless.releases.get(this.id)
    const offered = (id: Way) =>
      view.choices.some((choice) => choice.id === id) && (this.taken.get(id) ?? 0) < (id === 'retry' ? 2 : 1)
    const isTaken = view.problem?.code === 'name-taken' && view.release.step === 'clone'
    if (isTaken && !this.ways.includes(RENAMED)) return this.rename(view)
    if (!this.mended) {
      this.mended = true
      this.ways.push('the cause was put right')
      await this.practice
        .control('/faults', { ...switchOn(this.fault, view.release.step).at(-1), on: false })
        .catch(() => {})
      if (view.problem && needsSignIn(view.problem)) {
        this.ways.push('signed in again')
        return this.headless.signInAgain()
      }
      if (offered('retry')) await this.again(view)
      return
    }
    if (offered('retry')) return this.again(view)
    if (offered('accept-drift')) return this.take('accept-drift')
    const closed = closedGates(view)
    const waivable = closed.filter((gate) => gate.waivable)
    if (closed.length > 0 && waivable.length === closed.length) {
      for (const gate of waivable) {
        this.ways.push(`waived “${gate.title}”`)
        await running.waive(view.release.step, gate.id, REASON)
      }
      return
    }
    if (offered('roll-back')) return this.take('roll-back')
    if (offered('stop')) return this.take('stop')
  }

  /** Somebody else has the name now: green gets another. */
  private async rename({ release: { green } }: ReleaseView): Promise<void> {
    this.ways.push(RENAMED)
    const lever = { step: 'clone', greenName: `${green.name}-b`, cnamePrefix: `${green.cnamePrefix}-b` } as const
    await this.headless.releases.get(this.id).throwLever(lever)
  }

  /** A lever that AWS's refusal took back is thrown again; else there is a choice for it. */
  private async again(view: ReleaseView): Promise<void> {
    if (currentStep(view)?.status !== 'ready') return this.take('retry')
    this.taken.set('retry', (this.taken.get('retry') ?? 0) + 1)
    this.ways.push('the lever was thrown again')
    await doNext(this.headless, view)
  }

  private async take(id: Way): Promise<void> {
    const view = this.headless.releases.view(this.id)
    const choice = view.choices.find((each) => each.id === id)
    this.taken.set(id, (this.taken.get(id) ?? 0) + 1)
    this.ways.push(`“${choice?.title ?? 'Try again'}”`)
    await this.headless.releases.get(this.id).choose(id, choice?.of)
  }
}

/** Gates and proofs that hold the release up and are no lever's own. */
function closedGates(view: ReleaseView): readonly Gate[] {
  const step = currentStep(view)
  if (!step || view.problem !== null || step.status === 'checking') return []
  return [...step.gates, ...step.proofs].filter(
    (gate) => !isOpen(gate) && gate.id !== 'typed-url' && gate.id !== 'version-chosen' && gate.id !== 'sign-off',
  )
}

interface Operation {
  readonly kind: string
  readonly environmentId: string
  readonly environmentName: string
}

/** What the account has done for the release, and what of it must never be. */
async function consequences(
  practice: Practice,
  { release }: ReleaseView,
  ways: readonly string[],
): Promise<Pick<Cell, 'effects' | 'wrong'>> {
  const { operations } = await practice.control<{ operations: readonly Operation[] }>('/calls')
  const environments =
    await practice.control<readonly { name: string; id: string; cname: string; status: string }[]>('/environments')
  const of = (kind: string, ids: readonly (string | null)[]) =>
    operations.filter((each) => each.kind === kind && ids.includes(each.environmentId)).length
  const both = [release.blue.id, release.green.id]
  const effects = {
    create: of('create', [release.green.id]),
    deploy: of('deploy', [release.green.id]),
    swap: of('swap', both),
    terminate: of('terminate', both),
  }
  const retries = ways.filter((way) => way === '“Try again”' || way === 'the lever was thrown again').length
  const swaps = release.track === 'rollback' ? 2 : 1
  const wrong = [
    ...(effects.create > 1 ? ['green was created twice'] : []),
    ...(effects.swap > swaps ? [`swapped ${effects.swap} times`] : []),
    ...(effects.terminate > 1 ? ['two environments were terminated'] : []),
    ...(effects.deploy > 1 + retries ? [`deployed ${effects.deploy} times`] : []),
  ]
  const holder = environments.find(({ cname }) => cname === release.productionCname)
  if (!holder || holder.status === 'Terminating') wrong.push('nobody serves the production URL')
  return { effects, wrong }
}
