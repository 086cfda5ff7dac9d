import {
  ApplyEnvironmentManagedActionCommand,
  AssociateEnvironmentOperationsRoleCommand,
  CheckDNSAvailabilityCommand,
  ComposeEnvironmentsCommand,
  CreateApplicationCommand,
  CreateApplicationVersionCommand,
  CreateEnvironmentCommand,
  DeleteApplicationCommand,
  DeleteEnvironmentConfigurationCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentManagedActionHistoryCommand,
  DescribeEnvironmentManagedActionsCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  DisassociateEnvironmentOperationsRoleCommand,
  RequestEnvironmentInfoCommand,
  RestartAppServerCommand,
  RetrieveEnvironmentInfoCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { afterEach, beforeEach, expect, describe as group, it } from 'vitest'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Clients, clientsOf, describe, named, refusal, uploadBundle } from './clients.ts'
import { signedRequests } from './signed-requests.ts'

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

const NODE_22 = 'Node.js 22 running on 64bit Amazon Linux 2023'
const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function messagesOf(EnvironmentName: string): Promise<readonly (string | undefined)[]> {
  const { Events = [] } = await clients.beanstalk.send(new DescribeEventsCommand({ EnvironmentName, MaxRecords: 60 }))
  return Events.map(({ Message }) => Message)
}

function set(EnvironmentName: string, ...options: readonly (readonly [string, string, string])[]): Promise<unknown> {
  return clients.beanstalk.send(
    new UpdateEnvironmentCommand({
      EnvironmentName,
      OptionSettings: options.map(([Namespace, OptionName, Value]) => ({ Namespace, OptionName, Value })),
    }),
  )
}

group('managed actions', () => {
  const on = (): Promise<unknown> =>
    set(
      'shop-production',
      ['aws:elasticbeanstalk:managedactions', 'ManagedActionsEnabled', 'true'],
      ['aws:elasticbeanstalk:managedactions', 'PreferredStartTime', 'Wed:04:30'],
      ['aws:elasticbeanstalk:managedactions:platformupdate', 'UpdateLevel', 'minor'],
    )

  it('are applied at once when someone asks, and remembered', async () => {
    const { beanstalk } = clients
    await on()
    await jump(100)
    const EnvironmentName = 'shop-production'
    const { ManagedActions = [] } = await beanstalk.send(
      new DescribeEnvironmentManagedActionsCommand({ EnvironmentName, Status: 'Scheduled' }),
    )
    const { ActionId, WindowStartTime } = ManagedActions[0] ?? {}
    expect([WindowStartTime?.getUTCDay(), WindowStartTime?.getUTCHours(), WindowStartTime?.getUTCMinutes()]).toEqual([
      3, 4, 30,
    ])
    const apply = new ApplyEnvironmentManagedActionCommand({ EnvironmentName, ActionId })
    expect(await beanstalk.send(apply)).toMatchObject({ ActionId, ActionType: 'PlatformUpdate', Status: 'Running' })
    await jump(60)
    expect(await named(beanstalk, EnvironmentName)).toMatchObject({ Status: 'Updating' })
    const running = await beanstalk.send(new DescribeEnvironmentManagedActionsCommand({ EnvironmentName }))
    expect(running.ManagedActions).toEqual([expect.objectContaining({ ActionId, Status: 'Running' })])
    expect(await refusal(beanstalk.send(apply))).toMatchObject({ code: 'ManagedActionInvalidStateException' })
    await jump(500)
    expect((await named(beanstalk, EnvironmentName)).PlatformArn).toBe(
      `arn:aws:elasticbeanstalk:eu-central-1::platform/${NODE_22}/6.7.0`,
    )
    const { ManagedActionHistoryItems } = await beanstalk.send(
      new DescribeEnvironmentManagedActionHistoryCommand({ EnvironmentName }),
    )
    expect(ManagedActionHistoryItems).toEqual([
      expect.objectContaining({ ActionId, Status: 'Completed', FinishedTime: expect.any(Date) }),
    ])
  })

  it('are applied in their window by themselves', async () => {
    await on()
    await jump(8 * 86_400)
    expect((await named(clients.beanstalk, 'shop-production')).PlatformArn).toContain('6.7.0')
  })
})

