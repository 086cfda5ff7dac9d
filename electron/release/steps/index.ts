import type { StepId } from '../../contract/steps.ts'
import type { Step } from '../step.ts'
import { clone } from './clone.ts'
import { deploy } from './deploy.ts'
import { independence } from './independence.ts'
import { propagation } from './propagation.ts'
import { retire } from './retire.ts'
import { swap } from './swap.ts'
import { test } from './test.ts'

/** Hides what a step's facts are: the engine only hands them from `observe` to `judge` and `act`. */
export type AnyStep = Step<unknown>

function sealed<Facts>(step: Step<Facts>): AnyStep {
  return {
    ...step,
    judge: (state, sight, facts) => step.judge(state, sight, facts as Facts),
    act: (action, state, sight, facts, hands) => step.act(action, state, sight, facts as Facts, hands),
  }
}

/** Every step; an id without its step does not compile. */
export const steps: Readonly<Record<StepId, AnyStep>> = {
  independence: sealed(independence),
  clone: sealed(clone),
  deploy: sealed(deploy),
  test: sealed(test),
  swap: sealed(swap),
  propagation: sealed(propagation),
  retire: sealed(retire),
}
