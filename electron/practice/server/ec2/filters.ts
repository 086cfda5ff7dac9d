import { AwsError } from '../../model/aws-error.ts'
import type { Parameters } from '../parameters.ts'

/** The filters of a Describe operation, as a test; `fieldsOf` answers the values a filter looks at, undefined for one that is unknown. */
export function filtered<T>(
  parameters: Parameters,
  fieldsOf: (item: T, filter: string) => readonly string[] | undefined,
): (item: T) => boolean {
  const filters = (parameters.structures('Filter') ?? []).map((filter) => ({
    name: filter.required('Name'),
    values: filter.texts('Value') ?? [],
  }))
  return (item) =>
    filters.every(({ name, values }) => {
      const fields = fieldsOf(item, name)
      if (fields === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
      return fields.some((field) => values.some((value) => fits(value, field)))
    })
}

/** What the filters `tag:<key>` and `tag-key` look at; undefined: it is another filter. */
export function tagFields(
  tags: readonly { readonly key: string; readonly value: string }[],
  filter: string,
): readonly string[] | undefined {
  if (filter === 'tag-key') return tags.map(({ key }) => key)
  const wanted = /^tag:(.+)$/.exec(filter)?.[1]
  return wanted === undefined ? undefined : tags.filter(({ key }) => key === wanted).map(({ value }) => value)
}

function fits(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${expression}$`).test(text)
}
