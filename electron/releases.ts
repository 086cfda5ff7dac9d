import { randomBytes } from 'node:crypto'
import type { Entry, EntryOf } from './contract/entries.ts'
import type { AccountReference, Environment, ReleaseSettings, ReleaseSummary, ReleaseView } from './contract/models.ts'
import { problem } from './contract/problem.ts'
import { runRelease } from './release/engine.ts'
import { handOver } from './release/hand-over.ts'
import { checkRebuild, rebuildBlue } from './release/rebuild.ts'
import type { ReleaseJournal, RunningRelease } from './release/running.ts'
import { apply, begin, type ReleaseState, replay } from './release/state.ts'
import { summaryOf, viewOf } from './release/view.ts'
import type { World } from './release/world.ts'
import { type JournalFile, openReleaseList } from './release-list.ts'

/** A screen needs no more than ten snapshots a second. */
const SNAPSHOT_MILLISECONDS = 100

export type Releases = ReturnType<typeof openReleases>

/** All releases: those on disk, and those whose loops run because their account is connected. */
export function openReleases(
  file: JournalFile,
  onChange: (view: ReleaseView) => void,
  onList: (list: readonly ReleaseSummary[]) => void,
) {
  const releaseList = openReleaseList(file, onList)
  const { list } = releaseList
  const running = new Map<string, RunningRelease>()
  const rebuilding = new Set<string>()
  const shown = new Map<string, { latest: ReleaseView; timer: NodeJS.Timeout | null }>()

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
    if (damage !== null) throw damagedRelease(damage)
    let head = { entries: entries.length, lastHash: entries.at(-1)?.hash ?? '' }
    let state = replay(entries.map(({ entry }) => entry))
    const journal: ReleaseJournal = {
      append(entry) {
        const next = apply(state, entry)
        const summary = summaryOf(next, false)
        head = { entries: head.entries + 1, lastHash: file.append(id, entry, summary).hash }
        state = next
        releaseList.put(summary)
      },
      head: () => head,
    }
    const release = runRelease({
      entries: entries.map(({ entry }) => entry),
      journal,
      world: continued(world, entries.at(-1)?.entry.at ?? 0),
      random: Math.random,
      onChange: show,
    })
    running.set(id, release)
    return release
  }

  async function closeAll(): Promise<void> {
    const closing = [...running.values()]
    running.clear()
    await Promise.all(closing.map((release) => release.close()))
  }

  /** One release for each environment: an environment of another open release, in whichever part, is not released again. */
  function soundStateOf(id: string): ReleaseState {
    const { entries, damage } = file.read(id)
    if (damage !== null) throw damagedRelease(damage)
    return replay(entries.map(({ entry }) => entry))
  }

  function refuseSecond(environment: Environment, cname: string, account: AccountReference): void {
    // A damaged one is never continued: it must not keep its URL from being released for ever.
    const same = list().find(
      (each) =>
        each.outcome === null &&
        !each.damaged &&
        each.productionCname === cname &&
        each.account.kind === account.kind &&
        each.account.accountId === account.accountId,
    )
    if (same) {
      throw problem('locked', `A release of ${cname} is in progress already`, {
        meaning: 'Two releases of one environment would undo each other.',
        remedy: 'Continue that one, or end it first.',
      })
    }
    for (const [, release] of running) {
      const { blue, green, productionCname, outcome, application } = release.view().release
      const isBlue = blue.id === environment.id
      const isGreen =
        green.id === environment.id || (green.name === environment.name && application === environment.application)
      if (outcome !== null || !(isBlue || isGreen)) continue
      throw problem('locked', `${environment.name} belongs to a release that is in progress`, {
        meaning: `It is ${isBlue ? 'blue' : 'green'} in the release of ${productionCname}. A second release would change it under the first.`,
        remedy: 'Continue that release, or end it first.',
      })
    }
  }

  /** The name servers that the newest release of this account asked at last; the network there is mostly the same. */
  function panelOfAccount(account: AccountReference): ReleaseSettings['panel'] {
    const last = list().find(
      (each) =>
        !each.damaged &&
        each.account.kind === account.kind &&
        each.account.accountId === account.accountId &&
        each.account.region === account.region,
    )
    if (!last) return undefined
    const isRunning = running.get(last.id)
    if (isRunning) return isRunning.view().release.settings.panel
    const { entries, damage } = file.read(last.id)
    return damage === null ? replay(entries.map(({ entry }) => entry)).release.settings.panel : undefined
  }

  return {
    list,
    closeAll,

    /** What AWS is being asked to change at this moment, in words. */
    acting: (): readonly string[] => [...running.values()].flatMap((release) => release.acting() ?? []),

    /** After the computer slept: what was seen before counts for no release any more. */
    lookAgain(): void {
      for (const release of running.values()) release.lookAgain()
    },

    get(id: string): RunningRelease {
      const release = running.get(id)
      const damage = releaseList.get(id)?.damage
      if (!release && damage !== undefined) throw damagedRelease(damage)
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
      const { entries, damage } = file.read(id)
      const last = entries.at(-1)
      if (entries[0]?.entry.kind !== 'started' || !last) {
        throw damage === null ? problem('not-found', 'There is no such release in the journal') : damagedRelease(damage)
      }
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

    /** What an administrator needs to know of a release, also of one that does not run. */
    handOver(id: string): string {
      const release = running.get(id)
      if (release) return release.handOver()
      const { entries } = file.read(id)
      const last = entries.at(-1)
      if (!last) throw problem('not-found', 'There is no such release in the journal')
      const head = { entries: entries.length, lastHash: last.hash }
      return handOver(replay(entries.map(({ entry }) => entry)), {
        sight: null,
        problem: null,
        at: last.entry.at,
        head,
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

    /**
     * Asks for the environment back that a release has terminated; throws in words where that cannot be. One that has not ended is
     * stopped first: it would go on to prove that the environment is gone.
     */
    async rebuild(id: string, account: AccountReference, world: World): Promise<ReleaseView> {
      if (rebuilding.has(id))
        throw problem('locked', 'It is being asked for already', { remedy: 'Wait for the answer.' })
      rebuilding.add(id)
      try {
        let state = soundStateOf(id)
        const { outcome, account: own } = state.release
        if (own.kind !== account.kind || own.accountId !== account.accountId || own.region !== account.region)
          throw problem('not-connected', 'Another account is connected', {
            meaning: `This release belongs to account ${own.accountId} in ${own.region}. Nothing was changed.`,
            remedy: 'Sign in to that account, then try again.',
          })
        const loop = running.get(id)
        if (outcome === null) {
          if (!loop) throw problem('locked', 'This release has not ended yet', { remedy: 'Open it, then try again.' })
          await checkRebuild(state, world)
          await loop.choose('stop')
          state = soundStateOf(id)
        }
        // Its loop has ended; what it remembers would be older than the journal from here on.
        await loop?.close()
        running.delete(id)
        await rebuildBlue(state, continued(world, file.read(id).entries.at(-1)?.entry.at ?? 0), (entry) => {
          state = apply(state, entry)
          file.append(id, entry, summaryOf(state, false))
        })
      } finally {
        rebuilding.delete(id)
      }
      const view = this.view(id)
      // A snapshot of its loop may still wait to be sent; the newest is to come last.
      show(view)
      return view
    },

    start(environment: Environment, account: AccountReference, settings: ReleaseSettings, world: World): ReleaseView {
      const { cname } = environment
      if (environment.tier !== 'WebServer' || cname === null) {
        throw problem('bad-input', `${environment.name} is a worker: it has no URL`, {
          meaning: 'There is nothing to swap.',
          remedy: 'Update a worker environment in place, from the AWS console.',
        })
      }
      refuseSecond(environment, cname, account)
      const id = `r-${randomBytes(5).toString('hex')}`
      const suffix = id.slice(2, 7)
      const started: EntryOf<'started'> = {
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
        settings: { ...settings, panel: settings.panel ?? panelOfAccount(account) },
      }
      const begun = begin(started)
      file.append(id, started, summaryOf(begun, false))
      const entered: Entry = { kind: 'entered', at: world.clock.now(), step: 'independence' }
      const summary = summaryOf(apply(begun, entered), false)
      file.append(id, entered, summary)
      releaseList.put(summary)
      return run(id, world).view()
    },
  }
}

/** The problem of a release whose journal contradicts itself. */
function damagedRelease(damage: string) {
  return problem('journal', 'The journal of this release is damaged', {
    meaning:
      'What was done can no longer be proved from it, so the release is not continued. Nothing is changed in AWS.',
    remedy: 'Look at both environments in the AWS console and finish by hand. The journal is kept as it is.',
    detail: damage,
  })
}

/** The world on a clock that goes on from the last entry, where the account's stands behind it: a journal never runs backwards. */
function continued(world: World, lastAt: number): World {
  const { clock } = world
  const ahead = Math.max(0, lastAt - clock.now())
  let latest = lastAt
  const now = () => {
    latest = Math.max(latest, clock.now() + ahead)
    return latest
  }
  return { ...world, clock: { now, speed: clock.speed, sleep: clock.sleep } }
}
