import { AwsError } from '../../model/aws-error.ts'
import { findEnvironment, listEnvironments } from '../../model/environments.ts'
import { findEvents } from '../../model/events.ts'
import { checkPrefix, fullName, holderOf } from '../../model/names.ts'
import { OPTIONS } from '../../model/options.ts'
import { listPlatforms, platformByArn } from '../../model/platforms.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { shownSettings, shownTemplateSettings, valueOf } from '../../model/settings.ts'
import { physicalId } from '../../model/stack.ts'
import { findTemplate } from '../../model/templates.ts'
import { findApplication } from '../../model/versions.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, type Operation, page } from '../query-service.ts'
import { environmentOf, maximum } from './request.ts'
import { applicationShape, environmentShape, eventShape, settingsShape, templateShape, versionShape } from './shapes.ts'
import { findTagged } from './tagged.ts'

/** The operations of Elastic Beanstalk that change nothing. */
export const READS: Readonly<Record<string, Operation>> = {
  CheckDNSAvailability: ({ account, parameters }) => {
    const prefix = parameters.required('CNAMEPrefix')
    checkPrefix(prefix)
    const name = fullName(account, prefix)
    return { Available: holderOf(account, name) === undefined, FullyQualifiedCNAME: name }
  },
  DescribeAccountAttributes: () => ({
    ResourceQuotas: {
      ApplicationQuota: { Maximum: 75 },
      ApplicationVersionQuota: { Maximum: 1000 },
      EnvironmentQuota: { Maximum: 200 },
      ConfigurationTemplateQuota: { Maximum: 200 },
      CustomPlatformQuota: { Maximum: 50 },
    },
  }),
  DescribeApplications: ({ account, parameters }) => {
    const names = parameters.texts('ApplicationNames')
    const wanted = [...account.applications.values()].filter(
      ({ name }) => names === undefined || names.length === 0 || names.includes(name),
    )
    return { Applications: list(wanted.map((application) => applicationShape(account, application))) }
  },
  DescribeApplicationVersions: (call) => {
    const { account, parameters } = call
    const applicationName = parameters.text('ApplicationName')
    const labels = parameters.texts('VersionLabels')
    if (applicationName !== undefined) findApplication(account, applicationName)
    const wanted = [...account.versions.values()]
      .filter((version) => applicationName === undefined || version.applicationName === applicationName)
      .filter(({ label }) => labels === undefined || labels.length === 0 || labels.includes(label))
      .toReversed()
    const { items, nextToken } = page(wanted, maximum(call, 1000), parameters.text('NextToken'))
    return { ApplicationVersions: list(items.map(versionShape)), NextToken: nextToken }
  },
  DescribeConfigurationOptions: ({ account, parameters }) => {
    const name = parameters.text('EnvironmentName')
    const environment = name === undefined ? undefined : findEnvironment(account, { name })
    const platformArn = environment?.platformArn ?? parameters.text('PlatformArn')
    return {
      SolutionStackName:
        platformArn === undefined
          ? parameters.text('SolutionStackName')
          : platformByArn(account.region, platformArn).solutionStack,
      PlatformArn: platformArn,
      Options: list(
        OPTIONS.map((option) => ({
          Namespace: option.namespace,
          Name: option.name,
          DefaultValue: option.defaultValue?.replace('{accountId}', account.accountId),
          ChangeSeverity: option.severity,
          UserDefined: false,
          ValueType: option.values === undefined ? 'Scalar' : 'Scalar',
          ValueOptions: option.values === undefined ? undefined : list([...option.values]),
          MinValue: option.range?.[0],
          MaxValue: option.range?.[1],
        })),
      ),
    }
  },
  DescribeConfigurationSettings: ({ account, parameters }) => {
    const applicationName = parameters.required('ApplicationName')
    const environmentName = parameters.text('EnvironmentName')
    const templateName = parameters.text('TemplateName')
    findApplication(account, applicationName)
    if (environmentName !== undefined && templateName !== undefined) {
      throw new AwsError('InvalidParameterCombination', 'You cannot specify both EnvironmentName and TemplateName.')
    }
    if (templateName !== undefined) {
      const template = findTemplate(account, applicationName, templateName)
      const settings = shownTemplateSettings(account, template.settings)
      return {
        ConfigurationSettings: list([{ ...templateShape(account, template), OptionSettings: settingsShape(settings) }]),
      }
    }
    if (environmentName === undefined) {
      throw new AwsError('MissingRequiredParameter', 'Either EnvironmentName or TemplateName must be specified.')
    }
    const environment = findEnvironment(account, { name: environmentName })
    if (environment.applicationName !== applicationName) throw notFound(environmentName)
    return { ConfigurationSettings: list([deployedSettings(account, environment)]) }
  },
  DescribeEnvironmentManagedActionHistory: (call) => {
    environmentOf(call)
    return { ManagedActionHistoryItems: list([]) }
  },
  DescribeEnvironmentManagedActions: (call) => {
    const environment = environmentOf(call)
    const isOn =
      valueOf(environment.settings, 'aws:elasticbeanstalk:managedactions', 'ManagedActionsEnabled') === 'true'
    const newest = listPlatforms(call.account.region).find(
      ({ branch }) => branch === platformByArn(call.account.region, environment.platformArn).branch,
    )
    if (!isOn || newest === undefined || newest.arn === environment.platformArn) return { ManagedActions: list([]) }
    const status = call.parameters.text('Status')
    if (status !== undefined && status !== 'Scheduled') return { ManagedActions: list([]) }
    return {
      ManagedActions: list([
        {
          ActionId: `update-${environment.id}-${newest.version}`,
          ActionDescription: `Platform update to ${newest.solutionStack}`,
          ActionType: 'PlatformUpdate',
          Status: 'Scheduled',
          WindowStartTime: instant(nextWindow(call.account.now)),
        },
      ]),
    }
  },
  DescribeEnvironmentResources: (call) => ({ EnvironmentResources: environmentResources(environmentOf(call)) }),
  DescribeEnvironments: (call) => {
    const { account, parameters } = call
    const ids = parameters.texts('EnvironmentIds')
    const names = parameters.texts('EnvironmentNames')
    const wanted = listEnvironments(account, {
      applicationName: parameters.text('ApplicationName'),
      versionLabel: parameters.text('VersionLabel'),
      ids: ids?.length === 0 ? undefined : ids,
      names: names?.length === 0 ? undefined : names,
      includeDeleted: parameters.flag('IncludeDeleted'),
      deletedSince: parameters.instant('IncludedDeletedBackTo'),
    })
    const { items, nextToken } = page(wanted, maximum(call, 1000), parameters.text('NextToken'))
    return {
      Environments: list(items.map((environment) => environmentShape(account, environment))),
      NextToken: nextToken,
    }
  },
  DescribeEvents: (call) => {
    const { account, parameters } = call
    const platformArn = parameters.text('PlatformArn')
    const found = findEvents(account, {
      applicationName: parameters.text('ApplicationName'),
      versionLabel: parameters.text('VersionLabel'),
      templateName: parameters.text('TemplateName'),
      environmentId: parameters.text('EnvironmentId'),
      environmentName: parameters.text('EnvironmentName'),
      requestId: parameters.text('RequestId'),
      severity: parameters.text('Severity'),
      startTime: parameters.instant('StartTime'),
      endTime: parameters.instant('EndTime'),
    })
    const { items, nextToken } = page(
      platformArn === undefined ? found : [],
      maximum(call, 1000),
      parameters.text('NextToken'),
    )
    return { Events: list(items.map(eventShape)), NextToken: nextToken }
  },
  ListTagsForResource: ({ account, parameters }) => {
    const arn = parameters.required('ResourceArn')
    const { tags } = findTagged(account, arn)
    return { ResourceArn: arn, ResourceTags: list(tags.map(({ key, value }) => ({ Key: key, Value: value }))) }
  },
}

