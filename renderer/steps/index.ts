import type { StepId } from '../../electron/contract/steps.ts'
import { clone } from './Clone.tsx'
import { deploy } from './Deploy.tsx'
import { independence } from './Independence.tsx'
import { propagation } from './Propagation.tsx'
import type { StepParts } from './parts.ts'
import { retire } from './Retire.tsx'
import { swap } from './Swap.tsx'
import { test } from './Test.tsx'

/** Every step's own part of the screen. */
export const stepParts: Readonly<Record<StepId, StepParts>> = {
  independence,
  clone,
  deploy,
  test,
  swap,
  propagation,
  retire,
}
