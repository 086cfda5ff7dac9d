import { type Account, after, beginOperation, endOperation, versionKey } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'
import { createCoupledDatabase, finishCoupledDatabase, isDatabaseLost, releaseCoupledDatabase } from './databases.ts'
import { narrate } from './events.ts'
import { refreshedAt, watchHealth } from './health.ts'
import { deployTo, launchInstances, removeInstances, takeOut } from './instances.ts'
import { updateListeners } from './listeners.ts'
import { platformByArn } from './platforms.ts'
import type { EnvironmentRecord, Setting, Settings } from './records.ts'
import {
  changeSettings,
  checkSettings,
  hasCoupledDatabase,
  minimumSize,
  type OptionSpecification,
  valueOf,
} from './settings.ts'
import { physicalId } from './stack.ts'

export interface ConfigurationChange {
  readonly set: readonly Setting[]
  readonly remove: readonly OptionSpecification[]
  readonly platformArn?: string | undefined
  /** Account seconds the update takes; absent: as long as such an update does. */
  readonly seconds?: number
  /** Called when the update has been completed. */
  readonly done?: () => void
}

const DECOUPLE_SECONDS = 240
const COUPLE_SECONDS = 640
const DELETE_DATABASE_SECONDS = 900

/** Changes an environment's options: 86 s (developer guide), longer when a database comes or goes. */
export function changeConfiguration(
  account: Account,
  environment: EnvironmentRecord,
  change: ConfigurationChange,
  requestId: string,
): void {
  const before = environment.settings
  const next = settingsAfter(before, change)
  checkSettings(next, change.set)
  if (change.platformArn !== undefined) platformByArn(account, change.platformArn)
  const database = databaseChange(before, next)
  beginOperation(account, environment, 'configure', requestId, database === undefined)
  environment.status = 'Updating'
  environment.settings = next
  narrate(account, environment, 'Environment update is starting.')
  after(account, environment, 4, () =>
    narrate(account, environment, `Updating environment ${environment.name}'s configuration settings.`),
  )

  if (hasCoupledDatabase(before) && isDatabaseLost(account, environment)) {
    failOnLostDatabase(account, environment, before)
    return
  }
  if (database === 'decouple') after(account, environment, 30, () => decouple(account, environment, before))
  if (database === 'couple') {
    after(account, environment, 20, () => createCoupledDatabase(account, environment))
    after(account, environment, COUPLE_SECONDS - 20, () => finishCoupledDatabase(account, environment))
  }
  after(account, environment, 40, () => applyToInstances(account, environment, before, change))
  after(account, environment, 45, () => updateListeners(account, environment))
  const seconds = change.seconds ?? 86 + databaseSeconds(database, before)
  after(account, environment, seconds - 10, () => {
    if (environment.operation !== undefined) environment.operation.abortable = false
  })
  after(account, environment, seconds, () => {
    if (change.platformArn !== undefined) environment.platformArn = change.platformArn
    for (const instance of environment.instances) instance.executing = false
    environment.settles = refreshedAt(account) + 20_000
    narrate(account, environment, 'Successfully deployed new configuration to environment.')
    narrate(account, environment, 'Environment update completed successfully.')
    environment.status = 'Ready'
    change.done?.()
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}

/** CloudFormation looks at every resource of the stack: with one that is gone no update succeeds. */
function failOnLostDatabase(account: Account, environment: EnvironmentRecord, before: Settings): void {
  const identifier = physicalId(environment, 'AWSEBRDSDatabase') ?? ''
  after(account, environment, 30, () => {
    const reason = `Resource handler returned message: "DBInstance ${identifier} not found. (Service: Rds, Status Code: 404, Request ID: ${account.random.uuid()})"`
    narrate(account, environment, `Updating RDS database named: ${identifier} failed Reason: ${reason}`, 'ERROR')
  })
  after(account, environment, 60, () => {
    environment.settings = before
    narrate(account, environment, 'Failed to deploy configuration.', 'ERROR')
    narrate(account, environment, 'The environment was reverted to the previous configuration setting.')
    environment.status = 'Ready'
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}

/** Stops the update that is under way: options go back; a half-done deployment leaves a mix of versions. */
export function abortUpdate(account: Account, environment: EnvironmentRecord, requestId: string): void {
  const { operation } = environment
  if (environment.status !== 'Updating' || operation === undefined || !operation.abortable) {
    throw invalidParameterValue(
      `Environment named ${environment.name} is in an invalid state for this operation. Must be pending deployment.`,
    )
  }
  const deploying = operation.kind === 'deploy'
  endOperation(account, environment)
  beginOperation(account, environment, 'abort', requestId)
  environment.status = 'Aborting'
  narrate(account, environment, 'abortEnvironmentUpdate is starting.')
  after(account, environment, 20, () => {
    const { previous } = environment
    // What a deployment had launched beside the others goes again; elsewhere a mix of versions stays.
    const temporary = environment.instances.filter((instance) => instance.temporary)
    takeOut(account, environment, temporary)
    for (const instance of environment.instances) {
      instance.executing = false
      delete instance.weight
    }
    if (deploying) environment.versionLabel = previous?.versionLabel
    else environment.settings = previous?.settings ?? environment.settings
    updateListeners(account, environment)
    environment.settles = refreshedAt(account) + 20_000
    narrate(account, environment, 'The environment was reverted to the previous configuration setting.')
    environment.status = 'Ready'
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}

function settingsAfter(before: Settings, change: ConfigurationChange): Settings {
  const decoupling = change.set.find(
    ({ namespace, optionName, value }) =>
      namespace === 'aws:rds:dbinstance' && optionName === 'HasCoupledDatabase' && value === 'false',
  )
  // Any other change submitted together with the decoupling is ignored (developer guide, databases): a deletion
  // policy sent along does not protect the database from the one that was active before.
  if (decoupling !== undefined && hasCoupledDatabase(before)) return changeSettings(before, [decoupling])
  return changeSettings(before, change.set, change.remove)
}

function databaseChange(before: Settings, next: Settings): 'couple' | 'decouple' | undefined {
  if (hasCoupledDatabase(before) === hasCoupledDatabase(next)) return undefined
  return hasCoupledDatabase(next) ? 'couple' : 'decouple'
}

function databaseSeconds(change: 'couple' | 'decouple' | undefined, before: Settings): number {
  if (change === undefined) return 0
  if (change === 'couple') return COUPLE_SECONDS
  return valueOf(before, 'aws:rds:dbinstance', 'DBDeletionPolicy') === 'Retain'
    ? DECOUPLE_SECONDS - 86
    : DELETE_DATABASE_SECONDS
}

function decouple(account: Account, environment: EnvironmentRecord, before: Settings): void {
  const next = environment.settings
  environment.settings = before
  releaseCoupledDatabase(account, environment)
  environment.settings = next
}

function applyToInstances(
  account: Account,
  environment: EnvironmentRecord,
  before: Settings,
  change: ConfigurationChange,
): void {
  const wanted = minimumSize(environment)
  const label = environment.versionLabel
  const version = label === undefined ? undefined : account.versions.get(versionKey(environment.applicationName, label))
  if (version === undefined) return
  const had = environment.instances.length
  if (minimumSize({ ...environment, settings: before }) !== wanted) {
    if (wanted > had) launchInstances(account, environment, version, wanted - had)
    else removeInstances(account, environment, had - wanted)
  }
  const restarts = change.set.some(({ namespace }) =>
    namespace.startsWith('aws:elasticbeanstalk:application:environment'),
  )
  if (restarts)
    for (const instance of environment.instances.slice(0, had)) deployTo(account, environment, instance, version)
  if (restarts || change.platformArn !== undefined)
    for (const instance of environment.instances) instance.executing = true
  watchHealth(account, environment)
}
