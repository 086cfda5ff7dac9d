import * as fc from 'fast-check'
import { type CloneOptions, PLAIN_CLONE } from '../../electron/contract/clone.ts'
import { STEP_IDS, type StepId } from '../../electron/contract/steps.ts'
import type { ResolverPolicy } from '../../electron/practice/seam.ts'
import { SAVED } from './door/account.ts'
import { CHANGES } from './trace.ts'

/** What another hand does in the account. */
export const HAND_ACTS = [
  'swap blue and green',
  'swap blue and staging',
  'swap green and staging',
  'deploy to blue',
  'deploy to green',
  'set an option of blue',
  'set an option of green',
  'shrink blue',
  'shrink green',
  'grow blue',
  'let blue scale out',
  'terminate blue',
  'terminate green',
  'abort the update of green',
  'couple a database to blue',
  'couple a database to green',
  'decouple blue in the wrong order',
  'decouple green in the wrong order',
  'have the database of blue deleted with it',
  'switch the protection of the database off',
  'delete the snapshot',
  'platform update of blue',
  'platform update of green',
  'let a group refer to blue',
  'let a group refer to green',
  'take the references away',
  "take green's CNAME",
  "create an environment of green's name",
  'replace blue by another of its name',
  'replace green by another of its name',
  'delete the versions',
  'make green unwell',
  'make blue unwell',
] as const
export type HandAct = (typeof HAND_ACTS)[number]

/** What the operator asks for beside what the release waits for. */
export const WISHES = [
  'roll back',
  'retry',
  'choose another version',
  'waive everything with a reason',
  'waive everything without a reason',
  'sign off',
  'throw every lever',
  'type another URL',
  'shorten the bake and the soak',
  'go on with the drift',
  'let the computer sleep',
  'stop',
] as const
export type Wish = (typeof WISHES)[number]

const READS = [
  'describeEnvironments',
  'health',
  'events',
  'deployedSettings',
  'tags',
  'managedActions',
  'environmentQuota',
  'cnameAvailable',
  'versions',
  'templates',
  'resources',
  'databases',
  'details',
  'snapshot',
  'groupNamed',
  'groupsReferring',
  'contents',
  'templateSettings',
  'platforms',
  'validateSettings',
  'ingress',
  'listeners',
] as const
export type CallName = (typeof READS)[number] | (typeof CHANGES)[number]

export type FaultCode = 'throttled' | 'server error' | 'network'
const MODEL_FAULTS = [
  'swapRefused',
  'createEndsRed',
  'instancesNeverReport',
  'deployFails',
  'mixedInstances',
  'cnameTaken',
  'nameTaken',
  'templateQuota',
] as const
/** Where the process dies: around the next call, change or journal entry, or while it waits. */
export const DEATHS = [
  'before a call',
  'after a call',
  'before a change',
  'after a change',
  'before an entry',
  'after an entry',
  'asleep',
] as const

export type Deed =
  | { readonly kind: 'hand'; readonly act: HandAct }
  | { readonly kind: 'wish'; readonly wish: Wish }
  | {
      readonly kind: 'fault'
      readonly call: CallName
      readonly code: FaultCode
      readonly when: 'before' | 'after'
      readonly times: number
    }
  | { readonly kind: 'denied'; readonly call: CallName }
  | { readonly kind: 'expired' }
  | { readonly kind: 'quota' }
  | { readonly kind: 'model'; readonly fault: (typeof MODEL_FAULTS)[number] }
  | { readonly kind: 'crash'; readonly where: (typeof DEATHS)[number] }
  | { readonly kind: 'resolver'; readonly index: number; readonly policy: ResolverPolicy }

/** A deed and the moment of it: after so many calls of a step, counted over all lives of the process. */
export interface Planned {
  readonly track: 'forward' | 'rollback'
  readonly step: StepId
  readonly calls: number
  readonly deed: Deed
}

export interface History {
  readonly seed: number
  /** Where the operator turns round by himself. */
  readonly turnsBackAt: StepId | null
  /** Where he gives the release up, and leaves everything as it is. */
  readonly stopsAt: StepId | null
  /** He tries to waive whatever is closed, at once. */
  readonly isStubborn: boolean
  readonly version: 'sound' | 'slow' | 'failing' | 'erring' | 'known'
  readonly coupled: boolean
  /** Where it is, whether the operator has it decoupled. */
  readonly decouples: boolean
  /** And whether only after the swap. */
  readonly later: boolean
  /** He keeps blue for a while, shrunk to one instance, before it is terminated. */
  readonly shrinks: boolean
  /** What he has otherwise on green than on blue. */
  readonly options: CloneOptions
  /** He has green made like blue wherever that can be done, before he says why it may differ. */
  readonly repairs: boolean
  /** He wants blue back when all is over. */
  readonly rebuilds: boolean
  /** AWS updates blue's platform by itself, on Sundays. */
  readonly managed: boolean
  /** Blue lets in fewer than an environment does as Elastic Beanstalk makes it. */
  readonly narrowed: boolean
  readonly basicHealth: boolean
  readonly singleInstance: boolean
  readonly staging: boolean
  readonly resolvers: readonly ResolverPolicy[]
  /** Account milliseconds that a call of AWS takes. */
  readonly callMilliseconds: number
  /** Account milliseconds for which reads still show what was before a change. */
  readonly lagMilliseconds: number
  readonly planned: readonly Planned[]
}

const policy = fc.constantFrom<ResolverPolicy>(
  'faithful',
  'faithful',
  'overruns-ttl',
  'stuck',
  'servfail',
  'silent',
  'negative-caching',
)

