import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { type Chunk, type Counted, type Failure, type Heard, NOTHING, sum } from './counted.ts'

/** Histories that are sent to a process at once. */
const CHUNK = 500

export interface Proved {
  readonly counted: Counted
  readonly failure: Failure | null
  readonly processes: number
  /** Of the clock on the wall. */
  readonly seconds: number
}

/** Lives the histories of a seed through in as many processes as there are cores; ends with the first that breaks a law. */
export async function share(
  options: Chunk & {
    readonly breakage?: string | undefined
    readonly processes?: number
    readonly onProgress?: (histories: number) => void
  },
): Promise<Proved> {
  const begun = performance.now()
  const chunks = chunksOf(options)
  const count = Math.min(options.processes ?? availableParallelism(), chunks.length)
  const running = new Set<ChildProcess>()
  let counted = NOTHING
  let failure: Failure | null = null
  const under = new Map<ChildProcess, number>()

  function work(): Promise<void> {
    const child = spawn(
      process.execPath,
      [
        // What a history leaves behind is garbage at once: with room for it a tenth of the time is saved.
        '--max-semi-space-size=32',
        new URL('worker.ts', import.meta.url).pathname,
        ...(options.breakage === undefined ? [] : [options.breakage]),
      ],
      { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] },
    )
    running.add(child)
    let complaints = ''
    child.stderr?.on('data', (text: Buffer) => {
      complaints += text.toString()
    })
    return new Promise((resolve, reject) => {
      const next = () => {
        const chunk = failure === null ? chunks.shift() : undefined
        if (chunk !== undefined) return child.send(chunk)
        running.delete(child)
        return child.disconnect()
      }
      child.on('message', (message) => {
        const heard = message as Heard
        if (heard.kind === 'progress') under.set(child, heard.histories)
        if (heard.kind === 'found') {
          under.delete(child)
          counted = sum(counted, heard.counted)
          failure ??= heard.failure
        }
        const ahead = [...under.values()].reduce((total, histories) => total + histories, 0)
        options.onProgress?.(counted.histories + ahead)
        if (heard.kind !== 'progress') next()
      })
      child.once('error', reject)
      child.once('exit', (code) => {
        if (!running.delete(child)) return resolve()
        reject(new Error(`A process of the proof ended with ${code}.\n${complaints}`))
      })
    })
  }

  try {
    await Promise.all(Array.from({ length: count }, work))
  } finally {
    for (const child of running) child.kill()
  }
  return { counted, failure, processes: count, seconds: (performance.now() - begun) / 1000 }
}

/** A path belongs to the seed of its chunk, which is what a failure names. */
function chunksOf({ runs, seed, path, meets, isHasty }: Chunk): Chunk[] {
  if (path !== undefined) return [{ seed, runs, path, meets }]
  return Array.from({ length: Math.ceil(runs / CHUNK) }, (_, index) => ({
    seed: seed * 100_000 + index,
    runs: Math.min(CHUNK, runs - index * CHUNK),
    meets,
    isHasty,
  }))
}
