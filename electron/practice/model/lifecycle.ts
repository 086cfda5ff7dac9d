import type { Account } from './account.ts'
import { emitForApplication } from './events.ts'
import type { ApplicationRecord, LifecycleRule, VersionLifecycle, VersionRecord } from './records.ts'

const DAY = 86_400_000
// Both are the developer guide's: at most so many at once, and none that an environment still may need.
const MOST_DELETED = 100
const NEEDED_AFTER_TERMINATION = 70 * DAY

/** No rule is on: what an application begins with. */
export const NO_LIFECYCLE: VersionLifecycle = {
  serviceRole: undefined,
  maxCount: { enabled: false, most: 200, deleteSource: false },
  maxAge: { enabled: false, most: 180, deleteSource: false },
}

/**
 * Deletes the versions that the application's rules are against, when a new one has been created. Answers those whose
 * source bundle goes with them.
 */
export function applyLifecycle(account: Account, application: ApplicationRecord): readonly VersionRecord[] {
  const { maxCount, maxAge } = application.lifecycle
  const oldestFirst = [...account.versions.values()].filter(
    ({ applicationName }) => applicationName === application.name,
  )
  const tooMany = maxCount.enabled ? Math.max(0, oldestFirst.length - maxCount.most) : 0
  const deletable = oldestFirst.filter((version) => !isNeeded(account, version))
  const doomed = new Map<VersionRecord, LifecycleRule>()
  if (maxAge.enabled) {
    for (const version of deletable) {
      if (account.now - version.created > maxAge.most * DAY) doomed.set(version, maxAge)
    }
  }
  for (const version of deletable.slice(0, tooMany)) if (!doomed.has(version)) doomed.set(version, maxCount)
  const deleted = [...doomed].slice(0, MOST_DELETED)
  for (const [{ label }] of deleted) {
    account.versions.delete(`${application.name}/${label}`)
    emitForApplication(
      account,
      application.name,
      `Deleted application version '${label}' because of the application version lifecycle settings.`,
      {
        versionLabel: label,
      },
    )
  }
  return deleted.filter(([, { deleteSource }]) => deleteSource).map(([version]) => version)
}

function isNeeded(account: Account, { applicationName, label }: VersionRecord): boolean {
  return [...account.environments.values()].some(
    (environment) =>
      environment.applicationName === applicationName &&
      environment.versionLabel === label &&
      (environment.terminated === undefined || account.now - environment.terminated < NEEDED_AFTER_TERMINATION),
  )
}
