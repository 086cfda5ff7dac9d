import Button from '@cloudscape-design/components/button'
import Modal from '@cloudscape-design/components/modal'
import type { ReactNode } from 'react'
import { WishProblem } from './ProblemAlert.tsx'

/** Says exactly what is about to happen and waits for a yes. */
export function ConfirmModal(props: {
  readonly title: string
  readonly confirm: string
  readonly confirmTestId: string
  readonly waiting: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const { title, confirm, confirmTestId, waiting, onConfirm, onClose, children } = props
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <div className="row row-end">
          <Button variant="link" onClick={onClose}>
            Go back
          </Button>
          <Button variant="primary" data-testid={confirmTestId} loading={waiting} onClick={onConfirm}>
            {confirm}
          </Button>
        </div>
      }
    >
      <div className="stack">
        <WishProblem />
        {children}
      </div>
    </Modal>
  )
}
