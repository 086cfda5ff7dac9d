import type { ApplicationVersion, Environment, Gate } from '../../contract/models.ts'
import { problem } from '../../contract/problem.ts'
import type { DatabaseEvidence } from '../couplings.ts'
import { inWords, settingsDifferences } from '../differences.ts'
import { auditDomains, type DomainAudit, domainsGate, domainViews } from '../domain-audit.ts'
import { whoAnswered } from '../fingerprint.ts'
import { readDatabaseEvidence } from '../independence.ts'
import { managedUpdateGate, type Neighbours, onlyReleaseGate, readNeighbours } from '../neighbours.ts'
import { bothAddresses, said } from '../reach.ts'
import { bindingGates, lostPropertiesGates, type RouteFacts, readRoute } from '../route.ts'
import { actGrow, growOf, sizeGates } from '../shrink.ts'
import { type ReleaseState, recordOf } from '../state.ts'
import {
  describe,
  evidence,
  gate,
  type Hands,
  healthGate,
  holderOf,
  isReady,
  journalled,
  partsOf,
  READ_LAG_MILLISECONDS,
  type Reading,
  reading,
  type Sight,
  type Step,
  unreadable,
} from '../step.ts'
import type { HttpAnswer, OptionSetting, StackResource, World } from '../world.ts'

interface Facts {
  readonly database: DatabaseEvidence | null
  /** Null on the route that decouples blue first. */
  readonly route?: RouteFacts | null
  /** What else must still be as it was when green was made and tested; null on the way back, and once it is swapped. */
  readonly unchanged: Unchanged | null
  /** Whether the domains that people type follow; null on the way back, and once it is swapped. */
  readonly domains?: DomainAudit | null
  /** Blue's settings on the way back, where this release has shrunk or decoupled it. */
  readonly size?: Reading<readonly OptionSetting[]> | null
  /** Blue's stack on the way back, where its instances cannot be counted. */
  readonly stack?: Reading<readonly StackResource[] | null> | null
  /** What the production URL answers, asked of the zone's own servers; null before the swap. */
  readonly production: { readonly answer: HttpAnswer; readonly by: 'blue' | 'green' | 'other' | 'error' } | null
}

interface Unchanged {
  readonly differences: Reading<readonly string[]>
  readonly version: Reading<ApplicationVersion | null>
  readonly neighbours: Neighbours
}

