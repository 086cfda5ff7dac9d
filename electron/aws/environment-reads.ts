import type { DescribeEnvironmentsMessage } from '@aws-sdk/client-elastic-beanstalk'
import type { Environment } from '../contract/models.ts'
import type { Clock } from '../release/world.ts'

/** Account milliseconds that a question waits for others of its kind. */
const WINDOW_MILLISECONDS = 150

/**
 * The reads of environments of all releases of an account and region. Questions for environments by id that have not
 * been sent yet become one call: those of the same moment, and those that wait for the budget. What is answered was
 * always read after it was asked for.
 */
export function openEnvironmentReads(
  clock: Clock,
  /** Asks AWS; the query is taken at the moment the call is made. */
  ask: (query: () => DescribeEnvironmentsMessage) => Promise<readonly Environment[]>,
) {
  const forever = new AbortController().signal
  const inFlight = new Map<string, Promise<readonly Environment[]>>()
  let changesMade = 0
  let waiting: { readonly ids: Set<string>; readonly answer: Promise<readonly Environment[]> } | null = null

  function askForIds(ids: Set<string>): Promise<readonly Environment[]> {
    const asked = (async () => {
      if (clock.speed() > 0) await clock.sleep(WINDOW_MILLISECONDS, forever)
      return ask(() => {
        // From here on it is under way: whoever comes now needs a later answer.
        if (waiting?.ids === ids) waiting = null
        return { EnvironmentIds: [...ids].toSorted() }
      })
    })()
    // A call that was never made must not be joined again.
    return asked.finally(() => {
      if (waiting?.ids === ids) waiting = null
    })
  }

  return {
    async byIds(ids: readonly string[]): Promise<readonly Environment[]> {
      if (waiting === null) {
        const together = new Set(ids)
        waiting = { ids: together, answer: askForIds(together) }
      }
      for (const id of ids) waiting.ids.add(id)
      const found = await waiting.answer
      return found.filter(({ id }) => ids.includes(id))
    },

    /** Asked for the same at the same moment: one call. Never across a change, whose effect the later one must see. */
    read(query: DescribeEnvironmentsMessage): Promise<readonly Environment[]> {
      const key = `${changesMade} ${JSON.stringify(query)}`
      const running = inFlight.get(key)
      if (running !== undefined) return running
      const started = ask(() => query).finally(() => inFlight.delete(key))
      inFlight.set(key, started)
      return started
    },

    /** Makes a change: nothing that is read after it began is taken from before it. */
    async changing<T>(change: () => Promise<T>): Promise<T> {
      changesMade += 1
      try {
        return await change()
      } finally {
        changesMade += 1
      }
    },
  }
}
