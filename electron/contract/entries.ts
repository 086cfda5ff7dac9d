import * as z from 'zod'
import { cloneOptionsSchema, type Fidelity, type Held } from './clone.ts'
import { type Dependencies, QUESTION_IDS, ROUTE_IDS } from './independence.ts'
import {
  type AccountReference,
  type EnvironmentEvent,
  type Gate,
  type Outcome,
  type ReleaseSettings,
  type SourceBundle,
} from './models.ts'
import type { Problem } from './problem.ts'
import { STEP_IDS } from './steps.ts'

/** How many instances an Auto Scaling group may have, as Elastic Beanstalk writes it. */
export interface Size {
  readonly minSize: string
  readonly maxSize: string
}

/** An object whose members are ours and typed elsewhere; the hash chain vouches for what is inside. */
function whole<T>() {
  return z.custom<T>((value) => typeof value === 'object' && value !== null)
}

const step = z.enum(STEP_IDS)
const at = z.number()
/** The first and the last of something. */
const span = z.tuple([at, at])

/** The actions that change something in AWS; each is journalled as an intent before and as an effect after. */
export const ACTIONS = [
  'create-template',
  'create-environment',
  'delete-template',
  'upload-bundle',
  'create-version',
  'deploy-version',
  'abort-update',
  'swap-cnames',
  'terminate-environment',
  'create-snapshot',
  'protect-database',
  'retain-database',
  'decouple-database',
  'create-security-group',
  'allow-security-group',
  'attach-security-group',
  'shrink-environment',
  'grow-environment',
  'rebuild-environment',
  'repair-ingress',
  'repair-settings',
  'repair-capacity',
  'put-back',
] as const
export type Action = (typeof ACTIONS)[number]

/**
 * One line of a release's journal: what was meant, what was seen, what the operator decided. The state of a
 * release is the replay of these and nothing else.
 */
