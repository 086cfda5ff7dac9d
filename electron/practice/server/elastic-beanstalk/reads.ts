import { AwsError } from '../../model/aws-error.ts'
import { CUSTOM_PLATFORM_QUOTA } from '../../model/custom-platforms.ts'
import { findEnvironment, listEnvironments } from '../../model/environments.ts'
import { findEvents } from '../../model/events.ts'
import { checkPrefix, fullName, holderOf } from '../../model/names.ts'
import { OPTIONS, type Option } from '../../model/options.ts'
import { platformByArn, platformBySolutionStack } from '../../model/platforms.ts'
import type { EnvironmentRecord, Settings } from '../../model/records.ts'
import {
  changeSettings,
  checkSettings,
  objectionTo,
  shownSettings,
  shownTemplateSettings,
} from '../../model/settings.ts'
import { physicalId } from '../../model/stack.ts'
import { findTemplate, TEMPLATE_QUOTA } from '../../model/templates.ts'
import { findApplication } from '../../model/versions.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, type Operation, page, pageReach } from '../query-service.ts'
import { environmentList } from './environment-list.ts'
import { environmentOf, maximum, readSettings } from './request.ts'
import { applicationShape, eventShape, settingsShape, templateShape, versionShape } from './shapes.ts'
import { findTagged } from './tagged.ts'

