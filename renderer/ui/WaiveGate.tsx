import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Modal from '@cloudscape-design/components/modal'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { Gate } from '../../electron/contract/models.ts'
import type { StepId } from '../../electron/contract/steps.ts'
import { waiveGate } from '../actions.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { WishProblem } from './ProblemAlert.tsx'

const LEAST = 10

/** Asks for the reason that stands in for a gate; the journal and the report keep it. */
export function WaiveGate({
  gate,
  step,
  onClose,
}: {
  readonly gate: Gate
  readonly step: StepId
  readonly onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const waiting = useWaitingFor('waiveGate')
  const missing = LEAST - reason.trim().length
  async function waive() {
    if (await waiveGate(step, gate.id, reason.trim())) onClose()
  }
  return (
    <Modal
      visible
      header={`Waive “${gate.title}”`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <div className="row row-end">
          <Button variant="link" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            data-testid={testIds.waiveConfirm}
            disabled={missing > 0}
            loading={waiting}
            onClick={() => void waive()}
          >
            Waive this gate
          </Button>
        </div>
      }
    >
      <div className="stack">
        <WishProblem />
        <p className="lead wrap">{gate.summary}</p>
        <p className="lead">
          Waiving opens the lever although this gate has not passed. Your reason is kept in the journal and printed in
          the report.
        </p>
        <FormField
          label="Why the release goes on without it"
          constraintText={missing > 0 ? `A sentence, please: ${missing} more characters.` : 'Thank you.'}
          stretch
        >
          <Textarea
            data-testid={testIds.waiveReason}
            value={reason}
            rows={3}
            autoFocus
            onChange={({ detail }) => setReason(detail.value.slice(0, 500))}
            placeholder="For example: checked by hand with the database team, ticket 4711."
          />
        </FormField>
      </div>
    </Modal>
  )
}