export const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('started'),
    at,
    id: z.string(),
    account: whole<AccountReference>(),
    application: z.string(),
    productionCname: z.string(),
    blue: z.object({ id: z.string(), name: z.string() }),
    green: z.object({ name: z.string(), cnamePrefix: z.string(), templateName: z.string() }),
    settings: whole<ReleaseSettings>(),
  }),
  z.object({ kind: z.literal('settings-changed'), at, settings: whole<ReleaseSettings>() }),
  z.object({ kind: z.literal('entered'), at, step }),
  z.object({ kind: z.literal('gate'), at, step, list: z.enum(['gates', 'proofs']), gate: whole<Gate>() }),
  z.object({ kind: z.literal('waived'), at, step, gate: z.string(), reason: z.string() }),
  z.object({
    kind: z.literal('lever-thrown'),
    at,
    step,
    typedUrl: z.string().optional(),
    /** Which part of the step it was thrown for, where each has a lever of its own. */
    stage: z.string().optional(),
    /** Whether something was given with it that nobody keeps. */
    withSecret: z.literal(true).optional(),
  }),
  /** When blue's database is to be decoupled; what was thrown on the other route counts no more. */
  z.object({ kind: z.literal('route-chosen'), at, route: z.enum(ROUTE_IDS) }),
  z.object({ kind: z.literal('green-named'), at, name: z.string(), cnamePrefix: z.string() }),
  z.object({ kind: z.literal('clone-options'), at, options: cloneOptionsSchema }),
  /** What green has only until the release ends; replaces what was kept for the same option before. */
  z.object({ kind: z.literal('held'), at, options: z.array(whole<Held>()) }),
  z.object({ kind: z.literal('fidelity'), at, fidelity: whole<Fidelity>() }),
  /** Which difference the operator has asked to be repaired; the lever that is thrown next is for it. */
  z.object({ kind: z.literal('repair-chosen'), at, repair: z.enum(['ingress', 'settings', 'capacity']) }),
  z.object({ kind: z.literal('green-found'), at, id: z.string() }),
  z.object({ kind: z.literal('version-chosen'), at, label: z.string(), bundle: whole<SourceBundle>().nullable() }),
  z.object({ kind: z.literal('bundle-stored'), at, bucket: z.string(), key: z.string() }),
  z.object({ kind: z.literal('intent'), at, step, action: z.enum(ACTIONS), detail: z.string() }),
  z.object({ kind: z.literal('effect'), at, step, action: z.enum(ACTIONS), detail: z.string() }),
  z.object({
    kind: z.literal('refused'),
    at,
    step,
    action: z.enum(ACTIONS),
    problem: whole<Problem>(),
    passing: z.boolean(),
  }),
  z.object({
    kind: z.literal('round'),
    at,
    passed: z.boolean(),
    results: z.array(z.object({ path: z.string(), passed: z.boolean(), said: z.string() })),
    /** The longest pause before it that is none, where a clock that runs ahead makes it longer than usual. */
    pauseMilliseconds: z.number().optional(),
  }),
  z.object({
    kind: z.literal('answered'),
    at,
    question: z.enum(QUESTION_IDS),
    answer: z.enum(['yes', 'no', 'does-not-apply']),
  }),
  z.object({ kind: z.literal('signed-off'), at, note: z.string() }),
  z.object({
    kind: z.literal('baseline'),
    at,
    fingerprint: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('header'), name: z.string(), blue: z.string(), green: z.string() }),
      z.object({ kind: z.literal('body'), blue: z.string(), green: z.string() }),
      z.object({ kind: z.literal('address'), status: z.number().optional(), bodySha256: z.string().optional() }),
    ]),
    addresses: z.object({ blue: z.array(z.string()), green: z.array(z.string()) }),
    /** Requests per second an idle environment shows (green's before the swap), and what blue carried. */
    floorRequestsPerSecond: z.number(),
    trafficRequestsPerSecond: z.number(),
  }),
  z.object({
    kind: z.literal('sighting'),
    at,
    server: z.string(),
    address: z.string(),
    answer: z.enum(['blue', 'green', 'mixed', 'foreign', 'silent', 'error']),
    ttlSeconds: z.number().nullable(),
    said: z.string(),
  }),
  /** Addresses behind an environment's own endpoint that were not known before: load balancers rotate them. */
  z.object({ kind: z.literal('addresses'), at, colour: z.enum(['blue', 'green']), addresses: z.array(z.string()) }),
  /** A slice of the timeline, closed: what was answered in it on every line that was asked, and what both environments carried. */
  z.object({
    kind: z.literal('watched'),
    at,
    from: at,
    until: at,
    lines: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['fresh', 'kept', 'domain']),
        host: z.string(),
        blue: z.number(),
        green: z.number(),
        other: z.number(),
        error: z.number(),
        milliseconds: z.object({ median: z.number(), most: z.number() }).nullable(),
        said: z.string().optional(),
        /** The instants of the first and the last answer of each; null where it gave none. */
        spans: z.object({ blue: span.nullable(), green: span.nullable() }),
      }),
    ),
    /** Mean requests per second of the readings since the slice before it; null where there was no reading. */
    traffic: z.object({ from: at, blue: z.number().nullable(), green: z.number().nullable() }).nullable(),
  }),
  /** An environment as it is when the release begins to rely on it: what differs later was done by another hand. */
  z.object({
    kind: z.literal('known'),
    at,
    colour: z.enum(['blue', 'green']),
    versionLabel: z.string().nullable(),
    platformArn: z.string(),
  }),
  /** The drift that is open from now on, null when there is none any more. */
  z.object({ kind: z.literal('drift'), at, drift: z.string().nullable(), said: z.string() }),
  z.object({ kind: z.literal('dependencies'), at, dependencies: whole<Dependencies>() }),
  z.object({ kind: z.literal('drift-accepted'), at, drift: z.string(), said: z.string() }),
  /** The database that this release takes out of its environment: known from then on, also once it is out. */
  z.object({ kind: z.literal('decoupling'), at, database: z.object({ id: z.string() }) }),
  /** The size that an environment had before this release shrinks it, to be given back on the way back. */
  z.object({ kind: z.literal('shrinking'), at, size: whole<Size>() }),
  /** Names and addresses that are given up with the environment that is terminated next. */
  z.object({ kind: z.literal('leaving'), at, names: z.array(z.string()) }),
  z.object({ kind: z.literal('proved'), at, step }),
  z.object({ kind: z.literal('returned'), at, step, why: z.string() }),
  z.object({ kind: z.literal('roll-back-chosen'), at, swapped: z.boolean() }),
  z.object({ kind: z.literal('event'), at, event: whole<EnvironmentEvent>() }),
  z.object({
    kind: z.literal('ended'),
    at,
    outcome: z.enum(['completed', 'rolled-back', 'stopped'] satisfies Outcome[]),
  }),
])

export type Entry = z.output<typeof entrySchema>
export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>
