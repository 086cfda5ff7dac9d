import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { isOpen, type ReleaseSettings } from '../../electron/contract/models.ts'
import { changeSettings, keepInDraft, openEnvironment, signOff } from '../actions.ts'
import { duration } from '../formats.ts'
import { formOf, settingsOf } from '../settings-form.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { BakeField, CheckFields } from '../ui/SettingsFields.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Proves green before anyone depends on it: checks for a whole bake, and the operator's own look. */
export const test: StepParts = {
  sentence: ({ release }) =>
    `Green is asked for your pages again and again for ${duration(release.settings.bakeSeconds)}, warmed up and compared with blue. Then you look yourself. Production still runs on blue.`,
  Inputs: Checks,
  Watch: OwnLook,
  plan: () => ({ label: 'Start the test', lever: { step: 'test' }, missing: null, brings: [] }),
}

function Checks({ view }: StepProps) {
  const { settings } = view.release
  // What main holds is the start; another snapshot with the same settings must not undo what is being typed.
  return <ChecksEditor key={JSON.stringify(settings)} settings={settings} />
}

function ChecksEditor({ settings }: { readonly settings: ReleaseSettings }) {
  const [form, setForm] = useState(() => formOf(settings))
  const waiting = useWaitingFor('changeSettings')
  const changed = settingsOf(form)
  const same = JSON.stringify(form) === JSON.stringify(formOf(settings))
  return (
    <section className="panel inputs stack" aria-label="Checks and bake">
      <CheckFields form={form} onChange={setForm} />
      <div className="inputs-pair">
        <BakeField form={form} onChange={setForm} />
        <div className="row row-end">
          <span className="muted">{same ? 'These checks are used.' : 'Not saved yet.'}</span>
          <Button
            data-testid={testIds.saveSettings}
            disabled={same || changed === null}
            loading={waiting}
            onClick={() => {
              if (changed) void changeSettings(changed)
            }}
          >
            Save the checks
          </Button>
        </div>
      </div>
    </section>
  )
}

function OwnLook({ view, step }: StepProps) {
  const note = useSignalbox((state) => state.draft.signOffNote)
  const waiting = useWaitingFor('signOff')
  const asked = step.proofs.find((proof) => proof.id === 'sign-off')
  if (asked === undefined || isOpen(asked)) return null
  return (
    <section className="panel inputs stack sign-off" aria-label="Your own look">
      <div>
        <h3 className="title">Look at green yourself</h3>
        <p className="lead">
          Open it, sign in, click through what matters: {view.lanes.green.name} with version{' '}
          {view.versionLabel ?? 'unknown'}. Only you can see that it is right.
        </p>
      </div>
      <div>
        <Button
          iconName="external"
          iconAlign="right"
          data-testid={testIds.openEnvironment('green')}
          onClick={() => void openEnvironment('green')}
        >
          Open green in the browser
        </Button>
      </div>
      <FormField label="What you looked at (kept in the report)" stretch>
        <Textarea
          data-testid={testIds.signOffNote}
          rows={2}
          value={note}
          placeholder="For example: signed in, placed a test order, looked at the invoice."
          onChange={({ detail }) => keepInDraft({ signOffNote: detail.value.slice(0, 500) })}
        />
      </FormField>
      <div>
        <Button
          variant="primary"
          data-testid={testIds.signOff}
          loading={waiting}
          onClick={() => void signOff(note.trim())}
        >
          Sign off: green is right
        </Button>
      </div>
    </section>
  )
}
