import Button from '@cloudscape-design/components/button'
import { type ReactNode, useId, useState } from 'react'
import type { FidelityRow, Fidelity as Picture, Repair } from '../../electron/contract/clone.ts'
import { throwLever } from '../actions.ts'
import { count } from '../formats.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { ConfirmModal } from './ConfirmModal.tsx'
import './fidelity.css'

const WORDS: Readonly<Record<FidelityRow['verdict'], string>> = {
  same: 'Same',
  expected: 'Has to differ',
  differs: 'Differs',
  unknown: 'Not known',
  look: 'Look yourself',
}
const SUBJECTS: Readonly<Record<FidelityRow['subject'], string>> = {
  setting: 'Setting',
  tag: 'Tag',
  platform: 'Platform',
  role: 'Role',
  ingress: 'Ingress',
  listener: 'Listener',
  capacity: 'Capacity',
  outside: 'Outside',
}
const ORDER: readonly FidelityRow['verdict'][] = ['differs', 'unknown', 'look', 'expected', 'same']

/** Blue and green side by side: what differs first, the rest on demand; what can be repaired has its button. */
export function Fidelity({ picture, mayRepair }: { readonly picture: Picture; readonly mayRepair: boolean }) {
  const [shown, setShown] = useState<'differences' | 'all'>('differences')
  const [typed, setTyped] = useState('')
  const filter = useId()
  const sorted = picture.rows.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
  const folded = (row: FidelityRow) => row.verdict === 'same' || row.verdict === 'expected'
  const found = sorted.filter(
    (row) => (shown === 'all' || !folded(row)) && row.name.toLowerCase().includes(typed.trim().toLowerCase()),
  )
  const differing = sorted.filter(({ verdict }) => verdict === 'differs').length
  return (
    <section className="panel fidelity" aria-label="Blue and green side by side" data-testid={testIds.fidelity}>
      <div className="fidelity-head">
        <h3 className="title">Blue and green side by side</h3>
        <span className="muted">
          {differing === 0 ? 'No difference that nobody asked for.' : `${count(differing, 'difference')} to look at.`}
        </span>
      </div>
      {mayRepair && picture.repairs.length > 0 && <Repairs repairs={picture.repairs} />}
      <div className="fidelity-tools">
        <fieldset className="choices-row" aria-label="Which rows are shown">
          <Tab chosen={shown === 'differences'} onChoose={() => setShown('differences')}>
            Differences only
          </Tab>
          <Tab chosen={shown === 'all'} onChoose={() => setShown('all')} testId={testIds.fidelityAll}>
            All {picture.rows.length}
          </Tab>
        </fieldset>
        <label className="fidelity-filter" htmlFor={filter}>
          Name contains
          <input id={filter} type="search" value={typed} onChange={({ target }) => setTyped(target.value)} />
        </label>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by the keyboard too */}
      <div className="fidelity-scroll" tabIndex={0} role="region" aria-label="The comparison">
        <table className="fidelity-table">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Blue</th>
              <th scope="col">Green</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {found.map((row) => (
              <Row key={`${row.subject} ${row.name} ${row.blue}`} row={row} />
            ))}
          </tbody>
        </table>
        {found.length === 0 && <p className="muted fidelity-none">Nothing to show here.</p>}
      </div>
    </section>
  )
}

function Row({ row }: { readonly row: FidelityRow }) {
  const { subject, name, blue, green, verdict, why } = row
  return (
    <tr data-verdict={verdict}>
      <th scope="row">
        <span className="muted fidelity-subject">{SUBJECTS[subject]}</span>
        <span className="fidelity-name wrap" title={name}>
          {name}
        </span>
        {why && <span className="fidelity-why wrap">{why}</span>}
      </th>
      <td>
        <span className="fidelity-value" title={blue}>
          {blue}
        </span>
      </td>
      <td>
        <span className="fidelity-value" title={green}>
          {green}
        </span>
      </td>
      <td className="fidelity-verdict">{WORDS[verdict]}</td>
    </tr>
  )
}

function Tab(props: {
  readonly chosen: boolean
  readonly onChoose: () => void
  readonly children: ReactNode
  readonly testId?: string
}) {
  const { chosen, onChoose, children, testId } = props
  return (
    <label className="tab" data-chosen={chosen} data-testid={testId}>
      <input type="radio" name="fidelity-shown" checked={chosen} onChange={onChoose} />
      {children}
    </label>
  )
}

function Repairs({ repairs }: { readonly repairs: readonly Repair[] }) {
  const [confirming, setConfirming] = useState<Repair | null>(null)
  const waiting = useWaitingFor('throwLever')
  async function confirm(repair: Repair) {
    await throwLever({ step: 'repair', repair: repair.id })
    if (useSignalbox.getState().problem === null) setConfirming(null)
  }
  return (
    <ul className="fidelity-repairs">
      {repairs.map((repair) => (
        <li key={repair.id}>
          <Button data-testid={testIds.repair(repair.id)} onClick={() => setConfirming(repair)}>
            {repair.title}…
          </Button>
          <span className="muted wrap">{repair.words}</span>
        </li>
      ))}
      {confirming && (
        <ConfirmModal
          title={`${confirming.title}?`}
          confirm={confirming.title}
          confirmTestId={testIds.repairConfirm}
          waiting={waiting}
          onConfirm={() => void confirm(confirming)}
          onClose={() => setConfirming(null)}
        >
          <p className="lead wrap">{confirming.words}</p>
          <pre className="code" aria-label="The calls it makes">
            {confirming.calls.join('\n')}
          </pre>
        </ConfirmModal>
      )}
    </ul>
  )
}
