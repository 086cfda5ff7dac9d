import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useEffect, useRef } from 'react'
import type { BundleInspection, ReleaseView, VersionInspection } from '../../electron/contract/models.ts'
import { chooseBundle, choosePracticeBundle, chooseVersionSource, keepInDraft } from '../actions.ts'
import { dateTime } from '../formats.ts'
import type { LeverPlan } from '../lever-reason.ts'
import { versionLabelFault } from '../names.ts'
import { type Draft, useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { Answered } from '../ui/Answered.tsx'
import { BundleDifference } from '../ui/BundleDifference.tsx'
import { BundleFindings } from '../ui/BundleFindings.tsx'
import { Progress } from '../ui/Progress.tsx'
import { useAnswer } from '../use-answer.ts'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

type Source = NonNullable<Draft['versionSource']>

/** Brings the new version to green: a bundle that was looked into first, or a version that is there already. */
export const deploy: StepParts = {
  sentence: ({ release }) =>
    `The new version goes to green, ${release.green.name}, and to nothing else. It is proved by the label that every single instance reports: an environment can look healthy and still run the old one.`,
  Inputs: VersionChoice,
  Watch: null,
  plan: (view, _step, draft) => planOf(view, draft),
}

function planOf(view: ReleaseView, draft: Draft): LeverPlan {
  const brings = ['version-chosen']
  if (sourceOf(view, draft) === 'existing') {
    const versionLabel = draft.existingVersion
    return {
      label: 'Deploy to green',
      lever:
        versionLabel === null || existingMissing(versionLabel, draft.existingInspection) !== null
          ? null
          : { step: 'deploy-existing', versionLabel },
      missing: existingMissing(versionLabel, draft.existingInspection),
      brings,
    }
  }
  const { inspection } = draft
  const versionLabel = (draft.versionLabel ?? '').trim()
  const missing = missingOf(inspection, versionLabel)
  return {
    label: 'Upload and deploy to green',
    lever: missing === null && inspection ? { step: 'deploy', bundleId: inspection.bundleId, versionLabel } : null,
    missing,
    brings,
  }
}

/** A bundle that cannot be read here stops nobody: Elastic Beanstalk has it, and the screen says what is not known. */
function existingMissing(versionLabel: string | null, inspection: VersionInspection | null): string | null {
  if (versionLabel === null) return 'Choose a version above.'
  const isUnsound = inspection?.versionLabel === versionLabel && !inspection.sound
  return isUnsound ? 'This version cannot be deployed. Choose another one.' : null
}

function missingOf(inspection: BundleInspection | null, versionLabel: string): string | null {
  if (inspection === null) return 'Choose a bundle above.'
  if (!inspection.sound) return 'This bundle cannot be deployed. Choose another one.'
  return versionLabelFault(versionLabel)
}

function sourceOf({ release }: ReleaseView, { versionSource }: Draft): Source {
  return versionSource ?? (release.account.kind === 'practice' ? 'practice' : 'bundle')
}

const SOURCES: readonly { readonly id: Source; readonly title: string }[] = [
  { id: 'practice', title: 'Practice bundle' },
  { id: 'bundle', title: 'File on this computer' },
  { id: 'existing', title: 'Version that exists' },
]

function VersionChoice({ view }: StepProps) {
  const draft = useSignalbox((state) => state.draft)
  const source = sourceOf(view, draft)
  const offered = SOURCES.filter(({ id }) => id !== 'practice' || view.release.account.kind === 'practice')
  return (
    <section className="panel inputs stack" aria-label="The new version">
      <fieldset className="choices-row">
        <legend className="hidden-text">Where the new version comes from</legend>
        {offered.map(({ id, title }) => (
          <label key={id} className="tab" data-chosen={id === source}>
            <input
              type="radio"
              name="version-source"
              checked={id === source}
              data-testid={testIds.versionSource(id)}
              onChange={() => chooseVersionSource(id)}
            />
            {title}
          </label>
        ))}
      </fieldset>
      {source === 'practice' && <PracticeBundles chosen={draft.inspection} />}
      {source === 'bundle' && <BundleFile />}
      {source === 'existing' && (
        <ExistingVersions application={view.release.application} chosen={draft.existingVersion} />
      )}
      {source === 'existing' && draft.existingVersion !== null && (
        <ExistingInspection releaseId={view.release.id} versionLabel={draft.existingVersion} />
      )}
      <Reading />
      {source !== 'existing' && draft.inspection && (
        <Inspection releaseId={view.release.id} inspection={draft.inspection} label={draft.versionLabel ?? ''} />
      )}
    </section>
  )
}

function PracticeBundles({ chosen }: { readonly chosen: BundleInspection | null }) {
  const [answer, askAgain] = useAnswer('listPracticeBundles', {})
  return (
    <Answered answer={answer} askAgain={askAgain} waiting="Looking for the practice bundles…">
      {(bundles) => (
        <fieldset className="options">
          <legend className="hidden-text">Practice bundles</legend>
          {bundles.map(({ fileName, versionLabel, description }) => (
            <Option
              key={fileName}
              name="practice-bundle"
              testId={testIds.practiceBundle(fileName)}
              chosen={chosen?.bundle.fileName === fileName}
              title={versionLabel}
              note={fileName}
              onChoose={() => void choosePracticeBundle(fileName)}
            >
              {description}
            </Option>
          ))}
        </fieldset>
      )}
    </Answered>
  )
}

function BundleFile() {
  const waiting = useWaitingFor('chooseBundle')
  return (
    <div className="row">
      <Button
        data-testid={testIds.chooseBundle}
        iconName="upload"
        loading={waiting}
        onClick={() => void chooseBundle()}
      >
        Choose a bundle…
      </Button>
      <span className="muted">
        A ZIP, WAR or JAR file (or a single Docker file), as your build makes it. It is looked into before anything is
        uploaded.
      </span>
    </div>
  )
}

function ExistingVersions({ application, chosen }: { readonly application: string; readonly chosen: string | null }) {
  const [answer, askAgain] = useAnswer('listApplicationVersions', { application })
  return (
    <Answered answer={answer} askAgain={askAgain} waiting={`Reading the versions of ${application}…`}>
      {(versions) =>
        versions.length === 0 ? (
          <p className="empty">{application} has no version yet. Choose a bundle instead.</p>
        ) : (
          <fieldset className="options" data-testid={testIds.existingVersion}>
            <legend className="hidden-text">Versions of {application}</legend>
            {versions
              .toSorted((one, other) => other.createdAt - one.createdAt)
              .map(({ label, description, status, createdAt }) => (
                <Option
                  key={label}
                  name="existing-version"
                  testId={`${testIds.existingVersion}-${label}`}
                  chosen={chosen === label}
                  title={label}
                  note={`${dateTime(createdAt)} · ${status.toLowerCase()}`}
                  onChoose={() => keepInDraft({ existingVersion: label, existingInspection: null })}
                >
                  {description}
                </Option>
              ))}
          </fieldset>
        )
      }
    </Answered>
  )
}

function Option(props: {
  readonly name: string
  readonly testId: string
  readonly chosen: boolean
  readonly title: string
  readonly note: string
  readonly onChoose: () => void
  readonly children: string
}) {
  const { name, testId, chosen, title, note, onChoose, children } = props
  return (
    <label className="option" data-chosen={chosen}>
      <input type="radio" name={name} checked={chosen} data-testid={testId} onChange={onChoose} />
      <span className="wrap">
        <strong>{title}</strong>
        {children !== '' && <div className="muted">{children}</div>}
      </span>
      <span className="small muted wrap">{note}</span>
    </label>
  )
}

/** Smaller ones are read before anyone could see it. */
const WORTH_SHOWING_BYTES = 20_000_000

/** How far a large bundle has been read, while it is looked into. */
function Reading() {
  const read = useSignalbox((state) => state.bundleRead)
  const own = useWaitingFor('chooseBundle')
  const practice = useWaitingFor('choosePracticeBundle')
  if (!(own || practice) || read === null || read.sizeBytes < WORTH_SHOWING_BYTES) return null
  const { fileName, readBytes, sizeBytes } = read
  return <Progress progress={{ label: `Reading ${fileName}`, fraction: readBytes / sizeBytes, secondsLeft: null }} />
}

function ExistingInspection(props: { readonly releaseId: string; readonly versionLabel: string }) {
  const [answer, askAgain] = useAnswer('inspectVersion', props)
  const found = answer.status === 'here' ? answer.value : null
  useEffect(() => {
    if (found) keepInDraft({ existingInspection: found })
  }, [found])
  return (
    <Answered answer={answer} askAgain={askAgain} waiting={`Looking into ${props.versionLabel} where it lies in S3…`}>
      {(version) => (
        <div className="stack">
          <BundleFindings
            bundle={{ ...version, name: `${version.location.bucket}/${version.location.key}`, sha256: null }}
          />
          {version.sound && <ExistingDifference {...props} />}
        </div>
      )}
    </Answered>
  )
}

function ExistingDifference(props: { readonly releaseId: string; readonly versionLabel: string }) {
  const [answer] = useAnswer('compareVersion', props)
  return <BundleDifference answer={answer} />
}

function ChosenDifference(props: { readonly releaseId: string; readonly bundleId: string }) {
  const [answer] = useAnswer('compareBundle', props)
  return <BundleDifference answer={answer} />
}

function Inspection(props: {
  readonly releaseId: string
  readonly inspection: BundleInspection
  readonly label: string
}) {
  const { releaseId, inspection, label } = props
  const { bundle, sound, bundleId } = inspection
  const found = useRef<HTMLDivElement>(null)
  useEffect(() => {
    found.current?.scrollIntoView({ block: 'nearest' })
  }, [bundleId])
  return (
    <div ref={found} className="stack">
      <BundleFindings
        bundle={{ ...inspection, name: bundle.fileName, sizeBytes: bundle.sizeBytes, sha256: bundle.sha256 }}
      />
      {sound && <ChosenDifference releaseId={releaseId} bundleId={bundleId} />}
      {sound && (
        <FormField
          label="Version label"
          description="How Elastic Beanstalk and every instance will call this version."
          errorText={versionLabelFault(label)}
          stretch
        >
          <Input
            data-testid={testIds.versionLabel}
            value={label}
            spellcheck={false}
            onChange={({ detail }) => keepInDraft({ versionLabel: detail.value })}
          />
        </FormField>
      )}
    </div>
  )
}
