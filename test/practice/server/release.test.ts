import {
  CreateApplicationVersionCommand,
  CreateConfigurationTemplateCommand,
  CreateEnvironmentCommand,
  CreateStorageLocationCommand,
  DeleteConfigurationTemplateCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  ListTagsForResourceCommand,
  RebuildEnvironmentCommand,
  SwapEnvironmentCNAMEsCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, describe as group, it } from 'vitest'
import { zip } from '../../../electron/practice/server/seed-bundles.ts'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf, describe, named } from './clients.ts'

const practice = await practiceOfFile({ speed: 1 })
const clients = clientsOf(practice)
// Only the time passes that a test lets pass.
await practice.control('/clock', { pause: true })

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function uploadVersion(label: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  const { S3Bucket } = await clients.beanstalk.send(new CreateStorageLocationCommand({}))
  const key = `shop/${label}.zip`
  await clients.s3.send(
    new PutObjectCommand({ Bucket: S3Bucket, Key: key, Body: zip({ 'index.html': label, ...files }) }),
  )
  await clients.beanstalk.send(
    new CreateApplicationVersionCommand({
      ApplicationName: 'shop',
      VersionLabel: label,
      SourceBundle: { S3Bucket, S3Key: key },
      Process: true,
    }),
  )
  await jump(6)
}

async function cloneShop(name: string, versionLabel = '1.4.2'): Promise<string> {
  const blue = await named(clients.beanstalk, 'shop-production')
  const template = `template-${name}`
  await clients.beanstalk.send(
    new CreateConfigurationTemplateCommand({
      ApplicationName: 'shop',
      TemplateName: template,
      EnvironmentId: blue.EnvironmentId,
    }),
  )
  const created = await clients.beanstalk.send(
    new CreateEnvironmentCommand({
      ApplicationName: 'shop',
      EnvironmentName: name,
      CNAMEPrefix: name,
      TemplateName: template,
      VersionLabel: versionLabel,
    }),
  )
  await clients.beanstalk.send(
    new DeleteConfigurationTemplateCommand({ ApplicationName: 'shop', TemplateName: template }),
  )
  expect(created).toMatchObject({
    Status: 'Launching',
    Health: 'Grey',
    CNAME: `${name}.eu-central-1.elasticbeanstalk.com`,
  })
  expect(created.EndpointURL).toBeUndefined()
  return created.EnvironmentId ?? ''
}

