import * as sdk from '@aws-sdk/client-elastic-beanstalk'
import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { signedRequests } from './signed-requests.ts'

/** The SDK's own description of a shape: a number for simple ones, an array or a way to get one otherwise. */
type Schema = number | readonly unknown[] | (() => Schema)

const DOCKER = 'arn:aws:elasticbeanstalk:eu-central-1::platform/Docker running on 64bit Amazon Linux 2023'

const practice = await practiceOfFile()
const ask = signedRequests(practice)

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'EnvironmentDescription.Status': Object.values(sdk.EnvironmentStatus),
  'EnvironmentDescription.Health': Object.values(sdk.EnvironmentHealth),
  'EnvironmentDescription.HealthStatus': Object.values(sdk.EnvironmentHealthStatus),
  'EventDescription.Severity': Object.values(sdk.EventSeverity),
  'ConfigurationSettingsDescription.DeploymentStatus': Object.values(sdk.ConfigurationDeploymentStatus),
  'ConfigurationOptionDescription.ValueType': Object.values(sdk.ConfigurationOptionValueType),
  'PlatformSummary.PlatformStatus': Object.values(sdk.PlatformStatus),
  'PlatformDescription.PlatformStatus': Object.values(sdk.PlatformStatus),
  'EnvironmentInfoDescription.InfoType': Object.values(sdk.EnvironmentInfoType),
  'ManagedAction.ActionType': Object.values(sdk.ActionType),
  'ManagedAction.Status': Object.values(sdk.ActionStatus),
  'ManagedActionHistoryItem.ActionType': Object.values(sdk.ActionType),
  'ManagedActionHistoryItem.Status': Object.values(sdk.ActionHistoryStatus),
  'ApplyEnvironmentManagedActionResult.ActionType': Object.values(sdk.ActionType),
  'ValidationMessage.Severity': Object.values(sdk.ValidationSeverity),
  // The live service writes these in capitals.
  'ApplicationVersionDescription.Status': Object.values(sdk.ApplicationVersionStatus).map((status) =>
    status.toUpperCase(),
  ),
}

// Members that live answers carry beyond the public model.
const BEYOND_THE_MODEL = new Set(['ConfigurationSettingsDescription.Tier'])

