import { isDeepStrictEqual } from 'node:util'
import type { Entry } from '../../electron/contract/entries.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { STEP_IDS } from '../../electron/contract/steps.ts'
import { replay } from '../../electron/release/state.ts'

/** Where the journal, written down and read again, gives another state than its entries did or than was shown. */
export function likeness(entries: readonly Entry[], view: ReleaseView | null): readonly string[] {
  const written = JSON.parse(JSON.stringify(entries)) as Entry[]
  const unlike: string[] = []
  // The same entries replay to the same state: that is only asked where they differ.
  if (!isDeepStrictEqual(written, entries) && !isDeepStrictEqual(replay(written), replay(entries)))
    unlike.push('what is written down replays to another state')
  if (view === null) return unlike
  const state = replay(written)
  if (!isDeepStrictEqual(view.release, state.release)) unlike.push('the release')
  if (view.versionLabel !== (state.version?.label ?? null)) unlike.push('the version')
  if (!isDeepStrictEqual(view.events, state.events)) unlike.push('the events')
  if (view.journal.entries !== entries.length) unlike.push('the number of entries')
  for (const id of STEP_IDS) {
    const [shown, recorded] = [view.steps[id], state.forward[id]]
    if (shown.enteredAt !== recorded.enteredAt || shown.provedAt !== recorded.provedAt) unlike.push(`the step ${id}`)
  }
  for (const shown of view.rollbackSteps) {
    const recorded = state.rollback[shown.id]
    if (shown.enteredAt !== recorded.enteredAt || shown.provedAt !== recorded.provedAt)
      unlike.push(`the step ${shown.id} of the roll back`)
  }
  return unlike
}
