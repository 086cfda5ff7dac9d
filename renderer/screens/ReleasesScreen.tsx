import Button from '@cloudscape-design/components/button'
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import { useState } from 'react'
import type { Connection } from '../../electron/contract/connection.ts'
import type { Outcome, ReleaseSummary } from '../../electron/contract/models.ts'
import { titleOf } from '../../electron/contract/steps.ts'
import { openRelease, showChoose } from '../actions.ts'
import { dateTime, duration } from '../formats.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { Cname } from '../ui/Cname.tsx'
import { WishProblem } from '../ui/ProblemAlert.tsx'
import './releases-screen.css'

/** Ended releases that are drawn at first, and with each wish for more: a journal may hold thousands. */
const ROWS = 50

/** Home: what is under way, what was done, and a new beginning. */
export function ReleasesScreen() {
  const releases = useSignalbox((state) => state.releases)
  const connection = useSignalbox((state) => state.connection)
  const newest = releases.toSorted((one, other) => other.startedAt - one.startedAt)
  const open = newest.filter((release) => release.endedAt === null)
  const ended = newest.filter((release) => release.endedAt !== null)
  const [rows, setRows] = useState(ROWS)
  return (
    <div className="page stack">
      <div className="page-head">
        <div>
          <h1 className="title">Releases</h1>
          <p className="lead">
            {open.length === 0 ? 'Nothing is under way.' : 'What is under way stands exactly where you left it.'} Each
            release keeps a journal of every gate, proof and decision.
          </p>
        </div>
        <Button
          variant="primary"
          data-testid={testIds.startRelease}
          disabled={connection === null}
          onClick={showChoose}
        >
          Start a release
        </Button>
      </div>
      <WishProblem />
      {open.length > 0 && (
        <section className="stack-tight" aria-label="Under way">
          {open.map((release) => (
            <OpenRelease key={release.id} release={release} connection={connection} />
          ))}
        </section>
      )}
      <section className="panel" aria-label="Ended releases">
        <h2 className="title releases-heading">Ended</h2>
        {ended.length === 0 ? (
          <p className="empty">
            {open.length === 0
              ? 'No release yet. The first one takes about half an hour; on the practice account it can take two minutes.'
              : 'No release has ended yet.'}
          </p>
        ) : (
          <ul className="releases">
            {ended.slice(0, rows).map((release) => (
              <EndedRelease key={release.id} release={release} />
            ))}
          </ul>
        )}
        {ended.length > rows && (
          <div className="row">
            <Button data-testid={testIds.moreReleases} onClick={() => setRows(rows + ROWS)}>
              Show older ones
            </Button>
            <span className="muted">
              {rows} of {ended.length} shown
            </span>
          </div>
        )}
      </section>
    </div>
  )
}

function OpenRelease({
  release,
  connection,
}: {
  readonly release: ReleaseSummary
  readonly connection: Connection | null
}) {
  const waiting = useWaitingFor('openRelease')
  const elsewhere = elsewhereText(release, connection)
  return (
    <article className="panel open-release" data-track={release.track}>
      <div className="open-release-words">
        {isKnown(release) && (
          <div className="small muted">
            {release.track === 'rollback' ? 'Rolling back' : 'Under way'} since {dateTime(release.startedAt)} ·{' '}
            {release.application}
          </div>
        )}
        <h2 className="title">
          {isKnown(release) ? <Cname name={release.productionCname} /> : `Release ${release.id}`}
        </h2>
        <div className="row">
          <StatusIndicator type={release.damaged ? 'error' : 'in-progress'}>
            {release.damaged ? 'Its journal is damaged' : `At “${titleOf(release.step, release.track)}”`}
          </StatusIndicator>
          {release.versionLabel !== null && <span className="muted wrap">version {release.versionLabel}</span>}
        </div>
        {release.damaged && <Damaged release={release} />}
        {elsewhere !== null && <div className="muted">{elsewhere}</div>}
      </div>
      {isKnown(release) && (
        <Button
          variant="primary"
          data-testid={testIds.continueRelease(release.id)}
          disabled={elsewhere !== null && !release.damaged}
          loading={waiting}
          ariaLabel={`${release.damaged ? 'Look at' : 'Continue'} the release of ${release.productionCname}`}
          onClick={() => void openRelease(release.id)}
        >
          {release.damaged ? 'Look at it' : 'Continue'}
        </Button>
      )}
    </article>
  )
}

function EndedRelease({ release }: { readonly release: ReleaseSummary }) {
  const waiting = useWaitingFor('openRelease')
  return (
    <li className="release-row">
      <StatusIndicator type={release.damaged ? 'error' : OUTCOME_TYPE[release.outcome ?? 'stopped']}>
        {release.damaged ? 'Damaged' : OUTCOME_WORD[release.outcome ?? 'stopped']}
      </StatusIndicator>
      <div className="release-words wrap">
        <strong>
          <Cname name={release.productionCname} />
        </strong>
        <div className="small muted">
          {release.application} ·{' '}
          {release.versionLabel === null ? 'no version chosen' : `version ${release.versionLabel}`} ·{' '}
          {release.account.kind === 'practice' ? 'practice account' : `account ${release.account.accountId}`}
        </div>
        {release.damaged && <Damaged release={release} />}
      </div>
      <div className="small muted">
        {dateTime(release.startedAt)}
        {release.endedAt !== null && <div>took {duration((release.endedAt - release.startedAt) / 1000)}</div>}
      </div>
      <Button
        data-testid={testIds.continueRelease(release.id)}
        loading={waiting}
        ariaLabel={`Look at the release of ${release.productionCname}`}
        onClick={() => void openRelease(release.id)}
      >
        Look at it
      </Button>
    </li>
  )
}

function Damaged({ release }: { readonly release: ReleaseSummary }) {
  return (
    <div className="release-damaged wrap">
      The journal of this release fails its hash chain: an entry was changed or is missing. {release.damage} It is shown
      as it is and never repaired, so do not rely on it as evidence.
      {release.outcome === null &&
        ' It is not continued: look at both environments in the AWS console and finish by hand.'}
    </div>
  )
}

/** Whether anything of it can be shown: where its very first entry is damaged, only its id is left. */
function isKnown(release: ReleaseSummary): boolean {
  return release.productionCname !== ''
}

const OUTCOME_WORD: Readonly<Record<Outcome, string>> = {
  completed: 'Completed',
  'rolled-back': 'Rolled back',
  stopped: 'Stopped',
}
const OUTCOME_TYPE: Readonly<Record<Outcome, StatusIndicatorProps.Type>> = {
  completed: 'success',
  'rolled-back': 'warning',
  stopped: 'stopped',
}

function elsewhereText(release: ReleaseSummary, connection: Connection | null): string | null {
  if (!isKnown(release)) return null
  const { account } = release
  const same =
    connection?.kind === account.kind &&
    connection.accountId === account.accountId &&
    connection.region === account.region
  if (same) return null
  const name =
    account.kind === 'practice' ? 'the practice account' : `account ${account.accountId} in ${account.region}`
  return `It belongs to ${name}. Disconnect and sign in there to go on.`
}
