import type { Traffic } from './traffic.ts'

/** Instants are account milliseconds since the epoch. */
export type Instant = number

type EnvironmentStatus =
  | 'Aborting'
  | 'Launching'
  | 'Updating'
  | 'LinkingFrom'
  | 'LinkingTo'
  | 'Ready'
  | 'Terminating'
  | 'Terminated'
export type HealthColor = 'Green' | 'Yellow' | 'Red' | 'Grey'
export type HealthStatus =
  | 'NoData'
  | 'Unknown'
  | 'Pending'
  | 'Ok'
  | 'Info'
  | 'Warning'
  | 'Degraded'
  | 'Severe'
  | 'Suspended'
export type Severity = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'
/** The live service's spelling; the public model writes `Processed`. */
type VersionStatus = 'UNPROCESSED' | 'PROCESSING' | 'BUILDING' | 'PROCESSED' | 'FAILED'
export type DeletionPolicy = 'Delete' | 'Snapshot' | 'Retain'
export type OperationKind = 'create' | 'deploy' | 'configure' | 'abort' | 'swap' | 'terminate' | 'rebuild' | 'restart'

/** What a bundle's `practice.json` says about how its version behaves. */
export interface PracticeFile {
  readonly statusCode: number
  /** Account milliseconds. */
  readonly latencyMilliseconds: number
  /** 0 to 1. */
  readonly errorRate: number
  readonly body?: string
  readonly versionHeader?: string
  /** Account milliseconds from a deployment until the instance answers. */
  readonly startMilliseconds: number
  readonly deploy: 'succeed' | 'fail'
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface ApplicationRecord {
  readonly name: string
  readonly arn: string
  readonly created: Instant
  description: string | undefined
  updated: Instant
  tags: readonly Tag[]
  lifecycle: VersionLifecycle
}

/** What a bundle's `env.yaml` asks of the environment that is composed from it. */
export interface EnvironmentManifest {
  /** A name that ends with `+` takes the group's name there. */
  readonly environmentName: string | undefined
  readonly solutionStack: string | undefined
  readonly cnamePrefix: string | undefined
  readonly tier: 'WebServer' | 'Worker'
  readonly links: readonly EnvironmentLink[]
  readonly settings: readonly Setting[]
}

/** A link to an environment that this one depends on. */
export interface EnvironmentLink {
  readonly linkName: string
  readonly environmentName: string
}

export interface VersionRecord {
  readonly applicationName: string
  readonly label: string
  readonly arn: string
  readonly created: Instant
  readonly sourceBundle: { readonly bucket: string; readonly key: string }
  readonly behaviour: PracticeFile
  readonly manifest: EnvironmentManifest | undefined
  /** The build it came from, where CodeBuild made it. */
  readonly buildArn: string | undefined
  /** False: the bundle is no archive that an instance could unpack. */
  readonly sound: boolean
  /** Databases that its `.ebextensions` make part of every environment it runs in. */
  readonly databases: readonly ExtensionDatabase[]
  description: string | undefined
  updated: Instant
  status: VersionStatus
  tags: readonly Tag[]
}

/** A resource of type `AWS::RDS::DBInstance` in a bundle's `.ebextensions`. */
export interface ExtensionDatabase {
  readonly logicalId: string
  readonly engine: string
  /** CloudFormation's own default for a database instance is a snapshot. */
  readonly deletionPolicy: DeletionPolicy
}

/** One option as Elastic Beanstalk names it; the key of every map of settings is `settingKey` of it. */
export interface Setting {
  readonly namespace: string
  readonly optionName: string
  readonly resourceName?: string
  readonly value: string
}

export type Settings = ReadonlyMap<string, Setting>

export interface TemplateRecord {
  readonly applicationName: string
  readonly name: string
  readonly created: Instant
  description: string | undefined
  updated: Instant
  platformArn: string
  settings: Settings
  tags: readonly Tag[]
}

export interface InstanceRecord {
  readonly id: string
  readonly launched: Instant
  readonly instanceType: string
  readonly availabilityZone: string
  readonly traffic: Traffic
  versionLabel: string
  deploymentId: number
  deployed: Instant
  behaviour: PracticeFile
  /** The instant from which it answers HTTP. */
  answers: Instant
  executing: boolean
  /** Launched beside the others by a deployment that is not over: an abort takes it away again. */
  temporary: boolean
  /** It runs, but Elastic Beanstalk never hears from it. */
  silent?: boolean
  /** Its share of the requests against that of an instance without one; absent: 1. */
  weight?: number
}

export interface StackResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly created: Instant
  readonly updated: Instant
  readonly status: 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'CREATE_FAILED' | 'DELETE_COMPLETE' | 'DELETE_FAILED'
  readonly reason?: string
}

/** The environment's CloudFormation stack, `awseb-<environment id>-stack`. */
export interface StackRecord {
  readonly id: string
  readonly name: string
  readonly created: Instant
  status:
    | 'CREATE_IN_PROGRESS'
    | 'CREATE_COMPLETE'
    | 'CREATE_FAILED'
    | 'UPDATE_COMPLETE'
    | 'DELETE_IN_PROGRESS'
    | 'DELETE_COMPLETE'
    | 'DELETE_FAILED'
  /** By logical id, in the order of creation. */
  readonly resources: Map<string, StackResource>
}

/** Where the environment is reached: its load balancer, or the elastic IP of its only instance. */
interface Front {
  readonly kind: 'load balancer' | 'elastic ip'
  /** ARN of the load balancer, or the address itself. */
  readonly name: string
  /** What DescribeEnvironments calls EndpointURL. */
  readonly endpoint: string
  readonly addresses: readonly string[]
}

