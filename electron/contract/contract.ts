import * as z from 'zod'
import { cloneOptionsSchema } from './clone.ts'
import type { AwsProfile, Connection, PracticeBundle } from './connection.ts'
import { domainFault } from './domain.ts'
import { QUESTION_IDS, RETIRE_STAGES, ROUTE_IDS } from './independence.ts'
import {
  type Application,
  type ApplicationVersion,
  type BundleDifference,
  type BundleInspection,
  type ReleaseSummary,
  type ReleaseView,
  type VersionInspection,
} from './models.ts'
import { MOST_RESOLVERS, resolverAddressFault } from './panel.ts'
import type { Problem } from './problem.ts'
import { STEP_IDS } from './steps.ts'

/** What main answers to every call: the value, or the whole problem (Electron keeps only a thrown error's message). */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

interface Call<Input extends z.ZodType, Output> {
  readonly input: Input
  readonly output?: Output
}

function call<Input extends z.ZodType>(input: Input) {
  return { returns: <Output>(): Call<Input, Output> => ({ input }) }
}

const nothing = z.strictObject({})
const releaseId = z.string().regex(/^[a-z0-9-]{4,40}$/)
const stepId = z.enum(STEP_IDS)
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'A region looks like eu-central-1')
const reason = z.string().trim().min(10, 'Say in a sentence why').max(500)
const versionLabel = z.string().trim().min(1).max(100)
/** Environment names: 4 to 40 letters, digits and hyphens (Elastic Beanstalk API, CreateEnvironment). */
const environmentName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{2,38})[A-Za-z0-9]$/)
const cnamePrefix = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{2,61})[A-Za-z0-9]$/)

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .refine((typed) => domainFault(typed) === null)

const settings = z.strictObject({
  bakeSeconds: z.number().int().min(0).max(86_400),
  soakSeconds: z.number().int().min(0).max(604_800),
  checks: z
    .array(
      z.strictObject({
        path: z.string().startsWith('/').max(2000),
        expectStatus: z.number().int().min(100).max(599),
        contains: z.string().max(500),
      }),
    )
    .min(1)
    .max(50),
  panel: z
    .strictObject({
      fromHere: z.boolean(),
      resolvers: z
        .array(
          z.strictObject({
            name: z.string().trim().min(1).max(60),
            address: z
              .string()
              .trim()
              .refine((typed) => resolverAddressFault(typed) === null),
          }),
        )
        .max(MOST_RESOLVERS),
    })
    .optional(),
  domains: z.array(domain).max(50).optional(),
  retirement: z
    .strictObject({ standbySeconds: z.number().int().min(0).max(2_592_000), shrink: z.boolean() })
    .optional(),
})

/** How to sign in: the practice account, a profile of the shared AWS files, or keys that live in memory only. */
const credentials = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('practice') }),
  z.strictObject({ kind: z.literal('profile'), profile: z.string().min(1).max(200), region }),
  z.strictObject({
    kind: z.literal('keys'),
    accessKeyId: z.string().min(16).max(128),
    secretAccessKey: z.string().min(1).max(256),
    sessionToken: z.string().max(4096).optional(),
    region,
  }),
])

/** What the operator gives when a lever is thrown; one shape for each step that has one. */
const lever = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('independence'), password: z.string().max(128).nullable() }),
  z.strictObject({
    step: z.literal('clone'),
    greenName: environmentName,
    cnamePrefix,
    /** Absent: as they were chosen before, or all as on blue. */
    options: cloneOptionsSchema.optional(),
    /** Of the database that green is to use from outside; null where the application has properties of its own. */
    password: z.string().max(128).nullable().optional(),
  }),
  z.strictObject({ step: z.literal('repair'), repair: z.enum(['ingress', 'settings', 'capacity']) }),
  z.strictObject({ step: z.literal('deploy'), bundleId: z.string(), versionLabel }),
  z.strictObject({ step: z.literal('deploy-existing'), versionLabel }),
  z.strictObject({ step: z.literal('test') }),
  z.strictObject({ step: z.literal('swap') }),
  z.strictObject({
    step: z.literal('retire'),
    typedUrl: z.string().max(300),
    /** Absent: to terminate. */
    stage: z.enum(RETIRE_STAGES).optional(),
  }),
])

