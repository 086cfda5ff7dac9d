import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import {
  CheckDNSAvailabilityCommand,
  CreateEnvironmentCommand,
  DescribeApplicationsCommand,
  DescribeEnvironmentsCommand,
  TerminateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf, named, refusal } from './clients.ts'

const practice = await practiceOfFile()
const clients = clientsOf(practice)

const NODE = {
  PlatformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 22 running on 64bit Amazon Linux 2023',
}

describe('whom it lets in', () => {
  it('knows the caller', async () => {
    expect(await clients.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
    })
  })

  it('refuses an unknown key, a wrong secret, an expired session and a clock that is wrong, each in its own way', async () => {
    const { accessKeyId, secretAccessKey, accountId } = practice
    const ask = (keys: Parameters<typeof clientsOf>[1]) =>
      refusal(clientsOf(practice, keys).beanstalk.send(new DescribeApplicationsCommand({})))
    expect(await ask({ accountId, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey })).toEqual({
      code: 'InvalidClientTokenId',
      status: 403,
      text: 'The security token included in the request is invalid.',
    })
    expect(await ask({ accountId, accessKeyId, secretAccessKey: 'wrong' })).toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      text: expect.stringContaining('The request signature we calculated does not match'),
    })
    expect(await ask(practice.keys.expired)).toEqual({
      code: 'ExpiredToken',
      status: 403,
      text: 'The security token included in the request is expired',
    })
    const slow = clientsOf(practice).beanstalk
    slow.config.systemClockOffset = -1_200_000
    expect(await refusal(slow.send(new DescribeApplicationsCommand({})))).toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      text: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z/),
    })
  })

  it('answers S3 and EC2 callers in the dialect of S3 and EC2', async () => {
    const wrong = clientsOf(practice, { ...practice, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })
    const bucket = 'elasticbeanstalk-eu-central-1-123456789012'
    expect(await refusal(wrong.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'x' })))).toMatchObject({
      code: 'InvalidAccessKeyId',
      status: 403,
    })
    expect(await refusal(clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'x' })))).toMatchObject({
      code: 'NoSuchKey',
      status: 404,
    })
    expect(await refusal(wrong.ec2.send(new DescribeSecurityGroupsCommand({})))).toMatchObject({
      code: 'AuthFailure',
      status: 401,
    })
    expect(
      await refusal(clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-00000000'] }))),
    ).toMatchObject({ code: 'InvalidGroup.NotFound', text: "The security group 'sg-00000000' does not exist" })
  })

  it('shows nothing in an empty account and in another region', async () => {
    const empty = clientsOf(practice, practice.keys.empty).beanstalk
    expect((await empty.send(new DescribeApplicationsCommand({}))).Applications).toEqual([])
    const elsewhere = clientsOf(practice, practice, 'us-east-1').beanstalk
    expect((await elsewhere.send(new DescribeEnvironmentsCommand({}))).Environments).toEqual([])
  })

  it('denies what the policy of a trainee does not allow', async () => {
    const trainee = clientsOf(practice, practice.keys.readOnly)
    const { EnvironmentId = '' } = await named(trainee.beanstalk, 'shop-production')
    expect(await refusal(trainee.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId })))).toEqual({
      code: 'AccessDenied',
      status: 403,
      text: 'User: arn:aws:iam::123456789012:user/trainee is not authorized to perform: elasticbeanstalk:TerminateEnvironment on resource: arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop-production because no identity-based policy allows the elasticbeanstalk:TerminateEnvironment action',
    })
    expect(
      await refusal(
        trainee.cloudFormation.send(new ListStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` })),
      ),
    ).toMatchObject({ code: 'AccessDenied', status: 403 })
  })
})

describe('faults that can be switched on', () => {
  const fault = (body: object): Promise<unknown> => practice.control('/faults', body)
  const list = () => clients.beanstalk.send(new DescribeEnvironmentsCommand({}))

  it('throttles, fails, denies, expires and hangs up for as long as it is told', async () => {
    await fault({ name: 'throttle', count: 2 })
    expect(await refusal(list())).toEqual({ code: 'Throttling', status: 400, text: 'Rate exceeded' })
    expect(await refusal(list())).toMatchObject({ code: 'Throttling' })
    await list()
    await fault({ name: 'server-error', action: 'elasticbeanstalk:DescribeEnvironments' })
    expect(await refusal(list())).toMatchObject({ code: 'InternalFailure', status: 500 })
    await fault({ name: 'access-denied', action: 'elasticbeanstalk:DescribeEnvironments' })
    expect(await refusal(list())).toMatchObject({ code: 'AccessDenied', status: 403 })
    await fault({ name: 'access-denied', on: false })
    await fault({ name: 'expired-token' })
    expect(await refusal(list())).toMatchObject({ code: 'ExpiredToken', status: 403 })
    await fault({ name: 'expired-token', on: false })
    await fault({ name: 'connection-reset' })
    expect((await refusal(list())).text).toMatch(/ECONNRESET|socket hang up/)
    await fault({ name: 'throttle', probability: 1 })
    expect(await refusal(list())).toMatchObject({ code: 'Throttling' })
    await fault({ name: 'throttle', on: false })
    await list()
  })

  it('takes a prefix away between check and create, and refuses a swap once', async () => {
    const { beanstalk } = clients
    expect(await beanstalk.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: 'shop-next' }))).toMatchObject({
      Available: true,
      FullyQualifiedCNAME: 'shop-next.eu-central-1.elasticbeanstalk.com',
    })
    await fault({ name: 'cname-taken' })
    const create = () =>
      beanstalk.send(
        new CreateEnvironmentCommand({
          ApplicationName: 'shop',
          EnvironmentName: 'shop-next',
          CNAMEPrefix: 'shop-next',
          ...NODE,
        }),
      )
    expect(await refusal(create())).toMatchObject({
      text: 'DNS name (shop-next.eu-central-1.elasticbeanstalk.com) is not available.',
    })
    expect(await beanstalk.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: 'shop-next' }))).toMatchObject({
      Available: false,
    })
    await expect(fault({ name: 'no-such-thing' })).rejects.toThrow("There is no fault named 'no-such-thing'.")
  })
})

describe('requests no SDK would send', () => {
  it('answers an unknown action, no action and no signature with an error document each', async () => {
    const unsigned = await fetch(`${practice.endpoint}/?Action=DescribeEnvironments`)
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ])
    const json = await fetch(`${practice.endpoint}/?Operation=DescribeEnvironments`, {
      headers: { accept: 'application/json' },
    })
    expect(await json.json()).toMatchObject({ Error: { Code: 'MissingAuthenticationToken', Type: 'Sender' } })
    const garbage = await fetch(practice.endpoint, {
      method: 'POST',
      body: 'x'.repeat(2_000_000),
      headers: { authorization: 'AWS4-HMAC-SHA256 nonsense' },
    }).catch(() => undefined)
    expect(garbage === undefined || garbage.status >= 400).toBe(true)
    await clients.beanstalk.send(new DescribeEnvironmentsCommand({}))
  })
})
