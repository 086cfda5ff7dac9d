/** The seven steps of a release, in their order (AWS developer guide, "Blue/Green deployments with Elastic Beanstalk"). */
export const STEP_IDS = ['independence', 'clone', 'deploy', 'test', 'swap', 'propagation', 'retire'] as const

export type StepId = (typeof STEP_IDS)[number]

/** Roll back walks some of the same steps with the roles of blue and green exchanged. */
export type Track = 'forward' | 'rollback'