group('a whole release, by the SDK', () => {
  it('goes from clone over deploy and swap to termination, and the way back stays open', async () => {
    const { beanstalk } = clients
    const blue = await named(beanstalk, 'shop-production')
    const greenId = await cloneShop('shop-green')
    await jump(380)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Launching', HealthStatus: 'Pending' })
    await jump(12)
    expect(await describe(beanstalk, greenId)).toMatchObject({
      Status: 'Ready',
      Health: 'Green',
      HealthStatus: 'Ok',
      VersionLabel: '1.4.2',
    })

    const settingsOf = async (name: string) => {
      const { ConfigurationSettings = [] } = await beanstalk.send(
        new DescribeConfigurationSettingsCommand({ ApplicationName: 'shop', EnvironmentName: name }),
      )
      const [settings] = ConfigurationSettings
      expect(settings?.DeploymentStatus).toBe('deployed')
      return new Map(
        settings?.OptionSettings?.map((option) => [`${option.Namespace}|${option.OptionName}`, option.Value]),
      )
    }
    const [blueSettings, greenSettings] = [await settingsOf('shop-production'), await settingsOf('shop-green')]
    const different = [...blueSettings.keys()].filter((key) => blueSettings.get(key) !== greenSettings.get(key))
    expect(blueSettings.size).toBeGreaterThan(100)
    expect(different.toSorted()).toEqual([
      'aws:autoscaling:launchconfiguration|SecurityGroups',
      'aws:elbv2:loadbalancer|ManagedSecurityGroup',
      'aws:elbv2:loadbalancer|SecurityGroups',
    ])
    const tags = await beanstalk.send(
      new ListTagsForResourceCommand({ ResourceArn: (await describe(beanstalk, greenId)).EnvironmentArn }),
    )
    expect(tags.ResourceTags).toContainEqual({ Key: 'cost-center', Value: '4711' })

    await uploadVersion('1.5.0')
    const update = await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentId: greenId, VersionLabel: '1.5.0' }))
    expect(update).toMatchObject({ Status: 'Updating', VersionLabel: '1.5.0', AbortableOperationInProgress: true })
    await jump(12)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Updating', HealthStatus: 'Info' })
    await jump(18)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Updating', VersionLabel: '1.5.0' })
    await jump(2)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Ready', VersionLabel: '1.5.0' })
    await jump(20)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Ready', HealthStatus: 'Ok' })
    const instances = await beanstalk.send(
      new DescribeInstancesHealthCommand({ EnvironmentId: greenId, AttributeNames: ['All'] }),
    )
    expect(instances.InstanceHealthList?.map(({ Deployment }) => Deployment?.VersionLabel)).toEqual(['1.5.0', '1.5.0'])

    const swap = await beanstalk.send(
      new SwapEnvironmentCNAMEsCommand({ SourceEnvironmentId: blue.EnvironmentId, DestinationEnvironmentId: greenId }),
    )
    // Reads show it a moment later.
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Ready' })
    await jump(1)
    expect(await describe(beanstalk, greenId)).toMatchObject({
      Status: 'Updating',
      AbortableOperationInProgress: false,
    })
    await jump(5)
    expect(await describe(beanstalk, greenId)).toMatchObject({ Status: 'Ready', CNAME: blue.CNAME })
    expect(await describe(beanstalk, blue.EnvironmentId ?? '')).toMatchObject({
      Status: 'Ready',
      CNAME: 'shop-green.eu-central-1.elasticbeanstalk.com',
      EndpointURL: blue.EndpointURL,
      EnvironmentName: 'shop-production',
    })
    await jump(2)
    const events = await beanstalk.send(new DescribeEventsCommand({ RequestId: swap.$metadata.requestId }))
    expect(events.Events?.map(({ Message }) => Message)).toEqual([
      "Completed swapping CNAMEs for environments 'shop-production' and 'shop-green'.",
      expect.stringContaining("'shop-green.eu-central-1.elasticbeanstalk.com' now points to 'awseb-"),
      "Swapping CNAMEs for environments 'shop-production' and 'shop-green'.",
      'swapEnvironmentCNAMEs is starting.',
    ])

    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId: blue.EnvironmentId }))
    await jump(1)
    expect(await describe(beanstalk, blue.EnvironmentId ?? '')).toMatchObject({ Status: 'Terminating', Health: 'Grey' })
    await jump(267)
    expect(await describe(beanstalk, blue.EnvironmentId ?? '')).toMatchObject({ Status: 'Terminated' })
    await jump(3_700)
    await expect(describe(beanstalk, blue.EnvironmentId ?? '')).rejects.toThrow('There is no environment')

    await beanstalk.send(new RebuildEnvironmentCommand({ EnvironmentId: blue.EnvironmentId }))
    await jump(400)
    expect(await describe(beanstalk, blue.EnvironmentId ?? '')).toMatchObject({
      Status: 'Ready',
      HealthStatus: 'Ok',
      EnvironmentName: 'shop-production',
      CNAME: 'shop-green.eu-central-1.elasticbeanstalk.com',
    })
    const { operations } = await practice.control<{ operations: { kind: string; seconds: number }[] }>('/calls')
    expect(operations.map(({ kind, seconds }) => [kind, Math.round(seconds)])).toEqual([
      ['create', 391],
      ['deploy', 31],
      ['swap', 6],
      ['terminate', 267],
      ['rebuild', 391],
    ])
  })

  it('ends a deployment that fails Ready and Green on the old label, and says so only in events', async () => {
    const { beanstalk } = clients
    await uploadVersion('1.5.1-broken', { 'practice.json': '{"deploy":"fail"}' })
    const id = (await named(beanstalk, 'shop-green')).EnvironmentId ?? ''
    const { $metadata } = await beanstalk.send(
      new UpdateEnvironmentCommand({ EnvironmentId: id, VersionLabel: '1.5.1-broken' }),
    )
    await jump(1)
    expect((await describe(beanstalk, id)).VersionLabel).toBe('1.5.1-broken')
    await jump(60)
    expect(await describe(beanstalk, id)).toMatchObject({ Status: 'Ready', Health: 'Green', VersionLabel: '1.5.0' })
    const { Events = [] } = await beanstalk.send(
      new DescribeEventsCommand({ RequestId: $metadata.requestId, Severity: 'ERROR' }),
    )
    expect(Events[0]?.Message).toBe('Failed to deploy application.')
    expect(Events.length).toBe(5)
  })

  it('shows a version that serves errors as Red with the cause', async () => {
    const { beanstalk } = clients
    await uploadVersion('1.5.2-bad', { 'practice.json': '{"statusCode":500}' })
    const id = (await named(beanstalk, 'shop-green')).EnvironmentId ?? ''
    await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentId: id, VersionLabel: '1.5.2-bad' }))
    await jump(60)
    expect(await describe(beanstalk, id)).toMatchObject({
      Status: 'Ready',
      Health: 'Red',
      HealthStatus: 'Severe',
      VersionLabel: '1.5.2-bad',
    })
    const health = await beanstalk.send(
      new DescribeEnvironmentHealthCommand({ EnvironmentId: id, AttributeNames: ['All'] }),
    )
    expect(health).toMatchObject({
      Color: 'Red',
      Status: 'Ready',
      Causes: ['ELB health is failing or not available for all instances.'],
    })
    expect(health.InstancesHealth).toMatchObject({ Severe: 2, Ok: 0 })
  })
})
