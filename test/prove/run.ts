import type { Entry } from '../../electron/contract/entries.ts'
import { advanceTo } from '../../electron/practice/model/account.ts'
import { deleteTemplate } from '../../electron/practice/model/templates.ts'
import { runRelease } from '../../electron/release/engine.ts'
import { rebuildBlue, wayBackOf } from '../../electron/release/rebuild.ts'
import { replay } from '../../electron/release/state.ts'
import type { World } from '../../electron/release/world.ts'
import { begin, bundleOf, SETTINGS, SHRINKING } from './begin.ts'
import { APPLICATION, BEHAVIOURS, createSmallAccount } from './door/account.ts'
import { createDoor, type Objects } from './door/beanstalk.ts'
import { createHand } from './door/hand.ts'
import { createNet } from './door/network.ts'
import { connect, type Life, lookOut, type Sleeper } from './door/world.ts'
import type { Deed, History } from './history.ts'
import { likeness } from './likeness.ts'
import { createOperator, type Pressed } from './operator.ts'
import { createRecorder } from './recorder.ts'
import type { Trace } from './trace.ts'
import { createWeather } from './weather.ts'

/** What a history came to. */
export interface Told {
  readonly trace: Trace
  readonly outcome: string
  /** Steps that were reached, by track. */
  readonly steps: readonly string[]
  /** Deeds that had their moment, by kind, and what the release itself changed. */
  readonly done: readonly string[]
  readonly crashes: number
  readonly calls: number
}

/** Account time after which an operator who tried everything may expect an end. */
const GIVE_UP_MILLISECONDS = 24 * 3_600_000

