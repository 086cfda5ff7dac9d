import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState } from 'react'
import type { Release } from '../../electron/contract/models.ts'
import {
  MOST_RESOLVERS,
  type PanelResolver,
  PUBLIC_RESOLVERS,
  resolverAddressFault,
} from '../../electron/contract/panel.ts'
import { changeSettings } from '../actions.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'

interface Form {
  readonly fromHere: boolean
  readonly resolvers: readonly PanelResolver[]
}

const BLANK: PanelResolver = { name: '', address: '' }

/** Which resolvers are asked beside the zone's own and this computer's, or that none can be asked from here. */
export function PanelEditor({ release }: { readonly release: Release }) {
  const known = panelOf(release)
  const [form, setForm] = useState(known)
  const waiting = useWaitingFor('changeSettings')
  const faults = form.resolvers.map(({ address }) => resolverAddressFault(address))
  const isSame = JSON.stringify(form) === JSON.stringify(known)
  function change(index: number, part: Partial<PanelResolver>) {
    setForm({
      ...form,
      resolvers: form.resolvers.map((each, at) => (at === index ? { ...each, ...part } : each)),
    })
  }
  function save() {
    const resolvers = form.resolvers.map(({ name, address }) => ({
      name: name.trim() === '' ? address.trim() : name.trim(),
      address: address.trim(),
    }))
    void changeSettings({ ...release.settings, panel: { fromHere: form.fromHere, resolvers } })
  }
  return (
    <details className="details">
      <summary>Change which name servers are asked</summary>
      <div className="panel-editor stack">
        <p className="small muted">
          {release.account.kind === 'practice'
            ? 'The practice account’s own name servers are always asked.'
            : 'The zone’s own servers and this computer’s resolvers are always asked. Add your company’s resolvers by their address; a public one is asked over HTTPS where port 53 is closed.'}{' '}
          A server that was asked since the swap goes on counting, also when it is taken off this list. New releases in
          this account begin with the same list.
        </p>
        {form.resolvers.map((resolver, index) => (
          // Rows have no identity but their place
          <div className="panel-editor-row" key={index}>
            <Input
              ariaLabel={`Name of resolver ${index + 1}`}
              placeholder="Name, such as Head office"
              value={resolver.name}
              onChange={({ detail }) => change(index, { name: detail.value.slice(0, 60) })}
            />
            <FormField errorText={resolver.address === '' ? null : faults[index]} stretch>
              <Input
                ariaLabel={`Address of resolver ${index + 1}`}
                data-testid={testIds.resolverAddress(index)}
                placeholder="10.0.0.2 or https://dns.example.com/dns-query"
                spellcheck={false}
                value={resolver.address}
                onChange={({ detail }) => change(index, { address: detail.value })}
              />
            </FormField>
            <Button
              variant="icon"
              iconName="remove"
              ariaLabel={`Remove resolver ${index + 1}`}
              onClick={() => setForm({ ...form, resolvers: form.resolvers.toSpliced(index, 1) })}
            />
          </div>
        ))}
        <Checkbox
          data-testid={testIds.checksFromHere}
          checked={!form.fromHere}
          description="An internal load balancer, or a network that lets nothing out. Nothing is asked then; the gates say what is not proved, and need your reason in words."
          onChange={({ detail }) => setForm({ ...form, fromHere: !detail.checked })}
        >
          Checks from this computer are not possible
        </Checkbox>
        <div className="row">
          <Button
            iconName="add-plus"
            data-testid={testIds.addResolver}
            disabled={form.resolvers.length >= MOST_RESOLVERS}
            onClick={() => setForm({ ...form, resolvers: [...form.resolvers, BLANK] })}
          >
            Add a resolver
          </Button>
          <Button
            data-testid={testIds.savePanel}
            disabled={isSame || faults.some((fault) => fault !== null)}
            loading={waiting}
            onClick={save}
          >
            Save
          </Button>
        </div>
      </div>
    </details>
  )
}

function panelOf({ settings, account }: Release): Form {
  return settings.panel ?? { fromHere: true, resolvers: account.kind === 'practice' ? [] : PUBLIC_RESOLVERS }
}
