import { type Account, after, beginOperation, endOperation, strikes } from './account.ts'
import { besidePolicy, deployBeside } from './deploy-beside.ts'
import { narrate } from './events.ts'
import {
  createExtensionDatabase,
  extensionDatabasesOf,
  finishExtensionDatabase,
  releaseExtensionDatabases,
} from './extension-databases.ts'
import { refreshedAt, watchHealth } from './health.ts'
import { deployTo, launchInstances, takeOut, tellAdded } from './instances.ts'
import type { EnvironmentRecord, InstanceRecord, VersionRecord } from './records.ts'
import { valueOf } from './settings.ts'

const COMMAND = 'aws:elasticbeanstalk:command'
// Launching a batch and having it pass its health checks.
const EXTRA_BATCH_SECONDS = 180
// Creating an RDS instance, or deleting one, while the deployment waits.
const DATABASE_SECONDS = 640

/**
 * Deploys a version to an environment's running instances: 31 s for all at once (developer guide), that long for
 * each batch otherwise, longer where new instances are launched for it. A version that cannot be deployed leaves the environment Ready on its old label.
 */
export function deployVersion(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  requestId: string,
): void {
  const oldLabel = environment.versionLabel
  const fails = version.behaviour.deploy === 'fail' || !version.sound || strikes(account, 'deployFails', environment)
  beginOperation(account, environment, 'deploy', requestId, true)
  environment.status = 'Updating'
  environment.versionLabel = version.label
  environment.deploymentId += 1
  narrate(account, environment, 'Environment update is starting.')

  const delay = fails ? 0 : changeDatabases(account, environment, version)
  const beside = besidePolicy(environment)
  if (beside !== undefined) {
    deployBeside(account, environment, version, beside, fails)
    return
  }
  const extra = extraInstances(environment)
  if (extra > 0 && !fails) {
    deployWithExtraBatch(account, environment, version, extra)
    return
  }
  deployInBatches(account, environment, version, {
    fails,
    oldLabel,
    batches: batchesOf(environment),
    delay,
    end: () => {},
  })
}

/**
 * Brings the databases of the version's `.ebextensions` into the stack and takes those out that it no longer has.
 * Answers how long that keeps the deployment, in account seconds.
 */
function changeDatabases(account: Account, environment: EnvironmentRecord, { databases }: VersionRecord): number {
  const there = extensionDatabasesOf(environment)
  const added = databases.filter(({ logicalId }) => !there.includes(logicalId))
  // What came into the stack otherwise is not the bundle's to take out.
  const removed = there.filter(
    (id) => isOfSomeVersion(account, environment, id) && !databases.some(({ logicalId }) => logicalId === id),
  )
  if (added.length + removed.length === 0) return 0
  for (const database of added) {
    after(account, environment, 4, () => createExtensionDatabase(account, environment, database))
    after(account, environment, DATABASE_SECONDS - 10, () => finishExtensionDatabase(account, environment, database))
  }
  after(account, environment, 4, () => releaseExtensionDatabases(account, environment, removed))
  return DATABASE_SECONDS
}

function isOfSomeVersion(account: Account, { applicationName }: EnvironmentRecord, id: string): boolean {
  return [...account.versions.values()].some(
    (version) =>
      version.applicationName === applicationName && version.databases.some(({ logicalId }) => logicalId === id),
  )
}

