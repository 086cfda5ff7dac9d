import { type Account, after, beginOperation, endOperation } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'
import { releaseCoupledDatabase } from './databases.ts'
import { narrate } from './events.ts'
import { extensionDatabasesOf, extensionPolicy, releaseExtensionDatabases } from './extension-databases.ts'
import { watchHealth } from './health.ts'
import type { EnvironmentRecord } from './records.ts'
import { deletionPolicy, hasCoupledDatabase } from './settings.ts'
import { groupsThatReference, markDeleted, physicalId } from './stack.ts'

// Seconds that deleting an RDS instance adds (a recorded termination took 255 s for it, most take longer).
const DATABASE_SECONDS = 300
// Names stay reserved for a while after a failed creation; how long is not documented.
const RESERVED_MILLISECONDS = 300_000

/** Tears an environment down on the timeline of the developer guide's example (267 s). */
export function terminateEnvironment(
  account: Account,
  environment: EnvironmentRecord,
  requestId: string,
  options: { readonly terminateResources: boolean; readonly force?: boolean } = { terminateResources: true },
): void {
  if (environment.status === 'Updating' || environment.status === 'Aborting') {
    throw invalidParameterValue(
      `Cannot terminate environment named ${environment.name}. It is currently pending deployment.`,
    )
  }
  if (environment.status === 'Terminating' || environment.status === 'Terminated') return
  const dependent = [...account.environments.values()].find(
    ({ links, status }) =>
      status !== 'Terminated' && links.some(({ environmentName }) => environmentName === environment.name),
  )
  if (dependent !== undefined && options.force !== true) {
    throw invalidParameterValue(
      `Cannot terminate environment named ${environment.name}. Environment named ${dependent.name} depends on it.`,
    )
  }
  beginOperation(account, environment, 'terminate', requestId)
  environment.status = 'Terminating'
  if (environment.stack !== undefined) environment.stack.status = 'DELETE_IN_PROGRESS'
  const step = (seconds: number, run: () => void): void => after(account, environment, seconds, run)

  narrate(account, environment, 'terminateEnvironment is starting.')
  narrate(
    account,
    environment,
    "Validating environment's EC2 instances have termination protection disabled before performing termination.",
  )
  narrate(account, environment, "Finished validating environment's EC2 instances for termination protection.")
  if (!options.terminateResources) {
    step(10, () => finishTermination(account, environment))
    return
  }
  const losesCoupled = hasCoupledDatabase(environment.settings) && deletionPolicy(environment.settings) !== 'Retain'
  const losesOthers = extensionDatabasesOf(environment).some(
    (logicalId) => extensionPolicy(account, environment, logicalId) !== 'Retain',
  )
  const slow = losesCoupled || losesOthers ? DATABASE_SECONDS : 0
  step(15, () => remove(account, environment, /^AWSEBCloudwatchAlarm/, (id) => `Deleted CloudWatch alarm named: ${id}`))
  step(77, () => remove(account, environment, /Policy$/, (id) => `Deleted Auto Scaling group policy named: ${id}`))
  step(83, () => narrate(account, environment, 'Waiting for EC2 instances to terminate. This may take a few minutes.'))
  step(120, () => {
    environment.instances = []
  })
  step(210, () => {
    remove(account, environment, /^AWSEBAutoScalingGroup$/, (id) => `Deleted Auto Scaling group named: ${id}`)
    remove(
      account,
      environment,
      /^AWSEBAutoScalingLaunchConfiguration$/,
      (id) => `Deleted Auto Scaling launch configuration named: ${id}`,
    )
  })
  step(225 + slow, () => {
    const failure = releaseCoupledDatabase(account, environment)
    const others = releaseExtensionDatabases(account, environment, extensionDatabasesOf(environment))
    const failed = [...(failure === undefined ? [] : ['AWSEBRDSDatabase']), ...others]
    if (failed.length > 0) failTermination(account, environment, failed)
    else removeGroups(account, environment)
  })
  step(255 + slow, () => {
    environment.front = undefined
    remove(account, environment, /^AWSEBEIP$/, (id) => `Deleted EIP: ${id}`)
    remove(account, environment, /^AWSEB(?:V2)?LoadBalancer$/, (id) => `Deleted load balancer named: ${id}`)
    remove(account, environment, /./)
  })
  step(257 + slow, () => narrate(account, environment, `Deleting SNS topic for environment ${environment.name}.`))
  step(267 + slow, () => finishTermination(account, environment))
}

/** Deletes the environment's security groups, unless a group from outside still lets one of them in. */
function removeGroups(account: Account, environment: EnvironmentRecord): void {
  const own = ['AWSEBSecurityGroup', 'AWSEBLoadBalancerSecurityGroup'].flatMap((logicalId) => {
    const id = physicalId(environment, logicalId)
    return id === undefined ? [] : [{ logicalId, id }]
  })
  const ids = own.map(({ id }) => id)
  const blocked = own.filter(({ id }) => groupsThatReference(account, id).some((group) => !ids.includes(group.id)))
  for (const { logicalId, id } of blocked) {
    const name = account.securityGroups.get(id)?.name ?? id
    const reason = `resource ${id} has a dependent object`
    markDeleted(account, environment, logicalId, reason)
    narrate(account, environment, `Deleting security group named: ${name} failed Reason: ${reason}`, 'ERROR')
  }
  if (blocked.length > 0) {
    failTermination(
      account,
      environment,
      blocked.map(({ logicalId }) => logicalId),
    )
    return
  }
  for (const { logicalId, id } of own) {
    const name = account.securityGroups.get(id)?.name ?? id
    account.securityGroups.delete(id)
    markDeleted(account, environment, logicalId)
    narrate(account, environment, `Deleted security group named: ${logicalId === 'AWSEBSecurityGroup' ? name : id}`)
  }
}

/** Leaves the environment as a failed stack deletion does: without instances, grey, and open to another try. */
function failTermination(account: Account, environment: EnvironmentRecord, logicalIds: readonly string[]): void {
  if (environment.stack !== undefined) environment.stack.status = 'DELETE_FAILED'
  narrate(
    account,
    environment,
    `Stack deletion failed: The following resource(s) failed to delete: [${logicalIds.join(', ')}].`,
    'ERROR',
  )
  narrate(account, environment, 'Failed to terminate environment.', 'ERROR')
  environment.status = 'Ready'
  environment.reportedHealth = undefined
  endOperation(account, environment)
  watchHealth(account, environment)
}

function finishTermination(account: Account, environment: EnvironmentRecord): void {
  if (environment.stack !== undefined) environment.stack.status = 'DELETE_COMPLETE'
  narrate(account, environment, 'terminateEnvironment completed successfully.')
  environment.status = 'Terminated'
  if (environment.launchFailed && environment.cname !== undefined) {
    account.reservedNames.set(environment.cname, account.now + RESERVED_MILLISECONDS)
  }
  environment.terminated = account.now
  environment.front = undefined
  environment.instances = []
  endOperation(account, environment)
  account.terminated(account, environment)
}

function remove(
  account: Account,
  environment: EnvironmentRecord,
  logicalIds: RegExp,
  tell?: (physicalId: string) => string,
): void {
  for (const resource of environment.stack?.resources.values() ?? []) {
    if (!logicalIds.test(resource.logicalId) || resource.status === 'DELETE_COMPLETE') continue
    markDeleted(account, environment, resource.logicalId)
    if (tell !== undefined) narrate(account, environment, tell(resource.physicalId))
  }
}
