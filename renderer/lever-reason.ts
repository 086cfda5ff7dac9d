import type { Lever } from '../electron/contract/contract.ts'
import { type Gate, isOpen, type StepView } from '../electron/contract/models.ts'
import { count, listed } from './formats.ts'

/** Whether a lever may be thrown, and the reason in words where it may not. */
export interface LeverState {
  readonly open: boolean
  readonly reason: string
}

/** A step's lever as the operator has set it up. */
export interface LeverPlan {
  readonly label: string
  /** What goes to main; null while something is missing. */
  readonly lever: Lever | null
  /** What the operator still has to fill in, in words. */
  readonly missing: string | null
  /** Gates that are decided by what goes with the lever: they are read again with it, so they do not lock it. */
  readonly brings: readonly string[]
  /** It ends something that cannot be brought back by another click. */
  readonly grave?: boolean
}

/** Why the lever of a step is locked, naming the closed gates. */
export function leverState(step: StepView, paused: boolean, plan: LeverPlan): LeverState {
  if (paused) return locked('The release is paused. Sign in again to go on.')
  if (step.status === 'ahead') return locked('Locked: the steps before this one are not proved yet.')
  if (step.status === 'checking' && step.gates.length === 0)
    return locked('Locked while the gates are read for the first time.')
  const closed = step.gates.filter((gate) => !isOpen(gate) && !plan.brings.includes(gate.id))
  if (closed.length > 0) return locked(closedGates(closed))
  if (step.status === 'checking') return locked('Locked while the gates are read again.')
  if (step.gates.length === 0) return locked('Locked: no gate has been read yet.')
  if (plan.missing !== null || plan.lever === null) return locked(plan.missing ?? 'Something is still missing above.')
  return { open: true, reason: openedText(step.gates.filter(isOpen).length) }
}

/** Whether the gates are behind this step, so that it is the proofs that count now. */
export function isThrown(step: StepView): boolean {
  const { status, proofs } = step
  if (status === 'acting' || status === 'watching' || status === 'stuck' || status === 'proved') return true
  if (status === 'checking') return proofs.length > 0
  return closedProofs(step).length > 0
}

/** The proofs that hold a step up although its gates are open. */
export function closedProofs({ status, gates, proofs }: StepView): readonly Gate[] {
  return status === 'locked' && gates.every(isOpen) ? proofs.filter((proof) => !isOpen(proof)) : []
}

function closedGates(closed: readonly Gate[]): string {
  const named = closed.slice(0, 3).map((gate) => `“${gate.title}”`)
  const more = closed.length - named.length
  const names = more > 0 ? `${named.join(', ')} and ${more} more` : listed(named)
  return `Locked by ${count(closed.length, 'gate')}: ${names}.`
}

function openedText(gates: number): string {
  if (gates < 2) return 'Unlocked: its gate is open.'
  return `Unlocked: all ${count(gates, 'gate')} are open.`
}

function locked(reason: string): LeverState {
  return { open: false, reason }
}
