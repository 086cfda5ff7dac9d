import type { ApplicationVersion, Gate } from '../../contract/models.ts'
import { problem } from '../../contract/problem.ts'
import { recordOf } from '../state.ts'
import {
  describe,
  evidence,
  gate,
  healthGate,
  isOk,
  isReady,
  journalled,
  READ_LAG_MILLISECONDS,
  RELEASE_TAG,
  type Reading,
  reading,
  type Step,
  underWay,
  unreadable,
} from '../step.ts'
import type { BundleContents } from '../world.ts'

/** How long a deployment takes in AWS's own examples; only to draw the bar. */
const TYPICAL_SECONDS = 40
/** How long a Ready green may still need until every instance is Ok and reports its version. */
const SETTLE_MILLISECONDS = 10 * 60_000

interface Facts {
  readonly version: Reading<ApplicationVersion | null> | null
  /** What the version's bundle declares, as it lies in S3; null while there is none to look into. */
  readonly contents: Reading<BundleContents> | null
}

/** Uploads the bundle, creates the application version and deploys it to green; proved by every instance's own label. */
export const deploy: Step<Facts> = {
  id: 'deploy',
  hasLever: true,
  factsSeconds: 10,

  async observe(state, _sight, { world }) {
    const { version: chosen, release } = state
    if (!chosen) return { version: null, contents: null }
    const version = await reading(
      world,
      async () => (await world.elasticBeanstalk.versions(release.application, [chosen.label]))[0] ?? null,
    )
    const isThere = version.ok && version.value !== null
    const contents = isThere
      ? await reading(world, () => world.versionBundles.contents(release.application, chosen.label))
      : null
    return { version, contents }
  },

  judge(state, sight, facts) {
    const record = recordOf(state, 'deploy')
    const { green } = sight
    const { version } = state
    const known = facts.version?.ok ? facts.version.value : null
    // Green is on the label after a call whose answer was lost: it had arrived, and is not made again.
    const arrived = isReady(green) && green?.versionLabel === version?.label
    // So is green that was changed since: what failed and was put back is not tried again without a decision.
    const meantAt = record.intents['deploy-version']
    const touched = meantAt !== undefined && green !== null && green.updatedAt > meantAt
    const deployedAt = record.effects['deploy-version'] ?? (arrived || touched ? meantAt : undefined)
    if (!version || record.leverAt === null) {
      const gates = [
        healthGate('green-ready', 'Green is Ready and Ok', green, sight.greenHealth, sight.at, false),
        labelGate(state, facts, sight.at),
        ...databaseGate(state, facts),
      ]
      return { gates, proofs: [], due: null, progress: null, stuck: null }
    }
    const status = known?.status.toUpperCase() ?? ''
    if (status === 'FAILED') {
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: null,
        stuck: problem('bad-bundle', `Elastic Beanstalk could not process version ${version.label}`, {
          meaning: 'Green still runs the version it was cloned with, and production is untouched.',
          remedy: 'Correct the bundle and choose it again under a new label.',
        }).problem,
      }
    }
    if (deployedAt === undefined) {
      const gates = [
        healthGate('green-ready', 'Green is Ready and Ok', green, sight.greenHealth, sight.at, false),
        labelGate(state, facts, sight.at),
        ...databaseGate(state, facts),
      ]
      const processing = known !== null && ['PROCESSING', 'BUILDING'].includes(status)
      const due =
        version.bundle && !version.stored
          ? 'upload-bundle'
          : !known
            ? 'create-version'
            : processing
              ? null
              : 'deploy-version'
      // Just after the version was made AWS may not list it yet: creating it twice is refused, so only wait.
      const madeAt = record.effects['create-version']
      const lagging = due === 'create-version' && madeAt !== undefined
      const deleted = lagging && sight.at - madeAt > 2 * READ_LAG_MILLISECONDS
      return {
        gates,
        proofs: [],
        due: lagging ? null : due,
        progress:
          processing || (lagging && !deleted)
            ? { label: `Elastic Beanstalk processes ${version.label}`, fraction: null, secondsLeft: null }
            : null,
        stuck: deleted
          ? problem('drift', `Version ${version.label} was deleted by another hand`, {
              meaning:
                'It was made and is not listed any more. Nothing was deployed to green; production is untouched.',
              remedy: 'Try again to make it once more, or choose another version.',
            }).problem
          : null,
      }
    }
    const since = sight.at - deployedAt
    if (!green || !isReady(green)) {
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: underWay(`Deploying ${version.label} to green`, since / 1000, TYPICAL_SECONDS),
        stuck: null,
      }
    }
    const failed = green.versionLabel !== version.label && since > READ_LAG_MILLISECONDS
    const proofs = proofsOf(version.label, facts, sight)
    const settled = isOk(green, sight.greenHealth) && proofs.every(({ status: each }) => each === 'passed')
    return {
      gates: null,
      proofs,
      due: null,
      progress:
        settled || failed
          ? null
          : { label: 'Waiting until every instance runs it and is Ok', fraction: null, secondsLeft: null },
      stuck: failed
        ? problem('refused-by-aws', `Version ${version.label} was not deployed`, {
            meaning: `Green is Ready and looks healthy, but it still runs ${green.versionLabel ?? 'another version'}: Elastic Beanstalk put the old version back. Production is untouched.`,
            remedy: 'Read the events for the cause. Then choose another version, try again, or roll back.',
          }).problem
        : !settled && (green.healthColor === 'Red' || since > SETTLE_MILLISECONDS)
          ? problem('refused-by-aws', `Version ${version.label} is on green, but green is not well`, {
              meaning: `It is ${green.healthStatus ?? green.healthColor}. Production is untouched.`,
              remedy: 'Read the proofs and events. Choose another version, keep waiting, or roll back.',
            }).problem
          : null,
    }
  },

  async act(action, state, sight, _facts, hands) {
    const { version, release } = state
    const { green } = sight
    if (!version || !green) return
    const { world, record, progress, signal } = hands
    const { clock, elasticBeanstalk, bundles } = world
    await journalled(hands, { step: 'deploy', action, detail: version.label }, async () => {
      if (action === 'upload-bundle' && version.bundle) {
        const { sizeBytes, fileName } = version.bundle
        const stored = await bundles.upload(
          version.bundle,
          release.application,
          (sent) =>
            progress({
              label: `Uploading ${fileName}`,
              fraction: sizeBytes === 0 ? 1 : sent / sizeBytes,
              secondsLeft: null,
            }),
          signal,
        )
        record({ kind: 'bundle-stored', at: clock.now(), ...stored })
      } else if (action === 'create-version' && version.stored) {
        await elasticBeanstalk.createVersion({
          application: release.application,
          versionLabel: version.label,
          ...version.stored,
          description: `${version.bundle?.fileName ?? version.label}, uploaded by Signalbox for release ${release.id}`,
          tags: [{ key: RELEASE_TAG, value: release.id }],
        })
      } else if (action === 'deploy-version') {
        await elasticBeanstalk.deploy(green.id, version.label)
      }
    })
  },
}

