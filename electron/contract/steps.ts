/** The seven steps of a release, in their order (AWS developer guide, "Blue/Green deployments with Elastic Beanstalk"). */
export const STEP_IDS = ['independence', 'clone', 'deploy', 'test', 'swap', 'propagation', 'retire'] as const

export type StepId = (typeof STEP_IDS)[number]

/** Roll back walks some of the same steps with the roles of blue and green exchanged. */
export type Track = 'forward' | 'rollback'

/** What a step is called on the way forward or back. */
export function titleOf(step: StepId, track: Track): string {
  return (track === 'forward' ? FORWARD : BACK)[step]
}

const FORWARD: Readonly<Record<StepId, string>> = {
  independence: 'Check independence',
  clone: 'Clone blue',
  deploy: 'Deploy to green',
  test: 'Test green',
  swap: 'Swap the CNAMEs',
  propagation: 'Watch the users move',
  retire: 'Retire blue',
}

const BACK: Readonly<Record<StepId, string>> = {
  ...FORWARD,
  swap: 'Swap the CNAMEs back',
  propagation: 'Watch the users return',
  retire: 'Remove green',
}
