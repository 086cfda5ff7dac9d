import {
  type Colour,
  type Environment,
  isOpen,
  type Lane,
  locksLever,
  type Progress,
  type ReleaseSummary,
  type ReleaseView,
  type StepStatus,
  type StepView,
} from '../contract/models.ts'
import { isPassing, needsSignIn, type Problem } from '../contract/problem.ts'
import { STEP_IDS, type StepId } from '../contract/steps.ts'
import type { Timeline } from '../contract/timeline.ts'
import { choicesOf } from './choices.ts'
import { drainViewOf } from './drain-trend.ts'
import { type Slice, withSlice } from './lookout-slices.ts'
import { wayBackOf } from './rebuild.ts'
import { since } from './sightings.ts'
import { lastSwap, type ReleaseState, recordOf, rolesOf, stepsOf, swapsOf } from './state.ts'
import { holderOf, type Judgement, type Sight } from './step.ts'
import { steps } from './steps/index.ts'
import type { Clock } from './world.ts'

interface Seen {
  readonly state: ReleaseState
  readonly sight: Sight | null
  readonly judgement: Judgement | null
  readonly acting: Progress | null
  readonly trouble: Problem | null
  /** What the timeline goes on with: it is not journalled yet. */
  readonly openSlices?: readonly Slice[]
  readonly clock: Pick<Clock, 'now' | 'speed'>
  readonly head: { readonly entries: number; readonly lastHash: string }
}

/** The whole snapshot a screen draws. */
export function viewOf(seen: Seen): ReleaseView {
  const { state, trouble, judgement, clock, head } = seen
  const { release } = state
  const { status } = stepView(seen, release.step)
  const refusal = recordOf(state, release.step).refusal
  const problem = trouble ?? judgement?.stuck ?? judgement?.drift?.problem ?? (refusal ? refusal.problem : null)
  const forward: ReleaseState = { ...state, release: { ...release, track: 'forward' } }
  return {
    release,
    versionLabel: state.version?.label ?? null,
    steps: Object.fromEntries(
      STEP_IDS.map((id) => [id, release.track === 'forward' ? stepView(seen, id) : recordedView(forward, id)]),
    ) as Record<StepId, StepView>,
    rollbackSteps: release.track === 'rollback' ? stepsOf(state).map((id) => stepView(seen, id)) : [],
    lanes: { blue: laneOf(seen, 'blue'), green: laneOf(seen, 'green') },
    events: state.events,
    resolvers: judgement?.resolvers ?? resolversOf(state),
    notBefore: judgement?.notBefore ?? null,
    drain: seen.sight ? drainViewOf(state, seen.sight) : null,
    answers: Object.fromEntries(Object.entries(state.answers).map(([id, { answer }]) => [id, answer])),
    dependencies: state.dependencies,
    routes: judgement?.routes ?? null,
    cloneChoices: judgement?.cloneChoices ?? null,
    fidelity: state.fidelity,
    domains: judgement?.domains ?? null,
    // Nothing is offered before it is gone: what is being terminated cannot be rebuilt.
    wayBack: release.outcome !== null || (seen.sight && isOver(seen.sight.blue)) ? wayBackOf(state) : null,
    probes: seen.sight?.probes ?? [],
    timeline: timelineOf(seen),
    swaps: swapsOf(state),
    problem: release.outcome === null ? problem : null,
    paused: trouble !== null && needsSignIn(trouble),
    choices: choicesOf(state, {
      status,
      problem: trouble ?? (refusal && !isPassing(refusal.problem) ? refusal.problem : null),
      drift: judgement?.drift ?? null,
      allowsRollBack: judgement?.allowsRollBack ?? true,
    }),
    clock: { at: clock.now(), speed: clock.speed() },
    journal: head,
  }
}

/** One line of the home screen. */
export function summaryOf(state: ReleaseState, damaged: boolean): ReleaseSummary {
  const { id, account, application, productionCname, startedAt, endedAt, outcome, track, step } = state.release
  return {
    id,
    account,
    application,
    productionCname,
    versionLabel: state.version?.label ?? null,
    startedAt,
    endedAt,
    outcome,
    track,
    step,
    damaged,
  }
}

