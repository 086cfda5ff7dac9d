import type { Gate } from '../../contract/models.ts'
import { type Problem, problem } from '../../contract/problem.ts'
import type { DatabaseEvidence } from '../couplings.ts'
import { type DanglingSeen, danglingProof, leavingOf, readDangling } from '../dangling.ts'
import { type DecouplingFacts, readDecoupling } from '../decouple.ts'
import { independenceGate, otherDataGate, readDatabaseEvidence } from '../independence.ts'
import { actParting, databaseProofs, partedProofs, partingOf } from '../parting.ts'
import { actPutBack, putBackOf, readHeld } from '../put-back.ts'
import { addressesOf, ask, said } from '../reach.ts'
import { type RouteFacts, readRoute } from '../route.ts'
import { actShrink, shrinkOf, terminatePreview } from '../shrink.ts'
import { isThrownFor, standbyGates, standbyProgress } from '../standby.ts'
import { PUT_BACK, type ReleaseState, recordOf } from '../state.ts'
import {
  describe,
  evidence,
  gate,
  type Hands,
  healthGate,
  holderOf,
  isGone,
  isReady,
  journalled,
  partsOf,
  READ_LAG_MILLISECONDS,
  type Reading,
  reading,
  type Sight,
  type Step,
  underWay,
  unreadable,
} from '../step.ts'
import type { HttpAnswer, OptionSetting, StackResource } from '../world.ts'

/** How long a termination takes in AWS's own examples; only to draw the bar. */
const TYPICAL_SECONDS = 270

interface Facts {
  /** Null once the environment is gone, and before it was ever there. */
  readonly database: DatabaseEvidence | null
  readonly resources: Reading<readonly StackResource[] | null> | null
  /** Other groups that refer to the environment's own security group: they would block its deletion. */
  readonly referring: Reading<readonly { readonly id: string; readonly name: string }[]> | null
  readonly stays: HttpAnswer | null
  readonly templateLeft: boolean
  /** Who still leads to it; null while it is there, and on the way back. */
  readonly dangling?: DanglingSeen | null
  /** Green's settings, where some were held for the release and blue is gone. */
  readonly held: Reading<readonly OptionSetting[]> | null
  /** Null on the route that decouples blue first. */
  readonly route?: RouteFacts | null
  /** The database that this release took out, once blue is gone. */
  readonly taken?: DecouplingFacts | null
}

