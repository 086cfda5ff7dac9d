import type { Action } from '../contract/entries.ts'
import type { Environment, Instant } from '../contract/models.ts'
import type { Problem } from '../contract/problem.ts'
import { STEP_IDS } from '../contract/steps.ts'
import { stillTied } from './route.ts'
import { type ReleaseState, type StepRecord, serving, stepsOf } from './state.ts'
import type { Sight } from './step.ts'

const EVENTS_SHOWN = 20

/**
 * A text for whoever manages the account, to be sent as it is: what the release is, where it stands, every call it made that
 * changed something, and the newest events with their request ids. Plain text, no secrets, times in UTC.
 */
export function handOver(
  state: ReleaseState,
  now: {
    readonly sight: Sight | null
    readonly problem: Problem | null
    readonly at: Instant
    readonly head: { readonly entries: number; readonly lastHash: string }
  },
): string {
  const { release, version } = state
  const { sight, problem, head } = now
  const tied = stillTied(state)
  const { account, blue, green } = release
  const track = release.track === 'forward' ? '' : ', rolling back'
  const events = state.events
    .slice(-EVENTS_SHOWN)
    .map(
      ({ at, severity, environmentName, message, requestId }) =>
        `  ${time(at)} ${severity} ${environmentName ?? ''}: ${message}${requestId ? ` [request ${requestId}]` : ''}`,
    )
  return [
    `Signalbox release ${release.id}: a blue/green release of ${release.application} needs help`,
    `Written ${time(now.at)}`,
    '',
    `Account ${account.accountId}${account.kind === 'practice' ? ' (practice account, not AWS)' : ''}, region ${account.region}`,
    `Production URL ${release.productionCname}, expected on ${release[serving(state)].name}`,
    `Version to release: ${version?.label ?? 'not chosen yet'}${version?.stored ? `, s3://${version.stored.bucket}/${version.stored.key}` : ''}`,
    `The release stands at: ${release.outcome ?? `${release.step}${track}`}`,
    '',
    `Blue (the old environment) ${blue.name}, ${blue.id}: ${environmentLine(sight, sight?.blue ?? null)}`,
    `Green (the new environment) ${green.name}, ${green.id ?? 'never created'}: ${environmentLine(sight, sight?.green ?? null)}`,
    '',
    ...(problem
      ? [
          `What happened: ${problem.title}`,
          ...(problem.meaning ? [`What it means: ${problem.meaning}`] : []),
          ...(problem.remedy ? [`What to do: ${problem.remedy}`] : []),
          ...(problem.detail ? ['What AWS said:', ...problem.detail.split('\n').map((line) => `  ${line}`)] : []),
        ]
      : ['Nothing is wrong at the moment.']),
    '',
    'Calls of this release that changed something:',
    ...orNone(callsOf(state)),
    '',
    `The newest events of both environments:`,
    ...orNone(events),
    '',
    ...(tied === null ? [] : [tied]),
    'Please do not terminate either environment before it is clear which of them holds the production URL.',
    `Journal: ${head.entries} entries, last hash ${head.lastHash || 'none'}`,
  ].join('\n')
}

function environmentLine(sight: Sight | null, environment: Environment | null): string {
  if (!sight) return 'not looked at since the app was started'
  if (!environment) return `not listed by AWS at ${time(sight.at)}`
  const { status, healthColor, healthStatus, versionLabel, cname, platform } = environment
  return `${status}, ${healthStatus ?? healthColor}, version ${versionLabel ?? 'none'}, ${cname ?? 'no CNAME'}, ${platform} (${time(sight.at)})`
}

function callsOf(state: ReleaseState): readonly string[] {
  const tracks: readonly (readonly [string, readonly StepRecord[]])[] = [
    ['', STEP_IDS.map((id) => state.forward[id])],
    [' (way back)', state.release.track === 'rollback' ? stepsOf(state).map((id) => state.rollback[id]) : []],
  ]
  return tracks
    .flatMap(([suffix, records]) =>
      records.flatMap(({ intents, effects, refusal }) =>
        (Object.entries(intents) as [Action, Instant][]).map(([action, at]) => {
          const answered = effects[action]
          const refused = refusal?.action === action ? `, refused: ${refusal.problem.title}` : ''
          const end = answered === undefined ? refused || ', no answer known' : `, answered ${time(answered)}`
          return { at, line: `  ${time(at)} ${action}${suffix}${end}` }
        }),
      ),
    )
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }) => line)
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['  none']
}

function time(at: Instant): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'no time' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
