import type {
  ApplicationVersion,
  DeclaredResource,
  Environment,
  EnvironmentEvent,
  Health,
  Instant,
  SourceBundle,
  TestCheck,
} from '../contract/models.ts'
import type { PanelSettings } from '../contract/panel.ts'
import type { DomainRecords, RequestCounts, TlsAnswer } from './outside.ts'

/**
 * All that a step may touch. Every call throws `SignalboxError` with words for the operator; none retries a
 * mutating call by itself. Instants and durations are the account's.
 */
export interface World {
  readonly clock: Clock
  readonly elasticBeanstalk: ElasticBeanstalk
  readonly stack: StackReader
  readonly databases: Databases
  readonly network: Network
  readonly bundles: Bundles
  readonly versionBundles: VersionBundles
  readonly dns: Dns
  readonly domainRecords: DomainRecords
  readonly requestCounts: RequestCounts
  readonly probe: Probe
}

export interface Clock {
  now(): Instant
  /** Account milliseconds per real millisecond. */
  speed(): number
  /** Resolves after account milliseconds; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export interface OptionSetting {
  readonly namespace: string
  readonly optionName: string
  /** Null where Elastic Beanstalk sends none. */
  readonly value: string | null
  readonly resourceName: string | null
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface ManagedAction {
  readonly id: string
  readonly type: string
  readonly status: string
  readonly description: string
  readonly windowStartsAt: Instant | null
}

export interface PlatformVersion {
  readonly arn: string
  readonly branch: string
  readonly version: string
  /** Of the branch; `Supported` unless AWS says otherwise. */
  readonly lifecycle: string
  /** Each with its version: the operating system, languages, frameworks. */
  readonly parts: Readonly<Record<string, string>>
}

export interface SettingsMessage {
  readonly severity: string
  readonly namespace: string
  readonly optionName: string
  readonly message: string
}

export interface ElasticBeanstalk {
  /** One DescribeEnvironments for these ids; terminated environments included where AWS still lists them. */
  describeEnvironments(query: {
    readonly ids?: readonly string[]
    readonly names?: readonly string[]
    readonly application?: string
  }): Promise<readonly Environment[]>
  /** Null with basic health reporting. */
  health(environmentId: string): Promise<Health | null>
  /** Events of the application since an instant, oldest first. */
  events(query: { readonly application: string; readonly since: Instant }): Promise<readonly EnvironmentEvent[]>
  /** The deployed settings, never the draft. */
  deployedSettings(application: string, environmentName: string): Promise<readonly OptionSetting[]>
  tags(arn: string): Promise<readonly Tag[]>
  managedActions(environmentId: string): Promise<readonly ManagedAction[]>
  /** How many environments the account has in this region and may have. */
  environmentQuota(): Promise<{ readonly used: number; readonly maximum: number | null }>
  cnameAvailable(prefix: string): Promise<{ readonly available: boolean; readonly fullyQualified: string }>
  versions(application: string, labels?: readonly string[]): Promise<readonly ApplicationVersion[]>
  templates(application: string): Promise<readonly string[]>
  /** The settings that a saved configuration holds. */
  templateSettings(application: string, templateName: string): Promise<readonly OptionSetting[]>
  /** The platform of that ARN, and the newest version of its branch; null where that is the same one. */
  platforms(
    platformArn: string,
  ): Promise<{ readonly present: PlatformVersion; readonly newest: PlatformVersion | null }>
  /** What Elastic Beanstalk would say to these settings, on top of an environment's or of a saved configuration's. */
  validateSettings(input: {
    readonly application: string
    readonly base: { readonly environmentName: string } | { readonly templateName: string }
    readonly settings: readonly OptionSetting[]
  }): Promise<readonly SettingsMessage[]>

  createTemplate(input: {
    readonly application: string
    readonly templateName: string
    readonly environmentId: string
    readonly description: string
    readonly tags: readonly Tag[]
    /** Another platform than the environment's. */
    readonly platformArn?: string
  }): Promise<void>
  deleteTemplate(application: string, templateName: string): Promise<void>
  createEnvironment(input: {
    readonly application: string
    readonly environmentName: string
    readonly cnamePrefix: string
    readonly templateName: string
    readonly versionLabel: string | null
    readonly description: string
    readonly tags: readonly Tag[]
    readonly operationsRole: string | null
    /** On top of the template's. */
    readonly settings?: readonly OptionSetting[]
    /** Options of the template that are left out; their values say nothing. */
    readonly remove?: readonly OptionSetting[]
  }): Promise<{ readonly environmentId: string }>
  createVersion(input: {
    readonly application: string
    readonly versionLabel: string
    readonly bucket: string
    readonly key: string
    readonly description: string
    readonly tags: readonly Tag[]
  }): Promise<void>
  deploy(environmentId: string, versionLabel: string): Promise<void>
  /** One UpdateEnvironment with these option settings and nothing else. */
  updateSettings(environmentId: string, settings: readonly OptionSetting[]): Promise<void>
  abortUpdate(environmentId: string): Promise<void>
  /** By ids only, never by names. */
  swapCnames(environmentIdA: string, environmentIdB: string): Promise<void>
  terminate(environmentId: string): Promise<void>
  /** Brings a terminated environment back under its id and name; Elastic Beanstalk does so for 42 days. */
  rebuild(environmentId: string): Promise<void>
}

export interface StackResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
}

