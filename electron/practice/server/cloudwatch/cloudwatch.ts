import { AwsError } from '../../model/aws-error.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { valueOf } from '../../model/settings.ts'
import { instant, list, type Structure } from '../document.ts'
import type { Parameters } from '../parameters.ts'
import { type Call, page, type QueryService } from '../query-service.ts'
import { type MetricQuery, metricData } from './metric-data.ts'
import { type Dimension, findSeries, type Point, seriesOf, statisticOf, summed } from './series.ts'

/** Amazon CloudWatch, API version 2010-08-01: what load balancers counted, and the alarms of environments. */
export const CLOUDWATCH: QueryService = {
  namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  resource: () => '*',
  operations: {
    GetMetricStatistics: (call) => {
      const { account, parameters } = call
      const metric = metricOf(parameters)
      const { start, end } = rangeOf(parameters)
      const period = periodOf(parameters.whole('Period'))
      const statistics = parameters.texts('Statistics') ?? []
      const percentiles = parameters.texts('ExtendedStatistics') ?? []
      if (statistics.length + percentiles.length === 0) {
        throw new AwsError('MissingParameter', 'Must specify either Statistics or ExtendedStatistics')
      }
      const unknown = [
        ...statistics.filter((name) => !STATISTICS.includes(name)),
        ...percentiles.filter((name) => !PERCENTILE.test(name)),
      ][0]
      if (unknown !== undefined) throw invalid(`The parameter Statistics contains the invalid value ${unknown}.`)
      const most = Math.ceil((end - start) / (period * 1000))
      if (most > MOST_DATA_POINTS) {
        throw new AwsError(
          'InvalidParameterCombination',
          `You have requested up to ${most.toLocaleString('en-US')} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        )
      }
      const series = findSeries(account, metric)
      const unit = parameters.text('Unit')
      const points =
        series === undefined || (unit !== undefined && unit !== series.unit)
          ? []
          : summed(series.points(), start, end, period)
      return {
        Label: metric.name,
        Datapoints: list(
          points.map((point) => ({
            Timestamp: instant(point.start),
            ...Object.fromEntries(statistics.map((name) => [name, statisticOf(point, name)])),
            Unit: series?.unit,
            ExtendedStatistics: percentiles.length === 0 ? undefined : percentileMap(call, point, percentiles),
          })),
        ),
      }
    },
    GetMetricData: ({ account, parameters }) => {
      const { start, end } = rangeOf(parameters)
      const queries = parameters.structures('MetricDataQueries') ?? []
      if (queries.length === 0) throw new AwsError('MissingParameter', 'The parameter MetricDataQueries is required.')
      if (queries.length > 500) throw invalid('The collection MetricDataQueries must not have a size greater than 500.')
      const descending = parameters.text('ScanBy') !== 'TimestampAscending'
      const results = metricData(
        queries.map(readQuery),
        (query) => {
          const points = summed(findSeries(account, query.metric)?.points() ?? [], start, end, query.period)
          return points.flatMap((point) => {
            const value = statisticOf(point, query.statistic)
            return value === undefined ? [] : [[point.start, value] as const]
          })
        },
        { start, end },
      )
      const shown = results.map(({ id, label, values }): Structure => {
        const sorted = [...values].toSorted(([one], [other]) => (descending ? other - one : one - other))
        return {
          Id: id,
          Label: label,
          Timestamps: list(sorted.map(([at]) => instant(at))),
          Values: list(sorted.map(([, value]) => value)),
          StatusCode: 'Complete',
          Messages: list([]),
        }
      })
      return { MetricDataResults: list(shown), Messages: list([]) }
    },
    ListMetrics: ({ account, parameters }) => {
      const namespace = parameters.text('Namespace')
      const name = parameters.text('MetricName')
      const filters = (parameters.structures('Dimensions') ?? []).map((filter) => ({
        name: filter.required('Name'),
        value: filter.text('Value'),
      }))
      const wanted = seriesOf(account).filter(
        (series) =>
          (namespace === undefined || series.namespace === namespace) &&
          (name === undefined || series.name === name) &&
          filters.every((filter) =>
            series.dimensions.some(
              (own) => own.name === filter.name && (filter.value === undefined || own.value === filter.value),
            ),
          ),
      )
      const { items, nextToken } = page(wanted, 500, parameters.text('NextToken'))
      return {
        Metrics: list(
          items.map((series) => ({
            Namespace: series.namespace,
            MetricName: series.name,
            Dimensions: dimensionList(series.dimensions),
          })),
        ),
        NextToken: nextToken,
      }
    },
    DescribeAlarms: ({ account, parameters }) => {
      const names = parameters.texts('AlarmNames')
      const prefix = parameters.text('AlarmNamePrefix')
      const state = parameters.text('StateValue')
      const wanted = [...account.environments.values()]
        .flatMap((environment) => alarmsOf(account.region, account.accountId, environment))
        .filter(
          ({ AlarmName, StateValue }) =>
            (names === undefined || names.length === 0 || names.includes(AlarmName)) &&
            (prefix === undefined || AlarmName.startsWith(prefix)) &&
            (state === undefined || StateValue === state),
        )
      const { items, nextToken } = page(wanted, parameters.whole('MaxRecords') ?? 50, parameters.text('NextToken'))
      return { MetricAlarms: list(items), CompositeAlarms: list([]), NextToken: nextToken }
    },
  },
}

function readQuery(query: Parameters): MetricQuery {
  const id = query.text('Id') ?? ''
  if (!/^[a-z][A-Za-z0-9_]*$/.test(id)) {
    throw new AwsError(
      'ValidationError',
      `The value '${id}' for parameter MetricDataQueries.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    )
  }
  const common = { id, label: query.text('Label'), isReturned: query.flag('ReturnData') !== false }
  const wanted = query.structure('MetricStat')
  const expression = query.text('Expression')
  if (wanted === undefined) {
    if (expression === undefined || expression === '')
      throw new AwsError('ValidationError', `The query '${id}' has neither a MetricStat nor an Expression.`)
    return { ...common, expression }
  }
  if (expression !== undefined)
    throw new AwsError('ValidationError', `The query '${id}' has both a MetricStat and an Expression.`)
  const metric = metricOf(wanted.structure('Metric') ?? wanted)
  const statistic = wanted.text('Stat') ?? ''
  if (!STATISTICS.includes(statistic) && !PERCENTILE.test(statistic)) {
    throw new AwsError(
      'ValidationError',
      `The value ${statistic} for parameter MetricDataQueries.MetricStat.Stat is not supported.`,
    )
  }
  return { ...common, metric, statistic, period: periodOf(wanted.whole('Period')) }
}

const STATISTICS: readonly string[] = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']
const PERCENTILE = /^p(?:\d{1,2}(?:\.\d{1,10})?|100)$/
const MOST_DATA_POINTS = 1_440

function metricOf(parameters: Parameters): {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly Dimension[]
} {
  const required = (name: string): string => {
    const found = parameters.text(name)
    if (found === undefined || found === '')
      throw new AwsError('MissingParameter', `The parameter ${name} is required.`)
    return found
  }
  return {
    namespace: required('Namespace'),
    name: required('MetricName'),
    dimensions: (parameters.structures('Dimensions') ?? []).map((dimension) => ({
      name: dimension.required('Name'),
      value: dimension.required('Value'),
    })),
  }
}

function rangeOf(parameters: Parameters): { readonly start: number; readonly end: number } {
  const start = parameters.instant('StartTime')
  const end = parameters.instant('EndTime')
  if (start === undefined) throw new AwsError('MissingParameter', 'The parameter StartTime is required.')
  if (end === undefined) throw new AwsError('MissingParameter', 'The parameter EndTime is required.')
  if (start >= end) throw invalid('The parameter StartTime must be less than the parameter EndTime.')
  return { start, end }
}

function periodOf(period: number | undefined): number {
  if (period === undefined) throw new AwsError('MissingParameter', 'The parameter Period is required.')
  if (period < 1 || (period % 60 !== 0 && ![1, 5, 10, 20, 30].includes(period))) {
    throw invalid('The parameter Period must be a multiple of 60 or one of 1, 5, 10, 20, 30.')
  }
  // What load balancers report has a resolution of one minute.
  return Math.max(60, period)
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message)
}

// A map is a list of entries in XML and an object in JSON.
function percentileMap({ isJson }: Call, point: Point, percentiles: readonly string[]): Structure[string] {
  const values = percentiles.map((name) => [name, statisticOf(point, name)] as const)
  return isJson === true
    ? Object.fromEntries(values)
    : list(
        values.map(([key, value]) => ({ key, value })),
        'entry',
      )
}

function dimensionList(dimensions: readonly Dimension[]): Structure[string] {
  return list(dimensions.map(({ name, value }) => ({ Name: name, Value: value })))
}

type Alarm = Structure & { readonly AlarmName: string; readonly StateValue: string }

/** The two alarms by which an environment scales. Little traffic keeps the low one in ALARM, as it does in AWS. */
function alarmsOf(region: string, accountId: string, { stack, settings }: EnvironmentRecord): readonly Alarm[] {
  const option = (name: string): string => valueOf(settings, 'aws:autoscaling:trigger', name) ?? ''
  const resources = [...(stack?.resources.values() ?? [])].filter(({ status }) => status !== 'DELETE_COMPLETE')
  const group = resources.find(({ logicalId }) => logicalId === 'AWSEBAutoScalingGroup')?.physicalId ?? ''
  return resources
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .map((alarm) => {
      const isHigh = alarm.logicalId.endsWith('High')
      const threshold = Number(option(isHigh ? 'UpperThreshold' : 'LowerThreshold'))
      const policy = resources.find(
        ({ logicalId }) => logicalId === `AWSEBAutoScalingScale${isHigh ? 'Up' : 'Down'}Policy`,
      )
      return {
        AlarmName: alarm.physicalId,
        AlarmArn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarm.physicalId}`,
        AlarmDescription: `ElasticBeanstalk Default Scale ${isHigh ? 'Up' : 'Down'} alarm`,
        AlarmConfigurationUpdatedTimestamp: instant(alarm.created),
        ActionsEnabled: true,
        OKActions: list([]),
        AlarmActions: list(policy === undefined ? [] : [policy.physicalId]),
        InsufficientDataActions: list([]),
        StateValue: isHigh ? 'OK' : 'ALARM',
        StateReason: isHigh
          ? `Threshold Crossed: 1 datapoint was not greater than the threshold (${threshold.toFixed(1)}).`
          : `Threshold Crossed: 1 datapoint was less than the threshold (${threshold.toFixed(1)}).`,
        StateUpdatedTimestamp: instant(alarm.created),
        MetricName: option('MeasureName'),
        Namespace: 'AWS/EC2',
        Statistic: option('Statistic'),
        Dimensions: dimensionList([{ name: 'AutoScalingGroupName', value: group }]),
        Period: 60 * Number(option('Period')),
        Unit: option('Unit'),
        EvaluationPeriods: Number(option('EvaluationPeriods')),
        Threshold: threshold,
        ComparisonOperator: isHigh ? 'GreaterThanThreshold' : 'LessThanThreshold',
      }
    })
}
