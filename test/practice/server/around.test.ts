import {
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { TerminateEnvironmentCommand, UpdateEnvironmentCommand } from '@aws-sdk/client-elastic-beanstalk'
import {
  AddTagsToResourceCommand,
  CreateDBSnapshotCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf, describe as describeEnvironment, named, refusal } from './clients.ts'

const practice = await practiceOfFile()
const clients = clientsOf(practice)

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function stackOf(environmentName: string): Promise<{ readonly id: string; readonly StackName: string }> {
  const { EnvironmentId: id = '' } = await named(clients.beanstalk, environmentName)
  return { id, StackName: `awseb-${id}-stack` }
}

async function physicalId(StackName: string, LogicalResourceId: string): Promise<string> {
  const { StackResourceDetail } = await clients.cloudFormation.send(
    new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
  )
  return StackResourceDetail?.PhysicalResourceId ?? ''
}

describe('security groups', () => {
  it('keep an environment from being terminated for as long as a rule names one of them', async () => {
    const { ec2, beanstalk } = clients
    const { id, StackName } = await stackOf('reports-production')
    const own = await physicalId(StackName, 'AWSEBSecurityGroup')
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'ip-permission.group-id', Values: [own] }] }),
    )
    const [group] = SecurityGroups
    const { SecurityGroupRules = [] } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [group?.GroupId ?? ''] }] }),
    )
    const rule = SecurityGroupRules.find(({ ReferencedGroupInfo }) => ReferencedGroupInfo?.GroupId === own)
    expect(rule).toMatchObject({ IsEgress: false, IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 })

    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: id }))
    await jump(300)
    expect((await describeEnvironment(beanstalk, id)).Status).toBe('Ready')
    const { StackEvents = [] } = await clients.cloudFormation.send(new DescribeStackEventsCommand({ StackName }))
    expect(StackEvents[0]).toMatchObject({
      ResourceStatus: 'DELETE_FAILED',
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatusReason: 'The following resource(s) failed to delete: [AWSEBSecurityGroup]. ',
    })
    const times = StackEvents.map(({ Timestamp }) => Timestamp?.getTime() ?? 0)
    expect(times).toEqual(times.toSorted((a, b) => b - a))

    await ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: group?.GroupId,
        SecurityGroupRuleIds: [rule?.SecurityGroupRuleId ?? ''],
      }),
    )
    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: id }))
    await jump(300)
    expect((await describeEnvironment(beanstalk, id)).Status).toBe('Terminated')
  })

  it('are made, opened, closed and deleted, each mistake in the words of EC2', async () => {
    const { ec2 } = clients
    const create = new CreateSecurityGroupCommand({
      GroupName: 'green-access',
      Description: 'Who may reach the database',
      TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'team', Value: 'shop' }] }],
    })
    const { GroupId = '', Tags } = await ec2.send(create)
    expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }])
    expect(await refusal(ec2.send(create))).toMatchObject({ code: 'InvalidGroup.Duplicate', status: 400 })

    const databaseGroup = (
      await ec2.send(
        new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['shop-database'] }] }),
      )
    ).SecurityGroups?.[0]?.GroupId
    const open = {
      GroupId: databaseGroup,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId, Description: 'green' }] },
      ],
    }
    const { SecurityGroupRules = [] } = await ec2.send(new AuthorizeSecurityGroupIngressCommand(open))
    expect(SecurityGroupRules[0]).toMatchObject({ Description: 'green', ReferencedGroupInfo: { GroupId } })
    expect(await refusal(ec2.send(new AuthorizeSecurityGroupIngressCommand(open)))).toEqual({
      code: 'InvalidPermission.Duplicate',
      status: 400,
      text: `the specified rule "peer: ${GroupId}, TCP, from port: 5432, to port: 5432, ALLOW" already exists`,
    })
    expect(await refusal(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toEqual({
      code: 'DependencyViolation',
      status: 400,
      text: `resource ${GroupId} has a dependent object`,
    })
    await ec2.send(new RevokeSecurityGroupIngressCommand(open))
    expect(await refusal(ec2.send(new RevokeSecurityGroupIngressCommand(open)))).toMatchObject({
      code: 'InvalidPermission.NotFound',
    })
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }))
    expect(await refusal(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toMatchObject({
      code: 'InvalidGroup.NotFound',
    })
    expect(
      (
        await refusal(
          ec2.send(
            new AuthorizeSecurityGroupIngressCommand({
              GroupId: databaseGroup,
              IpPermissions: [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 2, IpRanges: [{ CidrIp: '10.0.0.0/99' }] }],
            }),
          ),
        )
      ).text,
    ).toBe('CIDR block 10.0.0.0/99 is malformed')
  })

  it('can be asked for with a dry run', async () => {
    const dry = new CreateSecurityGroupCommand({ GroupName: 'dry', Description: 'dry', DryRun: true })
    expect(await refusal(clients.ec2.send(dry))).toEqual({
      code: 'DryRunOperation',
      status: 412,
      text: 'Request would have succeeded, but DryRun flag is set.',
    })
  })

  it('are what instances carry', async () => {
    const { Reservations = [] } = await clients.ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: 'tag:elasticbeanstalk:environment-name', Values: ['shop-production'] }],
      }),
    )
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
    expect(instances.length).toBe(2)
    const { StackName } = await stackOf('shop-production')
    const own = await physicalId(StackName, 'AWSEBSecurityGroup')
    expect(instances[0]).toMatchObject({ State: { Name: 'running' }, VpcId: expect.stringMatching(/^vpc-/) })
    expect(instances[0]?.SecurityGroups?.map(({ GroupId }) => GroupId)).toContain(own)
  })
})

