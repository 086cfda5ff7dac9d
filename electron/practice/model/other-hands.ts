import { type Account, strikes } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'
import { createCoupledDatabase, createDatabase, finishCoupledDatabase, releaseCoupledDatabase } from './databases.ts'
import { updateEnvironment } from './environments.ts'
import { createExtensionDatabase, finishExtensionDatabase } from './extension-databases.ts'
import { watchHealth } from './health.ts'
import { launchInstances, removeInstances } from './instances.ts'
import { startManagedUpdate } from './managed-actions.ts'
import type { DeletionPolicy, EnvironmentRecord } from './records.ts'
import { changeSettings, hasCoupledDatabase, valueOf } from './settings.ts'
import { createSecurityGroup, physicalId, tcpRule } from './stack.ts'
import { findVersion } from './versions.ts'

const DATABASE = 'aws:rds:dbinstance'
const COMMAND = 'aws:elasticbeanstalk:command'

/** The changing calls that find an environment somebody else has been faster with, where no others are named. */
const AMBUSHED: ReadonlySet<string> = new Set(
  ['UpdateEnvironment', 'SwapEnvironmentCNAMEs', 'TerminateEnvironment', 'RebuildEnvironment', 'RestartAppServer'].map(
    (name) => `elasticbeanstalk:${name}`,
  ),
)

/** Lets other hands be faster than a call that is about to be carried out on these environments, where a fault says so. */
export function ambush(account: Account, environments: readonly EnvironmentRecord[]): void {
  for (const environment of environments) {
    if (environment.status !== 'Ready') continue
    if (strikesCall(account, 'managedUpdate', environment))
      startManagedUpdate(account, environment, account.random.uuid())
    else if (strikesCall(account, 'otherOperator', environment)) operateToo(account, environment, account.random.uuid())
  }
}

function strikesCall(
  account: Account,
  fault: 'managedUpdate' | 'otherOperator',
  environment: EnvironmentRecord,
): boolean {
  const isNamed = account.faultLimits.get(fault)?.actions !== undefined
  return (isNamed || AMBUSHED.has(account.acting ?? '')) && strikes(account, fault, environment)
}

/** Another operator changes an option: the environment is Updating for a minute and a half. */
export function operateToo(account: Account, environment: EnvironmentRecord, requestId: string): void {
  const timeout = valueOf(environment.settings, COMMAND, 'Timeout') === '900' ? '600' : '900'
  const set = [{ namespace: COMMAND, optionName: 'Timeout', value: timeout }]
  updateEnvironment(account, environment, { set, remove: [] }, requestId)
}

/** Gives an environment a coupled database at once, as if it had been created with one; or takes it away again. */
export function coupleDatabase(
  account: Account,
  environment: EnvironmentRecord,
  policy: DeletionPolicy | undefined,
): void {
  const { stack, settings } = environment
  if (stack === undefined || environment.status !== 'Ready') throw notReadyFor(environment)
  const isCoupled = hasCoupledDatabase(settings)
  const option = (optionName: string, value: string) => ({ namespace: DATABASE, optionName, value })
  if (policy === undefined) {
    if (!isCoupled) return
    environment.settings = changeSettings(settings, [option('DBDeletionPolicy', 'Delete')])
    releaseCoupledDatabase(account, environment)
    environment.settings = changeSettings(settings, [option('HasCoupledDatabase', 'false')])
    return
  }
  environment.settings = changeSettings(settings, [
    option('HasCoupledDatabase', 'true'),
    option('DBDeletionPolicy', policy),
    ...(isCoupled
      ? []
      : [
          option('DBEngine', 'mysql'),
          option('DBEngineVersion', '8.0.40'),
          option('DBInstanceClass', 'db.t3.small'),
          option('DBAllocatedStorage', '20'),
          option('DBUser', 'ebroot'),
          option('DBPassword', 'kept-by-elastic-beanstalk'),
        ]),
  ])
  if (isCoupled) return
  createCoupledDatabase(account, environment)
  finishCoupledDatabase(account, environment)
}

/** Deletes the coupled database by RDS alone: Elastic Beanstalk does not notice. */
export function deleteCoupledDatabase(account: Account, environment: EnvironmentRecord): void {
  const identifier = physicalId(environment, 'AWSEBRDSDatabase')
  if (identifier === undefined || !account.databases.delete(identifier)) {
    throw invalidParameterValue(`Environment ${environment.name} has no coupled database.`)
  }
}

/** Puts a database into the environment's stack, as `.ebextensions` of its bundle would have. */
export function addExtensionDatabase(account: Account, environment: EnvironmentRecord): void {
  if (environment.stack === undefined || environment.status !== 'Ready') throw notReadyFor(environment)
  const database = { logicalId: 'ApplicationDatabase', engine: 'postgres', deletionPolicy: 'Snapshot' } as const
  if (physicalId(environment, database.logicalId) !== undefined) return
  createExtensionDatabase(account, environment, database)
  finishExtensionDatabase(account, environment, database)
}

/** Has a database outside let the environment's own security group in: while it does, termination fails. */
export function referToGroup(account: Account, environment: EnvironmentRecord): void {
  const own = physicalId(environment, 'AWSEBSecurityGroup')
  if (own === undefined) throw notReadyFor(environment)
  const name = `${environment.name}-database`
  if ([...account.securityGroups.values()].some((group) => group.name === name)) return
  const ingress = [tcpRule(5432, { groupIds: [own] })]
  const group = createSecurityGroup(account, { name, description: 'A database outside the environment', ingress })
  createDatabase(account, {
    identifier: name,
    engine: 'postgres',
    instanceClass: 'db.t3.small',
    securityGroupIds: [group.id],
    databaseName: 'application',
    userName: 'application',
  })
}

/** Takes every rule away that lets the environment's own security group in, but for its own. */
export function forgetGroup(account: Account, environment: EnvironmentRecord): void {
  const resources = [...(environment.stack?.resources.values() ?? [])]
  const own = environment.stack?.resources.get('AWSEBSecurityGroup')?.physicalId
  for (const group of account.securityGroups.values()) {
    if (resources.some(({ physicalId: id }) => id === group.id)) continue
    group.ingress = group.ingress.filter(({ groupIds }) => !groupIds.some((id) => id === own))
  }
}

/** Scales the environment as load would: to so many instances, between its minimum and maximum or beyond. */
export function scale(account: Account, environment: EnvironmentRecord, wanted: number): void {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 100) throw notReadyFor(environment)
  const { instances, versionLabel } = environment
  const version = findVersion(account, environment.applicationName, versionLabel ?? '')
  if (wanted > instances.length) launchInstances(account, environment, version, wanted - instances.length)
  else removeInstances(account, environment, instances.length - wanted)
  watchHealth(account, environment)
}

function notReadyFor({ name }: EnvironmentRecord): Error {
  return invalidParameterValue(`Environment ${name} is not in a state in which this can happen to it.`)
}
