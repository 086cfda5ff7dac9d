import * as z from 'zod'
import { problem, SignalboxError } from '../contract/problem.ts'
import type { Clock } from '../release/world.ts'
import type { PracticeDescriptor } from './descriptor.ts'
import { createPracticeClock } from './practice-clock.ts'

/** Where to connect for an address and port of the account; null where nothing answers there. */
type Dial = (address: string, port: number) => Promise<{ readonly host: string; readonly port: number } | null>

/** The practice account as the app's other rooms need it. */
export interface Practice {
  readonly clock: Clock
  /** Documentation addresses (TEST-NET) to loopback ports. */
  readonly dial: Dial
  /** Tells the account to run at another speed, 0 to stand still; answers with the speed it took. */
  setSpeed(speed: number): Promise<number>
  /** Sets its clock ahead. */
  jump(seconds: number): Promise<void>
  /** Switches one of its faults on or off, by the name its control endpoint knows; `members` say how often or where. */
  setFault(name: string, on: boolean, members?: Readonly<Record<string, unknown>>): Promise<void>
  /** Everything that can be made to go wrong, and what of it is on. */
  listFaults(): Promise<readonly z.infer<typeof fault>[]>
  /** Reads the account's clock again; done by itself every two seconds. */
  synchronise(): Promise<void>
  /** Stops reading the clock; the account itself goes on. */
  close(): void
}

const reading = z.object({ now: z.number(), speed: z.number().min(0) })
const fault = z.object({
  name: z.string(),
  group: z.string(),
  words: z.string(),
  lasts: z.boolean(),
  on: z.boolean(),
  offers: z.array(z.object({ words: z.string(), members: z.record(z.string(), z.unknown()), on: z.boolean() })),
})
const faultCatalogue = z.object({ faults: z.array(fault) })
const refusal = z.object({ error: z.string() })
const dialTable = z.record(z.string(), z.string())
const SYNCHRONISE_MILLISECONDS = 2_000
const DIAL_TABLE_MILLISECONDS = 1_000
const CONTROL_MILLISECONDS = 5_000

/** Ties the app to a running practice account. */
export function openPractice(descriptor: PracticeDescriptor): Practice {
  const clock = createPracticeClock(descriptor.clock)

  /** How often a change was asked for or answered. */
  let turns = 0

  async function takeClock(change?: unknown): Promise<number> {
    if (change !== undefined) turns += 1
    const turn = turns
    const askedAt = performance.now()
    const answer = reading.parse(await control(descriptor, 'clock', change))
    if (change !== undefined) turns += 1
    // What was asked for before a change, or beside it, may tell of the time before.
    else if (turn !== turns) return clock.speed()
    clock.set(answer, askedAt, performance.now())
    return answer.speed
  }

  async function synchronise(): Promise<void> {
    await takeClock()
  }

  // A reading that fails says nothing: the calls to the account itself will tell that it is gone.
  const timer = setInterval(() => void synchronise().catch(() => undefined), SYNCHRONISE_MILLISECONDS)
  timer.unref()

  return {
    clock,
    dial: createDial(descriptor),
    setSpeed: (speed) => takeClock(speed === 0 ? { pause: true } : { speed, pause: false }),
    jump: async (seconds) => {
      await takeClock({ jumpSeconds: seconds })
    },
    setFault: async (name, on, members = {}) => {
      await control(descriptor, 'faults', { name, on, ...members })
    },
    listFaults: async () => faultCatalogue.parse(await control(descriptor, 'faults')).faults,
    synchronise,
    close: () => clearInterval(timer),
  }
}

function createDial(descriptor: PracticeDescriptor): Dial {
  let table: Promise<Readonly<Record<string, string>>> = Promise.resolve(descriptor.dial)
  let readAt = Number.NEGATIVE_INFINITY

  async function tableReadSince(moment: number): Promise<Readonly<Record<string, string>>> {
    if (readAt < moment) {
      readAt = performance.now()
      table = control(descriptor, 'dial').then((answer) => dialTable.parse(answer))
      table.catch(() => {
        readAt = Number.NEGATIVE_INFINITY
      })
    }
    return table
  }

  return async (address, port) => {
    const name = `${address}:${port}`
    const askedAt = performance.now()
    // Environments come and go while a release runs: a table from before the question does not say that nothing answers.
    const known =
      (await tableReadSince(askedAt - DIAL_TABLE_MILLISECONDS))[name] ?? (await tableReadSince(askedAt))[name]
    const parts = /^(.+):(\d+)$/.exec(known ?? '')
    return parts === null ? null : { host: (parts[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(parts[2]) }
  }
}

async function control(descriptor: PracticeDescriptor, path: string, body?: unknown): Promise<unknown> {
  try {
    const response = await fetch(`${descriptor.control.replace(/\/$/, '')}/${path}`, {
      signal: AbortSignal.timeout(CONTROL_MILLISECONDS),
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (response.ok) return answer
    const said = refusal.safeParse(answer)
    throw said.success && response.status < 500 ? refused(said.data.error) : new Error(`HTTP ${response.status}`)
  } catch (thrown) {
    if (thrown instanceof SignalboxError) throw thrown
    throw problem('not-connected', 'The practice account no longer answers', {
      meaning: 'Its process has stopped. What it showed is gone; no real account is touched.',
      remedy: 'Connect to the practice account again.',
      detail: thrown instanceof Error ? thrown.message : String(thrown),
    })
  }
}

function refused(why: string): SignalboxError {
  return problem('bad-input', 'The practice account cannot do that now', {
    meaning: 'Nothing was changed.',
    remedy: why,
  })
}
