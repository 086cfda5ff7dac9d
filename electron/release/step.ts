import type { CloneChoices } from '../contract/clone.ts'
import type { DomainView } from '../contract/domain.ts'
import type { Action, Entry } from '../contract/entries.ts'
import type { RouteChoice } from '../contract/independence.ts'
import {
  type Colour,
  type Environment,
  type Evidence,
  type Gate,
  type GateStatus,
  type Health,
  type Instant,
  isOpen,
  type NotBefore,
  type Preview,
  type Progress,
  type ResolverView,
} from '../contract/models.ts'
import { isPassing, needsSignIn, type Problem, problem, problemOf } from '../contract/problem.ts'
import type { StepId } from '../contract/steps.ts'
import { type ReleaseState, recordOf, rolesOf, type StepRecord } from './state.ts'
import type { HttpAnswer, World } from './world.ts'

/** What every step sees: both environments as AWS tells them now. */
export interface Sight {
  readonly at: Instant
  /** Null when AWS no longer lists it, or never did. */
  readonly blue: Environment | null
  readonly green: Environment | null
  readonly blueHealth: Health | null
  readonly greenHealth: Health | null
  /** What each has reported of its traffic since the app watches, oldest first; empty with basic health. */
  readonly traffic: Readonly<Record<Colour, readonly TrafficReading[]>>
  /** What the production URL answered to fresh requests since the app watches, oldest first. */
  readonly probes: readonly ProbeReading[]
}

export interface ProbeReading {
  readonly at: Instant
  readonly answeredBy: Colour | 'other' | 'error'
  readonly milliseconds: number
}

export interface TrafficReading {
  readonly at: Instant
  readonly requestsPerSecond: number
}

/** A difference between what the release expects and what AWS shows, which this release did not cause. */
export interface Drift {
  /** Names exactly what was seen: who accepts it accepts this and nothing that comes later. */
  readonly id: string
  readonly problem: Problem
  /** Whether nothing may be done until it is gone or accepted; else it is only told. */
  readonly stops: boolean
  /** What going on all the same means; null where it would not be safe. */
  readonly goOn: string | null
  /** Whether the way back is still safe. */
  readonly allowsRollBack: boolean
}

/** A step's verdict on what was seen. */
export interface Judgement {
  /** Conditions before the action; null once the action has begun: the recorded ones stand. */
  readonly gates: readonly Gate[] | null
  readonly proofs: readonly Gate[]
  /** The next call that is needed and was not made since the lever was thrown. */
  readonly due: Action | null
  /** AWS, or the world, is at work; null when nothing moves. */
  readonly progress: Progress | null
  /** The step cannot go on by itself. */
  readonly stuck: Problem | null
  /** What another hand did; the engine adds it to every step's verdict. */
  readonly drift?: Drift | null
  /** Whether the way back is safe with all that was seen. */
  readonly allowsRollBack?: boolean
  /** Which part of the step the lever is for, where each has its own; null: the step's one lever. */
  readonly stage?: string | null
  /** Whether a lever is offered now; absent: as long as the step's was not thrown. */
  readonly offersLever?: boolean
  readonly preview?: Preview | null
  /** When blue's database is decoupled, while that can be chosen. */
  readonly routes?: RouteChoice | null
  /** What green may have otherwise than blue, while that can be chosen. */
  readonly cloneChoices?: CloneChoices
  /** The panel of name servers, from the step that watches it. */
  readonly resolvers?: readonly ResolverView[]
  readonly notBefore?: NotBefore | null
  /** The domains that people type, from the step that looks at them. */
  readonly domains?: readonly DomainView[]
}

/** What acting may use beside the world: the journal comes first, always. */
export interface Hands {
  readonly world: World
  readonly signal: AbortSignal
  /** What the operator gave with the lever and nobody keeps; null after a restart. */
  readonly secret: string | null
  record(entry: Entry): void
  progress(progress: Progress): void
  /** Adds one answer of the production URL to what the sight shows. */
  probed(probe: ProbeReading, answer: HttpAnswer): void
}

/**
 * One step: observe (reads only), judge (pure), act (one call, made only when the judgement says it is due, the
 * gates are open and the lever was thrown). Resuming is running it again.
 */
export interface Step<Facts> {
  readonly id: StepId
  /** Whether an operator must throw a lever before it acts. */
  readonly hasLever: boolean
  /** Account seconds that its own facts may be old while nothing is about to be done. */
  readonly factsSeconds: number
  observe(state: ReleaseState, sight: Sight, hands: Hands): Promise<Facts>
  judge(state: ReleaseState, sight: Sight, facts: Facts): Judgement
  act(action: Action, state: ReleaseState, sight: Sight, facts: Facts, hands: Hands): Promise<void>
}

