import Button from '@cloudscape-design/components/button'
import Modal from '@cloudscape-design/components/modal'
import { closeHandOver, showHandOver } from '../actions.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'

/** The text for whoever manages the account, to be read and copied. */
export function HandOver() {
  const handOver = useSignalbox((state) => state.handOver)
  const waiting = useWaitingFor('handOver')
  if (handOver === null) return null
  return (
    <Modal
      visible
      size="large"
      header="For your AWS administrator"
      closeAriaLabel="Close"
      onDismiss={closeHandOver}
      footer={
        <div className="row row-end">
          <span className="muted" role="status">
            {handOver.copied ? 'Copied.' : ''}
          </span>
          <Button variant="link" onClick={closeHandOver}>
            Close
          </Button>
          <Button
            variant="primary"
            data-testid={testIds.handOverCopy}
            loading={waiting}
            onClick={() => void showHandOver(true)}
          >
            Copy
          </Button>
        </div>
      }
    >
      <div className="stack">
        <p className="lead">
          Send this to whoever manages the account. The release stands where it is meanwhile, and nothing is changed.
        </p>
        <pre className="code" data-testid={testIds.handOverText}>
          {handOver.text}
        </pre>
      </div>
    </Modal>
  )
}
