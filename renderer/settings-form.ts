import type { ReleaseSettings } from '../electron/contract/models.ts'
import { numberFault } from './names.ts'

/** The settings of a release as they are typed. */
export interface SettingsForm {
  readonly bakeMinutes: string
  readonly soakMinutes: string
  readonly checks: readonly { readonly path: string; readonly expectStatus: string; readonly contains: string }[]
  /** Changed elsewhere; goes through as it is. */
  readonly panel?: ReleaseSettings['panel']
  readonly domains?: ReleaseSettings['domains']
  readonly retirement?: ReleaseSettings['retirement']
}

export const BLANK_CHECK: SettingsForm['checks'][number] = { path: '/', expectStatus: '200', contains: '' }

/** The settings as they are typed, in minutes. */
export function formOf({
  bakeSeconds,
  soakSeconds,
  checks,
  panel,
  domains,
  retirement,
}: ReleaseSettings): SettingsForm {
  return {
    bakeMinutes: minutes(bakeSeconds),
    soakMinutes: minutes(soakSeconds),
    checks: checks.map(({ path, expectStatus, contains }) => ({ path, expectStatus: String(expectStatus), contains })),
    ...(panel ? { panel } : {}),
    ...(domains ? { domains } : {}),
    ...(retirement ? { retirement } : {}),
  }
}

/** What is wrong with each field, in words; null where nothing is. */
export function faultsOf(form: SettingsForm) {
  return {
    bakeMinutes: minutesFault(form.bakeMinutes, 1440),
    soakMinutes: minutesFault(form.soakMinutes, 10_080),
    checks: form.checks.map(({ path, expectStatus, contains }) => ({
      path: path.startsWith('/') ? (path.length > 2000 ? 'At most 2000 characters.' : null) : 'It begins with a slash.',
      expectStatus: numberFault(expectStatus, 100, 599),
      contains: contains.length > 500 ? 'At most 500 characters.' : null,
    })),
  }
}

/** The settings that were typed; null while a field is wrong. */
export function settingsOf(form: SettingsForm): ReleaseSettings | null {
  const faults = faultsOf(form)
  const wrong = [
    faults.bakeMinutes,
    faults.soakMinutes,
    ...faults.checks.flatMap((check) => Object.values(check)),
  ].some((fault) => fault !== null)
  if (wrong || form.checks.length === 0) return null
  return {
    bakeSeconds: Math.round(Number(form.bakeMinutes) * 60),
    soakSeconds: Math.round(Number(form.soakMinutes) * 60),
    checks: form.checks.map(({ path, expectStatus, contains }) => ({
      path,
      expectStatus: Number(expectStatus),
      contains,
    })),
    ...(form.panel ? { panel: form.panel } : {}),
    ...(form.domains ? { domains: form.domains } : {}),
    ...(form.retirement ? { retirement: form.retirement } : {}),
  }
}

function minutes(seconds: number): string {
  return String(Math.round((seconds / 60) * 100) / 100)
}

function minutesFault(typed: string, most: number): string | null {
  const value = Number(typed)
  if (typed.trim() === '' || !Number.isFinite(value)) return 'Give a number of minutes.'
  return value < 0 || value > most ? `Between 0 and ${most} minutes.` : null
}
