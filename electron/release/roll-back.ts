import type { EntryOf } from '../contract/entries.ts'
import { problem, SignalboxError } from '../contract/problem.ts'
import { canRollBack } from './choices.ts'
import { driftsOf } from './drift.ts'
import type { ReleaseState } from './state.ts'
import { holderOf, READ_LAG_MILLISECONDS, type Sight } from './step.ts'

/** Refuses where there is no way back by a swap any more. */
export function checkWayBack(state: ReleaseState): void {
  if (canRollBack(state)) return
  throw problem('locked', 'There is no way back by a swap any more', {
    meaning: 'The termination was asked for already.',
    remedy:
      'Elastic Beanstalk can rebuild a terminated environment for 42 days: AWS console, Restore terminated environment.',
  })
}

/** The decision to roll back, by a look that was just taken. Throws while nobody can tell which way is back. */
export function rollBackChosen(state: ReleaseState, seen: Sight, now: number): EntryOf<'roll-back-chosen'> {
  const holder = holderOf(state, seen)
  const unsafe = driftsOf(state, seen).find(({ allowsRollBack }) => !allowsRollBack)
  if (unsafe) throw new SignalboxError(unsafe.problem)
  const asked = state.forward.swap.intents['swap-cnames']
  const moving = [seen.blue, seen.green].some((environment) => environment?.status === 'Updating')
  if (asked !== undefined && holder !== 'green' && (moving || now - asked < READ_LAG_MILLISECONDS)) {
    throw problem('locked', 'The swap is under way', {
      meaning: 'It must be known first whether it happened.',
      remedy: 'Wait half a minute, then roll back.',
    })
  }
  // Whoever was sent to green once may still be on their way: also where the URLs were swapped back meanwhile.
  const { effects, provedAt } = state.forward.swap
  const swapped = holder === 'green' || effects['swap-cnames'] !== undefined || provedAt !== null
  return { kind: 'roll-back-chosen', at: now, swapped }
}
