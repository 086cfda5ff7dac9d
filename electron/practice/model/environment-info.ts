import type { Account } from './account.ts'
import { emit } from './events.ts'
import type { EnvironmentInfo, EnvironmentRecord } from './records.ts'
import { notReady } from './swap.ts'

export type InfoType = EnvironmentInfo['type']

const PULL_SECONDS = 8
const ANALYZE_SECONDS = 60
// Elastic Beanstalk deletes what it pulled a quarter of an hour later.
const KEPT_MILLISECONDS = 900_000

/** Asks the instances for their logs, which are there some seconds later. */
export function requestInfo(account: Account, environment: EnvironmentRecord, type: InfoType, requestId: string): void {
  if (environment.status === 'Terminated' || environment.status === 'Terminating') throw notReady(environment)
  emit(account, environment, 'requestEnvironmentInfo is starting.', { requestId })
  account.schedule.add(account.now + (type === 'analyze' ? ANALYZE_SECONDS : PULL_SECONDS) * 1000, () => {
    const pulled = environment.instances.map(({ id }) => ({
      type,
      instanceId: id,
      at: account.now,
      key: `resources/environments/logs/${type === 'tail' ? 'publish' : 'bundle'}/${environment.id}/${id}/${type === 'tail' ? 'TailLogs' : 'BundleLogs'}-${account.now}.${type === 'tail' ? 'txt' : 'zip'}`,
    }))
    environment.informed = [...environment.informed.filter(isKept(account)), ...pulled]
    const how = type === 'tail' ? 'tailing 5 log(s)' : 'bundling 12 log(s)'
    for (const { instanceId } of pulled) {
      emit(account, environment, `[Instance: ${instanceId}] Successfully finished ${how}`, { requestId })
    }
    emit(account, environment, 'Pulled logs for environment instances.', { requestId })
  })
}

/** What was pulled last from each instance and is still there. */
export function retrievedInfo(
  account: Account,
  environment: EnvironmentRecord,
  type: InfoType,
): readonly EnvironmentInfo[] {
  const kept = environment.informed.filter((info) => info.type === type).filter(isKept(account))
  return [...new Map(kept.map((info) => [info.instanceId, info])).values()]
}

/** The logs that lie under a key of the account's bucket. */
export function findInfo(
  account: Account,
  key: string,
): { readonly environment: EnvironmentRecord; readonly info: EnvironmentInfo } | undefined {
  for (const environment of account.environments.values()) {
    const info = environment.informed.filter(isKept(account)).find((candidate) => candidate.key === key)
    if (info !== undefined) return { environment, info }
  }
  return undefined
}

/** The text of an instance's logs: what has happened to it, as its platform would have put it down. */
export function logText(account: Account, environment: EnvironmentRecord, { instanceId, at }: EnvironmentInfo): string {
  const instance = environment.instances.find(({ id }) => id === instanceId)
  const deployed = new Date(instance?.deployed ?? at).toISOString()
  const events = account.events
    .filter(({ environmentId, date }) => environmentId === environment.id && date <= at)
    .slice(-20)
    .map(({ date, severity, message }) => `${new Date(date).toISOString()} [${severity}] ${message}`)
  const section = (name: string, lines: readonly string[]): readonly string[] => [
    '-------------------------------------',
    `/var/log/${name}`,
    '-------------------------------------',
    ...lines,
    '',
  ]
  return [
    ...section('eb-engine.log', events),
    ...section('web.stdout.log', [`${deployed} ${instanceId} web: version ${instance?.versionLabel ?? ''} started`]),
    ...section('nginx/error.log', []),
  ].join('\n')
}

function isKept(account: Account): (info: EnvironmentInfo) => boolean {
  return ({ at }) => account.now - at < KEPT_MILLISECONDS
}
