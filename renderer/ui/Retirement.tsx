import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState } from 'react'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { changeSettings } from '../actions.ts'
import { numberFault } from '../names.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'

const MOST_HOURS = 720

/** How blue ends: at once, or after hours on standby, large or shrunk to one instance. */
export function Retirement({ view }: { readonly view: ReleaseView }) {
  const { settings, blue } = view.release
  const known = settings.retirement ?? { standbySeconds: 0, shrink: false }
  const [isKept, setKept] = useState(known.standbySeconds > 0)
  const [hours, setHours] = useState(known.standbySeconds > 0 ? String(known.standbySeconds / 3600) : '24')
  const [shrink, setShrink] = useState(known.shrink)
  const waiting = useWaitingFor('changeSettings')
  const fault = isKept ? numberFault(hours, 1, MOST_HOURS) : null
  const wanted = { standbySeconds: isKept ? Math.round(Number(hours) * 3600) : 0, shrink }
  const isSame = wanted.standbySeconds === known.standbySeconds && wanted.shrink === known.shrink
  return (
    <section className="panel inputs stack" aria-label="How blue ends">
      <h3 className="title">How {blue.name} ends</h3>
      <fieldset className="choices-row">
        {(['now', 'standby'] as const).map((kind) => (
          <label key={kind} className="tab" data-chosen={(kind === 'standby') === isKept}>
            <input
              type="radio"
              name="retirement"
              data-testid={testIds.retirement(kind)}
              checked={(kind === 'standby') === isKept}
              onChange={() => setKept(kind === 'standby')}
            />
            {kind === 'now' ? 'Terminate it now' : 'Keep it on standby'}
          </label>
        ))}
      </fieldset>
      {isKept && (
        <FormField
          label="Hours on standby"
          description="Counted from when this step was reached. The release stays open; Signalbox reminds you when they are over."
          errorText={fault}
        >
          <Input
            type="number"
            inputMode="numeric"
            data-testid={testIds.standbyHours}
            value={hours}
            onChange={({ detail }) => setHours(detail.value)}
          />
        </FormField>
      )}
      <Checkbox
        data-testid={testIds.shrink}
        checked={shrink}
        description="It costs less then. A way back scales it up again first, which takes some minutes."
        onChange={({ detail }) => setShrink(detail.checked)}
      >
        Shrink it to one instance first
      </Checkbox>
      <div>
        <Button
          data-testid={testIds.saveRetirement}
          disabled={isSame || fault !== null}
          loading={waiting}
          onClick={() => void changeSettings({ ...settings, retirement: wanted })}
        >
          Save
        </Button>
      </div>
    </section>
  )
}