export interface Operation {
  readonly kind: OperationKind
  readonly requestId: string
  readonly started: Instant
  abortable: boolean
}

export interface EnvironmentRecord {
  readonly id: string
  readonly name: string
  readonly arn: string
  readonly applicationName: string
  readonly tier: 'WebServer' | 'Worker'
  readonly created: Instant
  description: string | undefined
  updated: Instant
  terminated: Instant | undefined
  status: EnvironmentStatus
  versionLabel: string | undefined
  cname: string | undefined
  platformArn: string
  operationsRole: string | undefined
  /** What someone set; everything else has its default. */
  settings: Settings
  tags: readonly Tag[]
  stack: StackRecord | undefined
  front: Front | undefined
  instances: InstanceRecord[]
  operation: Operation | undefined
  /** What an update goes back to when it is aborted. */
  previous: { readonly versionLabel: string | undefined; readonly settings: Settings } | undefined
  /** Counts the deployments of its life. */
  deploymentId: number
  /** After a deployment the agents need until here to report Ok again. */
  settles: Instant
  /** What the last health event said. */
  reportedHealth: HealthStatus | undefined
  healthCheckPending: boolean
  readonly links: readonly EnvironmentLink[]
  /** The saved configuration it was created from. */
  readonly templateName: string | undefined
  /** What reads still show for a moment after a change; `before` undefined: it is not listed yet. */
  lag: { readonly since: Instant; readonly before: EnvironmentGlimpse | undefined } | undefined
  /** Logs that were asked for, oldest first. */
  informed: EnvironmentInfo[]
  /** The managed actions that were applied, oldest first. */
  readonly managedRuns: ManagedActionRun[]
  /** The maintenance window in which managed actions are looked for next. */
  nextWindow: Instant | undefined
  /** Its creation ended with errors: its name is not free at once when it goes. */
  launchFailed: boolean
  /** Set by a fault: the environment stays at this health whatever it serves. */
  forcedHealth: { readonly status: HealthStatus; readonly cause: string } | undefined
}

/** The part of an environment that reads may show a moment late. */
type EnvironmentGlimpse = Pick<EnvironmentRecord, 'status' | 'versionLabel' | 'cname' | 'updated' | 'operation'>

export interface EventRecord {
  readonly date: Instant
  readonly message: string
  readonly severity: Severity
  /** Absent: it is an event of a platform. */
  readonly applicationName?: string
  readonly environmentId?: string
  readonly environmentName?: string
  readonly versionLabel?: string
  readonly templateName?: string
  readonly platformArn?: string
  readonly requestId?: string
}

export interface DatabaseRecord {
  readonly identifier: string
  readonly arn: string
  readonly created: Instant
  readonly engine: string
  readonly engineVersion: string
  readonly instanceClass: string
  readonly databaseName: string
  readonly userName: string
  readonly allocatedStorage: number
  readonly endpoint: string
  readonly port: number
  tags: readonly Tag[]
  backupRetentionDays: number
  status: 'creating' | 'available' | 'deleting'
  securityGroupIds: readonly string[]
  deletionProtection: boolean
}

/** A cluster of Aurora's: its endpoints stay, whichever of its instances writes. */
export interface DatabaseClusterRecord {
  readonly identifier: string
  readonly arn: string
  readonly created: Instant
  readonly engine: string
  readonly engineVersion: string
  readonly endpoint: string
  readonly readerEndpoint: string
  readonly port: number
  readonly databaseName: string
  readonly userName: string
  readonly securityGroupIds: readonly string[]
  readonly deletionProtection: boolean
}

export interface SnapshotRecord {
  readonly identifier: string
  readonly databaseIdentifier: string
  readonly arn: string
  readonly created: Instant
  /** The instant from which it can be restored. */
  readonly available: Instant
  readonly engine: string
  readonly engineVersion: string
  readonly allocatedStorage: number
  readonly port: number
  readonly userName: string
  readonly databaseCreated: Instant
  tags: readonly Tag[]
}

/** One operation that ended: what a rehearsal compares its own time with. */
export interface FinishedOperation {
  readonly kind: OperationKind
  readonly environmentId: string
  readonly environmentName: string
  readonly requestId: string
  readonly started: Instant
  readonly ended: Instant
}

/** Logs of an instance, pulled at an instant. */
export interface EnvironmentInfo {
  readonly type: 'tail' | 'bundle' | 'analyze'
  readonly instanceId: string
  readonly at: Instant
  readonly key: string
}

/** `most`: versions, or days. */
export interface LifecycleRule {
  readonly enabled: boolean
  readonly most: number
  readonly deleteSource: boolean
}

/** Which versions Elastic Beanstalk deletes by itself when a new one is created. */
export interface VersionLifecycle {
  readonly serviceRole: string | undefined
  readonly maxCount: LifecycleRule
  readonly maxAge: LifecycleRule
}

export interface ManagedAction {
  readonly id: string
  readonly description: string
  readonly type: 'PlatformUpdate'
  readonly platformArn: string
  readonly windowStart: Instant
}

/** Not `completed`: it is running, or was aborted. */
export interface ManagedActionRun {
  readonly action: ManagedAction
  readonly requestId: string
  readonly executed: Instant
  completed: Instant | undefined
}

/** A platform version of the account's own, built by a builder. */
export interface CustomPlatformRecord {
  readonly arn: string
  readonly name: string
  readonly version: string
  readonly created: Instant
  tags: readonly Tag[]
  status: 'Creating' | 'Ready' | 'Failed' | 'Deleting'
  updated: Instant
}
