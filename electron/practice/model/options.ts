/** What the Elastic Beanstalk developer guide says about one option, as far as this account needs it. */
export interface Option {
  readonly namespace: string
  readonly name: string
  /** Absent: the service answers the option without a value. */
  readonly defaultValue?: string
  readonly values?: readonly string[]
  readonly range?: readonly [number, number]
  readonly resourceName?: string
  readonly severity: 'NoInterruption' | 'RestartEnvironment' | 'RestartApplicationServer' | 'Unknown'
  /** Which kinds of environment carry it. */
  readonly of: 'every' | 'load balanced' | 'database'
}

const FLAG = ['true', 'false'] as const

type Row = readonly [
  name: string,
  defaultValue: string | undefined,
  allowed?: readonly string[] | readonly [number, number],
]

function rows(
  namespace: string,
  of: Option['of'],
  severity: Option['severity'],
  resourceName: string | undefined,
  ...entries: readonly Row[]
): readonly Option[] {
  return entries.map(([name, defaultValue, allowed]) => ({
    namespace,
    name,
    of,
    severity,
    ...(resourceName === undefined ? {} : { resourceName }),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...restriction(allowed),
  }))
}

function restriction(allowed: Row[2]): Pick<Option, 'values' | 'range'> {
  if (allowed === undefined) return {}
  const [first, second] = allowed
  if (typeof first === 'number' && typeof second === 'number') return { range: [first, second] }
  return { values: allowed.map(String) }
}

const PROCESS: readonly Row[] = [
  ['DeregistrationDelay', '20', [0, 3600]],
  ['HealthCheckInterval', '15', [5, 300]],
  ['HealthCheckPath', '/'],
  ['HealthCheckTimeout', '5', [1, 60]],
  ['HealthyThresholdCount', '3', [2, 10]],
  ['MatcherHTTPCode', '200'],
  ['Port', '80', [1, 65535]],
  ['Protocol', 'HTTP', ['HTTP', 'HTTPS', 'TCP']],
  ['StickinessEnabled', 'false', FLAG],
  ['StickinessLBCookieDuration', '86400', [1, 604800]],
  ['StickinessType', 'lb_cookie', ['lb_cookie', 'app_cookie']],
  ['UnhealthyThresholdCount', '5', [2, 10]],
]

const LISTENER: readonly Row[] = [
  ['DefaultProcess', 'default'],
  ['ListenerEnabled', 'true', FLAG],
  ['Protocol', 'HTTP', ['HTTP', 'HTTPS', 'TCP']],
  ['Rules', undefined],
  ['SSLCertificateArns', undefined],
  ['SSLPolicy', undefined],
]

const CLASSIC_LISTENER: readonly Row[] = [
  ['InstancePort', '80', [1, 65535]],
  ['InstanceProtocol', 'HTTP', ['HTTP', 'HTTPS', 'TCP', 'SSL']],
  ['ListenerEnabled', 'true', FLAG],
  ['ListenerProtocol', 'HTTP', ['HTTP', 'HTTPS', 'TCP', 'SSL']],
  ['PolicyNames', undefined],
  ['SSLCertificateId', undefined],
]

const LISTENER_RULE: readonly Row[] = [
  ['HostHeaders', undefined],
  ['PathPatterns', undefined],
  ['Priority', '1', [1, 1000]],
  ['Process', 'default'],
]

