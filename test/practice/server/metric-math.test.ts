import { describe, expect, it } from 'vitest'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import { type MetricQuery, metricData } from '../../../electron/practice/server/cloudwatch/metric-data.ts'

const MINUTE = 60_000
const START = 1_800_000_000_000
const END = START + 5 * MINUTE
const DATA: Readonly<Record<string, readonly (number | undefined)[]>> = {
  requests: [10, 20, undefined, 40, 50],
  errors: [1, undefined, undefined, 0, 5],
}

const metric = (id: string): MetricQuery => ({
  id,
  label: undefined,
  isReturned: false,
  metric: { namespace: 'AWS/ApplicationELB', name: id, dimensions: [] },
  statistic: 'Sum',
  period: 60,
})

/** The values of an expression, minute by minute; several series one after another. */
function compute(expression: string, more: readonly MetricQuery[] = []): readonly (number | undefined)[] {
  const queries = [metric('requests'), metric('errors'), ...more]
  const wanted: MetricQuery = { id: 'e', label: undefined, isReturned: true, expression }
  const results = metricData(
    [...queries, wanted],
    ({ metric: { name } }) =>
      (DATA[name] ?? []).flatMap((value, index) =>
        value === undefined ? [] : [[START + index * MINUTE, value] as const],
      ),
    { start: START, end: END },
  )
  return results.flatMap(({ values }) => [0, 1, 2, 3, 4].map((index) => values.get(START + index * MINUTE)))
}

describe('metric math', () => {
  const x = undefined
  it.each<[string, readonly (number | undefined)[]]>([
    ['requests', [10, 20, x, 40, 50]],
    ['requests / PERIOD(requests)', [10 / 60, 20 / 60, x, 40 / 60, 50 / 60]],
    ['100 * errors / requests', [10, x, x, 0, 10]],
    ['FILL(errors, 0)', [1, 0, 0, 0, 5]],
    ['FILL(requests, REPEAT)', [10, 20, 20, 40, 50]],
    ['FILL(requests, LINEAR)', [10, 20, 30, 40, 50]],
    ['FILL(errors,0)/FILL(requests,1)', [0.1, 0, 0, 0, 0.1]],
    ['SUM([requests, errors])', [11, 20, x, 40, 55]],
    ['SUM(METRICS())', [11, 20, x, 40, 55]],
    ['MAX([errors, requests]) - MIN([errors, requests])', [9, 0, x, 40, 45]],
    ['AVG(METRICS("requests")) * errors', [30, x, x, 0, 150]],
    ['requests - AVG(requests)', [-20, -10, x, 10, 20]],
    ['requests / errors', [10, x, x, x, 10]],
    ['-requests + 2 ^ 3 * 2', [6, -4, x, -24, -34]],
    ['(requests + 1) * 2', [22, 42, x, 82, 102]],
    ['RUNNING_SUM(requests)', [10, 30, x, 70, 120]],
    ['RATE(FILL(requests, LINEAR))', [x, 10 / 60, 10 / 60, 10 / 60, 10 / 60]],
    ['IF(requests > 20, requests, 0)', [0, 0, x, 40, 50]],
    ['requests >= 40', [0, 0, x, 1, 1]],
    ['ABS(CEIL(errors / 2) - 3)', [2, x, x, 3, 0]],
    ['METRICS()', [10, 20, x, 40, 50, 1, x, x, 0, 5]],
  ])('%s', (expression, expected) => {
    const got = compute(expression)
    expect(got).toHaveLength(expected.length)
    const rounded = (values: readonly (number | undefined)[]) => values.map((value) => value?.toFixed(9))
    expect(rounded(got)).toEqual(rounded(expected))
  })

  it('computes with what other expressions came to', () => {
    const share: MetricQuery = { id: 'share', label: undefined, isReturned: false, expression: 'errors / requests' }
    expect(compute('share * 100', [share])).toEqual([10, undefined, undefined, 0, 10])
  })

  it.each([
    ['', 'It ends too early'],
    ['requests +', 'It ends too early'],
    ['requests requests', "Unexpected 'requests'"],
    ['(requests', "expected ')'"],
    ['missing * 2', "There is no query with the id 'missing'"],
    ['e + 1', 'It refers to itself'],
    ['SUM(requests)', 'must return a time series'],
    ['1 + 1', 'must return a time series'],
    ['FILL(requests, errors)', 'FILL needs a number'],
    ['SEARCH("x", "Sum", 60)', 'does not know the function SEARCH'],
    ['requests; errors', "Unexpected ';"],
    ['"a" + 1', 'A text cannot be computed with'],
    ['1'.repeat(3_000), 'too long'],
  ])('says what is wrong with %s', (expression, why) => {
    expect(() => compute(expression)).toThrow(AwsError)
    expect(() => compute(expression)).toThrow(why)
  })
})
