import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import type { Outcome, ReleaseView, StepView } from '../../electron/contract/models.ts'
import { titleOf } from '../../electron/contract/steps.ts'
import { ask } from '../actions.ts'
import { count, dateTime, duration } from '../formats.ts'
import { stepsOf } from '../roles.ts'
import { useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { RebuildPanel } from './RebuildPanel.tsx'
import './outcome-panel.css'

const FORMATS = ['html', 'pdf', 'json'] as const

/** How a release ended, what it took, and what it leaves behind. */
export function OutcomePanel({ view }: { readonly view: ReleaseView }) {
  const { release } = view
  const { outcome, startedAt, endedAt } = release
  if (outcome === null || endedAt === null) return null
  const dangling = view.steps.retire.proofs.find(({ id }) => id === 'dangling-records')
  const database = view.steps.retire.proofs.find(({ id }) => id === 'database-stays')
  const steps = stepsOf(view).filter((step) => step.enteredAt !== null)
  return (
    <section className="stack" data-testid={testIds.outcome} data-outcome={outcome}>
      <div className="panel outcome" data-outcome={outcome}>
        <h1 className="title">{TITLES[outcome]}</h1>
        <p className="wrap">{summaryOf(view, outcome)}</p>
        <p className="muted">
          {dateTime(startedAt)} to {dateTime(endedAt)}, {duration((endedAt - startedAt) / 1000)} in all.
        </p>
        {dangling !== undefined && dangling.evidence.length > 1 && <p className="wrap">{dangling.summary}</p>}
        {database !== undefined && <p className="wrap">{database.summary}</p>}
      </div>
      {view.wayBack && <RebuildPanel release={release} wayBack={view.wayBack} />}
      <Report view={view} />
      <section className="panel" aria-label="What each step took">
        <table className="durations">
          <thead>
            <tr>
              <th scope="col">{release.track === 'forward' ? 'Step' : 'Step of the roll back'}</th>
              <th scope="col">Took</th>
              <th scope="col">Gates and proofs</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr key={step.id}>
                <th scope="row">{titleOf(step.id, release.track)}</th>
                <td>
                  {step.enteredAt !== null && step.provedAt !== null
                    ? duration((step.provedAt - step.enteredAt) / 1000)
                    : 'not ended'}
                </td>
                <td>{gatesText(step)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function Report({ view }: { readonly view: ReleaseView }) {
  const waiting = useWaitingFor('saveReport')
  const [saved, setSaved] = useState<string | null>(null)
  async function save(format: (typeof FORMATS)[number]) {
    const reply = await ask('saveReport', { releaseId: view.release.id, format })
    if (reply.ok) setSaved(reply.value?.path ?? null)
  }
  return (
    <section className="panel outcome-report" aria-label="Report">
      <div>
        <h3 className="title">Report</h3>
        <p className="lead">Every gate, proof, waiver, event and time, with the journal’s last hash.</p>
      </div>
      <div className="row">
        {FORMATS.map((format) => (
          <Button
            key={format}
            data-testid={testIds.report(format)}
            iconName="download"
            disabled={waiting}
            onClick={() => void save(format)}
          >
            Save as {format.toUpperCase()}
          </Button>
        ))}
      </div>
      <div className="small muted wrap" role="status">
        {saved !== null && `Saved: ${saved}`}
      </div>
      <div className="code muted wrap">{view.journal.lastHash}</div>
    </section>
  )
}

const TITLES: Readonly<Record<Outcome, string>> = {
  completed: 'The release is completed',
  'rolled-back': 'The release is rolled back',
  stopped: 'The release was stopped',
}

function summaryOf({ release, versionLabel, lanes }: ReleaseView, outcome: Outcome): string {
  const version = versionLabel === null ? 'no new version' : `version ${versionLabel}`
  switch (outcome) {
    case 'completed':
      return `${release.productionCname} is served by ${release.green.name} with ${version}. ${release.blue.name} is terminated.`
    case 'rolled-back':
      return `${release.productionCname} is served by ${release.blue.name}, as before the release. ${lanes.green.environment === null || lanes.green.gone ? 'Green is gone.' : `Green, ${release.green.name}, is still there.`}`
    case 'stopped':
      return 'Signalbox changes nothing more. What exists in AWS was left exactly as it is; look at both lanes above, an environment that nobody uses costs money.'
  }
}

function gatesText({ gates, proofs }: StepView): string {
  const all = [...gates, ...proofs]
  const waived = all.filter(({ waiver }) => waiver !== undefined).length
  return `${count(all.length, 'verdict')}${waived === 0 ? '' : `, ${waived} waived`}`
}
