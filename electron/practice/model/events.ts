import type { Account } from './account.ts'
import type { EnvironmentRecord, EventRecord, Severity } from './records.ts'

const SEVERITIES: readonly Severity[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

// Elastic Beanstalk keeps events for six weeks.
const KEPT_MILLISECONDS = 42 * 86_400_000

interface EventDetails {
  readonly severity?: Severity
  /** Left out for what happens by itself: health transitions and instances coming and going. */
  readonly requestId?: string
  readonly versionLabel?: string
}

/** Adds an event of an environment at the account's present instant. */
export function emit(
  account: Account,
  environment: EnvironmentRecord,
  message: string,
  details: EventDetails = {},
): void {
  account.events.push({
    date: account.now,
    message,
    severity: details.severity ?? 'INFO',
    applicationName: environment.applicationName,
    environmentId: environment.id,
    environmentName: environment.name,
    ...(details.requestId === undefined ? {} : { requestId: details.requestId }),
    ...(details.versionLabel === undefined ? {} : { versionLabel: details.versionLabel }),
  })
}

/** Adds an event of the operation that the environment is busy with. */
export function narrate(
  account: Account,
  environment: EnvironmentRecord,
  message: string,
  severity: Severity = 'INFO',
): void {
  const requestId = environment.operation?.requestId
  emit(account, environment, message, { severity, ...(requestId === undefined ? {} : { requestId }) })
}

/** Adds an event of an application, its versions or its templates. */
export function emitForApplication(
  account: Account,
  applicationName: string,
  message: string,
  details: EventDetails & { readonly templateName?: string } = {},
): void {
  account.events.push({ date: account.now, message, severity: 'INFO', applicationName, ...details })
}

export interface EventFilter {
  readonly applicationName?: string | undefined
  readonly versionLabel?: string | undefined
  readonly templateName?: string | undefined
  readonly environmentId?: string | undefined
  readonly environmentName?: string | undefined
  readonly platformArn?: string | undefined
  readonly requestId?: string | undefined
  /** This severity or a worse one. */
  readonly severity?: string | undefined
  readonly startTime?: number | undefined
  readonly endTime?: number | undefined
}

/** The events that a filter lets through, newest first; no more than `most` of them. */
export function findEvents(
  account: Account,
  filter: EventFilter,
  most = Number.POSITIVE_INFINITY,
): readonly EventRecord[] {
  const from = Math.max(filter.startTime ?? 0, account.now - KEPT_MILLISECONDS)
  const until = filter.endTime ?? Number.POSITIVE_INFINITY
  const worst = SEVERITIES.indexOf((filter.severity ?? 'TRACE') as Severity)
  const found: EventRecord[] = []
  for (let index = account.events.length - 1; index >= 0 && found.length < most; index -= 1) {
    const event = account.events[index]
    if (event === undefined || event.date < from) break
    if (event.date >= until || SEVERITIES.indexOf(event.severity) < worst) continue
    if (filter.requestId !== undefined && event.date > account.now - account.lags.events) continue
    if (
      matches(filter.applicationName, event.applicationName) &&
      matches(filter.versionLabel, event.versionLabel) &&
      matches(filter.templateName, event.templateName) &&
      matches(filter.platformArn, event.platformArn) &&
      matches(filter.environmentId, event.environmentId) &&
      matches(filter.environmentName, event.environmentName) &&
      matches(filter.requestId, event.requestId)
    ) {
      found.push(event)
    }
  }
  return found
}

function matches(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found
}
