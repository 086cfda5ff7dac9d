import { AwsError } from '../../model/aws-error.ts'
import type { Instant } from '../../model/records.ts'
import { evaluate, type MathContext, type TimeSeries } from './metric-math.ts'
import type { Dimension } from './series.ts'

/** A metric with its statistic, or an expression over other queries. */
export type MetricQuery = { readonly id: string; readonly label: string | undefined; readonly isReturned: boolean } & (
  | StatisticQuery
  | { readonly expression: string }
)

/** What is asked of one metric. */
interface StatisticQuery {
  readonly metric: { readonly namespace: string; readonly name: string; readonly dimensions: readonly Dimension[] }
  readonly statistic: string
  readonly period: number
}

/** Answers the queries that are to be returned, in their order; an expression over an array has several results. */
export function metricData(
  queries: readonly MetricQuery[],
  read: (query: StatisticQuery) => readonly (readonly [Instant, number])[],
  { start, end }: Pick<MathContext, 'start' | 'end'>,
): readonly (TimeSeries & { readonly id: string })[] {
  const known = new Map<string, readonly TimeSeries[]>()
  const underWay = new Set<string>()
  if (new Set(queries.map(({ id }) => id)).size < queries.length)
    throw new AwsError('ValidationError', 'The values for parameter id in MetricDataQueries are not unique.')

  const seriesOf = (query: MetricQuery): readonly TimeSeries[] => {
    const computed = known.get(query.id)
    if (computed !== undefined) return computed
    if (underWay.has(query.id))
      throw new AwsError('ValidationError', `Error in expression '${query.id}': It refers to itself`)
    underWay.add(query.id)
    const found =
      'expression' in query
        ? evaluate(query.id, query.expression, context).map((series) => ({
            ...series,
            label: query.label ?? series.label,
          }))
        : [{ label: query.label ?? query.metric.name, periodSeconds: query.period, values: new Map(read(query)) }]
    known.set(query.id, found)
    return found
  }
  const context: MathContext = {
    start,
    end,
    series: (id) => {
      const query = queries.find((candidate) => candidate.id === id)
      return query === undefined ? undefined : seriesOf(query)
    },
    metrics: () => queries.flatMap((query) => ('expression' in query ? [] : seriesOf(query))),
  }
  return queries.flatMap((query) => {
    const found = seriesOf(query)
    return query.isReturned ? found.map((series) => ({ ...series, id: query.id })) : []
  })
}
