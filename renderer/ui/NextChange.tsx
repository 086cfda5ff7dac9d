import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import type { Preview } from '../../electron/contract/models.ts'
import { keepInDraft } from '../actions.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'

/** What the lever does next, in words and as the calls that it makes. */
export function NextChange({ preview }: { readonly preview: Preview | undefined }) {
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
