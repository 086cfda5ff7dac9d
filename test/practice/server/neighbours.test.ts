import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import {
  AbortEnvironmentUpdateCommand,
  DescribeEnvironmentResourcesCommand,
  DescribeEventsCommand,
  ListPlatformVersionsCommand,
  ListTagsForResourceCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
  UpdateTagsForResourceCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { afterEach, beforeEach, expect, describe as group, it } from 'vitest'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Clients, clientsOf, describe, named } from './clients.ts'

let practice: Practice
let clients: Clients

beforeEach(async () => {
  practice = await startPractice({ users: false })
  clients = clientsOf(practice)
  // Only the time passes that a test lets pass.
  await practice.control('/clock', { pause: true })
})

afterEach(async () => {
  await practice.stop()
})

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function databases(): Promise<readonly (string | undefined)[]> {
  const { DBInstances = [] } = await clients.rds.send(new DescribeDBInstancesCommand({}))
  return DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)
}

async function setOption(
  name: string,
  namespace: string,
  optionName: string,
  value: string,
  seconds: number,
): Promise<void> {
  await clients.beanstalk.send(
    new UpdateEnvironmentCommand({
      EnvironmentName: name,
      OptionSettings: [{ Namespace: namespace, OptionName: optionName, Value: value }],
    }),
  )
  await jump(seconds)
}

group('an environment with a coupled database', () => {
  it('shows the database in its stack, and takes it along when it is terminated', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'ledger-production')
    const StackName = `awseb-${EnvironmentId}-stack`
    const { StackResourceSummaries = [] } = await clients.cloudFormation.send(
      new ListStackResourcesCommand({ StackName }),
    )
    const database = StackResourceSummaries.find(({ ResourceType }) => ResourceType === 'AWS::RDS::DBInstance')
    expect(database).toMatchObject({ LogicalResourceId: 'AWSEBRDSDatabase', ResourceStatus: 'CREATE_COMPLETE' })
    const { StackResources = [] } = await clients.cloudFormation.send(new DescribeStackResourcesCommand({ StackName }))
    expect(StackResources.length).toBe(StackResourceSummaries.length)
    const { DBInstances = [] } = await clients.rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: database?.PhysicalResourceId }),
    )
    expect(DBInstances[0]).toMatchObject({ DeletionProtection: false, DBInstanceStatus: 'available', Engine: 'mysql' })
    expect(DBInstances[0]?.TagList).toContainEqual({ Key: 'aws:cloudformation:stack-name', Value: StackName })

    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(600)
    expect((await describe(clients.beanstalk, EnvironmentId)).Status).toBe('Terminated')
    expect(await databases()).not.toContain(database?.PhysicalResourceId)
    await expect(clients.cloudFormation.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow(
      `Stack with id ${StackName} does not exist`,
    )
  })

  it('keeps it where the policy is Retain, and a picture of it where it is Snapshot', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'ledger-production')
    const before = await databases()
    await setOption('ledger-production', 'aws:rds:dbinstance', 'DBDeletionPolicy', 'Snapshot', 90)
    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(600)
    expect((await databases()).length).toBe(before.length - 1)
    const { DBSnapshots = [] } = await clients.rds.send(new DescribeDBSnapshotsCommand({}))
    expect(DBSnapshots[0]?.DBInstanceIdentifier).toContain(EnvironmentId)
  })

  it('is decoupled with Retain set first, and loses the database when both are asked for at once', async () => {
    const before = await databases()
    await setOption('ledger-production', 'aws:rds:dbinstance', 'DBDeletionPolicy', 'Retain', 90)
    await setOption('ledger-production', 'aws:rds:dbinstance', 'HasCoupledDatabase', 'false', 250)
    const { EnvironmentId = '', Status } = await named(clients.beanstalk, 'ledger-production')
    expect(Status).toBe('Ready')
    expect(await databases()).toEqual(before)
    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(600)
    expect(await databases()).toEqual(before)
  })

  it('loses it when the policy is sent together with the decoupling', async () => {
    const before = await databases()
    await clients.beanstalk.send(
      new UpdateEnvironmentCommand({
        EnvironmentName: 'ledger-production',
        OptionSettings: [
          { Namespace: 'aws:rds:dbinstance', OptionName: 'DBDeletionPolicy', Value: 'Retain' },
          { Namespace: 'aws:rds:dbinstance', OptionName: 'HasCoupledDatabase', Value: 'false' },
        ],
      }),
    )
    await jump(1_000)
    expect((await databases()).length).toBe(before.length - 1)
  })

  it('is saved by deletion protection alone', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'ledger-production')
    const before = await databases()
    await practice.control('/drift', { action: 'protect-database', environment: EnvironmentId })
    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(600)
    expect(await databases()).toEqual(before)
    expect(await describe(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Ready', Health: 'Grey' })
    const { Events = [] } = await clients.beanstalk.send(
      new DescribeEventsCommand({ EnvironmentId, Severity: 'ERROR' }),
    )
    expect(Events.map(({ Message }) => Message)).toContainEqual(
      expect.stringContaining('Cannot delete protected DB Instance'),
    )
  })
})