const anyCall = fc.constantFrom<CallName>(...READS, ...CHANGES, ...CHANGES)

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('hand'), act: fc.constantFrom(...HAND_ACTS) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wish'), wish: fc.constantFrom(...WISHES) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      call: anyCall,
      code: fc.constantFrom<FaultCode>('throttled', 'server error', 'network'),
      when: fc.constantFrom('before', 'after'),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('denied'), call: anyCall }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'expired' }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'quota' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('model'), fault: fc.constantFrom(...MODEL_FAULTS) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('crash'), where: fc.constantFrom(...DEATHS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resolver'), index: fc.nat(3), policy }) },
)

const planned: fc.Arbitrary<Planned> = fc.record({
  track: fc.constantFrom('forward', 'forward', 'forward', 'rollback'),
  step: fc.constantFrom(...STEP_IDS),
  // Most of what can go wrong does so near the beginning of a step, where it acts.
  calls: fc.oneof(fc.nat(12), fc.nat(40), fc.nat(250)),
  deed,
})

/** Histories of a release: what the operator, others, AWS, the network and the machine do to it. */
export const histories: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(1_000_000),
  // Long and short ones: about half of all are meant to go the whole way.
  turnsBackAt: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...STEP_IDS) },
  ),
  stopsAt: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...STEP_IDS) },
  ),
  version: fc.oneof(
    { weight: 6, arbitrary: fc.constant<History['version']>('sound') },
    { weight: 2, arbitrary: fc.constantFrom<History['version']>('slow', 'failing', 'erring', 'known') },
  ),
  isStubborn: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  coupled: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  decouples: fc.oneof({ weight: 1, arbitrary: fc.constant(false) }, { weight: 5, arbitrary: fc.constant(true) }),
  later: fc.boolean(),
  shrinks: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  options: fc.oneof(
    { weight: 8, arbitrary: fc.constant(PLAIN_CLONE) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<CloneOptions>(
        { ...PLAIN_CLONE, platform: 'newest' },
        { ...PLAIN_CLONE, template: SAVED },
        { ...PLAIN_CLONE, instanceTypes: 't3.small' },
        { ...PLAIN_CLONE, minSize: 3 },
        { ...PLAIN_CLONE, minSize: 1 },
      ),
    },
  ),
  repairs: fc.oneof({ weight: 1, arbitrary: fc.constant(false) }, { weight: 4, arbitrary: fc.constant(true) }),
  rebuilds: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  managed: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  narrowed: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  basicHealth: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  singleInstance: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  staging: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  resolvers: fc.oneof(
    { weight: 2, arbitrary: fc.array(policy, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(policy, { minLength: 3, maxLength: 4 }) },
  ),
  callMilliseconds: fc.constantFrom(40, 300, 1_100),
  lagMilliseconds: fc.constantFrom(1_000, 1_000, 8_000, 20_000),
  planned: fc.array(planned, { maxLength: 6 }),
})

/** A history in lines that can be read. */
export function tell(history: History): readonly string[] {
  const {
    turnsBackAt,
    stopsAt,
    version,
    coupled,
    decouples,
    later,
    shrinks,
    basicHealth,
    singleInstance,
    staging,
    resolvers,
    planned: plan,
  } = history
  const traits = [
    `seed ${history.seed}`,
    `a ${version} version`,
    turnsBackAt === null ? 'to the end' : `turns back at ${turnsBackAt}`,
    ...(stopsAt === null ? [] : [`stops at ${stopsAt}`]),
    ...(history.isStubborn ? ['waives whatever is closed'] : []),
    ...Object.entries(history.options).flatMap(([name, value]) =>
      value === null || value === 'same' ? [] : [`green with another ${name}: ${value}`],
    ),
    ...(history.repairs ? ['has green repaired'] : []),
    ...(history.rebuilds ? ['wants blue back at the end'] : []),
    ...(history.managed ? ['managed updates'] : []),
    ...(history.narrowed ? ['blue lets in fewer than usual'] : []),
    ...(coupled
      ? [
          `blue's database is coupled${decouples ? (later ? ', and he decouples it after the swap' : '') : ', and he leaves it so'}`,
        ]
      : []),
    ...(shrinks ? ['blue is shrunk before it is retired'] : []),
    ...(basicHealth ? ['basic health'] : []),
    ...(singleInstance ? ['a single instance'] : []),
    ...(staging ? ['a third environment'] : []),
    `resolvers: ${resolvers.join(', ')}`,
    `calls take ${history.callMilliseconds} ms`,
    `reads lag ${history.lagMilliseconds} ms`,
  ]
  return [
    traits.join('; '),
    ...plan.map(({ track, step, calls, deed: each }) => `  ${track} ${step}, after ${calls} calls: ${said(each)}`),
  ]
}

function said(done: Deed): string {
  switch (done.kind) {
    case 'hand':
      return `another hand: ${done.act}`
    case 'wish':
      return `the operator: ${done.wish}`
    case 'fault':
      return `AWS: the next ${done.times} ${done.call}: ${done.code}, ${done.when === 'after' ? 'though it was done' : 'and nothing was done'}`
    case 'denied':
      return `AWS: ${done.call} is denied from now on`
    case 'expired':
      return 'the sign-in runs out'
    case 'quota':
      return 'the quota of environments is used up'
    case 'model':
      return `AWS: ${done.fault}`
    case 'crash':
      return `the process dies ${done.where}`
    case 'resolver':
      return `resolver ${done.index} turns ${done.policy}`
  }
}