// Members that every answer has, though the model requires none.
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  EnvironmentDescription: [
    'EnvironmentName',
    'EnvironmentId',
    'ApplicationName',
    'SolutionStackName',
    'PlatformArn',
    'DateCreated',
    'DateUpdated',
    'Status',
    'AbortableOperationInProgress',
    'Health',
    'Tier',
    'EnvironmentArn',
  ],
  ApplicationDescription: ['ApplicationArn', 'ApplicationName', 'DateCreated', 'DateUpdated', 'ConfigurationTemplates'],
  ApplicationVersionDescription: [
    'ApplicationVersionArn',
    'ApplicationName',
    'VersionLabel',
    'DateCreated',
    'DateUpdated',
    'Status',
  ],
  // Events of platforms name no application.
  EventDescription: ['EventDate', 'Message', 'Severity'],
  ApplyEnvironmentManagedActionResult: ['ActionId', 'ActionDescription', 'ActionType', 'Status'],
  ConfigurationOptionDescription: ['Namespace', 'Name', 'ChangeSeverity', 'UserDefined', 'ValueType'],
  ConfigurationSettingsDescription: [
    'SolutionStackName',
    'PlatformArn',
    'ApplicationName',
    'DateCreated',
    'DateUpdated',
  ],
  EnvironmentInfoDescription: ['InfoType', 'Ec2InstanceId', 'SampleTimestamp', 'Message'],
  EnvironmentResourceDescription: [
    'EnvironmentName',
    'AutoScalingGroups',
    'Instances',
    'LaunchConfigurations',
    'LoadBalancers',
    'Triggers',
    'Queues',
  ],
  ManagedAction: ['ActionId', 'ActionDescription', 'ActionType', 'Status'],
  ManagedActionHistoryItem: ['ActionId', 'ActionType', 'ActionDescription', 'Status', 'ExecutedTime', 'FinishedTime'],
  PlatformBranchSummary: ['PlatformName', 'BranchName', 'LifecycleState', 'BranchOrder', 'SupportedTierList'],
  PlatformDescription: [
    'PlatformArn',
    'PlatformOwner',
    'PlatformName',
    'PlatformVersion',
    'SolutionStackName',
    'PlatformStatus',
    'DateCreated',
    'DateUpdated',
    'PlatformCategory',
    'Description',
    'Maintainer',
    'OperatingSystemName',
    'OperatingSystemVersion',
    'SupportedTierList',
    'SupportedAddonList',
  ],
  PlatformSummary: [
    'PlatformArn',
    'PlatformOwner',
    'PlatformStatus',
    'PlatformCategory',
    'OperatingSystemName',
    'OperatingSystemVersion',
    'SupportedTierList',
    'SupportedAddonList',
    'PlatformVersion',
  ],
  ResourceQuotas: [
    'ApplicationQuota',
    'ApplicationVersionQuota',
    'EnvironmentQuota',
    'ConfigurationTemplateQuota',
    'CustomPlatformQuota',
  ],
  ConfigurationOptionSetting: ['Namespace', 'OptionName'],
  SingleInstanceHealth: [
    'InstanceId',
    'HealthStatus',
    'Color',
    'Causes',
    'LaunchedAt',
    'ApplicationMetrics',
    'System',
    'Deployment',
    'AvailabilityZone',
    'InstanceType',
  ],
  ApplicationMetrics: ['Duration', 'RequestCount', 'StatusCodes'],
  Deployment: ['VersionLabel', 'DeploymentId', 'Status', 'DeploymentTime'],
}

/** Every way in which a value differs from the SDK's description of it. */
function differences(value: unknown, schema: Schema, path: string): readonly string[] {
  if (typeof schema === 'function') return differences(value, schema(), path)
  if (typeof schema === 'number') {
    if (schema >= 64) {
      const item = schema - 64
      return Array.isArray(value) ? value.flatMap((entry) => differences(entry, item, path)) : [`${path} is no list`]
    }
    const expected = ['string', 'number', 'boolean', 'unknown', 'number'][schema]
    return typeof value === expected ? [] : [`${path} is ${typeof value}, not ${expected}`]
  }
  const [kind, , name, , members, schemas] = schema as readonly [number, string, string, unknown, unknown, unknown]
  if (kind === 1) {
    return Array.isArray(value)
      ? value.flatMap((entry) => differences(entry, members as Schema, path))
      : [`${path} is no list`]
  }
  const known = members as readonly string[]
  const said = Object.entries(value as object)
  const missing = (ALWAYS[name] ?? [])
    .filter((member) => !said.some(([present]) => present === member))
    .map((member) => `${name}.${member} is missing`)
  return [
    ...missing,
    ...said.flatMap(([member, content]) => {
      const where = `${name}.${member}`
      const index = known.indexOf(member)
      if (index === -1) return BEYOND_THE_MODEL.has(where) ? [] : [`${where} is foreign`]
      const allowed = ENUMS[where]
      if (allowed !== undefined && !allowed.includes(String(content))) return [`${where} is '${String(content)}'`]
      return differences(content, (schemas as readonly Schema[])[index] ?? 0, where)
    }),
  ]
}

