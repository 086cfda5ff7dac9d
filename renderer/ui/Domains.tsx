import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import type { DomainView } from '../../electron/contract/domain.ts'
import { domainFault } from '../../electron/contract/domain.ts'
import type { ReleaseView } from '../../electron/contract/models.ts'
import { changeSettings } from '../actions.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import './domains.css'

const MOST = 50

/** The domains that people type: where each leads, whether the swap moves it, and the list of those entered by hand. */
export function Domains({ view }: { readonly view: ReleaseView }) {
  const { domains, release } = view
  return (
    <section className="panel inputs stack" aria-label="Domains" data-testid={testIds.domains}>
      <div>
        <h3 className="title">The domains that people type</h3>
        <p className="lead">
          The swap moves <strong className="wrap">{release.productionCname}</strong> and what leads to it. A domain that
          leads to a load balancer, to an address or to a network in between stays with blue.
        </p>
      </div>
      {domains && domains.length > 0 && <DomainTable domains={domains} />}
      {domains?.length === 0 && <p className="muted">None was found in Route 53, and none was entered.</p>}
      <DomainEditor key={(release.settings.domains ?? []).join('\n')} view={view} />
    </section>
  )
}

const FOLLOWS: Readonly<Record<DomainView['follows'], string>> = {
  yes: 'Follows',
  no: 'Stays behind',
  unknown: 'Not known',
}

function DomainTable({ domains }: { readonly domains: readonly DomainView[] }) {
  return (
    <table className="domains">
      <thead>
        <tr>
          <th scope="col">Domain</th>
          <th scope="col">Leads</th>
          <th scope="col">With the swap</th>
          <th scope="col">HTTPS on green</th>
        </tr>
      </thead>
      <tbody>
        {domains.map(({ name, foundBy, leads, follows, https, fault }) => (
          <tr key={name} data-testid={testIds.domain(name)} data-follows={follows} data-fault={fault !== null}>
            <th scope="row" className="wrap">
              {name}
              <div className="small muted">{foundBy === 'hand' ? 'entered' : 'Route 53'}</div>
            </th>
            <td className="wrap">{leads}</td>
            <td className="domain-follows">{FOLLOWS[follows]}</td>
            <td className="wrap">{https === null ? 'not asked' : https.green}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function DomainEditor({ view }: { readonly view: ReleaseView }) {
  const { settings } = view.release
  const known = settings.domains ?? []
  const [typed, setTyped] = useState(known.join('\n'))
  const waiting = useWaitingFor('changeSettings')
  const names = typed
    .split(/[\s,]+/)
    .map((name) => name.trim().toLowerCase().replace(/\.$/, ''))
    .filter((name) => name !== '')
  const wrong = names.find((name) => domainFault(name) !== null)
  const fault =
    wrong === undefined
      ? names.length > MOST
        ? `At most ${MOST} domains.`
        : null
      : `${wrong}: ${domainFault(wrong) ?? ''}`
  const isSame = names.join() === known.join()
  return (
    <details className="details" open={known.length > 0}>
      <summary>Domains at another DNS provider</summary>
      <div className="stack">
        <FormField
          label="Domains that people type, one on each line"
          description="Those in this account’s Route 53 are found by themselves, where that may be read."
          errorText={fault}
          stretch
        >
          <Textarea
            data-testid={testIds.domainList}
            value={typed}
            rows={3}
            spellcheck={false}
            placeholder="www.example.com"
            onChange={({ detail }) => setTyped(detail.value.slice(0, 10_000))}
          />
        </FormField>
        <div>
          <Button
            data-testid={testIds.saveDomains}
            disabled={isSame || fault !== null}
            loading={waiting}
            onClick={() => void changeSettings({ ...settings, domains: names })}
          >
            Look at these
          </Button>
        </div>
      </div>
    </details>
  )
}
