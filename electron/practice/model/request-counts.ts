import type { Account } from './account.ts'
import type { MinuteCount } from './network-records.ts'
import type { EnvironmentRecord } from './records.ts'

/** Amazon CloudWatch keeps data points of one minute for 15 days. */
const KEPT_MILLISECONDS = 15 * 86_400_000
const MINUTE = 60_000
const MOST_LATENCIES = 60

/** Counts an answer for the metrics of the environment's load balancer, which outlive the environment. */
export function countRequest(
  account: Account,
  environment: EnvironmentRecord,
  answer: {
    readonly instanceId?: string
    readonly statusCode: number
    readonly latencyMilliseconds: number
    readonly count: number
  },
): void {
  const { front } = environment
  if (front === undefined || front.kind !== 'load balancer') return
  const minute = minuteOf(account, front.name)
  if (answer.instanceId === undefined) {
    minute.loadBalancer5xx += answer.count
    return
  }
  const family = Math.min(5, Math.max(2, Math.floor(answer.statusCode / 100))) - 2
  minute.target[family as 0 | 1 | 2 | 3] += answer.count
  minute.latencySum += answer.latencyMilliseconds * answer.count
  minute.latencyLeast = Math.min(minute.latencyLeast, answer.latencyMilliseconds)
  minute.latencyMost = Math.max(minute.latencyMost, answer.latencyMilliseconds)
  if (minute.latencies.length < MOST_LATENCIES) minute.latencies.push(answer.latencyMilliseconds)
}

/** The minutes in which a load balancer answered anything, oldest first. The one under way is not there yet, as in CloudWatch. */
export function finishedMinutes(account: Account, frontName: string): readonly MinuteCount[] {
  return (account.requestCounts.get(frontName) ?? []).filter(({ start }) => start + MINUTE <= account.now)
}

function minuteOf(account: Account, frontName: string): MinuteCount {
  const start = account.now - (account.now % MINUTE)
  const minutes = account.requestCounts.get(frontName) ?? []
  account.requestCounts.set(frontName, minutes)
  const last = minutes.at(-1)
  if (last?.start === start) return last
  while ((minutes[0]?.start ?? start) < start - KEPT_MILLISECONDS) minutes.shift()
  const minute: MinuteCount = {
    start,
    target: [0, 0, 0, 0],
    loadBalancer5xx: 0,
    latencySum: 0,
    latencyLeast: Number.MAX_SAFE_INTEGER,
    latencyMost: 0,
    latencies: [],
  }
  minutes.push(minute)
  return minute
}
