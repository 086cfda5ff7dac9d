import type { Action, Entry, EntryOf } from '../contract/entries.ts'
import type { Evidence, Gate, GateStatus, Instant } from '../contract/models.ts'
import type { Problem } from '../contract/problem.ts'
import type { StepId, Track } from '../contract/steps.ts'

/** One step, walked once: a step that was returned to is walked again and listed again. */
export interface Walk {
  readonly track: Track
  readonly step: StepId
  readonly enteredAt: Instant
  /** When the lever was thrown, each time. */
  readonly leversAt: readonly Instant[]
  readonly typedUrl: string | null
  readonly provedAt: Instant | null
  /** When the release went on from it, or ended in it; null where it is there still. */
  readonly leftAt: Instant | null
  /** Account seconds from entering to the proof; null without one. */
  readonly seconds: number | null
  readonly gates: readonly ReportedGate[]
  readonly proofs: readonly ReportedGate[]
  readonly actions: readonly ReportedAction[]
}

/** A gate with its last verdict, and every verdict it had. */
export interface ReportedGate {
  readonly id: string
  readonly title: string
  readonly status: GateStatus
  readonly summary: string
  readonly remedy: string | null
  readonly waivable: boolean
  readonly waiver: { readonly reason: string; readonly at: Instant } | null
  readonly evidence: readonly Evidence[]
  readonly history: readonly { readonly at: Instant; readonly status: GateStatus }[]
}

/** A call that changes something in AWS: what was meant, and what came of it. */
export interface ReportedAction {
  readonly action: Action
  readonly detail: string
  /** Null where it was held back before it was meant: a gate closed after the lever was thrown. */
  readonly meantAt: Instant | null
  readonly answeredAt: Instant | null
  readonly outcome: 'done' | 'refused' | 'unanswered'
  readonly problem: Problem | null
}

/** The steps as they were walked, in their order. */
export function walksOf(entries: readonly Entry[]): readonly Walk[] {
  let track: Track = 'forward'
  return entries.reduce<readonly Walk[]>((before, entry) => {
    const walks = goneOn(before, track, entry)
    switch (entry.kind) {
      case 'roll-back-chosen':
        track = 'rollback'
        return withLast(walks, left(entry.at))
      case 'returned':
      case 'ended':
        return withLast(walks, left(entry.at))
      case 'entered':
        return [...withLast(walks, left(entry.at)), begun(track, entry)]
      case 'gate':
        return withLast(walks, (walk) => ({ ...walk, [entry.list]: placed(walk[entry.list], entry) }))
      case 'lever-thrown':
        return withLast(walks, (walk) => ({
          ...walk,
          leversAt: [...walk.leversAt, entry.at],
          typedUrl: entry.typedUrl ?? walk.typedUrl,
        }))
      case 'intent':
      case 'effect':
      case 'refused':
        return withLast(walks, (walk) => ({ ...walk, actions: withAction(walk.actions, entry) }))
      case 'proved':
        return withLast(walks, (walk) => ({
          ...walk,
          provedAt: entry.at,
          leftAt: entry.at,
          seconds: (entry.at - walk.enteredAt) / 1000,
        }))
      default:
        return walks
    }
  }, [])
}

/** An app that was killed before it recorded the entering went on in the step all the same. */
function goneOn(walks: readonly Walk[], track: Track, entry: Entry): readonly Walk[] {
  if (!('step' in entry) || ['entered', 'returned', 'waived', 'proved'].includes(entry.kind)) return walks
  const { step, at } = entry
  const last = walks.at(-1)
  const isThere = last?.step === step && last.track === track && (last.leftAt === null || last.provedAt !== null)
  return isThere ? walks : [...withLast(walks, left(at)), begun(track, entry)]
}

function begun(track: Track, { step, at }: { readonly step: StepId; readonly at: Instant }): Walk {
  return {
    track,
    step,
    enteredAt: at,
    leversAt: [],
    typedUrl: null,
    provedAt: null,
    leftAt: null,
    seconds: null,
    gates: [],
    proofs: [],
    actions: [],
  }
}

function left(at: Instant): (walk: Walk) => Walk {
  return (walk) => ({ ...walk, leftAt: walk.leftAt ?? at })
}

function withLast(walks: readonly Walk[], change: (walk: Walk) => Walk): readonly Walk[] {
  const last = walks.at(-1)
  return last ? [...walks.slice(0, -1), change(last)] : walks
}

function placed(known: readonly ReportedGate[], { gate, at }: EntryOf<'gate'>): readonly ReportedGate[] {
  const before = known.find(({ id }) => id === gate.id)
  const now = reported(gate, [...(before?.history ?? []), { at, status: gate.status }])
  return before ? known.map((each) => (each === before ? now : each)) : [...known, now]
}

function reported(gate: Gate, history: ReportedGate['history']): ReportedGate {
  const { id, title, status, summary, waivable } = gate
  return {
    id,
    title,
    status,
    summary,
    remedy: gate.remedy ?? null,
    waivable,
    waiver: gate.waiver ? { reason: gate.waiver.reason, at: gate.waiver.at } : null,
    evidence: gate.evidence.map(({ source, at, text }) => ({ source, at, text })),
    history,
  }
}

/** An answer belongs to the newest call of its name that has none. */
function withAction(
  actions: readonly ReportedAction[],
  entry: EntryOf<'intent'> | EntryOf<'effect'> | EntryOf<'refused'>,
): readonly ReportedAction[] {
  const { action, at } = entry
  if (entry.kind === 'intent') {
    return [
      ...actions,
      { action, detail: entry.detail, meantAt: at, answeredAt: null, outcome: 'unanswered', problem: null },
    ]
  }
  const answer =
    entry.kind === 'effect'
      ? ({ answeredAt: at, outcome: 'done', problem: null, detail: entry.detail } as const)
      : ({ answeredAt: at, outcome: 'refused', problem: entry.problem } as const)
  const open = actions.findLastIndex((each) => each.action === action && each.outcome === 'unanswered')
  if (open === -1) return [...actions, { action, detail: '', meantAt: null, ...answer }]
  return actions.map((each, index) => (index === open ? { ...each, ...answer } : each))
}
