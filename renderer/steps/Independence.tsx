import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { keepInDraft } from '../actions.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Reads whether blue could be terminated one day without taking data along; where it could not, takes the database out. */
export const independence: StepParts = {
  sentence: ({ release }) =>
    `Signalbox reads how ${release.blue.name} is tied to a database or to anything else that would go with it. A release may only begin where blue can be removed at the end without a loss. Nothing is changed, unless you have the database decoupled here.`,
  Inputs: NextChange,
  Watch: null,
  plan(_view, { preview }, { databasePassword }) {
    if (!preview) return null
    const password = preview.asksPassword && databasePassword !== '' ? databasePassword : null
    return { label: preview.title, lever: { step: 'independence', password }, missing: null, brings: [], grave: true }
  },
}

/** What the lever does next, in words and as the calls that it makes. */
function NextChange({ step: { preview } }: StepProps) {
  const password = useSignalbox((state) => state.draft.databasePassword)
  if (!preview) return null
  return (
    <section className="panel inputs" aria-label="What comes next" data-testid={testIds.preview}>
      <div className="stack-tight">
        <h3 className="title">Next: {preview.title.toLowerCase()}</h3>
        <p className="lead wrap">{preview.words}</p>
        <pre className="code" aria-label="The calls it makes">
          {preview.calls.join('\n')}
        </pre>
        {preview.asksPassword && (
          <FormField
            label="Password of the database (optional)"
            constraintText="Sent to Elastic Beanstalk with this change and kept nowhere in Signalbox."
            stretch
          >
            <Input
              data-testid={testIds.databasePassword}
              type="password"
              autoComplete={false}
              value={password}
              onChange={({ detail }) => keepInDraft({ databasePassword: detail.value })}
            />
          </FormField>
        )}
      </div>
    </section>
  )
}