/** Exchanges the two CNAMEs, by id. The same step swaps back, with the roles exchanged. */
export const swap: Step<Facts> = {
  id: 'swap',
  hasLever: true,
  factsSeconds: 15,

  async observe(state, sight, hands) {
    const { to } = partsOf(state, sight)
    if (holderOf(state, sight) === to.colour)
      return { database: null, unchanged: null, production: await askProduction(state, sight, hands) }
    // Blue is never asked again on the way back: nothing is terminated by a swap.
    const { blue, green } = sight
    if (state.release.track === 'rollback' || !blue || !green) {
      const isChanged = state.shrunk !== null || state.decoupledAt !== null
      const isBack = state.release.track === 'rollback' && isChanged && blue !== null
      const { elasticBeanstalk } = hands.world
      const size = isBack
        ? await reading(hands.world, () => elasticBeanstalk.deployedSettings(blue.application, blue.name))
        : null
      const isUncounted = state.release.track === 'rollback' && blue !== null && sight.blueHealth === null
      const stack = isUncounted ? await reading(hands.world, () => hands.world.stack.resources(blue.id)) : null
      return { database: null, unchanged: null, production: null, size, stack }
    }
    const [route, database, unchanged, domains] = await Promise.all([
      readRoute(hands.world, state, null, green),
      readDatabaseEvidence(hands.world, blue),
      readUnchanged(state, blue, green, hands.world),
      auditDomains(state, sight, hands),
    ])
    return { database, route, unchanged, production: null, domains }
  },

  judge(state, sight, facts) {
    const { to, from, record: read } = partsOf(state, sight)
    const record = read('swap')
    const holder = holderOf(state, sight)
    const swappedAt = record.effects['swap-cnames']
    if (holder !== to.colour) {
      const moving = from.environment?.status === 'Updating' || to.environment?.status === 'Updating'
      if (swappedAt !== undefined) {
        const late = sight.at - swappedAt > READ_LAG_MILLISECONDS * 2 && !moving
        return {
          gates: null,
          proofs: [],
          due: null,
          progress: late ? null : { label: 'Elastic Beanstalk swaps the CNAMEs', fraction: null, secondsLeft: 6 },
          stuck: late
            ? problem('refused-by-aws', 'The swap did not happen', {
                meaning: `The production URL still belongs to ${holder ? state.release[holder].name : 'neither environment'}.`,
                remedy: 'Read the events, then try again.',
              }).problem
            : null,
        }
      }
      const gates = gatesOf(state, sight, facts)
      const growing = growOf(state, sight, facts.size ?? null)
      if (growing) return { ...growing, gates: growing.gates && gates.filter(({ id }) => BEFORE_GROWING.has(id)) }
      return {
        gates,
        proofs: [],
        due: 'swap-cnames',
        progress: null,
        stuck: null,
        ...(facts.domains ? { domains: domainViews(facts.domains) } : {}),
      }
    }
    const exchanged = isReady(to.environment) && isReady(from.environment)
    const answered = facts.production
    return {
      gates: null,
      proofs: [
        gate(
          'cnames-exchanged',
          'The API shows both CNAMEs exchanged',
          exchanged ? 'passed' : 'waiting',
          exchanged
            ? `${state.release.productionCname} belongs to ${to.name} now.`
            : 'The CNAMEs are exchanged; the environments are still Updating.',
          [
            evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(to.environment)),
            evidence('elasticbeanstalk:DescribeEnvironments', sight.at, describe(from.environment)),
          ],
        ),
        gate(
          'production-answers',
          `The production URL answers with ${to.colour}`,
          answered?.by === to.colour ? 'passed' : 'waiting',
          answered
            ? `${state.release.productionCname}: ${said(answered.answer)}, answered by ${answered.by}.`
            : 'Not asked yet.',
          answered ? [evidence('http', sight.at, `${said(answered.answer)}: ${answered.by}`)] : [],
          {
            waivable: true,
            remedy:
              'It asks again by itself. Where this computer cannot reach the URL, check it from one that can and say what you saw.',
          },
        ),
      ],
      due: null,
      progress: { label: 'Proving that the swap has happened', fraction: null, secondsLeft: null },
      stuck: null,
    }
  },

  async act(action, state, _sight, _facts, hands) {
    if (action === 'grow-environment') return actGrow(state, hands)
    const [blueId, greenId] = [state.release.blue.id, state.release.green.id]
    if (greenId === null) return
    const note = { step: 'swap' as const, action, detail: `${blueId} and ${greenId}` }
    await journalled(hands, note, () => hands.world.elasticBeanstalk.swapCnames(blueId, greenId))
  },
}

/** What must hold before blue is scaled back, which is before it can carry anything. */
const BEFORE_GROWING = new Set(['one-application', 'nothing-in-flight', 'holder'])