/** A label names one bundle for ever; the same label with another bundle would deploy something else than was chosen. */
function labelGate(state: Parameters<Step<Facts>['judge']>[0], { version: read }: Facts, at: number): Gate {
  const title = 'A version is chosen and its bundle is sound'
  const { version } = state
  if (!version)
    return gate(
      'version-chosen',
      title,
      'waiting',
      'No version is chosen yet.',
      [evidence('operator', at, 'nothing chosen')],
      { remedy: 'Choose a bundle, or a version that is in Elastic Beanstalk already.' },
    )
  if (!read) return gate('version-chosen', title, 'waiting', `Looking for ${version.label}.`, [])
  if (!read.ok)
    return gate('version-chosen', title, 'unknown', read.problem.title, [
      evidence('elasticbeanstalk:DescribeApplicationVersions', read.at, read.problem.title),
    ])
  const found = read.value
  const seen = [
    evidence(
      'elasticbeanstalk:DescribeApplicationVersions',
      read.at,
      found ? `${found.label}: ${found.status}, ${found.bucket}/${found.key}` : `${version.label} does not exist yet`,
    ),
  ]
  if (version.bundle)
    seen.push(
      evidence(
        'bundle',
        at,
        `${version.bundle.fileName}, ${version.bundle.sizeBytes} bytes, SHA-256 ${version.bundle.sha256}`,
      ),
    )
  const other = found && version.bundle && !found.key.includes(version.bundle.sha256)
  if (other) {
    return gate(
      'version-chosen',
      title,
      'failed',
      `The label ${version.label} belongs to another bundle already.`,
      seen,
      { remedy: 'Give this bundle a label of its own.' },
    )
  }
  if (!version.bundle && !found)
    return gate('version-chosen', title, 'failed', `Elastic Beanstalk has no version ${version.label}.`, seen, {
      remedy: 'Choose another version.',
    })
  return gate('version-chosen', title, 'passed', `${version.label} will be deployed.`, seen)
}

