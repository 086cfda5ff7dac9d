import type { Colour, Environment } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import { type ReleaseState, recordOf, serving } from './state.ts'
import { type Drift, holderOf, isGone, READ_LAG_MILLISECONDS, type Sight } from './step.ts'

/** Every drift there is to see, the gravest first; accepted ones included. Pure. */
export function driftsOf(state: ReleaseState, sight: Sight): readonly Drift[] {
  const { outcome, step } = state.release
  // The first step looks at blue by gates of its own: nothing was expected before it.
  if (outcome !== null || step === 'independence') return []
  return [
    ...goneDrifts(state, sight),
    ...holderDrifts(state, sight),
    ...changedDrifts(state, sight),
    ...busyDrifts(state, sight),
  ]
}

/** The gravest drift that the operator has not accepted. */
export function openDrift(state: ReleaseState, drifts: readonly Drift[]): Drift | null {
  return drifts.find(({ id, goOn }) => goOn === null || state.accepted[id] === undefined) ?? null
}

function drift(
  id: string,
  title: string,
  meaning: string,
  remedy: string,
  rest: Partial<Pick<Drift, 'stops' | 'goOn' | 'allowsRollBack'>> = {},
): Drift {
  const { stops = true, goOn = null, allowsRollBack = true } = rest
  return { id, problem: problem('drift', title, { meaning, remedy }).problem, stops, goOn, allowsRollBack }
}

function goneDrifts(state: ReleaseState, sight: Sight): readonly Drift[] {
  return (['blue', 'green'] as const)
    .filter((colour) => isMissed(state, colour) && isGone(sight[colour]))
    .map((colour) => {
      const { name } = state.release[colour]
      const title = `${name} was terminated by another hand`
      const id = `${colour}-gone`
      const { productionCname } = state.release
      if (serving(state) === colour) {
        return drift(
          id,
          title,
          `${productionCname} went with it: nobody answers there now. Signalbox leaves ${state.release[other(colour)].name} as it is.`,
          'Ask your AWS administrator at once: Elastic Beanstalk rebuilds a terminated environment for 42 days (AWS console, Restore terminated environment). Hand over gives the text for it.',
          { allowsRollBack: false },
        )
      }
      if (colour === 'green' && state.release.track === 'forward') {
        return drift(
          id,
          title,
          `Production is untouched: it stays on ${state.release.blue.name}.`,
          'Roll back to end this release cleanly, then start a new one.',
        )
      }
      if (colour === 'blue' && state.release.track === 'rollback') {
        return drift(
          id,
          title,
          `There is nothing to roll back to. Production stays on ${state.release.green.name}.`,
          'Stop this release: green stays and serves. Hand over gives the text for your AWS administrator.',
          { allowsRollBack: false },
        )
      }
      return drift(
        id,
        title,
        `Production is not affected: it is on ${state.release[other(colour)].name}. There is no quick way back any more.`,
        'Find out who did it. Go on to have it proved that nothing of it is left.',
        { goOn: 'The release goes on without it and proves that it is gone.', allowsRollBack: false },
      )
    })
}

/** Whether an environment ought to be there: it was made, and this release did not ask for its end. */
function isMissed(state: ReleaseState, colour: Colour): boolean {
  const { track, step } = state.release
  if (colour === 'blue') return state.forward.retire.intents['terminate-environment'] === undefined
  // Its own step waits for green to be listed; the way back ends with removing it.
  return track === 'forward' ? step !== 'clone' : step !== 'retire'
}

function holderDrifts(state: ReleaseState, sight: Sight): readonly Drift[] {
  const { release } = state
  const { blue, green } = sight
  if (isGone(blue) || (isGone(green) && isMissed(state, 'green')) || isSwapping(state, sight)) return []
  const expected = serving(state)
  const holder = holderOf(state, sight)
  if (holder === expected) return []
  const { productionCname } = release
  if (holder === null && (blue?.cname === null || green?.cname === null)) {
    return [
      drift(
        'holder-untold',
        'Elastic Beanstalk does not say who holds the production URL',
        'It left a CNAME out of its answer. Nothing is changed while this is so.',
        'It is asked again by itself. If this stays, look at both environments in the AWS console.',
        { allowsRollBack: false },
      ),
    ]
  }
  if (holder === null) {
    return [
      drift(
        `holder-none ${blue?.cname ?? ''} ${green?.cname ?? ''}`,
        'Neither environment of this release holds the production URL',
        `${productionCname} was moved by another hand. Swapping or terminating now could take it away from whoever holds it.`,
        'Find out in the AWS console who holds it now. When it is back on one of the two this goes on; else stop this release.',
        { allowsRollBack: false },
      ),
    ]
  }
  if (release.track === 'rollback') {
    // Whoever swapped back already did what this step would do.
    if (release.step === 'swap') return []
    return [
      drift(
        'swapped-again',
        `${release.green.name} holds the production URL again`,
        'Somebody has swapped the URLs while the release was being rolled back. Nothing is terminated while this is so.',
        'Find out who did it. Stop this release, or have the URLs swapped back.',
        { allowsRollBack: false },
      ),
    ]
  }
  if (holder === 'green') {
    const tested = state.forward.test.provedAt !== null && release.step === 'swap'
    return [
      drift(
        'swapped-early',
        'Somebody has swapped the URLs already',
        `${productionCname} belongs to ${release.green.name} now, ${tested ? 'before this release asked for it' : 'which was not proved yet'}.`,
        tested
          ? 'Go on: what follows is proved as always. Or roll back, which swaps the URLs back.'
          : 'Roll back: that swaps the URLs back and waits until the world has followed.',
        { goOn: tested ? 'The swap counts as done; what follows is proved as always.' : null },
      ),
    ]
  }
  return [
    drift(
      'swapped-back',
      'Somebody has swapped the URLs back',
      `${productionCname} belongs to ${release.blue.name} again. Nothing is terminated while this is so.`,
      'Find out who did it. Roll back to end the release on blue, with every proof.',
    ),
  ]
}