/** Deploys batch by batch to the instances there are; `delay`: account seconds until the first one. */
function deployInBatches(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  plan: {
    readonly fails: boolean
    readonly oldLabel: string | undefined
    readonly batches: readonly (readonly InstanceRecord[])[]
    readonly delay: number
    readonly end: () => void
  },
): void {
  const { fails, oldLabel, batches, delay } = plan
  if (batches.length > 1) {
    after(account, environment, 4 + delay, () =>
      narrate(account, environment, `Rolling deployment policy enabled. Deploying in ${batches.length} batches.`),
    )
  }
  const start = (batch: readonly InstanceRecord[]): void => {
    narrate(account, environment, 'Deploying new version to instance(s).')
    for (const instance of batch) instance.executing = true
    watchHealth(account, environment)
  }
  if (fails) {
    const batch = batches[0] ?? []
    after(account, environment, 5, () => start(batch))
    after(account, environment, 25, () => tellFailure(account, environment, batch))
    after(account, environment, 31, () => revert(account, environment, oldLabel))
    return
  }
  const keepsOld = strikes(account, 'mixedInstances', environment) ? environment.instances.at(-1) : undefined
  // The 31 s of the guide's example include the start of an application that starts quickly.
  const startSeconds = Math.max(0, version.behaviour.startMilliseconds / 1000 - 5)
  const batchSeconds = 26 + startSeconds
  batches.forEach((batch, index) => {
    after(account, environment, delay + 5 + index * batchSeconds, () => start(batch))
    after(account, environment, delay + 18 + index * batchSeconds, () => {
      for (const instance of batch) if (instance !== keepsOld) deployTo(account, environment, instance, version)
    })
    after(account, environment, delay + 20 + startSeconds + index * batchSeconds, () => {
      narrate(account, environment, 'Instance deployment completed successfully.')
      for (const instance of batch) instance.executing = false
      if (index < batches.length - 1) return
      environment.settles = refreshedAt(account) + 20_000
    })
  })
  const total = delay + 5 + batches.length * batchSeconds
  // What is left after the last batch is the clean-up, which can no longer be aborted.
  after(account, environment, total - 6, () => {
    if (environment.operation !== undefined) environment.operation.abortable = false
  })
  after(account, environment, total, () => {
    plan.end()
    narrate(account, environment, 'New application version was deployed to running EC2 instances.')
    narrate(account, environment, 'Environment update completed successfully.')
    environment.status = 'Ready'
    environment.launchFailed = false
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}

/** Launches a batch of instances first, so that full capacity serves throughout, and takes as many away at the end. */
function deployWithExtraBatch(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  extra: number,
): void {
  const batches = batchesOf(environment)
  const startSeconds = Math.max(0, version.behaviour.startMilliseconds / 1000 - 5)
  after(account, environment, 4, () =>
    narrate(
      account,
      environment,
      `Rolling with additional batch deployment policy enabled. Launching a new batch of ${extra} additional instance(s).`,
    ),
  )
  let added: readonly InstanceRecord[] = []
  after(account, environment, 20, () => {
    added = launchInstances(account, environment, version, extra, { temporary: true, tell: false })
    watchHealth(account, environment)
  })
  const delay = EXTRA_BATCH_SECONDS + startSeconds
  after(account, environment, delay, () => tellAdded(account, environment, added))
  deployInBatches(account, environment, version, {
    fails: false,
    oldLabel: undefined,
    batches,
    delay,
    end: () => takeOut(account, environment, added),
  })
}

function tellFailure(account: Account, environment: EnvironmentRecord, batch: readonly InstanceRecord[]): void {
  if (environment.operation !== undefined) environment.operation.abortable = false
  const ids = batch.map(({ id }) => id)
  narrate(account, environment, "Instance deployment failed. For details, see 'eb-engine.log'.", 'ERROR')
  for (const id of ids) {
    narrate(
      account,
      environment,
      `[Instance: ${id}] Command failed on instance. Return code: 1 Output: Engine execution has encountered an error..`,
      'ERROR',
    )
  }
  narrate(
    account,
    environment,
    `Command execution completed on all instances. Summary: [Successful: 0, Failed: ${ids.length}].`,
  )
  narrate(
    account,
    environment,
    `Unsuccessful command execution on instance id(s) '${ids.join(',')}'. Aborting the operation.`,
    'ERROR',
  )
}

function revert(account: Account, environment: EnvironmentRecord, oldLabel: string | undefined): void {
  for (const instance of environment.instances) instance.executing = false
  environment.versionLabel = oldLabel
  environment.settles = refreshedAt(account) + 20_000
  narrate(account, environment, 'Failed to deploy application.', 'ERROR')
  environment.status = 'Ready'
  endOperation(account, environment)
  watchHealth(account, environment)
}

/** How many instances are launched beside the others for the time of the deployment. */
function extraInstances(environment: EnvironmentRecord): number {
  const policy = valueOf(environment.settings, COMMAND, 'DeploymentPolicy')
  return policy === 'RollingWithAdditionalBatch' ? (batchesOf(environment)[0]?.length ?? 0) : 0
}

function batchesOf(environment: EnvironmentRecord): readonly (readonly InstanceRecord[])[] {
  const { instances, settings } = environment
  const policy = valueOf(settings, COMMAND, 'DeploymentPolicy')
  if (policy === 'AllAtOnce' || instances.length < 2) return [[...instances]]
  const size = Number(valueOf(settings, COMMAND, 'BatchSize') ?? '100')
  const count =
    valueOf(settings, COMMAND, 'BatchSizeType') === 'Fixed' ? size : Math.ceil((instances.length * size) / 100)
  // All instances in one batch would be the outage that a rolling deployment avoids: the service takes half at most.
  const perBatch = Math.max(1, Math.min(count, Math.ceil(instances.length / 2)))
  return Array.from({ length: Math.ceil(instances.length / perBatch) }, (_, index) =>
    instances.slice(index * perBatch, (index + 1) * perBatch),
  )
}
