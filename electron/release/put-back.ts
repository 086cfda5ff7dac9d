import type { Held } from '../contract/clone.ts'
import type { Gate } from '../contract/models.ts'
import { type Problem, problem } from '../contract/problem.ts'
import { settingIn } from './clone-options.ts'
import { type ReleaseState, recordOf } from './state.ts'
import {
  evidence,
  gate,
  type Hands,
  isReady,
  journalled,
  READ_LAG_MILLISECONDS,
  type Reading,
  reading,
  type Sight,
  unreadable,
} from './step.ts'
import type { OptionSetting } from './world.ts'

const SOURCE = 'elasticbeanstalk:DescribeConfigurationSettings'
const TITLE = 'Green has back what was held off for the release'

/** Green's settings, where something of them was held; null where there is nothing to give back. */
export async function readHeld(
  state: ReleaseState,
  sight: Sight,
  { world }: Hands,
): Promise<Reading<readonly OptionSetting[]> | null> {
  const { release, held } = state
  if (held.length === 0 || release.track !== 'forward' || !sight.green) return null
  return reading(world, () => world.elasticBeanstalk.deployedSettings(release.application, release.green.name))
}

/** Whether green was given back what it had only for the time of the release, and whether that is to be done now. */
export function putBackOf(
  state: ReleaseState,
  sight: Sight,
  settings: Reading<readonly OptionSetting[]> | null,
): { readonly due: 'put-back' | null; readonly proofs: readonly Gate[]; readonly stuck: Problem | null } {
  const nothing = { due: null, stuck: null }
  if (settings === null) return { ...nothing, proofs: [] }
  if (!settings.ok) return { ...nothing, proofs: [unreadable('put-back', TITLE, SOURCE, settings, true)] }
  const { effects, waivers, leverAt, refusal } = recordOf(state, 'retire')
  const owed = owedOf(state, settings.value)
  const names = inWords(owed)
  const proof = gate(
    'put-back',
    TITLE,
    owed.length === 0 ? 'passed' : 'waiting',
    owed.length === 0
      ? `${inWords(state.held)}: as it was, or as somebody else has set it since.`
      : `Still to do: ${names}.`,
    [evidence(SOURCE, settings.at, owed.length === 0 ? 'nothing is held any more' : `held: ${names}`)],
    {
      waivable: true,
      remedy: `It is done here once. Where that was refused, try again, or set it in the AWS console (Configuration of ${state.release.green.name}): it is seen here. Or say why it may stay as it is.`,
    },
  )
  if (owed.length === 0 || waivers['put-back'] !== undefined || !isReady(sight.green))
    return { ...nothing, proofs: [proof] }
  const askedAt = effects['put-back']
  // A refusal takes the lever back: it is asked for again when the operator says so.
  const refused = leverAt === null && refusal?.action === 'put-back' ? refusal.problem : null
  if (askedAt === undefined) return { due: 'put-back', stuck: refused, proofs: [proof] }
  const late = sight.at - askedAt > READ_LAG_MILLISECONDS && settings.at - askedAt > READ_LAG_MILLISECONDS
  return { due: null, stuck: late ? notTaken(state, names) : null, proofs: [proof] }
}

/** One update of green with all that it is owed; it serves on meanwhile. */
export async function actPutBack(
  state: ReleaseState,
  settings: Reading<readonly OptionSetting[]> | null,
  hands: Hands,
): Promise<void> {
  const { id } = state.release.green
  if (!settings?.ok || id === null) return
  const owed = owedOf(state, settings.value)
  if (owed.length === 0) return
  await journalled(hands, { step: 'retire', action: 'put-back', detail: inWords(owed) }, () =>
    hands.world.elasticBeanstalk.updateSettings(
      id,
      owed.map(({ namespace, optionName, after }) => ({ namespace, optionName, value: after, resourceName: null })),
    ),
  )
}

/** What stays on green as it was held, in words; for when a release ends before its end. */
export function heldInWords(state: ReleaseState): string | null {
  return state.held.length === 0 || state.release.green.id === null ? null : inWords(state.held)
}

/** What still is as the release has set it; what another hand has changed since is theirs. */
function owedOf({ held }: ReleaseState, settings: readonly OptionSetting[]): readonly Held[] {
  return held.filter(
    ({ namespace, optionName, during, after }) =>
      during !== after && settingIn(settings, namespace, optionName) === during,
  )
}

function inWords(held: readonly Held[]): string {
  return held.map(({ optionName, during, after }) => `${optionName} from ${during} back to ${after}`).join(', ')
}

function notTaken(state: ReleaseState, names: string): Problem {
  return problem('refused-by-aws', `${state.release.green.name} did not take back what was held off`, {
    meaning: `${names}: Elastic Beanstalk was asked for it and shows the settings as before. Production is served all the same, and ${state.release.blue.name} is gone as it should be.`,
    remedy: 'Read the events for the cause, then try again; or set it in the AWS console.',
  }).problem
}
