import type { Entry } from '../../electron/contract/entries.ts'
import { brokenForDatabases, routeAt, stepAt } from './database-law.ts'
import { PRODUCTION } from './door/account.ts'
import { type Made, RESTART, type Trace } from './trace.ts'

/** A law that was broken, and by what. */
export interface Broken {
  readonly law: string
  readonly how: string
}

/** How old what was read may be when it is acted on, in account milliseconds: a look and the calls of one gate. */
const FRESH_MILLISECONDS = 20_000
/** The longest an application of these histories needs to start, and a turn. */
const RESTART_MILLISECONDS = 60_000

/** The laws of a release; each is true of every trace there can be, whatever others, AWS or the machine do. */
export const LAWS: Readonly<
  Record<string, { readonly says: string; readonly broken: (trace: Trace) => readonly string[] }>
> = {
  L1: {
    says: 'The environment that holds the production CNAME is never terminated, deployed to or aborted by us, no environment of others is touched, nothing is swapped or terminated without having asked right before who holds production, and nothing is rebuilt that is there',
    broken: ({ made, entries, blue }) =>
      made.flatMap((each) => [
        ...(REACHES.has(each.name)
          ? each.targets
              .filter((id) => id.startsWith('e-') && !each.truth.ours.includes(id))
              .map((id) => `${each.name} of ${id}, which is not of this release`)
          : []),
        ...(each.name === 'swapCnames' &&
        (holderAsSeen(each) === blue) !== (trackAt(entries, each.entries) === 'forward')
          ? [`swapped on the way ${trackAt(entries, each.entries)} while ${each.truth.holder} held production`]
          : []),
        ...(DISTURBS.has(each.name) && each.targets[0] === holderAsSeen(each)
          ? [`${each.name} of ${each.targets[0]} while it held production`]
          : []),
        ...(IRREVOCABLE.has(each.name) && !each.known.last.startsWith('describeEnvironments ')
          ? [`${each.name} without having asked right before who holds production`]
          : []),
        ...(IRREVOCABLE.has(each.name)
          ? each.targets
              .filter((id) => !isFresh(each, each.known.listed[id]?.at))
              .map((id) => `${each.name} without a fresh look at ${id}`)
          : []),
        ...(each.name === 'rebuild' && (each.targets[0] !== blue || each.targets[0] in each.truth.answering)
          ? [`rebuild of ${each.targets[0]}, which is ${each.targets[0] === blue ? 'there' : 'not blue'}`]
          : []),
      ]),
  },
  L2: {
    says: 'Nothing is done past the independence gate with an environment whose database is coupled or was not read, unless the operator chose to decouple it after the swap, its snapshot is there, it is protected, and green has none; and none such is terminated',
    broken: ({ made, blue, entries }) =>
      made.flatMap((each) => {
        const id = each.name === 'swapCnames' ? blue : (each.targets[0] ?? '')
        const guarded = each.name === 'terminate' || (each.name === 'swapCnames' && each.truth.holder === blue)
        if (!guarded) return []
        const { settings, stack, databases } = each.known
        const reads = each.name === 'terminate' ? [stack[id]] : [stack[id], settings[id], databases]
        return [
          ...(each.truth.coupled.includes(id) ? boundBy(each, entries, id) : []),
          ...(reads.every((at) => isFresh(each, at)) ? [] : [`${each.name} without having read the database of ${id}`]),
        ]
      }),
  },
  L3: {
    says: 'What has served production is terminated only after propagation was proved or waived with a reason, and the production URL was typed',
    broken: ({ made, followed, entries, blue }) =>
      made.flatMap((each) => {
        if (each.name !== 'terminate') return []
        const swap = made.findLast((other) => other.name === 'swapCnames' && other.at <= each.at)
        if (each.targets[0] !== blue && swap === undefined) return []
        const track = trackAt(entries, each.entries)
        const begun = track === 'rollback' ? entries.findLastIndex(({ kind }) => kind === 'roll-back-chosen') : 0
        const proof = followed.findLast(({ entries: at }) => at <= each.entries && at > begun)
        if (proof === undefined || proof.at < (swap?.at ?? 0)) return ['terminated before propagation was proved']
        const waived = new Set(
          entries
            .slice(begun, each.entries)
            .flatMap((entry) => (entry.kind === 'waived' && entry.step === 'propagation' ? [entry.gate] : [])),
        )
        const typed = entries
          .slice(0, each.entries)
          .findLast((entry) => entry.kind === 'lever-thrown' && entry.step === 'retire')
        return [
          ...(proof.behind.length > 0 && !waived.has('resolvers')
            ? [`${proof.behind.join(', ')} had not followed`]
            : []),
          ...(proof.answeredByNew < 10 && !waived.has('fresh-requests')
            ? [`only ${proof.answeredByNew} of 10 requests were answered by the new side`]
            : []),
          ...(proof.stillVisited > 12 && !waived.has('drained') ? [`${proof.stillVisited} requests still came`] : []),
          ...(track === 'forward' && (typed?.kind !== 'lever-thrown' || typed.typedUrl !== PRODUCTION)
            ? ['the production URL was not typed']
            : []),
        ]
      }),
  },
  'L3 reasons': {
    says: 'Nothing is waived without a reason',
    broken: ({ entries }) =>
      entries.flatMap((entry) =>
        entry.kind === 'waived' && entry.reason.trim() === ''
          ? [`${entry.step} ${entry.gate} was waived without a reason`]
          : [],
      ),
  },
  L4: {
    says: 'No change is made twice: one green, one version of a label, one deployment, swap and termination per decision, each meant in the journal before it is made; nothing temporary is left',
    broken: (trace) => [
      ...tooMany(trace, 'createEnvironment', () => 1),
      ...tooMany(trace, 'terminate', ({ entries }) => thrown(entries, 'retire')),
      ...tooMany(trace, 'deploy', ({ entries }) => thrown(entries, 'deploy')),
      ...tooMany(trace, 'swapCnames', ({ entries }) => thrown(entries, 'swap')),
      // AWS refuses a second one of the same name: where there are two, another hand has deleted the first.
      ...(new Set(trace.made.flatMap(({ name, targets }) => (name === 'createSnapshot' ? targets[1] : []))).size > 1
        ? ['snapshots were taken under several names']
        : []),
      ...tooMany(trace, 'createGroup', () => 1),
      ...tooMany(trace, 'rebuild', () => 1),
      ...tooMany(trace, 'updateSettings', decisionsToConfigure),
      ...trace.made
        .filter((each) => !wasMeant(trace.entries, each))
        .map(({ name }) => `${name} was made before it was journalled`),
      ...(outcomeOf(trace) !== 'stopped' && trace.left.templates.length > 0 ? ['the template is left behind'] : []),
      ...(outcomeOf(trace) === 'rolled-back' && trace.left.environments.length > 0 ? ['green is left behind'] : []),
      ...(trace.left.environments.length > 1 ? ['there are two greens'] : []),
    ],
  },
  L5: {
    says: 'Replaying the journal gives the state that is shown',
    broken: ({ unlike }) => unlike,
  },
  L6: {
    says: 'Every state that is reached offers a way on, and the release comes to an end',
    broken: ({ deadEnds }) => deadEnds,
  },
  L7: {
    says: 'The production URL answers at every moment in which AWS itself would let it: no gap is of our making',
    broken: ({ production, made, entries }) => [
      ...production
        .filter(
          ({ at, answers, because }, index) =>
            !answers && because?.by === 'us' && !isRestart(because.what, at, production[index + 1]),
        )
        .map(
          ({ holder, because }) =>
            `${holder ?? 'nobody'} did not answer at the production URL after our ${because?.what}`,
        ),
      ...made.flatMap((each) => {
        if (each.name !== 'swapCnames') return []
        const target = each.targets.find((id) => id !== each.truth.holder) ?? ''
        const [has, needs] = [each.truth.answering[target] ?? 0, each.truth.answering[each.truth.holder ?? ''] ?? 0]
        if (has === 0 && needs > 0) return [`swapped to ${target}, where nothing answered`]
        const isBack = trackAt(entries, each.entries) === 'rollback'
        return isBack && has < needs && !wasWaived(entries, each.entries)
          ? [`swapped back to ${has} instances from ${needs}`]
          : []
      }),
    ],
  },
  L8: {
    says: 'No database is deleted by a call of ours, and an environment is configured only in the order that loses none: Retain by itself, the decoupling by itself while Retain is deployed and was read right before, then its security group; and its size where it is shrunk or grown again',
    broken: brokenForDatabases,
  },
  L9: {
    says: 'Only green is made like blue, while it does not hold production; and what it had only for the time of the release is given back when that is completed, unless the operator says with a reason why not',
    broken: (trace) => [
      ...trace.made.flatMap((each) => objectionsToRepair(each, trace)),
      ...(outcomeOf(trace) === 'completed' && !isWaived(trace.entries, 'retire', 'put-back')
        ? trace.left.held.map((option) => `green still has ${option}`)
        : []),
    ],
  },
}

