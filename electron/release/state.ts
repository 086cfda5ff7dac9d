import { type CloneOptions, type Fidelity, type Held, PLAIN_CLONE, type Repair } from '../contract/clone.ts'
import type { Action, Entry, EntryOf, Size } from '../contract/entries.ts'
import type { Answer, Dependencies, QuestionId, RouteId } from '../contract/independence.ts'
import type { Colour, EnvironmentEvent, Gate, Instant, Release, SourceBundle } from '../contract/models.ts'
import type { Problem } from '../contract/problem.ts'
import { STEP_IDS, type StepId, type Track } from '../contract/steps.ts'
import type { Swap, Timeline } from '../contract/timeline.ts'
import { EMPTY_TIMELINE, withoutSwap, withSlice } from './lookout-slices.ts'

/** What the journal says of one step on one track. */
export interface StepRecord {
  readonly enteredAt: Instant | null
  readonly provedAt: Instant | null
  /** When the operator threw the lever; null again after AWS refused. */
  readonly leverAt: Instant | null
  readonly typedUrl: string | null
  /** The part of the step that the lever was thrown for. */
  readonly stage: string | null
  /** Whether the lever came with something that nobody keeps. */
  readonly withSecret: boolean
  readonly gates: readonly Gate[]
  readonly proofs: readonly Gate[]
  readonly waivers: Readonly<Record<string, { readonly reason: string; readonly at: Instant }>>
  /** Actions since the lever was thrown, with when each was meant and when it was answered. */
  readonly intents: Partial<Readonly<Record<Action, Instant>>>
  readonly effects: Partial<Readonly<Record<Action, Instant>>>
  /** The last refusal since the lever was thrown. */
  readonly refusal: {
    readonly at: Instant
    readonly action: Action
    readonly problem: Problem
    readonly passing: boolean
  } | null
}

export type Sighting = Omit<EntryOf<'sighting'>, 'kind'>

/** Everything the journal knows of a release. */
export interface ReleaseState {
  readonly release: Release
  readonly forward: Readonly<Record<StepId, StepRecord>>
  readonly rollback: Readonly<Record<StepId, StepRecord>>
  readonly rollbackSwapped: boolean
  readonly version: {
    readonly label: string
    readonly bundle: SourceBundle | null
    readonly stored: { readonly bucket: string; readonly key: string } | null
  } | null
  /** Rounds of checks since the test's lever was thrown, oldest first. */
  readonly rounds: readonly Omit<EntryOf<'round'>, 'kind'>[]
  readonly answers: Partial<Readonly<Record<QuestionId, { readonly at: Instant; readonly answer: Answer }>>>
  readonly signOff: { readonly at: Instant; readonly note: string } | null
  readonly baseline: EntryOf<'baseline'> | null
  /** What was seen behind each environment's endpoint after the swap, beside the baseline's. */
  readonly addresses: Readonly<Record<Colour, readonly string[]>>
  /** Per server, every change of its answer since the last swap, oldest first. */
  readonly sightings: Readonly<Record<string, readonly Sighting[]>>
  readonly timeline: Timeline
  readonly events: readonly EnvironmentEvent[]
  /** Each environment as it was when the release began to rely on it. */
  readonly known: Readonly<Record<Colour, Known | null>>
  /** The drift that is open now, and those the operator went on with. */
  readonly drift: string | null
  /** The database that this release has begun to decouple. */
  readonly decoupling: { readonly id: string } | null
  /** Whether blue is decoupled first, or only after the swap. */
  readonly route: RouteId
  /** When blue's decoupling was asked for. */
  readonly decoupledAt: Instant | null
  /** The size that blue had before this release shrank it. */
  readonly shrunk: Size | null
  /** Names and addresses that are given up with the environment that was terminated. */
  readonly left: readonly string[]
  readonly accepted: Readonly<Record<string, Instant>>
  readonly dependencies: Dependencies | null
  readonly cloneOptions: CloneOptions
  /** What green has only until the release ends. */
  readonly held: readonly Held[]
  readonly fidelity: Fidelity | null
  /** The difference that was asked to be repaired last. */
  readonly repair: Repair['id'] | null
}

