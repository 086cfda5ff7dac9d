/** What no API can answer, and decides whether two versions may run side by side; a `yes` is safe. */
export const QUESTION_IDS = ['schema', 'sessions', 'jobs', 'uploads'] as const
export type QuestionId = (typeof QUESTION_IDS)[number]
export type Answer = 'yes' | 'no' | 'does-not-apply'

/** When a database that Elastic Beanstalk made leaves blue: before green is made, or only once production has left blue. */
export const ROUTE_IDS = ['decouple-first', 'decouple-later'] as const
export type RouteId = (typeof ROUTE_IDS)[number]

/** The choice between the two, while there is one. */
export interface RouteChoice {
  readonly chosen: RouteId
  readonly database: string
}

/** The parts of the last step that come before the termination; each has a lever of its own. */
export const RETIRE_STAGES = ['shrink', 'snapshot', 'protect', 'retain', 'decouple'] as const
export type RetireStage = (typeof RETIRE_STAGES)[number]

/** What hangs on an environment: a picture for the operator, never read for a verdict. */
export interface Dependencies {
  readonly nodes: readonly {
    /** AWS's own id or name of it. */
    readonly id: string
    readonly kind: 'environment' | 'database' | 'data' | 'group' | 'unknown'
    readonly label: string
    readonly detail: string
    /** What becomes of it when the environment is terminated; `snapshot`: only a copy stays. */
    readonly fate: 'dies' | 'snapshot' | 'stays' | 'unknown'
    /** Ids of what it refers to. */
    readonly refersTo: readonly string[]
  }[]
}