group('an environment whose security group others name', () => {
  it('cannot be terminated until the rule is gone', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'reports-production')
    const { StackResourceSummaries = [] } = await clients.cloudFormation.send(
      new ListStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` }),
    )
    const own =
      StackResourceSummaries.find(({ LogicalResourceId }) => LogicalResourceId === 'AWSEBSecurityGroup')
        ?.PhysicalResourceId ?? ''
    const { SecurityGroups = [] } = await clients.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'ip-permission.group-id', Values: [own] }] }),
    )
    expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(['reports-database'])
    expect(SecurityGroups[0]?.IpPermissions?.[0]).toMatchObject({
      FromPort: 5432,
      UserIdGroupPairs: [{ GroupId: own }],
    })

    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(300)
    expect(await describe(clients.beanstalk, EnvironmentId)).toMatchObject({
      Status: 'Ready',
      Health: 'Grey',
      HealthStatus: 'NoData',
    })
    const { Events = [] } = await clients.beanstalk.send(
      new DescribeEventsCommand({ EnvironmentId, Severity: 'ERROR' }),
    )
    expect(Events.map(({ Message }) => Message)).toContain(
      'Stack deletion failed: The following resource(s) failed to delete: [AWSEBSecurityGroup].',
    )
    await practice.control('/drift', { action: 'remove-references', environment: EnvironmentId })
    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(300)
    expect((await describe(clients.beanstalk, EnvironmentId)).Status).toBe('Terminated')
  })
})

group('updates', () => {
  it('changes the number of instances, and goes back to the old options when aborted', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'shop-production')
    const instances = async (): Promise<number> => {
      const { EnvironmentResources } = await clients.beanstalk.send(
        new DescribeEnvironmentResourcesCommand({ EnvironmentId }),
      )
      return EnvironmentResources?.Instances?.length ?? 0
    }
    await setOption('shop-production', 'aws:autoscaling:asg', 'MinSize', '3', 90)
    expect(await instances()).toBe(3)
    await setOption('shop-production', 'aws:autoscaling:asg', 'MinSize', '1', 20)
    expect((await describe(clients.beanstalk, EnvironmentId)).AbortableOperationInProgress).toBe(true)
    await clients.beanstalk.send(new AbortEnvironmentUpdateCommand({ EnvironmentId }))
    await practice.control('/clock', { jumpSeconds: 1 })
    expect((await describe(clients.beanstalk, EnvironmentId)).Status).toBe('Aborting')
    await jump(25)
    expect((await describe(clients.beanstalk, EnvironmentId)).Status).toBe('Ready')
    expect(await instances()).toBe(3)
  })

  it('keeps tags and lists platforms', async () => {
    const { EnvironmentArn } = await named(clients.beanstalk, 'shop-production')
    await clients.beanstalk.send(
      new UpdateTagsForResourceCommand({
        ResourceArn: EnvironmentArn,
        TagsToAdd: [{ Key: 'signalbox:release', Value: 'r-1' }],
        TagsToRemove: ['stage'],
      }),
    )
    const { ResourceTags = [] } = await clients.beanstalk.send(
      new ListTagsForResourceCommand({ ResourceArn: EnvironmentArn }),
    )
    expect(new Set(ResourceTags.map(({ Key }) => Key))).toEqual(
      new Set([
        'Name',
        'cost-center',
        'elasticbeanstalk:environment-id',
        'elasticbeanstalk:environment-name',
        'signalbox:release',
        'team',
      ]),
    )
    const { PlatformSummaryList = [] } = await clients.beanstalk.send(
      new ListPlatformVersionsCommand({
        Filters: [
          { Type: 'PlatformBranchName', Operator: '=', Values: ['Node.js 22 running on 64bit Amazon Linux 2023'] },
        ],
      }),
    )
    expect(PlatformSummaryList.map(({ PlatformVersion }) => PlatformVersion)).toEqual(['6.7.0', '6.6.2', '6.6.0'])
  })
})