/** A database instance, or a cluster of them. */
export interface DatabaseInstance {
  readonly id: string
  readonly host: string | null
  /** Of a cluster: its readers, and endpoints that were made for it. */
  readonly otherHosts?: readonly string[]
  readonly status: string
  readonly deletionProtection: boolean
  /** The CloudFormation stack that made it, from its tags; null where no stack did. */
  readonly stackName: string | null
  readonly securityGroupIds: readonly string[]
}

/** What hangs on an environment, from CloudFormation, RDS and EC2. */
export interface StackReader {
  /** Resources of `awseb-<environment id>-stack`; null once that stack is gone. */
  resources(environmentId: string): Promise<readonly StackResource[] | null>
  databases(): Promise<readonly DatabaseInstance[]>
  /** Security groups that refer to this one in a rule, itself excluded. */
  groupsReferring(securityGroupId: string): Promise<readonly { readonly id: string; readonly name: string }[]>
}

export interface DatabaseDetails {
  readonly host: string | null
  readonly port: number | null
  readonly name: string | null
  readonly user: string | null
  readonly deletionProtection: boolean
  readonly groupIds: readonly string[]
}

/** What taking a database out of its environment needs beside Elastic Beanstalk; each change is one call. */
export interface Databases {
  /** Null where RDS does not know it. */
  details(databaseId: string): Promise<DatabaseDetails | null>
  snapshot(snapshotId: string): Promise<{ readonly status: string } | null>
  groupNamed(name: string): Promise<{ readonly id: string } | null>
  /** Whether a rule of a security group lets in another one at a TCP port. */
  allows(groupId: string, fromGroupId: string, port: number): Promise<boolean>

  createSnapshot(databaseId: string, snapshotId: string, tags: readonly Tag[]): Promise<void>
  /** Switches deletion protection on, at once. */
  protect(databaseId: string): Promise<void>
  /** In the network of another group. */
  createGroup(input: {
    readonly name: string
    readonly description: string
    readonly besideGroupId: string
    readonly tags: readonly Tag[]
  }): Promise<void>
  allow(groupId: string, fromGroupId: string, port: number): Promise<void>
}

/** Who may come in at a security group: one rule with one source. */
export interface IngressRule {
  readonly groupId: string
  /** As EC2 says it; `-1`: every protocol. */
  readonly protocol: string
  /** -1: every port. */
  readonly fromPort: number
  readonly toPort: number
  /** A range of addresses, a prefix list, or another security group. */
  readonly source: string
}

export interface Listener {
  readonly port: number
  readonly protocol: string
  /** ARNs, in the order of the alphabet. */
  readonly certificates: readonly string[]
  readonly policy: string | null
}

/** What lets users in: security groups of EC2, and listeners of Elastic Load Balancing. */
export interface Network {
  /** The rules of these groups; a group that EC2 does not know has none. */
  ingress(groupIds: readonly string[]): Promise<readonly IngressRule[]>
  listeners(loadBalancerArn: string): Promise<readonly Listener[]>
  /** Adds rules to one group; one that is there already is no failure. */
  allowIngress(groupId: string, rules: readonly IngressRule[]): Promise<void>
  /** Takes rules from one group; one that is gone already is no failure. */
  revokeIngress(groupId: string, rules: readonly IngressRule[]): Promise<void>
}

