import { rolesOf } from '../roles.ts'
import { Domains } from '../ui/Domains.tsx'
import { FoldedPictures } from '../ui/TimelinePictures.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Exchanges the CNAMEs of both environments; the same step takes them back. */
export const swap: StepParts = {
  sentence(view) {
    const { to, from, toColour, fromColour } = rolesOf(view)
    const back = view.release.track === 'rollback' ? 'back ' : ''
    return `${view.release.productionCname} moves ${back}from ${fromColour}, ${from.name}, to ${toColour}, ${to.name}. Both keep running. Swapping again takes it back.`
  },
  Inputs: Audit,
  Watch: FoldedPictures,
  plan: ({ release }) => ({
    label: release.track === 'forward' ? 'Swap the CNAMEs now' : 'Swap the CNAMEs back now',
    lever: { step: 'swap' },
    missing: null,
    brings: [],
  }),
}

function Audit({ view }: StepProps) {
  return view.release.track === 'forward' ? <Domains view={view} /> : null
}
