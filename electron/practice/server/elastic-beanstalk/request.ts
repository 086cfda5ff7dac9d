import { validationError } from '../../model/aws-error.ts'
import { findEnvironment } from '../../model/environments.ts'
import type { EnvironmentRecord, Setting, Tag } from '../../model/records.ts'
import type { Parameters } from '../parameters.ts'
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

/** The settings a request carries. */
export function readSettings(parameters: Parameters, name = 'OptionSettings'): readonly Setting[] {
  return (parameters.structures(name) ?? []).map((entry) => {
    const resourceName = entry.text('ResourceName')
    return {
      namespace: entry.required('Namespace'),
      optionName: entry.required('OptionName'),
      value: entry.text('Value') ?? '',
      ...(resourceName === undefined ? {} : { resourceName }),
    }
  })
}

/** The options that a request takes back to their defaults. */
export function readRemovals(
  parameters: Parameters,
): readonly { readonly namespace: string; readonly optionName: string }[] {
  return (parameters.structures('OptionsToRemove') ?? []).map((entry) => ({
    namespace: entry.required('Namespace'),
    optionName: entry.required('OptionName'),
  }))
}

/** The tags a request carries; undefined: it carries none. */
export function readTags(parameters: Parameters, name = 'Tags'): readonly Tag[] | undefined {
  return parameters.structures(name)?.map((entry) => ({ key: entry.required('Key'), value: entry.text('Value') ?? '' }))
}
