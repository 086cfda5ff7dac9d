import Button from '@cloudscape-design/components/button'
import { useId, useState } from 'react'
import { type Evidence, type Gate, isOpen } from '../../electron/contract/models.ts'
import type { StepId } from '../../electron/contract/steps.ts'
import { clockTime, dateTime } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import { ChevronIcon, ClockIcon, CrossIcon, QuestionIcon, TickIcon } from './icons.tsx'
import { WaiveGate } from './WaiveGate.tsx'
import './gate-list.css'

/** Gates or proofs with their verdict, why, what can be done, and the evidence on request. */
export function GateList(props: {
  readonly kind: 'gate' | 'proof'
  readonly title: string
  readonly gates: readonly Gate[]
  readonly step: StepId
  /** Whether a typed reason may be given now. */
  readonly mayWaive: boolean
  /** Said where there are none yet. */
  readonly none: string
}) {
  const { kind, title, gates, step, mayWaive, none } = props
  const [waiving, setWaiving] = useState<Gate | null>(null)
  const headingId = useId()
  const open = gates.filter(isOpen).length
  return (
    <section className="panel gate-panel" aria-labelledby={headingId}>
      <header className="gate-head">
        <h3 className="title" id={headingId}>
          {title}
        </h3>
        {gates.length > 0 && (
          <span className="small muted">
            {open} of {gates.length} {kind === 'gate' ? 'open' : 'proved'}
          </span>
        )}
      </header>
      {gates.length === 0 ? (
        <p className="gate-none muted">{none}</p>
      ) : (
        <ul className="gates">
          {closedFirst(gates).map((gate) => (
            <GateRow
              key={gate.id}
              kind={kind}
              gate={gate}
              onWaive={mayWaive && gate.waivable && !isOpen(gate) ? () => setWaiving(gate) : null}
            />
          ))}
        </ul>
      )}
      {waiving && <WaiveGate gate={waiving} step={step} onClose={() => setWaiving(null)} />}
    </section>
  )
}

/** What holds the release up stands on top; else the order stays. */
function closedFirst(gates: readonly Gate[]): readonly Gate[] {
  return gates.toSorted((one, other) => Number(isOpen(one)) - Number(isOpen(other)))
}

function GateRow({
  kind,
  gate,
  onWaive,
}: {
  readonly kind: 'gate' | 'proof'
  readonly gate: Gate
  readonly onWaive: (() => void) | null
}) {
  const [shown, setShown] = useState(false)
  const evidenceId = useId()
  const mark = gate.status !== 'passed' && gate.waiver ? 'waived' : gate.status
  return (
    <li
      className="gate"
      data-testid={kind === 'gate' ? testIds.gate(gate.id) : testIds.proof(gate.id)}
      data-status={gate.status}
      data-mark={mark}
    >
      <div className="gate-row">
        <span className="gate-mark">
          <GateIcon mark={mark} />
        </span>
        <div className="gate-words wrap">
          <div className="gate-title">
            {gate.title}
            <span className="gate-word">{WORDS[mark]}</span>
          </div>
          <div className="gate-summary">{gate.summary}</div>
          {gate.remedy !== undefined && gate.status !== 'passed' && (
            <div className="gate-remedy">
              <strong>What to do:</strong> {gate.remedy}
            </div>
          )}
          {gate.waiver && (
            <div className="gate-waiver">
              <strong>Waived {dateTime(gate.waiver.at)}:</strong> “{gate.waiver.reason}”
            </div>
          )}
        </div>
        <div className="gate-actions">
          {onWaive && (
            <Button
              variant="normal"
              data-testid={testIds.waive(gate.id)}
              ariaLabel={`Waive ${gate.title}`}
              onClick={onWaive}
            >
              Waive…
            </Button>
          )}
          {gate.evidence.length > 0 && (
            <button
              type="button"
              className="evidence-button"
              aria-expanded={shown}
              aria-controls={evidenceId}
              aria-label={`Evidence for ${gate.title}`}
              onClick={() => setShown(!shown)}
            >
              Evidence
              <ChevronIcon />
            </button>
          )}
        </div>
      </div>
      {shown && <EvidenceList id={evidenceId} evidence={gate.evidence} />}
    </li>
  )
}

function EvidenceList({ id, evidence }: { readonly id: string; readonly evidence: readonly Evidence[] }) {
  return (
    <ul className="evidence" id={id}>
      {evidence.map((each, index) => (
        <li key={`${each.source} ${each.at} ${index}`}>
          <div className="small muted wrap">
            <span className="code">{each.source}</span> · <time title={dateTime(each.at)}>{clockTime(each.at)}</time>
          </div>
          <div className="evidence-text wrap">{each.text}</div>
        </li>
      ))}
    </ul>
  )
}

type GateMark = Gate['status'] | 'waived'

const WORDS: Readonly<Record<GateMark, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  waiting: 'Waiting',
  unknown: 'Not known',
  waived: 'Waived',
}

function GateIcon({ mark }: { readonly mark: GateMark }) {
  switch (mark) {
    case 'passed':
    case 'waived':
      return <TickIcon />
    case 'failed':
      return <CrossIcon />
    case 'waiting':
      return <ClockIcon />
    case 'unknown':
      return <QuestionIcon />
  }
}
