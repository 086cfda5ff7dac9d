import type {
  CertificateRecord,
  HostedZone,
  MinuteCount,
  SecurityGroupRecord,
  SharedLoadBalancer,
  ZoneChange,
} from './network-records.ts'
import { createRandom, type Random } from './random.ts'
import type {
  ApplicationRecord,
  CustomPlatformRecord,
  DatabaseClusterRecord,
  DatabaseRecord,
  EnvironmentRecord,
  EventRecord,
  FinishedOperation,
  HealthStatus,
  Instant,
  Operation,
  OperationKind,
  Severity,
  SnapshotRecord,
  TemplateRecord,
  VersionRecord,
} from './records.ts'
import { createSchedule, type Schedule } from './schedule.ts'

/** One account in one region: everything Elastic Beanstalk and its neighbours would know, and the clock it lives by. */
export interface Account {
  readonly accountId: string
  readonly region: string
  readonly random: Random
  readonly schedule: Schedule
  now: Instant
  /**
   * When health is looked at next; undefined: nothing is expected to change. Apart from `schedule`, because what is
   * seen depends on the traffic, which cannot be lived through again: a change is told to `healthChanged` instead.
   */
  lookAt: Instant | undefined
  look: () => void
  healthChanged: (change: HealthChange) => void
  readonly applications: Map<string, ApplicationRecord>
  /** By `versionKey`. */
  readonly versions: Map<string, VersionRecord>
  /** By `versionKey` too: application and template name. */
  readonly templates: Map<string, TemplateRecord>
  readonly environments: Map<string, EnvironmentRecord>
  /** Oldest first. */
  readonly events: EventRecord[]
  readonly databases: Map<string, DatabaseRecord>
  readonly databaseClusters: Map<string, DatabaseClusterRecord>
  readonly snapshots: SnapshotRecord[]
  readonly securityGroups: Map<string, SecurityGroupRecord>
  readonly finished: FinishedOperation[]
  /** Names in the region's zone that another customer of AWS holds. */
  readonly foreignNames: Set<string>
  /** Names that nobody gets until an instant: those of environments whose creation had failed. */
  readonly reservedNames: Map<string, Instant>
  /** Platform versions of the account's own, by ARN. */
  readonly customPlatforms: Map<string, CustomPlatformRecord>
  /** Names outside Elastic Beanstalk that point into it. */
  readonly hostedZones: HostedZone[]
  /** Changes of records, by id. */
  readonly zoneChanges: Map<string, ZoneChange>
  /** By ARN. */
  readonly sharedLoadBalancers: Map<string, SharedLoadBalancer>
  /** What load balancers answered in each minute, by the name of the environment's front; outlives the environments. */
  readonly requestCounts: Map<string, MinuteCount[]>
  /** Certificates that listeners can use, by ARN. */
  readonly certificates: Map<string, CertificateRecord>
  readonly visitors: { readonly name: string; readonly requestsPerSecond: number }[]
  /** How far back health metrics look; longer where the clock runs so fast that ten seconds hold no real request. */
  metricsWindowMilliseconds: number
  readonly faults: ModelFaults
  /** What a fault is limited to; absent: it strikes wherever it can. */
  readonly faultLimits: Map<keyof ModelFaults, FaultLimit>
  /** The call that is being carried out, `service:Operation`. */
  acting: string | undefined
  /** How late reads show what has changed, and how late the events of a request are found; account milliseconds. */
  readonly lags: { reads: number; events: number }
  /** Told of every environment that is gone. */
  terminated: (account: Account, environment: EnvironmentRecord) => void
  /** How many there may be; AWS raises them on request. */
  readonly quotas: { applications: number; versions: number; environments: number }
  nextAddress: number
}

/** A change of an environment's health, as its agents reported it. */
export interface HealthChange {
  readonly environmentId: string
  readonly status: HealthStatus
  /** Absent: nothing was said before, so there is no transition to tell. */
  readonly event?: { readonly message: string; readonly severity: Severity }
}