const drained = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lives one history through to its end. Nothing in it is left to chance that the history does not decide. */
export async function run(history: History): Promise<Told> {
  const { account, blue } = createSmallAccount(history)
  const objects: Objects = new Map()
  const door = createDoor(account, objects, (sha256) => BEHAVIOURS[bundleOf(sha256)] ?? null)
  const net = createNet(account, history.resolvers)
  const hand = createHand(account, blue)
  const startedAt = account.now
  const entries: Entry[] = begin(account.now, blue.id, history.shrinks ? SHRINKING : SETTINGS)
  const steps = new Set<string>()
  const done: string[] = []
  const recorder = createRecorder({ account, net, blue, entries })
  let crashes = 0
  let life: Life = { isDead: false }
  let sleeper: Sleeper | null = null
  /** Whoever looks out beside the turns, between two looks. */
  let aside: Sleeper | null = null
  // Nobody could tell what another hand did while reads are far behind; AWS itself refuses most of it.
  const hasHands = history.planned.some(({ deed }) => deed.kind === 'hand')
  account.lags.reads = hasHands ? Math.min(1_000, history.lagMilliseconds) : history.lagMilliseconds
  const operator = createOperator(history, account)
  const weather = createWeather(history, {
    die: () => {
      life.isDead = true
    },
    where: () => session.where(),
    recorder,
    perform,
  })
  let session = open()

  function perform(deed: Deed): void {
    done.push(deed.kind === 'hand' ? `hand: ${deed.act}` : deed.kind === 'wish' ? `wish: ${deed.wish}` : nameOf(deed))
    if (deed.kind === 'hand') {
      recorder.look()
      for (const id of hand.act(deed.act)) recorder.touched(id, 'another hand', deed.act)
      recorder.look()
    }
    if (deed.kind === 'quota') account.quotas.environments = 1
    if (deed.kind === 'model') account.faults[deed.fault] += 1
    if (deed.kind === 'resolver') net.setPolicy(deed.index, deed.policy)
    if (deed.kind === 'wish') {
      if (deed.wish === 'let the computer sleep') pass(account.now + 3 * 3_600_000)
      // The system may tell late that it woke, or never.
      if (deed.wish !== 'let the computer sleep' || history.seed % 2 === 0)
        session.press(operator.wish(deed.wish, session.view()))
    }
  }

  /** Lets account time pass in which the process does nothing. */
  function pass(until: number): void {
    advanceTo(account, until)
    net.visit()
    recorder.look()
  }

  /** Keeps an entry, unless the process dies over it. */
  function write(entry: Entry, mine: Life): boolean {
    mine.isDead ||= weather.entry('before')
    if (mine.isDead) return false
    entries.push(entry)
    recorder.entered(entry)
    operator.noticed(entry)
    mine.isDead = weather.entry('after')
    return true
  }

  function worldOf(mine: Life): World {
    return connect({
      account,
      blue: blue.id,
      door,
      net,
      life: mine,
      weather,
      rest: (next) => {
        if (life === mine) sleeper = next
      },
    })
  }

  /** The operator asks for blue back, and once more where that came to nothing. */
  async function askForBlue(): Promise<void> {
    for (let tries = 0; tries < 3 && wayBackOf(replay(entries)) !== null; tries += 1) {
      life = { isDead: false }
      const mine = life
      void rebuildBlue(replay(entries), worldOf(mine), (entry) => write(entry, mine)).catch((thrown: unknown) =>
        operator.refused(thrown),
      )
      // It never sleeps: by then it was answered, or its process has died.
      await drained()
      if (mine.isDead) crashes += 1
      // Long enough for it to be there again.
      pass(account.now + 900_000)
    }
  }

  function open() {
    life = { isDead: false }
    sleeper = null
    aside = null
    const mine = life
    const pending = new Set<Promise<unknown>>()
    let where = { track: 'forward', step: 'independence' }
    const running = runRelease({
      entries: [...entries],
      journal: {
        append(entry) {
          if (!write(entry, mine)) return
          if (entry.kind === 'roll-back-chosen') where = { ...where, track: 'rollback' }
          if (entry.kind === 'entered') {
            where = { ...where, step: entry.step }
            steps.add(`${where.track} ${where.step}`)
          }
        },
        head: () => ({ entries: entries.length, lastHash: String(entries.length) }),
      },
      world: worldOf(mine),
      outlook: lookOut({
        account,
        net,
        life: mine,
        rest: (next) => {
          if (life === mine) aside = next
        },
      }),
      onChange: (view) => {
        if (life !== mine || mine.isDead) return
        where = { track: view.release.track, step: view.release.step }
        latest = view
      },
      random: () => account.random.next(),
    })
    let latest = running.view()
    return {
      view: () => latest,
      fresh: () => running.view(),
      where: () => where,
      isBusy: () => pending.size > 0,
      press(pressed: readonly Pressed[]) {
        for (const each of pressed) {
          const doing = each(running).catch((thrown: unknown) => operator.refused(thrown))
          pending.add(doing)
          void doing.finally(() => pending.delete(doing))
        }
      },
    }
  }

  for (;;) {
    await drained()
    if (life.isDead) {
      crashes += 1
      recorder.unlike(...likeness(entries, null))
      session = open()
      continue
    }
    const view = session.view()
    if (view.release.outcome !== null && !session.isBusy()) break
    if (account.now - startedAt > GIVE_UP_MILLISECONDS) {
      recorder.deadEnd(`After a day the release still stands at ${view.release.step}`)
      break
    }
    recorder.shown(view)
    if (sleeper !== null && session.isBusy()) {
      wake(sleeper)
      continue
    }
    const pressed = operator.next(view, {
      signIn: weather.signIn,
      putRight: () => {
        weather.clear()
        hand.putRight()
      },
    })
    if (pressed.length > 0) {
      session.press(pressed)
      continue
    }
    if (sleeper !== null) wake(sleeper)
    else if (view.paused) {
      pass(account.now + 60_000)
      lookOutNow()
    } else if (!session.isBusy()) {
      recorder.deadEnd(
        `Nothing moves and nothing waits at ${view.release.step}: ${view.problem?.title ?? 'no problem'}`,
      )
      break
    }
  }

  function wake(mine: Sleeper): void {
    sleeper = null
    pass(mine.until)
    if (weather.asleep()) life.isDead = true
    else {
      lookOutNow()
      mine.wake()
    }
  }

  /** Timers may be late: whoever looks out does so when the turns move too. */
  function lookOutNow(): void {
    const mine = aside
    if (mine === null || mine.until > account.now) return
    aside = null
    mine.wake()
  }

  recorder.unlike(...likeness(entries, session.fresh()))
  if (history.rebuilds) await askForBlue()
  // What was begun comes to its end, so that what is left can be counted.
  pass(account.now + 1_200_000)
  const { outcome } = replay(entries).release
  if (outcome === 'stopped') for (const name of ['signalbox-rel-0001']) deleteTemplate(account, APPLICATION, name, '')
  const trace = recorder.trace()
  return {
    trace,
    outcome: outcome ?? 'none',
    steps: [...steps],
    done: [...done, ...new Set(trace.made.map(({ name }) => `we: ${name}`))],
    crashes,
    calls: weather.calls(),
  }
}

function nameOf(deed: Deed): string {
  if (deed.kind === 'fault') return `fault: ${deed.code} ${deed.when}`
  if (deed.kind === 'model') return `fault: ${deed.fault}`
  if (deed.kind === 'crash') return `crash: ${deed.where}`
  if (deed.kind === 'resolver') return `resolver: ${deed.policy}`
  return deed.kind
}
