import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { AwsProfile, Connection, PracticeBundle } from './contract/connection.ts'
import type { Credentials, Events, Lever } from './contract/contract.ts'
import type {
  Application,
  BundleDifference,
  BundleInspection,
  SourceBundle,
  VersionInspection,
} from './contract/models.ts'
import { problem } from './contract/problem.ts'
import type { Handlers } from './ipc.ts'
import type { LeverInput } from './release/running.ts'
import type { World } from './release/world.ts'
import type { Releases } from './releases.ts'

/** An account that was signed in to: who we are there, and the world a release may touch. */
export interface Connected {
  readonly connection: Connection
  readonly world: World
  /** Looks into bundles of versions where they lie in S3. */
  readonly storedBundles: {
    inspect(application: string, versionLabel: string, platform: string | null): Promise<VersionInspection>
    compare(application: string, running: string, chosen: SourceBundle | string): Promise<BundleDifference>
  }
  listApplications(): Promise<readonly Application[]>
  /** What a browser on this computer can open for an environment. */
  browserUrl(environment: { readonly cname: string | null; readonly endpointUrl: string | null }): Promise<string>
  /** Only the practice account's clock can be changed, and only there faults can be switched on. */
  readonly practice?: PracticeControls
  close(): Promise<void>
}

/** What a learner may do to the practice account behind its back. */
export interface PracticeControls {
  setSpeed(speed: number): Promise<number>
  jump(seconds: number): Promise<void>
  setFault(name: string, on: boolean, members?: Readonly<Record<string, unknown>>): Promise<void>
  /** Everything that can be made to go wrong, in the account's own words, and what of it is on. */
  listFaults(): Promise<readonly PracticeFault[]>
}

/** Something that can be made to go wrong in the practice account. */
export interface PracticeFault {
  readonly name: string
  readonly group: string
  readonly words: string
  /** Until it is switched off; otherwise it strikes once, or as often as its members say. */
  readonly lasts: boolean
  readonly on: boolean
  /** The ways in which a menu offers it. */
  readonly offers: readonly {
    readonly words: string
    readonly members: Readonly<Record<string, unknown>>
    readonly on: boolean
  }[]
}

/** What the desk needs of the rest of main. */
export interface DeskTools {
  readonly version: string
  readonly releases: Releases
  connect(credentials: Credentials): Promise<Connected>
  listProfiles(): Promise<readonly AwsProfile[]>
  readonly regions: readonly string[]
  inspect(
    path: string,
    options: {
      readonly platform: string | null
      readonly signal: AbortSignal
      readonly onProgress: (readBytes: number, sizeBytes: number) => void
    },
  ): Promise<Omit<BundleInspection, 'bundleId'>>
  bundleRead(progress: Events['bundleRead']): void
  /** Asks the operator for a file; null when they think better of it. */
  askForBundle(): Promise<string | null>
  readonly practiceBundles: { list(): Promise<readonly PracticeBundle[]>; path(fileName: string): Promise<string> }
  openExternal(url: string): Promise<void>
  copyText(text: string): void
  saveReport(releaseId: string, format: 'html' | 'pdf' | 'json'): Promise<{ readonly path: string } | null>
  /** Remembers how the operator signed in, without secrets, so that an unfinished release can go on at the next start. */
  remember(credentials: Credentials): void
  connectionChanged(connected: Connected | null): void
}

/** A screen needs no more than ten steps a second. */
const PROGRESS_MILLISECONDS = 100