/**
 * Makes one call that changes something in AWS: meant in the journal before it, answered in the journal after it. The
 * call may answer with what it made; a call that throws leaves its intent without an effect.
 */
export async function journalled(
  { record, world }: Hands,
  note: { readonly step: StepId; readonly action: Action; readonly detail: string },
  call: () => Promise<string | void>,
): Promise<void> {
  record({ kind: 'intent', at: world.clock.now(), ...note })
  const made = await call()
  record({ kind: 'effect', at: world.clock.now(), ...note, detail: made ?? note.detail })
}

/** After a call without an answer, refused by the network or cut off by a crash, AWS gets time to show whether it happened. */
export function waitsForAws({ refusal, intents, effects }: StepRecord, due: Action, now: Instant): boolean {
  const meantAt = effects[due] === undefined ? intents[due] : undefined
  const newest = Math.max(refusal?.at ?? Number.NEGATIVE_INFINITY, meantAt ?? Number.NEGATIVE_INFINITY)
  return now - newest < READ_LAG_MILLISECONDS
}

/** The tag on everything a release creates; its value is the release's id. */
export const RELEASE_TAG = 'signalbox:release'

/** The tag on green that says whose place it is to take; its value is blue's id. */
export const BLUE_TAG = 'signalbox:blue'

/** Reads lag writes in AWS; nothing that was not seen sooner than this after a call means that it failed. */
export const READ_LAG_MILLISECONDS = 30_000

export function evidence(source: string, at: Instant, text: string): Evidence {
  return { source, at, text }
}

/** A gate with this verdict; not waivable unless said. */
export function gate(
  id: string,
  title: string,
  status: GateStatus,
  summary: string,
  evidenceList: readonly Evidence[],
  rest: { readonly remedy?: string; readonly waivable?: boolean } = {},
): Gate {
  const { remedy, waivable = false } = rest
  return {
    id,
    title,
    status,
    summary,
    evidence: evidenceList,
    waivable,
    ...(remedy !== undefined && status !== 'passed' ? { remedy } : {}),
  }
}

/** The gates with the waivers the operator gave, where a waiver is allowed at all. */
export function withWaivers(gates: readonly Gate[], waivers: StepRecord['waivers']): readonly Gate[] {
  return gates.map((each) => {
    const waiver = waivers[each.id]
    return each.waivable && each.status !== 'passed' && waiver ? { ...each, waiver } : each
  })
}

export function allOpen(gates: readonly Gate[]): boolean {
  return gates.length > 0 && gates.every(isOpen)
}

/** A read that was refused is a fact (`unknown`); one that will pass or needs a sign-in is for the engine to wait out. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly at: Instant }
  | { readonly ok: false; readonly problem: Problem; readonly at: Instant }

export async function reading<T>(world: World, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    const value = await read()
    return { ok: true, value, at: world.clock.now() }
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (isPassing(problem) || needsSignIn(problem) || problem.code === 'unexpected') throw thrown
    return { ok: false, problem, at: world.clock.now() }
  }
}

/** Which environment holds the production CNAME, as AWS tells it; null when neither does. */
export function holderOf(state: ReleaseState, sight: Pick<Sight, Colour>): Colour | null {
  const production = state.release.productionCname.toLowerCase()
  if (sight.blue?.cname?.toLowerCase() === production) return 'blue'
  if (sight.green?.cname?.toLowerCase() === production) return 'green'
  return null
}

/**
 * Who holds the production CNAME, read anew: for right before a change. The look before it takes some twenty calls at one a
 * second, and an upload minutes, long enough for another hand to swap.
 */
export async function readHolder(state: ReleaseState, { elasticBeanstalk }: World): Promise<Colour | null> {
  const { blue, green } = state.release
  const listed = await elasticBeanstalk.describeEnvironments({ ids: [blue, green].flatMap(({ id }) => id ?? []) })
  const known = (id: string | null) => listed.find((environment) => environment.id === id) ?? null
  return holderOf(state, { blue: known(blue.id), green: known(green.id) })
}

