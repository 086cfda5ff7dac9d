import { invalidParameterValue, validationError } from '../../model/aws-error.ts'
import { NO_LIFECYCLE } from '../../model/lifecycle.ts'
import type { LifecycleRule, VersionLifecycle } from '../../model/records.ts'
import type { Parameters } from '../parameters.ts'

const VERSIONS = 'resourceLifecycleConfig.versionLifecycleConfig'

/** The lifecycle that a request asks for; what it does not speak of stays as it was. */
export function readLifecycle(asked: Parameters | undefined, before: VersionLifecycle | undefined): VersionLifecycle {
  const present = before ?? NO_LIFECYCLE
  if (asked === undefined) return present
  const rules = asked.structure('VersionLifecycleConfig')
  const serviceRole = asked.text('ServiceRole') ?? present.serviceRole
  if (rules !== undefined && serviceRole === undefined) {
    throw invalidParameterValue('A ServiceRole is required the first time that a VersionLifecycleConfig is provided.')
  }
  return {
    serviceRole,
    maxCount: readRule(rules?.structure('MaxCountRule'), 'MaxCount', present.maxCount),
    maxAge: readRule(rules?.structure('MaxAgeRule'), 'MaxAgeInDays', present.maxAge),
  }
}

function readRule(rule: Parameters | undefined, limit: string, before: LifecycleRule): LifecycleRule {
  if (rule === undefined) return before
  const enabled = rule.flag('Enabled')
  if (enabled === undefined) {
    throw validationError(
      undefined,
      `${VERSIONS}.${limit === 'MaxCount' ? 'maxCountRule' : 'maxAgeRule'}.enabled`,
      'Member must not be null',
    )
  }
  const most = rule.whole(limit) ?? before.most
  if (most < 1) throw invalidParameterValue(`${limit} must be greater than 0.`)
  return { enabled, most, deleteSource: rule.flag('DeleteSourceFromS3') ?? before.deleteSource }
}
