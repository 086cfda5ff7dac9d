import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { keepInDraft } from '../actions.ts'
import { cloneFormOf, cloneOptionsOf, instanceTypesFault, minSizeFault } from '../clone-form.ts'
import { cnamePrefixFault, environmentNameFault } from '../names.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { CloneOptions } from '../ui/CloneOptions.tsx'
import { Fidelity } from '../ui/Fidelity.tsx'
import { NextChange } from '../ui/NextChange.tsx'
import { Routes } from '../ui/Routes.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Makes green beside blue, under names the operator may change. */
export const clone: StepParts = {
  sentence: ({ release }) =>
    `A second environment, green, is made from the configuration of ${release.blue.name}: same platform, same settings, same version, unless you choose otherwise. Blue and the production URL are not touched.`,
  Inputs: Before,
  Watch: SideBySide,
  plan({ release, cloneChoices }, { preview }, draft) {
    const greenName = draft.greenName ?? release.green.name
    const cnamePrefix = draft.cnamePrefix ?? release.green.cnamePrefix
    const form = draft.cloneForm ?? (cloneChoices ? cloneFormOf(cloneChoices.chosen) : null)
    const missing = environmentNameFault(greenName)
      ? 'Give green a name that Elastic Beanstalk takes.'
      : cnamePrefixFault(cnamePrefix)
        ? 'Give green a URL that Elastic Beanstalk takes.'
        : form !== null && (instanceTypesFault(form.instanceTypes) ?? minSizeFault(form.minSize)) !== null
          ? 'Look at More options: something there cannot be.'
          : null
    const options = form && cloneOptionsOf(form)
    const password = preview?.asksPassword ? { password: draft.databasePassword || null } : {}
    const isChosen = options !== null && JSON.stringify(options) !== JSON.stringify(cloneChoices?.chosen)
    return {
      label: 'Create green',
      lever:
        missing === null
          ? { step: 'clone', greenName, cnamePrefix, ...(options ? { options } : {}), ...password }
          : null,
      missing,
      brings: [
        ...(greenName === release.green.name ? [] : ['name-free']),
        ...(cnamePrefix === release.green.cnamePrefix ? [] : ['cname-free']),
        ...(isChosen ? ['settings-valid'] : []),
      ],
    }
  },
}

function Before(props: StepProps) {
  return (
    <>
      <GreenNames {...props} />
      <NextChange preview={props.step.preview} />
      <Routes routes={props.view.routes} blue={props.view.release.blue.name} />
    </>
  )
}

function GreenNames({ view }: StepProps) {
  const { green, productionCname } = view.release
  const draft = useSignalbox((state) => state.draft)
  const name = draft.greenName ?? green.name
  const prefix = draft.cnamePrefix ?? green.cnamePrefix
  const domain = productionCname.slice(productionCname.indexOf('.'))
  return (
    <section className="panel inputs" aria-label="Green’s names">
      <div className="inputs-pair">
        <FormField
          label="Green’s name"
          errorText={environmentNameFault(name)}
          constraintText="4 to 40 letters, digits and hyphens."
          stretch
        >
          <Input
            data-testid={testIds.greenName}
            value={name}
            spellcheck={false}
            onChange={({ detail }) => keepInDraft({ greenName: detail.value })}
          />
        </FormField>
        <FormField
          label="Green’s own URL until the swap"
          errorText={cnamePrefixFault(prefix)}
          constraintText={<span className="wrap">{`${prefix}${domain}, or with a part that AWS adds.`}</span>}
          stretch
        >
          <Input
            data-testid={testIds.cnamePrefix}
            value={prefix}
            spellcheck={false}
            onChange={({ detail }) => keepInDraft({ cnamePrefix: detail.value })}
          />
        </FormField>
      </div>
      {view.cloneChoices && <CloneOptions choices={view.cloneChoices} />}
    </section>
  )
}

function SideBySide({ view, step }: StepProps) {
  if (!view.fidelity) return null
  const mayRepair = view.release.step === 'clone' && view.release.outcome === null && step.status !== 'acting'
  return <Fidelity picture={view.fidelity} mayRepair={mayRepair} />
}
