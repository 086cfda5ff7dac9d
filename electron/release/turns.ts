import { isPassing, needsSignIn, type Problem, problem, problemOf } from '../contract/problem.ts'
import type { Clock } from './world.ts'

/** Account milliseconds to wait after the first, second … failure in a row. */
const BACK_OFF_MILLISECONDS = [5_000, 10_000, 20_000, 40_000, 60_000] as const

const WOKEN = 'woken'

/** Real milliseconds that a last look may take; after a longer one its beginning says nothing any more. */
export const LONGEST_LOOK_MILLISECONDS = 120_000

/** Account milliseconds between two turns: often at first, seldom once something takes long. */
export function intervalMilliseconds(sinceChange: number): number {
  if (sinceChange < 120_000) return 5_000
  return sinceChange < 600_000 ? 10_000 : 20_000
}

export interface Turns {
  /** The problem that the last turn ended with, which is being waited out; null after a good one. */
  trouble(): Problem | null
  /** Runs between two turns, so that nothing moves under it, then takes a turn; its problem goes to whoever asked. */
  command(run: () => Promise<void> | void): Promise<void>
  /** Forgets the trouble: the next turn comes at once. */
  forgive(): void
  /** The next turn comes at once, or right after the one that runs. */
  hurry(): void
  /** Resolves once the turn that runs has ended; there is none after it. */
  close(): Promise<void>
}

/** Takes turns until it has ended or is closed; a turn that fails is tried again, ever later. Nothing ends it but that. */
export function takeTurns(input: {
  readonly clock: Clock
  readonly closing: AbortController
  /** Answers the account milliseconds until the next one. */
  turn(): Promise<number>
  hasEnded(): boolean
  /** After every turn, whether it succeeded or not. */
  afterTurn(): void
}): Turns {
  const { clock, closing, turn, hasEnded, afterTurn } = input
  const inbox: (() => Promise<void>)[] = []
  let trouble: Problem | null = null
  let failures = 0
  let hurried = false
  let wake = () => {}

  async function loop(): Promise<void> {
    while (!closing.signal.aborted && !hasEnded()) {
      let milliseconds: number | null = 0
      try {
        for (let command = inbox.shift(); command; command = inbox.shift()) await command()
        if (hasEnded()) break
        milliseconds = await turn()
        trouble = null
        failures = 0
      } catch (thrown) {
        if (closing.signal.aborted) break
        trouble = problemOf(thrown)
        failures += 1
        milliseconds = backOff(trouble)
      }
      tell()
      if (milliseconds !== 0) await pause(milliseconds)
    }
    for (const command of inbox.splice(0)) await command()
    tell()
  }

  /** Whoever is told must not stop what is told of: a mistake there is thrown beside the loop. */
  function tell(): void {
    try {
      afterTurn()
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown
      })
    }
  }

  function backOff(found: Problem): number | null {
    // Signing in wakes the loop; asking AWS with dead credentials again and again helps nobody.
    if (needsSignIn(found) || found.code === 'journal') return null
    return BACK_OFF_MILLISECONDS[Math.min(failures, BACK_OFF_MILLISECONDS.length) - 1] ?? 60_000
  }

  /** Until a command comes; with a number not longer than that. */
  async function pause(milliseconds: number | null): Promise<void> {
    if (inbox.length > 0 || hurried) {
      hurried = false
      return
    }
    if (closing.signal.aborted) return
    // Whoever closes wakes it too, so that one signal is enough; it comes with a reason, since making one up costs a stack.
    const woken = new AbortController()
    wake = () => woken.abort(WOKEN)
    const until =
      milliseconds === null
        ? new Promise((resolve) => woken.signal.addEventListener('abort', resolve, { once: true }))
        : clock.sleep(milliseconds, woken.signal)
    await until.catch(() => {})
    hurried = false
  }

  // Not before whoever asked has it in hand.
  const running = Promise.resolve().then(loop)

  return {
    trouble: () => trouble,
    command(run) {
      if (closing.signal.aborted) return Promise.reject(problem('locked', 'This release is closed'))
      if (hasEnded()) {
        return Promise.reject(
          problem('locked', 'This release has ended', { meaning: 'Nothing more is changed for it.' }),
        )
      }
      return new Promise((resolve, reject) => {
        inbox.push(async () => {
          try {
            await run()
            resolve()
          } catch (thrown) {
            reject(thrown)
          }
        })
        wake()
      })
    },
    forgive() {
      trouble = null
      failures = 0
    },
    hurry() {
      hurried = true
      wake()
    },
    async close() {
      closing.abort()
      wake()
      await running
    },
  }
}

/** How often a look that an operator waits for is tried, where what is wrong passes by itself. */
const LOOKS = 6
const LOOK_AGAIN_MILLISECONDS = 5_000

/** A wish of the operator outlasts throttling and lost calls: whoever threw a lever need not throw it again for them. */
export async function patiently<T>(clock: Clock, signal: AbortSignal, look: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await look()
    } catch (thrown) {
      if (tries === LOOKS || !isPassing(problemOf(thrown))) throw thrown
      await clock.sleep(LOOK_AGAIN_MILLISECONDS, signal)
    }
  }
}