function stepView(seen: Seen, id: StepId): StepView {
  const { state, judgement, acting } = seen
  const recorded = recordedView(state, id)
  if (id !== state.release.step || state.release.outcome !== null || recorded.provedAt !== null) return recorded
  if (!judgement) return { ...recorded, status: 'checking' }
  return {
    ...recorded,
    status: acting ? 'acting' : statusOf(state, id, judgement),
    gates: judgement.gates ?? recorded.gates,
    proofs: judgement.proofs.length > 0 ? judgement.proofs : recorded.proofs,
    progress: acting ?? judgement.progress,
    ...(judgement.preview ? { preview: judgement.preview } : {}),
  }
}

function recordedView(state: ReleaseState, id: StepId): StepView {
  const { gates, proofs, enteredAt, provedAt } = recordOf(state, id)
  return { id, status: provedAt !== null ? 'proved' : 'ahead', gates, proofs, progress: null, enteredAt, provedAt }
}

function statusOf(state: ReleaseState, id: StepId, judgement: Judgement): StepStatus {
  if (judgement.stuck) return 'stuck'
  const { leverAt } = recordOf(state, id)
  if (judgement.gates?.some(locksLever)) return 'locked'
  const offersLever = judgement.offersLever ?? (steps[id].hasLever && leverAt === null)
  if (judgement.gates && offersLever) return 'ready'
  if (judgement.progress) return 'watching'
  if (judgement.proofs.some((proof) => !isOpen(proof) && proof.status !== 'waiting')) return 'locked'
  return judgement.due !== null ? 'acting' : 'checking'
}

function laneOf({ state, sight }: Seen, colour: Colour): Lane {
  const environment = sight?.[colour] ?? null
  const known = state.release[colour].id !== null
  const wasTerminated =
    state.release.outcome !== null &&
    rolesOf(state.release.track).from === colour &&
    recordOf(state, 'retire').provedAt !== null
  return {
    colour,
    name: state.release[colour].name,
    environment,
    gone: wasTerminated || (sight !== null && known && (environment === null || environment.status === 'Terminated')),
    health: colour === 'blue' ? (sight?.blueHealth ?? null) : (sight?.greenHealth ?? null),
    holdsProduction: sight ? holderOf(state, sight) === colour : holdsByJournal(state, colour),
    traffic: sight?.traffic[colour] ?? [],
  }
}

function isOver(environment: Environment | null): boolean {
  return environment === null || environment.status === 'Terminated'
}

/** Before the first look, and after the end: what the journal last proved. */
function holdsByJournal(state: ReleaseState, colour: Colour): boolean {
  const swapped =
    state.forward.swap.provedAt !== null &&
    !(state.release.track === 'rollback' && state.rollback.swap.provedAt !== null)
  return swapped ? colour === 'green' : colour === 'blue'
}

/** Null before anything can be in it. */
function timelineOf({ state, openSlices = [] }: Seen): Timeline | null {
  const { timeline, forward } = state
  if (forward.swap.enteredAt === null && timeline.lines.length === 0 && timeline.traffic.length === 0) return null
  return openSlices.reduce((known, slice) => withSlice(known, slice, lastSwap(state)), timeline)
}

/** What the journal knows of the name servers, when nobody asks them now. */
function resolversOf(state: ReleaseState): ReleaseView['resolvers'] {
  const { to } = rolesOf(state.release.track)
  return Object.entries(state.sightings).map(([name, history]) => {
    const last = history.at(-1)
    return {
      name,
      address: last?.address ?? '',
      answer: last?.answer ?? 'silent',
      addresses: last?.answer === 'blue' || last?.answer === 'green' ? last.said.split(', ') : [],
      ttlSecondsLeft: null,
      greenSince: since(history, to),
      confirmed: recordOf(state, 'propagation').provedAt !== null,
      note: `Last change: ${last?.said ?? 'none'}.`,
      history: history.map(({ at, answer }) => ({ at, answer })),
    }
  })
}