function gatesOf(
  state: ReleaseState,
  sight: Sight,
  { database, route, unchanged: read, domains, size, stack }: Facts,
): readonly Gate[] {
  const { to, from } = partsOf(state, sight)
  const { at } = sight
  const both = [
    evidence('elasticbeanstalk:DescribeEnvironments', at, describe(from.environment)),
    evidence('elasticbeanstalk:DescribeEnvironments', at, describe(to.environment)),
  ]
  const quiet = isReady(to.environment) && isReady(from.environment)
  const holder = holderOf(state, sight)
  const common = [
    gate(
      'one-application',
      'Both belong to one application',
      to.environment && to.environment.application === from.environment?.application ? 'passed' : 'failed',
      state.release.application,
      both,
    ),
    gate(
      'nothing-in-flight',
      'Both are Ready, nothing is in flight',
      quiet ? 'passed' : 'waiting',
      quiet ? 'Both environments are Ready.' : 'One of them is being changed.',
      both,
      { remedy: 'Wait until it is Ready again.' },
    ),
    healthGate(
      'target-ok',
      `${to.colour === 'green' ? 'Green' : 'Blue'} is Ok`,
      to.environment,
      to.health,
      at,
      state.release.track === 'rollback',
    ),
    holder === from.colour
      ? gate(
          'holder',
          `${from.name} holds the production URL`,
          'passed',
          `${state.release.productionCname} belongs to ${from.name}.`,
          both,
        )
      : gate(
          'holder',
          `${from.name} holds the production URL`,
          'failed',
          'Neither environment of this release holds the production URL: somebody else has swapped it away.',
          both,
          {
            remedy: 'Find out in the AWS console who holds it now; then stop this release.',
          },
        ),
  ]
  if (state.release.track === 'rollback')
    return [
      ...common,
      ...sizeGates(state, size ?? null, at),
      capacityGate(state, sight, stack),
      ...lostPropertiesGates(state, size, at),
    ]
  const tested = recordOf(state, 'test').provedAt !== null
  const unchanged = to.environment?.versionLabel === state.version?.label
  return [
    ...common,
    gate(
      'still-tested',
      'Green is what was tested',
      tested && unchanged ? 'passed' : 'failed',
      tested && unchanged
        ? `Green still runs ${state.version?.label ?? ''}, as tested.`
        : `Green runs ${to.environment?.versionLabel ?? 'nothing'} now, which was not tested.`,
      both,
      {
        remedy: 'Go back and test again.',
      },
    ),
    ...bindingGates(state, database, route),
    ...(read ? [configurationGate(state, read), versionGate(state, read), ...neighbourGates(read)] : []),
    ...(domains ? [domainsGate(domains, at)] : []),
  ]
}

/** Everything that another hand could have changed since the clone and the test, and that the API can tell. */
async function readUnchanged(
  state: ReleaseState,
  blue: Environment,
  green: Environment,
  world: World,
): Promise<Unchanged> {
  const { application } = state.release
  const { elasticBeanstalk, stack } = world
  const label = state.version?.label ?? ''
  const [differences, version, neighbours] = await Promise.all([
    reading(world, async () => {
      const [blueSettings, greenSettings, blueStack, greenStack] = await Promise.all([
        elasticBeanstalk.deployedSettings(application, blue.name),
        elasticBeanstalk.deployedSettings(application, green.name),
        stack.resources(blue.id),
        stack.resources(green.id),
      ])
      return settingsDifferences(blueSettings, greenSettings, { blue: blueStack ?? [], green: greenStack ?? [] })
    }),
    reading(world, async () => (await elasticBeanstalk.versions(application, [label]))[0] ?? null),
    readNeighbours(world, state, blue, [blue.id, green.id]),
  ])
  return { differences, version, neighbours }
}

/** Differences that were there after the clone were shown and decided upon there; new ones were made by another hand. */
function configurationGate(state: ReleaseState, { differences }: Unchanged): Gate {
  const id = 'same-configuration'
  const title = 'Both are configured as they were cloned'
  const source = 'elasticbeanstalk:DescribeConfigurationSettings'
  if (!differences.ok) return unreadable(id, title, source, differences, true)
  const cloned = state.forward.clone.proofs.find((proof) => proof.id === 'same-settings')?.evidence ?? []
  // What was chosen for green, or is held off until the end, was seen there too.
  const meant = (state.fidelity?.rows ?? []).filter(({ verdict }) => verdict !== 'same').map(inWords)
  const decided = new Set([...cloned.map(({ text }) => text), ...meant])
  const fresh = differences.value.filter((line) => !decided.has(line))
  return gate(
    id,
    title,
    fresh.length === 0 ? 'passed' : 'failed',
    fresh.length === 0
      ? 'Nobody has changed the configuration of either since.'
      : `${fresh.length} settings of blue or green were changed since by another hand.`,
    fresh.length === 0
      ? [evidence(source, differences.at, 'no difference that was not there after the clone')]
      : fresh.map((line) => evidence(source, differences.at, line)),
    {
      waivable: true,
      remedy: 'Read the differences and ask whoever made them. Make them on green too, or say why they may stay.',
    },
  )
}

