import type { Account } from '../../model/account.ts'
import { loadBalancersOf } from '../../model/load-balancers.ts'
import type { MinuteCount } from '../../model/network-records.ts'
import type { EnvironmentRecord, Instant } from '../../model/records.ts'
import { finishedMinutes } from '../../model/request-counts.ts'

/** One metric with one set of dimensions. */
export interface Series {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly Dimension[]
  readonly unit: 'Count' | 'Seconds'
  /** Its data points of one minute each, oldest first. */
  points(): readonly Point[]
}

export interface Dimension {
  readonly name: string
  readonly value: string
}

/** What was measured in one minute or in a longer period. */
export interface Point {
  readonly start: Instant
  readonly sum: number
  readonly count: number
  readonly least: number
  readonly most: number
  /** Some of the single values, for percentiles. */
  readonly samples: readonly number[]
}

const MINUTE = 60_000
const LONGEST_GAUGE_MINUTES = 1_440

/** Every metric the account's load balancers have had, also of those that are gone. */
export function seriesOf(account: Account): readonly Series[] {
  return frontNames(account).flatMap((frontName) => seriesOfFront(account, frontName))
}

function frontNames(account: Account): readonly string[] {
  const living = loadBalancersOf(account)
  const names = new Set([...living.map(({ arn, name }) => arn ?? name), ...account.requestCounts.keys()])
  return [...names]
}

/** The series of a namespace, name and exactly these dimensions. */
export function findSeries(
  account: Account,
  wanted: { readonly namespace: string; readonly name: string; readonly dimensions: readonly Dimension[] },
): Series | undefined {
  const balancer = wanted.dimensions.find(({ name }) => name === 'LoadBalancer' || name === 'LoadBalancerName')?.value
  const candidates = frontNames(account).filter((name) => balancer !== undefined && name.endsWith(balancer))
  return candidates
    .flatMap((frontName) => seriesOfFront(account, frontName))
    .find(
      ({ namespace, name, dimensions }) =>
        namespace === wanted.namespace &&
        name === wanted.name &&
        dimensions.length === wanted.dimensions.length &&
        dimensions.every((own) =>
          wanted.dimensions.some((asked) => asked.name === own.name && asked.value === own.value),
        ),
    )
}

/** The points from `start` (inclusive) to `end` (exclusive), summed up by periods; those without data are left out. */
export function summed(
  points: readonly Point[],
  start: Instant,
  end: Instant,
  periodSeconds: number,
): readonly Point[] {
  const period = periodSeconds * 1000
  const sums = new Map<Instant, Point>()
  for (const point of points) {
    const at = point.start - (point.start % period)
    if (at < start - (start % period) || at >= end) continue
    const before = sums.get(at)
    sums.set(at, before === undefined ? { ...point, start: at } : joined(before, point))
  }
  return [...sums.values()].toSorted((a, b) => a.start - b.start)
}

/** The value of a statistic (`Sum`, `p99`, …); undefined: there is no such statistic. */
export function statisticOf(point: Point, statistic: string): number | undefined {
  switch (statistic) {
    case 'Sum':
      return point.sum
    case 'SampleCount':
      return point.count
    case 'Average':
      return point.sum / point.count
    case 'Minimum':
      return point.least
    case 'Maximum':
      return point.most
    default: {
      const percent = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1]
      if (percent === undefined) return undefined
      const sorted = point.samples.toSorted((a, b) => a - b)
      return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * Number(percent)) / 100) - 1)] ?? point.most
    }
  }
}

function joined(a: Point, b: Point): Point {
  return {
    start: a.start,
    sum: a.sum + b.sum,
    count: a.count + b.count,
    least: Math.min(a.least, b.least),
    most: Math.max(a.most, b.most),
    samples: [...a.samples, ...b.samples],
  }
}