export interface Bundles {
  /**
   * Reads the file again before it is sent; throws `bad-bundle` when it is not the inspected one. What was sent when
   * the signal is aborted stays for the next attempt, unless it was for `GIVEN_UP`.
   */
  upload(
    bundle: SourceBundle,
    application: string,
    onProgress: (sentBytes: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly bucket: string; readonly key: string }>
}

/** The bundles of application versions, where they lie in S3. */
export interface VersionBundles {
  /**
   * What the bundle of a version declares, from its list of files and its `.ebextensions` alone. Throws
   * (`access-denied`, `not-found`, `bad-bundle`, …) where it cannot be read: that is never "nothing declared".
   */
  contents(application: string, versionLabel: string): Promise<BundleContents>
}

export interface BundleContents {
  readonly bucket: string
  readonly key: string
  readonly files: number
  readonly declared: readonly DeclaredResource[]
  /** Files of `.ebextensions` that could not be read or understood: what they declare is not known. */
  readonly unread: readonly string[]
}

/** Bytes that can be read from any place in them: of a file, or of an object in S3. */
export interface ByteSource {
  readonly sizeBytes: number
  /** Exactly `length` bytes, or throws. */
  read(offset: number, length: number): Promise<Buffer>
}

export type DnsAnswer =
  | {
      readonly kind: 'addresses'
      readonly addresses: readonly string[]
      readonly chain: readonly string[]
      /** The shortest of its records. */
      readonly ttlSeconds: number
      /** Each record as the server gave it, where the reader of the answer tells them. */
      readonly records?: readonly DnsRecord[]
      /** The family of addresses that the server would not tell, and why; absent where it told both. */
      readonly untold?: { readonly family: 4 | 6; readonly detail: string }
    }
  | {
      readonly kind:
        | 'no-such-name'
        | 'no-address'
        | 'silent'
        | 'server-failure'
        | 'refused'
        | 'not-understood'
        | 'malformed'
        | 'hijacked'
      readonly detail: string
    }

export interface DnsRecord {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'CNAME'
  readonly data: string
  readonly ttlSeconds: number
}

export interface DnsServer {
  readonly name: string
  /** `host`, `host:port`, `tcp://host:port` or `https://host/path`. */
  readonly address: string
  readonly role: 'authoritative' | 'resolver'
}

export interface Dns {
  /** The servers every verdict asks: the zone's authoritative ones, this computer's, and those that were chosen. */
  panel(name: string, chosen?: PanelSettings): Promise<readonly DnsServer[]>
  /** One question to one server; never the operating system's cache. Never throws for what a server does. */
  ask(server: DnsServer, name: string, signal: AbortSignal): Promise<DnsAnswer>
  /** What this computer's own programs get, cache and all: shown, and never counted. Absent where they cannot know the name. */
  systemAnswer?(name: string, signal: AbortSignal): Promise<DnsAnswer>
}

/** How to tell who answered: agreed before the swap from answers of both environments. */
export type Fingerprint =
  | { readonly kind: 'header'; readonly name: string; readonly blue: string; readonly green: string }
  | { readonly kind: 'body'; readonly blue: string; readonly green: string }
  /**
   * The answers cannot be told apart: only the address that was dialled can. What both gave alike is asked for too, so that whatever
   * answers in their place at any address (a portal, a proxy) is not taken for them.
   */
  | { readonly kind: 'address'; readonly status?: number | undefined; readonly bodySha256?: string | undefined }

export type HttpAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly bodySha256: string
      /** The first 64 KiB as text, for "must contain". */
      readonly body: string
      readonly milliseconds: number
      readonly address: string
    }
  | {
      readonly kind: 'failure'
      readonly detail: string
      readonly milliseconds: number
      readonly address: string | null
    }

export interface Probe {
  /** One TLS handshake with this address at port 443, under this name. Never throws for what a server does. */
  handshake(request: { readonly address: string; readonly serverName: string }, signal: AbortSignal): Promise<TlsAnswer>
  /** One request on a fresh connection to exactly this address, with this Host header. Never throws for what a server does. */
  get(
    request: { readonly address: string; readonly host: string; readonly path: string; readonly https?: boolean },
    signal: AbortSignal,
  ): Promise<HttpAnswer>
  /** The same over one connection that is kept, as browsers and programs keep theirs; it is opened with the first request. */
  keep(request: {
    readonly address: string
    readonly host: string
    readonly path: string
    readonly https?: boolean
  }): KeptConnection
}

/** One connection; it is never made a second time. */
export interface KeptConnection {
  /** One request at a time. Null: the other side had ended the connection, and nothing was asked. Never throws for what a server does. */
  get(signal: AbortSignal): Promise<HttpAnswer | null>
  close(): void
}

/** Whether an answer satisfies a check of the operator's; pure, here because both the step and the report say it. */
export function satisfies(check: TestCheck, answer: HttpAnswer): boolean {
  return (
    answer.kind === 'answer' &&
    answer.status === check.expectStatus &&
    (check.contains === '' || answer.body.includes(check.contains))
  )
}
