import { ClockIcon, CrossIcon, LockIcon, TickIcon, UnlockedIcon } from './icons.tsx'
import { Spin } from './Spin.tsx'
import './step-navigation.css'

/** How a step is drawn; the navigation knows nothing else about it. */
export type StepMark = 'ahead' | 'waiting' | 'locked' | 'ready' | 'running' | 'stuck' | 'done'

export interface StepItem<Id extends string> {
  readonly id: Id
  readonly title: string
  /** What it is doing, in a word or two. */
  readonly detail: string
  readonly mark: StepMark
  readonly status: string
  readonly testId: string
}

/** A walk of steps, top to bottom, that knows nothing about its steps. */
export function StepNavigation<Id extends string>(props: {
  readonly label: string
  readonly steps: readonly StepItem<Id>[]
  readonly current: Id
  readonly shown: Id | null
  readonly onShow: (id: Id) => void
}) {
  const { label, steps, current, shown, onShow } = props
  return (
    <nav className="step-navigation" aria-label={label}>
      <ol>
        {steps.map((step) => (
          <li key={step.id} className="step-item" data-mark={step.mark} data-shown={step.id === shown}>
            <button
              type="button"
              className="step-button"
              data-testid={step.testId}
              data-status={step.status}
              aria-current={step.id === current ? 'step' : undefined}
              aria-pressed={step.id === shown}
              onClick={() => onShow(step.id)}
            >
              <span className="step-mark">
                <MarkIcon mark={step.mark} />
              </span>
              <span className="step-words">
                <span className="step-title">{step.title}</span>
                <span className="step-detail">{step.detail}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function MarkIcon({ mark }: { readonly mark: StepMark }) {
  switch (mark) {
    case 'done':
      return <TickIcon />
    case 'stuck':
      return <CrossIcon />
    case 'locked':
      return <LockIcon />
    case 'ready':
      return <UnlockedIcon />
    case 'waiting':
      return <ClockIcon />
    case 'running':
      return <Spin />
    case 'ahead':
      return null
  }
}