group('deployments beside the running instances', () => {
  it('replace every instance, immutable, while the old ones serve', async () => {
    const { beanstalk } = clients
    const EnvironmentName = 'shop-production'
    const versions = async (): Promise<readonly (string | undefined)[]> => {
      const { InstanceHealthList = [] } = await beanstalk.send(
        new DescribeInstancesHealthCommand({ EnvironmentName, AttributeNames: ['All'] }),
      )
      return InstanceHealthList.map(({ Deployment }) => Deployment?.VersionLabel)
    }
    await set(EnvironmentName, ['aws:elasticbeanstalk:command', 'DeploymentPolicy', 'Immutable'])
    await jump(100)
    await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName, VersionLabel: '1.4.1' }))
    await jump(60)
    expect(await versions()).toEqual(['1.4.2', '1.4.2', '1.4.1'])
    await jump(460)
    expect(await versions()).toEqual(['1.4.2', '1.4.2', '1.4.1', '1.4.1'])
    await jump(700)
    expect(await versions()).toEqual(['1.4.1', '1.4.1'])
    expect(await named(beanstalk, EnvironmentName)).toMatchObject({ Status: 'Ready', HealthStatus: 'Ok' })
    const messages = await messagesOf(EnvironmentName)
    expect(messages).toContain(
      'Immutable deployment policy enabled. Launching one instance with the new settings to verify health.',
    )
    expect(messages).toContain('Deployment succeeded. Terminating old instances and temporary Auto Scaling group.')
    const { operations } = await practice.control<{
      operations: readonly { readonly kind: string; readonly seconds: number }[]
    }>('/calls')
    expect(operations.find(({ kind }) => kind === 'deploy')?.seconds).toBe(902)
  })

  it('keep full capacity with an additional batch', async () => {
    const { beanstalk } = clients
    const EnvironmentName = 'shop-production'
    const count = async (): Promise<number | undefined> =>
      (await beanstalk.send(new DescribeInstancesHealthCommand({ EnvironmentName }))).InstanceHealthList?.length
    await set(EnvironmentName, ['aws:elasticbeanstalk:command', 'DeploymentPolicy', 'RollingWithAdditionalBatch'])
    await jump(100)
    await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName, VersionLabel: '1.4.1' }))
    await jump(100)
    expect(await count()).toBe(3)
    await jump(150)
    expect(await count()).toBe(2)
    expect(await named(beanstalk, EnvironmentName)).toMatchObject({ Status: 'Ready', VersionLabel: '1.4.1' })
  })
})

group('logs of instances', () => {
  it('are pulled, can be read under the address that is told, and are gone after a quarter of an hour', async () => {
    const { beanstalk } = clients
    const asked = { EnvironmentName: 'shop-production', InfoType: 'tail' } as const
    await beanstalk.send(new RequestEnvironmentInfoCommand(asked))
    await jump(10)
    const { EnvironmentInfo = [] } = await beanstalk.send(new RetrieveEnvironmentInfoCommand(asked))
    expect(EnvironmentInfo).toHaveLength(2)
    const address = EnvironmentInfo[0]?.Message ?? ''
    const response = await fetch(address)
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('/var/log/eb-engine.log')])
    expect((await fetch(address.replace('TailLogs', 'OtherLogs'))).status).toBe(403)
    expect((await fetch(address.replace(/X-Amz-Date=\d{4}/, 'X-Amz-Date=2001'))).status).toBe(403)
    expect(await messagesOf('shop-production')).toContain('Pulled logs for environment instances.')
    await jump(900)
    expect((await beanstalk.send(new RetrieveEnvironmentInfoCommand(asked))).EnvironmentInfo).toEqual([])
    expect((await fetch(address)).status).toBe(404)
  })
})