type Known = Pick<EntryOf<'known'>, 'versionLabel' | 'platformArn'>

const BLANK: StepRecord = {
  enteredAt: null,
  provedAt: null,
  leverAt: null,
  typedUrl: null,
  stage: null,
  withSecret: false,
  gates: [],
  proofs: [],
  waivers: {},
  intents: {},
  effects: {},
  refusal: null,
}

const BLANK_TRACK = Object.fromEntries(STEP_IDS.map((id) => [id, BLANK])) as Record<StepId, StepRecord>

/** The part of the last step that gives green back what was held off, once blue is gone; it has a lever only to be tried again. */
export const PUT_BACK = 'put-back'

/** How many events the state keeps for the screen; the journal keeps all. */
const EVENTS_KEPT = 200

/** The state after these entries; the first must be `started`. */
export function replay(entries: readonly Entry[]): ReleaseState {
  const [first, ...rest] = entries
  if (first?.kind !== 'started') throw new Error('A journal begins with its release')
  return rest.reduce(apply, begin(first))
}

/** The state a `started` entry makes. */
export function begin(entry: EntryOf<'started'>): ReleaseState {
  const { id, account, application, productionCname, blue, green, settings, at } = entry
  return {
    release: {
      id,
      account,
      application,
      productionCname,
      blue,
      green: { ...green, id: null },
      settings,
      startedAt: at,
      endedAt: null,
      outcome: null,
      track: 'forward',
      step: 'independence',
    },
    forward: BLANK_TRACK,
    rollback: BLANK_TRACK,
    rollbackSwapped: false,
    version: null,
    rounds: [],
    answers: {},
    signOff: null,
    baseline: null,
    addresses: { blue: [], green: [] },
    sightings: {},
    timeline: EMPTY_TIMELINE,
    events: [],
    known: { blue: null, green: null },
    drift: null,
    decoupling: null,
    route: 'decouple-first',
    decoupledAt: null,
    shrunk: null,
    left: [],
    accepted: {},
    dependencies: null,
    cloneOptions: PLAIN_CLONE,
    held: [],
    fidelity: null,
    repair: null,
  }
}

