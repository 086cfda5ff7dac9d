import type { EnvironmentRecord } from '../../model/records.ts'
import { valueOf } from '../../model/settings.ts'
import type { Access } from '../iam/authorize.ts'
import { type Context, requestTags, resourceTags } from '../iam/conditions.ts'
import type { Call } from '../query-service.ts'

/** The permissions a call of Elastic Beanstalk needs (service authorization reference, Elastic Beanstalk). */
export function elasticBeanstalkAccesses(call: Call, action: string): readonly Access[] {
  const name = `elasticbeanstalk:${action}`
  if (WITHOUT_RESOURCE.has(action)) return [{ action: name }]
  if (action === 'SwapEnvironmentCNAMEs') return swapAccesses(call, name)
  if (action === 'UpdateTagsForResource') return tagAccesses(call)
  const targets = targetsOf(call, action)
  return [
    ...targets.map(({ resource, context }) => ({ action: name, resource, context })),
    ...(hasTags(call)
      ? targets.map(({ resource, context }) => ({ action: 'elasticbeanstalk:AddTags', resource, context }))
      : []),
    ...(action === 'CreateEnvironment' || action === 'AssociateEnvironmentOperationsRole' ? passedRoles(call) : []),
  ]
}

const WITHOUT_RESOURCE: ReadonlySet<string> = new Set([
  'CheckDNSAvailability',
  'CreateStorageLocation',
  'DescribeAccountAttributes',
  'ListPlatformBranches',
])

interface Target {
  readonly resource: string
  readonly context: Context
}

function targetsOf(call: Call, action: string): readonly Target[] {
  const { account, parameters } = call
  const arn = (rest: string): string => `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:${rest}`
  const applicationName = parameters.text('ApplicationName')
  const label = parameters.text('VersionLabel')
  const template = parameters.text('TemplateName')
  const context: Context = {
    ...(applicationName === undefined
      ? {}
      : { 'elasticbeanstalk:inapplication': [arn(`application/${applicationName}`)] }),
    ...(applicationName !== undefined && label !== undefined
      ? { 'elasticbeanstalk:fromapplicationversion': [arn(`applicationversion/${applicationName}/${label}`)] }
      : {}),
    ...(applicationName !== undefined && template !== undefined
      ? { 'elasticbeanstalk:fromconfigurationtemplate': [arn(`configurationtemplate/${applicationName}/${template}`)] }
      : {}),
    ...tagsAsked(call),
  }
  const within = (rest: string): Target => ({ resource: arn(rest), context })
  if (/^(?:Create|Delete|Update)ConfigurationTemplate$/.test(action) && applicationName !== undefined) {
    const from = parameters.text('EnvironmentId')
    const source = from === undefined ? undefined : account.environments.get(from)
    const target = within(`configurationtemplate/${applicationName}/${template ?? '*'}`)
    return source === undefined
      ? [target]
      : [{ ...target, context: { ...context, 'elasticbeanstalk:fromenvironment': [source.arn] } }]
  }
  if (/^(?:Create|Delete|Update)ApplicationVersion$/.test(action) && applicationName !== undefined)
    return [within(`applicationversion/${applicationName}/${label ?? '*'}`)]
  if (action === 'CreateEnvironment')
    return [within(`environment/${applicationName ?? '*'}/${parameters.text('EnvironmentName') ?? '*'}`)]
  const environments = namedEnvironments(call)
  if (environments.length > 0) {
    return environments.map((environment) => ({
      resource: environment.arn,
      context: { ...context, ...environmentContext(call, environment) },
    }))
  }
  const asked = parameters.text('ResourceArn') ?? parameters.text('PlatformArn')
  if (asked !== undefined) return [{ resource: asked, context }]
  if (applicationName !== undefined) return [within(`application/${applicationName}`)]
  return [{ resource: '*', context }]
}

/** The environments a call names, one or many. */
function namedEnvironments({ account, parameters }: Call): readonly EnvironmentRecord[] {
  const ids = [parameters.text('EnvironmentId'), ...(parameters.texts('EnvironmentIds') ?? [])]
  const names = [parameters.text('EnvironmentName'), ...(parameters.texts('EnvironmentNames') ?? [])]
  return [...account.environments.values()].filter(({ id, name }) => ids.includes(id) || names.includes(name))
}

function swapAccesses({ account, parameters }: Call, action: string): readonly Access[] {
  const both = ['Source', 'Destination'].flatMap((side) => {
    const id = parameters.text(`${side}EnvironmentId`)
    const name = parameters.text(`${side}EnvironmentName`)
    return (
      [...account.environments.values()].find(
        (environment) => environment.id === id || (id === undefined && environment.name === name),
      ) ?? []
    )
  })
  if (both.length === 0) return [{ action }]
  return both.map((environment) => ({
    action,
    resource: environment.arn,
    context: {
      ...environmentContext({ account }, environment),
      'elasticbeanstalk:fromenvironment': both.filter((other) => other !== environment).map(({ arn }) => arn),
    },
  }))
}

function tagAccesses(call: Call): readonly Access[] {
  const resource = call.parameters.text('ResourceArn')
  const context = tagsAsked(call)
  return [
    ...(call.parameters.structures('TagsToAdd') === undefined
      ? []
      : [{ action: 'elasticbeanstalk:AddTags', resource, context }]),
    ...(call.parameters.texts('TagsToRemove') === undefined
      ? []
      : [{ action: 'elasticbeanstalk:RemoveTags', resource, context }]),
  ]
}

function environmentContext({ account }: Pick<Call, 'account'>, environment: EnvironmentRecord): Context {
  const application = `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:application/${environment.applicationName}`
  return {
    'elasticbeanstalk:inapplication': [application],
    ...resourceTags(environment.tags),
  }
}

function hasTags({ parameters }: Call): boolean {
  return (parameters.structures('Tags') ?? []).length > 0
}

function tagsAsked({ parameters }: Call): Context {
  const tags = [...(parameters.structures('Tags') ?? []), ...(parameters.structures('TagsToAdd') ?? [])]
  return requestTags(tags.map((tag) => ({ key: tag.text('Key') ?? '', value: tag.text('Value') ?? '' })))
}

/** Elastic Beanstalk takes over roles only from those who may pass them: the service role and the operations role. */
function passedRoles({ account, parameters }: Call): readonly Access[] {
  const wanted = (parameters.structures('OptionSettings') ?? []).find(
    (option) =>
      option.text('Namespace') === 'aws:elasticbeanstalk:environment' && option.text('OptionName') === 'ServiceRole',
  )
  const usual = valueOf(new Map(), 'aws:elasticbeanstalk:environment', 'ServiceRole') ?? ''
  const service = (wanted?.text('Value') ?? usual).replace('{accountId}', account.accountId)
  const operations = parameters.text('OperationsRole')
  return [service, ...(operations === undefined ? [] : [operations])]
    .filter((role) => role !== '')
    .map((role) => ({
      action: 'iam:PassRole',
      resource: role.startsWith('arn:') ? role : `arn:aws:iam::${account.accountId}:role/${role}`,
      context: { 'iam:passedtoservice': ['elasticbeanstalk.amazonaws.com'] },
    }))
}
