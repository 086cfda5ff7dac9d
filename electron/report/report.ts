import type { CloneOptions } from '../contract/clone.ts'
import type { Entry } from '../contract/entries.ts'
import type { RouteId } from '../contract/independence.ts'
import type { Colour, EnvironmentEvent, Instant, Release, SourceBundle } from '../contract/models.ts'
import type { StepId, Track } from '../contract/steps.ts'
import type { Swap, Timeline } from '../contract/timeline.ts'
import { type ReleaseState, replay, rolesOf, swapsOf } from '../release/state.ts'
import { type PropagationWatch, propagationsOf } from './propagations.ts'
import { type TestRun, testRunsOf } from './test-runs.ts'
import { type Walk, walksOf } from './walks.ts'

/** What a release leaves behind: everything its journal says, in the order it happened. Plain data. */
export interface Report {
  readonly format: 'signalbox-release-report/1'
  readonly madeAt: Instant
  /** Of the programs that made it, by name. */
  readonly versions: Readonly<Record<string, string>>
  readonly release: Release
  /** Account seconds from the first entry to the end, or to the last entry where it has not ended. */
  readonly seconds: number
  /** The account's time of the newest entry. */
  readonly lastAt: Instant
  /** Where the production URL was proved to be last; null while a swap was asked for and not proved. */
  readonly productionOn: Colour | null
  readonly fates: Readonly<Record<Colour, Fate>>
  /** Until when Elastic Beanstalk can rebuild the terminated blue; null where it was not terminated. */
  readonly rebuildUntil: Instant | null
  readonly version: Version | null
  readonly walks: readonly Walk[]
  readonly waivers: readonly Waiver[]
  readonly decisions: readonly Decision[]
  readonly testRuns: readonly TestRun[]
  readonly propagations: readonly PropagationWatch[]
  /** What was asked and carried from before the swap to the end; null where nothing was. */
  readonly timeline: Timeline | null
  /** When AWS took each swap. */
  readonly swaps: readonly Swap[]
  /** What green carried when nobody used it, before the swap; null where that was not measured. */
  readonly idleRequestsPerSecond: number | null
  readonly events: readonly EnvironmentEvent[]
  readonly journal: { readonly entries: number; readonly lastHash: string; readonly damage: string | null }
}

/** What became of an environment, as far as the journal proves it. */
export type Fate = 'serves' | 'stays' | 'terminating' | 'terminated' | 'never-created'

/** What was deployed to green; the bundle is null for a version that was in Elastic Beanstalk already. */
interface Version {
  readonly label: string
  readonly bundle: Omit<SourceBundle, 'path'> | null
  readonly stored: { readonly bucket: string; readonly key: string } | null
}

interface Waiver {
  readonly at: Instant
  readonly track: Track
  readonly step: StepId
  readonly gate: string
  readonly title: string
  readonly reason: string
}

/** What the operator decided beside waivers (settings, ways back, the end), and what another hand did meanwhile. */
interface Decision {
  readonly at: Instant
  readonly text: string
}

/** Terminated environments can be rebuilt for 42 days (AWS developer guide, "Rebuild Elastic Beanstalk environments"). */
const REBUILD_MILLISECONDS = 42 * 86_400_000

