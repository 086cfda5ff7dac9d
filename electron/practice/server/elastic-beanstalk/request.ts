import { validationError } from '../../model/aws-error.ts'
import { findEnvironment } from '../../model/environments.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import type { Call } from '../query-service.ts'

/** The environment a call means by EnvironmentId or EnvironmentName. */
export function environmentOf({ account, parameters }: Call): EnvironmentRecord {
  return findEnvironment(account, { id: parameters.text('EnvironmentId'), name: parameters.text('EnvironmentName') })
}

/** The size of a page: MaxRecords, or `most`. */
export function maximum({ parameters }: Call, most: number): number {
  const wanted = parameters.whole('MaxRecords') ?? most
  if (wanted < 1 || wanted > 1000) {
    throw validationError(
      String(wanted),
      'maxRecords',
      `Member must have value ${wanted < 1 ? 'greater than or equal to 1' : 'less than or equal to 1000'}`,
    )
  }
  return Math.min(wanted, most)
}
