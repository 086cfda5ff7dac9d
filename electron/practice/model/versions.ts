import { type Account, versionKey } from './account.ts'
import { AwsError, invalidParameterValue } from './aws-error.ts'
import { emitForApplication } from './events.ts'
import { NO_LIFECYCLE } from './lifecycle.ts'
import type {
  ApplicationRecord,
  EnvironmentManifest,
  ExtensionDatabase,
  PracticeFile,
  Tag,
  VersionLifecycle,
  VersionRecord,
} from './records.ts'
import { terminateEnvironment } from './terminate.ts'

const PROCESSING_MILLISECONDS = 5_000
const BUILDING_MILLISECONDS = 60_000

/** How a version behaves whose bundle says nothing about it. */
export const DEFAULT_BEHAVIOUR: PracticeFile = {
  statusCode: 200,
  latencyMilliseconds: 20,
  errorRate: 0,
  versionHeader: 'x-app-version',
  startMilliseconds: 2_000,
  deploy: 'succeed',
}

export function findApplication(account: Account, name: string): ApplicationRecord {
  const found = account.applications.get(name)
  if (found === undefined) throw invalidParameterValue(`No Application named '${name}' found.`)
  return found
}

export function createApplication(
  account: Account,
  name: string,
  description: string | undefined,
  tags: readonly Tag[] = [],
  lifecycle: VersionLifecycle = NO_LIFECYCLE,
): ApplicationRecord {
  if (name.includes('/')) {
    throw invalidParameterValue(
      `Value ${name} at 'ApplicationName' failed to satisfy constraint: Member must not contain '/'`,
    )
  }
  if (account.applications.has(name)) throw invalidParameterValue(`Application ${name} already exists.`)
  if (account.applications.size >= account.quotas.applications) {
    throw new AwsError(
      'TooManyApplicationsException',
      `You cannot have more than ${account.quotas.applications} Applications. Either remove some Applications or request a limit increase.`,
    )
  }
  const application: ApplicationRecord = {
    name,
    arn: `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:application/${name}`,
    created: account.now,
    description,
    updated: account.now,
    tags,
    lifecycle,
  }
  account.applications.set(name, application)
  emitForApplication(account, name, 'createApplication completed successfully.')
  return application
}

/** Deletes an application with its versions and templates; its environments must be gone, or go now by force. */
export function deleteApplication(account: Account, name: string, force: boolean, requestId: string): void {
  if (!account.applications.has(name)) return
  const running = [...account.environments.values()].filter(
    (environment) => environment.applicationName === name && environment.status !== 'Terminated',
  )
  const busy = running.find(({ status }) => status === 'Updating' || status === 'Aborting')
  if (force && busy === undefined) {
    const options = { terminateResources: true, force }
    for (const environment of running) terminateEnvironment(account, environment, requestId, options)
  } else if (running.length > 0) {
    throw new AwsError(
      'OperationInProgressFailure',
      `Unable to delete application ${name} because it has running environments.`,
    )
  }
  account.applications.delete(name)
  for (const [key, version] of account.versions) if (version.applicationName === name) account.versions.delete(key)
  for (const [key, template] of account.templates) if (template.applicationName === name) account.templates.delete(key)
}

export function findVersion(account: Account, applicationName: string, label: string): VersionRecord {
  const found = account.versions.get(versionKey(applicationName, label))
  if (found === undefined) throw invalidParameterValue(`No Application Version named '${label}' found.`)
  return found
}

export interface NewVersion {
  readonly applicationName: string
  readonly label: string
  readonly description?: string | undefined
  readonly sourceBundle: { readonly bucket: string; readonly key: string }
  readonly manifest?: EnvironmentManifest
  readonly buildArn?: string
  /** What the bundle's `practice.json` says; absent: it has none. */
  readonly behaviour?: PracticeFile
  /** False: the bundle cannot be unpacked. */
  readonly sound: boolean
  readonly databases?: readonly ExtensionDatabase[]
  /** Whether Elastic Beanstalk is asked to look into the bundle first. */
  readonly process: boolean
  readonly tags?: readonly Tag[]
}

