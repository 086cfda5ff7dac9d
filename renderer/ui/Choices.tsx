import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import type { Choice, ReleaseView } from '../../electron/contract/models.ts'
import { choose, confirmRollBack } from '../actions.ts'
import { needsConfirmation, rollBackLines } from '../roles.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { ConfirmModal } from './ConfirmModal.tsx'
import './choices.css'

/** What the operator can do now besides the lever, each with its effect; roll back and sign in have their own buttons. */
export function Choices({ view, title }: { readonly view: ReleaseView; readonly title: string }) {
  const [confirming, setConfirming] = useState<Choice | null>(null)
  const choices = view.choices.filter(({ id }) => id !== 'roll-back' && !(id === 'sign-in' && view.paused))
  if (choices.length === 0) return null
  return (
    <section className="panel choices" aria-label={title}>
      <h3 className="title">{title}</h3>
      <ul>
        {choices.map((choice) => (
          <li key={choice.id}>
            <Button
              data-testid={testIds.choice(choice.id)}
              onClick={() => (needsConfirmation(choice.id) ? setConfirming(choice) : void choose(choice))}
            >
              {choice.title}
            </Button>
            <span className="muted">{choice.effect}</span>
          </li>
        ))}
      </ul>
      {confirming && <ConfirmChoice choice={confirming} onClose={() => setConfirming(null)} />}
    </section>
  )
}

function ConfirmChoice({ choice, onClose }: { readonly choice: Choice; readonly onClose: () => void }) {
  const waiting = useWaitingFor('choose')
  async function confirm() {
    await choose(choice)
    if (useSignalbox.getState().problem === null) onClose()
  }
  return (
    <ConfirmModal
      title={`${choice.title}?`}
      confirm={choice.title}
      confirmTestId={choice.id === 'roll-back' ? testIds.rollBackConfirm : testIds.choiceConfirm}
      waiting={waiting}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p className="lead">{choice.effect}</p>
    </ConfirmModal>
  )
}

/** The way back, wherever main offers one; says exactly what it will do before it does it. */
export function RollBack({ view }: { readonly view: ReleaseView }) {
  // Not the component's own: the release may move to its next step under the open dialog, which must stay.
  const confirming = useSignalbox((state) => state.confirmingRollBack)
  const waiting = useWaitingFor('choose')
  const choice = view.choices.find((each) => each.id === 'roll-back')
  if (choice === undefined) return null
  async function confirm() {
    await choose({ id: 'roll-back' })
    if (useSignalbox.getState().problem === null) confirmRollBack(false)
  }
  return (
    <>
      <Button data-testid={testIds.rollBack} onClick={() => confirmRollBack(true)}>
        Roll back…
      </Button>
      {confirming && (
        <ConfirmModal
          title="Roll this release back?"
          confirm="Roll back"
          confirmTestId={testIds.rollBackConfirm}
          waiting={waiting}
          onConfirm={() => void confirm()}
          onClose={() => confirmRollBack(false)}
        >
          <p className="lead">{choice.effect}</p>
          <ul className="consequences">
            {rollBackLines(view).map((line) => (
              <li key={line} className="wrap">
                {line}
              </li>
            ))}
          </ul>
        </ConfirmModal>
      )}
    </>
  )
}
