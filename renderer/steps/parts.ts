import type { ComponentType } from 'react'
import type { ReleaseView, StepView } from '../../electron/contract/models.ts'
import type { LeverPlan } from '../lever-reason.ts'
import type { Draft } from '../store.ts'

export interface StepProps {
  readonly view: ReleaseView
  readonly step: StepView
}

/** What a step brings to the frame that draws every step alike. */
export interface StepParts {
  /** What happens here, in a sentence. */
  readonly sentence: (view: ReleaseView) => string
  /** What the operator fills in before the lever; null where there is nothing. */
  readonly Inputs: ComponentType<StepProps> | null
  /** What can be watched while it runs, and what the operator does meanwhile; null where there is nothing. */
  readonly Watch: ComponentType<StepProps> | null
  /** The lever as it is set up now; null where the step has none. */
  readonly plan: (view: ReleaseView, step: StepView, draft: Draft) => LeverPlan | null
}