/** Faults that the model itself carries out; each counts how many more times it strikes. */
export interface ModelFaults {
  swapRefused: number
  createEndsRed: number
  deployFails: number
  mixedInstances: number
  cnameTaken: number
  instancesNeverReport: number
  /** Health faults last: any number above 0 is on. */
  healthInfo: number
  healthWarning: number
  nameTaken: number
  templateQuota: number
  cnameClaimed: number
  nameReused: number
  versionDeleted: number
  managedUpdate: number
  otherOperator: number
}

/** Where a fault of the model strikes. */
export interface FaultLimit {
  /** Name or id, also of one that does not exist yet. */
  readonly environment?: string
  /** The calls it strikes in, `service:Operation`. */
  readonly actions?: readonly string[]
  /** 0 to 1, for each time it could strike. */
  readonly probability?: number
}

export const NO_FAULTS: Readonly<ModelFaults> = {
  swapRefused: 0,
  createEndsRed: 0,
  deployFails: 0,
  mixedInstances: 0,
  cnameTaken: 0,
  instancesNeverReport: 0,
  healthInfo: 0,
  healthWarning: 0,
  nameTaken: 0,
  templateQuota: 0,
  cnameClaimed: 0,
  nameReused: 0,
  versionDeleted: 0,
  managedUpdate: 0,
  otherOperator: 0,
}

export interface AccountOptions {
  readonly accountId: string
  readonly region: string
  readonly seed: number
  readonly now: Instant
}

function nothingFollows(): void {}

/** An account in which nothing has been created. */
export function createAccount(options: AccountOptions): Account {
  return {
    accountId: options.accountId,
    region: options.region,
    random: createRandom(options.seed),
    schedule: createSchedule(),
    now: options.now,
    lookAt: undefined,
    look: () => {},
    healthChanged: () => {},
    applications: new Map(),
    versions: new Map(),
    templates: new Map(),
    environments: new Map(),
    events: [],
    databases: new Map(),
    databaseClusters: new Map(),
    snapshots: [],
    securityGroups: new Map(),
    finished: [],
    foreignNames: new Set(),
    reservedNames: new Map(),
    customPlatforms: new Map(),
    hostedZones: [],
    zoneChanges: new Map(),
    sharedLoadBalancers: new Map(),
    requestCounts: new Map(),
    certificates: new Map(),
    visitors: [],
    metricsWindowMilliseconds: 10_000,
    faults: { ...NO_FAULTS },
    faultLimits: new Map(),
    acting: undefined,
    lags: { ...USUAL_LAGS },
    terminated: nothingFollows,
    quotas: { applications: 75, versions: 1000, environments: 200 },
    nextAddress: 0,
  }
}

/** Runs what is due until `instant`, each at its own instant; an instant in the past changes nothing. */
export function advanceTo(account: Account, instant: Instant): void {
  for (;;) {
    const workAt = account.schedule.nextAt()
    const lookAt = account.lookAt ?? Number.POSITIVE_INFINITY
    if (Math.min(workAt, lookAt) > instant) break
    // What happens at an instant happens before it is looked at, so that the order does not depend on who asked when.
    if (workAt <= lookAt) runNext(account, instant)
    else {
      account.now = Math.max(account.now, lookAt)
      account.lookAt = undefined
      account.look()
    }
  }
  account.now = Math.max(account.now, instant)
}

/** Runs what is due until `instant` as `advanceTo` does, without looking at health: those changes are known already. */
export function repeatTo(account: Account, instant: Instant): void {
  while (account.schedule.nextAt() <= instant) runNext(account, instant)
  account.now = Math.max(account.now, instant)
}

function runNext(account: Account, instant: Instant): void {
  const due = account.schedule.takeDue(instant)
  if (due === undefined) return
  account.now = Math.max(account.now, due.at)
  due.run()
}

export function versionKey(applicationName: string, name: string): string {
  return `${applicationName}/${name}`
}