/** One more entry. Pure: the same journal always gives the same state. */
export function apply(state: ReleaseState, entry: Entry): ReleaseState {
  const { at } = entry
  switch (entry.kind) {
    case 'started':
      return begin(entry)
    case 'settings-changed':
      return withRelease(state, { settings: entry.settings })
    case 'entered':
      return withRelease(
        withRecord(state, entry.step, (record) => ({ ...record, enteredAt: at, provedAt: null })),
        { step: entry.step },
      )
    case 'gate':
      return withRecord(state, entry.step, (record) => ({
        ...record,
        [entry.list]: placed(record[entry.list], entry.gate),
      }))
    case 'waived':
      return withRecord(state, entry.step, (record) => ({
        ...record,
        waivers: { ...record.waivers, [entry.gate]: { reason: entry.reason, at } },
      }))
    case 'lever-thrown': {
      const thrown = withRecord(state, entry.step, (record) => ({
        ...record,
        // What is given back is given back after the termination, which stays as it was.
        ...(entry.stage === PUT_BACK ? onlyOf(record, 'terminate-environment') : { intents: {}, effects: {} }),
        leverAt: at,
        typedUrl: entry.typedUrl ?? null,
        stage: entry.stage ?? null,
        withSecret: entry.withSecret ?? false,
        refusal: null,
      }))
      if (entry.step === 'test') return { ...thrown, rounds: [], signOff: null }
      // A swap begins a new TTL window: what resolvers said before it proves nothing.
      if (entry.step === 'swap') return { ...thrown, sightings: {}, timeline: withoutSwap(thrown.timeline) }
      return thrown
    }
    case 'green-named':
      return withRelease(state, { green: { ...state.release.green, name: entry.name, cnamePrefix: entry.cnamePrefix } })
    case 'clone-options':
      return { ...state, cloneOptions: entry.options }
    case 'held':
      return {
        ...state,
        held: [...state.held.filter((old) => !entry.options.some((each) => isSame(each, old))), ...entry.options],
      }
    case 'fidelity':
      return { ...state, fidelity: entry.fidelity }
    case 'repair-chosen':
      return { ...state, repair: entry.repair }
    case 'green-found':
      return withRelease(state, { green: { ...state.release.green, id: entry.id } })
    case 'version-chosen':
      return { ...state, version: { label: entry.label, bundle: entry.bundle, stored: null } }
    case 'bundle-stored':
      return {
        ...state,
        version: state.version && { ...state.version, stored: { bucket: entry.bucket, key: entry.key } },
      }
    case 'route-chosen': {
      // Proofs of the other route say nothing on this one, and its lever is taken back.
      const { enteredAt, waivers } = state.forward.independence
      return { ...withRecord(state, 'independence', () => ({ ...BLANK, enteredAt, waivers })), route: entry.route }
    }
    case 'intent': {
      const meant = withRecord(state, entry.step, (record) => ({
        ...record,
        intents: { ...record.intents, [entry.action]: at },
      }))
      return entry.action === 'decouple-database' ? { ...meant, decoupledAt: at } : meant
    }
    case 'effect':
      return withRecord(state, entry.step, (record) => ({
        ...record,
        effects: { ...record.effects, [entry.action]: at },
        refusal: null,
      }))
    case 'refused':
      return withRecord(state, entry.step, (record) => ({
        ...record,
        leverAt: entry.passing ? record.leverAt : null,
        refusal: { at, action: entry.action, problem: entry.problem, passing: entry.passing },
      }))
    case 'round': {
      const { kind: _, ...round } = entry
      return { ...state, rounds: [...state.rounds, round] }
    }
    case 'answered':
      return { ...state, answers: { ...state.answers, [entry.question]: { at, answer: entry.answer } } }
    case 'signed-off':
      return { ...state, signOff: { at, note: entry.note } }
    case 'baseline':
      return { ...state, baseline: entry }
    case 'addresses': {
      const all = new Set([...state.addresses[entry.colour], ...entry.addresses])
      return { ...state, addresses: { ...state.addresses, [entry.colour]: [...all] } }
    }
    case 'sighting': {
      const { kind: _, ...sighting } = entry
      return {
        ...state,
        sightings: { ...state.sightings, [entry.server]: [...(state.sightings[entry.server] ?? []), sighting] },
      }
    }
    case 'watched':
      return { ...state, timeline: withSlice(state.timeline, entry, lastSwap(state)) }
    case 'known': {
      const { versionLabel, platformArn } = entry
      return { ...state, known: { ...state.known, [entry.colour]: { versionLabel, platformArn } } }
    }
    case 'dependencies':
      return { ...state, dependencies: entry.dependencies }
    case 'decoupling':
      return { ...state, decoupling: entry.database }
    case 'shrinking':
      return { ...state, shrunk: entry.size }
    case 'leaving':
      return { ...state, left: entry.names }
    case 'drift':
      return { ...state, drift: entry.drift }
    case 'drift-accepted':
      return { ...state, accepted: { ...state.accepted, [entry.drift]: at } }
    case 'proved':
      return withRecord(state, entry.step, (record) => ({ ...record, provedAt: at }))
    case 'returned':
      return withRelease({ ...afterReturn(state, entry.step), rounds: [], signOff: null }, { step: entry.step })
    case 'roll-back-chosen':
      return {
        ...withRelease(state, { track: 'rollback' }),
        rollback: BLANK_TRACK,
        rollbackSwapped: entry.swapped,
        sightings: {},
        timeline: withoutSwap(state.timeline),
      }
    case 'event':
      return { ...state, events: [...state.events, entry.event].slice(-EVENTS_KEPT) }
    case 'ended':
      return withRelease(state, { endedAt: at, outcome: entry.outcome })
  }
}

