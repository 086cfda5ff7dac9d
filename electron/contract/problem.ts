/** Every expected way things go wrong. The screens switch over this; never over the words. */
export type ProblemCode =
  | 'access-denied'
  | 'credentials-expired'
  | 'credentials-invalid'
  | 'throttled'
  | 'aws-unavailable'
  | 'network'
  | 'refused-by-aws'
  | 'not-found'
  | 'quota'
  | 'name-taken'
  | 'locked'
  | 'drift'
  | 'bad-bundle'
  | 'bad-input'
  | 'journal'
  | 'not-connected'
  | 'unexpected'

/** What happened, what it means for the release, what to do now; `detail` carries request ids and AWS's own words. */
export interface Problem {
  readonly code: ProblemCode
  readonly title: string
  readonly meaning?: string
  readonly remedy?: string
  readonly detail?: string
}

/** The one error class: an expected problem that has words. Anything else thrown is a bug. */
export class SignalboxError extends Error {
  readonly problem: Problem
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options)
    this.name = 'SignalboxError'
    this.problem = problem
  }
}

/** Problems that pass by themselves: the release waits and tries again, it never fails on them. */
export function isPassing(problem: Problem): boolean {
  return problem.code === 'throttled' || problem.code === 'aws-unavailable' || problem.code === 'network'
}

/** Problems that the operator ends by signing in again; the release pauses. */
export function needsSignIn(problem: Problem): boolean {
  return (
    problem.code === 'credentials-expired' || problem.code === 'credentials-invalid' || problem.code === 'not-connected'
  )
}

/** The whole problem of whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof SignalboxError) return thrown.problem
  return {
    code: 'unexpected',
    title: 'Something unexpected went wrong in Signalbox',
    meaning: 'The step has stopped where it was. Nothing more is changed in AWS.',
    remedy: 'Try again. If it comes back, send the details below to the makers of Signalbox.',
    detail: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  }
}

/** An error whose every word is for the operator. */
export function problem(code: ProblemCode, title: string, rest: Omit<Problem, 'code' | 'title'> = {}): SignalboxError {
  return new SignalboxError({ code, title, ...rest })
}

/** Why a call is cut off that the operator will not have gone on with; what it left half done may be cleared away. */
export const GIVEN_UP = new Error('The operator gave this up')
