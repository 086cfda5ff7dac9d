import type { ModelFaults } from '../../model/account.ts'
import type { ResolverPolicy } from '../../seam.ts'
import type { CallFaultName } from './call-faults.ts'

/** The sub-menus of the practice menu, in their order. */
export const FAULT_GROUPS = ['AWS calls', 'Environments', 'Databases', 'DNS', 'Other hands'] as const

/** What a fault can be told beside its name and `on`. */
export type FaultMember =
  | 'action'
  | 'step'
  | 'environment'
  | 'count'
  | 'probability'
  | 'seconds'
  | 'policy'
  | 'resolver'

/** What a fault acts on: calls at the endpoint, the account itself at once or when the time comes, or the network. */
type FaultEffect =
  | { readonly on: 'calls'; readonly fault: CallFaultName }
  | { readonly on: 'account'; readonly fault: keyof ModelFaults; readonly now?: string }
  | { readonly on: 'environment'; readonly action: string }
  | { readonly on: 'resolvers'; readonly policy: ResolverPolicy }
  | { readonly on: 'connections' }

/** One way in which the practice menu offers a fault. */
interface FaultOffer {
  readonly words: string
  readonly members?: Readonly<Record<string, unknown>>
}

/** One thing that can go wrong. */
export interface Fault {
  readonly name: string
  readonly group: (typeof FAULT_GROUPS)[number]
  /** In a learner's words: what the menu says. */
  readonly words: string
  /** What it does, for the documentation. */
  readonly strikes: string
  /** Until it is switched off; otherwise so many times. */
  readonly lasts: boolean
  readonly takes: readonly FaultMember[]
  readonly effect: FaultEffect
  /** Absent: one, without members. */
  readonly offers?: readonly FaultOffer[]
  /** The menu offers it for each environment or name server there is, and for all where that makes sense. */
  readonly each?: 'environment' | 'resolver'
}

const CALLS: readonly FaultMember[] = ['action', 'step', 'environment', 'count', 'probability']
const LIMITS: readonly FaultMember[] = ['action', 'step', 'environment', 'count', 'probability']
const TEN = { count: 10 }

function call(fault: CallFaultName, words: string, strikes: string, more: Partial<Fault> = {}): Fault {
  const effect = { on: 'calls', fault } as const
  return { name: fault, group: 'AWS calls', words, strikes, lasts: false, takes: CALLS, effect, ...more }
}

function account(name: string, fault: keyof ModelFaults, words: string, strikes: string, more: Partial<Fault>): Fault {
  const effect = { on: 'account', fault } as const
  return { name, group: 'Environments', words, strikes, lasts: false, takes: LIMITS, effect, ...more }
}

function database(name: string, action: string, words: string, strikes: string, more: Partial<Fault> = {}): Fault {
  const effect = { on: 'environment', action } as const
  const takes = ['environment'] as const
  return { name, group: 'Databases', words, strikes, lasts: true, takes, effect, each: 'environment', ...more }
}

function dns(name: string, policy: ResolverPolicy, words: string, strikes: string): Fault {
  const effect = { on: 'resolvers', policy } as const
  return { name, group: 'DNS', words, strikes, lasts: true, takes: ['resolver'], effect, each: 'resolver' }
}

function hand(name: string, fault: keyof ModelFaults, words: string, strikes: string, now?: string): Fault {
  const effect = { on: 'account', fault, ...(now === undefined ? {} : { now }) } as const
  return { name, group: 'Other hands', words, strikes, lasts: false, takes: LIMITS, effect }
}

