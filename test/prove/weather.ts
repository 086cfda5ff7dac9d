import { BROKEN_OFF, OPERATIONS, refusal, type Weather } from './door/world.ts'
import type { CallName, Deed, FaultCode, History } from './history.ts'
import type { Recorder } from './recorder.ts'

/** The weather of a history: when its deeds have their moment, and what the armed ones do to calls and lives. */
export function createWeather(
  history: History,
  parts: {
    readonly die: () => void
    readonly where: () => { readonly track: string; readonly step: string }
    readonly perform: (deed: Deed) => void
    readonly recorder: Recorder
  },
) {
  const { die, where, perform, recorder } = parts
  const waiting = new Map<string, { readonly calls: number; readonly deed: Deed }[]>()
  for (const { track, step, calls, deed } of history.planned) {
    const key = `${track} ${step}`
    waiting.set(
      key,
      [...(waiting.get(key) ?? []), { calls, deed }].toSorted((a, b) => a.calls - b.calls),
    )
  }
  const passed = new Map<string, number>()
  const faults: Extract<Deed, { kind: 'fault' }>[] = []
  const struck = new Map<object, number>()
  const denied = new Set<CallName>()
  const deaths: string[] = []
  let expired = false
  let calls = 0
  let isPerforming = false

  function happen(deed: Deed): void {
    if (deed.kind === 'fault') faults.push(deed)
    if (deed.kind === 'denied') denied.add(deed.call)
    if (deed.kind === 'expired') expired = true
    if (deed.kind === 'crash') deaths.push(deed.where)
    perform(deed)
  }

  /** Whether the process is to die here; each planned death comes once. */
  function dies(where_: string): boolean {
    if (deaths[0] !== where_) return false
    deaths.shift()
    return true
  }

  const weather: Weather = {
    callMilliseconds: history.callMilliseconds,
    passing(_name, isChange) {
      calls += 1
      const { track, step } = where()
      const key = `${track} ${step}`
      const count = (passed.get(key) ?? 0) + 1
      passed.set(key, count)
      const due = waiting.get(key)
      // A deed may move the clock, and so be passed by calls of its own.
      for (let next = due?.[0]; !isPerforming && next !== undefined && next.calls < count; next = due?.[0]) {
        due?.shift()
        isPerforming = true
        happen(next.deed)
        isPerforming = false
      }
      recorder.look()
      if (dies('before a call') || (isChange && dies('before a change'))) die()
    },
    answered(_name, isChange) {
      if (dies('after a call') || (isChange && dies('after a change'))) die()
    },
    fault(name) {
      const [service, operation] = OPERATIONS[name]
      if (expired) return instead(refusal('ExpiredToken', 'The security token included in the request is expired', 403))
      if (denied.has(name)) {
        const said = `User: arn:aws:iam::111122223333:user/op is not authorized to perform: ${service}:${operation} on resource: *`
        return instead(refusal('AccessDenied', said, 403))
      }
      const index = faults.findIndex((each) => each.call === name)
      const fault = faults[index]
      if (fault === undefined) return null
      const times = (struck.get(fault) ?? 0) + 1
      struck.set(fault, times)
      if (times >= fault.times) faults.splice(index, 1)
      // Who is throttled has not been heard.
      return { when: fault.code === 'throttled' ? 'before' : fault.when, thrown: THROWN[fault.code] }
    },
    made: recorder.made,
    read: recorder.read,
    asked: recorder.asked,
    visited: recorder.visited,
    slept() {},
  }
  return {
    ...weather,
    calls: () => calls,
    entry: (side: 'before' | 'after') => dies(`${side} an entry`),
    asleep: () => dies('asleep'),
    /** The operator signs in again. */
    signIn: () => {
      expired = false
    },
    /** AWS and those who manage permissions put right what lasts. */
    clear: () => {
      denied.clear()
    },
  }
}

const instead = (thrown: object) => ({ when: 'before' as const, thrown })

const THROWN: Readonly<Record<FaultCode, object>> = {
  throttled: refusal('Throttling', 'Rate exceeded', 400),
  'server error': refusal('InternalFailure', 'The request processing has failed', 500),
  network: BROKEN_OFF,
}
