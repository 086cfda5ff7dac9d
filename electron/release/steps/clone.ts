import type { Gate } from '../../contract/models.ts'
import { problem, problemOf } from '../../contract/problem.ts'
import { type BeforeFacts, beforeGates, type Outside } from '../clone-gates.ts'
import { choicesFrom, chosenPlatform, overridesOf, readOptions } from '../clone-options.ts'
import { checkSecret } from '../decouple.ts'
import { type FidelityFacts, fidelityOf, isOwnTag, readFidelity } from '../fidelity.ts'
import { fidelityProofs } from '../fidelity-gates.ts'
import { readDatabaseEvidence } from '../independence.ts'
import { readNeighbours } from '../neighbours.ts'
import { actRepair, repairDue } from '../repairs.ts'
import { bindingGates, outsideOptions, outsidePreview, readRoute, routesOf } from '../route.ts'
import { type ReleaseState, recordOf } from '../state.ts'
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
  reading,
  type Sight,
  type Step,
  underWay,
} from '../step.ts'
import type { World } from '../world.ts'

/** How long a clone takes in AWS's own examples; only to draw the bar. */
const TYPICAL_SECONDS = 400
/** How long a Ready environment may still be on its way to Ok before the operator is asked. */
const SETTLE_MILLISECONDS = 10 * 60_000

interface AfterFacts {
  readonly kind: 'after'
  readonly templateLeft: boolean
  /** Null until green is Ready. */
  readonly fidelity: FidelityFacts | null
  /** Null on the route that decouples blue first, and until green is Ready. */
  readonly outside?: Outside | null
}

type Facts = BeforeFacts | AfterFacts

const NOTHING = { gates: null, proofs: [], due: null, progress: null, stuck: null }

/**
 * Creates green from a configuration, blue's by a temporary template or a saved one, and proves that it is a true copy.
 * What differs is repaired on green where the operator asks for it.
 */