function deployedSettings(account: Call['account'], environment: EnvironmentRecord): Structure {
  return {
    SolutionStackName: platformByArn(account.region, environment.platformArn).solutionStack,
    PlatformArn: environment.platformArn,
    ApplicationName: environment.applicationName,
    Description: environment.description,
    EnvironmentName: environment.name,
    // While an update is under way, what is answered is not yet what runs.
    DeploymentStatus: environment.operation?.kind === 'configure' ? 'pending' : 'deployed',
    DateCreated: instant(environment.created),
    DateUpdated: instant(environment.updated),
    Tier: { Name: environment.tier, Type: environment.tier === 'WebServer' ? 'Standard' : 'SQS/HTTP' },
    OptionSettings: settingsShape(shownSettings(account, environment)),
  }
}

function environmentResources(environment: EnvironmentRecord): Structure {
  const named = (logicalId: string): ReturnType<typeof list> => {
    const id = physicalId(environment, logicalId)
    return list(id === undefined ? [] : [{ Name: id }])
  }
  const loadBalancer = physicalId(environment, 'AWSEBV2LoadBalancer') ?? physicalId(environment, 'AWSEBLoadBalancer')
  const queue = physicalId(environment, 'AWSEBWorkerQueue')
  const triggers = ['AWSEBCloudwatchAlarmHigh', 'AWSEBCloudwatchAlarmLow'].flatMap(
    (logicalId) => physicalId(environment, logicalId) ?? [],
  )
  return {
    EnvironmentName: environment.name,
    AutoScalingGroups: named('AWSEBAutoScalingGroup'),
    Instances: list(environment.instances.map(({ id }) => ({ Id: id }))),
    LaunchConfigurations: named('AWSEBAutoScalingLaunchConfiguration'),
    LaunchTemplates: list([]),
    LoadBalancers: list(loadBalancer === undefined ? [] : [{ Name: loadBalancer }]),
    Triggers: list(triggers.map((name) => ({ Name: name }))),
    Queues: list(queue === undefined ? [] : [{ Name: 'WorkerQueue', URL: queue }]),
  }
}

function notFound(environmentName: string): AwsError {
  return new AwsError('InvalidParameterValue', `No Environment found for EnvironmentName = '${environmentName}'.`)
}

// Tuesdays at three, as the console proposes.
function nextWindow(now: number): number {
  const date = new Date(now)
  date.setUTCHours(3, 0, 0, 0)
  while (date.getUTCDay() !== 2 || date.getTime() <= now) date.setUTCDate(date.getUTCDate() + 1)
  return date.getTime()
}