function seriesOfFront(account: Account, frontName: string): readonly Series[] {
  const environment = [...account.environments.values()].find(
    ({ front, stack }) =>
      front?.name === frontName ||
      [...(stack?.resources.values() ?? [])].some(({ physicalId }) => physicalId === frontName),
  )
  const balancer = /:loadbalancer\/(app|net)\/(.+)$/.exec(frontName)
  // Network load balancers count flows, not requests.
  if (balancer?.[1] === 'net') return []
  if (balancer === null) return classicSeries(account, frontName, environment)
  const ownDimension: Dimension = { name: 'LoadBalancer', value: `app/${balancer[2] ?? ''}` }
  const groupArn = environment?.stack?.resources.get('AWSEBV2LoadBalancerTargetGroup')?.physicalId
  const group: readonly Dimension[] =
    groupArn === undefined ? [] : [{ name: 'TargetGroup', value: groupArn.slice(groupArn.indexOf('targetgroup/')) }]
  const minutes = () => finishedMinutes(account, frontName)
  const targetSeries = (dimensions: readonly Dimension[]): readonly Series[] => [
    counted('AWS/ApplicationELB', 'RequestCount', dimensions, minutes, (minute) => total(minute)),
    ...[2, 3, 4, 5].map((family) =>
      counted(
        'AWS/ApplicationELB',
        `HTTPCode_Target_${family}XX_Count`,
        dimensions,
        minutes,
        ({ target }) => target[family - 2] ?? 0,
      ),
    ),
    timed('AWS/ApplicationELB', 'TargetResponseTime', dimensions, minutes),
  ]
  return [
    ...targetSeries([ownDimension]),
    ...(group.length === 0 ? [] : targetSeries([ownDimension, ...group])),
    counted(
      'AWS/ApplicationELB',
      'HTTPCode_ELB_5XX_Count',
      [ownDimension],
      minutes,
      (minute) => minute.loadBalancer5xx,
    ),
    ...(environment === undefined || group.length === 0
      ? []
      : hostSeries(account, 'AWS/ApplicationELB', [ownDimension, ...group], environment)),
  ]
}

function classicSeries(
  account: Account,
  frontName: string,
  environment: EnvironmentRecord | undefined,
): readonly Series[] {
  const dimensions: readonly Dimension[] = [{ name: 'LoadBalancerName', value: frontName }]
  const minutes = () => finishedMinutes(account, frontName)
  return [
    counted('AWS/ELB', 'RequestCount', dimensions, minutes, (minute) => total(minute) + minute.loadBalancer5xx),
    ...[2, 3, 4, 5].map((family) =>
      counted('AWS/ELB', `HTTPCode_Backend_${family}XX`, dimensions, minutes, ({ target }) => target[family - 2] ?? 0),
    ),
    counted('AWS/ELB', 'HTTPCode_ELB_5XX', dimensions, minutes, (minute) => minute.loadBalancer5xx),
    timed('AWS/ELB', 'Latency', dimensions, minutes),
    ...(environment === undefined ? [] : hostSeries(account, 'AWS/ELB', dimensions, environment)),
  ]
}

/** A load balancer reports each request as a 1 (user guide, CloudWatch metrics): only Sum and SampleCount mean something. */
function counted(
  namespace: string,
  name: string,
  dimensions: readonly Dimension[],
  minutes: () => readonly MinuteCount[],
  count: (minute: MinuteCount) => number,
): Series {
  const points = () =>
    minutes()
      .map((minute) => ({
        start: minute.start,
        sum: count(minute),
        count: count(minute),
        least: 1,
        most: 1,
        samples: [1],
      }))
      .filter(({ sum }) => sum > 0)
  return { namespace, name, dimensions, unit: 'Count', points }
}

function timed(
  namespace: string,
  name: string,
  dimensions: readonly Dimension[],
  minutes: () => readonly MinuteCount[],
): Series {
  const points = () =>
    minutes()
      .filter((minute) => total(minute) > 0)
      .map((minute) => ({
        start: minute.start,
        sum: minute.latencySum / 1000,
        count: total(minute),
        least: minute.latencyLeast / 1000,
        most: minute.latencyMost / 1000,
        samples: minute.latencies.map((milliseconds) => milliseconds / 1000),
      }))
  return { namespace, name, dimensions, unit: 'Seconds', points }
}

/** How many instances passed their health check and how many did not, for the instances there are now. */
function hostSeries(
  account: Account,
  namespace: string,
  dimensions: readonly Dimension[],
  environment: EnvironmentRecord,
): readonly Series[] {
  const gauge = (name: string, count: (end: Instant) => number): Series => ({
    namespace,
    name,
    dimensions,
    unit: 'Count',
    points: () => {
      const first = Math.min(...environment.instances.map(({ launched }) => launched))
      if (environment.front === undefined || !Number.isFinite(first)) return []
      const last = account.now - (account.now % MINUTE) - MINUTE
      const from = Math.max(first - (first % MINUTE) + MINUTE, last - LONGEST_GAUGE_MINUTES * MINUTE)
      const points: Point[] = []
      for (let start = from; start <= last; start += MINUTE) {
        const value = count(start + MINUTE)
        points.push({ start, sum: value, count: 1, least: value, most: value, samples: [value] })
      }
      return points
    },
  })
  return [
    gauge('HealthyHostCount', (end) => environment.instances.filter(({ answers }) => answers <= end).length),
    gauge(
      'UnHealthyHostCount',
      (end) => environment.instances.filter(({ launched, answers }) => launched <= end && answers > end).length,
    ),
  ]
}

function total({ target }: MinuteCount): number {
  return target.reduce((sum, count) => sum + count, 0)
}
