import { randomBytes } from 'node:crypto'
import type { Entry } from './contract/entries.ts'
import type { AccountReference, Environment, ReleaseSettings, ReleaseSummary, ReleaseView } from './contract/models.ts'
import { problem } from './contract/problem.ts'
import { type ReleaseJournal, type RunningRelease, runRelease } from './release/engine.ts'
import { replay } from './release/state.ts'
import { summaryOf, viewOf } from './release/view.ts'
import type { World } from './release/world.ts'

/** What is needed of the journal's file; one for all releases. */
export interface JournalFile {
  releaseIds(): readonly string[]
  read(releaseId: string): {
    readonly entries: readonly { readonly entry: Entry; readonly hash: string }[]
    readonly damage: string | null
  }
  append(releaseId: string, entry: Entry): { readonly hash: string }
}

/** A screen needs no more than ten snapshots a second. */
const SNAPSHOT_MILLISECONDS = 100

export type Releases = ReturnType<typeof openReleases>

/** All releases: those on disk, and those whose loops run because their account is connected. */
export function openReleases(
  file: JournalFile,
  onChange: (view: ReleaseView) => void,
  onList: (list: readonly ReleaseSummary[]) => void,
) {
  const running = new Map<string, RunningRelease>()
  const shown = new Map<string, { latest: ReleaseView; timer: NodeJS.Timeout | null }>()

  function list(): readonly ReleaseSummary[] {
    return file.releaseIds().flatMap((id) => {
      const { entries, damage } = file.read(id)
      return entries.length === 0 ? [] : [summaryOf(replay(entries.map(({ entry }) => entry)), damage !== null)]
    })
  }

  /** Sends at most ten snapshots a second of each release, always ending with the newest. */
  function show(view: ReleaseView): void {
    const { id } = view.release
    const known = shown.get(id)
    if (known?.timer) {
      known.latest = view
      return
    }
    const entry = { latest: view, timer: null as NodeJS.Timeout | null }
    entry.timer = setTimeout(() => {
      entry.timer = null
      if (entry.latest !== view) show(entry.latest)
    }, SNAPSHOT_MILLISECONDS)
    shown.set(id, entry)
    onChange(view)
  }

  function run(id: string, world: World): RunningRelease {
    const { entries, damage } = file.read(id)
    if (damage !== null) {
      throw problem('journal', 'The journal of this release has been damaged or changed', {
        meaning:
          'What was done can no longer be proved from it, so the release is not continued. Nothing is changed in AWS.',
        remedy: 'Look at both environments in the AWS console and finish by hand. The journal is kept as it is.',
        detail: damage,
      })
    }
    let head = { entries: entries.length, lastHash: entries.at(-1)?.hash ?? '' }
    const journal: ReleaseJournal = {
      append(entry) {
        head = { entries: head.entries + 1, lastHash: file.append(id, entry).hash }
      },
      head: () => head,
    }
    let step = ''
    const release = runRelease({
      entries: entries.map(({ entry }) => entry),
      journal,
      world,
      random: Math.random,
      onChange: (view) => {
        show(view)
        const now = `${view.release.track} ${view.release.step} ${view.release.outcome}`
        if (now !== step) onList(list())
        step = now
      },
    })
    running.set(id, release)
    return release
  }

  async function closeAll(): Promise<void> {
    const closing = [...running.values()]
    running.clear()
    await Promise.all(closing.map((release) => release.close()))
  }

  return {
    list,
    closeAll,

    get(id: string): RunningRelease {
      const release = running.get(id)
      if (!release)
        throw problem('not-connected', 'The account of this release is not connected', {
          meaning: 'The release stands where it stood; nothing is lost.',
          remedy: 'Sign in to its account, then open it again.',
        })
      return release
    },

    /** A release as it is now, or as its journal left it when it does not run. */
    view(id: string): ReleaseView {
      const release = running.get(id)
      if (release) return release.view()
      const { entries } = file.read(id)
      const last = entries.at(-1)
      if (!last) throw problem('not-found', 'There is no such release in the journal')
      return viewOf({
        state: replay(entries.map(({ entry }) => entry)),
        sight: null,
        judgement: null,
        acting: null,
        trouble: null,
        clock: { now: () => last.entry.at, speed: () => 0 },
        head: { entries: entries.length, lastHash: last.hash },
      })
    },

    /** Continues every release of this account that has not ended; the loops find out by themselves what was done. */
    async resume(account: AccountReference, world: World): Promise<void> {
      await closeAll()
      for (const summary of list()) {
        const isOf =
          summary.account.kind === account.kind &&
          summary.account.accountId === account.accountId &&
          summary.account.region === account.region
        if (isOf && summary.outcome === null && !summary.damaged) run(summary.id, world)
      }
    },

    start(environment: Environment, account: AccountReference, settings: ReleaseSettings, world: World): ReleaseView {
      const { cname } = environment
      if (environment.tier !== 'WebServer' || cname === null) {
        throw problem('bad-input', `${environment.name} is a worker: it has no URL`, {
          meaning: 'There is nothing to swap.',
          remedy: 'Update a worker environment in place, from the AWS console.',
        })
      }
      // A damaged one is never continued: it must not keep its URL from being released for ever.
      const other = list().find(
        (each) =>
          each.outcome === null &&
          !each.damaged &&
          each.productionCname === cname &&
          each.account.kind === account.kind &&
          each.account.accountId === account.accountId,
      )
      if (other) {
        throw problem('locked', `A release of ${cname} is in progress already`, {
          meaning: 'Two releases of one environment would undo each other.',
          remedy: 'Continue that one, or end it first.',
        })
      }
      const id = `r-${randomBytes(5).toString('hex')}`
      const suffix = id.slice(2, 7)
      file.append(id, {
        kind: 'started',
        at: world.clock.now(),
        id,
        account,
        application: environment.application,
        productionCname: cname,
        blue: { id: environment.id, name: environment.name },
        // Names have at most 40 characters, CNAME prefixes 63 (Elastic Beanstalk API, CreateEnvironment).
        green: {
          name: `${environment.name.slice(0, 34)}-${suffix}`,
          cnamePrefix: `${environment.name.toLowerCase().slice(0, 50)}-${suffix}`,
          templateName: `signalbox-${id}`,
        },
        settings,
      })
      file.append(id, { kind: 'entered', at: world.clock.now(), step: 'independence' })
      const view = run(id, world).view()
      onList(list())
      return view
    },
  }
}
