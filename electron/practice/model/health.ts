import { type Account, type HealthChange, isWithin } from './account.ts'
import { emit } from './events.ts'
import type { EnvironmentRecord, HealthColor, HealthStatus, InstanceRecord } from './records.ts'
import { isEnhanced, minimumSize, valueOf } from './settings.ts'
import { summarizeTraffic } from './traffic.ts'

/** What Elastic Beanstalk thinks of an environment or instance, and why. */
export interface Health {
  /** Absent where only basic health is reported. */
  readonly status: HealthStatus | undefined
  readonly color: HealthColor
  readonly causes: readonly string[]
}

// Agents report every ten seconds.
const REPORT_MILLISECONDS = 10_000

const COLORS: Readonly<Record<HealthStatus, HealthColor>> = {
  NoData: 'Grey',
  Unknown: 'Grey',
  Pending: 'Grey',
  Suspended: 'Grey',
  Ok: 'Green',
  Info: 'Green',
  Warning: 'Yellow',
  Degraded: 'Red',
  Severe: 'Red',
}

/** The instant of the last report the agents sent. */
export function refreshedAt(account: Account): number {
  return account.now - (account.now % REPORT_MILLISECONDS)
}

/** The environment's health as it follows from what its instances do and serve now. */
export function healthOf(account: Account, environment: EnvironmentRecord): Health {
  const health = enhancedHealthOf(account, environment)
  return isEnhanced(environment) ? health : { status: undefined, color: health.color, causes: [] }
}

function enhancedHealthOf(account: Account, environment: EnvironmentRecord): Health {
  const { instances } = environment
  if (environment.status === 'Terminated' || environment.status === 'Terminating')
    return { status: undefined, color: 'Grey', causes: [] }
  if (environment.status === 'Launching' || environment.operation?.kind === 'rebuild')
    return pending(account, environment)
  const forced = forcedHealthOf(account, environment)
  if (forced !== undefined) return healthy(forced.status, [forced.cause])
  // A stack that could not be deleted: what was deleted before is gone.
  if (environment.stack?.status === 'DELETE_FAILED') return healthy('NoData', ['There are no instances.'])
  if (instances.length === 0) return healthy('Severe', ['There are no instances.'])

  // Agents that were never heard of tell nothing; only the load balancer does.
  if (instances.every(({ silent }) => silent === true)) {
    return healthy('Severe', [
      'ELB health is failing or not available for all instances.',
      'None of the instances are sending data.',
    ])
  }
  const executing = instances.filter((instance) => instance.executing).length
  if (executing > 0) {
    return healthy('Info', [
      executing === instances.length
        ? 'Command is executing on all of the instances in the environment.'
        : `Command is executing on ${executing} out of ${instances.length} instances.`,
    ])
  }
  const failing = instances.filter((instance) => !passesHealthCheck(account, environment, instance)).length
  if (failing === instances.length)
    return healthy('Severe', ['ELB health is failing or not available for all instances.'])
  const errors = errorHealth(account, environment, instances)
  if (failing > 0) {
    const cause = `ELB health is failing or not available for ${failing} out of ${instances.length} instances.`
    return healthy('Degraded', [cause, ...errors.causes])
  }
  if (errors.status !== 'Ok') return errors
  const minimum = minimumSize(environment)
  // While a configuration is being applied, its instances are still on their way.
  if (instances.length < minimum && environment.operation?.kind !== 'configure') {
    const verb = instances.length === 1 ? 'instance is' : 'instances is'
    return healthy('Warning', [`${instances.length} active ${verb} below Auto Scaling group minimum size ${minimum}.`])
  }
  if (account.now < environment.settles) return healthy('Info', ['Application update in progress.'])
  return healthy('Ok', [])
}

const STAYS: Readonly<Record<'healthInfo' | 'healthWarning', NonNullable<EnvironmentRecord['forcedHealth']>>> = {
  healthInfo: { status: 'Info', cause: 'Application update in progress (running for 24 minutes).' },
  healthWarning: { status: 'Warning', cause: 'Impaired services on 1 out of 2 instances.' },
}

/** The health that somebody or a fault holds the environment at; always the same record for the same health. */
export function forcedHealthOf(account: Account, environment: EnvironmentRecord): EnvironmentRecord['forcedHealth'] {
  if (environment.forcedHealth !== undefined) return environment.forcedHealth
  for (const fault of ['healthWarning', 'healthInfo'] as const) {
    if (account.faults[fault] > 0 && isWithin(account, fault, environment)) return STAYS[fault]
  }
  return undefined
}

/** The health of one instance. */
export function instanceHealth(account: Account, environment: EnvironmentRecord, instance: InstanceRecord): Health {
  if (environment.status === 'Launching' && account.now < instance.answers) {
    const seconds = Math.max(1, Math.round((account.now - instance.launched) / 1000))
    return healthy('Pending', [`Initialization in progress (running for ${seconds} seconds).`])
  }
  if (instance.silent === true) return healthy('NoData', ['Instance is not sending data.'])
  if (instance.executing) return healthy('Info', ['Command is executing.'])
  if (!passesHealthCheck(account, environment, instance)) {
    return healthy('Severe', ['ELB health is failing or not available for this instance.'])
  }
  return errorHealth(account, environment, [instance])
}

/** Has the health looked at when the agents report next: a change since the last look becomes an event. */
export function watchHealth(account: Account, environment: EnvironmentRecord): void {
  environment.healthCheckPending = true
  account.lookAt ??= refreshedAt(account) + REPORT_MILLISECONDS
  account.look = () => lookAtHealth(account)
}

