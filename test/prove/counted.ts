import type { History } from './history.ts'
import type { Broken } from './laws.ts'

/** What was lived through. */
export interface Counted {
  readonly histories: number
  /** Of all processes together, whatever else the machine did meanwhile. */
  readonly processorSeconds: number
  readonly crashes: number
  /** Calls of AWS, name servers and the production URL. */
  readonly calls: number
  /** Histories that came to a step, by track and step. */
  readonly steps: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  /** What operators, others, AWS and the machine did, by kind. */
  readonly done: Readonly<Record<string, number>>
}

/** The shortest history that breaks a law, and how to live through it again. */
export interface Failure {
  readonly seed: number
  readonly path: string
  readonly history: readonly string[]
  readonly broken: readonly Broken[]
}

/** Some of the histories of a run; the same whatever number of processes share them. */
export interface Chunk {
  readonly seed: number
  readonly runs: number
  /** fast-check's path to one history of that seed. */
  readonly path?: string | undefined
  /** What every history meets, whatever else was drawn for it. */
  readonly meets?: Partial<History> | undefined
  /** The first history that breaks a law is answered as it is, and not the shortest like it. */
  readonly isHasty?: boolean | undefined
}

/** What a process says. */
export type Heard =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly histories: number }
  | { readonly kind: 'found'; readonly counted: Counted; readonly failure: Failure | null }

/** Both together. */
export function sum(a: Counted, b: Counted): Counted {
  return {
    histories: a.histories + b.histories,
    processorSeconds: a.processorSeconds + b.processorSeconds,
    crashes: a.crashes + b.crashes,
    calls: a.calls + b.calls,
    steps: added(a.steps, b.steps),
    outcomes: added(a.outcomes, b.outcomes),
    done: added(a.done, b.done),
  }
}

export const NOTHING: Counted = {
  histories: 0,
  processorSeconds: 0,
  crashes: 0,
  calls: 0,
  steps: {},
  outcomes: {},
  done: {},
}

function added(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const all = { ...a }
  for (const [name, count] of Object.entries(b)) all[name] = (all[name] ?? 0) + count
  return all
}
