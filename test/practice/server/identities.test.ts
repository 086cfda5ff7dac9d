import { readFileSync } from 'node:fs'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import {
  CreateConfigurationTemplateCommand,
  DescribeEnvironmentsCommand,
  SwapEnvironmentCNAMEsCommand,
  TerminateEnvironmentCommand,
  UpdateTagsForResourceCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import type { KeyPair } from '../../../electron/practice/server/practice.ts'
import { practiceOfFile } from '../practice-of-file.ts'
import { type Clients, clientsOf, named, refusal } from './clients.ts'
import { elements, signedRequests } from './signed-requests.ts'

const practice = await practiceOfFile()
const clients = clientsOf(practice)

const POLICY = JSON.parse(
  readFileSync(new URL('../../../resources/iam/operator-policy.json', import.meta.url), 'utf8'),
) as { readonly Statement: readonly { readonly Sid: string; readonly Action: string | readonly string[] }[] }

/** A user who may do what the policy for operators says, but for some of its statements or actions. */
async function reduced(name: string, without: readonly string[]): Promise<Clients> {
  const policy = {
    ...POLICY,
    Statement: POLICY.Statement.filter(({ Sid }) => !without.includes(Sid)).map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((action) => !without.includes(action)),
    })),
  }
  return clientsOf(practice, await practice.control<KeyPair>('/users', { name, policy }))
}

const ENVIRONMENT = 'arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop-production'

describe('a reduced operator', () => {
  it('may do what is left of the policy and nothing else, in the words of each service', async () => {
    const { beanstalk, s3, ec2 } = await reduced('reduced', [
      'elasticbeanstalk:SwapEnvironmentCNAMEs',
      'SourceBundles',
      'ReadWhatHangsOnAnEnvironment',
    ])
    const { EnvironmentId = '' } = await named(beanstalk, 'shop-production')
    const swap = new SwapEnvironmentCNAMEsCommand({
      SourceEnvironmentId: EnvironmentId,
      DestinationEnvironmentId: EnvironmentId,
    })
    expect(await refusal(beanstalk.send(swap))).toEqual({
      code: 'AccessDenied',
      status: 403,
      text: `User: arn:aws:iam::123456789012:user/reduced is not authorized to perform: elasticbeanstalk:SwapEnvironmentCNAMEs on resource: ${ENVIRONMENT} because no identity-based policy allows the elasticbeanstalk:SwapEnvironmentCNAMEs action`,
    })
    expect(await refusal(ec2.send(new DescribeSecurityGroupsCommand({})))).toEqual({
      code: 'UnauthorizedOperation',
      status: 403,
      text: 'You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/reduced is not authorized to perform: ec2:DescribeSecurityGroups because no identity-based policy allows the ec2:DescribeSecurityGroups action',
    })
    expect(
      await refusal(s3.send(new HeadObjectCommand({ Bucket: 'elasticbeanstalk-eu-central-1-123456789012', Key: 'x' }))),
    ).toMatchObject({ status: 403 })
  })

  it('is limited to one application by a condition, and to tags it may not set', async () => {
    const policy = {
      Statement: [
        { Effect: 'Allow', Action: 'elasticbeanstalk:Describe*', Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'elasticbeanstalk:*',
          Resource: '*',
          Condition: { ArnLike: { 'elasticbeanstalk:InApplication': 'arn:aws:elasticbeanstalk:*:*:application/shop' } },
        },
        { Effect: 'Deny', Action: 'elasticbeanstalk:AddTags', Resource: '*' },
      ],
    }
    const keys = await practice.control<KeyPair>('/users', { name: 'shopkeeper', policy })
    const { beanstalk } = clientsOf(practice, keys)
    const template = (name: string, ApplicationName: string, EnvironmentId: string) =>
      beanstalk.send(new CreateConfigurationTemplateCommand({ ApplicationName, TemplateName: name, EnvironmentId }))
    const shop = await named(beanstalk, 'shop-production')
    const ledger = await named(beanstalk, 'ledger-production')
    await template('saved', 'shop', shop.EnvironmentId ?? '')
    expect((await refusal(template('saved', 'ledger', ledger.EnvironmentId ?? ''))).text).toContain(
      'not authorized to perform: elasticbeanstalk:CreateConfigurationTemplate on resource: arn:aws:elasticbeanstalk:eu-central-1:123456789012:configurationtemplate/ledger/saved because no identity-based policy allows',
    )
    expect(
      (
        await refusal(
          beanstalk.send(
            new UpdateTagsForResourceCommand({ ResourceArn: ENVIRONMENT, TagsToAdd: [{ Key: 'a', Value: 'b' }] }),
          ),
        )
      ).text,
    ).toContain(
      'elasticbeanstalk:AddTags on resource: ' + ENVIRONMENT + ' with an explicit deny in an identity-based policy',
    )
  })

  it('refuses a policy that none could read', async () => {
    await expect(
      practice.control('/users', { name: 'x', policy: { Statement: [{ Effect: 'Allow' }] } }),
    ).rejects.toThrow('Policy statement must contain actions.')
  })
})