/** The report of a journal, also of one that has not ended or is damaged. Throws where there is no `started` entry. */
export function reportOf(input: {
  readonly entries: readonly { readonly entry: Entry; readonly hash: string }[]
  readonly damage: string | null
  readonly madeAt: Instant
  readonly versions: Readonly<Record<string, string>>
}): Report {
  const entries = input.entries.map(({ entry }) => entry)
  const state = replay(entries)
  const { release } = state
  const lastAt = Math.max(release.startedAt, ...entries.slice(-1).map(({ at }) => at))
  const walks = walksOf(entries)
  const { rebuildUntil, ...ends } = endsOf(state)
  return {
    format: 'signalbox-release-report/1',
    madeAt: input.madeAt,
    versions: Object.fromEntries(Object.entries(input.versions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    release,
    seconds: ((release.endedAt ?? lastAt) - release.startedAt) / 1000,
    lastAt,
    ...ends,
    rebuildUntil,
    version: state.version && { ...state.version, bundle: withoutPath(state.version.bundle) },
    walks,
    waivers: waiversOf(entries, walks),
    decisions: entries.flatMap(decisionOf),
    testRuns: testRunsOf(entries),
    propagations: propagationsOf(entries),
    timeline: state.timeline.lines.length > 0 || state.timeline.traffic.length > 0 ? state.timeline : null,
    swaps: swapsOf(state),
    idleRequestsPerSecond: state.baseline?.floorRequestsPerSecond ?? null,
    events: entries.flatMap((entry) => (entry.kind === 'event' ? [eventOf(entry.event)] : [])),
    journal: { entries: entries.length, lastHash: input.entries.at(-1)?.hash ?? '', damage: input.damage },
  }
}

/** Where everything stands, by what was proved and by what was asked for. */
function endsOf(state: ReleaseState): Pick<Report, 'productionOn' | 'fates' | 'rebuildUntil'> {
  const { release } = state
  const swap = state.forward.swap
  const back = state.rollback.swap
  const swappedTo = swap.provedAt !== null ? 'green' : swap.intents['swap-cnames'] !== undefined ? null : 'blue'
  const backTo = back.provedAt !== null ? 'blue' : back.intents['swap-cnames'] !== undefined ? null : 'green'
  const wasSwapped = release.track === 'rollback' ? (state.rollbackSwapped ? backTo : 'blue') : swappedTo
  const { from } = rolesOf(release.track)
  const retire = (release.track === 'forward' ? state.forward : state.rollback).retire
  const terminatedAt = retire.effects['terminate-environment']
  const left: Fate = terminatedAt === undefined ? 'stays' : retire.provedAt !== null ? 'terminated' : 'terminating'
  const fateOf = (colour: Colour): Fate => {
    if (colour === 'green' && release.green.id === null) return 'never-created'
    if (colour === from && left !== 'stays') return left
    return wasSwapped === colour ? 'serves' : 'stays'
  }
  const rebuildUntil = from === 'blue' && terminatedAt !== undefined ? terminatedAt + REBUILD_MILLISECONDS : null
  return { productionOn: wasSwapped, fates: { blue: fateOf('blue'), green: fateOf('green') }, rebuildUntil }
}

function waiversOf(entries: readonly Entry[], walks: readonly Walk[]): readonly Waiver[] {
  let track: Track = 'forward'
  return entries.flatMap((entry) => {
    if (entry.kind === 'roll-back-chosen') track = 'rollback'
    if (entry.kind !== 'waived') return []
    const { at, step, gate, reason } = entry
    const walk = walks.findLast((each) => each.step === step && each.track === track && each.enteredAt <= at)
    const title = [...(walk?.gates ?? []), ...(walk?.proofs ?? [])].find(({ id }) => id === gate)?.title ?? gate
    return [{ at, track, step, gate, title, reason }]
  })
}

const ROUTES: Readonly<Record<RouteId, string>> = {
  'decouple-first': 'Chose to decouple the database of blue before green is made.',
  'decouple-later': 'Chose to decouple the database of blue only after the swap: green uses it from outside.',
}

function decisionOf(entry: Entry): readonly Decision[] {
  const { at } = entry
  switch (entry.kind) {
    case 'settings-changed': {
      const { bakeSeconds, soakSeconds, checks, domains = [], retirement } = entry.settings
      const standby = retirement && retirement.standbySeconds > 0 ? `, standby ${retirement.standbySeconds} s` : ''
      const rest = `${domains.length > 0 ? `, domains ${domains.join(', ')}` : ''}${standby}${retirement?.shrink ? ', blue shrunk to one instance' : ''}`
      return [
        {
          at,
          text: `Changed the settings: bake ${bakeSeconds} s, soak ${soakSeconds} s, ${checks.length} checks${rest}.`,
        },
      ]
    }
    case 'green-named':
      return [{ at, text: `Named green ${entry.name}, with the CNAME prefix ${entry.cnamePrefix}.` }]
    case 'clone-options':
      return [{ at, text: `Chose for green: ${optionsInWords(entry.options)}.` }]
    case 'repair-chosen':
      return [{ at, text: `Asked for a repair of green: ${entry.repair}.` }]
    case 'held':
      return entry.options.map(({ optionName, during, after }) => ({
        at,
        text: `Held ${optionName} of green at ${during} for the time of the release; it goes back to ${after} at its end.`,
      }))
    case 'version-chosen':
      return [{ at, text: `Chose version ${entry.label}${entry.bundle ? ` from ${entry.bundle.fileName}` : ''}.` }]
    case 'drift':
      return entry.drift === null ? [] : [{ at, text: `Saw another hand: ${entry.said}` }]
    case 'drift-accepted':
      return [{ at, text: `Went on with it as it is: ${entry.said}.` }]
    case 'route-chosen':
      return [{ at, text: ROUTES[entry.route] }]
    case 'answered':
      return [{ at, text: `Answered for ${entry.question}: ${entry.answer.replaceAll('-', ' ')}.` }]
    case 'signed-off':
      return [{ at, text: entry.note ? `Signed green off: ${entry.note}` : 'Signed green off, without a note.' }]
    case 'returned':
      return [{ at, text: `Went back to an earlier step: ${entry.why}.` }]
    case 'roll-back-chosen':
      return [
        { at, text: entry.swapped ? 'Chose to roll back, after the swap.' : 'Chose to roll back, before the swap.' },
      ]
    case 'ended':
      return entry.outcome === 'stopped' ? [{ at, text: 'Stopped the release where it stood.' }] : []
    default:
      return []
  }
}

/** The path on the operator's computer is nobody else's business. */
function withoutPath(bundle: SourceBundle | null): Omit<SourceBundle, 'path'> | null {
  return bundle && { fileName: bundle.fileName, sizeBytes: bundle.sizeBytes, sha256: bundle.sha256 }
}

function eventOf({ at, severity, environmentName, message }: EnvironmentEvent): EnvironmentEvent {
  return { at, severity, environmentName, message }
}

function optionsInWords({ platform, template, instanceTypes, minSize }: CloneOptions): string {
  const chosen = [
    ...(platform === 'newest' ? ['the newest platform version of the branch'] : []),
    ...(template === null ? [] : [`the saved configuration ${template}`]),
    ...(instanceTypes === null ? [] : [`instances of type ${instanceTypes}`]),
    ...(minSize === null ? [] : [`at least ${minSize} instances`]),
  ]
  return chosen.join(', ') || 'everything as on blue'
}