/** Every option of every namespace with a fixed name, in the order in which the service answers them. */
export const OPTIONS: readonly Option[] = [
  ...rows(
    'aws:autoscaling:asg',
    'every',
    'NoInterruption',
    'AWSEBAutoScalingGroup',
    ['Availability Zones', 'Any', ['Any', 'Any 1', 'Any 2', 'Any 3']],
    ['Cooldown', '360', [0, 10000]],
    ['Custom Availability Zones', undefined],
    ['EnableCapacityRebalancing', 'false', FLAG],
    ['MaxSize', '4', [1, 10000]],
    ['MinSize', '1', [1, 10000]],
  ),
  ...rows(
    'aws:autoscaling:launchconfiguration',
    'every',
    'RestartEnvironment',
    'AWSEBAutoScalingLaunchConfiguration',
    ['BlockDeviceMappings', undefined],
    ['DisableDefaultEC2SecurityGroup', 'false', FLAG],
    ['DisableIMDSv1', 'true', FLAG],
    ['EC2KeyName', undefined],
    ['IamInstanceProfile', 'aws-elasticbeanstalk-ec2-role'],
    ['ImageId', 'ami-0f3c9c466bb525749'],
    ['InstanceType', 't3.micro'],
    ['MonitoringInterval', '5 minute', ['1 minute', '5 minute']],
    ['RootVolumeIOPS', undefined],
    ['RootVolumeSize', undefined],
    ['RootVolumeThroughput', undefined],
    ['RootVolumeType', undefined, ['standard', 'gp2', 'gp3', 'io1']],
    ['SSHSourceRestriction', 'tcp,22,22,0.0.0.0/0'],
    ['SecurityGroups', undefined],
  ),
  ...rows(
    'aws:autoscaling:trigger',
    'load balanced',
    'NoInterruption',
    'AWSEBCloudwatchAlarmLow',
    ['BreachDuration', '5', [1, 600]],
    ['EvaluationPeriods', '1', [1, 600]],
    ['LowerBreachScaleIncrement', '-1'],
    ['LowerThreshold', '2000000', [0, 20000000]],
    ['MeasureName', 'NetworkOut'],
    ['Period', '5', [1, 600]],
    ['Statistic', 'Average', ['Minimum', 'Maximum', 'Sum', 'Average']],
    ['Unit', 'Bytes'],
    ['UpperBreachScaleIncrement', '1'],
    ['UpperThreshold', '6000000', [0, 20000000]],
  ),
  ...rows(
    'aws:autoscaling:updatepolicy:rollingupdate',
    'load balanced',
    'NoInterruption',
    'AWSEBAutoScalingGroup',
    ['MaxBatchSize', undefined],
    ['MinInstancesInService', undefined],
    ['PauseTime', undefined],
    ['RollingUpdateEnabled', 'false', FLAG],
    ['RollingUpdateType', 'Time', ['Time', 'Health', 'Immutable']],
    ['Timeout', 'PT30M'],
  ),
  ...rows(
    'aws:cloudformation:template:parameter',
    'every',
    'Unknown',
    undefined,
    ['AppSource', undefined],
    ['EnvironmentVariables', undefined],
    ['HooksPkgUrl', undefined],
    ['InstancePort', '80'],
    ['InstanceTypeFamily', 't3'],
  ),
  ...rows(
    'aws:ec2:instances',
    'every',
    'RestartEnvironment',
    undefined,
    ['EnableSpot', 'false', FLAG],
    ['InstanceTypes', 't3.micro, t3.small'],
    ['SpotFleetOnDemandAboveBasePercentage', '70', [0, 100]],
    ['SpotFleetOnDemandBase', '0'],
    ['SpotMaxPrice', undefined],
    ['SupportedArchitectures', 'x86_64', ['x86_64', 'arm64', 'i386']],
  ),
  ...rows(
    'aws:ec2:vpc',
    'every',
    'RestartEnvironment',
    undefined,
    ['AssociatePublicIpAddress', 'true', FLAG],
    ['ELBScheme', 'public', ['public', 'internal']],
    ['ELBSubnets', undefined],
    ['DBSubnets', undefined],
    ['Subnets', undefined],
    ['VPCId', undefined],
  ),
  ...rows('aws:elasticbeanstalk:application', 'every', 'NoInterruption', undefined, [
    'Application Healthcheck URL',
    undefined,
  ]),
  ...rows(
    'aws:elasticbeanstalk:cloudwatch:logs',
    'every',
    'NoInterruption',
    undefined,
    ['DeleteOnTerminate', 'false', FLAG],
    ['RetentionInDays', '7'],
    ['StreamLogs', 'false', FLAG],
  ),
  ...rows(
    'aws:elasticbeanstalk:cloudwatch:logs:health',
    'every',
    'NoInterruption',
    undefined,
    ['DeleteOnTerminate', 'false', FLAG],
    ['HealthStreamingEnabled', 'false', FLAG],
    ['RetentionInDays', '7'],
  ),
  ...rows(
    'aws:elasticbeanstalk:command',
    'every',
    'NoInterruption',
    undefined,
    ['BatchSize', '100', [1, 10000]],
    ['BatchSizeType', 'Percentage', ['Percentage', 'Fixed']],
    [
      'DeploymentPolicy',
      'AllAtOnce',
      ['AllAtOnce', 'Rolling', 'RollingWithAdditionalBatch', 'Immutable', 'TrafficSplitting'],
    ],
    ['IgnoreHealthCheck', 'false', FLAG],
    ['Timeout', '600', [1, 3600]],
  ),
  ...rows(
    'aws:elasticbeanstalk:control',
    'every',
    'NoInterruption',
    undefined,
    ['DefaultSSHPort', '22'],
    ['LaunchTimeout', '0'],
    ['LaunchType', 'Migration'],
    ['RollbackLaunchOnFailure', 'false', FLAG],
  ),
  ...rows(
    'aws:elasticbeanstalk:environment',
    'every',
    'RestartEnvironment',
    undefined,
    ['EnvironmentType', 'LoadBalanced', ['LoadBalanced', 'SingleInstance']],
    ['ExternalExtensionsS3Bucket', undefined],
    ['ExternalExtensionsS3Key', undefined],
    ['LoadBalancerIsShared', 'false', FLAG],
    ['LoadBalancerType', 'application', ['classic', 'application', 'network']],
    ['ServiceRole', 'arn:aws:iam::{accountId}:role/aws-elasticbeanstalk-service-role'],
  ),
  ...rows(
    'aws:elasticbeanstalk:environment:process:default',
    'load balanced',
    'NoInterruption',
    'AWSEBV2LoadBalancerTargetGroup',
    ...PROCESS,
  ),
  ...rows('aws:elasticbeanstalk:environment:proxy', 'every', 'RestartApplicationServer', undefined, [
    'ProxyServer',
    'nginx',
    ['nginx', 'apache', 'none'],
  ]),
  ...rows(
    'aws:elasticbeanstalk:healthreporting:system',
    'every',
    'NoInterruption',
    undefined,
    ['ConfigDocument', undefined],
    ['EnhancedHealthAuthEnabled', 'true', FLAG],
    ['HealthCheckSuccessThreshold', 'Ok', ['Ok', 'Warning', 'Degraded', 'Severe']],
    ['SystemType', 'enhanced', ['basic', 'enhanced']],
  ),
  ...rows('aws:elasticbeanstalk:hostmanager', 'every', 'NoInterruption', undefined, [
    'LogPublicationControl',
    'false',
    FLAG,
  ]),
  ...rows(
    'aws:elasticbeanstalk:managedactions',
    'every',
    'NoInterruption',
    undefined,
    ['ManagedActionsEnabled', 'false', FLAG],
    ['PreferredStartTime', undefined],
    ['ServiceRoleForManagedUpdates', undefined],
  ),
  ...rows(
    'aws:elasticbeanstalk:managedactions:platformupdate',
    'every',
    'NoInterruption',
    undefined,
    ['InstanceRefreshEnabled', 'false', FLAG],
    ['UpdateLevel', undefined, ['patch', 'minor']],
  ),
  ...rows('aws:elasticbeanstalk:monitoring', 'every', 'NoInterruption', undefined, [
    'Automatically Terminate Unhealthy Instances',
    'true',
    FLAG,
  ]),
  ...rows(
    'aws:elasticbeanstalk:sns:topics',
    'every',
    'NoInterruption',
    undefined,
    ['Notification Endpoint', undefined],
    ['Notification Protocol', 'email', ['http', 'https', 'email', 'email-json', 'sqs']],
    ['Notification Topic ARN', undefined],
    ['Notification Topic Name', undefined],
  ),
  ...rows(
    'aws:elasticbeanstalk:trafficsplitting',
    'load balanced',
    'NoInterruption',
    undefined,
    ['EvaluationTime', '5', [3, 600]],
    ['NewVersionPercent', '10', [1, 100]],
  ),
  ...rows('aws:elasticbeanstalk:xray', 'every', 'NoInterruption', undefined, ['XRayEnabled', 'false', FLAG]),
  ...rows('aws:elbv2:listener:default', 'load balanced', 'NoInterruption', 'AWSEBV2LoadBalancerListener', ...LISTENER),
  ...rows(
    'aws:elbv2:loadbalancer',
    'load balanced',
    'NoInterruption',
    'AWSEBV2LoadBalancer',
    ['AccessLogsS3Bucket', undefined],
    ['AccessLogsS3Enabled', 'false', FLAG],
    ['AccessLogsS3Prefix', undefined],
    ['IdleTimeout', undefined],
    ['ManagedSecurityGroup', undefined],
    ['SecurityGroups', undefined],
    ['SharedLoadBalancer', undefined],
  ),
  ...rows(
    'aws:rds:dbinstance',
    'database',
    'RestartEnvironment',
    'AWSEBRDSDatabase',
    ['DBAllocatedStorage', '5'],
    ['DBDeletionPolicy', 'Delete', ['Delete', 'Snapshot', 'Retain']],
    ['DBEngine', 'mysql'],
    ['DBEngineVersion', undefined],
    ['DBInstanceClass', 'db.t3.micro'],
    ['DBPassword', undefined],
    ['DBSnapshotIdentifier', undefined],
    ['DBUser', 'ebroot'],
    ['HasCoupledDatabase', 'false', FLAG],
    ['MultiAZDatabase', 'false', FLAG],
  ),
]

