import Button from '@cloudscape-design/components/button'
import type { ReactNode } from 'react'
import type { StepView } from '../../electron/contract/models.ts'
import { throwLever } from '../actions.ts'
import { isThrown, type LeverPlan, leverState } from '../lever-reason.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { LockIcon, UnlockedIcon } from './icons.tsx'
import './lever-bar.css'

/** The lever, always in sight: locked with its reason, or open. */
export function LeverBar(props: {
  readonly step: StepView
  readonly plan: LeverPlan | null
  readonly paused: boolean
  readonly idle: string
  readonly children: ReactNode
}) {
  const { step, plan, paused, idle, children } = props
  const waiting = useWaitingFor('throwLever')
  if (plan === null || isThrown(step)) {
    return (
      <footer className="lever-bar">
        <span className="lever-reason muted">{idle}</span>
        <div className="lever-others">{children}</div>
      </footer>
    )
  }
  const { open, reason } = leverState(step, paused, plan)
  return (
    <footer className="lever-bar" data-open={open}>
      <div className="lever-button" data-grave={plan.grave ?? false}>
        <Button
          variant="primary"
          data-testid={testIds.lever}
          disabled={!open}
          loading={waiting}
          ariaDescribedby="lever-reason"
          onClick={() => {
            if (plan.lever) void throwLever(plan.lever)
          }}
        >
          {plan.label}
        </Button>
      </div>
      <span className="lever-reason" id="lever-reason" data-testid={testIds.leverReason} role="status">
        {open ? <UnlockedIcon /> : <LockIcon />}
        <span className="wrap">{reason}</span>
      </span>
      <div className="lever-others">{children}</div>
    </footer>
  )
}