/** An instance that is launched later, by auto scaling, fetches the version: without it green cannot grow or heal. */
function versionGate(state: ReleaseState, { version }: Unchanged): Gate {
  const id = 'version-there'
  const label = state.version?.label ?? 'none'
  const title = `Elastic Beanstalk still has version ${label}`
  const source = 'elasticbeanstalk:DescribeApplicationVersions'
  if (!version.ok) return unreadable(id, title, source, version, true)
  const found = version.value
  return gate(
    id,
    title,
    found ? 'passed' : 'failed',
    found ? `It is ${found.status}.` : 'Somebody has deleted it: green runs it, but a new instance could not start.',
    [evidence(source, version.at, found ? `${found.bucket}/${found.key}` : 'not listed')],
    { waivable: true, remedy: 'Choose another version, which is uploaded and deployed anew.' },
  )
}

function neighbourGates({ neighbours }: Unchanged): readonly Gate[] {
  return [managedUpdateGate(neighbours), onlyReleaseGate(neighbours)]
}

/** Before traffic goes back the old side must be able to carry it (as Spinnaker checks capacity before it rolls back). */
function capacityGate(state: ReleaseState, sight: Sight, stack: Facts['stack']): Gate {
  const count = (health: Sight['blueHealth']) =>
    health?.instances.filter(({ status }) => status === 'Ok').length ?? null
  const [blue, green] = [count(sight.blueHealth), count(sight.greenHealth)]
  const title = 'Blue can carry the traffic again'
  // A termination that AWS has given up leaves an environment that is Ready, and without instances.
  const isAlive = ({ logicalId, status }: StackResource) =>
    logicalId === 'AWSEBAutoScalingGroup' && status !== 'DELETE_COMPLETE'
  if (blue === null && stack?.ok && !stack.value?.some(isAlive))
    return gate('capacity', title, 'failed', 'Its Auto Scaling group is gone: it has no instances to answer with.', [
      evidence('cloudformation:ListStackResources', stack.at, 'no AWSEBAutoScalingGroup'),
    ])
  if (blue === null || green === null)
    return gate('capacity', title, 'unknown', 'Without enhanced health the instances cannot be counted.', [], {
      waivable: true,
      remedy: 'Look in the AWS console, then say what you saw.',
    })
  return gate(
    'capacity',
    title,
    blue >= green ? 'passed' : 'failed',
    `Blue has ${blue} instances that are Ok, green has ${green}.`,
    [evidence('elasticbeanstalk:DescribeInstancesHealth', sight.at, `${state.release.blue.name}: ${blue}`)],
    {
      // No reason brings back an environment that has nothing to answer with.
      waivable: blue > 0,
      remedy:
        blue > 0
          ? 'Raise the minimum size of blue in the AWS console first, or say why fewer are enough.'
          : 'Raise the minimum size of blue in the AWS console, and wait until its instances are Ok.',
    },
  )
}

/** Asks the zone's own servers for the production name, and that address for the page: no cache can flatter the answer. */
async function askProduction(
  state: ReleaseState,
  sight: Sight,
  hands: Hands,
): Promise<NonNullable<Facts['production']>> {
  const { world, signal } = hands
  const name = state.release.productionCname
  const servers = await world.dns.panel(name)
  const authoritative = servers.find(({ role }) => role === 'authoritative') ?? servers[0]
  const found = authoritative ? await world.dns.ask(authoritative, name, signal) : null
  const address = found?.kind === 'addresses' ? found.addresses[0] : undefined
  const path = state.release.settings.checks[0]?.path ?? '/'
  const answer: HttpAnswer = address
    ? await world.probe.get({ address, host: name, path }, signal)
    : { kind: 'failure', detail: 'its name could not be resolved', milliseconds: 0, address: null }
  const { blue, green } = await bothAddresses(state, sight, hands)
  return { answer, by: whoAnswered(state.baseline?.fingerprint, answer, { blue, green }) }
}
