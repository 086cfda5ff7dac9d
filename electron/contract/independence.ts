/** What no API can answer, and decides whether two versions may run side by side; a `yes` is safe. */
export const QUESTION_IDS = ['schema', 'sessions', 'jobs', 'uploads'] as const
export type QuestionId = (typeof QUESTION_IDS)[number]
export type Answer = 'yes' | 'no' | 'does-not-apply'

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
