import type { Choice, StepStatus } from '../contract/models.ts'
import type { Problem } from '../contract/problem.ts'
import { isPassing, needsSignIn, problem } from '../contract/problem.ts'
import { heldInWords } from './put-back.ts'
import { stillTied } from './route.ts'
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
  const { status, problem: trouble, drift } = seen
  const { release } = state
  if (release.outcome !== null) return []
  const choices: Choice[] = []
  const tied = stillTied(state)
  if (trouble && needsSignIn(trouble)) {
    choices.push({
      id: 'sign-in',
      title: 'Sign in again',
      effect: 'The release goes on where it stands; nothing is done twice.',
    })
  }
  if (drift?.stops && drift.goOn !== null)
    choices.push({ id: 'accept-drift', title: 'Go on with it as it is', effect: drift.goOn, of: drift.id })
  if (status === 'stuck' || trouble) {
    choices.push({
      id: 'retry',
      title: 'Try again',
      effect: drift?.stops ? 'Looks again now.' : retryEffect(state, status),
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
  if (status === 'stuck' || (trouble && !isPassing(trouble) && !needsSignIn(trouble)))
    choices.push({
      id: 'hand-over',
      title: 'Hand over',
      effect: 'Shows a text for your AWS administrator: where the release stands, every id, the calls and the events.',
    })
  choices.push({
    id: 'stop',
    title: 'Stop this release',
    effect: `Leaves everything in AWS exactly as it is now and closes the journal. Green, where it exists, stays and costs money.${stillHeld(state)}${tied === null ? '' : ` ${tied}`}`,
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

/** Refuses to go back to Deploy where there is nothing to deploy to, and once production has moved. */
export function checkAnotherVersion(state: ReleaseState): void {
  const { track, step } = state.release
  const isTime = track === 'forward' && ['deploy', 'test', 'swap'].includes(step)
  if (!isTime || recordOf(state, 'swap').intents['swap-cnames'] !== undefined)
    throw problem('locked', 'Another version cannot be chosen now')
}

/** Nobody gives it back once the release is stopped. */
function stillHeld(state: ReleaseState): string {
  const held = heldInWords(state)
  return held === null ? '' : ` What was held off on it for the release stays so: set ${held} by hand.`
}

function retryEffect(state: ReleaseState, status: StepStatus): string {
  const { step } = state.release
  if (status !== 'stuck') return 'Looks again now, instead of waiting.'
  switch (step) {
    case 'deploy':
      return 'Deploys the same version to green once more.'
    case 'test':
      return 'Begins the checks and the bake again.'
    case 'swap':
      return 'Asks AWS for the swap once more, after looking who holds the production URL.'
    case 'retire':
      return recordOf(state, step).intents['put-back'] === undefined
        ? 'Asks AWS once more to terminate, after every gate was looked at again.'
        : 'Asks once more to give green back what was held off for the release.'
    default:
      return 'Looks again now.'
  }
}

function rollBackEffect(state: ReleaseState): string {
  const { release } = state
  const swapped = state.forward.swap.effects['swap-cnames'] !== undefined
  if (swapped)
    return `${state.shrunk ? `Scales ${release.blue.name} back to its size first. ` : ''}Swaps the URLs back to ${release.blue.name}, waits until the world has followed, then removes ${release.green.name}.${databaseOnWayBack(state)}`
  if (state.forward.clone.intents['create-environment'] !== undefined)
    return `Terminates ${release.green.name}. Production stays on ${release.blue.name}, untouched.`
  return 'Nothing was created yet: the release simply ends.'
}

/** What a way back means for the data, where blue's database was not decoupled first. */
function databaseOnWayBack({ route, decoupledAt, release }: ReleaseState): string {
  if (route !== 'decouple-later') return ''
  return decoupledAt === null
    ? ` ${release.blue.name} still has its database: both use the same data.`
    : ` ${release.blue.name} was decoupled: it has lost the RDS_ properties that Elastic Beanstalk gave it, and its application does not find the database before you have set them by hand. The swap back asks you for that.`
}