/** Namespaces in which any option is allowed: the environment's own properties and the like. */
export const FREE_NAMESPACES: readonly string[] = [
  'aws:elasticbeanstalk:application:environment',
  'aws:elasticbeanstalk:application:environmentsecrets',
  'aws:elasticbeanstalk:environment:proxy:staticfiles',
  'aws:autoscaling:scheduledaction',
]

const PATTERNS: readonly { readonly namespace: RegExp; readonly options: readonly Row[] }[] = [
  { namespace: /^aws:elasticbeanstalk:environment:process:[\w-]+$/, options: PROCESS },
  { namespace: /^aws:elbv2:listener:(?:default|\d+)$/, options: LISTENER },
  { namespace: /^aws:elbv2:listenerrule:[\w-]+$/, options: LISTENER_RULE },
  { namespace: /^aws:elb:listener:\d+$/, options: CLASSIC_LISTENER },
]

/** By namespace, then by name: it is asked for so often that no key is put together. */
const BY_NAME = new Map<string, Map<string, Option>>()
for (const option of OPTIONS) {
  const own = BY_NAME.get(option.namespace) ?? new Map<string, Option>()
  BY_NAME.set(option.namespace, own.set(option.name, option))
}

/** The option of a namespace and name, also in namespaces that carry a name of the user's; undefined: there is no such option. */
export function findOption(namespace: string, name: string): Option | undefined {
  const found = BY_NAME.get(namespace)?.get(name)
  if (found !== undefined) return found
  if (FREE_NAMESPACES.includes(namespace)) return { namespace, name, severity: 'RestartApplicationServer', of: 'every' }
  const row = PATTERNS.find((pattern) => pattern.namespace.test(namespace))?.options.find(
    ([rowName]) => rowName === name,
  )
  return row === undefined ? undefined : rows(namespace, 'load balanced', 'NoInterruption', undefined, row)[0]
}

/** The options that a namespace with a name of the user's carries, such as `aws:elbv2:listener:443`. */
export function optionsOfNamedNamespace(namespace: string): readonly Option[] {
  if (OPTIONS.some((option) => option.namespace === namespace)) return []
  const pattern = PATTERNS.find((entry) => entry.namespace.test(namespace))
  return pattern === undefined ? [] : rows(namespace, 'load balanced', 'NoInterruption', undefined, ...pattern.options)
}
