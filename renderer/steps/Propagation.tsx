import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import type { ReleaseSettings } from '../../electron/contract/models.ts'
import { changeSettings } from '../actions.ts'
import { useAccountNow } from '../clock.ts'
import { duration } from '../formats.ts'
import { rolesOf } from '../roles.ts'
import { formOf, settingsOf } from '../settings-form.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { Drain } from '../ui/Drain.tsx'
import { PanelEditor } from '../ui/PanelEditor.tsx'
import { Resolvers } from '../ui/Resolvers.tsx'
import { SoakField } from '../ui/SettingsFields.tsx'
import { TimelinePictures } from '../ui/TimelinePictures.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Watches until the world has followed the swap; there is no lever. */
export const propagation: StepParts = {
  sentence(view) {
    const { fromColour, toColour } = rolesOf(view)
    return `The swap is done in AWS, but name servers and programs remember ${fromColour}’s address for a while. Signalbox watches until they all reach ${toColour} and nobody uses ${fromColour} any more. There is nothing to do; both environments keep running.`
  },
  Inputs: null,
  Watch: Propagation,
  plan: () => null,
}

function Propagation({ view, step }: StepProps) {
  return (
    <>
      <Resolvers view={view} since={step.enteredAt} />
      {step.status !== 'proved' && (
        <section className="panel watch stack" aria-label="Name servers that are asked">
          <PanelEditor key={JSON.stringify(view.release.settings.panel)} release={view.release} />
        </section>
      )}
      <TimelinePictures view={view} />
      {view.release.outcome === null && <Drain view={view} />}
      <Soak key={JSON.stringify(view.release.settings)} view={view} step={step} />
    </>
  )
}

function Soak({ view, step }: StepProps) {
  const { settings, track } = view.release
  const now = useAccountNow()
  const swap = track === 'forward' ? view.steps.swap : view.rollbackSteps.find((each) => each.id === 'swap')
  const swappedAt = swap?.provedAt ?? null
  if (swappedAt === null) return null
  const left = (swappedAt + settings.soakSeconds * 1000 - now) / 1000
  const over = step.status === 'proved' || left <= 0
  return (
    <section className="panel watch stack" aria-label="Soak time">
      <div>
        <h3 className="title">Soak time: {over ? 'over' : `${duration(left)} left`}</h3>
        <p className="lead">
          Both environments are kept for at least {duration(settings.soakSeconds)} after the swap, so that the way back
          stays short while trouble may still show.
        </p>
      </div>
      {step.status !== 'proved' && <SoakEditor settings={settings} />}
    </section>
  )
}

function SoakEditor({ settings }: { readonly settings: ReleaseSettings }) {
  const [form, setForm] = useState(() => formOf(settings))
  const waiting = useWaitingFor('changeSettings')
  const changed = settingsOf(form)
  const same = form.soakMinutes === formOf(settings).soakMinutes
  return (
    <details className="details">
      <summary>Change the soak time</summary>
      <div className="row">
        <SoakField form={form} onChange={setForm} />
        <Button
          data-testid={testIds.saveSettings}
          disabled={same || changed === null}
          loading={waiting}
          onClick={() => {
            if (changed) void changeSettings(changed)
          }}
        >
          Save
        </Button>
      </div>
    </details>
  )
}
