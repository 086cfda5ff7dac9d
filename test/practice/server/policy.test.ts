import { describe, expect, it } from 'vitest'
import { evaluate, readPolicy } from '../../../electron/practice/server/iam/policy.ts'

const SHOP = 'arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop-production'
const APPLICATION = 'arn:aws:elasticbeanstalk:eu-central-1:123456789012:application/shop'

function decide(
  statements: object | readonly object[],
  wish: {
    readonly action?: string
    readonly resource?: string
    readonly context?: Record<string, readonly string[]>
  } = {},
): string {
  const { action = 'elasticbeanstalk:TerminateEnvironment', resource = SHOP, context = {} } = wish
  return evaluate([readPolicy({ Version: '2012-10-17', Statement: statements }, 'p')], { action, resource, context })
    .decision
}

const allow = { Effect: 'Allow', Action: '*', Resource: '*' }

describe('what a policy says', () => {
  it.each([
    ['nothing is mentioned', { ...allow, Action: 's3:*' }, 'implicitDeny'],
    ['all is allowed', allow, 'allowed'],
    ['an action fits whatever its letters', { ...allow, Action: 'ElasticBeanstalk:terminate*' }, 'allowed'],
    ['one of several actions fits', { ...allow, Action: ['s3:GetObject', 'elasticbeanstalk:*'] }, 'allowed'],
    ['the question mark is one letter', { ...allow, Action: 'elasticbeanstalk:TerminateEnvironmen?' }, 'allowed'],
    [
      'a denial wins over a permission',
      [allow, { ...allow, Effect: 'Deny', Action: 'elasticbeanstalk:Terminate*' }],
      'explicitDeny',
    ],
    [
      'the action is the excepted one',
      { Effect: 'Allow', NotAction: 'elasticbeanstalk:Terminate*', Resource: '*' },
      'implicitDeny',
    ],
    ['another action is the excepted one', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, 'allowed'],
    ['the resource fits', { ...allow, Resource: 'arn:aws:elasticbeanstalk:*:*:environment/shop/*' }, 'allowed'],
    [
      'the resource is another',
      { ...allow, Resource: 'arn:aws:elasticbeanstalk:*:*:environment/ledger/*' },
      'implicitDeny',
    ],
    ['the resource is the excepted one', { Effect: 'Allow', Action: '*', NotResource: SHOP }, 'implicitDeny'],
  ])('where %s', (_when, statements, decision) => {
    expect(decide(statements)).toBe(decision)
  })

  it.each([
    [{ ArnEquals: { 'elasticbeanstalk:InApplication': APPLICATION } }, 'allowed'],
    [{ ArnLike: { 'elasticbeanstalk:InApplication': 'arn:aws:elasticbeanstalk:*:*:application/sh*' } }, 'allowed'],
    [{ StringEquals: { 'elasticbeanstalk:InApplication': [APPLICATION, 'other'] } }, 'allowed'],
    [{ StringLike: { 'elasticbeanstalk:InApplication': '*/ledger' } }, 'implicitDeny'],
    [{ StringNotEquals: { 'elasticbeanstalk:InApplication': APPLICATION } }, 'implicitDeny'],
    [{ StringEquals: { 'aws:ResourceTag/stage': 'production', 'aws:username': 'nobody' } }, 'implicitDeny'],
    [{ StringEquals: { 'aws:ResourceTag/stage': 'production' } }, 'allowed'],
    [{ StringEquals: { 'aws:ResourceTag/team': 'shop' } }, 'implicitDeny'],
    [{ StringEqualsIfExists: { 'aws:ResourceTag/team': 'shop' } }, 'allowed'],
    [{ StringNotEquals: { 'aws:ResourceTag/team': 'shop' } }, 'allowed'],
    [{ Null: { 'aws:ResourceTag/team': 'true' } }, 'allowed'],
    [{ Null: { 'aws:ResourceTag/stage': 'true' } }, 'implicitDeny'],
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, 'implicitDeny'],
    [{ StringEquals: { 'aws:ResourceTag/stage': '${aws:username}' } }, 'implicitDeny'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, 'allowed'],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, 'implicitDeny'],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, 'allowed'],
    [{ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 'allowed'],
    [{ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 'implicitDeny'],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 'implicitDeny'],
    [{ NumericLessThan: { 'aws:EpochTime': '9999999999' } }, 'allowed'],
  ])('under the condition %j', (Condition, decision) => {
    const context = {
      'elasticbeanstalk:inapplication': [APPLICATION],
      'aws:resourcetag/stage': ['production'],
      'aws:username': ['operator'],
      'aws:tagkeys': ['a', 'b'],
      'aws:sourceip': ['127.0.0.1'],
      'aws:currenttime': ['2026-11-23T00:00:00Z'],
      'aws:epochtime': ['1795392000'],
    }
    expect(decide({ ...allow, Condition }, { context })).toBe(decision)
  })

  it.each([
    ['{', 'This policy contains invalid Json'],
    [{ Statement: { Effect: 'Perhaps', Action: '*', Resource: '*' } }, 'Effect must be Allow or Deny'],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, 'must contain actions'],
    [{ Statement: { Effect: 'Allow', Action: 'Terminate', Resource: '*' } }, 'must be prefaced by a vendor'],
    [
      { Statement: { ...allow, Condition: { StringResembles: { a: 'b' } } } },
      'Invalid Condition type : StringResembles.',
    ],
    [{ Version: '2012-10-17' }, 'Missing required field Statement'],
  ])('refuses %j', (document, text) => {
    expect(() => readPolicy(document, 'p')).toThrow(text)
  })
})