/** A database that the bundle declares would be made inside green, and be lost with it one day. */
function databaseGate(state: Parameters<Step<Facts>['judge']>[0], { contents }: Facts): readonly Gate[] {
  const id = 'brings-no-database'
  const title = 'The version brings no database of its own'
  const source = 's3:GetObject'
  const { version } = state
  // A bundle of this computer was looked into before it could be chosen.
  if (!version || contents === null) return []
  if (!contents.ok) return [unreadable(id, title, source, contents, true)]
  const { declared, unread, bucket, key } = contents.value
  const databases = declared.filter(({ kind }) => kind === 'database')
  const seen = [
    evidence(
      source,
      contents.at,
      `${bucket}/${key}: ${declared.map(({ type, file }) => `${type} in ${file}`).join(', ') || 'nothing that keeps data'}`,
    ),
  ]
  if (databases.length > 0) {
    const what = databases.map(({ file, type }) => `${type} (${file})`).join(', ')
    return [
      gate(
        id,
        title,
        'failed',
        `Its .ebextensions declare ${what}: green would get an empty database, coupled to it.`,
        seen,
        {
          remedy: 'Choose a version that does not, and keep the database outside the environment.',
        },
      ),
    ]
  }
  if (unread.length > 0) {
    return [
      gate(id, title, 'unknown', `What ${unread.join(', ')} declares could not be understood.`, seen, {
        waivable: true,
        remedy: 'Ask whoever wrote it whether it makes a database, and say what you were told.',
      }),
    ]
  }
  return [gate(id, title, 'passed', 'Its .ebextensions declare none.', seen)]
}

function proofsOf(label: string, { version }: Facts, sight: Parameters<Step<Facts>['judge']>[1]): readonly Gate[] {
  const { green, greenHealth, at } = sight
  const instances = greenHealth?.instances ?? []
  const onLabel = instances.filter(({ versionLabel }) => versionLabel === label)
  const stored = version?.ok ? version.value : null
  const status = stored?.status.toUpperCase() ?? 'unknown'
  const seen = instances.map(({ id, status: health, versionLabel }) =>
    evidence(
      'elasticbeanstalk:DescribeInstancesHealth',
      greenHealth?.at ?? at,
      `${id}: ${versionLabel ?? 'no version'}, ${health}`,
    ),
  )
  return [
    gate(
      'version-processed',
      'Elastic Beanstalk has the version',
      status === 'PROCESSED' || status === 'UNPROCESSED' ? 'passed' : version?.ok === false ? 'unknown' : 'waiting',
      `${label} is ${status}.`,
      [
        evidence(
          'elasticbeanstalk:DescribeApplicationVersions',
          version?.at ?? at,
          stored ? `${stored.bucket}/${stored.key}` : 'not listed',
        ),
      ],
    ),
    gate(
      'label-on-green',
      'Green runs this version',
      green?.versionLabel === label ? 'passed' : 'failed',
      `Green runs ${green?.versionLabel ?? 'nothing'}.`,
      [evidence('elasticbeanstalk:DescribeEnvironments', at, describe(green))],
    ),
    healthGate('green-ok', 'Green is Ready and Ok', green, greenHealth, at, false),
    greenHealth === null
      ? gate(
          'every-instance',
          'Every instance runs this version',
          'unknown',
          'Green has basic health: its instances do not say which version they run.',
          [],
          { waivable: true, remedy: 'Switch on enhanced health, or look at each instance and say why it is right.' },
        )
      : gate(
          'every-instance',
          'Every instance runs this version',
          instances.length > 0 && onLabel.length === instances.length ? 'passed' : 'waiting',
          `${onLabel.length} of ${instances.length} instances run ${label}.`,
          seen,
          { remedy: 'Where it stays like this, deploy the version once more.' },
        ),
  ]
}