/** Answers every call of the contract. */
export function openDesk(tools: DeskTools): {
  readonly handlers: Handlers
  reconnect(credentials: Credentials): Promise<void>
  close(): Promise<void>
} {
  const { releases } = tools
  const bundles = new Map<string, SourceBundle>()
  let connected: Connected | null = null
  let inspecting = new AbortController()

  /** What blue runs on; null where it is not known. */
  function platformOf(releaseId: string): string | null {
    return releases.view(releaseId).lanes.blue.environment?.platform ?? null
  }

  /** The application of a release and the version that blue runs now. */
  function runningOf(releaseId: string): { readonly application: string; readonly running: string } {
    const { release, lanes } = releases.view(releaseId)
    const running = lanes.blue.environment?.versionLabel
    if (running) return { application: release.application, running }
    throw problem('not-found', 'It is not known which version blue runs', {
      meaning: 'There is nothing to compare with.',
    })
  }

  function here(): Connected {
    if (!connected)
      throw problem('not-connected', 'No account is connected', {
        remedy: 'Connect to the practice account, or sign in to AWS.',
      })
    return connected
  }

  async function connect(credentials: Credentials): Promise<Connection> {
    const found = await tools.connect(credentials)
    const before = connected
    connected = found
    const { kind, accountId, region } = found.connection
    await releases.resume({ kind, accountId, region }, found.world)
    await before?.close()
    tools.remember(credentials)
    tools.connectionChanged(found)
    return found.connection
  }

  async function disconnect(): Promise<null> {
    await releases.closeAll()
    await connected?.close()
    connected = null
    tools.connectionChanged(null)
    return null
  }

  /** A version whose bundle is known to be unsound is refused, as a file would be; one that cannot be read here is not. */
  async function expectDeployable(releaseId: string, versionLabel: string): Promise<void> {
    const { release } = releases.view(releaseId)
    const looked = await here()
      .storedBundles.inspect(release.application, versionLabel, platformOf(releaseId))
      .catch(() => null)
    const [fault] = looked?.findings.filter(({ severity }) => severity === 'error') ?? []
    if (fault) {
      throw problem('bad-bundle', `The bundle of ${versionLabel} must not be deployed`, {
        meaning: [fault.text, fault.meaning].filter(Boolean).join(' '),
        remedy: 'Choose another version.',
      })
    }
  }

  /** Null where another one was chosen before this one was read. */
  async function inspected(path: string, releaseId: string): Promise<BundleInspection | null> {
    // Whoever chooses another file does not wait for the first one.
    inspecting.abort()
    const mine = new AbortController()
    inspecting = mine
    let toldAt = 0
    const reading = tools.inspect(path, {
      platform: platformOf(releaseId),
      signal: mine.signal,
      onProgress: (readBytes, sizeBytes) => {
        if (readBytes < sizeBytes && performance.now() - toldAt < PROGRESS_MILLISECONDS) return
        toldAt = performance.now()
        tools.bundleRead({ fileName: basename(path), readBytes, sizeBytes })
      },
    })
    const inspection = await reading.catch((thrown: unknown) => {
      if (mine.signal.aborted) return null
      throw thrown
    })
    if (inspection === null) return null
    const bundleId = randomUUID()
    if (inspection.sound) bundles.set(bundleId, inspection.bundle)
    return { bundleId, ...inspection }
  }

  const handlers: Handlers = {
    getStart: async () => ({
      version: tools.version,
      electron: process.versions['electron'] ?? '',
      profiles: await tools.listProfiles(),
      regions: tools.regions,
      connection: connected?.connection ?? null,
      releases: releases.list(),
    }),
    connect,
    disconnect,
    listApplications: () => here().listApplications(),
    listApplicationVersions: ({ application }) => here().world.elasticBeanstalk.versions(application),
    listReleases: () => releases.list(),
    startRelease: async ({ environmentId, settings }) => {
      const { world, connection } = here()
      const [environment] = await world.elasticBeanstalk.describeEnvironments({ ids: [environmentId] })
      if (!environment)
        throw problem('not-found', 'That environment is not there any more', { remedy: 'Load the list again.' })
      const { kind, accountId, region } = connection
      return releases.start(environment, { kind, accountId, region }, settings, world)
    },
    openRelease: ({ releaseId }) => releases.view(releaseId),
    chooseBundle: async ({ releaseId }) => {
      const path = await tools.askForBundle()
      return path === null ? null : inspected(path, releaseId)
    },
    listPracticeBundles: () => tools.practiceBundles.list(),
    choosePracticeBundle: async ({ releaseId, fileName }) =>
      inspected(await tools.practiceBundles.path(fileName), releaseId),
    compareBundle: ({ releaseId, bundleId }) => {
      const { application, running } = runningOf(releaseId)
      return here().storedBundles.compare(application, running, bundleOf(bundleId, bundles))
    },
    inspectVersion: ({ releaseId, versionLabel }) => {
      const { release } = releases.view(releaseId)
      return here().storedBundles.inspect(release.application, versionLabel, platformOf(releaseId))
    },
    compareVersion: ({ releaseId, versionLabel }) => {
      const { application, running } = runningOf(releaseId)
      return here().storedBundles.compare(application, running, versionLabel)
    },
    throwLever: async ({ releaseId, lever }) => {
      if (lever.step === 'deploy-existing') await expectDeployable(releaseId, lever.versionLabel)
      return releases.get(releaseId).throwLever(leverInput(lever, bundles))
    },
    changeSettings: ({ releaseId, settings }) => releases.get(releaseId).changeSettings(settings),
    waiveGate: ({ releaseId, step, gate, reason }) => releases.get(releaseId).waive(step, gate, reason),
    answerQuestion: ({ releaseId, question, answer }) => releases.get(releaseId).answer(question, answer),
    chooseRoute: ({ releaseId, route }) => releases.get(releaseId).chooseRoute(route),
    signOff: ({ releaseId, note }) => releases.get(releaseId).signOff(note),
    choose: ({ releaseId, choice, of }) => releases.get(releaseId).choose(choice, of),
    handOver: ({ releaseId, copy }) => {
      const text = releases.handOver(releaseId)
      if (copy) tools.copyText(text)
      return { text }
    },
    rebuildBlue: ({ releaseId }) => {
      const { world, connection } = here()
      const { kind, accountId, region } = connection
      return releases.rebuild(releaseId, { kind, accountId, region }, world)
    },
    openEnvironment: async ({ releaseId, colour }) => {
      const { environment } = releases.get(releaseId).view().lanes[colour]
      if (!environment) throw problem('not-found', 'That environment does not exist yet')
      await tools.openExternal(await here().browserUrl(environment))
      return null
    },
    saveReport: ({ releaseId, format }) => tools.saveReport(releaseId, format),
    setPracticeSpeed: async ({ speed }) => {
      const { practice } = here()
      if (!practice)
        throw problem('bad-input', 'Only the practice account has a speed', { meaning: 'AWS keeps its own time.' })
      return { speed: await practice.setSpeed(speed) }
    },
  }

  return {
    handlers,
    reconnect: async (credentials) => {
      await connect(credentials)
    },
    async close() {
      await releases.closeAll()
      await connected?.close()
    },
  }
}

function leverInput(lever: Lever, bundles: ReadonlyMap<string, SourceBundle>): LeverInput {
  switch (lever.step) {
    case 'deploy':
      return { step: 'deploy', versionLabel: lever.versionLabel, bundle: bundleOf(lever.bundleId, bundles) }
    case 'repair':
      return { step: 'clone', repair: lever.repair }
    case 'deploy-existing':
      return { step: 'deploy', versionLabel: lever.versionLabel, bundle: null }
    default:
      return lever
  }
}

function bundleOf(bundleId: string, bundles: ReadonlyMap<string, SourceBundle>): SourceBundle {
  const bundle = bundles.get(bundleId)
  if (bundle) return bundle
  throw problem('bad-bundle', 'That bundle was not found sound', {
    meaning: 'Nothing was uploaded.',
    remedy: 'Choose the bundle again and read what was found in it.',
  })
}
