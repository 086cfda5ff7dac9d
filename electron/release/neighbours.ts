import type { Environment, Gate } from '../contract/models.ts'
import type { ReleaseState } from './state.ts'
import { BLUE_TAG, evidence, gate, isGone, RELEASE_TAG, type Reading, reading, unreadable } from './step.ts'
import type { ManagedAction, World } from './world.ts'

/** Who else may be at work on the same environments: another Signalbox, or AWS itself. */
export interface Neighbours {
  readonly releases: Reading<readonly { readonly environment: string; readonly release: string }[]>
  readonly updates: Reading<readonly ManagedAction[]>
}

/** Looks for both. The managed actions are those of `watched`: the environments that are about to be relied on. */
export async function readNeighbours(
  world: World,
  state: ReleaseState,
  blue: Environment | null,
  watched: readonly string[],
): Promise<Neighbours> {
  const [releases, updates] = await Promise.all([
    reading(world, () => otherReleases(world, state, blue)),
    reading(world, async () =>
      (await Promise.all(watched.map((id) => world.elasticBeanstalk.managedActions(id)))).flat(),
    ),
  ])
  return { releases, updates }
}

/**
 * Environments of the application that another release made to take blue's place: younger than blue, with the tag of
 * another release. Blue itself carries the tag of the release that once made it, and so does one it has replaced.
 */
async function otherReleases(world: World, state: ReleaseState, blue: Environment | null) {
  const { release } = state
  const listed = await world.elasticBeanstalk.describeEnvironments({ application: release.application })
  const younger = listed.filter(
    (each) =>
      !isGone(each) &&
      each.id !== release.blue.id &&
      each.id !== release.green.id &&
      each.createdAt > (blue?.createdAt ?? 0),
  )
  const found = await Promise.all(
    younger.map(async ({ name, arn }) => {
      const tags = await world.elasticBeanstalk.tags(arn)
      const made = tags.find(({ key }) => key === RELEASE_TAG)?.value
      // One that is to take another environment's place is no concern of this release.
      const instead = tags.find(({ key }) => key === BLUE_TAG)?.value ?? release.blue.id
      return made !== undefined && made !== release.id && instead === release.blue.id
        ? [{ environment: name, release: made }]
        : []
    }),
  )
  return found.flat()
}

/** Two releases of one environment would undo each other; another Signalbox is known by the tag on what it made. */
export function onlyReleaseGate({ releases }: Neighbours): Gate {
  const id = 'only-release'
  const title = 'No other release is under way'
  if (!releases.ok) return unreadable(id, title, 'elasticbeanstalk:ListTagsForResource', releases, true)
  const { value: others, at } = releases
  return gate(
    id,
    title,
    others.length === 0 ? 'passed' : 'failed',
    others.length === 0
      ? 'No other environment of the application was made by another release.'
      : `${others.map(({ environment, release }) => `${environment} was made by release ${release}`).join('; ')}. Another Signalbox may be releasing the same environment, or one was stopped and left it.`,
    [
      evidence(
        'elasticbeanstalk:ListTagsForResource',
        at,
        others.map(({ environment, release }) => `${environment}: ${RELEASE_TAG} = ${release}`).join(', ') ||
          'no such tag on a younger environment',
      ),
    ],
    {
      waivable: true,
      remedy:
        'Ask your colleagues. Where that release was stopped, terminate what it left in the AWS console, or say why it may stay.',
    },
  )
}

/** A managed platform update takes an environment away from under a release. */
export function managedUpdateGate({ updates }: Neighbours): Gate {
  const id = 'no-managed-update'
  const title = 'No managed platform update is due'
  const source = 'elasticbeanstalk:DescribeEnvironmentManagedActions'
  if (!updates.ok) return unreadable(id, title, source, updates, true)
  const due = updates.value.filter(({ status }) => status === 'Running' || status === 'Pending')
  return gate(
    id,
    title,
    due.length > 0 ? 'failed' : 'passed',
    due.length > 0
      ? `AWS is about to update the platform: ${due.map(({ description }) => description).join('; ')}.`
      : 'AWS has no update under way.',
    [evidence(source, updates.at, `${updates.value.length} listed, ${due.length} pending or running`)],
    { waivable: true, remedy: 'Wait until the update has ended.' },
  )
}