/** The operations of Elastic Beanstalk that change nothing. */
export const READS: Readonly<Record<string, Operation>> = {
  CheckDNSAvailability: ({ account, parameters }) => {
    const prefix = parameters.required('CNAMEPrefix')
    checkPrefix(prefix)
    const name = fullName(account, prefix)
    return { Available: holderOf(account, name) === undefined, FullyQualifiedCNAME: name }
  },
  DescribeAccountAttributes: ({ account: { quotas } }) => ({
    ResourceQuotas: {
      ApplicationQuota: { Maximum: quotas.applications },
      ApplicationVersionQuota: { Maximum: quotas.versions },
      EnvironmentQuota: { Maximum: quotas.environments },
      ConfigurationTemplateQuota: { Maximum: TEMPLATE_QUOTA },
      CustomPlatformQuota: { Maximum: CUSTOM_PLATFORM_QUOTA },
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
    const platformArn = describedPlatform(account, parameters)
    const wanted = (parameters.structures('Options') ?? []).map((option) => ({
      namespace: option.text('Namespace'),
      name: option.text('OptionName'),
    }))
    const options = OPTIONS.filter(
      (option) =>
        wanted.length === 0 ||
        wanted.some(
          ({ namespace, name }) =>
            (namespace === undefined || namespace === option.namespace) && (name === undefined || name === option.name),
        ),
    )
    return {
      SolutionStackName: platformArn === undefined ? undefined : platformByArn(account, platformArn).solutionStack,
      PlatformArn: platformArn,
      Options: list(options.map((option) => optionShape(account.accountId, option))),
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
    return { ConfigurationSettings: list(settingsOf(account, environment)) }
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
      Environments: environmentList(account, items),
      NextToken: nextToken,
    }
  },
  DescribeEvents: (call) => {
    const { account, parameters } = call
    const [size, token] = [maximum(call, 1000), parameters.text('NextToken')]
    const filter = {
      applicationName: parameters.text('ApplicationName'),
      versionLabel: parameters.text('VersionLabel'),
      templateName: parameters.text('TemplateName'),
      environmentId: parameters.text('EnvironmentId'),
      environmentName: parameters.text('EnvironmentName'),
      platformArn: parameters.text('PlatformArn'),
      requestId: parameters.text('RequestId'),
      severity: parameters.text('Severity'),
      startTime: parameters.instant('StartTime'),
      endTime: parameters.instant('EndTime'),
    }
    const { items, nextToken } = page(findEvents(account, filter, pageReach(size, token)), size, token)
    return { Events: list(items.map(eventShape)), NextToken: nextToken }
  },
  ListTagsForResource: ({ account, parameters }) => {
    const arn = parameters.required('ResourceArn')
    const { tags } = findTagged(account, arn)
    return { ResourceArn: arn, ResourceTags: list(tags.map(({ key, value }) => ({ Key: key, Value: value }))) }
  },
  ValidateConfigurationSettings: ({ account, parameters }) => {
    const applicationName = parameters.required('ApplicationName')
    findApplication(account, applicationName)
    const environmentName = parameters.text('EnvironmentName')
    const templateName = parameters.text('TemplateName')
    if (environmentName !== undefined && templateName !== undefined) {
      throw new AwsError('InvalidParameterCombination', 'You cannot specify both EnvironmentName and TemplateName.')
    }
    const base =
      environmentName === undefined
        ? templateName === undefined
          ? undefined
          : findTemplate(account, applicationName, templateName)
        : findEnvironment(account, { name: environmentName })
    const wanted = readSettings(parameters)
    const messages = wanted.flatMap((setting) => {
      const objection = objectionTo(setting)
      return objection === undefined
        ? []
        : [{ Message: objection, Severity: 'error', Namespace: setting.namespace, OptionName: setting.optionName }]
    })
    const together =
      messages.length > 0 ? undefined : objectionToAll(changeSettings(base?.settings ?? new Map(), wanted))
    const [first] = wanted
    if (together !== undefined && first !== undefined) {
      const { namespace, optionName } = first
      messages.push({ Message: together, Severity: 'error', Namespace: namespace, OptionName: optionName })
    }
    return { Messages: list(messages) }
  },
}

/** What is wrong with settings that are each right; undefined: nothing. */
function objectionToAll(settings: Settings): string | undefined {
  try {
    checkSettings(settings, [])
    return undefined
  } catch (error) {
    if (error instanceof AwsError) return error.message
    throw error
  }
}

function describedPlatform(account: Call['account'], parameters: Call['parameters']): string | undefined {
  const environmentName = parameters.text('EnvironmentName')
  if (environmentName !== undefined) return findEnvironment(account, { name: environmentName }).platformArn
  const templateName = parameters.text('TemplateName')
  if (templateName !== undefined) {
    return findTemplate(account, parameters.required('ApplicationName'), templateName).platformArn
  }
  const solutionStack = parameters.text('SolutionStackName')
  if (solutionStack !== undefined) return platformBySolutionStack(account.region, solutionStack).arn
  const platformArn = parameters.text('PlatformArn')
  return platformArn === undefined ? undefined : platformByArn(account, platformArn).arn
}

function optionShape(accountId: string, option: Option): Structure {
  return {
    Namespace: option.namespace,
    Name: option.name,
    DefaultValue: option.defaultValue?.replace('{accountId}', accountId),
    ChangeSeverity: option.severity,
    UserDefined: false,
    ValueType: LISTS.has(option.name) ? 'List' : 'Scalar',
    ValueOptions: option.values === undefined ? undefined : list([...option.values]),
    MinValue: option.range?.[0],
    MaxValue: option.range?.[1],
  }
}

// Options that take several values, separated by commas.
const LISTS = new Set(['Availability Zones', 'ELBSubnets', 'InstanceTypes', 'SecurityGroups', 'Subnets'])

/** What runs; and while a change of it is under way, what will run then. */
function settingsOf(account: Call['account'], environment: EnvironmentRecord): readonly Structure[] {
  const { operation, previous } = environment
  if (operation?.kind !== 'configure' || previous === undefined) {
    return [settingsSet(account, environment, 'deployed')]
  }
  return [
    settingsSet(account, { ...environment, settings: previous.settings }, 'deployed'),
    settingsSet(account, environment, 'pending'),
  ]
}

function settingsSet(
  account: Call['account'],
  environment: EnvironmentRecord,
  status: 'deployed' | 'pending',
): Structure {
  return {
    SolutionStackName: platformByArn(account, environment.platformArn).solutionStack,
    PlatformArn: environment.platformArn,
    ApplicationName: environment.applicationName,
    Description: environment.description,
    EnvironmentName: environment.name,
    DeploymentStatus: status,
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
  // A shared load balancer is not in the environment's stack, and is listed all the same.
  const { front } = environment
  const loadBalancer = front?.kind === 'load balancer' ? front.name : undefined
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
