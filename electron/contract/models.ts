import type { CloneChoices, Fidelity } from './clone.ts'
import type { DomainView, Retirement, WayBack } from './domain.ts'
import type { Answer, Dependencies, QuestionId, RetireStage, RouteChoice } from './independence.ts'
import type { PanelSettings } from './panel.ts'
import type { Problem } from './problem.ts'
import type { StepId, Track } from './steps.ts'
import type { DrainView, Swap, Timeline } from './timeline.ts'

/** An instant: milliseconds since the epoch, on the account's clock. */
export type Instant = number

/** An Elastic Beanstalk environment as DescribeEnvironments tells it. Enum-like members stay strings: AWS adds values. */
export interface Environment {
  readonly id: string
  readonly name: string
  readonly arn: string
  readonly application: string
  /** Fully qualified; null for a worker. */
  readonly cname: string | null
  /** Load balancer DNS name, or an address for a single instance; null while it launches. */
  readonly endpointUrl: string | null
  readonly status: string
  readonly healthColor: string
  /** Enhanced health (Ok, Warning, …); null with basic health. */
  readonly healthStatus: string | null
  readonly versionLabel: string | null
  readonly tier: string
  readonly platformArn: string
  readonly platform: string
  readonly operationsRole: string | null
  readonly abortable: boolean
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface Application {
  readonly name: string
  readonly description: string
  readonly environments: readonly Environment[]
}

export interface ApplicationVersion {
  readonly label: string
  readonly description: string
  readonly status: string
  readonly createdAt: Instant
  readonly bucket: string
  readonly key: string
}

/** Where a piece of evidence came from and what it said. */
export interface Evidence {
  /** The call, as `service:Operation`, or `dns`, `http`, `operator`. */
  readonly source: string
  readonly at: Instant
  readonly text: string
}

export type GateStatus = 'passed' | 'failed' | 'waiting' | 'unknown'

/** A named condition with its evidence. `unknown` never counts as passed. */
export interface Gate {
  readonly id: string
  readonly title: string
  readonly status: GateStatus
  /** One sentence: why it has this status. */
  readonly summary: string
  /** What the operator can do about it; only where it has not passed. */
  readonly remedy?: string
  readonly evidence: readonly Evidence[]
  /** Whether a typed reason may stand in for it. */
  readonly waivable: boolean
  readonly waiver?: { readonly reason: string; readonly at: Instant }
}

/** Passed, or waived with a typed reason. */
export function isOpen(gate: Gate): boolean {
  return gate.status === 'passed' || gate.waiver !== undefined
}

/** Closed, and not by what the operator brings along with the lever: the typed URL, the chosen version. */
export function locksLever(gate: Gate): boolean {
  const comesWithLever = gate.status === 'waiting' && (gate.id === 'typed-url' || gate.id === 'version-chosen')
  return !isOpen(gate) && !comesWithLever
}

export interface Progress {
  readonly label: string
  /** 0 to 1; null where the end cannot be known. */
  readonly fraction: number | null
  /** Account seconds; null where it cannot be known. */
  readonly secondsLeft: number | null
}

/** How far a step has come; `stuck` carries a problem and its choices. */
export type StepStatus = 'ahead' | 'checking' | 'locked' | 'ready' | 'acting' | 'watching' | 'stuck' | 'proved'

/** A change in words and as the calls that make it, before it is made. */
export interface Preview {
  readonly title: string
  readonly words: string
  readonly calls: readonly string[]
  /** Whether the operator may give a password with it; it is used once and never kept. */
  readonly asksPassword: boolean
  /** Which part of the last step it is for; absent: the step's own end. */
  readonly stage?: RetireStage
}

export interface StepView {
  readonly id: StepId
  readonly status: StepStatus
  readonly gates: readonly Gate[]
  readonly proofs: readonly Gate[]
  readonly progress: Progress | null
  /** What the lever does next, where a step has several. */
  readonly preview?: Preview
  readonly enteredAt: Instant | null
  readonly provedAt: Instant | null
}

export interface Health {
  readonly at: Instant
  readonly status: string
  readonly color: string
  readonly causes: readonly string[]
  /** Requests in the last `windowSeconds`; null where the environment does not say (basic health). */
  readonly requests: number | null
  readonly windowSeconds: number
  readonly instances: readonly InstanceHealth[]
}

export interface InstanceHealth {
  readonly id: string
  readonly status: string
  readonly versionLabel: string | null
  readonly causes: readonly string[]
}

export type Colour = 'blue' | 'green'

/** One of the two lanes drawn on every step. */
export interface Lane {
  readonly colour: Colour
  readonly name: string
  /** Null until green exists. */
  readonly environment: Environment | null
  /** True once it was seen terminated or is no longer listed. */
  readonly gone: boolean
  readonly health: Health | null
  readonly holdsProduction: boolean
  /** Requests per second over the last readings, oldest first. */
  readonly traffic: readonly { readonly at: Instant; readonly requestsPerSecond: number }[]
}

/** An Elastic Beanstalk event: narration, never read for a decision. */
export interface EnvironmentEvent {
  readonly at: Instant
  readonly severity: string
  readonly environmentName: string | null
  readonly message: string
  /** Of the call that it belongs to; AWS support asks for it. */
  readonly requestId?: string
}

/** Before when retiring cannot be proved safe, whatever happens. */
export interface NotBefore {
  readonly at: Instant
  /** What is waited for until then, as a sentence without the time. */
  readonly because: string
  /** Name servers of which nobody can say when they follow: it may be later because of each. */
  readonly unsettled: readonly string[]
}

/** One resolver of the panel, as it answers for the production name. */
export interface ResolverView {
  readonly name: string
  readonly address: string
  readonly answer: 'blue' | 'green' | 'mixed' | 'foreign' | 'silent' | 'error'
  readonly addresses: readonly string[]
  readonly ttlSecondsLeft: number | null
  /** Since when it has answered green without a break. */
  readonly greenSince: Instant | null
  readonly confirmed: boolean
  readonly note: string
  /** `system`: what this computer's own programs get; shown, and never counted. */
  readonly role?: 'authoritative' | 'resolver' | 'system'
  /** By when it must have forgotten the old answer; null where it has not got it, or keeps it against its TTL. */
  readonly forgetsAt?: Instant | null
  /** It keeps the old answer for longer than its TTL allows. */
  readonly overruns?: boolean
  /** The strip: every change of its answer, oldest first. */
  readonly history: readonly { readonly at: Instant; readonly answer: string }[]
}

export interface TestCheck {
  /** Path with query, from the root. */
  readonly path: string
  readonly expectStatus: number
  /** Text the body must contain; empty: any. */
  readonly contains: string
}

/** What the operator set for a release; durations in account seconds. */
export interface ReleaseSettings {
  readonly bakeSeconds: number
  readonly soakSeconds: number
  readonly checks: readonly TestCheck[]
  /** Which name servers are asked; absent: the public ones, and checks are made from this computer. */
  readonly panel?: PanelSettings | undefined
  /** Domains that people type, beside those that Route 53 tells. */
  readonly domains?: readonly string[] | undefined
  /** How the old environment ends; absent: terminated as soon as the operator says so. */
  readonly retirement?: Retirement | undefined
}

export interface SourceBundle {
  readonly path: string
  readonly fileName: string
  readonly sizeBytes: number
  /** Hexadecimal; the S3 key is derived from it. */
  readonly sha256: string
}

/** What was found in a source bundle before anyone uploads it. */
export interface BundleInspection {
  /** Opaque: names the inspected file towards main. */
  readonly bundleId: string
  readonly bundle: SourceBundle
  readonly sound: boolean
  readonly findings: readonly BundleFinding[]
  readonly entries: number
  /** What its files take when they are unpacked, as the archive itself says. */
  readonly unpackedBytes: number
  /** What kind of application it looks like, for instance "Node.js (package.json)"; null: nothing was recognised. */
  readonly looksLike: string | null
  readonly suggestedLabel: string
}

/** One thing an operator should know of a source bundle; an error means that it must not be released. */
export interface BundleFinding {
  readonly severity: 'error' | 'warning' | 'info'
  /** What was found, in one sentence. */
  readonly text: string
  /** Where: names of files, or what a file declares; long lists are cut, and the last line says so. */
  readonly details?: readonly string[]
  /** What it means for the release. */
  readonly meaning?: string
  readonly remedy?: string
}

/** Something that keeps data and that a source bundle would create inside its environment. */
export interface DeclaredResource {
  /** The file of `.ebextensions` that declares it. */
  readonly file: string
  /** Empty where only its type was recognised in a file that does not parse, or where option settings ask for it. */
  readonly logicalId: string
  /** CloudFormation's type, or `aws:rds:dbinstance` where option settings ask for a database. */
  readonly type: string
  /** `unknown`: what it creates stands elsewhere, such as in a nested stack. */
  readonly kind: 'database' | 'data' | 'unknown'
  /** As declared; null where nothing is said. */
  readonly deletionPolicy: string | null
}

/** What is known of the bundle of an application version that lies in S3, read without fetching it whole. */
export interface VersionInspection {
  readonly versionLabel: string
  readonly location: { readonly bucket: string; readonly key: string }
  readonly sizeBytes: number
  readonly sound: boolean
  readonly findings: readonly BundleFinding[]
  readonly entries: number
  readonly unpackedBytes: number
  readonly looksLike: string | null
}

/** How a bundle differs from the one that blue runs, by the names, sizes and checksums of both archives. */
export interface BundleDifference {
  /** The version that blue runs. */
  readonly versionLabel: string
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly same: number
  /** What decides how the application is deployed comes first; long lists are cut, the counts are not. */
  readonly files: readonly {
    readonly name: string
    readonly change: 'added' | 'removed' | 'changed'
    /** Unpacked; null where it is not there. */
    readonly bytesBefore: number | null
    readonly bytes: number | null
  }[]
}

/** Which account a release belongs to. The practice account has its own id, so the two can never be confused. */
export interface AccountReference {
  readonly kind: 'practice' | 'aws'
  readonly accountId: string
  readonly region: string
}

export type Outcome = 'completed' | 'rolled-back' | 'stopped'

/** The state of a release: nothing but the replay of its journal. */
export interface Release {
  readonly id: string
  readonly account: AccountReference
  readonly application: string
  readonly productionCname: string
  readonly blue: { readonly id: string; readonly name: string }
  /** Names are fixed and journalled before the first call that uses them. */
  readonly green: {
    readonly name: string
    readonly cnamePrefix: string
    readonly templateName: string
    readonly id: string | null
  }
  readonly settings: ReleaseSettings
  readonly startedAt: Instant
  readonly endedAt: Instant | null
  readonly outcome: Outcome | null
  readonly track: Track
  readonly step: StepId
}

export interface ReleaseSummary {
  readonly id: string
  readonly account: AccountReference
  readonly application: string
  readonly productionCname: string
  readonly versionLabel: string | null
  readonly startedAt: Instant
  readonly endedAt: Instant | null
  readonly outcome: Outcome | null
  readonly track: Track
  readonly step: StepId
  /** True when the journal of this release fails its hash chain; it is shown and never repaired. */
  readonly damaged: boolean
  /** What is wrong with it, where it is damaged. */
  readonly damage?: string
}

/** What an operator can do now besides the step's own lever. */
export interface Choice {
  readonly id: 'retry' | 'roll-back' | 'stop' | 'sign-in' | 'choose-another-version' | 'accept-drift' | 'hand-over'
  readonly title: string
  /** What it does, in one sentence. */
  readonly effect: string
  /** What it is about, where that may change under the operator's hand: goes back with the choice. */
  readonly of?: string
}

/** Everything a screen draws of one release: a whole snapshot, sent on every change. */
export interface ReleaseView {
  readonly release: Release
  readonly versionLabel: string | null
  readonly steps: Readonly<Record<StepId, StepView>>
  /** The steps of the roll back in their order; empty on the forward track. */
  readonly rollbackSteps: readonly StepView[]
  readonly lanes: { readonly blue: Lane; readonly green: Lane }
  readonly events: readonly EnvironmentEvent[]
  readonly resolvers: readonly ResolverView[]
  /** The earliest moment at which retiring can be safe, from the step that watches; null where nothing says. */
  readonly notBefore?: NotBefore | null
  /** The traffic of the environment that was left; null before the swap, and where nothing says how it goes. */
  readonly drain?: DrainView | null
  readonly answers: Partial<Readonly<Record<QuestionId, Answer>>>
  /** What hangs on blue, as it was read last; null before that. */
  readonly dependencies: Dependencies | null
  /** When blue's database is decoupled, where the operator may choose that now; null where there is no choice. */
  readonly routes: RouteChoice | null
  /** What green may have otherwise than blue, while that can be chosen. */
  readonly cloneChoices?: CloneChoices | null
  /** Blue and green side by side, as they were compared last. */
  readonly fidelity?: Fidelity | null
  /** The domains that people type, from the step that looks at them. */
  readonly domains?: readonly DomainView[] | null
  /** Elastic Beanstalk brings blue back until then; null where it was not terminated by this release. */
  readonly wayBack?: WayBack | null
  /** What the production URL answered lately, oldest first. */
  readonly probes: readonly {
    readonly at: Instant
    readonly answeredBy: Colour | 'other' | 'error'
    readonly milliseconds: number
  }[]
  /** From before the swap to the end; null before the release has come to the swap. */
  readonly timeline?: Timeline | null
  /** When AWS was asked to exchange the URLs, there and maybe back. */
  readonly swaps?: readonly Swap[]
  /** A problem the release is waiting out, paused on or stuck on. */
  readonly problem: Problem | null
  readonly paused: boolean
  readonly choices: readonly Choice[]
  /** The account's clock, to draw ages and countdowns with. */
  readonly clock: { readonly at: Instant; readonly speed: number }
  readonly journal: { readonly entries: number; readonly lastHash: string }
}
