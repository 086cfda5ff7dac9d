import { AwsError, invalidParameterValue } from '../../model/aws-error.ts'
import { abortUpdate } from '../../model/configure.ts'
import { createEnvironment, findEnvironment, rebuildEnvironment, updateEnvironment } from '../../model/environments.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { objectionTo } from '../../model/settings.ts'
import { swapCnames } from '../../model/swap.ts'
import { createTemplate, findTemplate, isUserTag } from '../../model/templates.ts'
import { terminateEnvironment } from '../../model/terminate.ts'
import {
  createApplication,
  createVersion,
  deleteApplication,
  deleteVersion,
  findApplication,
  findVersion,
} from '../../model/versions.ts'
import { inspectBundle } from '../bundle.ts'
import { list, type Structure } from '../document.ts'
import type { Call, Change, Facts } from '../query-service.ts'
import { environmentOf } from './request.ts'
import {
  applicationShape,
  environmentShape,
  readRemovals,
  readSettings,
  readTags,
  templateShape,
  versionShape,
} from './shapes.ts'
import { findTagged } from './tagged.ts'

type Write = (call: Call) => Structure | undefined

const WRITES: Readonly<Record<string, Write>> = {
  AbortEnvironmentUpdate: (call) => {
    abortUpdate(call.account, environmentOf(call), call.requestId)
    return undefined
  },
  CreateApplication: ({ account, parameters }) => {
    const application = createApplication(
      account,
      parameters.required('ApplicationName'),
      parameters.text('Description'),
      readTags(parameters),
    )
    return { Application: applicationShape(account, application) }
  },
  CreateConfigurationTemplate: ({ account, parameters }) => {
    const applicationName = parameters.required('ApplicationName')
    const environmentId = parameters.text('EnvironmentId')
    const environment = environmentId === undefined ? undefined : findEnvironment(account, { id: environmentId })
    if (environment !== undefined && environment.applicationName !== applicationName) {
      throw invalidParameterValue(`No Environment found for EnvironmentId = '${environment.id}'.`)
    }
    const source = parameters.structure('SourceConfiguration')
    const template = createTemplate(account, {
      applicationName,
      name: parameters.required('TemplateName'),
      description: parameters.text('Description'),
      platformArn: parameters.text('PlatformArn'),
      solutionStack: parameters.text('SolutionStackName'),
      environment,
      source:
        source === undefined
          ? undefined
          : findTemplate(account, source.required('ApplicationName'), source.required('TemplateName')),
      settings: readSettings(parameters),
      tags: readTags(parameters),
    })
    return templateShape(account, template)
  },
  CreateEnvironment: (call) => {
    const { account, parameters, requestId } = call
    const applicationName = parameters.required('ApplicationName')
    // The Elastic Beanstalk CLI clones by a member that the public model does not have.
    const cloned = parameters.structure('TemplateSpecification')?.structure('TemplateSource')?.text('EnvironmentName')
    const environmentName = parameters.text('EnvironmentName')
    if (environmentName === undefined) throw new AwsError('MissingParameter', 'EnvironmentName must be specified.')
    const environment =
      cloned === undefined
        ? createEnvironment(account, newEnvironment(call, applicationName, environmentName), requestId)
        : cloneEnvironment(call, applicationName, environmentName, findEnvironment(account, { name: cloned }))
    return environmentShape(account, environment)
  },
  CreateStorageLocation: ({ account, objects }) => {
    const bucket = `elasticbeanstalk-${account.region}-${account.accountId}`
    objects.createBucket(bucket)
    return { S3Bucket: bucket }
  },
  DeleteApplication: ({ account, parameters }) => {
    deleteApplication(account, parameters.required('ApplicationName'))
    return undefined
  },
  DeleteApplicationVersion: ({ account, parameters, objects }) => {
    const version = deleteVersion(account, parameters.required('ApplicationName'), parameters.required('VersionLabel'))
    if (version !== undefined && parameters.flag('DeleteSourceBundle') === true) {
      objects.remove(version.sourceBundle.bucket, version.sourceBundle.key)
    }
    return undefined
  },
  DeleteConfigurationTemplate: ({ account, parameters }) => {
    const applicationName = parameters.required('ApplicationName')
    findApplication(account, applicationName)
    account.templates.delete(`${applicationName}/${parameters.required('TemplateName')}`)
    return undefined
  },
  RebuildEnvironment: (call) => {
    rebuildEnvironment(call.account, environmentOf(call), call.requestId)
    return undefined
  },
  SwapEnvironmentCNAMEs: ({ account, parameters, requestId }) => {
    const find = (side: 'Source' | 'Destination'): EnvironmentRecord =>
      findEnvironment(account, {
        id: parameters.text(`${side}EnvironmentId`),
        name: parameters.text(`${side}EnvironmentName`),
      })
    if (
      parameters.text('SourceEnvironmentId') !== undefined &&
      parameters.text('DestinationEnvironmentId') === undefined
    ) {
      throw new AwsError(
        'InvalidParameterCombination',
        'If SourceEnvironmentId is specified, DestinationEnvironmentId must be specified.',
      )
    }
    swapCnames(account, find('Source'), find('Destination'), requestId)
    return undefined
  },
  TerminateEnvironment: (call) => {
    const environment = environmentOf(call)
    terminateEnvironment(call.account, environment, call.requestId, {
      terminateResources: call.parameters.flag('TerminateResources') ?? true,
    })
    return environmentShape(call.account, environment)
  },
  UpdateApplication: ({ account, parameters }) => {
    const application = findApplication(account, parameters.required('ApplicationName'))
    application.description = parameters.text('Description') ?? application.description
    application.updated = account.now
    return { Application: applicationShape(account, application) }
  },
  UpdateApplicationVersion: ({ account, parameters }) => {
    const version = findVersion(account, parameters.required('ApplicationName'), parameters.required('VersionLabel'))
    version.description = parameters.text('Description') ?? version.description
    version.updated = account.now
    return { ApplicationVersion: versionShape(version) }
  },
  UpdateConfigurationTemplate: ({ account, parameters }) => {
    const template = findTemplate(account, parameters.required('ApplicationName'), parameters.required('TemplateName'))
    template.description = parameters.text('Description') ?? template.description
    template.settings = new Map([
      ...template.settings,
      ...readSettings(parameters).map((setting) => [`${setting.namespace}|${setting.optionName}`, setting] as const),
    ])
    template.updated = account.now
    return templateShape(account, template)
  },
  UpdateEnvironment: (call) => {
    const { account, parameters, requestId } = call
    const environment = environmentOf(call)
    updateEnvironment(
      account,
      environment,
      {
        description: parameters.text('Description'),
        versionLabel: parameters.text('VersionLabel'),
        templateName: parameters.text('TemplateName'),
        platformArn: parameters.text('PlatformArn'),
        solutionStack: parameters.text('SolutionStackName'),
        set: readSettings(parameters),
        remove: readRemovals(parameters),
      },
      requestId,
    )
    return environmentShape(account, environment)
  },
  UpdateTagsForResource: ({ account, parameters }) => {
    const tagged = findTagged(account, parameters.required('ResourceArn'))
    const removed = parameters.texts('TagsToRemove') ?? []
    const added = readTags(parameters, 'TagsToAdd') ?? []
    const changed = new Map(tagged.tags.filter(({ key }) => !removed.includes(key)).map((tag) => [tag.key, tag]))
    for (const tag of added) {
      if (!isUserTag(tag.key)) throw invalidParameterValue(`Tag key '${tag.key}' is reserved.`)
      changed.set(tag.key, tag)
    }
    if (changed.size > 50) throw new AwsError('TooManyTagsException', 'A resource cannot have more than 50 tags.')
    tagged.tags = [...changed.values()]
    return undefined
  },
  ValidateConfigurationSettings: ({ account, parameters }) => {
    findApplication(account, parameters.required('ApplicationName'))
    const messages = readSettings(parameters).flatMap((setting) => {
      const objection = objectionTo(setting)
      return objection === undefined
        ? []
        : [{ Message: objection, Severity: 'error', Namespace: setting.namespace, OptionName: setting.optionName }]
    })
    return { Messages: list(messages) }
  },
}