/** Terminates the environment that was left, by id; on the way back that is green. */
export const retire: Step<Facts> = {
  id: 'retire',
  hasLever: true,
  factsSeconds: 20,

  async observe(state, sight, hands) {
    const { world } = hands
    const { from, to } = partsOf(state, sight)
    const id = state.release[from.colour].id
    const templateLeft =
      state.release.track === 'rollback' &&
      (await world.elasticBeanstalk.templates(state.release.application)).includes(state.release.green.templateName)
    if (id === null) return { database: null, resources: null, referring: null, stays: null, templateLeft, held: null }
    const { environment } = from
    const isThere = environment !== null && !isGone(environment)
    const route = isThere ? await readRoute(world, state, null, sight.green) : null
    const database = isThere ? await readDatabaseEvidence(world, environment) : null
    const resources = database?.resources ?? (await reading(world, () => world.stack.resources(id)))
    const own = resources.ok ? resources.value?.find(({ logicalId }) => logicalId === 'AWSEBSecurityGroup') : undefined
    const isLeft = state.release.track === 'forward' && (!environment || environment.status === 'Terminated')
    const [referring, stays, dangling] = await Promise.all([
      own ? reading(world, () => world.stack.groupsReferring(own.physicalId)) : null,
      stillAnswers(state, to.environment, hands),
      isLeft ? readDangling(state, hands) : null,
    ])
    const held = isGone(environment) ? await readHeld(state, sight, hands) : null
    const taken = isLeft && state.decoupling ? await readDecoupling(world, state, null) : null
    return { database, resources, referring, stays, templateLeft, held, dangling, route, taken }
  },

  judge(state, sight, facts) {
    const { from } = partsOf(state, sight)
    const record = recordOf(state, 'retire')
    const gone = !from.environment || from.environment.status === 'Terminated'
    // Where the answer was lost, what CloudFormation could not delete shows that it was asked for, and given up.
    const wasAsked = failedToDelete(facts).length > 0 ? record.intents['terminate-environment'] : undefined
    const askedAt = record.effects['terminate-environment'] ?? wasAsked
    // Just after it was made AWS may not list it yet: that it is not listed does not say that it is gone.
    if (!from.environment && state.release.track === 'rollback' && createMayBeUnseen(state, sight.at)) {
      return {
        gates: null,
        proofs: [],
        due: state.release.green.id !== null && facts.templateLeft ? 'delete-template' : null,
        progress: { label: 'Waiting whether AWS lists green after all', fraction: null, secondsLeft: null },
        stuck: null,
      }
    }
    if (gone) {
      const putBack = putBackOf(state, sight, facts.held)
      return {
        gates: null,
        proofs: [...proofsOf(state, sight, facts), ...databaseProofs(state, facts.taken), ...putBack.proofs],
        due: facts.templateLeft ? 'delete-template' : putBack.due,
        progress: { label: 'Proving that it is gone', fraction: null, secondsLeft: null },
        stuck: putBack.stuck,
        stage: putBack.stuck === null ? null : PUT_BACK,
      }
    }
    if (from.environment?.status === 'Terminating') {
      const elapsed = askedAt === undefined ? 0 : (sight.at - askedAt) / 1000
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: underWay(`Elastic Beanstalk terminates ${from.name}`, elapsed, TYPICAL_SECONDS),
        stuck: null,
      }
    }
    if (askedAt !== undefined) {
      const late = sight.at - askedAt > READ_LAG_MILLISECONDS
      return {
        gates: null,
        proofs: [],
        due: null,
        progress: late ? null : { label: 'Waiting for the termination to begin', fraction: null, secondsLeft: null },
        stuck: late ? notTerminated(from.name, from.environment?.status, facts) : null,
      }
    }
    const gates = gatesOf(state, sight, facts)
    const found = shrinkOf(state, sight, facts.database)
    if (found) return { ...found, gates: found.gates && gates.filter(({ id }) => BEFORE_SHRINKING.has(id)) }
    const parting = partingOf(state, sight, facts.database, facts.route, gates)
    if (parting) return parting
    const isThrown = isThrownFor(state, null)
    return {
      gates,
      proofs: partedProofs(state, sight, facts.database, facts.route),
      due: isThrown || record.leverAt === null ? dueOf(state, sight) : null,
      progress: standbyProgress(state, sight.at),
      stuck: null,
      offersLever: !isThrown,
      preview: terminatePreview(state, sight, facts.database),
    }
  },

  async act(action, state, sight, facts, hands) {
    const { from } = partsOf(state, sight)
    const { release } = state
    const { elasticBeanstalk } = hands.world
    const note = { step: 'retire' as const, action }
    if (action === 'delete-template') {
      const { templateName } = release.green
      return journalled(hands, { ...note, detail: templateName }, () =>
        elasticBeanstalk.deleteTemplate(release.application, templateName),
      )
    }
    if (action === 'put-back') return actPutBack(state, facts.held, hands)
    const id = release[from.colour].id
    // The last look before the one call that cannot be taken back: by id, and never who holds production.
    if (id === null || from.environment?.id !== id || holderOf(state, sight) === from.colour) return
    if (action === 'shrink-environment') return actShrink(id, state, facts.database, hands)
    if (action !== 'terminate-environment' && action !== 'abort-update')
      return actParting(action, state, facts.database, facts.route, hands)
    if (action === 'terminate-environment' && release.track === 'forward')
      hands.record({ kind: 'leaving', at: hands.world.clock.now(), names: [...leavingOf(state, from.environment)] })
    await journalled(hands, { ...note, detail: id }, async () => {
      if (action === 'abort-update') await elasticBeanstalk.abortUpdate(id)
      if (action === 'terminate-environment') await elasticBeanstalk.terminate(id)
    })
  },
}

/** What must hold before the environment that was left is made too small for the way back to be quick. */
const BEFORE_SHRINKING = new Set(['propagation-proved', 'target-ok', 'holds-no-production', 'nothing-in-flight'])

