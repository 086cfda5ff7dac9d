import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import type { CloneChoices } from '../../electron/contract/clone.ts'
import { keepInDraft } from '../actions.ts'
import { type CloneForm, cloneFormOf, instanceTypesFault, minSizeFault } from '../clone-form.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'

const BLUES_OWN = { label: 'Blue’s own configuration, as it is deployed now', value: '' }

/** What green may have otherwise than blue; closed as long as nobody needs it. */
export function CloneOptions({ choices }: { readonly choices: CloneChoices }) {
  const form = useSignalbox((state) => state.draft.cloneForm) ?? cloneFormOf(choices.chosen)
  const change = (part: Partial<CloneForm>) => keepInDraft({ cloneForm: { ...form, ...part } })
  const { newest, templates, managedUpdates } = choices
  const configurations = [BLUES_OWN, ...templates.map((name) => ({ label: name, value: name }))]
  return (
    <ExpandableSection
      headerText="More options"
      headerDescription={inWords(form, choices)}
      variant="footer"
      data-testid={testIds.cloneOptions}
    >
      <div className="stack">
        <FormField label="Made from" stretch>
          <Select
            data-testid={testIds.cloneTemplate}
            selectedOption={configurations.find(({ value }) => value === (form.template ?? '')) ?? BLUES_OWN}
            options={configurations}
            onChange={({ detail }) => change({ template: detail.selectedOption.value || null })}
          />
        </FormField>
        {form.template === null ? (
          <fieldset className="options">
            <legend className="field-legend">Platform</legend>
            <PlatformOption
              platform="same"
              form={form}
              onChange={change}
              title="The platform of blue"
              details={[choices.platform]}
            />
            {newest ? (
              <PlatformOption
                platform="newest"
                form={form}
                onChange={change}
                title="The newest version of its branch"
                details={newest.changes}
              />
            ) : (
              <p className="muted">{choices.newestUnread ?? 'Blue runs the newest version of its platform branch.'}</p>
            )}
          </fieldset>
        ) : (
          <p className="muted wrap">
            Green gets the platform and the settings of {form.template}. What differs from blue because of that is shown
            afterwards, and not held against it.
          </p>
        )}
        <div className="inputs-pair">
          <FormField
            label="Instance types"
            errorText={instanceTypesFault(form.instanceTypes)}
            constraintText={`Empty: as it is (${choices.instanceTypes ?? 'not told'}).`}
            stretch
          >
            <Input
              data-testid={testIds.cloneInstanceTypes}
              value={form.instanceTypes}
              spellcheck={false}
              placeholder={choices.instanceTypes ?? ''}
              onChange={({ detail }) => change({ instanceTypes: detail.value })}
            />
          </FormField>
          <FormField
            label="Instances at least"
            errorText={minSizeFault(form.minSize)}
            constraintText={`Empty: as it is (${choices.minSize ?? 'not told'}${choices.maxSize === null ? '' : `, at most ${choices.maxSize}`}).`}
            stretch
          >
            <Input
              data-testid={testIds.cloneMinSize}
              value={form.minSize}
              inputMode="numeric"
              placeholder={choices.minSize === null ? '' : String(choices.minSize)}
              onChange={({ detail }) => change({ minSize: detail.value })}
            />
          </FormField>
        </div>
        {managedUpdates && (
          <p className="muted wrap">
            AWS updates the platform of blue by itself. On green that is held off until the release ends, so that
            nothing moves under it; then it is switched on again. Blue keeps its own.
          </p>
        )}
      </div>
    </ExpandableSection>
  )
}

function PlatformOption(props: {
  readonly platform: CloneForm['platform']
  readonly form: CloneForm
  readonly onChange: (part: Partial<CloneForm>) => void
  readonly title: string
  readonly details: readonly string[]
}) {
  const { platform, form, onChange, title, details } = props
  const chosen = form.platform === platform
  return (
    <label className="option" data-chosen={chosen} data-testid={testIds.clonePlatform(platform)}>
      <input type="radio" name="clone-platform" checked={chosen} onChange={() => onChange({ platform })} />
      <span>
        {title}
        {details.map((detail) => (
          <span key={detail} className="muted wrap option-detail">
            {detail}
          </span>
        ))}
      </span>
    </label>
  )
}

function inWords({ template, platform, instanceTypes, minSize }: CloneForm, choices: CloneChoices): string {
  const parts = [
    ...(template === null ? [] : [`from ${template}`]),
    ...(template === null && platform === 'newest' && choices.newest ? [`on ${choices.newest.platform}`] : []),
    ...(instanceTypes.trim() === '' ? [] : [`on ${instanceTypes.trim()}`]),
    ...(minSize.trim() === '' ? [] : [`at least ${minSize.trim()} instances`]),
  ]
  return parts.length === 0 ? 'Everything as on blue' : parts.join(', ')
}