/** Every law that a trace breaks. */
export function brokenLaws(trace: Trace): readonly Broken[] {
  return Object.entries(LAWS).flatMap(([law, { broken }]) => broken(trace).map((how) => ({ law, how })))
}

/** Who held production when the call before was answered: AWS has no call that is only made if nobody else swaps in that second. */
function holderAsSeen({ known, truth }: Made): string | null {
  const seen = Object.entries(known.listed).filter(([, { cname }]) => cname?.toLowerCase() === PRODUCTION)
  const newest = seen.toSorted(([, a], [, b]) => b.at - a.at)[0]
  return known.last.startsWith('describeEnvironments ') ? (newest?.[0] ?? null) : truth.holder
}

const DISTURBS: ReadonlySet<string> = new Set(['terminate', 'deploy', 'abortUpdate'])
const REACHES: ReadonlySet<string> = new Set([...DISTURBS, 'swapCnames', 'updateSettings'])
const IRREVOCABLE: ReadonlySet<string> = new Set(['terminate', 'swapCnames'])

/** The actions of the journal that stand for a change; the template and the bundle may be made again. */
const MEANT: Partial<Readonly<Record<Made['name'], readonly string[]>>> = {
  createEnvironment: ['create-environment'],
  createVersion: ['create-version'],
  deploy: ['deploy-version'],
  abortUpdate: ['abort-update'],
  swapCnames: ['swap-cnames'],
  terminate: ['terminate-environment'],
  updateSettings: [
    'retain-database',
    'decouple-database',
    'attach-security-group',
    'shrink-environment',
    'grow-environment',
    'repair-settings',
    'repair-capacity',
    'put-back',
  ],
  createSnapshot: ['create-snapshot'],
  protect: ['protect-database'],
  createGroup: ['create-security-group'],
  allow: ['allow-security-group'],
  allowIngress: ['repair-ingress'],
  revokeIngress: ['repair-ingress'],
  rebuild: ['rebuild-environment'],
}

