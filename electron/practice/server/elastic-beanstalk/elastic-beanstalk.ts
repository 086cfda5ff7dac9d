import type { Call, QueryService } from '../query-service.ts'
import { HEALTH_READS } from './health-reads.ts'
import { PLATFORM_READS } from './platform-reads.ts'
import { READS } from './reads.ts'
import { CHANGES } from './writes.ts'

/** Elastic Beanstalk, API version 2010-12-01. */
export const ELASTIC_BEANSTALK: QueryService = {
  namespace: 'http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/',
  operations: { ...READS, ...HEALTH_READS, ...PLATFORM_READS },
  changes: CHANGES,
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
