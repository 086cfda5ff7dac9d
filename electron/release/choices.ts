import type { Choice, StepStatus } from '../contract/models.ts'
import type { Problem } from '../contract/problem.ts'
import { isPassing, needsSignIn } from '../contract/problem.ts'
import { heldInWords } from './put-back.ts'
import { type ReleaseState, recordOf } from './state.ts'
import type { Drift } from './step.ts'

/** What the operator can do besides the step's own lever; every state that has not ended offers at least one way on. */
export function choicesOf(
  state: ReleaseState,
  seen: {
    readonly status: StepStatus
    readonly problem: Problem | null
    readonly drift: Drift | null
    readonly allowsRollBack: boolean
  },
): readonly Choice[] {
  const { status, problem, drift } = seen
  const { release } = state
  if (release.outcome !== null) return []
  const choices: Choice[] = []
  if (problem && needsSignIn(problem)) {
    choices.push({
      id: 'sign-in',
      title: 'Sign in again',
      effect: 'The release goes on where it stands; nothing is done twice.',
    })
  }
  if (drift?.stops && drift.goOn !== null)
    choices.push({ id: 'accept-drift', title: 'Go on with it as it is', effect: drift.goOn, of: drift.id })
  if (status === 'stuck' || problem) {
    choices.push({
      id: 'retry',
      title: 'Try again',
      effect: drift?.stops ? 'Looks again now.' : retryEffect(release.step, status),
    })
  }
  // Without production where it belongs, another version is not what is needed.
  const canChoose =
    seen.allowsRollBack &&
    release.track === 'forward' &&
    (release.step === 'test' ||
      (release.step === 'deploy' && status === 'stuck') ||
      (release.step === 'swap' && recordOf(state, 'swap').intents['swap-cnames'] === undefined))
  if (canChoose) {
    choices.push({
      id: 'choose-another-version',
      title: 'Choose another version',
      effect: 'Goes back to Deploy. Green stays; production is untouched.',
    })
  }
  if (seen.allowsRollBack && canRollBack(state))
    choices.push({ id: 'roll-back', title: 'Roll back', effect: rollBackEffect(state) })
  if (status === 'stuck' || (problem && !isPassing(problem) && !needsSignIn(problem)))
    choices.push({
      id: 'hand-over',
      title: 'Hand over',
      effect: 'Shows a text for your AWS administrator: where the release stands, every id, the calls and the events.',
    })
  choices.push({
    id: 'stop',
    title: 'Stop this release',
    effect: `Leaves everything in AWS exactly as it is now and closes the journal. Green, where it exists, stays and costs money.${stillHeld(state)}`,
  })
  return choices
}

/** Before blue's termination was asked for there is always a way back. */
export function canRollBack(state: ReleaseState): boolean {
  return (
    state.release.track === 'forward' &&
    state.release.outcome === null &&
    state.forward.retire.intents['terminate-environment'] === undefined
  )
}

/** Nobody gives it back once the release is stopped. */
function stillHeld(state: ReleaseState): string {
  const held = heldInWords(state)
  return held === null ? '' : ` What was held off on it for the release stays so: set ${held} by hand.`
}

function retryEffect(step: ReleaseState['release']['step'], status: StepStatus): string {
  if (status !== 'stuck') return 'Looks again now, instead of waiting.'
  switch (step) {
    case 'deploy':
      return 'Deploys the same version to green once more.'
    case 'test':
      return 'Begins the checks and the bake again.'
    case 'swap':
      return 'Asks AWS for the swap once more, after looking who holds the production URL.'
    case 'retire':
      return 'Asks AWS once more to terminate, after every gate was looked at again.'
    default:
      return 'Looks again now.'
  }
}

function rollBackEffect(state: ReleaseState): string {
  const { release } = state
  const swapped = state.forward.swap.effects['swap-cnames'] !== undefined
  if (swapped)
    return `${state.shrunk ? `Scales ${release.blue.name} back to its size first. ` : ''}Swaps the URLs back to ${release.blue.name}, waits until the world has followed, then removes ${release.green.name}.`
  if (state.forward.clone.intents['create-environment'] !== undefined)
    return `Terminates ${release.green.name}. Production stays on ${release.blue.name}, untouched.`
  return 'Nothing was created yet: the release simply ends.'
}
