import type { DomainView } from '../contract/domain.ts'
import type { Entry } from '../contract/entries.ts'
import type { Instant } from '../contract/models.ts'
import { problemOf } from '../contract/problem.ts'
import { type Line, type Outlook, openLine, toldOf } from './lookout-line.ts'
import {
  dueAt,
  isLeftVisited,
  LEAST_REAL_MILLISECONDS,
  paceMilliseconds,
  sliceMilliseconds,
  spreadOf,
} from './lookout-pace.ts'
import type { Slice } from './lookout-slices.ts'
import { type Heard, type LineName, openTally, type Tally } from './lookout-tally.ts'
import { lastSwap, type ReleaseState, recordOf, rolesOf } from './state.ts'
import type { ProbeReading, Sight } from './step.ts'
import { asksFromHere } from './watch.ts'
import type { HttpAnswer } from './world.ts'

/** Looks out beside the steps: for the pictures, and for what is told of them. No gate reads it, and it never throws. */
export interface Lookout {
  /** A fresh request that a step made itself: the lookout need not make it again. */
  heard(probe: ProbeReading, answer: HttpAnswer): void
  /** An entry was journalled. */
  noticed(entry: Entry): void
  /** What is not journalled yet, oldest first. */
  openSlices(): readonly Slice[]
  /** After the computer slept. */
  lookAgain(): void
  /** Journals what it has. */
  flush(): void
}

/** A row of the new side's answers that shows that the URL has followed. */
const ROW = 10
const MOST_DOMAINS = 8
/** Real milliseconds after which nobody was looking: the computer slept. */
const GAP_MILLISECONDS = 60_000
/** Between two looks at whether anything is due. */
const LONGEST_PAUSE_MILLISECONDS = 30_000
/** The same in real milliseconds. */
const LEAST_PAUSE_MILLISECONDS = 250
/** A reading tells of the time since the one before it, when that is not long ago. */
const TRAFFIC_MILLISECONDS = 120_000
/** Slices that wait for a journal that cannot be written. */
const MOST_UNWRITTEN = 100
const WOKEN = 'woken'
/** What changes how often, and whether, it asks. */
const TELLING: ReadonlySet<Entry['kind']> = new Set([
  'entered',
  'lever-thrown',
  'returned',
  'roll-back-chosen',
  'settings-changed',
  'ended',
])

