import type { Account } from '../model/account.ts'
import { AwsError } from '../model/aws-error.ts'
import type { DatabaseClusterRecord, DatabaseRecord, SnapshotRecord, Tag } from '../model/records.ts'
import { findSecurityGroup } from '../model/security-groups.ts'
import { snapshotProgress, takeSnapshot } from '../model/snapshots.ts'
import { instant, list, type Structure } from './document.ts'
import type { Parameters } from './parameters.ts'
import { type Call, page, type QueryService } from './query-service.ts'

/** The RDS instances that environments use or contain, and their snapshots. */
export const RDS: QueryService = {
  namespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
  resource: ({ account, parameters }, action) => {
    const arn = (kind: string, name: string): string =>
      `arn:aws:rds:${account.region}:${account.accountId}:${kind}:${name}`
    if (action === 'DescribeDBClusters') return arn('cluster', parameters.text('DBClusterIdentifier') ?? '*')
    if (action === 'DescribeDBSnapshots') return arn('snapshot', parameters.text('DBSnapshotIdentifier') ?? '*')
    return parameters.text('ResourceName') ?? arn('db', parameters.text('DBInstanceIdentifier') ?? '*')
  },
  tags: (call, action) => ({
    resource: findTagged(call.account, RDS.resource(call, action))?.tags ?? [],
    request: readTags(call.parameters),
  }),
  operations: {
    DescribeDBInstances: ({ account, parameters }) => {
      const identifier = parameters.text('DBInstanceIdentifier')
      const wanted = [...account.databases.values()].filter(
        (database) =>
          (identifier === undefined ||
            database.identifier === identifier.toLowerCase() ||
            database.arn === identifier) &&
          filtersOf(parameters).every(({ name, values }) => values.includes(databaseField(database, name))),
      )
      if (identifier !== undefined && wanted.length === 0) throw noDatabase(identifier)
      const { items, nextToken } = page(wanted, recordsPerPage(parameters), parameters.text('Marker'))
      return {
        Marker: nextToken,
        DBInstances: list(
          items.map((item) => databaseShape(account, item)),
          'DBInstance',
        ),
      }
    },
    DescribeDBSnapshots: ({ account, parameters }) => {
      const database = parameters.text('DBInstanceIdentifier')
      const identifier = parameters.text('DBSnapshotIdentifier')
      const type = parameters.text('SnapshotType')
      const wanted = account.snapshots.filter(
        (snapshot) =>
          (database === undefined || snapshot.databaseIdentifier === database) &&
          (identifier === undefined || snapshot.identifier === identifier || snapshot.arn === identifier) &&
          (type === undefined || type === 'manual'),
      )
      if (identifier !== undefined && wanted.length === 0) {
        throw new AwsError('DBSnapshotNotFound', `DBSnapshot ${identifier} not found.`, 404)
      }
      const { items, nextToken } = page(wanted, recordsPerPage(parameters), parameters.text('Marker'))
      return {
        Marker: nextToken,
        DBSnapshots: list(
          items.map((item) => snapshotShape(account, item)),
          'DBSnapshot',
        ),
      }
    },
    // No environment of Elastic Beanstalk makes a cluster by itself.
    DescribeDBClusters: ({ account, parameters }) => {
      const identifier = parameters.text('DBClusterIdentifier')
      const wanted = [...account.databaseClusters.values()].filter(
        (cluster) =>
          identifier === undefined || cluster.identifier === identifier.toLowerCase() || cluster.arn === identifier,
      )
      if (identifier !== undefined && wanted.length === 0) {
        throw new AwsError('DBClusterNotFoundFault', `DBCluster ${identifier} not found.`, 404)
      }
      const { items, nextToken } = page(wanted, recordsPerPage(parameters), parameters.text('Marker'))
      return { Marker: nextToken, DBClusters: list(items.map(clusterShape), 'DBCluster') }
    },
    ListTagsForResource: ({ account, parameters }) => ({
      TagList: tagList(taggedBy(account, parameters.required('ResourceName')).tags),
    }),
  },
  changes: {
    CreateDBSnapshot: {
      apply: (call) => {
        const { account, parameters } = call
        const identifier = parameters.required('DBSnapshotIdentifier').toLowerCase()
        if (!/^[a-z](?:-?[a-z0-9])*$/.test(identifier) || identifier.length > 255) {
          throw new AwsError(
            'InvalidParameterValue',
            'The parameter DBSnapshotIdentifier is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.',
          )
        }
        const database = databaseOf(call)
        if (database.status !== 'available') {
          throw new AwsError(
            'InvalidDBInstanceState',
            `Cannot create a snapshot because the database instance ${database.identifier} is not currently in the available state.`,
          )
        }
        const snapshot = takeSnapshot(account, database, identifier, readTags(parameters))
        return { DBSnapshot: snapshotShape(account, snapshot) }
      },
    },
    DeleteDBSnapshot: {
      apply: ({ account, parameters }) => {
        const identifier = parameters.required('DBSnapshotIdentifier')
        const index = account.snapshots.findIndex((snapshot) => snapshot.identifier === identifier)
        const snapshot = account.snapshots[index]
        if (snapshot === undefined) throw new AwsError('DBSnapshotNotFound', `DBSnapshot ${identifier} not found.`, 404)
        account.snapshots.splice(index, 1)
        return { DBSnapshot: { ...snapshotShape(account, snapshot), Status: 'deleted' } }
      },
    },
    ModifyDBInstance: {
      apply: (call) => {
        const { account, parameters } = call
        const database = databaseOf(call)
        const groups = parameters.texts('VpcSecurityGroupIds')
        for (const id of groups ?? []) {
          if (!account.securityGroups.has(id))
            throw new AwsError('InvalidParameterValue', `Invalid security group , groupId= ${id}, groupName=.`)
          findSecurityGroup(account, id)
        }
        const retention = parameters.whole('BackupRetentionPeriod')
        if (retention !== undefined && (retention < 0 || retention > 35)) {
          throw new AwsError(
            'InvalidParameterValue',
            `Invalid backup retention period: ${retention}. Must be between 0 and 35`,
          )
        }
        const isProtected = parameters.flag('DeletionProtection')
        if (groups !== undefined) database.securityGroupIds = groups
        // Protection holds at once, whatever ApplyImmediately says (RDS user guide, modifying an instance).
        if (isProtected !== undefined) database.deletionProtection = isProtected
        if (retention !== undefined) database.backupRetentionDays = retention
        return { DBInstance: databaseShape(account, database) }
      },
    },
    AddTagsToResource: {
      apply: ({ account, parameters }) => {
        const tagged = taggedBy(account, parameters.required('ResourceName'))
        const added = readTags(parameters)
        tagged.tags = [...tagged.tags.filter(({ key }) => !added.some((tag) => tag.key === key)), ...added]
        return undefined
      },
    },
    RemoveTagsFromResource: {
      apply: ({ account, parameters }) => {
        const tagged = taggedBy(account, parameters.required('ResourceName'))
        const removed = parameters.texts('TagKeys') ?? []
        tagged.tags = tagged.tags.filter(({ key }) => !removed.includes(key))
        return undefined
      },
    },
  },
}

