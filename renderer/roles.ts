import type { Choice, Colour, Lane, ReleaseView, StepView } from '../electron/contract/models.ts'
import { STEP_IDS, type StepId } from '../electron/contract/steps.ts'

/** The lanes by their part on this track: production goes `to` one and leaves the other. */
export interface Roles {
  readonly to: Lane
  readonly from: Lane
  readonly toColour: Colour
  readonly fromColour: Colour
}

/** Which lane production goes to: green on the way forward, blue on the way back. */
export function rolesOf(view: ReleaseView): Roles {
  const [toColour, fromColour]: readonly [Colour, Colour] =
    view.release.track === 'forward' ? ['green', 'blue'] : ['blue', 'green']
  return { to: view.lanes[toColour], from: view.lanes[fromColour], toColour, fromColour }
}

/** The steps of the track that the release is on, in their order. */
export function stepsOf(view: ReleaseView): readonly StepView[] {
  return view.release.track === 'forward' ? STEP_IDS.map((id) => view.steps[id]) : view.rollbackSteps
}

/** The step to draw: the one the operator looks at if it is on this track, else the one the release is at. */
export function shownStepOf(view: ReleaseView, shown: StepId | null): StepView {
  const steps = stepsOf(view)
  const wanted = shown ?? view.release.step
  return (
    steps.find((step) => step.id === wanted) ??
    steps.find((step) => step.id === view.release.step) ??
    steps.at(-1) ??
    view.steps[view.release.step]
  )
}

/** What rolling back does to what, line by line, from where the release stands now. */
export function rollBackLines(view: ReleaseView): readonly string[] {
  const { blue, green } = view.lanes
  const production = view.release.productionCname
  if (green.holdsProduction) {
    return [
      `${production} goes back to blue, ${blue.name}: its CNAME and green’s are swapped again, by environment id.`,
      'People who still have green’s address cached reach green until that expires, so both keep running until the users have moved.',
      `After that green, ${green.name}, is terminated. You see every gate before that happens.`,
    ]
  }
  if (green.environment === null || green.gone) {
    return [`Nothing was made in AWS that would have to be removed. ${production} stays with blue, ${blue.name}.`]
  }
  return [
    `Green, ${green.name} (${green.environment.id}), is terminated with everything Elastic Beanstalk made for it.`,
    ...(green.environment.status === 'Ready'
      ? []
      : [`It is ${green.environment.status} now; an update that still runs is aborted first.`]),
    `${production} stays with blue, ${blue.name}. Nobody notices.`,
  ]
}

/** Choices that another click cannot take back: they are confirmed first. */
export function needsConfirmation(choice: Choice['id']): boolean {
  return choice === 'roll-back' || choice === 'stop' || choice === 'accept-drift'
}
