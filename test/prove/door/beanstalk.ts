import type { Environment, Health } from '../../../electron/contract/models.ts'
import { type Account } from '../../../electron/practice/model/account.ts'
import { abortUpdate } from '../../../electron/practice/model/configure.ts'
import {
  createEnvironment,
  findEnvironment,
  listEnvironments,
  rebuildEnvironment,
  updateEnvironment,
} from '../../../electron/practice/model/environments.ts'
import { findEvents } from '../../../electron/practice/model/events.ts'
import { healthOf, instanceHealth, refreshedAt } from '../../../electron/practice/model/health.ts'
import { runningAction, scheduledAction } from '../../../electron/practice/model/managed-actions.ts'
import { checkPrefix, fullName, holderOf } from '../../../electron/practice/model/names.ts'
import { newestOfBranch, platformByArn } from '../../../electron/practice/model/platforms.ts'
import type { EnvironmentRecord, PracticeFile, Settings } from '../../../electron/practice/model/records.ts'
import {
  isEnhanced,
  objectionTo,
  shownSettings,
  shownTemplateSettings,
} from '../../../electron/practice/model/settings.ts'
import { findStack, groupsThatReference } from '../../../electron/practice/model/stack.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { createTemplate, deleteTemplate, findTemplate } from '../../../electron/practice/model/templates.ts'
import { terminateEnvironment } from '../../../electron/practice/model/terminate.ts'
import { summarizeTraffic } from '../../../electron/practice/model/traffic.ts'
import { createVersion, findApplication } from '../../../electron/practice/model/versions.ts'
import { findTagged } from '../../../electron/practice/server/elastic-beanstalk/tagged.ts'
import type { Bundles, ElasticBeanstalk, OptionSetting, StackReader } from '../../../electron/release/world.ts'

type Settled<Room> = {
  readonly [Name in keyof Room]: Room[Name] extends (...input: infer Input) => Promise<infer Output>
    ? (...input: Input) => Output
    : never
}

/** What lies in S3: how the version in each bundle behaves, by key; null where it cannot be unpacked. */
export type Objects = Map<string, PracticeFile | null>

/**
 * The model as the release sees it through AWS's API, without a wire in between: the same functions of the model that
 * the servers answer with, the same words of refusal. Nothing here waits or fails by chance; `world.ts` adds that.
 */
