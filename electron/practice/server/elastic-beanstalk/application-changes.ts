import { AwsError, invalidParameterValue } from '../../model/aws-error.ts'
import { findEnvironment } from '../../model/environments.ts'
import { applyLifecycle } from '../../model/lifecycle.ts'
import type { VersionRecord } from '../../model/records.ts'
import { changeSettings, checkSettings } from '../../model/settings.ts'
import { createTemplate, deleteTemplate, findTemplate, isUserTag } from '../../model/templates.ts'
import {
  createApplication,
  createVersion,
  deleteApplication,
  deleteVersion,
  findApplication,
  findVersion,
  sampleBundle,
} from '../../model/versions.ts'
import { inspectBundle } from '../bundle.ts'
import type { Call, Change } from '../query-service.ts'
import type { Facts } from '../state/entry.ts'
import { readLifecycle } from './lifecycle.ts'
import { readRemovals, readSettings, readTags } from './request.ts'
import { applicationShape, lifecycleShape, templateShape, versionShape } from './shapes.ts'
import { findTagged } from './tagged.ts'

/** The operations that change applications, their versions, saved configurations and tags. */
export const APPLICATION_CHANGES: Readonly<Record<string, Change>> = {
  CreateApplication: {
    apply: ({ account, parameters }) => {
      const lifecycle = readLifecycle(parameters.structure('ResourceLifecycleConfig'), undefined)
      const application = createApplication(
        account,
        parameters.required('ApplicationName'),
        parameters.text('Description'),
        readTags(parameters),
        lifecycle,
      )
      return { Application: applicationShape(account, application) }
    },
  },
  CreateApplicationVersion: {
    gather: inspectSource,
    apply: (call, facts) => ({ ApplicationVersion: versionShape(createApplicationVersion(call, facts)) }),
  },
  CreateConfigurationTemplate: {
    apply: ({ account, parameters, requestId }) => {
      const applicationName = parameters.required('ApplicationName')
      const environmentId = parameters.text('EnvironmentId')
      const environment = environmentId === undefined ? undefined : findEnvironment(account, { id: environmentId })
      if (environment !== undefined && environment.applicationName !== applicationName) {
        throw invalidParameterValue(`No Environment found for EnvironmentId = '${environment.id}'.`)
      }
      const source = parameters.structure('SourceConfiguration')
      const template = createTemplate(
        account,
        {
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
        },
        requestId,
      )
      return templateShape(account, template)
    },
  },
  CreateStorageLocation: {
    apply: ({ account, objects }) => {
      const bucket = `elasticbeanstalk-${account.region}-${account.accountId}`
      objects.createBucket(bucket)
      return { S3Bucket: bucket }
    },
  },
  DeleteApplication: {
    apply: ({ account, parameters, requestId }) => {
      const force = parameters.flag('TerminateEnvByForce') ?? false
      deleteApplication(account, parameters.required('ApplicationName'), force, requestId)
      return undefined
    },
  },
  DeleteApplicationVersion: {
    apply: (call) => {
      const { account, parameters } = call
      const label = parameters.required('VersionLabel')
      const version = deleteVersion(account, parameters.required('ApplicationName'), label)
      if (version !== undefined && parameters.flag('DeleteSourceBundle') === true) removeBundles(call, [version])
      return undefined
    },
  },
  DeleteConfigurationTemplate: {
    apply: ({ account, parameters, requestId }) => {
      deleteTemplate(account, parameters.required('ApplicationName'), parameters.required('TemplateName'), requestId)
      return undefined
    },
  },
  UpdateApplication: {
    apply: ({ account, parameters }) => {
      const application = findApplication(account, parameters.required('ApplicationName'))
      application.description = parameters.text('Description') ?? application.description
      application.updated = account.now
      return { Application: applicationShape(account, application) }
    },
  },
  UpdateApplicationResourceLifecycle: {
    apply: ({ account, parameters }) => {
      const application = findApplication(account, parameters.required('ApplicationName'))
      application.lifecycle = readLifecycle(parameters.structure('ResourceLifecycleConfig'), application.lifecycle)
      application.updated = account.now
      return { ApplicationName: application.name, ResourceLifecycleConfig: lifecycleShape(application.lifecycle) }
    },
  },
  UpdateApplicationVersion: {
    apply: ({ account, parameters }) => {
      const label = parameters.required('VersionLabel')
      const version = findVersion(account, parameters.required('ApplicationName'), label)
      version.description = parameters.text('Description') ?? version.description
      version.updated = account.now
      return { ApplicationVersion: versionShape(version) }
    },
  },
  UpdateConfigurationTemplate: {
    apply: ({ account, parameters }) => {
      const template = findTemplate(
        account,
        parameters.required('ApplicationName'),
        parameters.required('TemplateName'),
      )
      const set = readSettings(parameters)
      const settings = changeSettings(template.settings, set, readRemovals(parameters))
      checkSettings(settings, set)
      template.settings = settings
      template.description = parameters.text('Description') ?? template.description
      template.updated = account.now
      return templateShape(account, template)
    },
  },
  UpdateTagsForResource: {
    apply: ({ account, parameters }) => {
      const tagged = findTagged(account, parameters.required('ResourceArn'))
      const removed = parameters.texts('TagsToRemove') ?? []
      const added = readTags(parameters, 'TagsToAdd') ?? []
      const untouchable = removed.find((key) => !isUserTag(key))
      if (untouchable !== undefined) throw invalidParameterValue(`Tag key '${untouchable}' is reserved.`)
      const changed = new Map(tagged.tags.filter(({ key }) => !removed.includes(key)).map((tag) => [tag.key, tag]))
      for (const tag of added) changed.set(tag.key, tag)
      if (changed.size > 50) throw new AwsError('TooManyTagsException', 'A resource cannot have more than 50 tags.')
      tagged.tags = [...changed.values()]
      return undefined
    },
  },
}