describe('SimulatePrincipalPolicy', () => {
  it('says beforehand what would be allowed', async () => {
    await reduced('planner', ['elasticbeanstalk:TerminateEnvironment'])
    const ask = signedRequests(practice)
    const simulate = async (parameters: string) =>
      (
        await ask({
          method: 'POST',
          service: 'iam',
          region: 'us-east-1',
          body: `Action=SimulatePrincipalPolicy&Version=2010-05-08&${parameters}`,
        })
      ).text()
    const xml = await simulate(
      `PolicySourceArn=arn:aws:iam::123456789012:user/planner&ActionNames.member.1=elasticbeanstalk:TerminateEnvironment&ActionNames.member.2=elasticbeanstalk:SwapEnvironmentCNAMEs&ActionNames.member.3=iam:PassRole&ResourceArns.member.1=${ENVIRONMENT}&ContextEntries.member.1.ContextKeyName=iam:PassedToService&ContextEntries.member.1.ContextKeyValues.member.1=elasticbeanstalk.amazonaws.com&ContextEntries.member.1.ContextKeyType=string`,
    )
    expect(xml).toContain('<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">')
    expect(elements(xml, 'EvalDecision')).toEqual(['implicitDeny', 'allowed', 'allowed'])
    expect(elements(xml, 'EvalResourceName')).toEqual([ENVIRONMENT, ENVIRONMENT, ENVIRONMENT])
    expect(
      await simulate('PolicySourceArn=arn:aws:iam::123456789012:user/nobody&ActionNames.member.1=s3:GetObject'),
    ).toContain('<Code>NoSuchEntity</Code><Message>The user with name nobody cannot be found.</Message>')
    expect(
      await simulate('PolicySourceArn=arn:aws:sts::123456789012:assumed-role/a/b&ActionNames.member.1=s3:GetObject'),
    ).toContain('does not clearly define entity type and name.')
  })
})

const ROLE = 'arn:aws:iam::123456789012:role/release-with-mfa'
const DEVICE = 'arn:aws:iam::123456789012:mfa/operator'

async function assume(input: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]> = {}): Promise<KeyPair> {
  const { Credentials } = await clients.sts.send(
    new AssumeRoleCommand({
      RoleArn: ROLE,
      RoleSessionName: 'anna',
      SerialNumber: DEVICE,
      TokenCode: '123456',
      ...input,
    }),
  )
  expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now() + 800_000)
  return {
    accountId: practice.accountId,
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
}

describe('sessions', () => {
  it('are opened with the right code of the device alone', async () => {
    const { sts, beanstalk } = clientsOf(practice, await assume())
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: 'arn:aws:sts::123456789012:assumed-role/release-with-mfa/anna',
      UserId: expect.stringMatching(/^AROA\w{17}:anna$/),
    })
    await beanstalk.send(new DescribeEnvironmentsCommand({}))
    expect(await refusal(assume({ TokenCode: '654321' }))).toEqual({
      code: 'AccessDenied',
      status: 403,
      text: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    })
    expect((await refusal(assume({ SerialNumber: `${DEVICE}2` }))).text).toContain('unable to validate MFA code')
    expect(
      (await refusal(clients.sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'anna' })))).text,
    ).toBe(
      `User: arn:aws:iam::123456789012:user/operator is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
    )
    expect((await refusal(assume({ DurationSeconds: 60 }))).code).toMatch(/^ValidationError/)
    expect((await refusal(assume({ DurationSeconds: 7_200 }))).text).toContain('MaxSessionDuration set for this role')
  })

  it('can be narrowed, and chained for an hour', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: ['elasticbeanstalk:Describe*', 'sts:*'], Resource: '*' }],
    })
    const narrow = clientsOf(practice, await assume({ Policy }))
    const { EnvironmentId = '' } = await named(narrow.beanstalk, 'shop-production')
    expect((await refusal(narrow.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId })))).text).toContain(
      'because no session policy allows the elasticbeanstalk:TerminateEnvironment action',
    )
    const { Credentials } = await narrow.sts.send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/observer', RoleSessionName: 'bert' }),
    )
    expect(Credentials?.SessionToken).toBeTypeOf('string')
  })

  it('of a user carry the proof of the device, and end when they are ended', async () => {
    const { Credentials } = await clients.sts.send(
      new GetSessionTokenCommand({ SerialNumber: DEVICE, TokenCode: '123456' }),
    )
    const keys = {
      accountId: practice.accountId,
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const { sts, beanstalk, ec2 } = clientsOf(practice, keys)
    await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'anna' }))
    expect((await refusal(sts.send(new GetSessionTokenCommand({})))).text).toBe(
      'Cannot call GetSessionToken with session credentials',
    )
    const forged = clientsOf(practice, { ...keys, sessionToken: `${keys.sessionToken.slice(0, -4)}AAAA` })
    expect(await refusal(forged.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'InvalidClientTokenId',
    })
    await practice.control('/sessions', { expire: true })
    expect(await refusal(beanstalk.send(new DescribeEnvironmentsCommand({})))).toEqual({
      code: 'ExpiredToken',
      status: 403,
      text: 'The security token included in the request is expired',
    })
    expect((await refusal(ec2.send(new DescribeSecurityGroupsCommand({})))).code).toBe('RequestExpired')
    await clients.beanstalk.send(new DescribeEnvironmentsCommand({}))
  })
})
