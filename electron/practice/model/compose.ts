import type { Account } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'
import { createEnvironment, livingEnvironments, updateEnvironment } from './environments.ts'
import type { EnvironmentManifest, EnvironmentRecord, VersionRecord } from './records.ts'
import { notReady } from './swap.ts'
import { findApplication, findVersion } from './versions.ts'

/** Creates, or updates, the environments that the manifests of these versions describe. */
export function composeEnvironments(
  account: Account,
  wanted: {
    readonly applicationName: string
    readonly groupName: string | undefined
    readonly labels: readonly string[]
  },
  requestId: string,
): readonly EnvironmentRecord[] {
  const { applicationName, groupName, labels } = wanted
  findApplication(account, applicationName)
  const parts = labels.map((label) => {
    const version = findVersion(account, applicationName, label)
    const { manifest } = version
    if (manifest === undefined) {
      throw invalidParameterValue(
        `The source bundle of application version '${label}' has no environment manifest (env.yaml).`,
      )
    }
    return { version, manifest, name: nameOf(version, manifest, groupName) }
  })
  const existing = new Map(livingEnvironments(account).map((environment) => [environment.name, environment]))
  // All or none: a group in which one part could not be started is of no use.
  for (const { name } of parts) {
    const environment = existing.get(name)
    if (environment !== undefined && environment.status !== 'Ready') throw notReady(environment)
  }
  return parts.map(({ version, manifest, name }) => {
    const environment = existing.get(name)
    if (environment !== undefined) {
      const update = { versionLabel: version.label, set: [], remove: [] }
      updateEnvironment(account, environment, update, requestId)
      return environment
    }
    return createEnvironment(
      account,
      {
        applicationName,
        environmentName: name,
        tier: manifest.tier,
        versionLabel: version.label,
        solutionStack: manifest.solutionStack,
        cnamePrefix: manifest.cnamePrefix,
        settings: manifest.settings,
        links: manifest.links.map((link) => ({ ...link, environmentName: inGroup(link.environmentName, groupName) })),
      },
      requestId,
    )
  })
}

function nameOf(
  { label }: VersionRecord,
  { environmentName }: EnvironmentManifest,
  groupName: string | undefined,
): string {
  if (environmentName === undefined) {
    throw invalidParameterValue(`The environment manifest of application version '${label}' names no environment.`)
  }
  if (environmentName.endsWith('+') !== (groupName !== undefined)) {
    throw invalidParameterValue(
      "A GroupName goes with environment names that end with '+' in their manifest, and only with those.",
    )
  }
  return inGroup(environmentName, groupName)
}

function inGroup(name: string, groupName: string | undefined): string {
  return name.endsWith('+') && groupName !== undefined ? `${name.slice(0, -1)}-${groupName}` : name
}
