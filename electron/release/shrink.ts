import type { Gate, Preview } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import type { DatabaseEvidence } from './couplings.ts'
import {
  isAsLarge,
  isOneInstance,
  isThrownFor,
  keepingCosts,
  ONE_INSTANCE,
  retirePreview,
  sizeOf,
  sizeSettings,
} from './standby.ts'
import { type ReleaseState, recordOf } from './state.ts'
import {
  evidence,
  gate,
  type Hands,
  isReady,
  type Judgement,
  journalled,
  partsOf,
  READ_LAG_MILLISECONDS,
  type Reading,
  type Sight,
  underWay,
} from './step.ts'
import type { OptionSetting } from './world.ts'

/** How long a configuration update takes in AWS's own examples; only to draw the bar. */
const TYPICAL_SECONDS = 90

/** The part of the retire step that shrinks blue; null where that is not wanted, or done. `gates` not null: the step's own count. */
export function shrinkOf(state: ReleaseState, sight: Sight, seen: DatabaseEvidence | null): Judgement | null {
  const { settings, track } = state.release
  if (track !== 'forward' || !settings.retirement?.shrink || !seen?.settings.ok) return null
  const size = sizeOf(seen.settings.value)
  const { blue } = sight
  const askedAt = isThrownFor(state, 'shrink') ? recordOf(state, 'retire').effects['shrink-environment'] : undefined
  const working = { gates: null, proofs: [], due: null, stuck: null, stage: 'shrink' as const }
  if (askedAt !== undefined && !isReady(blue)) {
    const label = `Elastic Beanstalk shrinks ${state.release.blue.name}`
    return { ...working, progress: underWay(label, (sight.at - askedAt) / 1000, TYPICAL_SECONDS) }
  }
  if (size === null || isOneInstance(size)) return null
  if (askedAt !== undefined) {
    const late = sight.at - askedAt > READ_LAG_MILLISECONDS
    return {
      ...working,
      progress: late ? null : { label: 'Waiting for the update to begin', fraction: null, secondsLeft: null },
      stuck: late ? unchanged(`${state.release.blue.name} was not shrunk`, 'It is as large as before.') : null,
    }
  }
  const isThrown = isThrownFor(state, 'shrink')
  const costs = keepingCosts(seen.settings.value, sight.blueHealth, size)
  return {
    gates: [],
    proofs: [],
    due: 'shrink-environment',
    progress: null,
    stuck: null,
    stage: 'shrink',
    offersLever: !isThrown,
    preview: blue && retirePreview('shrink', blue, costs, size),
  }
}

/** What terminating means now, before the lever is thrown; null where nothing could be read. */
export function terminatePreview(state: ReleaseState, sight: Sight, seen: DatabaseEvidence | null): Preview | null {
  const { from } = partsOf(state, sight)
  if (!from.environment || !seen?.settings.ok) return null
  const { value } = seen.settings
  return retirePreview(null, from.environment, keepingCosts(value, from.health, sizeOf(value)), null)
}

/** Journals the size that blue has, then shrinks it. */
export async function actShrink(
  id: string,
  state: ReleaseState,
  seen: DatabaseEvidence | null,
  hands: Hands,
): Promise<void> {
  const size = seen?.settings.ok ? sizeOf(seen.settings.value) : null
  if (size === null) return
  // The size from before the first try is the one to be given back.
  if (state.shrunk === null) hands.record({ kind: 'shrinking', at: hands.world.clock.now(), size })
  await journalled(hands, { step: 'retire', action: 'shrink-environment', detail: id }, () =>
    hands.world.elasticBeanstalk.updateSettings(id, sizeSettings(ONE_INSTANCE)),
  )
}

/**
 * The first part of a swap back, where this release has shrunk blue: it is scaled up again before it gets the traffic. Null where
 * there is nothing to give back; with `gates` the caller's own count beside them.
 */
export function growOf(
  state: ReleaseState,
  sight: Sight,
  settings: Reading<readonly OptionSetting[]> | null,
): Judgement | null {
  const { shrunk, release } = state
  if (release.track !== 'rollback' || shrunk === null) return null
  const { name } = release.blue
  const askedAt = recordOf(state, 'swap').effects['grow-environment']
  const nothing = { gates: null, proofs: [], due: null, progress: null, stuck: null }
  if (askedAt !== undefined && !isReady(sight.blue)) {
    const label = `Elastic Beanstalk scales ${name} back to ${shrunk.minSize} to ${shrunk.maxSize} instances`
    return { ...nothing, progress: underWay(label, (sight.at - askedAt) / 1000, TYPICAL_SECONDS) }
  }
  const size = settings?.ok ? sizeOf(settings.value) : null
  if (size !== null && isAsLarge(size, shrunk)) return null
  if (askedAt !== undefined) {
    const late = sight.at - askedAt > READ_LAG_MILLISECONDS
    return {
      ...nothing,
      progress: late ? null : { label: 'Waiting for the update to begin', fraction: null, secondsLeft: null },
      stuck: late
        ? unchanged(`${name} was not scaled back`, 'It is too small for the traffic still: nothing was swapped.')
        : null,
    }
  }
  return { ...nothing, gates: [], due: 'grow-environment' }
}

/** That blue is as large again as before this release shrank it; none where it was not shrunk, or is being scaled back. */
export function sizeGates(
  state: ReleaseState,
  settings: Reading<readonly OptionSetting[]> | null,
  at: number,
): readonly Gate[] {
  const { shrunk, release } = state
  if (release.track !== 'rollback' || shrunk === null) return []
  const size = settings?.ok ? sizeOf(settings.value) : null
  const said = size ? `MinSize ${size.minSize}, MaxSize ${size.maxSize}` : 'not read'
  return [
    gate(
      'scaled-back',
      `${release.blue.name} has its size again`,
      size === null ? 'unknown' : isAsLarge(size, shrunk) ? 'passed' : 'waiting',
      `${said}; before it was shrunk ${shrunk.minSize} to ${shrunk.maxSize}.`,
      [evidence('elasticbeanstalk:DescribeConfigurationSettings', settings?.at ?? at, said)],
      { remedy: 'It is scaled back before the URLs are swapped.' },
    ),
  ]
}

/** Scales blue back to the size that the journal kept. */
export async function actGrow(state: ReleaseState, hands: Hands): Promise<void> {
  const { shrunk } = state
  if (shrunk === null) return
  const { id } = state.release.blue
  await journalled(hands, { step: 'swap', action: 'grow-environment', detail: id }, () =>
    hands.world.elasticBeanstalk.updateSettings(id, sizeSettings(shrunk)),
  )
}

function unchanged(title: string, meaning: string) {
  return problem('refused-by-aws', title, {
    meaning: `${meaning} Elastic Beanstalk accepted the update and did not carry it out.`,
    remedy: 'Read the events for the cause, then try again.',
  }).problem
}
