import type { Call, Change, Operation, QueryService } from '../query-service.ts'
import { APPLICATION_CHANGES } from './application-changes.ts'
import { checkRequest } from './checks.ts'
import { ENVIRONMENT_CHANGES } from './environment-changes.ts'
import { HEALTH_READS } from './health-reads.ts'
import { INFO_READS } from './info-reads.ts'
import { MANAGED_ACTION_CHANGES, MANAGED_ACTION_READS } from './managed-actions.ts'
import { PLATFORM_CHANGES } from './platform-changes.ts'
import { PLATFORM_READS } from './platform-reads.ts'
import { READS } from './reads.ts'

const ALL_READS: Readonly<Record<string, Operation>> = {
  ...READS,
  ...HEALTH_READS,
  ...INFO_READS,
  ...MANAGED_ACTION_READS,
  ...PLATFORM_READS,
}

const ALL_CHANGES: Readonly<Record<string, Change>> = {
  ...APPLICATION_CHANGES,
  ...ENVIRONMENT_CHANGES,
  ...MANAGED_ACTION_CHANGES,
  ...PLATFORM_CHANGES,
}

/** Elastic Beanstalk, API version 2010-12-01: every operation it has. */
export const ELASTIC_BEANSTALK: QueryService = {
  namespace: 'http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/',
  operations: Object.fromEntries(
    Object.entries(ALL_READS).map(([action, operation]): [string, Operation] => [
      action,
      (call) => {
        checkRequest(action, call.parameters)
        return operation(call)
      },
    ]),
  ),
  changes: Object.fromEntries(
    Object.entries(ALL_CHANGES).map(([action, change]): [string, Change] => [
      action,
      {
        gather: async (call) => {
          checkRequest(action, call.parameters)
          return (await change.gather?.(call)) ?? {}
        },
        apply: change.apply,
      },
    ]),
  ),
  resource: ({ account, parameters }: Call) => {
    const prefix = `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}`
    const id = parameters.text('EnvironmentId') ?? parameters.text('SourceEnvironmentId')
    const name = parameters.text('EnvironmentName') ?? parameters.text('SourceEnvironmentName')
    const environment = [...account.environments.values()].find(
      (found) => found.id === id || (id === undefined && found.name === name),
    )
    if (environment !== undefined) return environment.arn
    const applicationName = parameters.text('ApplicationName')
    const label = parameters.text('VersionLabel')
    if (applicationName === undefined) return '*'
    if (label !== undefined) return `${prefix}:applicationversion/${applicationName}/${label}`
    return name === undefined
      ? `${prefix}:application/${applicationName}`
      : `${prefix}:environment/${applicationName}/${name}`
  },
}
