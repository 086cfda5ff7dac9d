import Button from '@cloudscape-design/components/button'
import type { ReactNode } from 'react'
import type { Answer } from '../use-answer.ts'
import { ProblemAlert } from './ProblemAlert.tsx'
import { Spin } from './Spin.tsx'

/** What main has answered, or that it is being asked, or why it could not answer and a way to ask again. */
export function Answered<T>(props: {
  readonly answer: Answer<T>
  readonly askAgain: () => void
  readonly waiting: string
  readonly children: (value: T) => ReactNode
}) {
  const { answer, askAgain, waiting, children } = props
  switch (answer.status) {
    case 'loading':
      return (
        <p className="row muted" role="status">
          <Spin /> {waiting}
        </p>
      )
    case 'failed':
      return (
        <div className="stack-tight">
          <ProblemAlert problem={answer.problem} />
          <div>
            <Button onClick={askAgain}>Try again</Button>
          </div>
        </div>
      )
    case 'here':
      return children(answer.value)
  }
}
