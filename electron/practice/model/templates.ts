import { type Account, strikes, versionKey } from './account.ts'
import { AwsError, invalidParameterValue } from './aws-error.ts'
import { emitForApplication } from './events.ts'
import { platformByArn, platformBySolutionStack } from './platforms.ts'
import type { EnvironmentRecord, Setting, Settings, Tag, TemplateRecord } from './records.ts'
import { changeSettings, checkSettings } from './settings.ts'
import { findApplication } from './versions.ts'

export const TEMPLATE_QUOTA = 200

export interface NewTemplate {
  readonly applicationName: string
  readonly name: string
  readonly description?: string | undefined
  readonly platformArn?: string | undefined
  readonly solutionStack?: string | undefined
  /** The environment whose configuration is saved. */
  readonly environment?: EnvironmentRecord | undefined
  readonly source?: TemplateRecord | undefined
  readonly settings: readonly Setting[]
  readonly tags?: readonly Tag[] | undefined
}

/** Saves a configuration: an environment's settings and tags, another template's, or a platform's defaults. */
export function createTemplate(account: Account, wanted: NewTemplate, requestId?: string): TemplateRecord {
  const { applicationName, name, environment, source } = wanted
  findApplication(account, applicationName)
  const key = versionKey(applicationName, name)
  const { platformArn: askedArn, solutionStack } = wanted
  if (askedArn !== undefined && solutionStack !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'You cannot specify both SolutionStackName and PlatformArn.')
  }
  if (account.templates.has(key)) throw invalidParameterValue(`Configuration Template ${name} already exists.`)
  if (account.templates.size >= TEMPLATE_QUOTA || strikes(account, 'templateQuota', environment)) {
    throw new AwsError(
      'TooManyConfigurationTemplatesException',
      `You cannot have more than ${TEMPLATE_QUOTA} Configuration Templates. Either remove some Configuration Templates or request a limit increase.`,
    )
  }
  const platformArn = platformOf(account, wanted)
  const settings = changeSettings(
    savedSettings(environment?.settings ?? source?.settings ?? new Map()),
    wanted.settings,
  )
  checkSettings(settings, wanted.settings)
  const template: TemplateRecord = {
    applicationName,
    name,
    created: account.now,
    description: wanted.description,
    updated: account.now,
    platformArn,
    settings,
    tags: wanted.tags ?? (environment?.tags ?? source?.tags ?? []).filter(({ key: tag }) => isUserTag(tag)),
  }
  account.templates.set(key, template)
  emitForApplication(account, applicationName, `Created new Configuration Template: ${name}`, {
    templateName: name,
    ...(requestId === undefined ? {} : { requestId }),
  })
  return template
}

/** Deletes a saved configuration, if there is one of that name. */
export function deleteTemplate(account: Account, applicationName: string, name: string, requestId: string): void {
  findApplication(account, applicationName)
  if (!account.templates.delete(versionKey(applicationName, name))) return
  emitForApplication(account, applicationName, `Deleted Configuration Template: ${name}`, {
    templateName: name,
    requestId,
  })
}

export function findTemplate(account: Account, applicationName: string, name: string): TemplateRecord {
  const found = account.templates.get(versionKey(applicationName, name))
  if (found === undefined)
    throw invalidParameterValue(`No Configuration Template named '${applicationName}/${name}' found.`)
  return found
}

/** Whether a tag is the user's own and not one that Elastic Beanstalk or CloudFormation puts on. */
export function isUserTag(key: string): boolean {
  return key !== 'Name' && !key.startsWith('elasticbeanstalk:') && !key.startsWith('aws:')
}

function platformOf(account: Account, wanted: NewTemplate): string {
  if (wanted.platformArn !== undefined) return platformByArn(account, wanted.platformArn).arn
  if (wanted.solutionStack !== undefined) return platformBySolutionStack(account.region, wanted.solutionStack).arn
  const inherited = wanted.environment?.platformArn ?? wanted.source?.platformArn
  if (inherited === undefined) {
    throw new AwsError(
      'MissingParameter',
      'A SourceConfiguration, EnvironmentId, SolutionStackName or PlatformArn must be specified.',
    )
  }
  return inherited
}

/** What a saved configuration carries: not the notification topic, which belongs to the environment it came from. */
function savedSettings(settings: Settings): Settings {
  return new Map([...settings].filter(([key]) => key !== 'aws:elasticbeanstalk:sns:topics|Notification Topic ARN'))
}
