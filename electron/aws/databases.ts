import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2'
import { problem } from '../contract/problem.ts'
import type { Databases, Tag } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'

/** What taking a database out of its environment needs of RDS and EC2; every change is sent once. */
export function createDatabases(clients: Clients, send: Send): Databases {
  const rds = { service: 'rds', changes: false } as const
  const ec2 = { service: 'ec2', changes: false } as const

  async function groups(filter: {
    readonly Name: string
    readonly Values: string[]
  }): Promise<readonly SecurityGroup[]> {
    const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
    const answer = await send({ ...ec2, operation: 'DescribeSecurityGroups' }, async (abortSignal) =>
      (await clients.ec2()).send(new DescribeSecurityGroupsCommand({ Filters: [filter] }), { abortSignal }),
    )
    return answer.SecurityGroups ?? []
  }

  return {
    details: async (databaseId) => {
      const { DescribeDBInstancesCommand } = await import('@aws-sdk/client-rds')
      const answer = await send({ ...rds, operation: 'DescribeDBInstances' }, async (abortSignal) =>
        unlessUnknown(async () =>
          (await clients.rds()).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: databaseId }), {
            abortSignal,
          }),
        ),
      )
      const found = answer?.DBInstances?.[0]
      if (!found) return null
      return {
        host: found.Endpoint?.Address ?? null,
        port: found.Endpoint?.Port ?? null,
        name: found.DBName ?? null,
        user: found.MasterUsername ?? null,
        deletionProtection: found.DeletionProtection ?? false,
        groupIds: (found.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId: id }) => id ?? []),
      }
    },

    snapshot: async (snapshotId) => {
      const { DescribeDBSnapshotsCommand } = await import('@aws-sdk/client-rds')
      const answer = await send({ ...rds, operation: 'DescribeDBSnapshots' }, async (abortSignal) =>
        unlessUnknown(async () =>
          (await clients.rds()).send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: snapshotId }), {
            abortSignal,
          }),
        ),
      )
      const found = answer?.DBSnapshots?.[0]
      return found ? { status: (found.Status ?? '').toLowerCase() } : null
    },

    groupNamed: async (name) => {
      const [found] = await groups({ Name: 'group-name', Values: [name] })
      return found?.GroupId ? { id: found.GroupId } : null
    },

    allows: async (groupId, fromGroupId, port) => {
      const [found] = await groups({ Name: 'group-id', Values: [groupId] })
      return (found?.IpPermissions ?? []).some((rule) => letsIn(rule, fromGroupId, port))
    },

    createSnapshot: async (databaseId, snapshotId, tags) => {
      const { CreateDBSnapshotCommand } = await import('@aws-sdk/client-rds')
      await send({ ...rds, operation: 'CreateDBSnapshot', changes: true }, async (abortSignal) =>
        (await clients.rds()).send(
          new CreateDBSnapshotCommand({
            DBInstanceIdentifier: databaseId,
            DBSnapshotIdentifier: snapshotId,
            Tags: tagsOf(tags),
          }),
          { abortSignal },
        ),
      )
    },

    protect: async (databaseId) => {
      const { ModifyDBInstanceCommand } = await import('@aws-sdk/client-rds')
      await send({ ...rds, operation: 'ModifyDBInstance', changes: true }, async (abortSignal) =>
        (await clients.rds()).send(
          new ModifyDBInstanceCommand({
            DBInstanceIdentifier: databaseId,
            DeletionProtection: true,
            ApplyImmediately: true,
          }),
          { abortSignal },
        ),
      )
    },

    createGroup: async ({ name, description, besideGroupId, tags }) => {
      const [beside] = await groups({ Name: 'group-id', Values: [besideGroupId] })
      if (!beside?.VpcId) {
        throw problem('not-found', 'The security group of the database could not be found', {
          meaning: 'It is not known in which network the new one belongs. Nothing was made.',
          remedy: 'Look at the database’s security groups in the RDS console, then try again.',
        })
      }
      const { CreateSecurityGroupCommand } = await import('@aws-sdk/client-ec2')
      await send({ ...ec2, operation: 'CreateSecurityGroup', changes: true }, async (abortSignal) =>
        (await clients.ec2()).send(
          new CreateSecurityGroupCommand({
            GroupName: name,
            Description: description.slice(0, 255),
            VpcId: beside.VpcId,
            TagSpecifications: [{ ResourceType: 'security-group', Tags: tagsOf(tags) }],
          }),
          { abortSignal },
        ),
      )
    },

    allow: async (groupId, fromGroupId, port) => {
      const { AuthorizeSecurityGroupIngressCommand } = await import('@aws-sdk/client-ec2')
      await send({ ...ec2, operation: 'AuthorizeSecurityGroupIngress', changes: true }, async (abortSignal) =>
        (await clients.ec2()).send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId: groupId,
            IpPermissions: [
              {
                IpProtocol: 'tcp',
                FromPort: port,
                ToPort: port,
                UserIdGroupPairs: [{ GroupId: fromGroupId, Description: 'Made by Signalbox' }],
              },
            ],
          }),
          { abortSignal },
        ),
      )
    },
  }
}

function letsIn(
  { IpProtocol, FromPort, ToPort, UserIdGroupPairs }: IpPermission,
  groupId: string,
  port: number,
): boolean {
  const covers = IpProtocol === '-1' || (IpProtocol === 'tcp' && (FromPort ?? 0) <= port && port <= (ToPort ?? 65_535))
  return covers && (UserIdGroupPairs ?? []).some(({ GroupId }) => GroupId === groupId)
}

function tagsOf(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** RDS answers a question for one that is not there with an error. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (thrown) {
    if (/^(DBInstanceNotFound|DBSnapshotNotFound)(Fault)?$/.test(readRawError(thrown).code)) return null
    throw thrown
  }
}