function recordsPerPage(parameters: Parameters): number {
  const wanted = parameters.whole('MaxRecords') ?? 100
  if (wanted < 20 || wanted > 100) {
    throw new AwsError('InvalidParameterValue', `Invalid value ${wanted} for MaxRecords. Must be between 20 and 100`)
  }
  return wanted
}

function filtersOf(parameters: Parameters): readonly { readonly name: string; readonly values: readonly string[] }[] {
  return (parameters.structures('Filters') ?? []).map((filter) => ({
    name: filter.required('Name'),
    values: filter.texts('Values') ?? [],
  }))
}

function databaseField(database: DatabaseRecord, filter: string): string {
  if (filter === 'db-instance-id') return database.identifier
  if (filter === 'engine') return database.engine
  throw new AwsError('InvalidParameterValue', `Unrecognized filter name: ${filter}`)
}

function databaseOf({ account, parameters }: Call): DatabaseRecord {
  const identifier = parameters.required('DBInstanceIdentifier')
  const found = account.databases.get(identifier.toLowerCase())
  if (found === undefined) throw noDatabase(identifier)
  return found
}

function noDatabase(identifier: string): AwsError {
  return new AwsError('DBInstanceNotFound', `DBInstance ${identifier} not found.`, 404)
}

function taggedBy(account: Account, arn: string): { tags: readonly Tag[] } {
  if (!/^arn:aws:rds:[^:]+:\d+:(?:db|snapshot):/.test(arn)) {
    throw new AwsError('InvalidParameterValue', `Unexpected resource name: ${arn}. Specify the ARN of the resource.`)
  }
  const found = findTagged(account, arn)
  if (found !== undefined) return found
  const name = arn.split(':').at(-1) ?? ''
  if (arn.includes(':snapshot:')) throw new AwsError('DBSnapshotNotFound', `DBSnapshot not found: ${name}`, 404)
  throw noDatabase(name)
}

