import type { Colour, Environment, EnvironmentEvent, Health } from '../contract/models.ts'
import { isPassing, needsSignIn, problemOf } from '../contract/problem.ts'
import type { ReleaseState } from './state.ts'
import { type ProbeReading, RELEASE_TAG, type Sight, type TrafficReading } from './step.ts'
import { requestsPerSecond } from './traffic.ts'
import type { World } from './world.ts'

/** Account milliseconds that a health reading may be old; enhanced health itself is refreshed every 10 s (AWS: enhanced health reporting). */
const HEALTH_MILLISECONDS = 15_000
const EVENTS_MILLISECONDS = 15_000
/** Events come late and share their second: each question overlaps the one before. */
const EVENTS_OVERLAP_MILLISECONDS = 60_000
const TRAFFIC_KEPT = 120
const PROBES_KEPT = 240

/** The eyes of one release: what it looks at on every turn, and the short memory of it. All of it may be lost. */
export function openEyes(world: World) {
  const health: Record<Colour, Health | null> = { blue: null, green: null }
  const healthAt: Record<Colour, number> = { blue: 0, green: 0 }
  const traffic: Record<Colour, readonly TrafficReading[]> = { blue: [], green: [] }
  let probes: readonly ProbeReading[] = []
  let eventsAt = 0
  const seenEvents = new Set<string>()

  async function readHealth(colour: Colour, environment: Environment | null): Promise<void> {
    const now = world.clock.now()
    if (!environment || environment.status === 'Terminated') {
      health[colour] = null
      return
    }
    if (now - healthAt[colour] < HEALTH_MILLISECONDS) return
    healthAt[colour] = now
    try {
      health[colour] = await world.elasticBeanstalk.health(environment.id)
    } catch (thrown) {
      const problem = problemOf(thrown)
      if (isPassing(problem) || needsSignIn(problem)) throw thrown
      // Health that may not be read leaves its gates unknown; the rest of the release can be seen.
      health[colour] = null
    }
    const rate = requestsPerSecond(health[colour])
    if (rate !== null) traffic[colour] = [...traffic[colour], { at: now, requestsPerSecond: rate }].slice(-TRAFFIC_KEPT)
  }

  /** Both environments by id, in one call; green by its name and tag while its id is not known. */
  async function environmentsOf(
    state: ReleaseState,
  ): Promise<{ readonly blue: Environment | null; readonly green: Environment | null }> {
    const { blue, green } = state.release
    const listed = await world.elasticBeanstalk.describeEnvironments({
      ids: green.id === null ? [blue.id] : [blue.id, green.id],
    })
    const byId = (id: string | null) => listed.find((environment) => environment.id === id) ?? null
    const meant = state.forward.clone.intents['create-environment'] !== undefined
    return { blue: byId(blue.id), green: green.id === null && meant ? await greenByName(state) : byId(green.id) }
  }

  async function greenByName(state: ReleaseState): Promise<Environment | null> {
    const { release } = state
    const named = await world.elasticBeanstalk.describeEnvironments({
      names: [release.green.name],
      application: release.application,
    })
    for (const environment of named.filter(({ status }) => status !== 'Terminated')) {
      const tags = await world.elasticBeanstalk.tags(environment.arn)
      if (tags.some(({ key, value }) => key === RELEASE_TAG && value === release.id)) return environment
    }
    return null
  }

  /** None where they may not be read: they are narration, and nothing waits for them. */
  async function eventsSince(application: string, since: number): Promise<readonly EnvironmentEvent[]> {
    try {
      return await world.elasticBeanstalk.events({ application, since })
    } catch (thrown) {
      const problem = problemOf(thrown)
      if (isPassing(problem) || needsSignIn(problem)) throw thrown
      return []
    }
  }

  return {
    async look(state: ReleaseState): Promise<Sight> {
      const { blue, green } = await environmentsOf(state)
      await Promise.all([readHealth('blue', blue), readHealth('green', green)])
      return {
        at: world.clock.now(),
        blue,
        green,
        blueHealth: health.blue,
        greenHealth: health.green,
        traffic: { ...traffic },
        probes,
      }
    },

    /** The health readings are taken anew at the next look: before a call that cannot be taken back. */
    forgetHealth(): void {
      healthAt.blue = 0
      healthAt.green = 0
    },

    probed(probe: ProbeReading): readonly ProbeReading[] {
      probes = [...probes, probe].slice(-PROBES_KEPT)
      return probes
    },

    /** After a gap in the watching: rows and minutes without a break are counted anew. */
    forgetWatch(): void {
      healthAt.blue = 0
      healthAt.green = 0
      traffic.blue = []
      traffic.green = []
      probes = []
      eventsAt = 0
    },

    /** A swap begins a new count. */
    forgetProbes(): void {
      probes = []
    },

    /** Events of both environments that were not heard yet, oldest first; asked at most every so often, but for the last time. */
    async newEvents(state: ReleaseState, isLast = false): Promise<readonly EnvironmentEvent[]> {
      const now = world.clock.now()
      if (now - eventsAt < EVENTS_MILLISECONDS && !isLast) return []
      // Only what was journalled before: what is heard from here on is noted when it is heard.
      if (eventsAt === 0) for (const event of state.events) seenEvents.add(keyOf(event))
      const since = Math.max(
        state.release.startedAt,
        (eventsAt || state.events.at(-1)?.at || state.release.startedAt) - EVENTS_OVERLAP_MILLISECONDS,
      )
      const events = await eventsSince(state.release.application, since)
      eventsAt = now
      const names = new Set([state.release.blue.name, state.release.green.name])
      return events.filter((event) => {
        if (event.environmentName !== null && !names.has(event.environmentName)) return false
        if (event.at < state.release.startedAt || seenEvents.has(keyOf(event))) return false
        seenEvents.add(keyOf(event))
        return true
      })
    },
  }
}

function keyOf({ at, environmentName, message }: EnvironmentEvent): string {
  return `${at} ${environmentName ?? ''} ${message}`
}
