import type { WayBack } from '../contract/domain.ts'
import type { Entry } from '../contract/entries.ts'
import { isPassing, needsSignIn, type Problem, problem, problemOf } from '../contract/problem.ts'
import type { ReleaseState } from './state.ts'
import { READ_LAG_MILLISECONDS } from './step.ts'
import type { World } from './world.ts'

/** Elastic Beanstalk keeps what it needs for as long (AWS developer guide, "Rebuilding environments"). */
const REBUILDABLE_MILLISECONDS = 42 * 86_400_000

/** Until when the environment can be rebuilt that this release has terminated; null where it has terminated none. Pure. */
export function wayBackOf(state: ReleaseState): WayBack | null {
  const { intents, effects } = state.forward.retire
  const terminatedAt = effects['terminate-environment']
  if (state.release.track !== 'forward' || terminatedAt === undefined) return null
  return {
    until: terminatedAt + REBUILDABLE_MILLISECONDS,
    askedAt: effects['rebuild-environment'] ?? intents['rebuild-environment'] ?? null,
  }
}

/**
 * Asks Elastic Beanstalk to bring blue back under its id and name, beside green; production is not touched. Throws in words
 * where that is not possible any more. Journalled before and after, like every change.
 */
export async function rebuildBlue(state: ReleaseState, world: World, record: (entry: Entry) => void): Promise<void> {
  await checkRebuild(state, world)
  const { clock, elasticBeanstalk } = world
  const { id } = state.release.blue
  const note = { step: 'retire' as const, action: 'rebuild-environment' as const }
  record({ kind: 'intent', at: clock.now(), ...note, detail: id })
  try {
    await elasticBeanstalk.rebuild(id)
  } catch (thrown) {
    const refused: Problem = problemOf(thrown)
    const passing = isPassing(refused) || needsSignIn(refused)
    record({ kind: 'refused', at: clock.now(), ...note, problem: refused, passing })
    throw thrown
  }
  record({ kind: 'effect', at: clock.now(), ...note, detail: id })
}

/** Throws in words where the environment cannot be brought back, or is still being terminated. Asks only. */
export async function checkRebuild(state: ReleaseState, world: World): Promise<void> {
  const why = await obstacle(state, world)
  if (why !== null) throw why
}

async function obstacle(state: ReleaseState, world: World) {
  const { release, known } = state
  const { name, id } = release.blue
  const wayBack = wayBackOf(state)
  const now = world.clock.now()
  if (wayBack === null)
    return problem('locked', 'There is nothing to bring back', {
      meaning: 'This release has terminated no environment.',
    })
  if (now > wayBack.until)
    return problem('locked', `${name} cannot be rebuilt any more`, {
      meaning: 'Elastic Beanstalk keeps what it needs for 42 days after the termination, and these are over.',
      remedy: `Create an environment anew, from a saved configuration or as a clone of ${release.green.name}, and deploy the old version to it.`,
    })
  if (wayBack.askedAt !== null && now - wayBack.askedAt < READ_LAG_MILLISECONDS)
    return problem('locked', `${name} is being rebuilt already`, {
      meaning: 'It was asked for a moment ago; it is not done twice.',
      remedy: 'Wait a minute, then look in the list of environments.',
    })
  const listed = await world.elasticBeanstalk.describeEnvironments({ application: release.application })
  const living = listed.find((environment) => environment.name === name && environment.status !== 'Terminated')
  if (living?.id === id && living.status === 'Terminating')
    return problem('locked', `${name} is still being terminated`, {
      meaning: 'What is being terminated cannot be rebuilt. Nothing was changed.',
      remedy: 'Try again once it is gone, in some minutes.',
    })
  if (living?.id === id)
    return problem('locked', `${name} is there already`, { meaning: `Its status is ${living.status}.` })
  if (living)
    return problem('name-taken', `The name ${name} is taken`, {
      meaning: `Another environment, ${living.id}, bears it now; the old one cannot come back under it. Nothing was changed.`,
      remedy: `Terminate the other one first, where nobody needs it.`,
    })
  const label = known.blue?.versionLabel ?? null
  if (label !== null && (await world.elasticBeanstalk.versions(release.application, [label])).length === 0)
    return problem('not-found', `Version ${label} is gone`, {
      meaning: `${name} ran it, and Elastic Beanstalk rebuilds an environment with the version that it had. Nothing was changed.`,
      remedy: `Where you have its bundle still, make a version ${label} of it again in the AWS console, then try again.`,
    })
  // After the swap blue held the name that was green’s.
  const { available, fullyQualified } = await world.elasticBeanstalk.cnameAvailable(release.green.cnamePrefix)
  if (!available)
    return problem('name-taken', `The address ${fullyQualified} is taken`, {
      meaning: `${name} had it when it was terminated, and somebody else has claimed it since. Nothing was changed.`,
      remedy: `Elastic Beanstalk does not rebuild it without. Clone ${release.green.name} instead, and deploy the old version to it.`,
    })
  return null
}
