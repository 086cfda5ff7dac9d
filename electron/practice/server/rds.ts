import { AwsError } from '../model/aws-error.ts'
import { instant, list } from './document.ts'
import { page, type QueryService } from './query-service.ts'

/** The RDS instances that environments use or contain. */
export const RDS: QueryService = {
  namespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
  resource: ({ account, parameters }) =>
    `arn:aws:rds:${account.region}:${account.accountId}:db:${parameters.text('DBInstanceIdentifier') ?? '*'}`,
  operations: {
    DescribeDBInstances: ({ account, parameters }) => {
      const identifier = parameters.text('DBInstanceIdentifier')
      const wanted = [...account.databases.values()].filter(
        (database) =>
          identifier === undefined || database.identifier === identifier.toLowerCase() || database.arn === identifier,
      )
      if (identifier !== undefined && wanted.length === 0) {
        throw new AwsError('DBInstanceNotFound', `DBInstance ${identifier} not found.`, 404)
      }
      const { items, nextToken } = page(wanted, parameters.whole('MaxRecords') ?? 100, parameters.text('Marker'))
      return {
        Marker: nextToken,
        DBInstances: list(
          items.map((database) => ({
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
            BackupRetentionPeriod: 7,
            VpcSecurityGroups: list(
              database.securityGroupIds.map((id) => ({ VpcSecurityGroupId: id, Status: 'active' })),
              'VpcSecurityGroupMembership',
            ),
            MultiAZ: false,
            PubliclyAccessible: false,
            StorageEncrypted: true,
            DBInstanceArn: database.arn,
            DeletionProtection: database.deletionProtection,
            TagList: list(
              database.tags.map(({ key, value }) => ({ Key: key, Value: value })),
              'Tag',
            ),
          })),
          'DBInstance',
        ),
      }
    },
    DescribeDBSnapshots: ({ account, parameters }) => {
      const identifier = parameters.text('DBInstanceIdentifier')
      const wanted = account.snapshots.filter(
        (snapshot) => identifier === undefined || snapshot.databaseIdentifier === identifier,
      )
      return {
        DBSnapshots: list(
          wanted.map((snapshot) => ({
            DBSnapshotIdentifier: snapshot.identifier,
            DBInstanceIdentifier: snapshot.databaseIdentifier,
            SnapshotCreateTime: instant(snapshot.created),
            Status: 'available',
            SnapshotType: 'manual',
          })),
          'DBSnapshot',
        ),
      }
    },
  },
}
