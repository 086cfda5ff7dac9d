import type { CrowdSize } from '../model/crowd.ts'
import { type AdjustableClock, createClock } from './clock.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { type ObjectStore, openObjectStore } from './s3/object-store.ts'
import { storeSeedBundles } from './seed-bundles.ts'
import type { ClockMark } from './state/clock-file.ts'
import type { Entry, Keeper } from './state/entry.ts'
import { repeat } from './state/repeat.ts'
import { type Beginning, openStateFolder, type StateFolder } from './state/state-folder.ts'
import { restoreTraffic, takeTraffic } from './state/traffic.ts'

export interface CloudOptions {
  /** Account seconds per second. */
  readonly speed: number
  /** What is undefined is as in the folder, and where that is new, seed 1, Frankfurt and now. */
  readonly seed: number | undefined
  readonly region: string | undefined
  /** The account's instant at the start, milliseconds since the epoch. */
  readonly start: number | undefined
  /** The folder the account lives in; undefined: it ends with its process. */
  readonly state: string | undefined
  readonly complain: (message: string) => void
  /** What the account holds beside what an operator practises with; only one that is not kept in a folder. */
  readonly crowd?: CrowdSize | undefined
}

/** The account and its objects; `close` keeps what is to be kept. */
export interface OpenCloud {
  readonly cloud: Cloud
  readonly objects: ObjectStore
  /** Lets the account's clock run, from where it stood. */
  run(): void
  close(): Promise<void>
}

const TRAFFIC_MILLISECONDS = 5_000

/** Opens the account that lives in the folder, or a new one. Its clock stands still until `run`. */
export async function openCloud(options: CloudOptions): Promise<OpenCloud> {
  const fallback: Beginning = { seed: 1, region: 'eu-central-1', start: Date.now() }
  const { seed, region, start, state, complain } = options
  if (state === undefined) {
    const beginning = { seed: seed ?? fallback.seed, region: region ?? fallback.region, start: start ?? fallback.start }
    const clock = standing(beginning.start, options.speed)
    const cloud = createCloud({ clock, ...beginning, crowd: options.crowd })
    const objects = await openObjectStore({ keep: () => {} })
    await storeSeedBundles(cloud.practice, objects)
    return { cloud, objects, run: () => clock.setPaused(false), close: () => objects.close() }
  }
  const wanted = { seed, region, start }
  return openKept(options, await openStateFolder({ folder: state, wanted, fallback, complain }))
}

async function openKept(options: CloudOptions, folder: StateFolder): Promise<OpenCloud> {
  const { beginning, entries, lastClock } = folder
  // The same speed as at the last start means that nobody asked for another one since.
  const speed = lastClock?.asked === options.speed ? lastClock.speed : options.speed
  const clock = standing(Math.max(beginning.start, lastClock?.now ?? 0, ...lastInstants(entries)), speed)
  let paused = lastClock?.paused ?? false
  let isRunning = false
  const keeping = keeperOf(folder, options.complain, () => ({
    now: clock.now(),
    speed: clock.chosenSpeed,
    paused: isRunning ? clock.paused : paused,
    asked: options.speed,
  }))
  const cloud = createCloud({ clock, ...beginning, keeper: keeping.keeper })
  const objects = await openObjectStore({
    folder: folder.objects,
    keep: (change) => keeping.keeper.keep({ kind: 'objects', change }),
  })
  if (entries.length === 0) {
    keeping.begin()
    await storeSeedBundles(cloud.practice, objects)
    keeping.keeper.keep({ kind: 'ready' })
  } else {
    try {
      repeat(cloud, objects, entries)
    } catch (error) {
      return openKept(options, await folder.beginAnew(error instanceof Error ? error.message : String(error)))
    }
    cloud.goOn()
    restoreTraffic(cloud.practice, folder.readTraffic())
    keeping.begin()
  }
  await objects.sweep()
  const keepTraffic = (): void => folder.writeTraffic(takeTraffic(cloud.practice))
  const keepingTraffic = setInterval(keepTraffic, TRAFFIC_MILLISECONDS)
  return {
    cloud,
    objects,
    run: () => {
      isRunning = true
      clock.setPaused(paused)
    },
    close: async () => {
      clearInterval(keepingTraffic)
      cloud.advance()
      paused = clock.paused
      isRunning = false
      clock.setPaused(true)
      keeping.end()
      keepTraffic()
      await objects.close()
      folder.close()
    },
  }
}

function standing(now: number, speed: number): AdjustableClock {
  // Not paused afterwards: at a high speed the moment in between is many milliseconds of the account's.
  return createClock(now, speed, undefined, true)
}

/** The last instant that the log tells of: the clock's own mark may be lost when the machine crashes. */
function lastInstants(entries: readonly Entry[]): readonly number[] {
  const last = entries.findLast((entry) => 'at' in entry)
  return last === undefined ? [] : [last.at]
}

/** A keeper that writes into the folder between `begin` and `end`. */
function keeperOf(
  folder: StateFolder,
  complain: (message: string) => void,
  mark: () => ClockMark,
): { readonly keeper: Keeper; begin(): void; end(): void } {
  let isOn = false
  let written = ''
  const orComplain = (write: () => void): void => {
    if (!isOn) return
    try {
      write()
    } catch (error) {
      complain(`The practice account cannot be kept: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
  const writeMark = (): void => {
    const next = mark()
    const text = JSON.stringify(next)
    if (text === written) return
    folder.clock.write(next)
    written = text
  }
  return {
    keeper: {
      keep: (entry) => {
        if (isOn) folder.keep(entry, true)
      },
      note: (entry) => orComplain(() => folder.keep(entry, false)),
      reached: () => orComplain(writeMark),
    },
    begin: () => {
      isOn = true
    },
    end: () => {
      orComplain(writeMark)
      isOn = false
    },
  }
}
