import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import type { Preview } from '../../electron/contract/models.ts'
import { keepInDraft } from '../actions.ts'
import { count } from '../formats.ts'
import { isProductionUrl } from '../names.ts'
import { rolesOf } from '../roles.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { NextChange } from '../ui/NextChange.tsx'
import { RebuildPanel } from '../ui/RebuildPanel.tsx'
import { Retirement } from '../ui/Retirement.tsx'
import { FoldedPictures } from '../ui/TimelinePictures.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Terminates the environment that was left, behind the typed production URL. */
export const retire: StepParts = {
  sentence(view) {
    const { to, from, fromColour } = rolesOf(view)
    return `${capital(fromColour)}, ${from.name}, is terminated by its id; ${to.name} goes on serving ${view.release.productionCname}. This is the one step that another click cannot take back.`
  },
  Inputs: Ending,
  Watch: Leaving,
  plan(view, { preview }, draft) {
    const { fromColour } = rolesOf(view)
    if (isShrinking(preview))
      return {
        label: `Shrink ${fromColour} to one instance`,
        lever: { step: 'retire', typedUrl: '', stage: 'shrink' },
        missing: null,
        brings: [],
      }
    if (preview?.stage)
      return {
        label: preview.title,
        lever: { step: 'retire', typedUrl: '', stage: preview.stage },
        missing: null,
        brings: [],
        grave: true,
      }
    const typed = isProductionUrl(draft.typedUrl, view.release.productionCname)
    return {
      label: `Terminate ${fromColour}`,
      lever: typed ? { step: 'retire', typedUrl: view.release.productionCname } : null,
      missing: typed ? null : 'Locked until you have typed the production URL above.',
      brings: ['typed-url'],
      grave: true,
    }
  },
}

/** The lever that shrinks is told by what it says of itself. */
function isShrinking(preview: Preview | undefined): boolean {
  return preview?.calls.some((call) => call.includes('MaxSize')) ?? false
}

function Ending(props: StepProps) {
  const { view, step } = props
  return (
    <>
      {view.release.track === 'forward' && (
        <Retirement key={JSON.stringify(view.release.settings.retirement)} view={view} />
      )}
      {isShrinking(step.preview) || step.preview?.stage ? <NextChange preview={step.preview} /> : <Losses {...props} />}
      <FoldedPictures view={view} />
    </>
  )
}

function Leaving({ view }: StepProps) {
  return (
    <>
      {view.wayBack && view.release.outcome === null && <RebuildPanel release={view.release} wayBack={view.wayBack} />}
      <FoldedPictures view={view} />
    </>
  )
}

function Losses({ view, step: { preview } }: StepProps) {
  const typedUrl = useSignalbox((state) => state.draft.typedUrl)
  const { from, to, fromColour } = rolesOf(view)
  const { productionCname } = view.release
  const { environment, health } = from
  const wrong =
    typedUrl !== '' &&
    !isProductionUrl(typedUrl, productionCname) &&
    !productionCname.startsWith(typedUrl.trim().toLowerCase())
  return (
    <section className="panel losses" aria-label="What will be lost">
      <h3 className="title">What is lost with {fromColour}</h3>
      <ul className="wrap">
        <li>
          The environment <strong>{from.name}</strong>
          {environment && <span className="code"> {environment.id}</span>}
          {health && health.instances.length > 0 && `, its ${count(health.instances.length, 'instance')}`}, its load
          balancer and all else that Elastic Beanstalk made for it.
        </li>
        {environment?.versionLabel && (
          <li>
            The quick way back to version <strong>{environment.versionLabel}</strong>: no second swap after this.
          </li>
        )}
        {environment?.cname && (
          <li>
            The URL <strong>{environment.cname}</strong>. Anyone may claim it afterwards; remove what still points to
            it.
          </li>
        )}
        <li>Logs and files on its instances, and log groups that are set to go with it.</li>
        <li>
          What stays: Elastic Beanstalk can rebuild it within 42 days, with the same name and id, but not at once and
          without the data that was on it.
        </li>
        {preview && <li data-testid={testIds.preview}>{preview.words}</li>}
      </ul>
      <FormField
        label="Type the production URL to unlock the lever"
        description={
          <span className="wrap">
            <strong>{productionCname}</strong> goes on with {to.name}. It never moves with this.
          </span>
        }
        errorText={wrong ? 'This is not the production URL.' : null}
        stretch
      >
        <Input
          data-testid={testIds.typedUrl}
          value={typedUrl}
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => keepInDraft({ typedUrl: detail.value })}
        />
      </FormField>
    </section>
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