group('environments', () => {
  it('restart their application', async () => {
    const EnvironmentName = 'shop-production'
    await clients.beanstalk.send(new RestartAppServerCommand({ EnvironmentName }))
    await jump(5)
    expect(await named(clients.beanstalk, EnvironmentName)).toMatchObject({ Status: 'Updating', HealthStatus: 'Info' })
    await jump(40)
    expect(await named(clients.beanstalk, EnvironmentName)).toMatchObject({ Status: 'Ready', HealthStatus: 'Ok' })
    expect(await messagesOf(EnvironmentName)).toContain('Restarted application server on all ec2 instances.')
  })

  it('take an operations role and give it back', async () => {
    const { beanstalk } = clients
    const EnvironmentName = 'shop-production'
    const OperationsRole = 'arn:aws:iam::123456789012:role/operations'
    await beanstalk.send(new AssociateEnvironmentOperationsRoleCommand({ EnvironmentName, OperationsRole }))
    expect((await named(beanstalk, EnvironmentName)).OperationsRole).toBe(OperationsRole)
    await beanstalk.send(new DisassociateEnvironmentOperationsRoleCommand({ EnvironmentName }))
    expect((await named(beanstalk, EnvironmentName)).OperationsRole).toBeUndefined()
  })

  it('show what runs and what will run while their configuration changes', async () => {
    const { beanstalk } = clients
    const asked = { ApplicationName: 'shop', EnvironmentName: 'shop-production' }
    await set('shop-production', ['aws:autoscaling:asg', 'MinSize', '3'])
    const { ConfigurationSettings = [] } = await beanstalk.send(new DescribeConfigurationSettingsCommand(asked))
    const sizes = ConfigurationSettings.map(({ DeploymentStatus, OptionSettings = [] }) => [
      DeploymentStatus,
      OptionSettings.find(({ OptionName }) => OptionName === 'MinSize')?.Value,
    ])
    expect(sizes).toEqual([
      ['deployed', '2'],
      ['pending', '3'],
    ])
    await beanstalk.send(new DeleteEnvironmentConfigurationCommand(asked))
  })

  it('are cloned by the private member of the Elastic Beanstalk CLI, within their platform branch', async () => {
    const ask = signedRequests(practice)
    const clone = (more: string): Promise<Response> =>
      ask({
        method: 'POST',
        body: `Action=CreateEnvironment&ApplicationName=shop&EnvironmentName=shop-green&TemplateSpecification.TemplateSource.EnvironmentName=shop-production${more}`,
      })
    const other = await clone(
      `&PlatformArn=${encodeURIComponent('arn:aws:elasticbeanstalk:eu-central-1::platform/Docker running on 64bit Amazon Linux 2023')}`,
    )
    expect([other.status, await other.text()]).toEqual([400, expect.stringContaining('platform branch')])
    const made = await clone('')
    expect([made.status, await made.text()]).toEqual([
      200,
      expect.stringContaining('<VersionLabel>1.4.2</VersionLabel>'),
    ])
  })

  it('appear in lists a moment after they were created', async () => {
    const { beanstalk } = clients
    const names = async (): Promise<readonly (string | undefined)[]> =>
      ((await beanstalk.send(new DescribeEnvironmentsCommand({}))).Environments ?? []).map(
        ({ EnvironmentName }) => EnvironmentName,
      )
    const { EnvironmentId = '' } = await beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: 'shop',
        EnvironmentName: 'shop-green',
        SolutionStackName: `64bit Amazon Linux 2023 v6.7.0 running Node.js 22`,
      }),
    )
    expect(await names()).not.toContain('shop-green')
    await jump(1)
    expect(await names()).toContain('shop-green')
    expect(await describe(beanstalk, EnvironmentId)).toMatchObject({ Status: 'Launching' })
  })

  it('keep their name for a while when their creation had failed', async () => {
    const { beanstalk } = clients
    await practice.control('/faults', { name: 'create-ends-red' })
    const { EnvironmentId } = await beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: 'shop',
        EnvironmentName: 'shop-green',
        CNAMEPrefix: 'shop-green',
        VersionLabel: '1.4.2',
        PlatformArn: `arn:aws:elasticbeanstalk:eu-central-1::platform/${NODE_22}`,
      }),
    )
    await jump(400)
    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }))
    await jump(280)
    const free = async (): Promise<boolean | undefined> =>
      (await beanstalk.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: 'shop-green' }))).Available
    expect(await free()).toBe(false)
    await jump(300)
    expect(await free()).toBe(true)
  })

  it('are composed from manifests, linked, and protected from what they depend on being terminated', async () => {
    const { beanstalk } = clients
    await beanstalk.send(new CreateApplicationCommand({ ApplicationName: 'media' }))
    const stack = 'SolutionStack: 64bit Amazon Linux 2023 v6.7.0 running Node.js 22'
    const front = `AWSConfigurationTemplateVersion: 1.1.0.0\nEnvironmentName: front+ # with the group\n${stack}\nEnvironmentLinks:\n  "BACK": "back+"\nOptionSettings:\n  aws:autoscaling:asg:\n    MinSize: 2\n`
    const back = `EnvironmentName: back+\n${stack}\nEnvironmentTier:\n  Name: Worker\n  Type: SQS/HTTP\n`
    for (const [VersionLabel, manifest] of [
      ['front-1', front],
      ['back-1', back],
    ] as const) {
      const SourceBundle = await uploadBundle(clients.s3, `media/${VersionLabel}.zip`, { 'env.yaml': manifest })
      await beanstalk.send(
        new CreateApplicationVersionCommand({ ApplicationName: 'media', VersionLabel, SourceBundle }),
      )
    }
    const compose = { ApplicationName: 'media', GroupName: 'dev', VersionLabels: ['front-1', 'back-1'] }
    expect(
      await refusal(beanstalk.send(new ComposeEnvironmentsCommand({ ...compose, GroupName: undefined }))),
    ).toMatchObject({ code: 'InvalidParameterValue' })
    const { Environments = [] } = await beanstalk.send(new ComposeEnvironmentsCommand(compose))
    expect(Environments).toEqual([
      expect.objectContaining({
        EnvironmentName: 'front-dev',
        EnvironmentLinks: [{ LinkName: 'BACK', EnvironmentName: 'back-dev' }],
      }),
      expect.objectContaining({ EnvironmentName: 'back-dev', Tier: expect.objectContaining({ Name: 'Worker' }) }),
    ])
    await jump(400)
    const terminate = { EnvironmentName: 'back-dev' }
    expect((await refusal(beanstalk.send(new TerminateEnvironmentCommand(terminate)))).text).toContain('front-dev')
    await beanstalk.send(new TerminateEnvironmentCommand({ ...terminate, ForceTerminate: true }))
    await beanstalk.send(new DeleteApplicationCommand({ ApplicationName: 'media', TerminateEnvByForce: true }))
    await jump(300)
    expect(await refusal(named(beanstalk, 'front-dev'))).toMatchObject({ text: 'There is no environment front-dev.' })
  })
})
