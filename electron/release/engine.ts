import type { Action, Entry } from '../contract/entries.ts'
import type { Gate, Progress, ReleaseView } from '../contract/models.ts'
import { isOpen } from '../contract/models.ts'
import { GIVEN_UP, isPassing, needsSignIn, problem, problemOf, SignalboxError } from '../contract/problem.ts'
import type { StepId } from '../contract/steps.ts'
import { broughtBy } from './brought.ts'
import { checkAnotherVersion } from './choices.ts'
import { driftsOf, knownOf, openDrift } from './drift.ts'
import { handOver } from './hand-over.ts'
import { openEyes } from './look.ts'
import { keepLookout } from './lookout.ts'
import type { Outlook } from './lookout-line.ts'
import { checkWayBack, rollBackChosen } from './roll-back.ts'
import { routeEntries } from './route.ts'
import { ACTION_LABELS, type LeverInput, type ReleaseJournal, type RunningRelease } from './running.ts'
import { checkTypedUrl } from './standby.ts'
import { apply, PUT_BACK, recordOf, replay, stepsOf } from './state.ts'
import {
  allOpen,
  type Hands,
  holderOf,
  type Judgement,
  lockedBy,
  readHolder,
  type Sight,
  waitsForAws,
  withWaivers,
} from './step.ts'
import { steps } from './steps/index.ts'
import { intervalMilliseconds, LONGEST_LOOK_MILLISECONDS, patiently, takeTurns } from './turns.ts'
import { viewOf } from './view.ts'
import type { World } from './world.ts'

/**
 * Runs one release: observe, judge, act, record, until it ends or is closed. The journal's entries are all it
 * needs to go on after a crash; whatever it finds done in AWS it does not do again.
 */