/** A call of every operation there is, in an order in which each has what it needs; numbers: seconds that pass. */
const CALLS: readonly (readonly [action: string, parameters: string] | number)[] = [
  ['CheckDNSAvailability', 'CNAMEPrefix=something'],
  ['DescribeAccountAttributes', ''],
  ['DescribeApplications', ''],
  ['DescribeApplicationVersions', ''],
  ['DescribeConfigurationOptions', 'ApplicationName=shop&EnvironmentName=shop-production'],
  ['DescribeConfigurationSettings', 'ApplicationName=shop&EnvironmentName=shop-production'],
  ['DescribeConfigurationSettings', 'ApplicationName=shop&EnvironmentName=shop-worker'],
  ['DescribeConfigurationSettings', 'ApplicationName=ledger&EnvironmentName=ledger-production'],
  ['DescribeEnvironmentHealth', 'EnvironmentName=shop-production&AttributeNames.member.1=All'],
  ['DescribeEnvironmentResources', 'EnvironmentName=shop-production'],
  ['DescribeEnvironments', ''],
  ['DescribeEvents', ''],
  ['DescribeInstancesHealth', 'EnvironmentName=shop-production&AttributeNames.member.1=All'],
  ['DescribePlatformVersion', `PlatformArn=${DOCKER}`],
  ['ListAvailableSolutionStacks', ''],
  ['ListPlatformBranches', ''],
  ['ListPlatformVersions', ''],
  [
    'ListTagsForResource',
    'ResourceArn=arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop-production',
  ],
  ['CreateStorageLocation', ''],
  ['CreateApplication', 'ApplicationName=new'],
  ['UpdateApplication', 'ApplicationName=new&Description=better'],
  [
    'UpdateApplicationResourceLifecycle',
    'ApplicationName=new&ResourceLifecycleConfig.ServiceRole=role&ResourceLifecycleConfig.VersionLifecycleConfig.MaxAgeRule.Enabled=true',
  ],
  ['UpdateApplicationVersion', 'ApplicationName=shop&VersionLabel=1.4.1&Description=older'],
  ['CreateApplicationVersion', `ApplicationName=shop&VersionLabel=again&${bundle('SourceBundle')}`],
  ['CreateApplicationVersion', 'ApplicationName=shop&VersionLabel=sample'],
  [
    'CreateApplicationVersion',
    'ApplicationName=shop&VersionLabel=built&SourceBuildInformation.SourceType=Zip&SourceBuildInformation.SourceRepository=S3&SourceBuildInformation.SourceLocation=elasticbeanstalk-eu-central-1-123456789012/shop/1.4.2.zip&BuildConfiguration.Image=x&BuildConfiguration.CodeBuildServiceRole=y',
  ],
  ['DescribeApplicationVersions', 'ApplicationName=shop'],
  ['DeleteApplicationVersion', 'ApplicationName=shop&VersionLabel=again'],
  ['CreateConfigurationTemplate', `ApplicationName=ledger&TemplateName=saved&PlatformArn=${DOCKER}`],
  ['UpdateConfigurationTemplate', 'ApplicationName=ledger&TemplateName=saved&Description=better'],
  ['DescribeConfigurationSettings', 'ApplicationName=ledger&TemplateName=saved'],
  [
    'ValidateConfigurationSettings',
    'ApplicationName=shop&OptionSettings.member.1.Namespace=x&OptionSettings.member.1.OptionName=y',
  ],
  ['CreateEnvironment', 'ApplicationName=ledger&EnvironmentName=ledger-green&TemplateName=saved&VersionLabel=8'],
  2,
  ['DescribeEnvironments', 'EnvironmentNames.member.1=ledger-green'],
  ['DeleteConfigurationTemplate', 'ApplicationName=ledger&TemplateName=saved'],
  ['CreatePlatformVersion', `PlatformName=own&PlatformVersion=1.0.0&${bundle('PlatformDefinitionBundle')}`],
  [
    'ListPlatformVersions',
    'Filters.member.1.Type=PlatformOwner&Filters.member.1.Operator==&Filters.member.1.Values.member.1=self',
  ],
  ['RequestEnvironmentInfo', 'EnvironmentName=shop-production&InfoType=bundle'],
  [
    'AssociateEnvironmentOperationsRole',
    'EnvironmentName=shop-production&OperationsRole=arn:aws:iam::123456789012:role/x',
  ],
  ['DescribeEnvironments', 'EnvironmentNames.member.1=shop-production'],
  ['DisassociateEnvironmentOperationsRole', 'EnvironmentName=shop-production'],
  ['DeleteEnvironmentConfiguration', 'ApplicationName=shop&EnvironmentName=shop-production'],
  [
    'UpdateTagsForResource',
    'ResourceArn=arn:aws:elasticbeanstalk:eu-central-1:123456789012:application/shop&TagsToAdd.member.1.Key=a&TagsToAdd.member.1.Value=b',
  ],
  ['RestartAppServer', 'EnvironmentName=shop-production'],
  1_000,
  ['RetrieveEnvironmentInfo', 'EnvironmentName=shop-production&InfoType=bundle'],
  ['DeletePlatformVersion', 'PlatformArn=arn:aws:elasticbeanstalk:eu-central-1:123456789012:platform/own/1.0.0'],
  [
    'UpdateEnvironment',
    'EnvironmentName=shop-production&OptionSettings.member.1.Namespace=aws:elasticbeanstalk:managedactions&OptionSettings.member.1.OptionName=ManagedActionsEnabled&OptionSettings.member.1.Value=true',
  ],
  20,
  ['AbortEnvironmentUpdate', 'EnvironmentName=shop-production'],
  60,
  [
    'UpdateEnvironment',
    'EnvironmentName=shop-production&OptionSettings.member.1.Namespace=aws:elasticbeanstalk:managedactions&OptionSettings.member.1.OptionName=ManagedActionsEnabled&OptionSettings.member.1.Value=true',
  ],
  100,
  ['DescribeEnvironmentManagedActions', 'EnvironmentName=shop-production'],
  ['ApplyEnvironmentManagedAction', 'EnvironmentName=shop-production&ActionId={ActionId}'],
  2,
  ['DescribeConfigurationSettings', 'ApplicationName=shop&EnvironmentName=shop-production'],
  600,
  ['DescribeEnvironmentManagedActionHistory', 'EnvironmentName=shop-production'],
  ['UpdateEnvironment', 'EnvironmentName=shop-production&VersionLabel=1.4.1'],
  100,
  ['SwapEnvironmentCNAMEs', 'SourceEnvironmentName=ledger-green&DestinationEnvironmentName=ledger-production'],
  10,
  ['RebuildEnvironment', 'EnvironmentName=ledger-green'],
  ['ComposeEnvironments', 'ApplicationName=shop'],
  ['TerminateEnvironment', 'EnvironmentName=reports-production'],
  ['DeleteApplication', 'ApplicationName=new'],
  ['DescribeEvents', ''],
]