/** Everything the renderer may ask of main. */
export const calls = {
  getStart: call(nothing).returns<{
    readonly version: string
    readonly electron: string
    readonly profiles: readonly AwsProfile[]
    readonly regions: readonly string[]
    readonly connection: Connection | null
    readonly releases: readonly ReleaseSummary[]
  }>(),
  connect: call(credentials).returns<Connection>(),
  disconnect: call(nothing).returns<null>(),
  listApplications: call(nothing).returns<readonly Application[]>(),
  listApplicationVersions: call(z.strictObject({ application: z.string().min(1).max(100) })).returns<
    readonly ApplicationVersion[]
  >(),
  listReleases: call(nothing).returns<readonly ReleaseSummary[]>(),
  startRelease: call(
    z.strictObject({ environmentId: z.string().regex(/^e-[a-z0-9]{3,40}$/), settings }),
  ).returns<ReleaseView>(),
  openRelease: call(z.strictObject({ releaseId })).returns<ReleaseView>(),
  chooseBundle: call(z.strictObject({ releaseId })).returns<BundleInspection | null>(),
  listPracticeBundles: call(nothing).returns<readonly PracticeBundle[]>(),
  /** Null where another bundle was chosen before this one was read. */
  choosePracticeBundle: call(
    z.strictObject({ releaseId, fileName: z.string().max(200) }),
  ).returns<BundleInspection | null>(),
  /** How a bundle that was found sound differs from what blue runs; reads blue's bundle in S3. */
  compareBundle: call(z.strictObject({ releaseId, bundleId: z.string().max(60) })).returns<BundleDifference>(),
  /** Looks into the bundle of a version that exists, in S3. */
  inspectVersion: call(z.strictObject({ releaseId, versionLabel })).returns<VersionInspection>(),
  compareVersion: call(z.strictObject({ releaseId, versionLabel })).returns<BundleDifference>(),
  throwLever: call(z.strictObject({ releaseId, lever })).returns<ReleaseView>(),
  changeSettings: call(z.strictObject({ releaseId, settings })).returns<ReleaseView>(),
  waiveGate: call(z.strictObject({ releaseId, step: stepId, gate: z.string().max(60), reason })).returns<ReleaseView>(),
  answerQuestion: call(
    z.strictObject({
      releaseId,
      question: z.enum(QUESTION_IDS),
      answer: z.enum(['yes', 'no', 'does-not-apply']),
    }),
  ).returns<ReleaseView>(),
  /** When blue's database is decoupled; goes back to the first step where that was proved on the other route. */
  chooseRoute: call(z.strictObject({ releaseId, route: z.enum(ROUTE_IDS) })).returns<ReleaseView>(),
  signOff: call(z.strictObject({ releaseId, note: z.string().trim().max(500) })).returns<ReleaseView>(),
  choose: call(
    z.strictObject({
      releaseId,
      choice: z.enum(['retry', 'roll-back', 'stop', 'choose-another-version', 'accept-drift']),
      of: z.string().max(500).optional(),
    }),
  ).returns<ReleaseView>(),
  /** A text for whoever manages the account: where the release stands, ids, calls, events. With `copy` it goes to the clipboard too. */
  handOver: call(z.strictObject({ releaseId, copy: z.boolean() })).returns<{ readonly text: string }>(),
  /** Asks Elastic Beanstalk to bring back the environment that an ended release has terminated. */
  rebuildBlue: call(z.strictObject({ releaseId })).returns<ReleaseView>(),
  openEnvironment: call(z.strictObject({ releaseId, colour: z.enum(['blue', 'green']) })).returns<null>(),
  saveReport: call(z.strictObject({ releaseId, format: z.enum(['html', 'pdf', 'json']) })).returns<{
    readonly path: string
  } | null>(),
  setPracticeSpeed: call(z.strictObject({ speed: z.number().min(0).max(3600) })).returns<{ readonly speed: number }>(),
} as const

/** Everything main may tell the renderer: past participles with a whole snapshot. */
export interface Events {
  readonly releaseChanged: ReleaseView
  readonly releasesChanged: readonly ReleaseSummary[]
  readonly connectionChanged: Connection | null
  /** How far the bundle that is being inspected has been read. */
  readonly bundleRead: { readonly fileName: string; readonly readBytes: number; readonly sizeBytes: number }
}

export type CallName = keyof typeof calls
export type Input<Name extends CallName> = z.input<(typeof calls)[Name]['input']>
export type Parsed<Name extends CallName> = z.output<(typeof calls)[Name]['input']>
export type Output<Name extends CallName> = Exclude<(typeof calls)[Name]['output'], undefined>
export type Lever = z.output<typeof lever>
export type Credentials = z.output<typeof credentials>