export function runRelease(input: {
  readonly entries: readonly Entry[]
  readonly journal: ReleaseJournal
  readonly world: World
  readonly onChange: (view: ReleaseView) => void
  /** 0 to 1; spreads the turns of many releases. */
  readonly random: () => number
  /** What it looks out with beside its turns; the world where absent. */
  readonly outlook?: Outlook
}): RunningRelease {
  const { journal, world, onChange, random } = input
  const { clock } = world
  const eyes = openEyes(world)
  const closing = new AbortController()
  let state = replay(input.entries)
  let sight: Sight | null = null
  let facts: {
    readonly step: StepId
    readonly track: string
    readonly at: number
    readonly situation: string
    readonly value: unknown
  } | null = null
  let judgement: Judgement | null = null
  let acting: Progress | null = null
  let inFlight: Action | null = null
  let gaps = 0
  let changedAt = clock.now()
  let actionAbort = new AbortController()
  let secret: string | null = null

  const record = (entry: Entry) => {
    if (entry.kind === 'ended') lookout.flush()
    journal.append(entry)
    state = apply(state, entry)
    if (entry.kind !== 'event' && entry.kind !== 'watched') changedAt = clock.now()
    lookout.noticed(entry)
  }
  const hands: Hands = {
    world,
    signal: closing.signal,
    secret: null,
    record,
    progress: (progress) => {
      acting = progress
      publish()
    },
    probed: (probe, answer) => {
      const probes = eyes.probed(probe)
      if (sight) sight = { ...sight, probes }
      lookout.heard(probe, answer)
    },
  }
  const lookout = keepLookout({
    outlook: input.outlook ?? world,
    signal: closing.signal,
    state: () => state,
    traffic: () => sight?.traffic ?? null,
    domains: () => judgement?.domains ?? null,
    record,
  })

  const view = () => {
    const told = { trouble: turns.trouble(), openSlices: lookout.openSlices(), head: journal.head() }
    return viewOf({ state, sight, judgement, acting, clock, ...told })
  }
  const publish = () => onChange(view())

  /** Looks at everything; with `fresh` nothing that was read before counts. */
  async function observe(fresh: boolean): Promise<Judgement> {
    if (fresh) eyes.forgetHealth()
    const seen = await eyes.look(state)
    sight = seen
    if (seen.green && state.release.green.id === null)
      record({ kind: 'green-found', at: clock.now(), id: seen.green.id })
    const id = state.release.step
    const step = steps[id]
    // What was read before an environment changed its status, or the production CNAME its holder, says nothing any more.
    const situation = [seen.blue?.status, seen.green?.status, holderOf(state, seen)].join(' ')
    const stale =
      !facts ||
      facts.step !== id ||
      facts.track !== state.release.track ||
      facts.situation !== situation ||
      clock.now() - facts.at >= step.factsSeconds * 1000 ||
      (recordOf(state, id).leverAt ?? 0) >= facts.at
    if (fresh || stale || !facts) {
      const value = await step.observe(state, seen, hands)
      facts = { step: id, track: state.release.track, at: clock.now(), situation, value }
    }
    const found = step.judge(state, sight, facts.value)
    const { waivers } = recordOf(state, id)
    const drifts = driftsOf(state, sight)
    const drift = openDrift(state, drifts)
    judgement = {
      ...found,
      gates: found.gates && withWaivers(found.gates, waivers),
      proofs: withWaivers(found.proofs, waivers),
      stuck: drift?.stops ? drift.problem : found.stuck,
      drift,
      allowsRollBack: drifts.every(({ allowsRollBack }) => allowsRollBack),
    }
    if ((drift?.id ?? null) !== state.drift) {
      const said = drift ? `${drift.problem.title}. ${drift.problem.meaning ?? ''}` : 'What another hand did is gone.'
      record({ kind: 'drift', at: clock.now(), drift: drift?.id ?? null, said })
    }
    recordGates(id, 'gates', judgement.gates ?? [])
    recordGates(id, 'proofs', judgement.proofs)
    return judgement
  }

  /** Journals a gate when its verdict changed; its wording may move with every second. */
  function recordGates(step: StepId, list: 'gates' | 'proofs', gates: readonly Gate[]): void {
    const known = recordOf(state, step)[list]
    for (const gate of gates) {
      const before = known.find(({ id }) => id === gate.id)
      if (before?.status === gate.status && (before.waiver === undefined) === (gate.waiver === undefined)) continue
      record({ kind: 'gate', at: clock.now(), step, list, gate })
    }
  }

  async function turn(): Promise<void> {
    const gapsBefore = gaps
    let found = await observe(false)
    await hearEvents(false)
    const id = state.release.step
    const step = steps[id]
    if (!found.drift?.stops && (found.gates === null || allOpen(found.gates))) {
      if (found.due === null && allOpen(found.proofs)) return proved(id)
      const thrown = !step.hasLever || recordOf(state, id).leverAt !== null
      if (found.due !== null && thrown && !waitsForAws(recordOf(state, id), found.due, clock.now())) {
        // The last look before the first call of a step: nothing that was read earlier counts.
        const lookedAt = clock.now()
        if (found.gates !== null) found = await observe(true)
        // Nor what was read before the computer slept, also where nobody has told so yet.
        if (gaps !== gapsBefore || clock.now() - lookedAt > LONGEST_LOOK_MILLISECONDS * clock.speed()) return
        const isOpen = !found.drift?.stops && (found.gates === null || allOpen(found.gates))
        if (found.due !== null && isOpen && sight) {
          // Production may have been moved by another hand since: the next turn shows it.
          if ((await readHolder(state, world)) === holderOf(state, sight)) return perform(found)
        }
      }
    }
    withdrawLever(id, found)
  }

  async function perform(found: Judgement): Promise<void> {
    const action = found.due
    if (action === null || !sight || !facts) return
    const id = state.release.step
    inFlight = action
    acting = found.progress ?? { label: ACTION_LABELS[action], fraction: null, secondsLeft: null }
    publish()
    actionAbort = new AbortController()
    try {
      await steps[id].act(action, state, sight, facts.value, {
        ...hands,
        secret,
        signal: AbortSignal.any([closing.signal, actionAbort.signal]),
      })
    } catch (thrown) {
      if (closing.signal.aborted || actionAbort.signal.aborted) return
      const refused = problemOf(thrown)
      if (refused.code === 'journal') throw thrown
      record({
        kind: 'refused',
        at: clock.now(),
        step: id,
        action,
        problem: refused,
        passing: isPassing(refused) || needsSignIn(refused),
      })
      if (isPassing(refused) || needsSignIn(refused)) throw thrown
    } finally {
      acting = null
      inFlight = null
      facts = null
      eyes.forgetHealth()
    }
    if (action === 'swap-cnames') eyes.forgetProbes()
  }

  /** A gate that closes, or a drift, after the lever was thrown and before anything was done takes the lever back. */
  function withdrawLever(id: StepId, found: Judgement): void {
    const { leverAt, intents } = recordOf(state, id)
    if (leverAt === null || found.gates === null || Object.keys(intents).length > 0) return
    const closed = found.gates.filter((gate) => !isOpen(gate) && gate.status !== 'waiting')
    const why = found.drift?.stops ? found.drift.problem : closed.length > 0 ? lockedBy(closed).problem : null
    if (why === null || found.due === null) return
    record({ kind: 'refused', at: clock.now(), step: id, action: found.due, problem: why, passing: false })
  }

  async function hearEvents(isLast: boolean): Promise<void> {
    for (const event of await eyes.newEvents(state, isLast)) record({ kind: 'event', at: clock.now(), event })
  }

  async function proved(id: StepId): Promise<void> {
    const order = stepsOf(state)
    const next = order[order.indexOf(id) + 1]
    // What AWS said of the end belongs to the journal too.
    if (!next) await hearEvents(true)
    // From here on the release relies on the environment as it is now.
    const seen = id === 'independence' ? sight?.blue : id === 'clone' ? sight?.green : null
    if (seen) record({ kind: 'known', at: clock.now(), colour: id === 'clone' ? 'green' : 'blue', ...knownOf(seen) })
    record({ kind: 'proved', at: clock.now(), step: id })
    const outcome = state.release.track === 'forward' ? 'completed' : 'rolled-back'
    record(next ? { kind: 'entered', at: clock.now(), step: next } : { kind: 'ended', at: clock.now(), outcome })
    facts = null
    judgement = null
  }

  /** Runs between two turns and answers with what there is to see then. */
  async function command(run: () => Promise<void> | void): Promise<ReleaseView> {
    await turns.command(async () => {
      await run()
      publish()
    })
    return view()
  }

  function isAt(step: StepId): void {
    if (state.release.step !== step)
      throw problem('locked', `The release is at another step now`, { remedy: 'Look at the step it is at.' })
    if (recordOf(state, step).leverAt !== null && !judgement?.offersLever)
      throw problem('locked', 'This was started already', { meaning: 'It is under way; it is not done twice.' })
  }

  async function throwLever(lever: LeverInput): Promise<void> {
    isAt(lever.step)
    for (const entry of broughtBy(lever, state, clock.now())) record(entry)
    checkTypedUrl(lever, state, judgement?.stage ?? null)
    secret = 'password' in lever ? (lever.password ?? null) : null
    const { gates, drift } = await patiently(clock, closing.signal, () => observe(true))
    if (drift?.stops) throw new SignalboxError(drift.problem)
    const closed = (gates ?? []).filter((gate) => !isOpen(gate) && gate.id !== 'typed-url')
    if (closed.length > 0) throw lockedBy(closed)
    record({
      kind: 'lever-thrown',
      at: clock.now(),
      step: lever.step,
      ...(lever.step === 'retire' ? { typedUrl: lever.typedUrl.trim() } : {}),
      ...(judgement?.stage ? { stage: judgement.stage } : {}),
      ...(secret ? { withSecret: true } : {}),
    })
  }

  async function rollBack(): Promise<void> {
    checkWayBack(state)
    const seen = await patiently(clock, closing.signal, () => eyes.look(state))
    record(rollBackChosen(state, seen, clock.now()))
    beginRollBack()
  }

  /** Only what the operator was shown is accepted: what came in its place is shown first. */
  function acceptDrift(id: string | undefined): void {
    const drift = judgement?.drift
    if (!drift || drift.id !== id || drift.goOn === null)
      throw problem('locked', 'What was to be accepted is not so any more', { remedy: 'Look at what is shown now.' })
    record({ kind: 'drift-accepted', at: clock.now(), drift: drift.id, said: drift.problem.title })
  }

  /** The way back needs no second lever. Also ends what a crash left half recorded. */
  function beginRollBack(): void {
    const [first] = stepsOf(state)
    if (state.release.track !== 'rollback' || first === undefined) return
    const { enteredAt, leverAt, refusal } = recordOf(state, first)
    if (leverAt !== null || refusal !== null) return
    if (enteredAt === null) record({ kind: 'entered', at: clock.now(), step: first })
    record({ kind: 'lever-thrown', at: clock.now(), step: first })
    facts = null
    judgement = null
    eyes.forgetProbes()
  }

  const turns = takeTurns({
    clock,
    closing,
    hasEnded: () => state.release.outcome !== null,
    afterTurn: publish,
    async turn() {
      const { step } = state.release
      beginRollBack()
      await turn()
      // The next step is looked at at once.
      if (state.release.step !== step) return 0
      return intervalMilliseconds(clock.now() - changedAt) * (0.8 + 0.4 * random())
    },
  })

  return {
    view,
    throwLever: (lever) => command(() => throwLever(lever)),
    waive: (step, gateId, reason) =>
      command(() => {
        const known = [...(judgement?.gates ?? []), ...(judgement?.proofs ?? [])].find(({ id }) => id === gateId)
        if (state.release.step !== step || !known) throw problem('locked', 'That gate is not open for a decision now')
        if (!known.waivable) throw problem('locked', 'This gate can never be waived', { meaning: known.summary })
        if (reason.trim() === '')
          throw problem('bad-input', 'A waiver needs a reason', { remedy: 'Say why this gate may be passed over.' })
        record({ kind: 'waived', at: clock.now(), step, gate: gateId, reason })
      }),
    signOff: (note) =>
      command(() => {
        if (state.release.step !== 'test' || recordOf(state, 'test').leverAt === null)
          throw problem('locked', 'There is nothing to sign off now')
        record({ kind: 'signed-off', at: clock.now(), note })
      }),
    answer: (question, answer) => command(() => record({ kind: 'answered', at: clock.now(), question, answer })),
    chooseRoute: (route) =>
      command(() => {
        for (const entry of routeEntries(state, judgement?.routes, route, clock.now())) record(entry)
        facts = null
        judgement = null
      }),
    changeSettings: (settings) => command(() => record({ kind: 'settings-changed', at: clock.now(), settings })),
    handOver: () => handOver(state, { sight, problem: view().problem, at: clock.now(), head: journal.head() }),
    choose: (choice, of) => {
      if (choice === 'roll-back' || choice === 'stop') actionAbort.abort(GIVEN_UP)
      return command(async () => {
        turns.forgive()
        if (choice === 'roll-back') return rollBack()
        if (choice === 'stop') return record({ kind: 'ended', at: clock.now(), outcome: 'stopped' })
        if (choice === 'accept-drift') return acceptDrift(of)
        const { step } = state.release
        if (choice === 'choose-another-version') {
          checkAnotherVersion(state)
          record({ kind: 'returned', at: clock.now(), step: 'deploy', why: 'The operator chose another version' })
          record({ kind: 'entered', at: clock.now(), step: 'deploy' })
          facts = null
          judgement = null
          return
        }
        const { typedUrl, stage, leverAt } = recordOf(state, step)
        const again = judgement?.stage === PUT_BACK ? PUT_BACK : stage
        const isThrown = leverAt !== null || again === PUT_BACK
        if (judgement?.stuck && !judgement.drift?.stops && isThrown && step !== 'clone') {
          record({
            kind: 'lever-thrown',
            at: clock.now(),
            step,
            ...(typedUrl ? { typedUrl } : {}),
            ...(again ? { stage: again } : {}),
          })
        }
        facts = null
      })
    },
    acting: () => (inFlight === null ? null : ACTION_LABELS[inFlight]),
    lookAgain() {
      gaps += 1
      facts = null
      judgement = null
      eyes.forgetWatch()
      lookout.lookAgain()
      turns.hurry()
    },
    close() {
      lookout.flush()
      return turns.close()
    },
  }
}