/** What is wrong with leaving an environment as it is tied: nothing, on the route that decouples it after the swap. */
function boundBy(each: Made, entries: readonly Entry[], id: string): readonly string[] {
  const tied = `${each.name} while the database of ${id} was coupled`
  if (each.name === 'terminate' || routeAt(entries, each.entries) === 'decouple-first') return [tied]
  const { protected: guardedAt, snapshot } = each.known.guarded
  const isRecent = (at: number | null) => at !== null && each.at - at <= 2 * FRESH_MILLISECONDS
  return [
    ...(isRecent(guardedAt) ? [] : [`${tied} and was not seen protected right before`]),
    ...(isRecent(snapshot) ? [] : [`${tied} and no snapshot of it was seen right before`]),
    ...(each.targets.some((other) => other !== id && each.truth.coupled.includes(other))
      ? [`${tied}, and green had one of its own`]
      : []),
  ]
}

/** A restart that AWS makes for the operator's lever is over as soon as the application has started. */
function isRestart(what: string, at: number, next: Trace['production'][number] | undefined): boolean {
  return what === RESTART && next?.answers === true && next.at - at <= RESTART_MILLISECONDS
}

/** Whether the operator has said, with a reason, that the side that is swapped to is well and large enough. */
function wasWaived(entries: readonly Entry[], length: number): boolean {
  const before = entries.slice(0, length)
  return isWaived(before, 'swap', 'capacity') || isWaived(before, 'swap', 'target-ok')
}

