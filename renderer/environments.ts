import type { Application, Environment, ReleaseSettings } from '../electron/contract/models.ts'

/** Five minutes of bake, an hour of soak, and the root must answer 200. */
export const DEFAULT_SETTINGS: ReleaseSettings = {
  bakeSeconds: 300,
  soakSeconds: 3600,
  checks: [{ path: '/', expectStatus: 200, contains: '' }],
}

/** Why a release cannot start from this environment; null when it can. The first step looks closer. */
export function whyNotBlue(environment: Environment): string | null {
  if (environment.tier.toLowerCase().startsWith('worker') || environment.cname === null) {
    return 'A worker environment has no URL, so there is nothing to swap.'
  }
  if (environment.status === 'Ready') return null
  if (environment.status === 'Updating') return 'It is being updated now. Wait until it is Ready.'
  if (environment.status === 'Launching') return 'It is still launching. Wait until it is Ready.'
  if (environment.status === 'Terminating' || environment.status === 'Terminated')
    return `It is ${environment.status.toLowerCase()}.`
  return `Its status is ${environment.status}; it must be Ready.`
}

/** Applications with the environments that match every word typed, by URL; those that cannot be chosen come last. */
export function matching(applications: readonly Application[], typed: string): readonly Application[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return applications
    .map((application) => ({
      ...application,
      environments: application.environments.filter((each) => hasWords(each, words)).toSorted(byUrl),
    }))
    .filter(({ environments }) => environments.length > 0 || words.length === 0)
}

function hasWords({ application, cname, name, id, versionLabel }: Environment, words: readonly string[]): boolean {
  const text = [application, cname, name, id, versionLabel].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

function byUrl(one: Environment, other: Environment): number {
  const chosen = Number(whyNotBlue(one) !== null) - Number(whyNotBlue(other) !== null)
  return chosen !== 0 ? chosen : (one.cname ?? one.name).localeCompare(other.cname ?? other.name)
}
