import { DescribeStackResourcesCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation'
import {
  DescribeConfigurationSettingsCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Clients, clientsOf, describe, named } from '../server/clients.ts'
import { type Practice, startPractice } from '../start-practice.ts'

let practice: Practice
let clients: Clients

beforeAll(async () => {
  practice = await startPractice({ users: false })
  clients = clientsOf(practice)
  await practice.control('/clock', { pause: true })
})

afterAll(async () => {
  await practice.stop()
})

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function lookAt(name: string) {
  const { EnvironmentId: id = '', Status, Health } = await named(clients.beanstalk, name)
  const { ConfigurationSettings = [] } = await clients.beanstalk.send(
    new DescribeConfigurationSettingsCommand({ ApplicationName: 'coupling', EnvironmentName: name }),
  )
  const options = new Map(
    ConfigurationSettings[0]?.OptionSettings?.map(({ Namespace, OptionName, Value }) => [
      `${Namespace}|${OptionName}`,
      Value,
    ]),
  )
  const { StackResources = [] } = await clients.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: `awseb-${id}-stack` }),
  )
  const all = (await clients.rds.send(new DescribeDBInstancesCommand({}))).DBInstances ?? []
  return {
    id,
    isWell: Status === 'Ready' && Health === 'Green',
    coupled: options.get('aws:rds:dbinstance|HasCoupledDatabase'),
    policy: options.get('aws:rds:dbinstance|DBDeletionPolicy'),
    host: options.get('aws:elasticbeanstalk:application:environment|DB_HOST'),
    inStack: StackResources.filter(
      ({ ResourceType, ResourceStatus }) =>
        ResourceType === 'AWS::RDS::DBInstance' && ResourceStatus !== 'DELETE_COMPLETE',
    ).map(({ LogicalResourceId }) => LogicalResourceId),
    databases: all.filter(({ DBInstanceIdentifier }) => DBInstanceIdentifier?.startsWith(`awseb-${id}-`)),
    all,
  }
}

it.each([
  ['delete', 'Delete', 0, 0],
  ['snapshot', 'Snapshot', 0, 1],
  ['retain', 'Retain', 1, 0],
])('coupling-%s: coupled, with deletion policy %s', async (name, policy, databases, snapshots) => {
  const found = await lookAt(`coupling-${name}`)
  expect(found).toMatchObject({ isWell: true, coupled: 'true', policy, inStack: ['AWSEBRDSDatabase'] })
  expect(found.databases).toHaveLength(1)
  const taken = async () => (await clients.rds.send(new DescribeDBSnapshotsCommand({}))).DBSnapshots?.length ?? 0
  const before = await taken()
  await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: found.id }))
  await jump(700)
  expect(await describe(clients.beanstalk, found.id)).toMatchObject({ Status: 'Terminated' })
  const { DBInstances = [] } = await clients.rds.send(new DescribeDBInstancesCommand({}))
  expect(DBInstances.filter(({ DBInstanceIdentifier }) => DBInstanceIdentifier?.includes(found.id))).toHaveLength(
    databases,
  )
  expect((await taken()) - before).toBe(snapshots)
})

it('coupling-extensions: its bundle brings the database along, which Elastic Beanstalk does not call coupled', async () => {
  const found = await lookAt('coupling-extensions')
  expect(found).toMatchObject({ isWell: true, inStack: ['ApplicationDatabase'] })
  expect(found.coupled).not.toBe('true')
  expect(found.databases).toMatchObject([{ Engine: 'postgres', DBInstanceStatus: 'available' }])
  const { TemplateBody = '' } = await clients.cloudFormation.send(
    new GetTemplateCommand({ StackName: `awseb-${found.id}-stack` }),
  )
  expect(JSON.parse(TemplateBody)).toMatchObject({
    Resources: { ApplicationDatabase: { Type: 'AWS::RDS::DBInstance', DeletionPolicy: 'Snapshot' } },
  })
})

it('coupling-guest: it uses the database of another environment', async () => {
  const found = await lookAt('coupling-guest')
  expect(found).toMatchObject({ isWell: true, inStack: [], databases: [] })
  expect(found.host).toMatch(/^awseb-e-\w+-stack-awsebrdsdatabase-/)
})

it('coupling-leftover: a database that was decoupled in the right order stands alone', async () => {
  const found = await lookAt('coupling-leftover')
  expect(found).toMatchObject({ isWell: true, coupled: 'false', inStack: [] })
  expect(found.databases.map(({ Endpoint }) => Endpoint?.Address)).toEqual([found.host])
})

it('coupling-orphan: its database is gone, and no update succeeds', async () => {
  const found = await lookAt('coupling-orphan')
  expect(found).toMatchObject({ isWell: true, coupled: 'true', inStack: ['AWSEBRDSDatabase'], databases: [] })
  await clients.beanstalk.send(
    new UpdateEnvironmentCommand({
      EnvironmentId: found.id,
      OptionSettings: [{ Namespace: 'aws:rds:dbinstance', OptionName: 'HasCoupledDatabase', Value: 'false' }],
    }),
  )
  await jump(400)
  expect(await lookAt('coupling-orphan')).toMatchObject({ isWell: true, coupled: 'true' })
})

it('coupling-group: a database outside names its security group, so it cannot be terminated', async () => {
  const found = await lookAt('coupling-group')
  expect(found).toMatchObject({ isWell: true, inStack: [] })
  expect(found.all.map(({ Endpoint }) => Endpoint?.Address)).toContain(found.host)
  await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: found.id }))
  await jump(300)
  expect(await describe(clients.beanstalk, found.id)).toMatchObject({ Status: 'Ready', Health: 'Grey' })
})
