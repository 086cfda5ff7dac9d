import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { BLANK_CHECK, faultsOf, type SettingsForm } from '../settings-form.ts'
import { testIds } from '../test-ids.ts'
import './settings-fields.css'

interface Props {
  readonly form: SettingsForm
  readonly onChange: (form: SettingsForm) => void
}

/** How long the checks must hold before the swap. */
export function BakeField({ form, onChange }: Props) {
  return (
    <FormField
      label="Bake, in minutes"
      description="All checks must hold this long before green may take over."
      errorText={faultsOf(form).bakeMinutes}
    >
      <Input
        type="number"
        inputMode="numeric"
        data-testid={testIds.bakeMinutes}
        value={form.bakeMinutes}
        onChange={({ detail }) => onChange({ ...form, bakeMinutes: detail.value })}
      />
    </FormField>
  )
}

/** How long both environments are kept after the swap. */
export function SoakField({ form, onChange }: Props) {
  return (
    <FormField
      label="Soak, in minutes"
      description="Both environments are kept at least this long after the swap."
      errorText={faultsOf(form).soakMinutes}
    >
      <Input
        type="number"
        inputMode="numeric"
        data-testid={testIds.soakMinutes}
        value={form.soakMinutes}
        onChange={({ detail }) => onChange({ ...form, soakMinutes: detail.value })}
      />
    </FormField>
  )
}

/** The pages that green must answer: path, status, and a text that must be in the body. */
export function CheckFields({ form, onChange }: Props) {
  const faults = faultsOf(form).checks
  function change(index: number, change: Partial<SettingsForm['checks'][number]>) {
    onChange({ ...form, checks: form.checks.map((check, at) => (at === index ? { ...check, ...change } : check)) })
  }
  return (
    <fieldset className="checks">
      <legend>Checks</legend>
      <div className="check-row check-head small muted" aria-hidden="true">
        <span>Path</span>
        <span>Status</span>
        <span>Text the page must contain</span>
        <span />
      </div>
      {form.checks.map((check, index) => (
        // Rows have no identity but their place
        <div className="check-row" key={index} data-testid={testIds.check(index)}>
          <FormField errorText={faults[index]?.path} stretch>
            <Input
              ariaLabel={`Path of check ${index + 1}`}
              value={check.path}
              onChange={({ detail }) => change(index, { path: detail.value })}
            />
          </FormField>
          <FormField errorText={faults[index]?.expectStatus} stretch>
            <Input
              ariaLabel={`Expected status of check ${index + 1}`}
              inputMode="numeric"
              value={check.expectStatus}
              onChange={({ detail }) => change(index, { expectStatus: detail.value })}
            />
          </FormField>
          <FormField errorText={faults[index]?.contains} stretch>
            <Input
              ariaLabel={`Text that check ${index + 1} must find`}
              placeholder="anything"
              value={check.contains}
              onChange={({ detail }) => change(index, { contains: detail.value })}
            />
          </FormField>
          <Button
            variant="icon"
            iconName="remove"
            ariaLabel={`Remove check ${index + 1}`}
            disabled={form.checks.length === 1}
            onClick={() => onChange({ ...form, checks: form.checks.toSpliced(index, 1) })}
          />
        </div>
      ))}
      <div>
        <Button
          iconName="add-plus"
          data-testid={testIds.addCheck}
          disabled={form.checks.length >= 50}
          onClick={() => onChange({ ...form, checks: [...form.checks, BLANK_CHECK] })}
        >
          Add a check
        </Button>
      </div>
    </fieldset>
  )
}