/** The steps of the track the release is on. Roll back after a swap swaps back, waits for the world again, then removes green. */
export function stepsOf(state: ReleaseState): readonly StepId[] {
  if (state.release.track === 'forward') return STEP_IDS
  return state.rollbackSwapped ? ['swap', 'propagation', 'retire'] : ['retire']
}

/** What the journal says of a step on the current track. */
export function recordOf(state: ReleaseState, step: StepId): StepRecord {
  return (state.release.track === 'forward' ? state.forward : state.rollback)[step]
}

/** The environment that production goes to on this track, and the one that is left. */
export function rolesOf(track: Track): { readonly to: Colour; readonly from: Colour } {
  return track === 'forward' ? { to: 'green', from: 'blue' } : { to: 'blue', from: 'green' }
}

/** The swap of the track the release is on, and since when: from the moment it was asked for, since AWS may be quicker than its answer. */
export function lastSwap(state: ReleaseState): {
  readonly at: Instant | null
  readonly to: Colour
  readonly from: Colour
} {
  const { intents, provedAt } = recordOf(state, 'swap')
  return { at: intents['swap-cnames'] ?? provedAt, ...rolesOf(state.release.track) }
}

/** When AWS took each swap of this release, there and back. */
export function swapsOf({ forward, rollback }: ReleaseState): readonly Swap[] {
  return [forward, rollback].flatMap(({ swap }, index) => {
    const at = swap.effects['swap-cnames'] ?? swap.provedAt
    return at === null ? [] : [{ at, isBack: index === 1 }]
  })
}

/** The environment that ought to hold the production URL, by what was proved. */
export function serving(state: ReleaseState): Colour {
  if (state.release.track === 'forward') return state.forward.swap.provedAt === null ? 'blue' : 'green'
  return state.rollbackSwapped && state.rollback.swap.provedAt === null ? 'green' : 'blue'
}

function isSame(one: Held, other: Held): boolean {
  return one.namespace === other.namespace && one.optionName === other.optionName
}

function withRelease(state: ReleaseState, change: Partial<Release>): ReleaseState {
  return { ...state, release: { ...state.release, ...change } }
}

function withRecord(state: ReleaseState, step: StepId, change: (record: StepRecord) => StepRecord): ReleaseState {
  const track = state.release.track === 'forward' ? 'forward' : 'rollback'
  return { ...state, [track]: { ...state[track], [step]: change(state[track][step]) } }
}

/** A step that is walked again forgets what it and all after it had proved; waivers were for then, not for now. */
function afterReturn(state: ReleaseState, step: StepId): ReleaseState {
  const from = STEP_IDS.indexOf(step)
  const forward = Object.fromEntries(
    STEP_IDS.map((id, index) => [id, index >= from ? BLANK : state.forward[id]]),
  ) as Record<StepId, StepRecord>
  return { ...state, forward }
}

function onlyOf({ intents, effects }: StepRecord, action: Action): Pick<StepRecord, 'intents' | 'effects'> {
  const [meantAt, doneAt] = [intents[action], effects[action]]
  return {
    intents: meantAt === undefined ? {} : { [action]: meantAt },
    effects: doneAt === undefined ? {} : { [action]: doneAt },
  }
}

function placed(gates: readonly Gate[], gate: Gate): readonly Gate[] {
  return gates.some(({ id }) => id === gate.id)
    ? gates.map((known) => (known.id === gate.id ? gate : known))
    : [...gates, gate]
}
