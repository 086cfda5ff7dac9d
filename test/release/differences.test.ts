import { describe, expect, it } from 'vitest'
import { settingsDifferences } from '../../electron/release/differences.ts'
import type { OptionSetting } from '../../electron/release/world.ts'

const at = (namespace: string, optionName: string, value: string | null): OptionSetting => ({
  namespace,
  optionName,
  value,
  resourceName: null,
})

describe('settings of blue and green', () => {
  it.each<[string, readonly OptionSetting[], readonly OptionSetting[], readonly string[]]>([
    [
      'that agree differ in nothing',
      [at('aws:autoscaling:asg', 'MinSize', '2')],
      [at('aws:autoscaling:asg', 'MinSize', '2')],
      [],
    ],
    [
      'that differ are named with both values',
      [at('aws:autoscaling:asg', 'MinSize', '2')],
      [at('aws:autoscaling:asg', 'MinSize', '1')],
      ['aws:autoscaling:asg/MinSize: blue “2”, green “1”'],
    ],
    [
      'set on blue alone',
      [at('aws:autoscaling:asg', 'MinSize', '2')],
      [],
      ['aws:autoscaling:asg/MinSize: blue “2”, green not set'],
    ],
    [
      'set on green alone',
      [],
      [at('aws:autoscaling:asg', 'MinSize', '2')],
      ['aws:autoscaling:asg/MinSize: blue not set, green “2”'],
    ],
    ['empty and absent are the same', [at('aws:ec2:vpc', 'VPCId', '')], [], []],
    ['null and absent are the same', [at('aws:ec2:vpc', 'VPCId', null)], [], []],
    [
      'environment properties are secrets: only that they differ is said',
      [at('aws:elasticbeanstalk:application:environment', 'DB_PASSWORD', 'hunter2')],
      [at('aws:elasticbeanstalk:application:environment', 'DB_PASSWORD', 'hunter3')],
      [
        'aws:elasticbeanstalk:application:environment/DB_PASSWORD: blue set to another value, green set to another value',
      ],
    ],
    [
      'a secret that is missing on green',
      [at('aws:elasticbeanstalk:application:environmentsecrets', 'TOKEN', 'arn:secret')],
      [],
      ['aws:elasticbeanstalk:application:environmentsecrets/TOKEN: blue set to another value, green not set'],
    ],
    [
      "a database's password is a secret",
      [at('aws:rds:dbinstance', 'DBPassword', 'p')],
      [],
      ['aws:rds:dbinstance/DBPassword: blue set to another value, green not set'],
    ],
    [
      'a notification topic is made for each',
      [at('aws:elasticbeanstalk:sns:topics', 'Notification Topic ARN', 'arn:a')],
      [at('aws:elasticbeanstalk:sns:topics', 'Notification Topic ARN', 'arn:b')],
      [],
    ],
    [
      'an id of the environment itself',
      [at('aws:elasticbeanstalk:cloudwatch:logs', 'Group', 'logs/e-abcdefghij/web')],
      [at('aws:elasticbeanstalk:cloudwatch:logs', 'Group', 'logs/e-zyxwvutsrq/web')],
      [],
    ],
    [
      'the same list in another order',
      [at('aws:ec2:vpc', 'Subnets', 'subnet-1, subnet-2')],
      [at('aws:ec2:vpc', 'Subnets', 'subnet-2,subnet-1')],
      [],
    ],
    [
      'a security group of the operator that green lacks',
      [at('aws:autoscaling:launchconfiguration', 'SecurityGroups', 'sg-11,sg-22')],
      [at('aws:autoscaling:launchconfiguration', 'SecurityGroups', 'sg-11')],
      ['aws:autoscaling:launchconfiguration/SecurityGroups: blue “sg-11,sg-22”, green “sg-11”'],
    ],
    [
      'several, in the order of the alphabet',
      [at('b', 'x', '1'), at('a', 'y', '1')],
      [],
      ['a/y: blue “1”, green not set', 'b/x: blue “1”, green not set'],
    ],
  ])('%s', (_words, blue, green, expected) => {
    expect(settingsDifferences(blue, green)).toEqual(expected)
  })

  const own = (physicalId: string) => [
    { logicalId: 'AWSEBSecurityGroup', physicalId, type: 'AWS::EC2::SecurityGroup', status: 'CREATE_COMPLETE' },
  ]
  const groups = (value: string) => [at('aws:autoscaling:launchconfiguration', 'SecurityGroups', value)]

  it.each<[string, string, string, number]>([
    ['each its own, made by its stack', 'sg-blue', 'sg-green', 0],
    ["its own and one of the operator's", 'sg-blue,sg-shared', 'sg-shared,sg-green', 0],
    ["green in blue's own group", 'sg-blue', 'sg-blue,sg-green', 1],
    ['green in a group that is not its own', 'sg-blue', 'sg-stranger', 1],
  ])('know the security groups by their part: %s', (_words, blue, green, differences) => {
    const stacks = { blue: own('sg-blue'), green: own('sg-green') }
    expect(settingsDifferences(groups(blue), groups(green), stacks)).toHaveLength(differences)
  })

  it('never says the value of a secret', () => {
    const secret = (value: string) => [at('aws:elasticbeanstalk:application:environment', 'KEY', value)]
    expect(settingsDifferences(secret('one-secret'), secret('two-secret')).join()).not.toContain('-secret')
  })
})
