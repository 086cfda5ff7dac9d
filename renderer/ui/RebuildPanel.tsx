import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import type { WayBack } from '../../electron/contract/domain.ts'
import type { Release } from '../../electron/contract/models.ts'
import { rebuildBlue } from '../actions.ts'
import { dateTime, day } from '../formats.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { ConfirmModal } from './ConfirmModal.tsx'

/** The way back after blue was terminated, for as long as Elastic Beanstalk keeps it open. */
export function RebuildPanel({ release, wayBack }: { readonly release: Release; readonly wayBack: WayBack }) {
  const [confirming, setConfirming] = useState(false)
  const waiting = useWaitingFor('rebuildBlue')
  const { blue, productionCname, green, outcome } = release
  async function rebuild() {
    await rebuildBlue()
    setConfirming(false)
  }
  return (
    <section className="panel outcome-report" aria-label="The way back">
      <div>
        <h3 className="title">The way back from here</h3>
        <p className="lead wrap">
          Elastic Beanstalk can rebuild {blue.name} ({blue.id}) until {day(wayBack.until)}, 42 days after it was
          terminated, as long as its URL is free and its version is kept. It comes back without the data that was on it,
          under the URL that it had at the end.
        </p>
      </div>
      <div className="row">
        <Button data-testid={testIds.rebuild} loading={waiting} onClick={() => setConfirming(true)}>
          Rebuild blue…
        </Button>
        <span className="muted" role="status">
          {wayBack.askedAt !== null && `Elastic Beanstalk was asked for it ${dateTime(wayBack.askedAt)}.`}
        </span>
      </div>
      {confirming && (
        <ConfirmModal
          title={`Rebuild ${blue.name}?`}
          confirm="Rebuild"
          confirmTestId={testIds.rebuildConfirm}
          waiting={waiting}
          onConfirm={() => void rebuild()}
          onClose={() => setConfirming(false)}
        >
          <p className="lead wrap">
            {blue.name} comes back under its id beside {green.name}, with the version that it had, in some minutes. It
            costs money from then on. {productionCname} stays where it is: to move it, begin a release from the
            environment that holds it.
          </p>
          {outcome === null && (
            <p className="wrap">
              <strong>This release ends with it,</strong> as if you had stopped it: what is not proved yet is not proved
              any more.
            </p>
          )}
        </ConfirmModal>
      )}
    </section>
  )
}
