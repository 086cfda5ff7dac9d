import type { CloneOptions, Repair } from '../contract/clone.ts'
import type { Action, Entry } from '../contract/entries.ts'
import type { Answer, QuestionId, RetireStage, RouteId } from '../contract/independence.ts'
import type { Choice, ReleaseSettings, ReleaseView, SourceBundle } from '../contract/models.ts'
import type { StepId } from '../contract/steps.ts'

/** Where a release is kept. `append` returns only when the entry is durable; it throws `journal` where it cannot be. */
export interface ReleaseJournal {
  append(entry: Entry): void
  head(): { readonly entries: number; readonly lastHash: string }
}

/** What an operator gives with a lever. */
export type LeverInput =
  | { readonly step: 'independence'; readonly password: string | null }
  | {
      readonly step: 'clone'
      readonly greenName: string
      readonly cnamePrefix: string
      readonly options?: CloneOptions | undefined
      readonly password?: string | null | undefined
    }
  | { readonly step: 'clone'; readonly repair: Repair['id'] }
  | { readonly step: 'deploy'; readonly versionLabel: string; readonly bundle: SourceBundle | null }
  | { readonly step: 'test' }
  | { readonly step: 'swap' }
  | { readonly step: 'retire'; readonly typedUrl: string; readonly stage?: RetireStage | undefined }

/** The choices that the engine carries out; signing in and handing over are the desk's. */
type Decision = Exclude<Choice['id'], 'sign-in' | 'hand-over'>

export interface RunningRelease {
  view(): ReleaseView
  throwLever(input: LeverInput): Promise<ReleaseView>
  waive(step: StepId, gateId: string, reason: string): Promise<ReleaseView>
  signOff(note: string): Promise<ReleaseView>
  answer(question: QuestionId, answer: Answer): Promise<ReleaseView>
  chooseRoute(route: RouteId): Promise<ReleaseView>
  changeSettings(settings: ReleaseSettings): Promise<ReleaseView>
  /** `of` says which drift is accepted. */
  choose(choice: Decision, of?: string): Promise<ReleaseView>
  handOver(): string
  /** What AWS is being asked to change at this moment, in words; null when nothing is in flight. */
  acting(): string | null
  /** After the computer slept: nothing that was seen before counts, and everything is looked at anew at once. */
  lookAgain(): void
  /** Ends the loop; a call in flight is awaited, the release stands where it stands. */
  close(): Promise<void>
}

/** What is being asked of AWS, while the answer is out. */
export const ACTION_LABELS = {
  'create-template': 'Saving the configuration of blue',
  'create-environment': 'Asking Elastic Beanstalk for green',
  'delete-template': 'Deleting the temporary configuration template',
  'upload-bundle': 'Uploading the bundle',
  'create-version': 'Creating the application version',
  'deploy-version': 'Asking Elastic Beanstalk to deploy',
  'abort-update': 'Aborting the update in flight',
  'swap-cnames': 'Asking Elastic Beanstalk to swap the CNAMEs',
  'terminate-environment': 'Asking Elastic Beanstalk to terminate',
  'create-snapshot': 'Asking RDS for a snapshot',
  'protect-database': 'Switching deletion protection on',
  'retain-database': 'Setting the deletion policy to Retain',
  'decouple-database': 'Asking Elastic Beanstalk to decouple the database',
  'create-security-group': 'Making the security group',
  'allow-security-group': 'Letting the security group in at the database',
  'attach-security-group': 'Attaching the security group to blue',
  'shrink-environment': 'Asking Elastic Beanstalk to shrink it to one instance',
  'grow-environment': 'Asking Elastic Beanstalk to scale blue back to its size',
  'rebuild-environment': 'Asking Elastic Beanstalk to rebuild blue',
  'repair-ingress': 'Giving green the rules of blue',
  'repair-settings': 'Giving green the settings of blue',
  'repair-capacity': 'Scaling green to the size of blue',
  'put-back': 'Giving green back what was held off for the release',
} as const satisfies Record<Action, string>