describe('Elastic Beanstalk', () => {
  it("answers every operation of the SDK's model as the model says", async () => {
    const called = new Set<string>()
    const found = new Set<string>()
    let actionId = ''
    for (const entry of CALLS) {
      if (typeof entry === 'number') {
        await practice.control('/clock', { jumpSeconds: entry })
        continue
      }
      const [action, parameters] = entry
      called.add(action)
      const body = [`Action=${action}`, ...parameters.split('&').filter((part) => part !== '')]
        .join('&')
        .replaceAll(' ', '%20')
        .replace('{ActionId}', actionId)
      const response = await ask({ method: 'POST', body, accept: 'application/json' })
      const answer = (await response.json()) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
      if (answer['Error'] !== undefined) found.add(`${action}: ${JSON.stringify(answer['Error'])}`)
      const result = answer[`${action}Response`]?.[`${action}Result`]
      actionId = /"ActionId":"([^"]+)"/.exec(JSON.stringify(result))?.[1] ?? actionId
      const operation = Reflect.get(sdk, `${action}$`) as readonly Schema[]
      for (const difference of differences(result, operation[5] ?? 0, action)) found.add(difference)
    }
    expect(found).toEqual(new Set())
    const all = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
    expect(all.filter((action) => !called.has(action))).toEqual([])
  })
})

function bundle(name: string): string {
  return `${name}.S3Bucket=elasticbeanstalk-eu-central-1-123456789012&${name}.S3Key=shop/1.4.2.zip`
}
