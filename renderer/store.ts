import { create } from 'zustand'
import type { AwsProfile, Connection } from '../electron/contract/connection.ts'
import type { CallName, Events } from '../electron/contract/contract.ts'
import type { BundleInspection, ReleaseSummary, ReleaseView, VersionInspection } from '../electron/contract/models.ts'
import type { Problem } from '../electron/contract/problem.ts'
import type { StepId } from '../electron/contract/steps.ts'
import type { CloneForm } from './clone-form.ts'

/** What the operator has typed and chosen for the levers of the open release; null: nothing yet, the screen proposes. */
export interface Draft {
  readonly greenName: string | null
  readonly cnamePrefix: string | null
  /** What green is to have otherwise than blue, as it was typed. */
  readonly cloneForm: CloneForm | null
  readonly versionSource: 'practice' | 'bundle' | 'existing' | null
  readonly inspection: BundleInspection | null
  readonly versionLabel: string | null
  readonly existingVersion: string | null
  /** What was found in the bundle of that version; null: nothing yet, or it cannot be read. */
  readonly existingInspection: VersionInspection | null
  readonly signOffNote: string
  readonly typedUrl: string
  readonly databasePassword: string
}

export const BLANK_DRAFT: Draft = {
  greenName: null,
  cnamePrefix: null,
  cloneForm: null,
  versionSource: null,
  inspection: null,
  versionLabel: null,
  existingVersion: null,
  existingInspection: null,
  signOffNote: '',
  typedUrl: '',
  databasePassword: '',
}

export type ScreenName = 'starting' | 'connect' | 'releases' | 'choose' | 'release'

/** The last snapshots from main and what the operator looks at. */
export interface SignalboxState {
  readonly screen: ScreenName
  readonly version: string
  readonly profiles: readonly AwsProfile[]
  readonly regions: readonly string[]
  readonly connection: Connection | null
  readonly releases: readonly ReleaseSummary[]
  readonly view: ReleaseView | null
  /** When `view` arrived, on the page's own clock (`performance.now`). */
  readonly viewArrivedAt: number
  /** The step the operator looks at; null: the one the release is at. */
  readonly shownStep: StepId | null
  readonly draft: Draft
  readonly practiceSpeed: number | null
  /** The dialog that says what rolling back does is open. */
  readonly confirmingRollBack: boolean
  /** The text for the administrator, while it is shown. */
  readonly handOver: { readonly text: string; readonly copied: boolean } | null
  readonly helpOpen: boolean
  readonly signingIn: boolean
  /** Calls that main has not answered yet. */
  readonly waitingFor: readonly CallName[]
  /** How far the last chosen bundle has been read. */
  readonly bundleRead: Events['bundleRead'] | null
  /** What the operator's last wish met; shown until dismissed or the next wish. */
  readonly problem: Problem | null
}

export const useSignalbox = create<SignalboxState>()(() => ({
  screen: 'starting',
  version: '',
  profiles: [],
  regions: [],
  connection: null,
  releases: [],
  view: null,
  viewArrivedAt: 0,
  shownStep: null,
  draft: BLANK_DRAFT,
  practiceSpeed: null,
  confirmingRollBack: false,
  handOver: null,
  helpOpen: false,
  signingIn: false,
  waitingFor: [],
  bundleRead: null,
  problem: null,
}))

/** Whether main still owes the answer to this call. */
export function useWaitingFor(name: CallName): boolean {
  return useSignalbox((state) => state.waitingFor.includes(name))
}