function findTagged(account: Account, arn: string): { tags: readonly Tag[] } | undefined {
  return (
    [...account.databases.values()].find((database) => database.arn === arn) ??
    account.snapshots.find((snapshot) => snapshot.arn === arn)
  )
}

function readTags(parameters: Parameters): readonly Tag[] {
  return (parameters.structures('Tags') ?? []).map((tag) => ({
    key: tag.required('Key'),
    value: tag.text('Value') ?? '',
  }))
}

function tagList(tags: readonly Tag[]): Structure[string] {
  return list(
    tags.map(({ key, value }) => ({ Key: key, Value: value })),
    'Tag',
  )
}

function databaseShape(account: Account, database: DatabaseRecord): Structure {
  return {
    DBInstanceIdentifier: database.identifier,
    DBInstanceClass: database.instanceClass,
    Engine: database.engine,
    EngineVersion: database.engineVersion,
    DBInstanceStatus: database.status,
    MasterUsername: database.userName,
    DBName: database.databaseName,
    Endpoint: database.status === 'creating' ? undefined : { Address: database.endpoint, Port: database.port },
    AllocatedStorage: database.allocatedStorage,
    InstanceCreateTime: instant(database.created),
    BackupRetentionPeriod: database.backupRetentionDays,
    // Transaction logs are saved every five minutes.
    LatestRestorableTime:
      database.status === 'available' && database.backupRetentionDays > 0
        ? instant(Math.max(database.created, account.now - (account.now % 300_000)))
        : undefined,
    VpcSecurityGroups: list(
      database.securityGroupIds.map((id) => ({ VpcSecurityGroupId: id, Status: 'active' })),
      'VpcSecurityGroupMembership',
    ),
    MultiAZ: false,
    PubliclyAccessible: false,
    StorageType: 'gp3',
    StorageEncrypted: true,
    AvailabilityZone: `${account.region}a`,
    DbiResourceId: `db-${database.arn.length}${database.created.toString(36).toUpperCase()}`,
    DBInstanceArn: database.arn,
    DeletionProtection: database.deletionProtection,
    TagList: tagList(database.tags),
  }
}

function clusterShape(cluster: DatabaseClusterRecord): Structure {
  return {
    DBClusterIdentifier: cluster.identifier,
    DBClusterArn: cluster.arn,
    Status: 'available',
    Engine: cluster.engine,
    EngineVersion: cluster.engineVersion,
    EngineMode: 'provisioned',
    DatabaseName: cluster.databaseName,
    MasterUsername: cluster.userName,
    Endpoint: cluster.endpoint,
    ReaderEndpoint: cluster.readerEndpoint,
    Port: cluster.port,
    ClusterCreateTime: instant(cluster.created),
    VpcSecurityGroups: list(
      cluster.securityGroupIds.map((id) => ({ VpcSecurityGroupId: id, Status: 'active' })),
      'VpcSecurityGroupMembership',
    ),
    DeletionProtection: cluster.deletionProtection,
    TagList: list([], 'Tag'),
  }
}

function snapshotShape(account: Account, snapshot: SnapshotRecord): Structure {
  const progress = snapshotProgress(account, snapshot)
  return {
    DBSnapshotIdentifier: snapshot.identifier,
    DBInstanceIdentifier: snapshot.databaseIdentifier,
    SnapshotCreateTime: instant(snapshot.created),
    Engine: snapshot.engine,
    EngineVersion: snapshot.engineVersion,
    AllocatedStorage: snapshot.allocatedStorage,
    Status: progress === 100 ? 'available' : 'creating',
    Port: snapshot.port,
    AvailabilityZone: `${account.region}a`,
    InstanceCreateTime: instant(snapshot.databaseCreated),
    MasterUsername: snapshot.userName,
    SnapshotType: 'manual',
    PercentProgress: progress,
    StorageType: 'gp3',
    Encrypted: true,
    DBSnapshotArn: snapshot.arn,
    TagList: tagList(snapshot.tags),
  }
}
