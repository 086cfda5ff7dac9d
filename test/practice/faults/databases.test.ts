import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import {
  CreateApplicationVersionCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEventsCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { describe, expect, it } from 'vitest'
import { describe as environmentOf, named, uploadBundle } from '../server/clients.ts'
import { clients, create, deploy, fault, jump, pauseEach, terminate } from './paused-account.ts'

pauseEach()

const setMinimum = (EnvironmentName: string, Value: string) =>
  clients.beanstalk.send(
    new UpdateEnvironmentCommand({
      EnvironmentName,
      OptionSettings: [{ Namespace: 'aws:autoscaling:asg', OptionName: 'Cooldown', Value }],
    }),
  )
async function errorsOf(RequestId: string | undefined): Promise<readonly (string | undefined)[]> {
  const { Events = [] } = await clients.beanstalk.send(new DescribeEventsCommand({ RequestId, Severity: 'ERROR' }))
  return Events.map(({ Message }) => Message)
}
const databases = async () => (await clients.rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? []
const databaseOf = async (environmentId: string) =>
  (await databases()).filter(({ DBInstanceIdentifier }) => DBInstanceIdentifier?.startsWith(`awseb-${environmentId}-`))

describe('databases', () => {
  const option = async (EnvironmentName: string, name: string): Promise<string | undefined> => {
    const { ConfigurationSettings = [] } = await clients.beanstalk.send(
      new DescribeConfigurationSettingsCommand({ ApplicationName: 'shop', EnvironmentName }),
    )
    return ConfigurationSettings[0]?.OptionSettings?.find(({ OptionName }) => OptionName === name)?.Value
  }

  it.each(['Delete', 'Snapshot', 'Retain'])(
    'couple-database with policy %s: it goes the way of its policy',
    async (policy) => {
      const { EnvironmentId = '' } = await named(clients.beanstalk, 'shop-production')
      await fault({ name: 'couple-database', environment: 'shop-production', policy })
      expect(await option('shop-production', 'HasCoupledDatabase')).toBe('true')
      expect(await option('shop-production', 'DBDeletionPolicy')).toBe(policy)
      expect(await databaseOf(EnvironmentId)).toHaveLength(1)
      const { StackResources = [] } = await clients.cloudFormation.send(
        new DescribeStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` }),
      )
      expect(StackResources.map(({ LogicalResourceId }) => LogicalResourceId)).toContain('AWSEBRDSDatabase')
      const snapshots = async () =>
        ((await clients.rds.send(new DescribeDBSnapshotsCommand({}))).DBSnapshots ?? []).filter(
          ({ DBInstanceIdentifier }) => DBInstanceIdentifier?.includes(EnvironmentId),
        ).length
      await terminate('shop-production')
      await jump(700)
      expect(await environmentOf(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Terminated' })
      expect(await databaseOf(EnvironmentId)).toHaveLength(policy === 'Retain' ? 1 : 0)
      expect(await snapshots()).toBe(policy === 'Snapshot' ? 1 : 0)
    },
  )

  it('couple-database off: the environment is free again', async () => {
    await fault({ name: 'couple-database', environment: 'shop-production', policy: 'Retain' })
    await fault({ name: 'couple-database', environment: 'shop-production', on: false })
    expect(await option('shop-production', 'HasCoupledDatabase')).toBe('false')
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'shop-production')
    expect(await databaseOf(EnvironmentId)).toHaveLength(0)
  })

  it('database-deleted: every update fails, and decoupling too', async () => {
    await fault({ name: 'database-deleted', environment: 'ledger-production' })
    await expect(fault({ name: 'database-deleted', environment: 'ledger-production' })).rejects.toThrow(
      'Environment ledger-production has no coupled database.',
    )
    const { $metadata } = await setMinimum('ledger-production', '300')
    await jump(100)
    expect(await named(clients.beanstalk, 'ledger-production')).toMatchObject({ Status: 'Ready', Health: 'Green' })
    const said = await errorsOf($metadata.requestId)
    expect(said[0]).toBe('Failed to deploy configuration.')
    expect(said[1]).toMatch(/DBInstance awseb-e-.* not found/)
    await terminate('ledger-production')
    await jump(700)
    await expect(named(clients.beanstalk, 'ledger-production')).rejects.toThrow('There is no environment')
  })

  it('database-in-extensions: a database in the stack that Elastic Beanstalk does not know', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'shop-production')
    await fault({ name: 'database-in-extensions', environment: 'shop-production' })
    const { StackResources = [] } = await clients.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` }),
    )
    const found = StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::RDS::DBInstance')
    expect(found.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['ApplicationDatabase'])
    expect(await option('shop-production', 'HasCoupledDatabase')).not.toBe('true')
    await terminate('shop-production')
    await jump(700)
    expect(await databaseOf(EnvironmentId)).toHaveLength(0)
    const { DBSnapshots = [] } = await clients.rds.send(new DescribeDBSnapshotsCommand({}))
    expect(DBSnapshots).toHaveLength(1)
  })

  it('a bundle that brings a database: a new one in each environment, and none once it no longer does', async () => {
    const files = {
      '.ebextensions/db.config': 'Resources:\n  Figures:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: Delete\n',
    }
    const SourceBundle = await uploadBundle(clients.s3, 'shop/with.zip', files)
    await clients.beanstalk.send(
      new CreateApplicationVersionCommand({
        ApplicationName: 'shop',
        VersionLabel: 'with',
        SourceBundle,
        Process: true,
      }),
    )
    const id = await create('shop-with', 'with')
    await jump(1_200)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Status: 'Ready', Health: 'Green' })
    expect(await databaseOf(id)).toMatchObject([{ DBInstanceStatus: 'available' }])
    await deploy('shop-with', '1.4.1')
    await jump(800)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Status: 'Ready', VersionLabel: '1.4.1' })
    expect(await databaseOf(id)).toHaveLength(0)
    await deploy('shop-with', 'with')
    await jump(800)
    expect(await databaseOf(id)).toHaveLength(1)
  })

  it('database-protected: termination fails until it is switched off', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'ledger-production')
    await fault({ name: 'database-protected', environment: 'ledger-production' })
    const { $metadata } = await terminate('ledger-production')
    await jump(700)
    expect(await environmentOf(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Ready', Health: 'Grey' })
    expect((await errorsOf($metadata.requestId)).join()).toContain('Cannot delete protected DB Instance')
    await fault({ name: 'database-protected', environment: 'ledger-production', on: false })
    await terminate('ledger-production')
    await jump(700)
    expect(await environmentOf(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Terminated' })
    expect(await databaseOf(EnvironmentId)).toHaveLength(0)
  })

  it('security-group-reference: termination fails, and succeeds once the reference is gone', async () => {
    const { EnvironmentId = '' } = await named(clients.beanstalk, 'shop-production')
    await fault({ name: 'security-group-reference', environment: 'shop-production' })
    const { SecurityGroups = [] } = await clients.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['shop-production-database'] }] }),
    )
    expect(SecurityGroups).toHaveLength(1)
    const { $metadata } = await terminate('shop-production')
    await jump(300)
    expect(await environmentOf(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Ready', Health: 'Grey' })
    expect((await errorsOf($metadata.requestId)).join()).toContain('has a dependent object')
    await fault({ name: 'security-group-reference', environment: 'shop-production', on: false })
    await terminate('shop-production')
    await jump(300)
    expect(await environmentOf(clients.beanstalk, EnvironmentId)).toMatchObject({ Status: 'Terminated' })
  })
})
