import { rolesOf } from '../roles.ts'
import type { StepParts } from './parts.ts'

/** Exchanges the CNAMEs of both environments; the same step takes them back. */
export const swap: StepParts = {
  sentence(view) {
    const { to, from, toColour, fromColour } = rolesOf(view)
    const back = view.release.track === 'rollback' ? 'back ' : ''
    return `${view.release.productionCname} moves ${back}from ${fromColour}, ${from.name}, to ${toColour}, ${to.name}. Both keep running. Swapping again takes it back.`
  },
  Inputs: null,
  Watch: null,
  plan: ({ release }) => ({
    label: release.track === 'forward' ? 'Swap the CNAMEs now' : 'Swap the CNAMEs back now',
    lever: { step: 'swap' },
    missing: null,
    brings: [],
  }),
}