function changedDrifts(state: ReleaseState, sight: Sight): readonly Drift[] {
  const { release, version, known } = state
  const { blue, green } = sight
  if (release.track === 'rollback') return []
  const swapped = state.forward.swap.provedAt !== null
  const drifts: Drift[] = []
  if (known.blue && blue && isMissed(state, 'blue') && !isGone(blue)) {
    const goOn = swapped
      ? 'The release goes on; what was put on blue ends with it.'
      : 'The release goes on from there: green was cloned from the older state, and takes its place.'
    if (isAnother(blue.versionLabel, known.blue.versionLabel)) {
      drifts.push(
        drift(
          `blue-version ${blue.versionLabel}`,
          `Somebody has deployed ${blue.versionLabel} to blue`,
          swapped
            ? `${blue.name} is not in production any more: whoever did it may believe that it is.`
            : `Production ran ${known.blue.versionLabel} when this release began; green does not contain what was released since.`,
          'Ask whoever did it. Go on only if the new version of this release contains it.',
          { goOn },
        ),
      )
    }
    if (isAnother(blue.platformArn, known.blue.platformArn)) {
      drifts.push(
        drift(
          `blue-platform ${blue.platformArn}`,
          'The platform of blue was updated',
          `${blue.name} runs ${blue.platform} now; green was made on another one.`,
          'A managed update may have done it. Test green with care; roll back and clone again to have it on the same platform.',
          { goOn },
        ),
      )
    }
  }
  if (green && !isGone(green) && ['test', 'swap', 'propagation', 'retire'].includes(release.step)) {
    if (version && isAnother(green.versionLabel, version.label)) {
      drifts.push(
        drift(
          `green-version ${green.versionLabel}`,
          `Somebody has deployed ${green.versionLabel} to green`,
          swapped
            ? `${green.name} is production now: this release proved ${version.label}, not what runs there.`
            : `What was tested is ${version.label}. Production is untouched.`,
          swapped
            ? 'Ask whoever did it. Go on if it is meant; roll back if it is not.'
            : 'Choose another version to deploy and test again, or roll back.',
          { goOn: swapped ? 'The release goes on with what runs on green now.' : null },
        ),
      )
    }
    if (known.green && isAnother(green.platformArn, known.green.platformArn)) {
      drifts.push(
        drift(
          `green-platform ${green.platformArn}`,
          'The platform of green was updated',
          `${green.name} runs ${green.platform} now, which is not what was cloned${swapped ? '' : ' and may not be what was tested'}.`,
          'A managed update may have done it. Test again, or go on if it is meant.',
          { goOn: 'The release goes on with the platform that green runs now.' },
        ),
      )
    }
  }
  return drifts
}

/** What an answer leaves out is no change: AWS's model requires none of its members. */
function isAnother(now: string | null, before: string | null): boolean {
  return Boolean(now) && Boolean(before) && now !== before
}

function busyDrifts(state: ReleaseState, sight: Sight): readonly Drift[] {
  return (['blue', 'green'] as const).flatMap((colour) => {
    const environment = sight[colour]
    if (!environment || isGone(environment) || ['Ready', 'Launching', ''].includes(environment.status)) return []
    if (isOurs(state, sight, colour)) return []
    return [
      drift(
        `${colour}-busy`,
        `Somebody else is changing ${environment.name}`,
        `Its status is ${environment.status}, and this release did not ask for it: an operator, a managed update or a configuration change. Nothing is done to it meanwhile.`,
        'Wait until it is Ready again; this goes on by itself and looks at everything anew.',
        { stops: false },
      ),
    ]
  })
}

/** Whether what moves there now was asked for by this release. */
function isOurs(state: ReleaseState, sight: Sight, colour: Colour): boolean {
  const { track, step } = state.release
  if (isSwapping(state, sight)) return true
  if (step === 'retire') {
    const { leverAt, intents } = recordOf(state, 'retire')
    // At the very end green is given back what was held off for the release.
    if (colour === 'green' && intents['put-back'] !== undefined) return true
    return leverAt !== null && (track === 'rollback') === (colour === 'green')
  }
  // What was shrunk for a standby is scaled back before the swap back.
  if (colour === 'blue') return track === 'rollback' && step === 'swap' && state.shrunk !== null
  return step === 'clone' || (step === 'deploy' && state.forward.deploy.intents['deploy-version'] !== undefined)
}

/** From the call until it is proved, or until it is known that nothing came of it. */
function isSwapping(state: ReleaseState, sight: Sight): boolean {
  if (state.release.step !== 'swap') return false
  const { intents, effects, leverAt } = recordOf(state, 'swap')
  const asked = intents['swap-cnames']
  if (asked === undefined) return false
  return effects['swap-cnames'] !== undefined || leverAt !== null || sight.at - asked < 2 * READ_LAG_MILLISECONDS
}

function other(colour: Colour): Colour {
  return colour === 'blue' ? 'green' : 'blue'
}

/** What the journal keeps of an environment, to know it again. */
export function knownOf({ versionLabel, platformArn }: Environment) {
  return { versionLabel, platformArn }
}