/** Watches every environment there is from now on, as when the account is opened again. */
export function watchEveryHealth(account: Account): void {
  account.lookAt = undefined
  for (const environment of account.environments.values()) {
    if (environment.status !== 'Terminated') watchHealth(account, environment)
  }
}

/** Puts down a change of health that was seen. */
export function applyHealthChange(account: Account, { environmentId, status, event }: HealthChange): void {
  const environment = account.environments.get(environmentId)
  if (environment === undefined) return
  if (event !== undefined) emit(account, environment, event.message, { severity: event.severity })
  environment.reportedHealth = status
}

function lookAtHealth(account: Account): void {
  for (const environment of account.environments.values()) {
    if (!environment.healthCheckPending) continue
    environment.healthCheckPending = false
    const change = healthChange(account, environment)
    if (change !== undefined) {
      account.healthChanged(change)
      applyHealthChange(account, change)
    }
    if (isReporting(environment) && !isSettled(account, environment)) watchHealth(account, environment)
  }
}

function healthChange(account: Account, environment: EnvironmentRecord): HealthChange | undefined {
  if (!isReporting(environment)) return undefined
  const { status, color, causes } = enhancedHealthOf(account, environment)
  const before = environment.reportedHealth
  if (status === undefined || before === status) return undefined
  if (before === undefined) return { environmentId: environment.id, status }
  const message = isEnhanced(environment)
    ? `Environment health has transitioned from ${before} to ${status}.${causes.length === 0 ? '' : ` ${causes.join(' ')}`}`
    : `Environment health has been set to ${color.toUpperCase()}`
  const severity = color === 'Red' || color === 'Yellow' ? 'WARN' : 'INFO'
  return { environmentId: environment.id, status, event: { message, severity } }
}

/** While it is built or torn down, the operation itself tells the health. */
function isReporting({ status, operation }: EnvironmentRecord): boolean {
  const isBuilt = status !== 'Launching' && operation?.kind !== 'rebuild'
  return isBuilt && status !== 'Terminating' && status !== 'Terminated'
}

function isSettled(account: Account, environment: EnvironmentRecord): boolean {
  return (
    account.now >= environment.settles &&
    environment.operation === undefined &&
    environment.instances.every(
      (instance) =>
        account.now >= instance.answers && summarizeTraffic([instance.traffic], account.now, 60_000).requestCount === 0,
    )
  )
}

function pending(account: Account, environment: EnvironmentRecord): Health {
  const seconds = Math.max(
    1,
    Math.round((account.now - (environment.operation?.started ?? environment.created)) / 1000),
  )
  const running = seconds < 120 ? `${seconds} seconds` : `${Math.floor(seconds / 60)} minutes`
  const { instances } = environment
  const ready = instances.filter((instance) => account.now >= instance.answers).length
  const what =
    instances.length === 0 ? 'There are no instances.' : `${ready} out of ${instances.length} instances completed.`
  return healthy('Pending', [`Initialization in progress (running for ${running}). ${what}`])
}

/** Whether the load balancer's health check finds what it is told to expect. */
export function passesHealthCheck(account: Account, environment: EnvironmentRecord, instance: InstanceRecord): boolean {
  if (account.now < instance.answers || isTooSlow(environment, instance)) return false
  const expected =
    valueOf(environment.settings, 'aws:elasticbeanstalk:environment:process:default', 'MatcherHTTPCode') ?? '200'
  return expected.split(',').some((part) => {
    const [from, to] = part.split('-').map(Number)
    return instance.behaviour.statusCode >= (from ?? 200) && instance.behaviour.statusCode <= (to ?? from ?? 200)
  })
}

/** Whether the load balancer's health check gives up before the instance answers. */
export function isTooSlow({ settings }: EnvironmentRecord, { behaviour }: InstanceRecord): boolean {
  const seconds = valueOf(settings, 'aws:elasticbeanstalk:environment:process:default', 'HealthCheckTimeout') ?? '5'
  return behaviour.latencyMilliseconds > Number(seconds) * 1000
}

/** What the answers that were given lately come to. */
function errorHealth(account: Account, environment: EnvironmentRecord, instances: readonly InstanceRecord[]): Health {
  const served = summarizeTraffic(
    instances.map(({ traffic }) => traffic),
    account.now,
    Math.max(60_000, account.metricsWindowMilliseconds),
  )
  const failing = 100 * served.errorShare
  const erring = ignores4xx(environment) ? 0 : 100 * served.clientErrorShare
  const causes = [
    ...(failing < 1 ? [] : [`${failing.toFixed(1)} % of the requests are failing with HTTP 5xx.`]),
    ...(erring < 1 ? [] : [`${erring.toFixed(1)} % of the requests are erroring with HTTP 4xx.`]),
  ]
  const worst = Math.max(failing, erring)
  if (worst >= 25) return healthy('Severe', causes)
  if (worst >= 10) return healthy('Degraded', causes)
  return worst >= 1 ? healthy('Warning', causes) : healthy('Ok', [])
}

/** The rule of enhanced health that an operator can switch off (developer guide, enhanced health rules). */
function ignores4xx({ settings }: EnvironmentRecord): boolean {
  const document = valueOf(settings, 'aws:elasticbeanstalk:healthreporting:system', 'ConfigDocument') ?? ''
  return /"ApplicationRequests4xx"\s*:\s*\{\s*"Enabled"\s*:\s*"?false/.test(document)
}

function healthy(status: HealthStatus, causes: readonly string[]): Health {
  return { status, color: COLORS[status], causes }
}
