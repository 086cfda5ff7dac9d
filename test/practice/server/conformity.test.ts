import * as sdk from '@aws-sdk/client-elastic-beanstalk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Ask, signedRequests } from './signed-requests.ts'

/** The SDK's own description of a shape: a number for simple ones, an array or a way to get one otherwise. */
type Schema = number | readonly unknown[] | (() => Schema)

let practice: Practice
let ask: Ask

beforeAll(async () => {
  practice = await startPractice({ users: false })
  ask = signedRequests(practice)
})

afterAll(async () => {
  await practice.stop()
})

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'EnvironmentDescription.Status': Object.values(sdk.EnvironmentStatus),
  'EnvironmentDescription.Health': Object.values(sdk.EnvironmentHealth),
  'EnvironmentDescription.HealthStatus': Object.values(sdk.EnvironmentHealthStatus),
  'EventDescription.Severity': Object.values(sdk.EventSeverity),
  'ConfigurationSettingsDescription.DeploymentStatus': Object.values(sdk.ConfigurationDeploymentStatus),
  'ConfigurationOptionDescription.ValueType': Object.values(sdk.ConfigurationOptionValueType),
  'PlatformSummary.PlatformStatus': Object.values(sdk.PlatformStatus),
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
  EventDescription: ['EventDate', 'Message', 'ApplicationName', 'Severity'],
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

describe('every answer', () => {
  it.each([
    ['CheckDNSAvailability', 'CNAMEPrefix=something'],
    ['DescribeAccountAttributes', ''],
    ['DescribeApplications', ''],
    ['DescribeApplicationVersions', ''],
    ['DescribeConfigurationOptions', 'ApplicationName=shop&EnvironmentName=shop-production'],
    ['DescribeConfigurationSettings', 'ApplicationName=shop&EnvironmentName=shop-production'],
    ['DescribeConfigurationSettings', 'ApplicationName=shop&EnvironmentName=shop-worker'],
    ['DescribeConfigurationSettings', 'ApplicationName=ledger&EnvironmentName=ledger-production'],
    ['DescribeEnvironmentHealth', 'EnvironmentName=shop-production&AttributeNames.member.1=All'],
    ['DescribeEnvironmentManagedActions', 'EnvironmentName=shop-production'],
    ['DescribeEnvironmentManagedActionHistory', 'EnvironmentName=shop-production'],
    ['DescribeEnvironmentResources', 'EnvironmentName=shop-production'],
    ['DescribeEnvironments', ''],
    ['DescribeEvents', ''],
    ['DescribeInstancesHealth', 'EnvironmentName=shop-production&AttributeNames.member.1=All'],
    [
      'DescribePlatformVersion',
      'PlatformArn=arn:aws:elasticbeanstalk:eu-central-1::platform/Docker running on 64bit Amazon Linux 2023',
    ],
    ['ListAvailableSolutionStacks', ''],
    ['ListPlatformVersions', ''],
    [
      'ListTagsForResource',
      'ResourceArn=arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop-production',
    ],
    ['CreateStorageLocation', ''],
    ['CreateApplication', 'ApplicationName=new'],
    ['UpdateApplication', 'ApplicationName=new&Description=better'],
    ['UpdateApplicationVersion', 'ApplicationName=shop&VersionLabel=1.4.1&Description=older'],
    [
      'CreateApplicationVersion',
      'ApplicationName=shop&VersionLabel=again&SourceBundle.S3Bucket=elasticbeanstalk-eu-central-1-123456789012&SourceBundle.S3Key=shop/1.4.2.zip',
    ],
    [
      'CreateConfigurationTemplate',
      'ApplicationName=ledger&TemplateName=saved&PlatformArn=arn:aws:elasticbeanstalk:eu-central-1::platform/Docker running on 64bit Amazon Linux 2023',
    ],
    ['UpdateConfigurationTemplate', 'ApplicationName=ledger&TemplateName=saved&Description=better'],
    [
      'ValidateConfigurationSettings',
      'ApplicationName=shop&OptionSettings.member.1.Namespace=x&OptionSettings.member.1.OptionName=y',
    ],
    ['CreateEnvironment', 'ApplicationName=ledger&EnvironmentName=ledger-green&TemplateName=saved&VersionLabel=8'],
    ['UpdateEnvironment', 'EnvironmentName=shop-production&VersionLabel=1.4.1'],
    ['TerminateEnvironment', 'EnvironmentName=reports-production'],
  ])("%s is what the SDK's model of the service says (%s)", async (action, parameters) => {
    const body = [`Action=${action}`, ...parameters.split('&').filter((part) => part !== '')]
      .join('&')
      .replaceAll(' ', '%20')
    const response = await ask({ method: 'POST', body, accept: 'application/json' })
    const answer = (await response.json()) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
    const result = answer[`${action}Response`]?.[`${action}Result`]
    expect(answer).not.toHaveProperty('Error')
    const operation = Reflect.get(sdk, `${action}$`) as readonly Schema[]
    expect(new Set(differences(result, operation[5] ?? 0, action))).toEqual(new Set())
  })
})