function isWaived(entries: readonly Entry[], step: string, gate: string): boolean {
  return entries.some((entry) => entry.kind === 'waived' && entry.step === step && entry.gate === gate)
}

function objectionsToRepair(each: Made, { entries, blue }: Trace): readonly string[] {
  const { name, targets, truth, settings = [] } = each
  const [id = ''] = targets
  if (name === 'allowIngress' || name === 'revokeIngress')
    return truth.groupsOfBlue.includes(id) ? [`${name} at ${id}, which is a group of blue`] : []
  if (name !== 'updateSettings' || id === blue) return []
  const step = stepAt(entries, each.entries)
  if (step === 'forward clone') return holderAsSeen(each) === id ? ['green was changed while it held production'] : []
  const owed = entries
    .slice(0, each.entries)
    .flatMap((entry) => (entry.kind === 'held' ? entry.options : []))
    .map(({ namespace, optionName, after }) => `${namespace} ${optionName} = ${after}`)
  if (step === 'forward retire' && settings.every((setting) => owed.includes(setting))) return []
  return [`green was asked for ${settings.join(', ')} at ${step}`]
}

function isFresh({ at }: Made, readAt: number | null | undefined): boolean {
  return readAt !== null && readAt !== undefined && at - readAt <= FRESH_MILLISECONDS
}

function tooMany(trace: Trace, name: Made['name'], allowed: (trace: Trace) => number): readonly string[] {
  const count = trace.made.filter((each) => each.name === name).length
  const most = allowed(trace)
  return count > most ? [`${name} was made ${count} times for ${most} decision${most === 1 ? '' : 's'}`] : []
}

function thrown(entries: readonly Entry[], step: string): number {
  return entries.filter((entry) => entry.kind === 'lever-thrown' && entry.step === step).length
}

/** A stage of the decoupling, a shrinking, a repair: each has a lever of its own; the way back to a size is a part of a swap, what was held is given back once. */
function decisionsToConfigure({ entries }: Trace): number {
  const stages = entries.filter((entry) => entry.kind === 'lever-thrown' && entry.stage !== undefined).length
  return stages + thrown(entries, 'swap') + (entries.some(({ kind }) => kind === 'held') ? 1 : 0)
}

function wasMeant(entries: readonly Entry[], { name, entries: length }: Made): boolean {
  const actions = MEANT[name]
  if (actions === undefined) return true
  const last = entries
    .slice(0, length)
    .findLast((entry) => (entry.kind === 'intent' || entry.kind === 'effect') && actions.includes(entry.action))
  return last?.kind === 'intent'
}

function trackAt(entries: readonly Entry[], length: number): 'forward' | 'rollback' {
  return entries.slice(0, length).some(({ kind }) => kind === 'roll-back-chosen') ? 'rollback' : 'forward'
}

function outcomeOf({ entries }: Trace): string | null {
  const last = entries.findLast(({ kind }) => kind === 'ended')
  return last?.kind === 'ended' ? last.outcome : null
}
