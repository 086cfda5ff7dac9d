import type { Account } from './account.ts'
import { createDatabase } from './databases.ts'
import { narrate } from './events.ts'
import type { EnvironmentRecord, ExtensionDatabase } from './records.ts'
import { takeSnapshot } from './snapshots.ts'
import { addResource, markDeleted, physicalId, stackTags } from './stack.ts'

/** Creates a database that the version's `.ebextensions` ask for: a new and empty one in each environment. */
export function createExtensionDatabase(
  account: Account,
  environment: EnvironmentRecord,
  { logicalId, engine }: ExtensionDatabase,
): void {
  const { id } = environment
  const ownGroup = physicalId(environment, 'AWSEBSecurityGroup')
  const database = createDatabase(account, {
    identifier: `awseb-${id}-stack-${logicalId.toLowerCase()}-${account.random.text(12)}`,
    engine,
    instanceClass: 'db.t3.micro',
    databaseName: 'application',
    userName: 'application',
    securityGroupIds: ownGroup === undefined ? [] : [ownGroup],
    tags: stackTags(environment, logicalId),
  })
  database.status = 'creating'
  addResource(account, environment, { logicalId, type: 'AWS::RDS::DBInstance', physicalId: database.identifier })
  narrate(account, environment, `Creating RDS database named: ${database.identifier}. This may take a few minutes.`)
}

/** Makes a database that is being created available. */
export function finishExtensionDatabase(
  account: Account,
  environment: EnvironmentRecord,
  { logicalId }: ExtensionDatabase,
): void {
  const database = account.databases.get(physicalId(environment, logicalId) ?? '')
  if (database === undefined) return
  database.status = 'available'
  narrate(account, environment, `Created RDS database named: ${database.identifier}`)
}

/** The databases in the environment's stack that Elastic Beanstalk itself knows nothing of. */
export function extensionDatabasesOf({ stack }: EnvironmentRecord): readonly string[] {
  return [...(stack?.resources.values() ?? [])].flatMap(({ logicalId, type, status }) =>
    type === 'AWS::RDS::DBInstance' && logicalId !== 'AWSEBRDSDatabase' && status !== 'DELETE_COMPLETE'
      ? [logicalId]
      : [],
  )
}

/**
 * Does with these databases what their deletion policies say, as CloudFormation does when a resource leaves a stack.
 * Answers those that RDS protects from deletion.
 */
export function releaseExtensionDatabases(
  account: Account,
  environment: EnvironmentRecord,
  logicalIds: readonly string[],
): readonly string[] {
  return logicalIds.filter((logicalId) => {
    const database = account.databases.get(physicalId(environment, logicalId) ?? '')
    const policy = extensionPolicy(account, environment, logicalId)
    if (database !== undefined && policy !== 'Retain') {
      if (database.deletionProtection) {
        const reason = 'Cannot delete protected DB Instance, please disable deletion protection and try again.'
        const said = `Deleting RDS database named: ${database.identifier} failed Reason: "${reason}"`
        narrate(account, environment, said, 'ERROR')
        markDeleted(account, environment, logicalId, reason)
        return true
      }
      if (policy === 'Snapshot') {
        const identifier = `awseb-${environment.id}-stack-snapshot-${logicalId.toLowerCase()}-${account.random.text(12)}`
        takeSnapshot(account, database, identifier, database.tags)
        narrate(account, environment, `Created RDS database snapshot named: ${identifier}`)
      }
      account.databases.delete(database.identifier)
      narrate(account, environment, `Deleted RDS database named: ${database.identifier}`)
    }
    markDeleted(account, environment, logicalId)
    return false
  })
}

/** What the bundle said when the resource came into the stack; without one CloudFormation takes a snapshot. */
export function extensionPolicy(
  account: Account,
  environment: EnvironmentRecord,
  logicalId: string,
): ExtensionDatabase['deletionPolicy'] {
  for (const { applicationName, databases } of account.versions.values()) {
    if (applicationName !== environment.applicationName) continue
    const found = databases.find((database) => database.logicalId === logicalId)
    if (found !== undefined) return found.deletionPolicy
  }
  return 'Snapshot'
}
