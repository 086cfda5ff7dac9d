import * as fc from 'fast-check'
import type { Chunk, Counted, Failure } from './counted.ts'
import { type History, histories, tell } from './history.ts'
import { type Broken, brokenLaws } from './laws.ts'
import { run } from './run.ts'

/** Lives random histories through and holds each against the laws; stops at the first that breaks one, and shortens it. */
export async function prove(
  options: Chunk & { readonly onProgress?: (histories: number) => void },
): Promise<{ readonly counted: Counted; readonly failure: Failure | null }> {
  const counts = { histories: 0, crashes: 0, calls: 0 }
  const steps = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const done = new Map<string, number>()
  const add = (map: Map<string, number>, names: readonly string[]) => {
    for (const name of names) map.set(name, (map.get(name) ?? 0) + 1)
  }
  const begun = process.cpuUsage()
  let isShrinking = false
  const result = await fc.check(
    fc.asyncProperty(histories, async (drawn) => {
      const history = meeting(drawn, options.meets)
      const found = await broken(history, (told) => {
        if (isShrinking) return
        counts.histories += 1
        counts.crashes += told.crashes
        counts.calls += told.calls
        add(steps, told.steps)
        add(outcomes, [told.outcome])
        add(done, told.done)
        if (counts.histories % 50 === 0) options.onProgress?.(counts.histories)
      })
      isShrinking ||= found.length > 0
      return found.length === 0
    }),
    {
      numRuns: options.runs,
      seed: options.seed,
      ...(options.path === undefined ? {} : { path: options.path }),
      endOnFailure: options.path !== undefined || options.isHasty === true,
      interruptAfterTimeLimit: 30 * 60_000,
    },
  )
  const [drawn] = result.counterexample ?? []
  const history = drawn && meeting(drawn, options.meets)
  const { user, system } = process.cpuUsage(begun)
  const counted: Counted = {
    ...counts,
    processorSeconds: (user + system) / 1e6,
    steps: Object.fromEntries(steps),
    outcomes: Object.fromEntries(outcomes),
    done: Object.fromEntries(done),
  }
  if (history === undefined) return { counted, failure: null }
  return {
    counted,
    failure: {
      seed: options.seed,
      path: result.counterexamplePath ?? '',
      history: tell(history),
      broken: await broken(history),
    },
  }
}

/** A history that meets something beside what was drawn for it. */
function meeting(history: History, meets: Partial<History> = {}): History {
  return { ...history, ...meets, planned: [...(meets.planned ?? []), ...history.planned] }
}

async function broken(
  history: History,
  onTold: (told: Awaited<ReturnType<typeof run>>) => void = () => {},
): Promise<readonly Broken[]> {
  try {
    const told = await run(history)
    onTold(told)
    return brokenLaws(told.trace)
  } catch (thrown) {
    const said = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return [{ law: 'L6', how: `The run itself failed: ${said.split('\n').slice(0, 4).join(' | ')}` }]
  }
}
