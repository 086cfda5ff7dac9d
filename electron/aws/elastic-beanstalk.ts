import {
  AbortEnvironmentUpdateCommand,
  type ApplicationVersionDescription,
  CheckDNSAvailabilityCommand,
  CreateApplicationVersionCommand,
  CreateConfigurationTemplateCommand,
  CreateEnvironmentCommand,
  DeleteConfigurationTemplateCommand,
  DescribeAccountAttributesCommand,
  DescribeApplicationsCommand,
  DescribeApplicationVersionsCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentManagedActionsCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  DescribeInstancesHealthCommand,
  type EventDescription,
  ListTagsForResourceCommand,
  RebuildEnvironmentCommand,
  type SingleInstanceHealth,
  SwapEnvironmentCNAMEsCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import type { Application, Environment } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import type { Clock, ElasticBeanstalk, Tag } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { createConfigurations, sdkOption, sdkOptionName } from './configurations.ts'
import { deployedSettingsOf, environmentOf, eventOf, healthOf, managedActionOf, versionOf } from './descriptions.ts'
import { openEnvironmentReads } from './environment-reads.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'

const SERVICE = 'elasticbeanstalk'
const LONGEST_DESCRIPTION = 200
const EVENTS_PER_PAGE = 1000
const MOST_EVENT_PAGES = 10

/** Elastic Beanstalk as the release knows it, over AWS's API, and the listing of applications that a release begins with. */
export function createElasticBeanstalk(
  clients: Clients,
  send: Send,
  clock: Clock,
): ElasticBeanstalk & { listApplications(): Promise<readonly Application[]> } {
  function read<Output>(operation: string, run: Run<Output>): Promise<Output> {
    return send({ service: SERVICE, operation, changes: false }, async (signal) =>
      run(await clients.elasticBeanstalk(), { abortSignal: signal }),
    )
  }

  function change<Output>(operation: string, run: Run<Output>): Promise<Output> {
    return environments.changing(() =>
      send({ service: SERVICE, operation, changes: true }, async (signal) =>
        run(await clients.elasticBeanstalk(), { abortSignal: signal }),
      ),
    )
  }

  const environments = openEnvironmentReads(clock, async (query) => {
    const found: Environment[] = []
    let token: string | undefined
    do {
      const page = await read('DescribeEnvironments', async (client, options) => {
        const answer = await client.send(new DescribeEnvironmentsCommand({ ...query(), ...withToken(token) }), options)
        // One that is not told apart is no answer: another would be taken for gone, or for one without an id.
        if (answer.Environments?.some(({ EnvironmentId }) => !EnvironmentId)) throw notToldApart()
        return answer
      })
      found.push(...(page.Environments ?? []).map(environmentOf))
      token = page.NextToken
    } while (token !== undefined && token !== '')
    return found
  })

  return {
    ...createConfigurations(read),

    describeEnvironments: async (query) => {
      // An empty list of ids would mean every environment of the account.
      if (query.ids?.length === 0 || query.names?.length === 0) return []
      if (query.ids !== undefined && query.names === undefined && query.application === undefined)
        return environments.byIds(query.ids)
      return environments.read({
        ...(query.ids === undefined ? {} : { EnvironmentIds: query.ids.toSorted() }),
        ...(query.names === undefined ? {} : { EnvironmentNames: query.names.toSorted() }),
        ...(query.application === undefined ? {} : { ApplicationName: query.application }),
      })
    },

    health: async (environmentId) => {
      const environment = await read('DescribeEnvironmentHealth', async (client, options) => {
        try {
          return await client.send(
            new DescribeEnvironmentHealthCommand({ EnvironmentId: environmentId, AttributeNames: ['All'] }),
            options,
          )
        } catch (thrown) {
          if (saysBasicHealth(thrown)) return null
          throw thrown
        }
      })
      if (environment === null) return null
      const instances: SingleInstanceHealth[] = []
      let token: string | undefined
      do {
        const page = await read('DescribeInstancesHealth', (client, options) =>
          client.send(
            new DescribeInstancesHealthCommand({
              EnvironmentId: environmentId,
              AttributeNames: ['All'],
              ...withToken(token),
            }),
            options,
          ),
        )
        instances.push(...(page.InstanceHealthList ?? []))
        token = page.NextToken
      } while (token !== undefined && token !== '')
      return healthOf(environment, instances, clock.now())
    },

    events: async ({ application, since }) => {
      const found: EventDescription[] = []
      let token: string | undefined
      for (let page = 0; page < MOST_EVENT_PAGES; page += 1) {
        const answer = await read('DescribeEvents', (client, options) =>
          client.send(
            new DescribeEventsCommand({
              ApplicationName: application,
              StartTime: new Date(since),
              MaxRecords: EVENTS_PER_PAGE,
              ...withToken(token),
            }),
            options,
          ),
        )
        found.push(...(answer.Events ?? []))
        token = answer.NextToken
        if (token === undefined || token === '') break
      }
      // The service sends the newest first, and several events share a second: turning the list round keeps their order.
      return found.map(eventOf).toReversed()
    },

    deployedSettings: async (application, environmentName) => {
      const answer = await read('DescribeConfigurationSettings', (client, options) =>
        client.send(
          new DescribeConfigurationSettingsCommand({ ApplicationName: application, EnvironmentName: environmentName }),
          options,
        ),
      )
      return deployedSettingsOf(answer.ConfigurationSettings ?? [], environmentName)
    },

    tags: async (arn) => {
      const answer = await read('ListTagsForResource', (client, options) =>
        client.send(new ListTagsForResourceCommand({ ResourceArn: arn }), options),
      )
      return (answer.ResourceTags ?? []).map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' }))
    },

    managedActions: async (environmentId) => {
      const answer = await read('DescribeEnvironmentManagedActions', (client, options) =>
        client.send(new DescribeEnvironmentManagedActionsCommand({ EnvironmentId: environmentId }), options),
      )
      return (answer.ManagedActions ?? []).map(managedActionOf)
    },

    environmentQuota: async () => {
      const [attributes, listed] = await Promise.all([
        read('DescribeAccountAttributes', (client, options) =>
          client.send(new DescribeAccountAttributesCommand({}), options),
        ),
        environments.read({}),
      ])
      return {
        used: listed.filter((environment) => environment.status !== 'Terminated').length,
        maximum: attributes.ResourceQuotas?.EnvironmentQuota?.Maximum ?? null,
      }
    },

    cnameAvailable: async (prefix) => {
      const answer = await read('CheckDNSAvailability', (client, options) =>
        client.send(new CheckDNSAvailabilityCommand({ CNAMEPrefix: prefix }), options),
      )
      return { available: answer.Available ?? false, fullyQualified: answer.FullyQualifiedCNAME ?? '' }
    },

    versions: async (application, labels) => {
      if (labels?.length === 0) return []
      const found: ApplicationVersionDescription[] = []
      let token: string | undefined
      do {
        const page = await read('DescribeApplicationVersions', (client, options) =>
          client.send(
            new DescribeApplicationVersionsCommand({
              ApplicationName: application,
              ...(labels === undefined ? { MaxRecords: 1000 } : { VersionLabels: [...labels] }),
              ...withToken(token),
            }),
            options,
          ),
        )
        found.push(...(page.ApplicationVersions ?? []))
        token = page.NextToken
      } while (token !== undefined && token !== '')
      return found.map(versionOf)
    },

    templates: async (application) => {
      const answer = await read('DescribeApplications', (client, options) =>
        client.send(new DescribeApplicationsCommand({ ApplicationNames: [application] }), options),
      )
      return answer.Applications?.find((found) => found.ApplicationName === application)?.ConfigurationTemplates ?? []
    },

    listApplications: async () => {
      const [answer, listed] = await Promise.all([
        read('DescribeApplications', (client, options) => client.send(new DescribeApplicationsCommand({}), options)),
        environments.read({}),
      ])
      const standing = listed.filter((environment) => environment.status !== 'Terminated')
      return (answer.Applications ?? []).map((application) => ({
        name: application.ApplicationName ?? '',
        description: application.Description ?? '',
        environments: standing.filter((environment) => environment.application === application.ApplicationName),
      }))
    },

    createTemplate: async (input) => {
      await change('CreateConfigurationTemplate', (client, options) =>
        client.send(
          new CreateConfigurationTemplateCommand({
            ApplicationName: input.application,
            TemplateName: input.templateName,
            EnvironmentId: input.environmentId,
            Description: input.description.slice(0, LONGEST_DESCRIPTION),
            ...(input.platformArn === undefined ? {} : { PlatformArn: input.platformArn }),
            ...withTags(input.tags),
          }),
          options,
        ),
      )
    },

    deleteTemplate: async (application, templateName) => {
      await change('DeleteConfigurationTemplate', (client, options) =>
        client.send(
          new DeleteConfigurationTemplateCommand({ ApplicationName: application, TemplateName: templateName }),
          options,
        ),
      )
    },

    createEnvironment: async (input) => {
      const created = await change('CreateEnvironment', (client, options) =>
        client.send(
          new CreateEnvironmentCommand({
            ApplicationName: input.application,
            EnvironmentName: input.environmentName,
            CNAMEPrefix: input.cnamePrefix,
            TemplateName: input.templateName,
            Description: input.description.slice(0, LONGEST_DESCRIPTION),
            ...(input.versionLabel === null ? {} : { VersionLabel: input.versionLabel }),
            ...(input.operationsRole === null ? {} : { OperationsRole: input.operationsRole }),
            ...(input.settings === undefined ? {} : { OptionSettings: input.settings.map(sdkOption) }),
            ...(input.remove === undefined ? {} : { OptionsToRemove: input.remove.map(sdkOptionName) }),
            ...withTags(input.tags),
          }),
          options,
        ),
      )
      if (created.EnvironmentId === undefined) {
        throw problem('unexpected', 'Elastic Beanstalk created an environment without telling its id', {
          meaning: 'Signalbox looks for it by its name before it does anything again.',
          remedy: 'Try again.',
        })
      }
      return { environmentId: created.EnvironmentId }
    },

    createVersion: async (input) => {
      await change('CreateApplicationVersion', (client, options) =>
        client.send(
          new CreateApplicationVersionCommand({
            ApplicationName: input.application,
            VersionLabel: input.versionLabel,
            SourceBundle: { S3Bucket: input.bucket, S3Key: input.key },
            Description: input.description.slice(0, LONGEST_DESCRIPTION),
            // A mistyped application must be refused, not made.
            AutoCreateApplication: false,
            Process: true,
            ...withTags(input.tags),
          }),
          options,
        ),
      )
    },

    deploy: async (environmentId, versionLabel) => {
      await change('UpdateEnvironment', (client, options) =>
        client.send(
          new UpdateEnvironmentCommand({ EnvironmentId: environmentId, VersionLabel: versionLabel }),
          options,
        ),
      )
    },

    updateSettings: async (environmentId, settings) => {
      await change('UpdateEnvironment', (client, options) =>
        client.send(
          new UpdateEnvironmentCommand({
            EnvironmentId: environmentId,
            OptionSettings: settings.map(sdkOption),
          }),
          options,
        ),
      )
    },

    abortUpdate: async (environmentId) => {
      await change('AbortEnvironmentUpdate', (client, options) =>
        client.send(new AbortEnvironmentUpdateCommand({ EnvironmentId: environmentId }), options),
      )
    },

    swapCnames: async (environmentIdA, environmentIdB) => {
      await change('SwapEnvironmentCNAMEs', (client, options) =>
        client.send(
          new SwapEnvironmentCNAMEsCommand({
            SourceEnvironmentId: environmentIdA,
            DestinationEnvironmentId: environmentIdB,
          }),
          options,
        ),
      )
    },

    terminate: async (environmentId) => {
      await change('TerminateEnvironment', (client, options) =>
        client.send(
          new TerminateEnvironmentCommand({ EnvironmentId: environmentId, TerminateResources: true }),
          options,
        ),
      )
    },

    rebuild: async (environmentId) => {
      await change('RebuildEnvironment', (client, options) =>
        client.send(new RebuildEnvironmentCommand({ EnvironmentId: environmentId }), options),
      )
    },
  }
}

function notToldApart(): Error {
  return problem('aws-unavailable', 'Elastic Beanstalk answered only in part', {
    meaning: 'It listed an environment without saying which. Nothing is concluded from that.',
    remedy: 'Try again; a release asks again by itself.',
  })
}

type Run<Output> = (
  client: Awaited<ReturnType<Clients['elasticBeanstalk']>>,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output>

/** DescribeEnvironmentHealth answers "… is not supported." where health reporting is basic. */
function saysBasicHealth(thrown: unknown): boolean {
  const raw = readRawError(thrown)
  return raw.code.startsWith('InvalidRequest') && /not supported|enhanced health/i.test(raw.message)
}

function withToken(token: string | undefined): { readonly NextToken?: string } {
  return token === undefined ? {} : { NextToken: token }
}

/** No tags at all are not the same as an empty list: CreateEnvironment drops a template's tags when it is given any. */
function withTags(tags: readonly Tag[]): { readonly Tags?: { Key: string; Value: string }[] } {
  return tags.length === 0 ? {} : { Tags: tags.map((tag) => ({ Key: tag.key, Value: tag.value })) }
}