/** The operations of Elastic Beanstalk that change something. */
export const CHANGES: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(Object.entries(WRITES).map(([action, apply]) => [action, { apply }])),
  CreateApplicationVersion: {
    gather: inspectSource,
    apply: (call, facts) => ({ ApplicationVersion: versionShape(createApplicationVersion(call, facts)) }),
  },
}

function newEnvironment(
  { parameters }: Call,
  applicationName: string,
  environmentName: string,
): Parameters<typeof createEnvironment>[1] {
  return {
    applicationName,
    environmentName,
    description: parameters.text('Description'),
    cnamePrefix: parameters.text('CNAMEPrefix'),
    tier: parameters.structure('Tier')?.text('Name') === 'Worker' ? 'Worker' : 'WebServer',
    templateName: parameters.text('TemplateName'),
    versionLabel: parameters.text('VersionLabel'),
    platformArn: parameters.text('PlatformArn'),
    solutionStack: parameters.text('SolutionStackName'),
    operationsRole: parameters.text('OperationsRole'),
    settings: readSettings(parameters),
    remove: readRemovals(parameters),
    tags: readTags(parameters),
  }
}

function cloneEnvironment(
  call: Call,
  applicationName: string,
  environmentName: string,
  source: EnvironmentRecord,
): EnvironmentRecord {
  const { account, requestId } = call
  const wanted = newEnvironment(call, applicationName, environmentName)
  const upgraded = wanted.platformArn !== undefined || wanted.solutionStack !== undefined
  const changed = new Set(wanted.settings.map(({ namespace, optionName }) => `${namespace}|${optionName}`))
  const inherited = [...source.settings].filter(([key]) => !changed.has(key)).map(([, setting]) => setting)
  return createEnvironment(
    account,
    {
      ...wanted,
      tier: source.tier,
      settings: [...inherited, ...wanted.settings],
      platformArn: upgraded ? wanted.platformArn : source.platformArn,
      versionLabel: wanted.versionLabel ?? source.versionLabel,
      tags: [...source.tags.filter(({ key }) => isUserTag(key)), ...(wanted.tags ?? [])],
    },
    requestId,
  )
}

