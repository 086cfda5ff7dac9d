import { type Environment, type Evidence, type Gate } from '../../contract/models.ts'
import { problem, problemOf } from '../../contract/problem.ts'
import { type Stacks, settingsDifferences } from '../differences.ts'
import { managedUpdateGate, type Neighbours, onlyReleaseGate, readNeighbours } from '../neighbours.ts'
import { recordOf } from '../state.ts'
import {
  BLUE_TAG,
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
import type { OptionSetting, Tag } from '../world.ts'

/** How long a clone takes in AWS's own examples; only to draw the bar. */
const TYPICAL_SECONDS = 400
/** How long a Ready environment may still be on its way to Ok before the operator is asked. */
const SETTLE_MILLISECONDS = 10 * 60_000

interface Before {
  readonly kind: 'before'
  readonly cname: Reading<{ readonly available: boolean; readonly fullyQualified: string }>
  readonly quota: Reading<{ readonly used: number; readonly maximum: number | null }>
  readonly neighbours: Neighbours
  /** Somebody else's environment with green's name. */
  readonly nameTaken: boolean
}

interface After {
  readonly kind: 'after'
  readonly templateLeft: boolean
  readonly settings: {
    readonly blue: Reading<readonly OptionSetting[]>
    readonly green: Reading<readonly OptionSetting[]>
  } | null
  readonly tags: { readonly blue: Reading<readonly Tag[]>; readonly green: Reading<readonly Tag[]> } | null
  readonly stacks: Stacks
}

type Facts = Before | After

/** Creates green from blue's configuration by a temporary configuration template, and proves that it is a true copy. */
export const clone: Step<Facts> = {
  id: 'clone',
  hasLever: true,
  factsSeconds: 30,

  async observe(state, sight, { world }) {
    const { release } = state
    const { elasticBeanstalk } = world
    if (!sight.green) {
      const [cname, quota, neighbours, named] = await Promise.all([
        reading(world, () => elasticBeanstalk.cnameAvailable(release.green.cnamePrefix)),
        reading(world, () => elasticBeanstalk.environmentQuota()),
        readNeighbours(world, state, sight.blue, [release.blue.id]),
        reading(world, () => elasticBeanstalk.describeEnvironments({ names: [release.green.name] })),
      ])
      const nameTaken = named.ok && named.value.some(({ status }) => status !== 'Terminated')
      return { kind: 'before', cname, quota, neighbours, nameTaken }
    }
    const { blue, green } = sight
    if (!blue || !isReady(green))
      return { kind: 'after', templateLeft: true, settings: null, tags: null, stacks: { blue: [], green: [] } }
    const templates = await reading(world, () => elasticBeanstalk.templates(release.application))
    const [blueSettings, greenSettings, blueTags, greenTags, blueStack, greenStack] = await Promise.all([
      reading(world, () => elasticBeanstalk.deployedSettings(release.application, blue.name)),
      reading(world, () => elasticBeanstalk.deployedSettings(release.application, green.name)),
      reading(world, () => elasticBeanstalk.tags(blue.arn)),
      reading(world, () => elasticBeanstalk.tags(green.arn)),
      reading(world, () => world.stack.resources(blue.id)),
      reading(world, () => world.stack.resources(green.id)),
    ])
    return {
      kind: 'after',
      // Where the list may not be read, it is there until its deletion was answered.
      templateLeft: templates.ok
        ? templates.value.includes(release.green.templateName)
        : recordOf(state, 'clone').effects['delete-template'] === undefined,
      settings: { blue: blueSettings, green: greenSettings },
      tags: { blue: blueTags, green: greenTags },
      // Stacks that cannot be read only mean that more differences are shown.
      stacks: { blue: (blueStack.ok && blueStack.value) || [], green: (greenStack.ok && greenStack.value) || [] },
    }
  },

  judge(state, sight, facts) {
    const record = recordOf(state, 'clone')
    if (facts.kind === 'before') {
      const gates = beforeGates(facts, sight.at, state.release.green, sight.blue, sight.blueHealth)
      if (
        record.effects['create-environment'] !== undefined &&
        sight.at - record.effects['create-environment'] > READ_LAG_MILLISECONDS
      ) {
        return { gates: null, proofs: [], due: null, progress: null, stuck: lost(state.release.green.name) }
      }
      const waiting = record.effects['create-environment'] !== undefined
      const progress = waiting ? { label: 'Waiting for AWS to list green', fraction: null, secondsLeft: null } : null
      return {
        gates: waiting ? null : gates,
        proofs: [],
        due: waiting ? null : 'create-environment',
        progress,
        stuck: null,
      }
    }
    const { green } = sight
    if (!green || green.status === 'Terminating' || green.status === 'Terminated') {
      return { gates: null, proofs: [], due: null, progress: null, stuck: lost(state.release.green.name) }
    }
    const sinceCreated = (sight.at - green.createdAt) / 1000
    if (!isReady(green)) {
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: underWay(`Elastic Beanstalk creates ${green.name}`, sinceCreated, TYPICAL_SECONDS),
        stuck: null,
      }
    }
    if (!facts.settings)
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: { label: 'Comparing green with blue', fraction: null, secondsLeft: null },
        stuck: null,
      }
    const settled = isOk(green)
    const overdue = sight.at - green.updatedAt > SETTLE_MILLISECONDS || green.healthColor === 'Red'
    return {
      gates: null,
      proofs: afterProofs(
        facts,
        sight.at,
        green,
        healthGate('green-ok', 'Green is Ready and Ok', green, sight.greenHealth, sight.at, false),
      ),
      due: facts.templateLeft ? 'delete-template' : null,
      progress: settled ? null : { label: 'Waiting until green is Ok', fraction: null, secondsLeft: null },
      stuck:
        !settled && overdue
          ? problem('refused-by-aws', `${green.name} was created, but it is not healthy`, {
              meaning: `It is ${green.healthStatus ?? green.healthColor}. Production is untouched: it stays on ${state.release.blue.name}.`,
              remedy: 'Look at the events for the cause. Keep waiting, or roll back: that removes green only.',
            }).problem
          : null,
    }
  },

  async act(action, state, sight, _facts, hands) {
    const { release } = state
    const { clock, elasticBeanstalk } = hands.world
    const { templateName } = release.green
    const note = { step: 'clone' as const, action }
    if (action === 'delete-template') {
      return journalled(hands, { ...note, detail: templateName }, () =>
        elasticBeanstalk.deleteTemplate(release.application, templateName),
      )
    }
    const { blue } = sight
    if (!blue) return
    // Passing any tags discards those of the template, so blue's are copied by hand (AWS developer guide, tagging).
    const tags = [
      ...(await copiedTags(elasticBeanstalk.tags(blue.arn))),
      { key: RELEASE_TAG, value: release.id },
      { key: BLUE_TAG, value: blue.id },
    ]
    await journalled(hands, { step: 'clone', action: 'create-template', detail: templateName }, async () => {
      // Its name is this release's own: one that is there already was made by an earlier try.
      if ((await elasticBeanstalk.templates(release.application)).includes(templateName)) return
      await elasticBeanstalk.createTemplate({
        application: release.application,
        templateName,
        environmentId: blue.id,
        description: `Temporary, made by Signalbox for release ${release.id}`,
        tags: [{ key: RELEASE_TAG, value: release.id }],
      })
    })
    try {
      await journalled(hands, { ...note, detail: release.green.name }, async () => {
        const { environmentId } = await elasticBeanstalk.createEnvironment({
          application: release.application,
          environmentName: release.green.name,
          cnamePrefix: release.green.cnamePrefix,
          templateName,
          versionLabel: blue.versionLabel,
          description: `Clone of ${blue.name}, made by Signalbox for release ${release.id}`,
          tags,
          operationsRole: blue.operationsRole,
        })
        hands.record({ kind: 'green-found', at: clock.now(), id: environmentId })
        return environmentId
      })
    } catch (thrown) {
      if (problemOf(thrown).code !== 'network' && problemOf(thrown).code !== 'aws-unavailable') {
        await elasticBeanstalk.deleteTemplate(release.application, templateName)
      }
      throw thrown
    }
  },
}

async function copiedTags(reading: Promise<readonly Tag[]>): Promise<readonly Tag[]> {
  return (await reading).filter(isOwnTag)
}

function lost(name: string) {
  return problem('drift', `${name} is not there any more`, {
    meaning: 'Green was terminated by another hand, or its creation failed. Production is untouched.',
    remedy: 'Roll back to end this release cleanly, then start a new one.',
  }).problem
}

function templateProof(templateLeft: boolean, sight: Sight): Gate {
  return gate(
    'template-gone',
    'Nothing temporary is left',
    templateLeft ? 'waiting' : 'passed',
    templateLeft
      ? 'The temporary configuration template is still there.'
      : 'The temporary configuration template is deleted.',
    [evidence('elasticbeanstalk:DescribeApplications', sight.at, describe(sight.green))],
  )
}
