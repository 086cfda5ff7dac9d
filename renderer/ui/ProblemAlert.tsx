import Alert from '@cloudscape-design/components/alert'
import type { ReactNode } from 'react'
import { isPassing, type Problem } from '../../electron/contract/problem.ts'
import { dismissProblem } from '../actions.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { useBroughtIntoView } from './use-brought-into-view.ts'
import './problem-alert.css'

/** A problem in full: what happened, what it means for the release, what to do now, and AWS's own words on request. */
export function ProblemAlert(props: {
  readonly problem: Problem
  readonly action?: ReactNode
  readonly onDismiss?: () => void
}) {
  const { problem, action, onDismiss } = props
  const mild = isPassing(problem) || problem.code === 'credentials-expired'
  const element = useBroughtIntoView(mild ? null : `${problem.title} ${problem.meaning ?? ''}`)
  return (
    <div ref={element} className="problem" role="alert" data-testid={testIds.problem} data-problem={problem.code}>
      <Alert
        type={mild ? 'warning' : 'error'}
        header={<span className="wrap">{problem.title}</span>}
        statusIconAriaLabel={mild ? 'Warning' : 'Problem'}
        action={action}
        dismissAriaLabel="Dismiss"
        dismissible={onDismiss !== undefined}
        {...(onDismiss ? { onDismiss } : {})}
      >
        <div className="stack-tight wrap">
          {problem.meaning !== undefined && <div>{problem.meaning}</div>}
          {problem.remedy !== undefined && (
            <div>
              <strong>What to do: </strong>
              {problem.remedy}
            </div>
          )}
          {problem.detail !== undefined && (
            <details className="details">
              <summary>Details</summary>
              <pre className="code">{problem.detail}</pre>
            </details>
          )}
        </div>
      </Alert>
    </div>
  )
}

/** What the operator's last wish met, where there was a problem. */
export function WishProblem() {
  const problem = useSignalbox((state) => state.problem)
  return problem && <ProblemAlert problem={problem} onDismiss={dismissProblem} />
}
