import Button from '@cloudscape-design/components/button'
import type { ReleaseSummary, ReleaseView, StepView } from '../../electron/contract/models.ts'
import type { Problem } from '../../electron/contract/problem.ts'
import { titleOf } from '../../electron/contract/steps.ts'
import { choose, leaveRelease, showReleases, showStep } from '../actions.ts'
import { listed } from '../formats.ts'
import { Help } from '../help/Help.tsx'
import { closedProofs, isThrown } from '../lever-reason.ts'
import { shownStepOf, stepsOf } from '../roles.ts'
import { stepParts } from '../steps/index.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { Choices, RollBack } from '../ui/Choices.tsx'
import { Dependencies } from '../ui/Dependencies.tsx'
import { EventList } from '../ui/EventList.tsx'
import { GateList } from '../ui/GateList.tsx'
import { HandOver } from '../ui/HandOver.tsx'
import { Lanes } from '../ui/Lanes.tsx'
import { LeverBar } from '../ui/LeverBar.tsx'
import { OutcomePanel } from '../ui/OutcomePanel.tsx'
import { ProblemAlert, WishProblem } from '../ui/ProblemAlert.tsx'
import { Progress } from '../ui/Progress.tsx'
import { StepNavigation } from '../ui/StepNavigation.tsx'
import { stepItemOf } from '../ui/step-item.ts'
import './release-screen.css'

/** One release: the two lanes on top, the steps on the left, and the step that is looked at. */
export function ReleaseScreen() {
  const view = useSignalbox((state) => state.view)
  const shown = useSignalbox((state) => state.shownStep)
  const helpOpen = useSignalbox((state) => state.helpOpen)
  if (view === null) return <NoRelease />
  const { release } = view
  const step = shownStepOf(view, shown)
  const outcomeShown = release.outcome !== null && shown === null
  return (
    <div className="release" data-track={release.track}>
      <Lanes view={view} />
      <div className="release-body" data-help={helpOpen}>
        <aside className="release-steps">
          {release.track === 'rollback' && (
            <div className="release-track">
              {release.outcome === null ? 'Rolling back: blue takes over again' : 'Rolled back: blue took over again'}
            </div>
          )}
          <StepNavigation
            label={release.track === 'forward' ? 'Steps of the release' : 'Steps of the roll back'}
            steps={stepsOf(view).map((each) => stepItemOf(each, release))}
            current={release.step}
            shown={outcomeShown ? null : step.id}
            onShow={(id) => showStep(id === release.step && release.outcome === null ? null : id)}
          />
        </aside>
        {outcomeShown ? (
          <OutcomeFrame view={view} />
        ) : (
          <StepFrame key={`${release.track} ${step.id}`} view={view} step={step} />
        )}
        {helpOpen && <Help />}
      </div>
    </div>
  )
}

function StepFrame({ view, step }: { readonly view: ReleaseView; readonly step: StepView }) {
  const { release } = view
  const draft = useSignalbox((state) => state.draft)
  const damage = useSignalbox((state) => damageOf(state.releases.find(({ id }) => id === release.id)))
  const damaged = damage !== null
  const { sentence, Inputs, Watch, plan } = stepParts[step.id]
  const isCurrent = step.id === release.step && release.outcome === null && !damaged
  const thrown = isThrown(step)
  const troubled = isCurrent && (view.problem !== null || view.paused || step.status === 'stuck')
  const gates = (
    <GateList
      key="gates"
      kind="gate"
      title="Gates: what must hold first"
      gates={step.gates}
      step={step.id}
      mayWaive={isCurrent && !thrown}
      none={step.status === 'ahead' ? 'They are read when the release comes to this step.' : 'They are being read now.'}
    />
  )
  const proofs = (
    <GateList
      key="proofs"
      kind="proof"
      title="Proof: what was seen after"
      gates={step.proofs}
      step={step.id}
      mayWaive={isCurrent && thrown}
      none={thrown ? 'Nothing to see yet.' : 'Shown here once the lever has been thrown.'}
    />
  )
  return (
    <section className="step" data-testid={testIds.stepScreen} data-step={step.id} data-status={step.status}>
      <div className="step-scroll">
        <div className="step-columns">
          <div className="step-main stack">
            <header>
              <h1 className="title">{titleOf(step.id, release.track)}</h1>
              <p className="lead wrap">{sentence(view)}</p>
            </header>
            {damaged && <ProblemAlert problem={{ ...DAMAGED, detail: damage }} />}
            <WishProblem />
            {troubled && <Trouble view={view} />}
            {troubled && <Choices key="choices" view={view} title="What you can do now" />}
            {step.progress && <Progress progress={step.progress} />}
            {isCurrent && !thrown && Inputs && <Inputs view={view} step={step} />}
            {thrown && Watch && <Watch view={view} step={step} />}
            {step.id === 'independence' && view.dependencies && <Dependencies picture={view.dependencies} />}
            {/* By keys: evidence that was opened stays open when the lever is thrown and the two change places. */}
            {thrown ? [proofs, step.gates.length > 0 && gates] : [gates, step.proofs.length > 0 && proofs]}
            <HandOver />
            {isCurrent && !troubled && <Choices key="choices" view={view} title="Other ways on" />}
          </div>
          <EventList events={view.events} blueName={view.lanes.blue.name} greenName={view.lanes.green.name} />
        </div>
      </div>
      <LeverBar
        step={step}
        plan={isCurrent ? plan(view, step, draft) : null}
        paused={view.paused}
        idle={damaged ? `Not continued. ${damage}` : idleText(step, isCurrent)}
      >
        {!isCurrent && (
          <Button onClick={() => showStep(null)}>
            {release.outcome === null ? 'Go to the current step' : 'Back to the outcome'}
          </Button>
        )}
        {isCurrent && <RollBack view={view} />}
        <Button variant="link" data-testid={testIds.leaveRelease} onClick={() => void leaveRelease()}>
          Leave
        </Button>
      </LeverBar>
    </section>
  )
}

