import { problem, type SignalboxError } from '../contract/problem.ts'
import type { DatabaseInstance, StackReader, StackResource } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'

/** What hangs on an environment, read from CloudFormation, RDS and EC2; reads only. */
export function createStackReader(clients: Clients, send: Send): StackReader {
  async function instances(): Promise<readonly DatabaseInstance[]> {
    const { DescribeDBInstancesCommand } = await import('@aws-sdk/client-rds')
    const found: DatabaseInstance[] = []
    let marker: string | undefined
    do {
      const page = await send(
        { service: 'rds', operation: 'DescribeDBInstances', changes: false },
        async (abortSignal) => {
          const client = await clients.rds()
          return client.send(new DescribeDBInstancesCommand(marker === undefined ? {} : { Marker: marker }), {
            abortSignal,
          })
        },
      )
      for (const instance of page.DBInstances ?? []) {
        found.push({
          id: instance.DBInstanceIdentifier ?? '',
          host: instance.Endpoint?.Address ?? null,
          status: instance.DBInstanceStatus ?? '',
          deletionProtection: instance.DeletionProtection ?? false,
          stackName: instance.TagList?.find((tag) => tag.Key === 'aws:cloudformation:stack-name')?.Value ?? null,
          securityGroupIds: (instance.VpcSecurityGroups ?? []).flatMap((group) => group.VpcSecurityGroupId ?? []),
        })
      }
      marker = page.Marker
    } while (marker !== undefined && marker !== '')
    return found
  }

  /** Aurora's clusters have endpoints of their own, and so have those of DocumentDB and Neptune, which the same call lists. */
  async function clusters(): Promise<readonly DatabaseInstance[]> {
    const { DescribeDBClustersCommand } = await import('@aws-sdk/client-rds')
    const found: DatabaseInstance[] = []
    let marker: string | undefined
    do {
      const page = await send(
        { service: 'rds', operation: 'DescribeDBClusters', changes: false },
        async (abortSignal) => {
          const client = await clients.rds()
          return client.send(new DescribeDBClustersCommand(marker === undefined ? {} : { Marker: marker }), {
            abortSignal,
          })
        },
      )
      for (const cluster of page.DBClusters ?? []) {
        const { ReaderEndpoint, CustomEndpoints = [] } = cluster
        found.push({
          id: cluster.DBClusterIdentifier ?? '',
          host: cluster.Endpoint ?? null,
          otherHosts: [...(ReaderEndpoint === undefined ? [] : [ReaderEndpoint]), ...CustomEndpoints],
          status: cluster.Status ?? '',
          deletionProtection: cluster.DeletionProtection ?? false,
          stackName: cluster.TagList?.find((tag) => tag.Key === 'aws:cloudformation:stack-name')?.Value ?? null,
          securityGroupIds: (cluster.VpcSecurityGroups ?? []).flatMap((group) => group.VpcSecurityGroupId ?? []),
        })
      }
      marker = page.Marker
    } while (marker !== undefined && marker !== '')
    return found
  }

  return {
    resources: async (environmentId) => {
      const { ListStackResourcesCommand } = await import('@aws-sdk/client-cloudformation')
      const found: StackResource[] = []
      let token: string | undefined
      do {
        const page = await send(
          { service: 'cloudformation', operation: 'ListStackResources', changes: false },
          async (abortSignal) => {
            const client = await clients.cloudFormation()
            const input = {
              StackName: `awseb-${environmentId}-stack`,
              ...(token === undefined ? {} : { NextToken: token }),
            }
            try {
              return await client.send(new ListStackResourcesCommand(input), { abortSignal })
            } catch (thrown) {
              if (saysNoSuchStack(thrown)) return null
              throw thrown
            }
          },
        )
        if (page === null) return null
        for (const resource of page.StackResourceSummaries ?? []) {
          found.push({
            logicalId: resource.LogicalResourceId ?? '',
            physicalId: resource.PhysicalResourceId ?? '',
            type: resource.ResourceType ?? '',
            status: resource.ResourceStatus ?? '',
          })
        }
        token = page.NextToken
      } while (token !== undefined && token !== '')
      const isWhole = found.length > 0 && found.every(({ logicalId, type }) => logicalId !== '' && type !== '')
      if (!isWhole) throw incomplete(environmentId)
      return found
    },

    databases: async () => (await Promise.all([instances(), clusters()])).flat(),

    groupsReferring: async (securityGroupId) => {
      const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
      const found: { id: string; name: string }[] = []
      let token: string | undefined
      do {
        const page = await send(
          { service: 'ec2', operation: 'DescribeSecurityGroups', changes: false },
          async (abortSignal) => {
            const client = await clients.ec2()
            const filters = [{ Name: 'ip-permission.group-id', Values: [securityGroupId] }]
            return client.send(
              new DescribeSecurityGroupsCommand({
                Filters: filters,
                ...(token === undefined ? {} : { NextToken: token }),
              }),
              { abortSignal },
            )
          },
        )
        found.push(
          ...(page.SecurityGroups ?? []).map((group) => ({ id: group.GroupId ?? '', name: group.GroupName ?? '' })),
        )
        token = page.NextToken
      } while (token !== undefined && token !== '')
      return found.filter((group) => group.id !== securityGroupId)
    },
  }
}

/** An environment that lives has a stack with something in it: less is no proof that it holds no database. */
function incomplete(environmentId: string): SignalboxError {
  const stack = `awseb-${environmentId}-stack`
  return problem('refused-by-aws', `CloudFormation does not tell all that is in ${stack}`, {
    meaning: 'It listed nothing, or something without its type: what hangs on the environment is not known.',
    remedy: 'Look at the stack in the AWS console, then try again.',
  })
}

function saysNoSuchStack(thrown: unknown): boolean {
  return /Stack with id \S+ does not exist/i.test(readRawError(thrown).message)
}
