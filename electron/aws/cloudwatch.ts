import type { RequestCounts } from '../release/outside.ts'
import type { Clock } from '../release/world.ts'
import type { Clients } from './clients.ts'
import type { Send } from './send.ts'

const MINUTE_SECONDS = 60
/** CloudWatch answers at most this many points. */
const MOST_POINTS = 1_440

/** What load balancers counted, minute by minute; reads only. */
export function createRequestCounts(clients: Clients, send: Send, clock: Clock): RequestCounts {
  return {
    perMinute: async (loadBalancer, since) => {
      const { GetMetricStatisticsCommand } = await import('@aws-sdk/client-cloudwatch')
      const now = clock.now()
      const start = Math.max(since, now - (MOST_POINTS - 2) * MINUTE_SECONDS * 1000)
      const answer = await send(
        { service: 'cloudwatch', operation: 'GetMetricStatistics', changes: false },
        async (abortSignal) =>
          (await clients.cloudWatch()).send(
            new GetMetricStatisticsCommand({
              ...metricOf(loadBalancer),
              MetricName: 'RequestCount',
              Statistics: ['Sum'],
              Period: MINUTE_SECONDS,
              StartTime: new Date(Math.floor(start / 60_000) * 60_000),
              EndTime: new Date(Math.ceil(now / 60_000) * 60_000),
            }),
            { abortSignal },
          ),
      )
      return (answer.Datapoints ?? [])
        .flatMap(({ Timestamp, Sum }) =>
          Timestamp === undefined ? [] : [{ at: Timestamp.getTime(), requests: Sum ?? 0 }],
        )
        .toSorted((one, other) => one.at - other.at)
    },
  }
}

/** An Application Load Balancer is known to CloudWatch by the end of its ARN, a classic one by its name (AWS: CloudWatch metrics of load balancers). */
function metricOf(loadBalancer: string) {
  const end = /:loadbalancer\/(.+)$/.exec(loadBalancer)?.[1]
  return end === undefined
    ? { Namespace: 'AWS/ELB', Dimensions: [{ Name: 'LoadBalancerName', Value: loadBalancer }] }
    : { Namespace: 'AWS/ApplicationELB', Dimensions: [{ Name: 'LoadBalancer', Value: end }] }
}
