import type {
  ApplicationVersionDescription,
  ConfigurationOptionSetting,
  ConfigurationSettingsDescription,
  DescribeEnvironmentHealthResult,
  EnvironmentDescription,
  EventDescription,
  ManagedAction as SdkManagedAction,
  SingleInstanceHealth,
} from '@aws-sdk/client-elastic-beanstalk'
import type {
  ApplicationVersion,
  Environment,
  EnvironmentEvent,
  Health,
  InstanceHealth,
  Instant,
} from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import type { ManagedAction, OptionSetting } from '../release/world.ts'

/*
 * AWS's model requires no member of any answer, and live answers lack what one expects: a launching environment has
 * no EndpointURL, an option no Value, a tier a version of one blank. Nothing here may fail over a missing member.
 */

/** An environment in our words; every enum-like member passes through as AWS sent it. */
export function environmentOf(description: EnvironmentDescription): Environment {
  return {
    id: description.EnvironmentId ?? '',
    name: description.EnvironmentName ?? '',
    arn: description.EnvironmentArn ?? '',
    application: description.ApplicationName ?? '',
    cname: orNull(description.CNAME),
    endpointUrl: orNull(description.EndpointURL),
    status: description.Status ?? '',
    healthColor: description.Health ?? 'Grey',
    healthStatus: orNull(description.HealthStatus),
    versionLabel: orNull(description.VersionLabel),
    tier: description.Tier?.Name ?? '',
    platformArn: description.PlatformArn ?? '',
    platform: description.SolutionStackName ?? platformFromArn(description.PlatformArn),
    operationsRole: orNull(description.OperationsRole),
    abortable: description.AbortableOperationInProgress ?? false,
    createdAt: instantOf(description.DateCreated) ?? 0,
    updatedAt: instantOf(description.DateUpdated) ?? 0,
  }
}

/** An application version in our words; its status in capitals, since model and service spell it differently. */
export function versionOf(description: ApplicationVersionDescription): ApplicationVersion {
  return {
    label: description.VersionLabel ?? '',
    description: description.Description ?? '',
    status: (description.Status ?? '').toUpperCase(),
    createdAt: instantOf(description.DateCreated) ?? 0,
    bucket: description.SourceBundle?.S3Bucket ?? '',
    key: description.SourceBundle?.S3Key ?? '',
  }
}

/** An event in our words. */
export function eventOf(description: EventDescription): EnvironmentEvent {
  return {
    at: instantOf(description.EventDate) ?? 0,
    severity: description.Severity ?? 'INFO',
    environmentName: orNull(description.EnvironmentName),
    message: description.Message ?? '',
    ...(description.RequestId ? { requestId: description.RequestId } : {}),
  }
}

/** Enhanced health of an environment and its instances; `now` stands in for a missing RefreshedAt. */
export function healthOf(
  environment: DescribeEnvironmentHealthResult,
  instances: readonly SingleInstanceHealth[],
  now: Instant,
): Health {
  return {
    at: instantOf(environment.RefreshedAt) ?? now,
    status: environment.HealthStatus ?? '',
    color: environment.Color ?? 'Grey',
    causes: environment.Causes ?? [],
    requests: environment.ApplicationMetrics?.RequestCount ?? null,
    windowSeconds: environment.ApplicationMetrics?.Duration ?? 10,
    instances: instances.map(instanceOf),
  }
}

function instanceOf(instance: SingleInstanceHealth): InstanceHealth {
  return {
    id: instance.InstanceId ?? '',
    status: instance.HealthStatus ?? '',
    versionLabel: orNull(instance.Deployment?.VersionLabel),
    causes: instance.Causes ?? [],
  }
}

/** A managed action in our words. */
export function managedActionOf(action: SdkManagedAction): ManagedAction {
  return {
    id: action.ActionId ?? '',
    type: action.ActionType ?? '',
    status: action.Status ?? '',
    description: action.ActionDescription ?? '',
    windowStartsAt: instantOf(action.WindowStartTime),
  }
}

/**
 * The settings that are deployed. DescribeConfigurationSettings may answer with a draft beside them; a draft is
 * never taken for what runs.
 */
export function deployedSettingsOf(
  sets: readonly ConfigurationSettingsDescription[],
  environmentName: string,
): readonly OptionSetting[] {
  const deployed =
    sets.find((set) => set.DeploymentStatus === 'deployed') ?? sets.find((set) => set.DeploymentStatus === undefined)
  const settings = deployed?.OptionSettings ?? []
  // Every environment has settings; none at all is no proof that it has no database.
  if (settings.length === 0) {
    throw problem('refused-by-aws', `The deployed settings of ${environmentName} cannot be read`, {
      meaning: 'Elastic Beanstalk shows only settings that are pending or have failed, so that what runs is not known.',
      remedy: 'Wait until the environment is Ready, then try again.',
      detail: `DeploymentStatus: ${sets.map((set) => set.DeploymentStatus ?? 'none').join(', ') || 'no settings at all'}`,
    })
  }
  return settings.map(optionOf)
}

/** An option setting in our words. */
export function optionOf(option: ConfigurationOptionSetting): OptionSetting {
  return {
    namespace: option.Namespace ?? '',
    optionName: option.OptionName ?? '',
    value: option.Value ?? null,
    resourceName: orNull(option.ResourceName),
  }
}

/** `.../platform/Node.js 22 running on 64bit Amazon Linux 2023/6.5.0` says the platform's name and version. */
function platformFromArn(arn: string | undefined): string {
  const [, name, version] = /:platform\/(.+)\/([^/]+)$/.exec(arn ?? '') ?? []
  return name === undefined ? (arn ?? '') : `${name} ${version ?? ''}`
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text
}

function instantOf(date: Date | undefined): Instant | null {
  const instant = date?.getTime()
  return instant === undefined || Number.isNaN(instant) ? null : instant
}
