import type { Entry } from '../../electron/contract/entries.ts'
import type { Account } from '../../electron/practice/model/account.ts'
import type { EnvironmentRecord } from '../../electron/practice/model/records.ts'
import { deletionPolicy, hasCoupledDatabase } from '../../electron/practice/model/settings.ts'
import { physicalId } from '../../electron/practice/model/stack.ts'
import { RELEASE_ID } from './begin.ts'
import { PRODUCTION } from './door/account.ts'

/** The calls by which a release changes something in AWS, by their names in `World`. */
export const CHANGES = [
  'createTemplate',
  'createEnvironment',
  'deleteTemplate',
  'upload',
  'createVersion',
  'deploy',
  'abortUpdate',
  'swapCnames',
  'terminate',
  'updateSettings',
  'createSnapshot',
  'protect',
  'createGroup',
  'allow',
  'allowIngress',
  'revokeIngress',
  'rebuild',
] as const
export type Change = (typeof CHANGES)[number]

/** How things stood in AWS at an instant, whatever anybody had read of it. */
export interface Truth {
  /** The environment that holds the production CNAME. */
  readonly holder: string | null
  /** Environments whose database would go with them. */
  readonly coupled: readonly string[]
  /** Those of them whose deployed deletion policy is Retain. */
  readonly retained: readonly string[]
  /** Environments that belong to this release: blue is its own by its id, green by its tag. */
  readonly ours: readonly string[]
  /** How many instances of each environment that lives answer. */
  readonly answering: Readonly<Record<string, number>>
  /** Security groups of blue's stack. */
  readonly groupsOfBlue: readonly string[]
}

/** What the app had read, and when, the last time it asked; null where that was refused. */
export interface Known {
  /** Of each environment: when it was listed last, and with which CNAME. */
  readonly listed: Readonly<Record<string, { readonly at: number; readonly cname: string | null }>>
  /** Of each environment: when its settings and its stack were read last. */
  readonly settings: Readonly<Record<string, number | null>>
  readonly stack: Readonly<Record<string, number | null>>
  readonly databases: number | null
  /** When the database that is decoupled was last seen protected from deletion, and its snapshot available; null where not so. */
  readonly guarded: { readonly protected: number | null; readonly snapshot: number | null }
  /** The read that was answered last, and what it was of. */
  readonly last: string
}

/** One change that a call of the release made in AWS; calls that were refused or changed nothing are none. */
export interface Made {
  readonly at: number
  readonly name: Change
  /** Environments by id; for the other calls what they name. */
  readonly targets: readonly string[]
  readonly truth: Truth
  readonly known: Known
  /** How many entries the journal had. */
  readonly entries: number
  /** The options that were asked for, `namespace optionName = value`; none where that is not what the call is about. */
  readonly settings?: readonly string[]
}

/** A database that is there no more. */
export interface Lost {
  readonly at: number
  readonly database: string
  /** Who changed the environment last that it hung on, and by what. */
  readonly because: Sight['because']
}

/** The production URL, from this instant on. */
export interface Sight {
  readonly at: number
  readonly holder: string | null
  readonly answers: boolean
  /** Who changed that environment last, and by what. */
  readonly because: { readonly by: 'us' | 'another hand'; readonly what: string } | null
}

/** The restart that properties of the environment cost: the operator's lever says so, and AWS makes none without. */
export const RESTART = 'restart for its properties'

/** How far the world had followed when propagation was called proved. */
export interface Followed {
  readonly at: number
  readonly entries: number
  /** Name servers that did not answer with the new side for two TTLs without a break. */
  readonly behind: readonly string[]
  /** Of the last ten requests to the production URL, how many the new side answered. */
  readonly answeredByNew: number
  /** Requests that the side that was left answered in the last half minute. */
  readonly stillVisited: number
}

/** Everything that the laws are about. */
export interface Trace {
  readonly blue: string
  readonly entries: readonly Entry[]
  readonly made: readonly Made[]
  readonly production: readonly Sight[]
  readonly followed: readonly Followed[]
  readonly lost: readonly Lost[]
  /** Where replaying the journal gave something else than what was shown. */
  readonly unlike: readonly string[]
  /** What was seen where nothing led on, or something unexpected went wrong. */
  readonly deadEnds: readonly string[]
  /** Environments of this release, templates of it, at the end. */
  readonly left: {
    readonly environments: readonly string[]
    readonly templates: readonly string[]
    /** Options that green still has as it was given them for the time of the release. */
    readonly held: readonly string[]
  }
}

export function truthOf(account: Account, blue: string): Truth {
  const living = [...account.environments.values()].filter(({ status }) => status !== 'Terminated')
  return {
    holder: holderOf(account)?.id ?? null,
    coupled: living.filter(isCoupled).map(({ id }) => id),
    retained: living
      .filter((each) => isCoupled(each) && deletionPolicy(each.settings) === 'Retain')
      .map(({ id }) => id),
    ours: living.filter(({ id, tags }) => id === blue || tags.some(isOurs)).map(({ id }) => id),
    answering: Object.fromEntries(living.map((environment) => [environment.id, answeringOf(account, environment)])),
    groupsOfBlue: [...(account.environments.get(blue)?.stack?.resources.values() ?? [])].flatMap((each) =>
      each.type === 'AWS::EC2::SecurityGroup' && each.physicalId !== undefined ? [each.physicalId] : [],
    ),
  }
}

/** The tag that everything carries which this release made. */
export function isOurs({ key, value }: { readonly key: string; readonly value: string }): boolean {
  return key === 'signalbox:release' && value === RELEASE_ID
}

export function holderOf(account: Account): EnvironmentRecord | undefined {
  for (const environment of account.environments.values()) {
    if (environment.cname === PRODUCTION && environment.status !== 'Terminated') return environment
  }
  return undefined
}

/** How many of its instances pass the health check. */
export function answeringOf(account: Account, environment: EnvironmentRecord): number {
  if (environment.front === undefined) return 0
  return environment.instances.filter(({ answers, behaviour }) => account.now >= answers && behaviour.statusCode < 500)
    .length
}

function isCoupled(environment: EnvironmentRecord): boolean {
  return hasCoupledDatabase(environment.settings) || physicalId(environment, 'AWSEBRDSDatabase') !== undefined
}