/** Everything that can be made to go wrong. The control endpoint, the practice menu and the documentation follow it. */
export const FAULTS: readonly Fault[] = [
  call(
    'throttle',
    'AWS throttles the next ten calls',
    '`Throttling`, 400; S3 `SlowDown` and EC2 `RequestLimitExceeded`, 503',
    {
      offers: [{ words: 'AWS throttles the next ten calls', members: TEN }],
    },
  ),
  call('server-error', 'AWS fails the next ten calls', '`InternalFailure`, 500; nothing is done', {
    offers: [{ words: 'AWS fails the next ten calls', members: TEN }],
  }),
  call('connection-reset', 'The next ten connections break', 'the connection is reset before anything is done', {
    offers: [{ words: 'The next ten connections break', members: TEN }],
  }),
  call(
    'answer-lost',
    'The answer to the next change is lost',
    'the connection is reset after a change was made; only calls that change something',
  ),
  call(
    'no-answer',
    'The next call gets no answer',
    'no answer comes and nothing is done, until the caller gives up or `seconds` have passed',
    {
      takes: [...CALLS, 'seconds'],
    },
  ),
  call(
    'no-answer-after',
    'The next change is made, but no answer comes',
    'the same, though the change was made; only calls that change something',
    { takes: [...CALLS, 'seconds'] },
  ),
  call('cut-off', 'The next answer breaks off', 'half of the answer is sent, then the connection ends'),
  call(
    'missing-members',
    'The next answer lacks members',
    'well-formed answers without half of the members of what they list',
  ),
  call(
    'foreign-value',
    'The next answer holds an unknown value',
    'statuses, healths and severities that no client has heard of',
  ),
  call(
    'access-denied',
    'A call is denied',
    '`AccessDenied`, 403, for calls of `action` or `step`, one of which it needs',
    {
      lasts: true,
      offers: [
        { words: 'Terminating is denied', members: { action: 'elasticbeanstalk:TerminateEnvironment' } },
        { words: 'Reading stacks is denied', members: { action: 'cloudformation:ListStackResources' } },
        { words: 'Swapping is denied', members: { action: 'elasticbeanstalk:SwapEnvironmentCNAMEs' } },
        { words: 'Uploading is denied', members: { action: 's3:PutObject' } },
      ],
    },
  ),
  call('expired-token', 'The credentials have expired', '`ExpiredToken`, 403; of S3 400', { lasts: true }),
  call(
    'events-late',
    'Events come half a minute late',
    'the events of a request are found `seconds` (30) account seconds after they happened',
    { lasts: true, takes: [...CALLS, 'seconds'] },
  ),
  call('events-empty', 'Events of a request are never found', 'the events of a request are never found', {
    lasts: true,
  }),
  call(
    'read-lag',
    'Reads lag half a minute behind',
    'reads show environments as they were before the last change for `seconds` (30) account seconds',
    { lasts: true, takes: [...CALLS, 'seconds'] },
  ),

  account(
    'create-ends-red',
    'createEndsRed',
    'The next environment ends Red',
    'creation ends Ready and Red "with errors": no instance passes the health check',
    {},
  ),
  account(
    'instances-never-report',
    'instancesNeverReport',
    'The next instances never report',
    'the wait condition of the stack fails after twenty minutes: Ready and Red, `Failed to launch environment.`',
    {},
  ),
  account(
    'deploy-fails',
    'deployFails',
    'The next deployment fails',
    'the environment ends Ready and Green, on its old label',
    {},
  ),
  account(
    'mixed-instances',
    'mixedInstances',
    'The next deployment leaves one instance behind',
    'Ready and Green, but one instance runs the old version',
    {},
  ),
  account('health-info', 'healthInfo', 'Health stays at Info', 'health stays at Info, which is Green', {
    lasts: true,
    takes: ['environment'],
    each: 'environment',
  }),
  account('health-warning', 'healthWarning', 'Health stays at Warning', 'health stays at Warning, which is Yellow', {
    lasts: true,
    takes: ['environment'],
    each: 'environment',
  }),
  account(
    'name-taken',
    'nameTaken',
    'The next new name is taken by another operator',
    'another operator creates an environment of that name a moment before',
    {},
  ),
  account(
    'cname-taken',
    'cnameTaken',
    'The next new URL is taken by somebody else',
    'someone else has the prefix when the environment is created, though it was free when it was checked',
    {},
  ),
  account(
    'template-quota',
    'templateQuota',
    'No more saved configurations are allowed',
    '`TooManyConfigurationTemplatesException`',
    {},
  ),
  account(
    'swap-refused',
    'swapRefused',
    'The next swap is refused',
    '`InvalidParameterValue`: an environment is not Ready; the next swap is accepted',
    {},
  ),

  database(
    'couple-database',
    'couple-database',
    'A database is coupled',
    'the environment has a coupled database with the deletion `policy` (Delete, Snapshot, Retain). Off: it is deleted',
    {
      takes: ['environment', 'policy'],
      offers: (['Delete', 'Snapshot', 'Retain'] as const).map((policy) => ({
        words: `Deletion policy ${policy}`,
        members: { policy },
      })),
    },
  ),
  database(
    'database-deleted',
    'delete-database',
    'The coupled database is deleted outside',
    'RDS has the coupled database no longer, its stack still has it: every update fails',
    { lasts: false },
  ),
  database(
    'database-in-extensions',
    'extension-database',
    'The bundle brings a database',
    'the stack holds a database that is not Elastic Beanstalk’s own, with the deletion policy Snapshot',
    { lasts: false },
  ),
  database(
    'database-protected',
    'protect-database',
    'The database is protected from deletion',
    'RDS refuses to delete the databases of the environment: termination fails',
  ),
  database(
    'security-group-reference',
    'refer-to-group',
    'A database outside lets the environment in',
    'a group outside names the environment’s own: termination fails until it is switched off, and succeeds then',
  ),

  dns('dns-silent', 'silent', 'No answer', 'no name server answers, or the `resolver` named'),
  dns('dns-servfail', 'servfail', 'SERVFAIL', 'they answer SERVFAIL'),
  dns('dns-stuck', 'stuck', 'The old answer for ever', 'resolvers keep what they know for ever'),
  dns(
    'dns-overruns-ttl',
    'overruns-ttl',
    'The old answer for five times the TTL',
    'resolvers keep it for five times the TTL',
  ),
  dns(
    'dns-negative-caching',
    'negative-caching',
    'That a name is missing is remembered',
    'resolvers cache NXDOMAIN too',
  ),
  {
    name: 'keep-alive-pinned',
    group: 'DNS',
    words: 'Users who keep connections never let go',
    strikes: 'users who keep connections stay with the old environment for as long as it exists',
    lasts: true,
    takes: [],
    effect: { on: 'connections' },
  },

  {
    ...hand(
      'managed-update',
      'managedUpdate',
      'A managed update starts',
      'a platform update of eight minutes: at once on the `environment` named, or else on the one that is to be changed next, just before',
      'managed-update',
    ),
    offers: [{ words: 'Just before the next change' }],
    each: 'environment',
  },
  {
    ...hand(
      'other-operator',
      'otherOperator',
      'Another operator changes an option',
      'the environment is Updating for a minute and a half: at once, or just before the next change, as above',
      'other-operator',
    ),
    offers: [{ words: 'Just before the next change' }],
    each: 'environment',
  },
  hand(
    'cname-claimed',
    'cnameClaimed',
    'Somebody claims the URL of the next environment to go',
    'once an environment is terminated, its CNAME belongs to someone else: it cannot be rebuilt',
  ),
  hand(
    'name-reused',
    'nameReused',
    'Another operator reuses the name of the next environment to go',
    'once an environment is terminated, another one has its name: it cannot be rebuilt',
  ),
  hand(
    'version-deleted',
    'versionDeleted',
    'The version of the next environment to go is deleted',
    'once an environment is terminated, its version is deleted: it cannot be rebuilt',
  ),
]
