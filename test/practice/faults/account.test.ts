import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import {
  CheckDNSAvailabilityCommand,
  CreateConfigurationTemplateCommand,
  DescribeApplicationVersionsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentManagedActionHistoryCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  RebuildEnvironmentCommand,
  SwapEnvironmentCNAMEsCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { describe, expect, it } from 'vitest'
import { describe as environmentOf, named, refusal } from '../server/clients.ts'
import { clients, create, deploy, drift, fault, jump, pauseEach, terminate } from './paused-account.ts'

pauseEach()

const health = (EnvironmentName: string) =>
  clients.beanstalk.send(new DescribeEnvironmentHealthCommand({ EnvironmentName, AttributeNames: ['All'] }))

describe('environments', () => {
  it('create-ends-red: Ready and Red, with errors in the events', async () => {
    await fault({ name: 'create-ends-red', environment: 'shop-red' })
    const other = await create('shop-other')
    const red = await create('shop-red')
    await jump(500)
    expect(await environmentOf(clients.beanstalk, red)).toMatchObject({ Status: 'Ready', Health: 'Red' })
    expect(await environmentOf(clients.beanstalk, other)).toMatchObject({ Status: 'Ready', Health: 'Green' })
  })

  it('instances-never-report: the wait condition fails, and the environment can be terminated', async () => {
    await fault({ name: 'instances-never-report' })
    const id = await create('shop-silent')
    await jump(1_000)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Status: 'Launching', Health: 'Grey' })
    await jump(500)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({
      Status: 'Ready',
      Health: 'Red',
      HealthStatus: 'Severe',
    })
    expect((await health('shop-silent')).Causes).toContain('None of the instances are sending data.')
    const instances = await clients.beanstalk.send(
      new DescribeInstancesHealthCommand({ EnvironmentId: id, AttributeNames: ['All'] }),
    )
    expect(instances.InstanceHealthList?.map(({ HealthStatus }) => HealthStatus)).toEqual(['NoData', 'NoData'])
    const { Stacks = [] } = await clients.cloudFormation.send(
      new DescribeStacksCommand({ StackName: `awseb-${id}-stack` }),
    )
    expect(Stacks[0]?.StackStatus).toBe('CREATE_FAILED')
    const { Events = [] } = await clients.beanstalk.send(
      new DescribeEventsCommand({ EnvironmentId: id, Severity: 'ERROR' }),
    )
    const said = Events.map(({ Message }) => Message)
    expect(said).toContain('Failed to launch environment.')
    expect(said.some((message) => message?.includes('[AWSEBInstanceLaunchWaitCondition]'))).toBe(true)
    await terminate('shop-silent')
    await jump(300)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Status: 'Terminated' })
  })

  it('deploy-fails and mixed-instances: Ready and Green, but not what was asked for', async () => {
    await fault({ name: 'deploy-fails', environment: 'shop-production' })
    await deploy('shop-production')
    await jump(60)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({
      Status: 'Ready',
      Health: 'Green',
      VersionLabel: '1.4.2',
    })
    await fault({ name: 'mixed-instances' })
    await deploy('shop-production')
    await jump(90)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Health: 'Green', VersionLabel: '1.4.1' })
    const { InstanceHealthList = [] } = await clients.beanstalk.send(
      new DescribeInstancesHealthCommand({ EnvironmentName: 'shop-production', AttributeNames: ['All'] }),
    )
    expect(InstanceHealthList.map(({ Deployment }) => Deployment?.VersionLabel)).toEqual(['1.4.1', '1.4.2'])
  })

  it('health-info and health-warning: it stays there until it is switched off, also for what comes later', async () => {
    await fault({ name: 'health-warning', environment: 'shop-next' })
    const id = await create('shop-next')
    await jump(420)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Health: 'Yellow', HealthStatus: 'Warning' })
    expect((await health('shop-next')).Causes).toHaveLength(1)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ HealthStatus: 'Ok' })
    await fault({ name: 'health-warning', on: false })
    await jump(20)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ HealthStatus: 'Ok' })
    await fault({ name: 'health-info' })
    await jump(20)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Health: 'Green', HealthStatus: 'Info' })
    const { Events = [] } = await clients.beanstalk.send(new DescribeEventsCommand({ EnvironmentId: id }))
    expect(Events.filter(({ Message }) => Message?.includes('from Warning to Ok'))).toHaveLength(1)
  })

  it('name-taken and cname-taken: another one is there a moment before', async () => {
    await fault({ name: 'name-taken' })
    expect(await refusal(create('shop-mine'))).toMatchObject({
      code: 'InvalidParameterValue',
      text: 'Environment shop-mine already exists.',
    })
    await jump(2)
    const theirs = await named(clients.beanstalk, 'shop-mine')
    expect(theirs).toMatchObject({ Status: 'Launching', Description: 'Created by another operator' })
    expect(theirs.CNAME).not.toBe('shop-mine.eu-central-1.elasticbeanstalk.com')
    await fault({ name: 'cname-taken' })
    expect(await refusal(create('shop-ours'))).toMatchObject({
      text: 'DNS name (shop-ours.eu-central-1.elasticbeanstalk.com) is not available.',
    })
  })

  it('template-quota: no more saved configurations, once', async () => {
    const { EnvironmentId } = await named(clients.beanstalk, 'shop-production')
    const save = () =>
      clients.beanstalk.send(
        new CreateConfigurationTemplateCommand({ ApplicationName: 'shop', TemplateName: 'saved', EnvironmentId }),
      )
    await fault({ name: 'template-quota', environment: 'shop-production' })
    expect(await refusal(save())).toMatchObject({ code: 'TooManyConfigurationTemplatesException', status: 400 })
    await save()
  })

  it('swap-refused: not Ready, and accepted when it is tried again', async () => {
    const id = await create('shop-green')
    await jump(400)
    const swap = () =>
      clients.beanstalk.send(
        new SwapEnvironmentCNAMEsCommand({
          SourceEnvironmentName: 'shop-production',
          DestinationEnvironmentName: 'shop-green',
        }),
      )
    await fault({ name: 'swap-refused' })
    expect((await refusal(swap())).text).toMatch(/^Environment named shop-green is in an invalid state/)
    await swap()
    await jump(10)
    expect((await environmentOf(clients.beanstalk, id)).CNAME).toBe('shop.eu-central-1.elasticbeanstalk.com')
  })

  it('is limited to the call it was told, and strikes there only', async () => {
    await fault({ name: 'deploy-fails', step: 'deploy', probability: 1 })
    await drift({ action: 'deploy', environment: 'shop-production', versionLabel: '1.4.1' })
    await jump(60)
    expect((await named(clients.beanstalk, 'shop-production')).VersionLabel).toBe('1.4.1')
    await deploy('shop-production', '1.4.2')
    await jump(60)
    expect((await named(clients.beanstalk, 'shop-production')).VersionLabel).toBe('1.4.1')
  })
})

