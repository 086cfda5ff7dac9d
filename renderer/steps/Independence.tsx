import type { StepParts } from './parts.ts'

/** Reads whether blue could be terminated one day without taking data along; there is no lever. */
export const independence: StepParts = {
  sentence: ({ release }) =>
    `Signalbox reads how ${release.blue.name} is tied to a database or to anything else that would go with it. Nothing is changed. A release may only begin where blue can be removed at the end without a loss.`,
  Inputs: null,
  Watch: null,
  plan: () => null,
}