/** Both environments by their part in this track: production goes `to` one and leaves the other. */
export function partsOf(state: ReleaseState, sight: Sight) {
  const { to, from } = rolesOf(state.release.track)
  const health = { blue: sight.blueHealth, green: sight.greenHealth }
  return {
    to: { colour: to, environment: sight[to], health: health[to], name: nameOf(state, to) },
    from: { colour: from, environment: sight[from], health: health[from], name: nameOf(state, from) },
    record: (id: StepId) => recordOf(state, id),
  }
}

function nameOf(state: ReleaseState, colour: 'blue' | 'green'): string {
  return state.release[colour].name
}

/** One line about an environment, for evidence. */
export function describe(environment: Environment | null): string {
  if (!environment) return 'not listed'
  const { name, id, status, healthColor, healthStatus, versionLabel, cname } = environment
  return `${name} (${id}): ${status}, ${healthColor}${healthStatus ? `/${healthStatus}` : ''}, version ${versionLabel ?? 'none'}, ${cname ?? 'no CNAME'}`
}

/** Not listed any more, or on its way out. */
export function isGone(environment: Environment | null): boolean {
  return environment === null || environment.status === 'Terminating' || environment.status === 'Terminated'
}

/** Ready, as Elastic Beanstalk spells it. */
export function isReady(environment: Environment | null): boolean {
  return environment?.status === 'Ready'
}

/**
 * Green includes Info (a command still runs), so enhanced health must say Ok; basic health can only say Green (AWS: enhanced
 * health statuses). An answer that merely lacks its status is no basic health where enhanced health was read beside it.
 */
export function isOk(environment: Environment | null, health: Health | null = null): boolean {
  if (!environment) return false
  const { healthStatus, healthColor } = environment
  if (healthStatus !== null) return healthStatus === 'Ok'
  return healthColor === 'Green' && (health === null || health.status === 'Ok')
}

/** A gate on an environment being Ready and Ok. */
export function healthGate(
  id: string,
  title: string,
  environment: Environment | null,
  health: Health | null,
  at: Instant,
  waivable: boolean,
): Gate {
  const causes = health?.causes.length ? ` ${health.causes.join(' ')}` : ''
  const seen = [evidence('elasticbeanstalk:DescribeEnvironments', at, describe(environment))]
  if (causes) seen.push(evidence('elasticbeanstalk:DescribeEnvironmentHealth', health?.at ?? at, causes.trim()))
  if (!environment) return gate(id, title, 'unknown', 'AWS does not list the environment.', seen)
  if (isReady(environment) && isOk(environment, health))
    return gate(id, title, 'passed', `${environment.name} is Ready and Ok.`, seen, { waivable })
  const moving =
    environment.status !== 'Ready' ||
    ['Pending', 'Info', 'Unknown', 'NoData'].includes(environment.healthStatus ?? '') ||
    environment.healthColor === 'Grey'
  return gate(
    id,
    title,
    moving ? 'waiting' : 'failed',
    `${environment.name} is ${environment.status} and ${environment.healthStatus ?? (health?.status || environment.healthColor)}.${causes}`,
    seen,
    { waivable, remedy: 'Wait for it to settle, or look at its health page in the AWS console for the cause.' },
  )
}

/** What keeps a lever locked, in the gates' own words. */
export function lockedBy(closed: readonly Gate[]) {
  return problem('locked', closed.length === 1 ? 'A gate is closed' : `${closed.length} gates are closed`, {
    meaning: closed.map(({ title, summary }) => `${title}: ${summary}`).join(' '),
    remedy: closed.find(({ remedy }) => remedy !== undefined)?.remedy ?? 'Wait until they are open, then try again.',
  })
}

/** A gate whose source could not be read. */
export function unreadable(
  id: string,
  title: string,
  source: string,
  failed: Reading<unknown>,
  waivable = false,
): Gate {
  if (failed.ok) throw new Error('A reading that succeeded is not unreadable')
  const { problem: found, at } = failed
  return gate(id, title, 'unknown', found.title, [evidence(source, at, found.detail ?? found.title)], {
    waivable,
    ...(found.remedy ? { remedy: found.remedy } : {}),
  })
}

/** How far something is that takes about `typicalSeconds`; AWS sets no end to it, so past that it only says so. */
export function underWay(label: string, elapsedSeconds: number, typicalSeconds: number): Progress {
  const secondsLeft = typicalSeconds - elapsedSeconds
  return {
    label: elapsedSeconds > 1.5 * typicalSeconds ? `${label}: it takes longer than usual` : label,
    fraction: Math.min(0.97, Math.max(0, elapsedSeconds / typicalSeconds)),
    secondsLeft: secondsLeft > 0 ? secondsLeft : null,
  }
}