/** Where a call says the source is: an object of S3, or undefined where it is somewhere else. */
function sourceOf({ parameters }: Call): { readonly bucket: string; readonly key: string } | undefined {
  const bundle = parameters.structure('SourceBundle')
  const build = parameters.structure('SourceBuildInformation')
  if (bundle !== undefined && build !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You cannot specify both SourceBundle and SourceBuildInformation.',
    )
  }
  if (bundle !== undefined) return { bucket: bundle.required('S3Bucket'), key: bundle.required('S3Key') }
  if (build === undefined || build.required('SourceRepository') !== 'S3') return undefined
  const [bucket = '', ...key] = build.required('SourceLocation').split('/')
  return { bucket, key: key.join('/') }
}

/** Looks into the source bundle; throws when it is not where the call says. */
async function inspectSource(call: Call): Promise<Facts> {
  const source = sourceOf(call)
  if (source === undefined) return {}
  const { bucket, key } = source
  const object = call.objects.find(bucket, key)
  if (object === undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Unable to download from S3 location (Bucket: ${bucket}  Key: ${key}). Reason: Not Found`,
    )
  }
  if (object.size > LARGEST_BUNDLE) {
    throw invalidParameterValue(`The source bundle is larger than ${LARGEST_BUNDLE} bytes.`)
  }
  return { bundle: await inspectBundle(object.path) }
}

const LARGEST_BUNDLE = 536_870_912

function createApplicationVersion(call: Call, facts: Facts): VersionRecord {
  const { account, parameters, requestId } = call
  const applicationName = parameters.required('ApplicationName')
  const label = parameters.required('VersionLabel')
  if (parameters.structure('ImageConfiguration') !== undefined) {
    throw invalidParameterValue('Container images can only be used by environments of the cluster type.')
  }
  if (!account.applications.has(applicationName) && parameters.flag('AutoCreateApplication') === true) {
    createApplication(account, applicationName, undefined)
  }
  const application = findApplication(account, applicationName)
  const builds = parameters.structure('SourceBuildInformation') !== undefined
  if (builds && parameters.structure('BuildConfiguration') === undefined) {
    throw new AwsError('InvalidParameterCombination', 'SourceBuildInformation needs a BuildConfiguration.')
  }
  const version = createVersion(
    account,
    {
      applicationName,
      label,
      description: parameters.text('Description'),
      // Without a source, Elastic Beanstalk takes its sample application.
      sourceBundle: sourceOf(call) ?? sampleBundle(account.region),
      process: parameters.flag('Process') ?? false,
      tags: readTags(parameters) ?? [],
      sound: true,
      ...facts.bundle,
      ...(builds ? { buildArn: buildArn(call, applicationName) } : {}),
    },
    requestId,
  )
  removeBundles(call, applyLifecycle(account, application))
  return version
}

function buildArn({ account }: Call, applicationName: string): string {
  const project = `Elastic-Beanstalk-${applicationName}-${account.random.text(8)}`
  return `arn:aws:codebuild:${account.region}:${account.accountId}:build/${project}:${account.random.uuid()}`
}

function removeBundles({ objects }: Call, versions: readonly VersionRecord[]): void {
  for (const { sourceBundle } of versions) objects.remove(sourceBundle.bucket, sourceBundle.key)
}
