import {
  CreateApplicationCommand,
  CreateApplicationVersionCommand,
  CreateEnvironmentCommand,
  CreatePlatformVersionCommand,
  DeletePlatformVersionCommand,
  DescribeApplicationVersionsCommand,
  DescribeEventsCommand,
  DescribePlatformVersionCommand,
  ListPlatformBranchesCommand,
  ListPlatformVersionsCommand,
  TerminateEnvironmentCommand,
  UpdateApplicationResourceLifecycleCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { expect, describe as group, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { BUCKET, clientsOf, refusal, uploadBundle } from './clients.ts'

const practice = await practiceOfFile()
const clients = clientsOf(practice)

const NODE_22 = 'Node.js 22 running on 64bit Amazon Linux 2023'
const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

group('applications', () => {
  it('delete their oldest versions by their lifecycle, never one that is needed', async () => {
    const { beanstalk, s3 } = clients
    const MaxCountRule = { Enabled: true, MaxCount: 3, DeleteSourceFromS3: true }
    const config = { VersionLifecycleConfig: { MaxCountRule } }
    const update = (ResourceLifecycleConfig: object) =>
      beanstalk.send(
        new UpdateApplicationResourceLifecycleCommand({ ApplicationName: 'shop', ResourceLifecycleConfig }),
      )
    expect((await refusal(update(config))).text).toContain('ServiceRole')
    const ServiceRole = 'arn:aws:iam::123456789012:role/aws-elasticbeanstalk-service-role'
    expect(await update({ ...config, ServiceRole })).toMatchObject({
      ResourceLifecycleConfig: { ServiceRole, VersionLifecycleConfig: { MaxCountRule } },
    })
    for (const VersionLabel of ['2.0', '2.1', '2.2']) {
      const SourceBundle = await uploadBundle(clients.s3, `shop/${VersionLabel}.zip`, { 'index.js': VersionLabel })
      await beanstalk.send(new CreateApplicationVersionCommand({ ApplicationName: 'shop', VersionLabel, SourceBundle }))
    }
    const { ApplicationVersions = [] } = await beanstalk.send(
      new DescribeApplicationVersionsCommand({ ApplicationName: 'shop' }),
    )
    // 1.4.2 is older than 2.0 but runs in two environments.
    expect(ApplicationVersions.map(({ VersionLabel }) => VersionLabel)).toEqual(['2.2', '2.1', '1.4.2'])
    const gone = await refusal(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'shop/2.0.zip' })))
    expect(gone.code).toBe('NoSuchKey')
  })
})

group('platforms', () => {
  it('can be found by branch and by filters', async () => {
    const { beanstalk } = clients
    const { PlatformBranchSummaryList = [] } = await beanstalk.send(
      new ListPlatformBranchesCommand({
        Filters: [
          { Attribute: 'LifecycleState', Operator: '=', Values: ['supported'] },
          { Attribute: 'PlatformName', Operator: 'in', Values: ['Node.js', 'PHP'] },
        ],
      }),
    )
    expect(PlatformBranchSummaryList.map(({ BranchName }) => BranchName)).toEqual([
      NODE_22,
      'PHP 8.3 running on 64bit Amazon Linux 2023',
    ])
    const { PlatformSummaryList = [] } = await beanstalk.send(
      new ListPlatformVersionsCommand({
        Filters: [
          { Type: 'PlatformBranchName', Operator: '=', Values: [NODE_22] },
          { Type: 'PlatformVersion', Operator: '>', Values: ['6.6.0'] },
        ],
      }),
    )
    expect(PlatformSummaryList.map(({ PlatformVersion }) => PlatformVersion)).toEqual(['6.7.0', '6.6.2'])
    const wrong = beanstalk.send(new ListPlatformVersionsCommand({ Filters: [{ Type: 'Colour', Values: ['blue'] }] }))
    expect((await refusal(wrong)).code).toBe('InvalidParameterValue')
  })

  it('are built, used and deleted', async () => {
    const { beanstalk } = clients
    const PlatformDefinitionBundle = await uploadBundle(clients.s3, 'platforms/own.zip', {
      'platform.yaml': 'version: "1.0"',
    })
    const wanted = { PlatformName: 'own', PlatformDefinitionBundle }
    expect(
      await refusal(beanstalk.send(new CreatePlatformVersionCommand({ ...wanted, PlatformVersion: 'one' }))),
    ).toMatchObject({ code: 'ValidationError' })
    const { PlatformSummary } = await beanstalk.send(
      new CreatePlatformVersionCommand({ ...wanted, PlatformVersion: '1.0.0' }),
    )
    expect(PlatformSummary).toMatchObject({ PlatformStatus: 'Creating', PlatformOwner: '123456789012' })
    const PlatformArn = PlatformSummary?.PlatformArn
    await jump(800)
    const { PlatformDescription } = await beanstalk.send(new DescribePlatformVersionCommand({ PlatformArn }))
    expect(PlatformDescription).toMatchObject({ PlatformStatus: 'Ready', PlatformName: 'own' })
    await beanstalk.send(
      new CreateEnvironmentCommand({ ApplicationName: 'shop', EnvironmentName: 'shop-own', PlatformArn }),
    )
    const remove = new DeletePlatformVersionCommand({ PlatformArn })
    expect((await refusal(beanstalk.send(remove))).code).toBe('PlatformVersionStillReferencedException')
    await jump(400)
    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentName: 'shop-own' }))
    await jump(300)
    expect((await beanstalk.send(remove)).PlatformSummary?.PlatformStatus).toBe('Deleting')
    await jump(60)
    expect((await refusal(beanstalk.send(remove))).text).toContain('does not exist')
    const { Events = [] } = await beanstalk.send(new DescribeEventsCommand({ PlatformArn }))
    expect(Events.map(({ Message }) => Message)).toContain("Deleted platform version 'own/1.0.0'.")
  })
})

group('requests', () => {
  it('are told everything that is wrong with them at once', async () => {
    const call = clients.beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: 'x'.repeat(101),
        EnvironmentName: 'abc',
        Description: 'y'.repeat(201),
      }),
    )
    expect(await refusal(call)).toMatchObject({
      code: 'ValidationError',
      text: expect.stringMatching(/^3 validation errors detected: .*applicationName.*description.*environmentName/),
    })
  })

  it.each([
    ['a tag of AWS', [{ Key: 'aws:x', Value: '1' }], 'InvalidParameterValue'],
    [
      'too many tags',
      Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '1' })),
      'TooManyTagsException',
    ],
    ['a tag that is too long', [{ Key: 'k'.repeat(129), Value: '1' }], 'ValidationError'],
  ])('are refused with %s', async (_case, Tags, code) => {
    const call = clients.beanstalk.send(new CreateApplicationCommand({ ApplicationName: 'new', Tags }))
    expect((await refusal(call)).code).toBe(code)
  })
})
