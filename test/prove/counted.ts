import type { Broken } from './laws.ts'

/** What was lived through. */
export interface Counted {
  readonly histories: number
  readonly seconds: number
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
