import type { Action } from '../contract/entries.ts'
import type { GateStatus, Instant, Outcome } from '../contract/models.ts'
import type { Fate } from './report.ts'

export const ACTION_TITLES: Readonly<Record<Action, string>> = {
  'create-template': 'Save blue’s configuration as a temporary template',
  'create-environment': 'Create green',
  'delete-template': 'Delete the temporary template',
  'upload-bundle': 'Upload the bundle',
  'create-version': 'Create the application version',
  'deploy-version': 'Deploy the version to green',
  'abort-update': 'Abort the update in flight',
  'swap-cnames': 'Swap the CNAMEs',
  'terminate-environment': 'Terminate the environment',
  'create-snapshot': 'Take a snapshot of the database',
  'protect-database': 'Protect the database from deletion',
  'retain-database': 'Set the deletion policy to Retain',
  'decouple-database': 'Decouple the database',
  'create-security-group': 'Make a security group',
  'allow-security-group': 'Let it in at the database',
  'attach-security-group': 'Attach it to blue',
  'shrink-environment': 'Shrink blue to one instance',
  'grow-environment': 'Scale blue back to its size',
  'rebuild-environment': 'Rebuild blue',
  'repair-ingress': 'Give green the ingress rules of blue',
  'repair-settings': 'Give green the settings of blue',
  'repair-capacity': 'Scale green to the size of blue',
  'put-back': 'Give green back what was held off for the release',
}

export const OUTCOME_TITLES: Readonly<Record<Outcome | 'open', string>> = {
  completed: 'Completed',
  'rolled-back': 'Rolled back',
  stopped: 'Stopped',
  open: 'Not ended',
}

export const STATUS_TITLES: Readonly<Record<GateStatus, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  waiting: 'Waiting',
  unknown: 'Unknown',
}

export const FATE_TITLES: Readonly<Record<Fate, string>> = {
  serves: 'Holds the production URL',
  stays: 'Still there, without the production URL',
  terminating: 'Termination asked for, not proved',
  terminated: 'Terminated',
  'never-created': 'Never created',
}

/** "2027-01-04 12:04:31 UTC"; "no time" where there is none that a calendar knows. */
export function moment(at: Instant): string {
  const [date, time] = split(at)
  return date ? `${date} ${time} UTC` : time
}

/** "12:04:31" on the day the release began, else with its date before it. */
export function timeIn(release: { readonly startedAt: Instant }, at: Instant): string {
  const [date, time] = split(at)
  return date === split(release.startedAt)[0] ? time : `${date} ${time}`
}

function split(at: Instant): readonly [string, string] {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ['', 'no time']
  const text = date.toISOString()
  const mark = text.indexOf('T')
  return [text.slice(0, mark), text.slice(mark + 1, mark + 9)]
}

/** "under 1 s", "42 s", "3 min 20 s", "1 h 5 min", "2 d 3 h". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (seconds > 0 && seconds < 1) return 'under 1 s'
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's')
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor(whole / 60) % 60, 'min')
  return pair(Math.floor(whole / 86_400), 'd', Math.floor(whole / 3600) % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** "1 gate", "3 gates". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
