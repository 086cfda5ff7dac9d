import {
  DescribeConfigurationSettingsCommand,
  DescribePlatformVersionCommand,
  type ElasticBeanstalkClient,
  ListPlatformVersionsCommand,
  type PlatformDescription,
  type PlatformSummary,
  ValidateConfigurationSettingsCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import type { ElasticBeanstalk, OptionSetting, PlatformVersion } from '../release/world.ts'
import { optionOf } from './descriptions.ts'

type Read = <Output>(
  operation: string,
  run: (client: ElasticBeanstalkClient, options: { readonly abortSignal: AbortSignal }) => Promise<Output>,
) => Promise<Output>

/** Saved configurations, platforms and the dry run of settings; reads only. */
export function createConfigurations(
  read: Read,
): Pick<ElasticBeanstalk, 'templateSettings' | 'platforms' | 'validateSettings'> {
  /** What AWS says of a platform version never changes. */
  const described = new Map<string, PlatformDescription>()

  async function describe(arn: string): Promise<PlatformDescription> {
    const known = described.get(arn)
    if (known) return known
    const answer = await read('DescribePlatformVersion', (client, options) =>
      client.send(new DescribePlatformVersionCommand({ PlatformArn: arn }), options),
    )
    const found = answer.PlatformDescription ?? {}
    described.set(arn, found)
    return found
  }

  /** The newest version that is ready; the service does not promise an order. */
  async function newestOf(branch: string): Promise<string | null> {
    const found: PlatformSummary[] = []
    let token: string | undefined
    do {
      const page = await read('ListPlatformVersions', (client, options) =>
        client.send(
          new ListPlatformVersionsCommand({
            Filters: [
              { Type: 'PlatformBranchName', Operator: '=', Values: [branch] },
              { Type: 'PlatformStatus', Operator: '=', Values: ['Ready'] },
            ],
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          options,
        ),
      )
      found.push(...(page.PlatformSummaryList ?? []))
      token = page.NextToken
    } while (token !== undefined && token !== '')
    const [newest] = found.toSorted((a, b) => compareVersions(b.PlatformVersion, a.PlatformVersion))
    return newest?.PlatformArn ?? null
  }

  return {
    templateSettings: async (application, templateName) => {
      const answer = await read('DescribeConfigurationSettings', (client, options) =>
        client.send(
          new DescribeConfigurationSettingsCommand({ ApplicationName: application, TemplateName: templateName }),
          options,
        ),
      )
      return (answer.ConfigurationSettings?.[0]?.OptionSettings ?? []).map(optionOf)
    },

    platforms: async (platformArn) => {
      const present = await describe(platformArn)
      const branch = present.PlatformBranchName
      const newest = branch === undefined ? null : await newestOf(branch)
      const isNewer = newest !== null && newest !== platformArn
      return {
        present: platformOf(platformArn, present),
        newest: isNewer ? platformOf(newest, await describe(newest)) : null,
      }
    },

    validateSettings: async ({ application, base, settings }) => {
      const answer = await read('ValidateConfigurationSettings', (client, options) =>
        client.send(
          new ValidateConfigurationSettingsCommand({
            ApplicationName: application,
            ...('environmentName' in base
              ? { EnvironmentName: base.environmentName }
              : { TemplateName: base.templateName }),
            OptionSettings: settings.map(sdkOption),
          }),
          options,
        ),
      )
      return (answer.Messages ?? []).map((message) => ({
        severity: message.Severity ?? 'error',
        namespace: message.Namespace ?? '',
        optionName: message.OptionName ?? '',
        message: message.Message ?? '',
      }))
    },
  }
}

/** A setting as the service takes it. */
export function sdkOption(setting: OptionSetting) {
  return { ...sdkOptionName(setting), Value: setting.value ?? '' }
}

/** Which setting is meant, without its value. */
export function sdkOptionName({ namespace, optionName, resourceName }: OptionSetting) {
  return {
    Namespace: namespace,
    OptionName: optionName,
    ...(resourceName === null ? {} : { ResourceName: resourceName }),
  }
}

function platformOf(arn: string, description: PlatformDescription): PlatformVersion {
  const { OperatingSystemName: system, OperatingSystemVersion: systemVersion } = description
  const named = [...(description.ProgrammingLanguages ?? []), ...(description.Frameworks ?? [])]
  return {
    arn,
    branch: description.PlatformBranchName ?? '',
    version: description.PlatformVersion ?? arn.split('/').at(-1) ?? '',
    lifecycle: description.PlatformBranchLifecycleState ?? 'Supported',
    parts: {
      ...(system === undefined ? {} : { [system]: systemVersion ?? '' }),
      ...Object.fromEntries(named.map(({ Name: name, Version: version }) => [name ?? '', version ?? ''])),
    },
  }
}

function compareVersions(one: string | undefined, other: string | undefined): number {
  const [a, b] = [one, other].map((version) => (version ?? '').split('.').map(Number))
  const index = (a ?? []).findIndex((part, at) => part !== (b?.[at] ?? 0))
  return index === -1 ? 0 : (a?.[index] ?? 0) - (b?.[index] ?? 0)
}