// How long reads may still show what was before a change, for AWS promises no read to be consistent; and how long
// clients that ask for the events of a request they just made get none.
export const USUAL_LAGS: Account['lags'] = { reads: 1_000, events: 1_000 }

/** The environment as a read shows it now; undefined: it was created so lately that it is not listed. */
export function glimpse(account: Account, environment: EnvironmentRecord): EnvironmentRecord | undefined {
  const { lag } = environment
  if (lag === undefined || account.now >= lag.since + account.lags.reads) return environment
  return lag.before === undefined ? undefined : { ...environment, ...lag.before }
}

/** Makes the environment busy with one operation: whatever another one still had planned for it no longer happens. */
export function beginOperation(
  account: Account,
  environment: EnvironmentRecord,
  kind: OperationKind,
  requestId: string,
  abortable = false,
): Operation {
  const operation: Operation = { kind, requestId, started: account.now, abortable }
  const { status, versionLabel, cname, updated } = environment
  environment.lag = {
    since: account.now,
    before: kind === 'create' ? undefined : { status, versionLabel, cname, updated, operation: environment.operation },
  }
  environment.operation = operation
  environment.updated = account.now
  return operation
}

/** Plans a part of an operation, in seconds after now; it is skipped when the operation was replaced by then. */
export function after(account: Account, environment: EnvironmentRecord, seconds: number, run: () => void): void {
  const { operation } = environment
  account.schedule.add(account.now + Math.round(seconds * 1000), () => {
    if (environment.operation === operation) run()
  })
}

/** Ends the environment's operation; its status is the caller's to set. */
export function endOperation(account: Account, environment: EnvironmentRecord): void {
  const { operation } = environment
  // A swap occupies two environments and still is one operation.
  if (operation !== undefined && account.finished.at(-1)?.requestId !== operation.requestId) {
    account.finished.push({
      kind: operation.kind,
      environmentId: environment.id,
      environmentName: environment.name,
      requestId: operation.requestId,
      started: operation.started,
      ended: account.now,
    })
  }
  environment.operation = undefined
  environment.updated = account.now
}

/** Whether a fault strikes now, in what happens to `environment`; a strike is used up. */
export function strikes(
  account: Account,
  fault: keyof ModelFaults,
  environment?: { readonly name: string; readonly id?: string },
): boolean {
  if (account.faults[fault] <= 0 || !isWithin(account, fault, environment)) return false
  const probability = account.faultLimits.get(fault)?.probability
  if (probability !== undefined && account.random.next() >= probability) return false
  account.faults[fault] -= 1
  return true
}

/** Whether a fault may strike here at all. */
export function isWithin(
  account: Account,
  fault: keyof ModelFaults,
  environment: { readonly name: string; readonly id?: string } | undefined,
): boolean {
  const { environment: wanted, actions } = account.faultLimits.get(fault) ?? {}
  if (wanted !== undefined && wanted !== environment?.name && wanted !== environment?.id) return false
  return actions === undefined || (account.acting !== undefined && actions.includes(account.acting))
}

// TEST-NET-1 to -3 first (RFC 5737), then the benchmark range (RFC 2544) for accounts larger than those hold.
const DOCUMENTATION_NETWORKS = ['192.0.2', '198.51.100', '203.0.113']

/** The next documentation address; addresses are not given out twice before all others were. */
export function allocateAddress(account: Account): string {
  const taken = new Set([...account.environments.values()].flatMap((environment) => environment.front?.addresses ?? []))
  for (const { addresses } of account.sharedLoadBalancers.values()) for (const address of addresses) taken.add(address)
  for (;;) {
    const number = account.nextAddress
    account.nextAddress += 1
    const network = DOCUMENTATION_NETWORKS[Math.floor(number / 240) % 4]
    const address =
      network === undefined
        ? `198.18.${Math.floor(number / 240) % 256}.${(number % 240) + 10}`
        : `${network}.${(number % 240) + 10}`
    if (!taken.has(address)) return address
  }
}