/** Looks into the source bundle; throws when it is not where the call says. */
async function inspectSource({ parameters, objects }: Call): Promise<Facts> {
  const bundle = parameters.structure('SourceBundle')
  if (bundle === undefined) return {}
  const bucket = bundle.required('S3Bucket')
  const key = bundle.required('S3Key')
  const object = objects.find(bucket, key)
  if (object === undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Unable to download from S3 location (Bucket: ${bucket}  Key: ${key}). Reason: Not Found`,
    )
  }
  return { bundle: await inspectBundle(object.path) }
}

function createApplicationVersion(
  { account, parameters, requestId }: Call,
  facts: Facts,
): ReturnType<typeof createVersion> {
  const applicationName = parameters.required('ApplicationName')
  const label = parameters.required('VersionLabel')
  if (!account.applications.has(applicationName) && parameters.flag('AutoCreateApplication') === true) {
    createApplication(account, applicationName, undefined)
  }
  findApplication(account, applicationName)
  const bundle = parameters.structure('SourceBundle')
  if (bundle === undefined || facts.bundle === undefined) {
    throw new AwsError(
      'MissingParameter',
      'This practice account needs a SourceBundle; it has no sample application to put in its place.',
    )
  }
  return createVersion(
    account,
    {
      applicationName,
      label,
      description: parameters.text('Description'),
      sourceBundle: { bucket: bundle.required('S3Bucket'), key: bundle.required('S3Key') },
      process: parameters.flag('Process') ?? false,
      tags: readTags(parameters) ?? [],
      ...facts.bundle,
    },
    requestId,
  )
}
