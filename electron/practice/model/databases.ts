import type { Account } from './account.ts'
import { narrate } from './events.ts'
import type { DatabaseRecord, EnvironmentRecord, Tag } from './records.ts'
import { deletionPolicy, valueOf } from './settings.ts'
import { takeSnapshot } from './snapshots.ts'
import { addResource, createSecurityGroup, markDeleted, physicalId, stackTags, tcpRule } from './stack.ts'

const LOGICAL_ID = 'AWSEBRDSDatabase'

/** The RDS instance that lives in the environment's own stack. */
function coupledDatabase(account: Account, environment: EnvironmentRecord): DatabaseRecord | undefined {
  const identifier = physicalId(environment, LOGICAL_ID)
  return identifier === undefined ? undefined : account.databases.get(identifier)
}

/** Whether the stack still names a coupled database that somebody deleted outside Elastic Beanstalk. */
export function isDatabaseLost(account: Account, environment: EnvironmentRecord): boolean {
  const identifier = physicalId(environment, LOGICAL_ID)
  return identifier !== undefined && !account.databases.has(identifier)
}

/** Creates an RDS instance of its own, outside any environment. */
export function createDatabase(
  account: Account,
  details: {
    readonly identifier: string
    readonly engine: string
    readonly instanceClass: string
    readonly securityGroupIds: readonly string[]
    readonly databaseName: string
    readonly userName: string
    readonly tags?: readonly Tag[]
    readonly deletionProtection?: boolean
  },
): DatabaseRecord {
  const port = details.engine === 'postgres' ? 5432 : 3306
  const database: DatabaseRecord = {
    identifier: details.identifier,
    arn: `arn:aws:rds:${account.region}:${account.accountId}:db:${details.identifier}`,
    created: account.now,
    engine: details.engine,
    engineVersion: details.engine === 'postgres' ? '16.4' : '8.0.40',
    instanceClass: details.instanceClass,
    databaseName: details.databaseName,
    userName: details.userName,
    allocatedStorage: 20,
    endpoint: `${details.identifier}.${account.random.text(12)}.${account.region}.rds.amazonaws.com`,
    port,
    tags: details.tags ?? [],
    backupRetentionDays: 7,
    status: 'available',
    securityGroupIds: details.securityGroupIds,
    deletionProtection: details.deletionProtection ?? false,
  }
  account.databases.set(database.identifier, database)
  return database
}

/** Creates the environment's coupled database: always a new and empty one, whatever it was cloned from. */
export function createCoupledDatabase(account: Account, environment: EnvironmentRecord): void {
  const { settings, id } = environment
  const option = (name: string): string | undefined => valueOf(settings, 'aws:rds:dbinstance', name)
  const groupName = `awseb-${id}-stack-awsebrdsdbsecuritygroup-${account.random.text(13)}`
  const ownGroup = physicalId(environment, 'AWSEBSecurityGroup')
  const group = createSecurityGroup(account, {
    name: groupName,
    description: 'RDS DB SecurityGroup',
    tags: stackTags(environment, 'AWSEBRDSDBSecurityGroup'),
    ingress:
      ownGroup === undefined
        ? []
        : [tcpRule(option('DBEngine') === 'postgres' ? 5432 : 3306, { groupIds: [ownGroup] })],
  })
  addResource(account, environment, {
    logicalId: 'AWSEBRDSDBSecurityGroup',
    type: 'AWS::EC2::SecurityGroup',
    physicalId: group.id,
  })
  narrate(account, environment, `Created RDS database security group named: ${groupName}`)
  const database = createDatabase(account, {
    identifier: `awseb-${id}-stack-awsebrdsdatabase-${account.random.text(12)}`,
    engine: option('DBEngine') ?? 'mysql',
    instanceClass: option('DBInstanceClass') ?? 'db.t3.micro',
    databaseName: 'ebdb',
    userName: option('DBUser') ?? 'ebroot',
    securityGroupIds: [group.id],
    tags: stackTags(environment, LOGICAL_ID),
  })
  database.status = 'creating'
  addResource(account, environment, {
    logicalId: LOGICAL_ID,
    type: 'AWS::RDS::DBInstance',
    physicalId: database.identifier,
  })
  narrate(account, environment, `Creating RDS database named: ${database.identifier}. This may take a few minutes.`)
}

/** Makes the database that is being created available. */
export function finishCoupledDatabase(account: Account, environment: EnvironmentRecord): void {
  const database = coupledDatabase(account, environment)
  if (database === undefined) return
  database.status = 'available'
  narrate(account, environment, `Created RDS database named: ${database.identifier}`)
}

/**
 * Does what the deletion policy says with the coupled database: deletes it, deletes it after a snapshot,
 * or leaves it standing outside the stack. Answers why it could not, when RDS protects it from deletion.
 */
export function releaseCoupledDatabase(account: Account, environment: EnvironmentRecord): string | undefined {
  const database = coupledDatabase(account, environment)
  const policy = deletionPolicy(environment.settings)
  if (database !== undefined && policy !== 'Retain') {
    if (database.deletionProtection) {
      const reason = 'Cannot delete protected DB Instance, please disable deletion protection and try again.'
      narrate(
        account,
        environment,
        `Deleting RDS database named: ${database.identifier} failed Reason: "${reason}"`,
        'ERROR',
      )
      markDeleted(account, environment, LOGICAL_ID, reason)
      return reason
    }
    if (policy === 'Snapshot') {
      const identifier = `awseb-${environment.id}-stack-snapshot-awsebrdsdatabase-${account.random.text(12)}`
      takeSnapshot(account, database, identifier, database.tags)
      narrate(account, environment, `Created RDS database snapshot named: ${identifier}`)
    }
    account.databases.delete(database.identifier)
    narrate(account, environment, `Deleted RDS database named: ${database.identifier}`)
  }
  markDeleted(account, environment, LOGICAL_ID)
  const group = physicalId(environment, 'AWSEBRDSDBSecurityGroup')
  if (group !== undefined) {
    // A database that stays keeps its group, which now belongs to nobody's stack.
    if (policy === 'Retain') dropReferences(account, group, physicalId(environment, 'AWSEBSecurityGroup'))
    else account.securityGroups.delete(group)
    markDeleted(account, environment, 'AWSEBRDSDBSecurityGroup')
  }
  return undefined
}

function dropReferences(account: Account, groupId: string, reference: string | undefined): void {
  const group = account.securityGroups.get(groupId)
  if (group !== undefined) group.ingress = group.ingress.filter((rule) => !rule.groupIds.some((id) => id === reference))
}