/** A termination that AWS began and gave up, by what is left of the stack and who holds on to it. */
function notTerminated(name: string, status: string | undefined, facts: Facts): Problem {
  const { referring } = facts
  const left = failedToDelete(facts)
  const groups = referring?.ok ? referring.value.map(({ id, name: group }) => `${group} (${id})`).join(', ') : ''
  const failed = left.map(({ logicalId, physicalId }) => `${logicalId} (${physicalId})`).join(', ')
  return problem('refused-by-aws', `${name} was not terminated`, {
    meaning: `It is ${status ?? 'unknown'} again${failed === '' ? '' : `: CloudFormation could not delete ${failed}`}. Production is not affected: it stays on the other environment. What is left of it costs money.`,
    remedy:
      groups === ''
        ? 'Read the events: mostly another security group still refers to one of its own. Remove that reference in the AWS console, then try again.'
        : `The security group ${groups} still lets it in: remove that rule in the EC2 console, then try again.`,
  }).problem
}

function failedToDelete({ resources }: Facts): readonly StackResource[] {
  return resources?.ok ? (resources.value ?? []).filter(({ status }) => status === 'DELETE_FAILED') : []
}

/** An update in flight is aborted first, where AWS lets it: only a Ready environment can be terminated. */
function dueOf(state: ReleaseState, sight: Sight): 'abort-update' | 'terminate-environment' | null {
  const { from } = partsOf(state, sight)
  if (isReady(from.environment)) return 'terminate-environment'
  const aborted = recordOf(state, 'retire').effects['abort-update'] !== undefined
  return state.release.track === 'rollback' && from.environment?.abortable && !aborted ? 'abort-update' : null
}

/** A create that was meant and not answered may still appear. */
function createMayBeUnseen(state: ReleaseState, now: number): boolean {
  const meant = state.forward.clone.intents['create-environment']
  return meant !== undefined && now - meant < 4 * READ_LAG_MILLISECONDS
}

function gatesOf(state: ReleaseState, sight: Sight, facts: Facts): readonly Gate[] {
  const { from, to } = partsOf(state, sight)
  const { at } = sight
  const { release } = state
  const both = [
    evidence('elasticbeanstalk:DescribeEnvironments', at, describe(from.environment)),
    evidence('elasticbeanstalk:DescribeEnvironments', at, describe(to.environment)),
  ]
  const holder = holderOf(state, sight)
  const abortable = release.track === 'rollback' && from.environment?.abortable === true
  const served = release.track === 'forward' || state.rollbackSwapped
  const gates = [
    holder === to.colour
      ? gate(
          'holds-no-production',
          `${from.name} does not hold the production URL`,
          'passed',
          `${release.productionCname} belongs to ${to.name}.`,
          both,
        )
      : gate(
          'holds-no-production',
          `${from.name} does not hold the production URL`,
          holder === null ? 'unknown' : 'failed',
          holder === null
            ? 'Neither environment of this release holds the production URL.'
            : `${from.name} holds ${release.productionCname}: terminating it would take production down.`,
          both,
          {
            remedy: 'Nothing is terminated while this is so. Find out who has swapped the URLs.',
          },
        ),
    isReady(from.environment) || abortable
      ? gate(
          'nothing-in-flight',
          `Nothing else is changing ${from.name}`,
          'passed',
          abortable ? 'Its update will be aborted first.' : 'Its status is Ready.',
          both,
        )
      : gate(
          'nothing-in-flight',
          `Nothing else is changing ${from.name}`,
          'waiting',
          `Its status is ${from.environment?.status ?? 'unknown'}.`,
          both,
          { remedy: 'Wait until it is Ready.' },
        ),
    ...(facts.database
      ? [independenceGate(facts.database), otherDataGate(facts.database)]
      : [gate('independent', `${from.name} is independent of its database`, 'unknown', 'It could not be read.', [])]),
    securityGroupGate(from.name, facts, at),
    ...standbyGates(state, at),
  ]
  if (!served) return gates
  const proved = recordOf(state, 'propagation').provedAt
  const typed = recordOf(state, 'retire').typedUrl
  return [
    gate(
      'propagation-proved',
      'The world has followed the swap',
      proved === null ? 'failed' : 'passed',
      proved === null ? 'Propagation is not proved.' : 'Every proof of the step before holds.',
      [evidence('dns', proved ?? at, 'propagation')],
    ),
    healthGate('target-ok', `${to.name} is Ready and Ok`, to.environment, to.health, at, false),
    gate(
      'still-answers',
      `${to.name} answers at the production URL`,
      facts.stays?.kind === 'answer' && facts.stays.status < 500 ? 'passed' : 'waiting',
      facts.stays ? said(facts.stays) : 'Not asked yet.',
      [evidence('http', at, facts.stays ? said(facts.stays) : 'not asked')],
      {
        waivable: true,
        remedy:
          'It asks again by itself. Where this computer cannot reach it, check from one that can and say what you saw.',
      },
    ),
    ...gates,
    typed?.toLowerCase() === release.productionCname.toLowerCase()
      ? gate('typed-url', 'You typed the production URL', 'passed', typed, [evidence('operator', at, typed)])
      : gate(
          'typed-url',
          'You typed the production URL',
          'waiting',
          `Type ${release.productionCname} to confirm.`,
          [],
          { remedy: 'Type it by hand: it is what everybody uses after the old environment is gone.' },
        ),
  ]
}