/** Creates an application version; one that is processed takes five seconds to become PROCESSED or FAILED. */
export function createVersion(account: Account, wanted: NewVersion, requestId?: string): VersionRecord {
  const { applicationName, label } = wanted
  findApplication(account, applicationName)
  if (account.versions.has(versionKey(applicationName, label))) {
    throw invalidParameterValue(`Application Version ${label} already exists.`)
  }
  if (account.versions.size >= account.quotas.versions) {
    throw new AwsError(
      'TooManyApplicationVersionsException',
      `You cannot have more than ${account.quotas.versions} Application Versions. Either remove some Application Versions or request a limit increase.`,
    )
  }
  const version: VersionRecord = {
    applicationName,
    label,
    arn: `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:applicationversion/${applicationName}/${label}`,
    created: account.now,
    sourceBundle: wanted.sourceBundle,
    behaviour: wanted.behaviour ?? DEFAULT_BEHAVIOUR,
    sound: wanted.sound,
    databases: wanted.databases ?? [],
    manifest: wanted.manifest,
    buildArn: wanted.buildArn,
    description: wanted.description,
    updated: account.now,
    status: firstStatus(wanted),
    tags: wanted.tags ?? [],
  }
  account.versions.set(versionKey(applicationName, label), version)
  const details = { versionLabel: label, ...(requestId === undefined ? {} : { requestId }) }
  emitForApplication(account, applicationName, 'createApplicationVersion completed successfully.', details)
  emitForApplication(account, applicationName, `Created new Application Version: ${label}`, details)
  if (version.status !== 'UNPROCESSED') {
    const milliseconds = wanted.buildArn === undefined ? PROCESSING_MILLISECONDS : BUILDING_MILLISECONDS
    account.schedule.add(account.now + milliseconds, () => {
      version.status = version.sound ? 'PROCESSED' : 'FAILED'
      version.updated = account.now
      emitForApplication(
        account,
        applicationName,
        `Finished processing application version '${label}' ${version.status}.`,
        {
          ...details,
          severity: version.sound ? 'INFO' : 'ERROR',
        },
      )
    })
  }
  return version
}

function firstStatus({ buildArn, process }: NewVersion): VersionRecord['status'] {
  if (buildArn !== undefined) return 'BUILDING'
  return process ? 'PROCESSING' : 'UNPROCESSED'
}

/** Deletes a version unless an environment runs it. */
export function deleteVersion(account: Account, applicationName: string, label: string): VersionRecord | undefined {
  findApplication(account, applicationName)
  const version = account.versions.get(versionKey(applicationName, label))
  if (version === undefined) return undefined
  const used = [...account.environments.values()].some(
    (environment) =>
      environment.applicationName === applicationName &&
      environment.versionLabel === label &&
      environment.status !== 'Terminated',
  )
  if (used) {
    throw new AwsError(
      'SourceBundleDeletionFailure',
      `Unable to delete application version ${label} because it is currently in use.`,
    )
  }
  account.versions.delete(versionKey(applicationName, label))
  return version
}

/** Where Elastic Beanstalk keeps its sample application. */
export function sampleBundle(region: string): VersionRecord['sourceBundle'] {
  return { bucket: `elasticbeanstalk-samples-${region}`, key: 'nodejs-sample.zip' }
}

/** Elastic Beanstalk's sample application, which runs where no version was named. */
export function sampleVersion(account: Account, applicationName: string): VersionRecord {
  const label = 'Sample Application'
  const existing = account.versions.get(versionKey(applicationName, label))
  return (
    existing ??
    createVersion(account, {
      applicationName,
      label,
      sourceBundle: sampleBundle(account.region),
      sound: true,
      process: false,
    })
  )
}