export function createDoor(
  account: Account,
  objects: Objects,
  contentOf: (bundleSha256: string) => PracticeFile | null,
): {
  readonly elasticBeanstalk: Settled<ElasticBeanstalk>
  readonly stack: Settled<StackReader>
  readonly upload: (...input: Parameters<Bundles['upload']>) => Awaited<ReturnType<Bundles['upload']>>
} {
  const shownOnce = new WeakMap<Settings, { readonly group: string; readonly settings: readonly OptionSetting[] }>()

  /** The same settings in the same stack are shown alike: that is worth remembering, it is a long list. */
  function settingsOf(environment: EnvironmentRecord): readonly OptionSetting[] {
    const group = environment.stack?.resources.get('AWSEBSecurityGroup')?.physicalId ?? ''
    const known = shownOnce.get(environment.settings)
    if (known?.group === group) return known.settings
    const settings = shownSettings(account, environment).map((each) => ({
      namespace: each.namespace,
      optionName: each.optionName,
      value: each.value ?? null,
      resourceName: each.resourceName ?? null,
    }))
    shownOnce.set(environment.settings, { group, settings })
    return settings
  }

  const own = (record: { readonly applicationName: string }, application: string) =>
    record.applicationName === application

  return {
    elasticBeanstalk: {
      describeEnvironments: ({ ids, names, application }) =>
        listEnvironments(account, { applicationName: application, ids, names }).map((each) => shown(account, each)),
      health: (id) => healthShown(account, findEnvironment(account, { id })),
      events: ({ application, since }) =>
        findEvents(account, { applicationName: application, startTime: since }, 10_000)
          .map(({ date, severity, environmentName, message, requestId }) => ({
            at: date,
            severity,
            environmentName: environmentName ?? null,
            message,
            ...(requestId === undefined ? {} : { requestId }),
          }))
          .toReversed(),
      deployedSettings: (application, name) => {
        findApplication(account, application)
        const environment = findEnvironment(account, { name })
        const { operation, previous } = environment
        const pending = operation?.kind === 'configure' && previous !== undefined
        return settingsOf(pending ? { ...environment, settings: previous.settings } : environment)
      },
      tags: (arn) => findTagged(account, arn).tags,
      managedActions: (id) => {
        const environment = findEnvironment(account, { id })
        const running = runningAction(environment)?.action
        const scheduled = scheduledAction(account, environment)
        return [
          ...(running === undefined ? [] : [{ action: running, status: 'Running', windowStartsAt: null }]),
          ...(scheduled === undefined
            ? []
            : [{ action: scheduled, status: 'Scheduled', windowStartsAt: scheduled.windowStart }]),
        ].map(({ action, status, windowStartsAt }) => ({
          id: action.id,
          type: action.type,
          status,
          description: action.description,
          windowStartsAt,
        }))
      },
      environmentQuota: () => ({
        used: listEnvironments(account, {}).filter(({ status }) => status !== 'Terminated').length,
        maximum: account.quotas.environments,
      }),
      cnameAvailable: (prefix) => {
        checkPrefix(prefix)
        const name = fullName(account, prefix)
        return { available: holderOf(account, name) === undefined, fullyQualified: name }
      },
      versions: (application, labels) => {
        findApplication(account, application)
        return [...account.versions.values()]
          .filter((version) => own(version, application) && (labels === undefined || labels.includes(version.label)))
          .toReversed()
          .map(({ label, description, status, created, sourceBundle }) => ({
            label,
            description: description ?? '',
            status,
            createdAt: created,
            bucket: sourceBundle.bucket,
            key: sourceBundle.key,
          }))
      },
      templates: (application) =>
        [...account.templates.values()].filter((template) => own(template, application)).map(({ name }) => name),
      templateSettings: (application, name) =>
        shownTemplateSettings(account, findTemplate(account, application, name).settings).map(
          ({ namespace, optionName, value, resourceName }) => ({
            namespace,
            optionName,
            value: value ?? null,
            resourceName: resourceName ?? null,
          }),
        ),
      platforms: (arn) => {
        const [present, newest] = [platformByArn(account, arn), newestOfBranch(account, arn)].map((platform) => ({
          arn: platform.arn,
          branch: platform.branch,
          version: platform.version,
          lifecycle: platform.branchLifecycle,
          parts: {},
        }))
        if (!present) throw new Error('The model has no such platform')
        return { present, newest: newest && newest.arn !== present.arn ? newest : null }
      },
      validateSettings: ({ settings }) =>
        settings.flatMap((setting) => {
          const message = objectionTo(plain(setting))
          const { namespace, optionName } = setting
          return message === undefined ? [] : [{ severity: 'error', namespace, optionName, message }]
        }),

      createTemplate: ({ application, templateName, environmentId, description, tags, platformArn }) => {
        const environment = findEnvironment(account, { id: environmentId })
        createTemplate(
          account,
          {
            applicationName: application,
            name: templateName,
            description,
            environment,
            platformArn,
            settings: [],
            tags,
          },
          account.random.uuid(),
        )
      },
      deleteTemplate: (application, name) => deleteTemplate(account, application, name, account.random.uuid()),
      createEnvironment: (input) => {
        const created = createEnvironment(
          account,
          {
            applicationName: input.application,
            environmentName: input.environmentName,
            cnamePrefix: input.cnamePrefix,
            templateName: input.templateName,
            versionLabel: input.versionLabel ?? undefined,
            description: input.description,
            tags: input.tags,
            operationsRole: input.operationsRole ?? undefined,
            settings: (input.settings ?? []).map(plain),
            remove: (input.remove ?? []).map(plain),
          },
          account.random.uuid(),
        )
        return { environmentId: created.id }
      },
      createVersion: ({ application, versionLabel, bucket, key, description, tags }) => {
        const behaviour = objects.get(key)
        createVersion(
          account,
          {
            applicationName: application,
            label: versionLabel,
            description,
            sourceBundle: { bucket, key },
            sound: behaviour !== null && behaviour !== undefined,
            ...(behaviour ? { behaviour } : {}),
            process: true,
            tags,
          },
          account.random.uuid(),
        )
      },
      deploy: (id, versionLabel) =>
        updateEnvironment(
          account,
          findEnvironment(account, { id }),
          { versionLabel, set: [], remove: [] },
          account.random.uuid(),
        ),
      updateSettings: (id, settings) => {
        const set = settings.map(plain)
        updateEnvironment(account, findEnvironment(account, { id }), { set, remove: [] }, account.random.uuid())
      },
      abortUpdate: (id) => abortUpdate(account, findEnvironment(account, { id }), account.random.uuid()),
      swapCnames: (a, b) =>
        swapCnames(
          account,
          findEnvironment(account, { id: a }),
          findEnvironment(account, { id: b }),
          account.random.uuid(),
        ),
      terminate: (id) => terminateEnvironment(account, findEnvironment(account, { id }), account.random.uuid()),
      rebuild: (id) => rebuildEnvironment(account, findEnvironment(account, { id }), account.random.uuid()),
    },

    stack: {
      resources: (id) => {
        const stack = findStack(account, `awseb-${id}-stack`)?.stack
        if (stack === undefined) return null
        return [...stack.resources.values()].map(({ logicalId, physicalId, type, status }) => ({
          logicalId,
          physicalId,
          type,
          status,
        }))
      },
      databases: () =>
        [...account.databases.values()].map((database) => ({
          id: database.identifier,
          host: database.status === 'creating' ? null : database.endpoint,
          status: database.status,
          deletionProtection: database.deletionProtection,
          stackName: database.tags.find(({ key }) => key === 'aws:cloudformation:stack-name')?.value ?? null,
          securityGroupIds: database.securityGroupIds,
        })),
      groupsReferring: (id) => groupsThatReference(account, id).map((group) => ({ id: group.id, name: group.name })),
    },

    upload: (bundle, application) => {
      const key = `${application}/signalbox-${bundle.sha256}.zip`
      objects.set(key, contentOf(bundle.sha256))
      return { bucket: `elasticbeanstalk-${account.region}-${account.accountId}`, key }
    },
  }
}