const DAMAGED: Problem = {
  code: 'journal',
  title: 'The journal of this release is damaged',
  meaning:
    'An entry was changed or is missing, so what is shown here proves nothing. The release is not continued; nothing is changed in AWS.',
  remedy: 'Look at both environments in the AWS console and finish by hand. The journal is kept as it is.',
}

/** What is damaged; null where the journal of a release holds. */
function damageOf(release: ReleaseSummary | undefined): string | null {
  return release?.damaged ? (release.damage ?? 'Its journal is damaged.') : null
}

function Trouble({ view }: { readonly view: ReleaseView }) {
  const { problem, paused } = view
  const signIn = paused && (
    <Button variant="primary" data-testid={testIds.choice('sign-in')} onClick={() => void choose({ id: 'sign-in' })}>
      Sign in again
    </Button>
  )
  return problem && <ProblemAlert problem={problem} action={signIn} />
}

function idleText(step: StepView, isCurrent: boolean): string {
  if (!isCurrent && step.status === 'ahead') return 'This step is still ahead.'
  switch (step.status) {
    case 'proved':
      return 'This step is proved.'
    case 'stuck':
      return 'This step cannot go on by itself. Choose what to do above.'
    case 'acting':
    case 'watching':
      return 'Under way. You may leave or close Signalbox: what AWS does goes on, and the release is picked up where it stands.'
    case 'checking':
      return step.id === 'test' && step.proofs.some(({ id, status }) => id === 'sign-off' && status !== 'passed')
        ? 'Waiting for your sign-off above.'
        : 'Looking. Nothing is changed meanwhile.'
    case 'locked':
      if (closedProofs(step).length > 0)
        return `Held up by ${listed(closedProofs(step).map(({ title }) => `“${title}”`))}: read there what to do.`
      return 'Locked until every gate is open. There is no lever here: the release then goes on by itself.'
    case 'ready':
    case 'ahead':
      return 'There is no lever here.'
  }
}

function OutcomeFrame({ view }: { readonly view: ReleaseView }) {
  return (
    <section className="step" data-testid={testIds.stepScreen} data-step="outcome">
      <div className="step-scroll">
        <div className="step-columns">
          <div className="step-main stack">
            <WishProblem />
            <OutcomePanel view={view} />
          </div>
          <EventList events={view.events} blueName={view.lanes.blue.name} greenName={view.lanes.green.name} />
        </div>
      </div>
      <footer className="lever-bar">
        <span className="lever-reason muted">
          The journal is closed with {view.journal.entries} entries. Choose a step on the left to read what it proved.
        </span>
        <div className="lever-others">
          <Button variant="link" data-testid={testIds.leaveRelease} onClick={() => void leaveRelease()}>
            To the releases
          </Button>
        </div>
      </footer>
    </section>
  )
}

function NoRelease() {
  return (
    <div className="page page-narrow stack">
      <p className="lead">No release is open.</p>
      <div>
        <Button onClick={() => void showReleases()}>To the releases</Button>
      </div>
    </div>
  )
}