/** Looks out from before the swap until the release ends or the signal comes. */
export function keepLookout(input: {
  readonly outlook: Outlook
  readonly signal: AbortSignal
  state(): ReleaseState
  traffic(): Sight['traffic'] | null
  /** Those that people type, where the step that looks at them has told them. */
  domains(): readonly DomainView[] | null
  record(entry: Entry): void
}): Lookout {
  const { outlook, signal } = input
  const { clock } = outlook
  const lines = new Map<string, Line>()
  let told: readonly string[] | null = null
  let tally: Tally | null = null
  let unwritten: readonly Slice[] = []
  let trafficFrom: Instant | null = null
  let lookedAt = clock.now()
  let row = 0
  let followedAt: Instant | null = null
  let troubledAt: Instant | null = null
  /** What was asked before a gap says nothing. */
  let gaps = 0
  let wake = () => {}

  async function loop(): Promise<void> {
    while (!signal.aborted && input.state().release.outcome === null) {
      try {
        const on = isOn(input.state())
        if (!on) stop()
        await pause(on ? look() : null)
      } catch {
        await pause(clock.now() + LONGEST_PAUSE_MILLISECONDS)
      }
    }
    letAllGo()
  }

  /** Asks what is due, and answers when to look again. */
  function look(): Instant {
    const state = input.state()
    const now = clock.now()
    if (now - lookedAt > GAP_MILLISECONDS * Math.max(1, clock.speed())) lookAgain()
    lookedAt = now
    const { from } = (tally ??= begin(now))
    const swappedAt = lastSwap(state).at
    const began = recordOf(state, 'swap').enteredAt ?? now
    const endsAt = from + sliceMilliseconds(swappedAt === null ? null : from - swappedAt, from - began)
    if (now >= endsAt) {
      cut(now)
      write()
    }
    const next = asksFromHere(state) ? askDue(state, now) : letAllGo()
    const least = now + LEAST_PAUSE_MILLISECONDS * clock.speed()
    return Math.max(Math.min(next ?? Number.POSITIVE_INFINITY, now + LONGEST_PAUSE_MILLISECONDS), least)
  }

  function askDue(state: ReleaseState, now: Instant): Instant {
    const speed = clock.speed()
    const pace = paceMilliseconds(situationOf(state, now))
    let next = Number.POSITIVE_INFINITY
    for (const name of namesOf(state)) {
      const line = lines.get(name.id) ?? openLine(name, outlook, signal, input.state)
      lines.set(name.id, line)
      const due = (): Instant => dueAt(line.askedAt, pace, spreadOf(line.turns), speed)
      // Those that are nearly due go along.
      if (!line.isBusy && due() <= now + pace / 4 && line.askedAt + speed * LEAST_REAL_MILLISECONDS <= now)
        void ask(line)
      // One that takes long is looked at again soon.
      next = Math.min(next, Math.max(due(), now + (line.isBusy ? pace / 4 : 0)))
    }
    return next
  }

  function situationOf(state: ReleaseState, now: Instant) {
    const { leverAt } = recordOf(state, 'swap')
    const isProved = recordOf(state, 'propagation').provedAt !== null
    return { now, leverAt, hasFollowed: followedAt !== null, isProved, troubledAt }
  }

  function namesOf(state: ReleaseState): readonly LineName[] {
    const { productionCname: host, settings } = state.release
    const views = input.domains()
    // After a restart the timeline itself says which there were.
    if (views) told = views.filter(({ foundBy, follows }) => foundBy === 'route53' && follows !== 'unknown').map(nameOf)
    told ??= state.timeline.lines.filter(({ kind }) => kind === 'domain').map(({ id }) => id.replace(/^domain:/, ''))
    const domains = [...new Set([...(settings.domains ?? []).map((name) => name.toLowerCase()), ...told])]
    return [
      { id: 'fresh', kind: 'fresh', host },
      { id: 'kept', kind: 'kept', host },
      // Any name stands for all that a wildcard covers.
      ...domains.slice(0, MOST_DOMAINS).map((name) => ({
        id: `domain:${name}`,
        kind: 'domain' as const,
        host: name.replace(/^\*/, 'www'),
      })),
    ]
  }

  async function ask(line: Line): Promise<void> {
    const began = { at: clock.now(), gaps }
    const { provedAt } = recordOf(input.state(), 'swap')
    line.isBusy = true
    line.askedAt = began.at
    const told = await line
      .ask(isLeftVisited({ now: began.at, swappedAt: provedAt, followedAt }))
      .catch((thrown: unknown) => ({ by: 'error' as const, milliseconds: null, said: problemOf(thrown).title }))
    line.isBusy = false
    const now = clock.now()
    const isLate = now - began.at > GAP_MILLISECONDS * Math.max(1, clock.speed())
    if (signal.aborted || gaps !== began.gaps || isLate || !isOn(input.state())) return
    note(line.name, { at: now, ...told })
  }

  function note(name: LineName, one: Heard): void {
    const state = input.state()
    tally ??= begin(one.at)
    tally.note(name, one)
    const { leverAt } = recordOf(state, 'swap')
    if (leverAt === null) return
    const isNew = one.by === rolesOf(state.release.track).to
    const line = lines.get(name.id)
    if (line && isNew) line.hasFollowed = true
    // A domain that stays behind is no news.
    if (!isNew && (name.kind !== 'domain' || line?.hasFollowed)) troubledAt = one.at
    if (name.kind !== 'fresh') return
    row = isNew ? row + 1 : 0
    if (row >= ROW) followedAt ??= one.at
  }

  function begin(from: Instant): Tally {
    const isClose = trafficFrom !== null && from - trafficFrom < TRAFFIC_MILLISECONDS
    return openTally(from, isClose ? (trafficFrom ?? from) : from)
  }

  /** Closes the slice, and begins the next one. */
  function cut(until: Instant): void {
    const slice = tally?.slice(until, input.traffic()) ?? null
    if (slice) unwritten = [...unwritten, slice].slice(-MOST_UNWRITTEN)
    if (slice?.traffic) trafficFrom = until
    tally = begin(until)
  }

  /** Where the journal cannot be written the turns say so; it is tried again with the next slice. */
  function write(): void {
    try {
      for (const slice of unwritten) {
        input.record({ kind: 'watched', at: clock.now(), ...slice })
        unwritten = unwritten.filter((each) => each !== slice)
      }
    } catch {
      // Nothing is lost but what would be shown after a restart.
    }
  }

  function lookAgain(): void {
    cut(lookedAt)
    tally = null
    gaps += 1
    trafficFrom = null
    for (const line of lines.values()) {
      line.letGo()
      line.askedAt = Number.NEGATIVE_INFINITY
    }
  }

  /** The release went back to before the swap, or never came to it. */
  function stop(): void {
    letAllGo()
    if (tally === null) return
    cut(clock.now())
    tally = null
    write()
  }

  function letAllGo(): null {
    for (const line of lines.values()) line.letGo()
    return null
  }

  /** Until an instant of the account or until it is woken; with null only the latter. */
  async function pause(until: Instant | null): Promise<void> {
    if (signal.aborted || input.state().release.outcome !== null) return
    const woken = new AbortController()
    wake = () => woken.abort(WOKEN)
    const waited =
      until === null
        ? new Promise((resolve) => woken.signal.addEventListener('abort', resolve, { once: true }))
        : clock.sleep(Math.max(0, until - clock.now()), woken.signal)
    await waited.catch(() => {})
  }

  signal.addEventListener('abort', () => wake(), { once: true })
  // Not before whoever made it has it in hand.
  void Promise.resolve().then(loop)

  return {
    heard({ at, answeredBy: by }, answer) {
      const line = lines.get('fresh')
      if (line) line.askedAt = at
      const host = input.state().release.productionCname
      note({ id: 'fresh', kind: 'fresh', host }, { at, by, ...toldOf(answer) })
    },
    noticed(entry) {
      if (entry.kind === 'lever-thrown' && entry.step === 'swap') {
        row = 0
        followedAt = null
        for (const line of lines.values()) line.hasFollowed = false
        troubledAt = null
      }
      // What was answered before a swap is told apart from what was answered since; it is written when nothing waits for it.
      if (entry.kind === 'intent' && entry.action === 'swap-cnames') cut(entry.at)
      if (TELLING.has(entry.kind)) wake()
    },
    openSlices() {
      const open = tally?.slice(clock.now(), input.traffic())
      return open ? [...unwritten, open] : unwritten
    },
    lookAgain() {
      lookAgain()
      wake()
    },
    flush() {
      cut(clock.now())
      write()
    },
  }
}

/** From before the swap to the end, on the way back only where there was a swap. */
function isOn({ release, forward, rollbackSwapped }: ReleaseState): boolean {
  if (release.outcome !== null) return false
  return release.track === 'forward' ? forward.swap.enteredAt !== null : rollbackSwapped
}

function nameOf({ name }: DomainView): string {
  return name
}