describe('a coupled database', () => {
  it('is protected, photographed and then survives a termination', async () => {
    const { rds, beanstalk } = clients
    const { id, StackName } = await stackOf('ledger-production')
    const DBInstanceIdentifier = await physicalId(StackName, 'AWSEBRDSDatabase')
    const { DBInstance } = await rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: true }),
    )
    expect(DBInstance).toMatchObject({ DeletionProtection: true, BackupRetentionPeriod: 7 })
    const photograph = new CreateDBSnapshotCommand({
      DBInstanceIdentifier,
      DBSnapshotIdentifier: 'before-release',
      Tags: [{ Key: 'release', Value: '1' }],
    })
    const { DBSnapshot } = await rds.send(photograph)
    expect(DBSnapshot).toMatchObject({
      Status: 'creating',
      PercentProgress: 0,
      Engine: 'mysql',
      SnapshotType: 'manual',
    })
    expect(await refusal(rds.send(photograph))).toMatchObject({
      code: expect.stringContaining('DBSnapshotAlreadyExists'),
    })
    await jump(200)
    const { DBSnapshots = [] } = await rds.send(
      new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: 'before-release' }),
    )
    expect(DBSnapshots[0]).toMatchObject({ Status: 'available', PercentProgress: 100 })

    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: id }))
    await jump(700)
    expect((await describeEnvironment(beanstalk, id)).Status).toBe('Ready')
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))
    expect(DBInstances[0]?.DBInstanceStatus).toBe('available')
  })

  it('is told of in the words of RDS', async () => {
    const { rds } = clients
    const [shop] =
      (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'shop-production' }))).DBInstances ?? []
    const ResourceName = shop?.DBInstanceArn ?? ''
    await rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'team', Value: 'shop' }] }))
    expect((await rds.send(new ListTagsForResourceCommand({ ResourceName }))).TagList).toEqual([
      { Key: 'team', Value: 'shop' },
    ])
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}))
    expect(DBClusters.map(({ DBClusterIdentifier }) => DBClusterIdentifier)).toEqual(['coupling-cluster'])
    expect(await refusal(rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'nobody' })))).toMatchObject({
      code: expect.stringContaining('DBInstanceNotFound'),
      status: 404,
    })
    expect(
      (
        await refusal(
          rds.send(
            new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'shop-production', VpcSecurityGroupIds: ['sg-1'] }),
          ),
        )
      ).text,
    ).toBe('Invalid security group , groupId= sg-1, groupName=.')
  })
})

describe('a stack', () => {
  it('shows its template, with what happens to the database when it is deleted', async () => {
    const { cloudFormation } = clients
    const { StackName } = await stackOf('ledger-production')
    const { TemplateBody = '', StagesAvailable } = await cloudFormation.send(new GetTemplateCommand({ StackName }))
    const template = JSON.parse(TemplateBody) as { readonly Resources: Record<string, Record<string, unknown>> }
    expect(template.Resources['AWSEBRDSDatabase']).toMatchObject({
      Type: 'AWS::RDS::DBInstance',
      DeletionPolicy: 'Delete',
    })
    expect(StagesAvailable).toEqual(['Original', 'Processed'])
    const { StackResources = [] } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ PhysicalResourceId: await physicalId(StackName, 'AWSEBRDSDatabase') }),
    )
    expect(StackResources[0]?.StackName).toBe(StackName)
    expect(
      (
        await refusal(
          cloudFormation.send(new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'Nothing' })),
        )
      ).text,
    ).toBe(`Resource Nothing does not exist for stack ${StackName}`)
  })

  it('gains and loses a listener with the settings', async () => {
    const { StackName } = await stackOf('shop-production')
    const certificate = 'arn:aws:acm:eu-central-1:123456789012:certificate/other'
    const change = (Value: string) =>
      clients.beanstalk.send(
        new UpdateEnvironmentCommand({
          EnvironmentName: 'shop-production',
          OptionSettings: [
            { Namespace: 'aws:elbv2:listener:8443', OptionName: 'ListenerEnabled', Value },
            { Namespace: 'aws:elbv2:listener:8443', OptionName: 'Protocol', Value: 'HTTPS' },
            { Namespace: 'aws:elbv2:listener:8443', OptionName: 'SSLCertificateArns', Value: certificate },
          ],
        }),
      )
    const listener = () => physicalId(StackName, 'AWSEBV2LoadBalancerListener8443')
    await change('true')
    await jump(120)
    expect(await listener()).toMatch(/:listener\/app\//)
    const group = await physicalId(StackName, 'AWSEBLoadBalancerSecurityGroup')
    const { SecurityGroups = [] } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }))
    expect(SecurityGroups[0]?.IpPermissions?.map(({ FromPort }) => FromPort)).toEqual([80, 443, 8443])
    await change('false')
    await jump(120)
    const { StackResourceDetail } = await clients.cloudFormation.send(
      new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'AWSEBV2LoadBalancerListener8443' }),
    )
    expect(StackResourceDetail?.ResourceStatus).toBe('DELETE_COMPLETE')
  })
})