function plain({ namespace, optionName, value }: OptionSetting) {
  return { namespace, optionName, value: value ?? '' }
}

function shown(account: Account, environment: EnvironmentRecord): Environment {
  const health = healthOf(account, environment)
  return {
    id: environment.id,
    name: environment.name,
    arn: environment.arn,
    application: environment.applicationName,
    cname: environment.cname ?? null,
    endpointUrl: environment.status === 'Launching' ? null : (environment.front?.endpoint ?? null),
    status: environment.status,
    healthColor: health.color,
    healthStatus: health.status ?? null,
    versionLabel: environment.versionLabel ?? null,
    tier: environment.tier,
    platformArn: environment.platformArn,
    platform: platformByArn(account, environment.platformArn).solutionStack ?? '',
    operationsRole: environment.operationsRole ?? null,
    abortable: environment.operation?.abortable ?? false,
    createdAt: environment.created,
    updatedAt: environment.updated,
  }
}

function healthShown(account: Account, environment: EnvironmentRecord): Health | null {
  if (!isEnhanced(environment)) return null
  const health = healthOf(account, environment)
  const served = summarizeTraffic(
    environment.instances.map(({ traffic }) => traffic),
    account.now,
    account.metricsWindowMilliseconds,
  )
  return {
    at: refreshedAt(account),
    status: health.status ?? '',
    color: health.color,
    causes: health.causes,
    requests: served.requestCount,
    windowSeconds: served.durationSeconds,
    instances: environment.instances.map((instance) => {
      const own = instanceHealth(account, environment, instance)
      return { id: instance.id, status: own.status ?? '', versionLabel: instance.versionLabel, causes: own.causes }
    }),
  }
}