describe('other hands', () => {
  it('managed-update: starts at once on the environment named', async () => {
    await fault({ name: 'managed-update', environment: 'shop-production' })
    expect(await refusal(deploy('shop-production'))).toMatchObject({ code: 'InvalidParameterValue' })
    await jump(470)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Status: 'Updating' })
    await jump(20)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Status: 'Ready' })
    const { ManagedActionHistoryItems = [] } = await clients.beanstalk.send(
      new DescribeEnvironmentManagedActionHistoryCommand({ EnvironmentName: 'shop-production' }),
    )
    expect(ManagedActionHistoryItems).toMatchObject([{ ActionType: 'PlatformUpdate', Status: 'Completed' }])
  })

  it.each(['managed-update', 'other-operator'])(
    '%s: strikes just before the next change, and only then',
    async (name) => {
      await fault({ name })
      await jump(5)
      expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Status: 'Ready' })
      expect((await refusal(deploy('shop-production'))).text).toBe(
        'Environment named shop-production is in an invalid state for this operation. Must be Ready.',
      )
      await jump(2)
      expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({
        Status: 'Updating',
        VersionLabel: '1.4.2',
      })
      await jump(500)
      await deploy('shop-production')
    },
  )

  it('other-operator: the environment is Updating unexpectedly', async () => {
    await fault({ name: 'other-operator', environment: 'shop-production' })
    await jump(5)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Status: 'Updating' })
    await jump(90)
    expect(await named(clients.beanstalk, 'shop-production')).toMatchObject({ Status: 'Ready' })
  })

  it.each([
    ['cname-claimed', /^DNS name \(.*\) is not available\.$/],
    ['name-reused', /^Environment shop-old already exists\.$/],
    ['version-deleted', /^No Application Version named '1\.4\.1' found\.$/],
  ])('%s: what is gone cannot be rebuilt', async (name, text) => {
    const id = await create('shop-old', '1.4.1')
    await jump(400)
    await fault({ name, environment: 'shop-old' })
    await terminate('shop-old')
    await jump(300)
    expect(await refusal(clients.beanstalk.send(new RebuildEnvironmentCommand({ EnvironmentId: id })))).toMatchObject({
      code: 'InvalidParameterValue',
      text: expect.stringMatching(text),
    })
    const { Available } = await clients.beanstalk.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: 'shop-old' }))
    expect(Available).toBe(name !== 'cname-claimed')
    const { ApplicationVersions = [] } = await clients.beanstalk.send(
      new DescribeApplicationVersionsCommand({ ApplicationName: 'shop', VersionLabels: ['1.4.1'] }),
    )
    expect(ApplicationVersions).toHaveLength(name === 'version-deleted' ? 0 : 1)
  })

  it('nothing: what is gone is rebuilt', async () => {
    const id = await create('shop-old', '1.4.1')
    await jump(400)
    await terminate('shop-old')
    await jump(300)
    await clients.beanstalk.send(new RebuildEnvironmentCommand({ EnvironmentId: id }))
    await jump(400)
    expect(await environmentOf(clients.beanstalk, id)).toMatchObject({ Status: 'Ready', Health: 'Green' })
  })

  it('scale: more instances than the minimum, as load makes them', async () => {
    await drift({ action: 'scale', environment: 'shop-production', instances: 4 })
    await jump(90)
    expect((await health('shop-production')).InstancesHealth).toMatchObject({ Ok: 4 })
    await drift({ action: 'scale', environment: 'shop-production', instances: 1 })
    await jump(20)
    expect(await health('shop-production')).toMatchObject({
      HealthStatus: 'Warning',
      Causes: ['1 active instance is below Auto Scaling group minimum size 2.'],
    })
  })
})
