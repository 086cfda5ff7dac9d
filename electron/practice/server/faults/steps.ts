const beanstalk = (...names: readonly string[]): readonly string[] => names.map((name) => `elasticbeanstalk:${name}`)

/** The calls that make up each step of a release: what a fault is limited to by `step`. */
export const STEP_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  independence: [
    ...beanstalk('DescribeConfigurationSettings', 'DescribeEnvironmentResources'),
    'cloudformation:DescribeStacks',
    'cloudformation:DescribeStackResources',
    'cloudformation:GetTemplate',
    'cloudformation:ListStackResources',
    'ec2:DescribeSecurityGroupRules',
    'ec2:DescribeSecurityGroups',
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'rds:ListTagsForResource',
  ],
  clone: beanstalk(
    'CheckDNSAvailability',
    'CreateConfigurationTemplate',
    'CreateEnvironment',
    'DeleteConfigurationTemplate',
    'ValidateConfigurationSettings',
  ),
  deploy: [
    ...beanstalk(
      'AbortEnvironmentUpdate',
      'CreateApplicationVersion',
      'CreateStorageLocation',
      'DescribeApplicationVersions',
      'UpdateEnvironment',
    ),
    's3:AbortMultipartUpload',
    's3:CompleteMultipartUpload',
    's3:CreateMultipartUpload',
    's3:GetObject',
    's3:HeadObject',
    's3:PutObject',
    's3:UploadPart',
  ],
  test: [
    ...beanstalk('DescribeEnvironmentHealth', 'DescribeInstancesHealth'),
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  swap: beanstalk('SwapEnvironmentCNAMEs'),
  propagation: [
    'monitoring:GetMetricData',
    'monitoring:GetMetricStatistics',
    'route53:ListHostedZones',
    'route53:ListResourceRecordSets',
  ],
  retire: [
    ...beanstalk('RebuildEnvironment', 'TerminateEnvironment'),
    'ec2:RevokeSecurityGroupIngress',
    'rds:CreateDBSnapshot',
    'rds:ModifyDBInstance',
  ],
}
