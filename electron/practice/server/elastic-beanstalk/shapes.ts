import type { Account } from '../../model/account.ts'
import { healthOf } from '../../model/health.ts'
import { platformByArn } from '../../model/platforms.ts'
import type {
  ApplicationRecord,
  EnvironmentRecord,
  EventRecord,
  InstanceRecord,
  TemplateRecord,
  VersionLifecycle,
  VersionRecord,
} from '../../model/records.ts'
import type { ShownSetting } from '../../model/settings.ts'
import type { TrafficSummary } from '../../model/traffic.ts'
import { instant, list, type Structure } from '../document.ts'

/** EnvironmentDescription. */
export function environmentShape(account: Account, environment: EnvironmentRecord): Structure {
  const health = healthOf(account, environment)
  const { front, status } = environment
  return {
    EnvironmentName: environment.name,
    EnvironmentId: environment.id,
    ApplicationName: environment.applicationName,
    VersionLabel: environment.versionLabel,
    SolutionStackName: platformByArn(account, environment.platformArn).solutionStack,
    PlatformArn: environment.platformArn,
    TemplateName: environment.templateName,
    Description: environment.description,
    EndpointURL: status === 'Launching' ? undefined : front?.endpoint,
    CNAME: environment.cname,
    DateCreated: instant(environment.created),
    DateUpdated: instant(environment.updated),
    Status: status,
    AbortableOperationInProgress: environment.operation?.abortable ?? false,
    Health: health.color,
    HealthStatus: health.status,
    Tier:
      environment.tier === 'WebServer'
        ? { Name: 'WebServer', Type: 'Standard', Version: '1.0' }
        : { Name: 'Worker', Type: 'SQS/HTTP', Version: '3.0' },
    EnvironmentLinks: list(
      environment.links.map(({ linkName, environmentName }) => ({
        LinkName: linkName,
        EnvironmentName: environmentName,
      })),
    ),
    EnvironmentArn: environment.arn,
    OperationsRole: environment.operationsRole,
  }
}

/** ApplicationDescription. */
export function applicationShape(account: Account, application: ApplicationRecord): Structure {
  const own = (record: { readonly applicationName: string }): boolean => record.applicationName === application.name
  return {
    ApplicationArn: application.arn,
    ApplicationName: application.name,
    Description: application.description,
    DateCreated: instant(application.created),
    DateUpdated: instant(application.updated),
    Versions: list(
      [...account.versions.values()]
        .filter(own)
        .toReversed()
        .map(({ label }) => label),
    ),
    ConfigurationTemplates: list([...account.templates.values()].filter(own).map(({ name }) => name)),
    ResourceLifecycleConfig: lifecycleShape(application.lifecycle),
  }
}

/** ApplicationResourceLifecycleConfig. */
export function lifecycleShape({ serviceRole, maxCount, maxAge }: VersionLifecycle): Structure {
  return {
    ServiceRole: serviceRole,
    VersionLifecycleConfig: {
      MaxCountRule: { Enabled: maxCount.enabled, MaxCount: maxCount.most, DeleteSourceFromS3: maxCount.deleteSource },
      MaxAgeRule: { Enabled: maxAge.enabled, MaxAgeInDays: maxAge.most, DeleteSourceFromS3: maxAge.deleteSource },
    },
  }
}

/** ApplicationVersionDescription. */
export function versionShape(version: VersionRecord): Structure {
  return {
    ApplicationVersionArn: version.arn,
    ApplicationName: version.applicationName,
    Description: version.description,
    VersionLabel: version.label,
    SourceBundle: { S3Bucket: version.sourceBundle.bucket, S3Key: version.sourceBundle.key },
    BuildArn: version.buildArn,
    DateCreated: instant(version.created),
    DateUpdated: instant(version.updated),
    Status: version.status,
  }
}

/** EventDescription. */
export function eventShape(event: EventRecord): Structure {
  return {
    EventDate: instant(event.date),
    Message: event.message,
    ApplicationName: event.applicationName,
    VersionLabel: event.versionLabel,
    TemplateName: event.templateName,
    EnvironmentName: event.environmentName,
    PlatformArn: event.platformArn,
    RequestId: event.requestId,
    Severity: event.severity,
  }
}

/** ConfigurationSettingsDescription of a template. */
export function templateShape(account: Account, template: TemplateRecord): Structure {
  return {
    SolutionStackName: platformByArn(account, template.platformArn).solutionStack,
    PlatformArn: template.platformArn,
    ApplicationName: template.applicationName,
    TemplateName: template.name,
    Description: template.description,
    DateCreated: instant(template.created),
    DateUpdated: instant(template.updated),
  }
}

/** A list of ConfigurationOptionSetting. */
export function settingsShape(settings: readonly ShownSetting[]): ReturnType<typeof list> {
  return list(
    settings.map(({ resourceName, namespace, optionName, value }) => ({
      ResourceName: resourceName,
      Namespace: namespace,
      OptionName: optionName,
      Value: value,
    })),
  )
}

/** ApplicationMetrics. */
export function metricsShape(summary: TrafficSummary): Structure {
  return {
    Duration: summary.durationSeconds,
    RequestCount: summary.requestCount,
    StatusCodes: {
      Status2xx: summary.status2xx,
      Status3xx: summary.status3xx,
      Status4xx: summary.status4xx,
      Status5xx: summary.status5xx,
    },
    Latency: summary.requestCount === 0 ? undefined : summary.latency,
  }
}

/** What the agent of an instance says about its machine: a little load that follows the traffic. */
export function systemShape(summary: TrafficSummary, instance: InstanceRecord): Structure {
  const busy = Math.min(90, 1 + summary.requestCount / 10)
  const steady = (instance.id.charCodeAt(4) % 7) / 100
  return {
    CPUUtilization: { User: busy, Nice: 0, System: 0.4, Idle: 99.5 - busy, IOWait: 0.1, IRQ: 0, SoftIRQ: 0 },
    LoadAverage: list([steady + busy / 100, steady + busy / 120]),
  }
}
