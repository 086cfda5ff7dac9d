import Button from '@cloudscape-design/components/button'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import TextFilter from '@cloudscape-design/components/text-filter'
import { useState } from 'react'
import type { Application, Environment } from '../../electron/contract/models.ts'
import { showReleases, startRelease } from '../actions.ts'
import { DEFAULT_SETTINGS, matching, whyNotBlue } from '../environments.ts'
import { formOf, settingsOf } from '../settings-form.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { Answered } from '../ui/Answered.tsx'
import { Cname } from '../ui/Cname.tsx'
import { healthTone } from '../ui/InstanceDots.tsx'
import { WishProblem } from '../ui/ProblemAlert.tsx'
import { BakeField, CheckFields, SoakField } from '../ui/SettingsFields.tsx'
import { useAnswer } from '../use-answer.ts'
import './choose-screen.css'

const FILTER_FROM = 6

/** Which environment serves production now, found by its URL, and how careful the release shall be. */
export function ChooseScreen() {
  const connection = useSignalbox((state) => state.connection)
  const waiting = useWaitingFor('startRelease')
  const [answer, askAgain] = useAnswer('listApplications', {})
  const [chosen, setChosen] = useState<Environment | null>(null)
  const [form, setForm] = useState(() => formOf(DEFAULT_SETTINGS))
  const settings = settingsOf(form)
  const reason =
    chosen === null
      ? 'Choose the environment that serves production now.'
      : settings === null
        ? 'A setting below is not right yet.'
        : ''
  return (
    <div className="choose">
      <div className="choose-scroll">
        <div className="page stack">
          <div>
            <h1 className="title">Which URL gets the new version?</h1>
            <p className="lead">
              Choose by the URL that people use: names of environments stay when URLs are swapped, so a name says
              little. The environment behind it will be called <strong>blue</strong> in this release, the one that takes
              over <strong>green</strong>.
            </p>
          </div>
          <WishProblem />
          <Answered
            answer={answer}
            askAgain={askAgain}
            waiting={`Reading the environments of ${connection?.region ?? 'the account'}…`}
          >
            {(applications) => (
              <Environments
                applications={applications}
                region={connection?.region ?? ''}
                chosen={chosen}
                onChoose={setChosen}
                onAskAgain={askAgain}
              />
            )}
          </Answered>
          <ExpandableSection
            variant="container"
            headerText="How careful this release is"
            headerDescription={`Bake ${form.bakeMinutes} min, soak ${form.soakMinutes} min, ${form.checks.length === 1 ? '1 check' : `${form.checks.length} checks`}`}
          >
            <div className="stack">
              <div className="settings-pair">
                <BakeField form={form} onChange={setForm} />
                <SoakField form={form} onChange={setForm} />
              </div>
              <CheckFields form={form} onChange={setForm} />
              <p className="small muted">All of it can still be changed during the release.</p>
            </div>
          </ExpandableSection>
        </div>
      </div>
      <footer className="choose-bar">
        <span className="choose-reason muted" role="status">
          {reason === '' && chosen ? (
            <span className="wrap">
              Production is <strong>{chosen.cname}</strong> on {chosen.name}. Beginning only reads; nothing changes
              before you throw a lever.
            </span>
          ) : (
            reason
          )}
        </span>
        <Button variant="link" onClick={() => void showReleases()}>
          Cancel
        </Button>
        <Button
          variant="primary"
          data-testid={testIds.beginRelease}
          disabled={reason !== ''}
          loading={waiting}
          onClick={() => {
            if (chosen && settings) void startRelease(chosen.id, settings)
          }}
        >
          Begin the release
        </Button>
      </footer>
    </div>
  )
}

function Environments(props: {
  readonly applications: readonly Application[]
  readonly region: string
  readonly chosen: Environment | null
  readonly onChoose: (environment: Environment) => void
  readonly onAskAgain: () => void
}) {
  const { applications, region, chosen, onChoose, onAskAgain } = props
  const [typed, setTyped] = useState('')
  const total = applications.reduce((sum, { environments }) => sum + environments.length, 0)
  const shown = matching(applications, typed)
  if (total === 0) {
    return (
      <section className="panel empty stack">
        <span>
          {applications.length === 0
            ? `There is no Elastic Beanstalk application in ${region}.`
            : `The applications in ${region} have no environments.`}{' '}
          Is it the right region? The region is chosen when you connect.
        </span>
        <div>
          <Button iconName="refresh" onClick={onAskAgain}>
            Look again
          </Button>
        </div>
      </section>
    )
  }
  return (
    <div className="stack">
      {total > FILTER_FROM && (
        <TextFilter
          filteringText={typed}
          filteringPlaceholder="Find by URL, name, id or version"
          filteringAriaLabel="Find environments"
          onChange={({ detail }) => setTyped(detail.filteringText)}
        />
      )}
      {shown.length === 0 && <p className="panel empty">No environment matches “{typed}”.</p>}
      {shown.map((application) => (
        <fieldset className="panel environments" key={application.name}>
          <legend className="hidden-text">Application {application.name}</legend>
          <header className="environments-head wrap" aria-hidden="true">
            <h2 className="title">{application.name}</h2>
            {application.description !== '' && <span className="muted">{application.description}</span>}
          </header>
          {application.environments.length === 0 && <p className="empty">This application has no environments.</p>}
          {application.environments.map((environment) => (
            <EnvironmentRow
              key={environment.id}
              environment={environment}
              chosen={chosen?.id === environment.id}
              onChoose={onChoose}
            />
          ))}
        </fieldset>
      ))}
    </div>
  )
}

function EnvironmentRow(props: {
  readonly environment: Environment
  readonly chosen: boolean
  readonly onChoose: (environment: Environment) => void
}) {
  const { environment, chosen, onChoose } = props
  const { id, name, cname, status, healthColor, healthStatus, versionLabel, platform } = environment
  const whyNot = whyNotBlue(environment)
  return (
    <label
      className="environment"
      data-testid={testIds.environment(name)}
      data-chosen={chosen}
      data-selectable={whyNot === null}
    >
      <input
        type="radio"
        name="environment"
        checked={chosen}
        disabled={whyNot !== null}
        onChange={() => onChoose(environment)}
      />
      <span className="environment-words wrap">
        <strong className="environment-url">{cname === null ? 'No URL' : <Cname name={cname} />}</strong>
        <span className="muted">
          {name} · <span className="code">{id}</span>
        </span>
        {whyNot !== null && <span className="environment-why">{whyNot}</span>}
      </span>
      <span className="environment-fact wrap">
        <span className="small muted">Version</span>
        {versionLabel ?? 'none'}
      </span>
      <span className="environment-fact">
        <span className="small muted">Health</span>
        <span className="lane-health" data-tone={healthTone(healthStatus ?? healthColor, healthColor)}>
          {healthStatus ?? healthColor}
        </span>
      </span>
      <span className="environment-fact">
        <span className="small muted">Status</span>
        {status}
      </span>
      <span className="environment-fact environment-platform small muted wrap">{platform}</span>
    </label>
  )
}
