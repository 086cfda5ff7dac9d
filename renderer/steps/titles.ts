import type { StepId, Track } from '../../electron/contract/steps.ts'

const FORWARD: Readonly<Record<StepId, string>> = {
  independence: 'Check independence',
  clone: 'Clone blue',
  deploy: 'Deploy to green',
  test: 'Test green',
  swap: 'Swap the CNAMEs',
  propagation: 'Watch the users move',
  retire: 'Retire blue',
}

const ROLLBACK: Readonly<Record<StepId, string>> = {
  ...FORWARD,
  swap: 'Swap the CNAMEs back',
  propagation: 'Watch the users return',
  retire: 'Remove green',
}

/** What a step is called on the way forward or back. */
export function titleOf(step: StepId, track: Track): string {
  return (track === 'forward' ? FORWARD : ROLLBACK)[step]
}