export const clone: Step<Facts> = {
  id: 'clone',
  hasLever: true,
  factsSeconds: 30,

  async observe(state, sight, { world, record }) {
    const { release } = state
    const { elasticBeanstalk } = world
    const { blue, green } = sight
    if (!green) {
      const [cname, quota, neighbours, named, options, outside] = await Promise.all([
        reading(world, () => elasticBeanstalk.cnameAvailable(release.green.cnamePrefix)),
        reading(world, () => elasticBeanstalk.environmentQuota()),
        readNeighbours(world, state, blue, [release.blue.id]),
        reading(world, () => elasticBeanstalk.describeEnvironments({ names: [release.green.name] })),
        blue ? readOptions(world, state, blue) : null,
        readOutside(world, state, sight),
      ])
      const nameTaken = named.ok && named.value.some(({ status }) => status !== 'Terminated')
      return { kind: 'before', cname, quota, neighbours, nameTaken, options, outside }
    }
    if (!blue || !isReady(green)) return { kind: 'after', templateLeft: true, fidelity: null, outside: null }
    const templates = await reading(world, () => elasticBeanstalk.templates(release.application))
    const fidelity = await readFidelity(world, state, blue, green)
    const seen = fidelityOf(state, sight, fidelity)
    if (signature(seen) !== (state.fidelity && signature(state.fidelity)))
      record({ kind: 'fidelity', at: world.clock.now(), fidelity: seen })
    return {
      kind: 'after',
      // Where the list may not be read, it is there until its deletion was answered.
      templateLeft: templates.ok
        ? templates.value.includes(release.green.templateName)
        : recordOf(state, 'clone').effects['delete-template'] === undefined,
      fidelity,
      outside: await readOutside(world, state, sight),
    }
  },

  judge(state, sight, facts) {
    const record = recordOf(state, 'clone')
    const { green } = sight
    if (facts.kind === 'before') {
      const createdAt = record.effects['create-environment']
      if (createdAt !== undefined && sight.at - createdAt > READ_LAG_MILLISECONDS)
        return { ...NOTHING, stuck: lost(state.release.green.name) }
      if (createdAt !== undefined)
        return {
          ...NOTHING,
          progress: { label: 'Waiting for AWS to list green', fraction: null, secondsLeft: null },
        }
      return {
        ...NOTHING,
        gates: beforeGates(facts, sight.at, state, sight.blue, sight.blueHealth),
        due: 'create-environment',
        routes: routesOf(state, facts.outside?.blue ?? null),
        preview: facts.outside ? outsidePreview(state, facts.outside.route) : null,
        ...(sight.blue && facts.options ? { cloneChoices: choicesFrom(state, sight.blue, facts.options) } : {}),
      }
    }
    if (!green || green.status === 'Terminating' || green.status === 'Terminated')
      return { ...NOTHING, stuck: lost(state.release.green.name) }
    if (!isReady(green)) {
      const progress =
        green.status === 'Launching'
          ? underWay(`Elastic Beanstalk creates ${green.name}`, (sight.at - green.createdAt) / 1000, TYPICAL_SECONDS)
          : { label: `Elastic Beanstalk changes ${green.name}`, fraction: null, secondsLeft: null }
      return { ...NOTHING, progress }
    }
    const { fidelity, templateLeft, outside } = facts
    if (!fidelity)
      return { ...NOTHING, progress: { label: 'Comparing green with blue', fraction: null, secondsLeft: null } }
    const { repairs } = fidelityOf(state, sight, fidelity)
    const settled = isOk(green)
    const overdue = sight.at - green.updatedAt > SETTLE_MILLISECONDS || green.healthColor === 'Red'
    return {
      gates: null,
      proofs: [
        healthGate('green-ok', 'Green is Ready and Ok', green, sight.greenHealth, sight.at, false),
        ...fidelityProofs(state, sight, fidelity),
        ...(outside ? bindingGates(state, outside.blue, outside.route) : []),
        templateProof(templateLeft, sight),
      ],
      due: templateLeft ? 'delete-template' : repairDue(state, repairs),
      stage: repairs.find(({ id }) => id === state.repair)?.id ?? null,
      offersLever: repairs.length > 0,
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

  async act(action, state, sight, facts, hands) {
    const { release, cloneOptions } = state
    const { clock, elasticBeanstalk } = hands.world
    const note = { step: 'clone' as const, action }
    if (action === 'delete-template') {
      const { templateName } = release.green
      return journalled(hands, { ...note, detail: templateName }, () =>
        elasticBeanstalk.deleteTemplate(release.application, templateName),
      )
    }
    if (facts.kind === 'after')
      return facts.fidelity ? actRepair(action, state, sight, facts.fidelity, hands) : undefined
    const { blue } = sight
    const { options, outside } = facts
    if (!blue || !options) return
    if (state.route === 'decouple-later' && !outside?.route.decoupling) return
    checkSecret(state, hands.secret)
    // Passing any tags discards those of the template, so blue's are copied by hand (AWS developer guide, tagging).
    const tags = [
      ...(await elasticBeanstalk.tags(blue.arn)).filter(isOwnTag),
      { key: RELEASE_TAG, value: release.id },
      { key: BLUE_TAG, value: blue.id },
    ]
    const templateName = cloneOptions.template ?? release.green.templateName
    const isTemporary = cloneOptions.template === null
    if (isTemporary) {
      await journalled(hands, { step: 'clone', action: 'create-template', detail: templateName }, async () => {
        // Its name is this release's own: one that is there was made by an earlier try, before the lever for other choices.
        if ((await elasticBeanstalk.templates(release.application)).includes(templateName)) {
          if (recordOf(state, 'clone').intents['create-template'] !== undefined) return
          await elasticBeanstalk.deleteTemplate(release.application, templateName)
        }
        const platform = chosenPlatform(state, options)
        await elasticBeanstalk.createTemplate({
          application: release.application,
          templateName,
          environmentId: blue.id,
          description: `Temporary, made by Signalbox for release ${release.id}`,
          tags: [{ key: RELEASE_TAG, value: release.id }],
          ...(platform === null ? {} : { platformArn: platform.arn }),
        })
      })
    }
    const base = options.base.ok ? options.base.value : []
    const { settings: chosen, held } = overridesOf(cloneOptions, base)
    const extra = outside?.route.decoupling
      ? outsideOptions(base, outside.blue, outside.route.decoupling, hands.secret)
      : { settings: [], remove: [] }
    const settings = [...chosen, ...extra.settings]
    if (held.length > 0) hands.record({ kind: 'held', at: clock.now(), options: [...held] })
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
          ...(settings.length === 0 ? {} : { settings }),
          ...(extra.remove.length === 0 ? {} : { remove: extra.remove }),
        })
        hands.record({ kind: 'green-found', at: clock.now(), id: environmentId })
        return environmentId
      })
    } catch (thrown) {
      const { code } = problemOf(thrown)
      if (isTemporary && code !== 'network' && code !== 'aws-unavailable') {
        try {
          await journalled(hands, { step: 'clone', action: 'delete-template', detail: templateName }, () =>
            elasticBeanstalk.deleteTemplate(release.application, templateName),
          )
        } catch (left) {
          // Why green was not made is what the operator must hear; the template is used by the next try, or deleted on the way back.
          if (problemOf(left).code === 'journal') throw left
        }
      }
      throw thrown
    }
  },
}

/** Blue's database and who reaches it, where green is to use it from outside; null on the other route. */
async function readOutside(world: World, state: ReleaseState, { blue, green }: Sight): Promise<Outside | null> {
  if (state.route !== 'decouple-later' || !blue) return null
  const seen = await readDatabaseEvidence(world, blue)
  const route = await readRoute(world, state, seen, green)
  return route && { blue: seen, route }
}

/** What the operator would see change: not every second of an age, nor the count of instances. */
function signature({
  rows,
  repairs,
}: {
  readonly rows: readonly { readonly name: string; readonly verdict: string }[]
  readonly repairs: readonly object[]
}): string {
  return JSON.stringify([rows.map(({ name, verdict }) => [name, verdict]), repairs])
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