function securityGroupGate(name: string, { referring }: Facts, at: number): Gate {
  const title = `No other security group refers to ${name}`
  if (referring === null)
    return gate('no-dependants', title, 'unknown', 'Its security group could not be found in its stack.', [], {
      waivable: true,
      remedy: 'Look at its security group in the EC2 console, and say what you saw.',
    })
  if (!referring.ok)
    return gate(
      'no-dependants',
      title,
      'unknown',
      referring.problem.title,
      [evidence('ec2:DescribeSecurityGroups', referring.at, referring.problem.title)],
      { waivable: true, ...(referring.problem.remedy ? { remedy: referring.problem.remedy } : {}) },
    )
  const names = referring.value.map(({ id, name: group }) => `${group} (${id})`).join(', ')
  return referring.value.length === 0
    ? gate('no-dependants', title, 'passed', 'Nothing refers to its security group.', [
        evidence('ec2:DescribeSecurityGroups', referring.at, 'no rule refers to it'),
      ])
    : gate(
        'no-dependants',
        title,
        'failed',
        `${names} lets it in: AWS could not delete its security group, and the termination would hang.`,
        [evidence('ec2:DescribeSecurityGroups', at, names)],
        {
          remedy: 'Remove that rule in the EC2 console once nothing needs it, then this goes on.',
        },
      )
}

function proofsOf(state: ReleaseState, sight: Sight, facts: Facts): readonly Gate[] {
  const { from, to } = partsOf(state, sight)
  const holds = holderOf(state, sight) === to.colour
  const proofs = [
    gate(
      'terminated',
      `${from.name} is terminated`,
      'passed',
      from.environment ? 'Its status is Terminated.' : 'AWS does not list it.',
      [evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(from.environment))],
    ),
    stackGate(facts.resources, sight.at),
    gate(
      'production-stays',
      `${to.name} holds the production URL and answers`,
      holds && (facts.stays === null || facts.stays.kind === 'answer') ? 'passed' : 'waiting',
      facts.stays ? said(facts.stays) : describe(to.environment),
      [evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(to.environment))],
      {
        waivable: true,
        remedy: 'It asks again by itself.',
      },
    ),
  ]
  if (facts.dangling) proofs.push(danglingProof(facts.dangling, state.left, sight.at))
  if (state.release.track === 'rollback') {
    proofs.push(
      gate(
        'template-gone',
        'Nothing temporary is left',
        facts.templateLeft ? 'waiting' : 'passed',
        facts.templateLeft
          ? 'The temporary configuration template is still there.'
          : 'No temporary configuration template is left.',
        [evidence('elasticbeanstalk:DescribeApplications', sight.at, state.release.green.templateName)],
      ),
    )
  }
  return proofs
}

function stackGate(stack: Facts['resources'], at: number): Gate {
  const [id, title, source] = ['stack-gone', 'Its stack is gone', 'cloudformation:ListStackResources']
  if (stack?.ok === false) return unreadable(id, title, source, stack, true)
  // Never made, or no longer listed, or listed with nothing left in it.
  const left = (stack?.value ?? []).filter(({ status }) => status !== 'DELETE_COMPLETE').length
  const summary = left === 0 ? 'CloudFormation has deleted its resources.' : 'CloudFormation still lists resources.'
  const seen = [evidence(source, stack?.at ?? at, left === 0 ? 'no stack' : `${left} resources`)]
  return gate(id, title, left === 0 ? 'passed' : 'waiting', summary, seen, {
    waivable: true,
    remedy: 'Wait; where it stays, look at the stack in the CloudFormation console.',
  })
}

async function stillAnswers(state: ReleaseState, environment: Sight['blue'], hands: Hands): Promise<HttpAnswer> {
  const { productionCname, settings } = state.release
  const path = settings.checks[0]?.path ?? '/'
  return ask(await addressesOf(environment, state, hands), productionCname, path, hands)
}
