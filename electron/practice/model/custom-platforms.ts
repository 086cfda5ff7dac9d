import type { Account } from './account.ts'
import { AwsError, invalidParameterValue } from './aws-error.ts'
import type { CustomPlatformRecord, Tag } from './records.ts'

export const CUSTOM_PLATFORM_QUOTA = 50
// What a builder needs for an image; the developer guide's example takes about that long.
const BUILD_SECONDS = 780
const DELETE_SECONDS = 30

/** Has a platform version built, which is Creating when this returns and Ready some minutes later. */
export function createCustomPlatform(
  account: Account,
  wanted: { readonly name: string; readonly version: string; readonly sound: boolean; readonly tags: readonly Tag[] },
  requestId: string,
): CustomPlatformRecord {
  const { name, version, sound, tags } = wanted
  const arn = `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:platform/${name}/${version}`
  if (account.customPlatforms.has(arn)) throw invalidParameterValue(`Platform version '${arn}' already exists.`)
  if (account.customPlatforms.size >= CUSTOM_PLATFORM_QUOTA) {
    throw new AwsError(
      'TooManyPlatformsException',
      `You cannot have more than ${CUSTOM_PLATFORM_QUOTA} custom platform versions.`,
    )
  }
  const platform: CustomPlatformRecord = {
    arn,
    name,
    version,
    created: account.now,
    tags,
    status: 'Creating',
    updated: account.now,
  }
  account.customPlatforms.set(arn, platform)
  tell(account, platform, `Initiated platform version creation for '${name}/${version}'.`, requestId)
  account.schedule.add(account.now + BUILD_SECONDS * 1000, () => {
    platform.status = sound ? 'Ready' : 'Failed'
    platform.updated = account.now
    if (sound) tell(account, platform, `Successfully created platform version '${name}/${version}'.`, requestId)
    else tell(account, platform, `Failed to create platform version '${name}/${version}'.`, requestId, 'ERROR')
  })
  return platform
}

/** Deletes a platform version that no environment runs on. */
export function deleteCustomPlatform(account: Account, arn: string, requestId: string): CustomPlatformRecord {
  const platform = account.customPlatforms.get(arn)
  if (platform === undefined) throw invalidParameterValue(`Platform '${arn}' does not exist.`)
  if (platform.status === 'Creating' || platform.status === 'Deleting') {
    throw new AwsError('OperationInProgressFailure', `Platform version '${arn}' is ${platform.status}.`)
  }
  const isUsed = [...account.environments.values()].some(
    ({ platformArn, status }) => platformArn === arn && status !== 'Terminated',
  )
  if (isUsed) {
    throw new AwsError(
      'PlatformVersionStillReferencedException',
      `You cannot delete platform version '${arn}' because it is still used by environments.`,
    )
  }
  platform.status = 'Deleting'
  platform.updated = account.now
  tell(account, platform, `Deleting platform version '${platform.name}/${platform.version}'.`, requestId)
  account.schedule.add(account.now + DELETE_SECONDS * 1000, () => {
    account.customPlatforms.delete(arn)
    tell(account, platform, `Deleted platform version '${platform.name}/${platform.version}'.`, requestId)
  })
  return platform
}

function tell(
  account: Account,
  platform: CustomPlatformRecord,
  message: string,
  requestId: string,
  severity: 'INFO' | 'ERROR' = 'INFO',
): void {
  account.events.push({ date: account.now, message, severity, platformArn: platform.arn, requestId })
}
