import type { Entry } from './contract/entries.ts'
import type { ReleaseSummary } from './contract/models.ts'
import { replay } from './release/state.ts'
import { summaryOf } from './release/view.ts'

/** What is needed of the journal's file; one for all releases. */
export interface JournalFile {
  /** All releases, the newest first, without a look at their entries. */
  list(): readonly {
    readonly id: string
    readonly summary: ReleaseSummary | null
    readonly damage: string | null
  }[]
  read(releaseId: string): {
    readonly entries: readonly { readonly entry: Entry; readonly hash: string }[]
    readonly damage: string | null
  }
  append(releaseId: string, entry: Entry, summary: ReleaseSummary): { readonly hash: string }
  summarise(releaseId: string, summary: ReleaseSummary): void
}

/** The ended releases are checked this long after the start, one at a time: nobody waits for it. */
const CHECK_AFTER_MILLISECONDS = 20_000
const CHECK_EVERY_MILLISECONDS = 25

/**
 * Every release in one line, the newest first. One that has not ended is read through before it is shown, since it may
 * be acted upon; the chains of those that have ended are checked in the background, and what is found is told.
 */
export function openReleaseList(
  file: JournalFile,
  onList: (list: readonly ReleaseSummary[]) => void,
  checkAfterMilliseconds = CHECK_AFTER_MILLISECONDS,
) {
  const listed = file.list()
  const lines = new Map(
    listed.map(({ id, summary, damage }) => [
      id,
      summary !== null && damage === null && summary.outcome !== null ? summary : examined(id, summary, damage),
    ]),
  )
  /** The newest comes first. */
  const order = listed.map(({ id }) => id)
  const unchecked = [...lines.values()]
    .filter(({ outcome, damaged }) => outcome !== null && !damaged)
    .map(({ id }) => id)
  let timer = setTimeout(checkNext, checkAfterMilliseconds).unref()

  function list(): readonly ReleaseSummary[] {
    return order.flatMap((id) => lines.get(id) ?? [])
  }

  function examined(id: string, known: ReleaseSummary | null, suspected: string | null): ReleaseSummary {
    const { entries, damage } = file.read(id)
    const found = damage ?? suspected
    const [first] = entries
    const read = first?.entry.kind === 'started' ? summaryOf(replay(entries.map(({ entry }) => entry)), false) : null
    if (found !== null) return { ...(known ?? read ?? unknownRelease(id)), damaged: true, damage: found }
    if (read === null) return { ...unknownRelease(id), damaged: true, damage: 'It does not begin with its release.' }
    if (known === null) keep(read)
    return read
  }

  /** The list can be made again: that it cannot be kept stops nobody. */
  function keep(summary: ReleaseSummary): void {
    try {
      file.summarise(summary.id, summary)
    } catch {
      // The next entry of a release will tell that the journal cannot be written.
    }
  }

  function checkNext(): void {
    const id = unchecked.shift()
    const known = id === undefined ? undefined : lines.get(id)
    if (known === undefined) return
    const now = examined(known.id, known, null)
    if (now.damaged) {
      lines.set(known.id, now)
      onList(list())
    }
    timer = setTimeout(checkNext, CHECK_EVERY_MILLISECONDS).unref()
  }

  return {
    list,
    get: (id: string): ReleaseSummary | undefined => lines.get(id),
    /** A release as it is now; one that is not known yet is the newest. Told where its line reads otherwise. */
    put(summary: ReleaseSummary): void {
      const before = lines.get(summary.id)
      if (before === undefined) order.unshift(summary.id)
      lines.set(summary.id, summary)
      if (before === undefined || textOf(before) !== textOf(summary)) onList(list())
    },
    close: () => clearTimeout(timer),
  }
}

function textOf({ track, step, outcome, versionLabel, damage }: ReleaseSummary): string {
  return [track, step, outcome, versionLabel, damage].join('\n')
}

/** A release of which nothing can be read: that it was there is all that is left. */
function unknownRelease(id: string): ReleaseSummary {
  return {
    id,
    account: { kind: 'practice', accountId: '', region: '' },
    application: '',
    productionCname: '',
    versionLabel: null,
    startedAt: 0,
    endedAt: null,
    outcome: null,
    track: 'forward',
    step: 'independence',
    damaged: true,
  }
}
