import type { Entry } from '../contract/entries.ts'
import type { RouteChoice, RouteId } from '../contract/independence.ts'
import type { Environment, Gate, Instant, Preview } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import { option } from './clone-options.ts'
import { couplingsOf, type DatabaseEvidence, settingOf } from './couplings.ts'
import { type DecouplingFacts, groupsOf, managedDatabase, propertiesOf, readDecoupling } from './decouple.ts'
import { nameOf } from './decouple-preview.ts'
import { evidenceOf, independenceGate, readDatabaseEvidence, verdictOf } from './independence.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, type Reading } from './step.ts'
import type { OptionSetting, World } from './world.ts'

/*
 * For those who may not touch blue before the swap (AWS knowledge center, "How do I decouple an Amazon RDS instance from
 * an Elastic Beanstalk environment without downtime, database sync issues, or data loss?"): green uses blue's database from
 * outside, and blue is decoupled once production has left it.
 */

const DATABASE = 'aws:rds:dbinstance'
const LAUNCH = 'aws:autoscaling:launchconfiguration'
const NOT_READ = 'The environment is independent of its database'
const USES_IT = 'Green has no database of its own: it uses blue’s from outside, as you chose.'

/** What this route rests on, beside blue's own evidence. */
export interface RouteFacts {
  /** Null where there is no database that could be decoupled. */
  readonly decoupling: DecouplingFacts | null
  /** Null until green is there. */
  readonly green: DatabaseEvidence | null
}

/** Reads it anew; null on the other route. */
export async function readRoute(
  world: World,
  state: ReleaseState,
  blue: DatabaseEvidence | null,
  green: Environment | null,
): Promise<RouteFacts | null> {
  if (state.route !== 'decouple-later' || state.release.track !== 'forward') return null
  const [decoupling, seen] = await Promise.all([
    readDecoupling(world, state, blue),
    green === null ? null : readDatabaseEvidence(world, green),
  ])
  return { decoupling, green: seen }
}

/** What the operator may choose between now; null where nothing can be decoupled, and once green is being made. */
export function routesOf(state: ReleaseState, seen: DatabaseEvidence | null): RouteChoice | null {
  const { release, route, decoupling, forward } = state
  if (release.track !== 'forward' || release.green.id !== null || forward.clone.intents['create-environment'])
    return null
  const found = seen && isCoupled(seen) ? managedDatabase(seen) : null
  const database = found ?? (route === 'decouple-later' ? (decoupling?.id ?? '') : null)
  return database === null ? null : { chosen: route, database }
}

/** What the journal gets for a choice; throws where there is none. A release that has gone on goes back to the first step. */
export function routeEntries(
  state: ReleaseState,
  offered: RouteChoice | null | undefined,
  route: RouteId,
  at: Instant,
): readonly Entry[] {
  if (!offered)
    throw problem('locked', 'There is nothing to choose there now', { remedy: 'Look at what is shown now.' })
  if (route === state.route) return []
  const chosen = { kind: 'route-chosen', at, route } as const
  if (state.release.step === 'independence') return [chosen]
  return [
    { kind: 'returned', at, step: 'independence', why: 'The operator chose to decouple the database otherwise' },
    chosen,
    { kind: 'entered', at, step: 'independence' },
  ]
}

/** Whether blue may be left as it is tied: the gate of this route, and with green there its proof; else the one of independence. */
export function bindingGates(
  state: ReleaseState,
  blue: DatabaseEvidence | null,
  facts: RouteFacts | null | undefined,
): readonly Gate[] {
  if (!blue) return [gate('independent', NOT_READ, 'unknown', 'Blue could not be read.', [])]
  if (state.route !== 'decouple-later' || !facts) return [independenceGate(blue)]
  const { green } = facts
  return [routeGate(state, blue, facts.decoupling), ...(green ? [outsideGate(green, facts.decoupling)] : [])]
}

function isCoupled(seen: DatabaseEvidence): boolean {
  return verdictOf(seen).startsWith('coupled-')
}

/** That nothing is lost though the database is coupled: exactly one, with a snapshot, protected, and open to green. Never waivable. */
function routeGate(state: ReleaseState, blue: DatabaseEvidence, facts: DecouplingFacts | null): Gate {
  const id = 'decouple-later'
  const title = 'Its database may stay with it until after the swap'
  const { name } = blue.environment
  const isBefore = state.release.step === 'independence'
  const seen = [...evidenceOf(blue), ...(facts ? evidenceOfRoute(state, facts) : [])]
  const say = (status: Gate['status'], summary: string, remedy: string) =>
    gate(id, title, status, summary, seen, { remedy })
  const unread = unreadOf(blue, facts)
  // Once green is made somebody else may have decoupled it in the right order: nothing hangs on blue then.
  const isLeft =
    state.release.green.id !== null && ['independent', 'external-with-security-group'].includes(verdictOf(blue))
  const isAlone = isLeft || (isCoupled(blue) && facts !== null && managedDatabase(blue) === facts.databaseId)
  if (unread)
    return say(
      'unknown',
      `Not everything that this rests on could be read: ${unread.title}`,
      unread.remedy ?? 'Try again.',
    )
  if (couplingsOf(blue).some(({ kind }) => kind === 'hidden'))
    return say('unknown', `Not everything in the stack of ${name} can be seen.`, 'Choose to decouple it first.')
  if (!isAlone || facts === null)
    return say(
      'failed',
      `What hangs on ${name} is not just the one database that Elastic Beanstalk made for it.`,
      'Choose to decouple it first, and look at what hangs on it.',
    )
  const details = facts.details.ok ? facts.details.value : null
  const snapshot = facts.snapshot.ok ? facts.snapshot.value?.status : undefined
  if (details === null)
    return say(
      'failed',
      `RDS does not know ${facts.databaseId} any more: another hand has deleted it.`,
      `Restore it from the snapshot ${nameOf(state)}: AWS console, RDS, Snapshots.`,
    )
  const open = isBefore ? 'waiting' : 'failed'
  if (snapshot !== 'available')
    return say(
      open,
      isBefore ? 'A snapshot comes first.' : `The snapshot ${nameOf(state)} is not available any more.`,
      isBefore ? NEXT : `Take a snapshot of ${facts.databaseId} in the RDS console, and name it ${nameOf(state)}.`,
    )
  if (!details.deletionProtection)
    return say(
      open,
      isBefore ? 'It is not protected from deletion yet.' : 'Another hand has switched its deletion protection off.',
      isBefore ? NEXT : `Switch deletion protection of ${facts.databaseId} on again: RDS console, Modify.`,
    )
  if (!facts.allowed.ok || !facts.allowed.value)
    return say(
      open,
      isBefore
        ? 'It does not let green in yet.'
        : 'It does not let in the security group that was made for green any more.',
      isBefore
        ? NEXT
        : `Let the security group ${nameOf(state)} in again at the database: EC2 console, Security groups.`,
    )
  return say(
    'passed',
    `${facts.databaseId} ${isLeft ? 'is out of' : 'hangs on'} ${name}${isLeft ? ' already' : ' until after the swap'}: a snapshot of it is available, RDS protects it from deletion, and it lets green in.`,
    '',
  )
}

const NEXT = 'Read what comes next below, then throw the lever.'

/** That green neither has nor makes a database, and reaches blue's. Never waivable. */
function outsideGate(green: DatabaseEvidence, facts: DecouplingFacts | null): Gate {
  const id = 'uses-from-outside'
  const title = 'Green uses the same database from outside'
  const { name } = green.environment
  const verdict = verdictOf(green)
  const groupId = facts?.group.ok ? facts.group.value?.id : undefined
  const groups = green.settings.ok ? groupsOf(green.settings.value) : []
  const isIn = groupId !== undefined && groups.includes(groupId)
  const isLetIn = facts?.allowed.ok === true && facts.allowed.value
  const seen = [
    ...evidenceOf(green),
    evidence(
      'elasticbeanstalk:DescribeConfigurationSettings',
      green.settings.at,
      `SecurityGroups: ${groups.join(', ')}`,
    ),
  ]
  const say = (status: Gate['status'], summary: string, remedy: string) =>
    gate(id, title, status, summary, seen, { remedy })
  if (verdict === 'unknown')
    return say('unknown', `Whether ${name} has a database of its own could not be read.`, 'Try again.')
  if (verdict.startsWith('coupled-'))
    return say(
      'failed',
      `${name} has a database of its own: it does not use blue’s data.`,
      'Somebody has coupled one to it. Roll back; what is in it has to be looked at by hand.',
    )
  if (!isIn || !isLetIn)
    return say(
      'failed',
      isIn
        ? 'The database does not let in its security group.'
        : `${name} does not carry the security group that the database lets in.`,
      'Roll back and begin again, or have it put right in the AWS console.',
    )
  return say(
    'passed',
    `Its stack holds no database; its instances carry ${groupId}, which ${facts?.databaseId ?? ''} lets in.`,
    '',
  )
}

function evidenceOfRoute(state: ReleaseState, facts: DecouplingFacts) {
  const { databaseId, details, snapshot, allowed } = facts
  const line = <T>(source: string, read: Reading<T>, text: (value: T) => string) =>
    evidence(source, read.at, read.ok ? text(read.value) : read.problem.title)
  return [
    line('rds:DescribeDBSnapshots', snapshot, (value) => `${nameOf(state)}: ${value?.status ?? 'not there'}`),
    line(
      'rds:DescribeDBInstances',
      details,
      (value) => `${databaseId}: DeletionProtection = ${value?.deletionProtection}`,
    ),
    line('ec2:DescribeSecurityGroups', allowed, (value) => `${nameOf(state)} is ${value ? '' : 'not '}let in`),
  ]
}

function unreadOf(blue: DatabaseEvidence, facts: DecouplingFacts | null) {
  const { settings, resources, databases, bundle, referring } = blue
  const read = [settings, resources, databases, bundle, referring]
  const own = facts ? [facts.details, facts.snapshot, facts.group, facts.allowed] : []
  return [...read, ...own].flatMap((each) => (each.ok ? [] : [each.problem]))[0]
}

/** The options by which green is made without a database and lets itself in at blue's, on top of a configuration. */
export function outsideOptions(
  base: readonly OptionSetting[],
  blue: DatabaseEvidence,
  facts: DecouplingFacts,
  password: string | null,
): { readonly settings: readonly OptionSetting[]; readonly remove: readonly OptionSetting[] } {
  const groupId = facts.group.ok ? facts.group.value?.id : undefined
  const details = facts.details.ok ? facts.details.value : null
  const own = new Set(((blue.resources.ok && blue.resources.value) || []).map(({ physicalId }) => physicalId))
  const groups = [...groupsOf(base).filter((id) => !own.has(id)), ...(groupId === undefined ? [] : [groupId])]
  return {
    settings: [
      // A configuration that carries the coupling makes a new, empty database (AWS developer guide, cloning).
      option(DATABASE, 'HasCoupledDatabase', 'false'),
      option(LAUNCH, 'SecurityGroups', groups.join(',')),
      ...(password === null || password === '' || details === null ? [] : propertiesOf(details, password)),
    ],
    remove: base.filter(({ namespace, optionName }) => namespace === DATABASE && optionName !== 'HasCoupledDatabase'),
  }
}

/** Why green's option has to differ from blue's on this route; null where it need not. */
export function meantOnRoute(state: ReleaseState, key: string): string | null {
  if (state.route !== 'decouple-later') return null
  if (key.startsWith(`${DATABASE}/`)) return USES_IT
  if (key === `${LAUNCH}/SecurityGroups`) return 'Green carries the security group that the database lets in.'
  const given = /^aws:elasticbeanstalk:application:environment\/RDS_(HOSTNAME|PORT|DB_NAME|USERNAME|PASSWORD)$/
  return given.test(key) ? 'Elastic Beanstalk gives it to blue by itself; green has it as a property.' : null
}

/** What creating green means on this route, before the lever is thrown. */
export function outsidePreview(state: ReleaseState, facts: RouteFacts): Preview | null {
  const { decoupling } = facts
  if (!decoupling) return null
  const { name } = state.release.green
  return {
    title: 'Create green without a database',
    words: `${name} is made from the configuration of ${state.release.blue.name} without its database, and carries the security group ${nameOf(state)}, which ${decoupling.databaseId} lets in: both use the same data. With a password the properties RDS_HOSTNAME, RDS_PORT, RDS_DB_NAME, RDS_USERNAME and RDS_PASSWORD, which Elastic Beanstalk gives blue by itself, are set on green; leave it empty where the application has properties of its own.`,
    calls: [
      `elasticbeanstalk:CreateConfigurationTemplate ${state.release.green.templateName} from ${state.release.blue.id}`,
      `elasticbeanstalk:CreateEnvironment ${name}: ${DATABASE} HasCoupledDatabase = false, all else of ${DATABASE} removed, ${LAUNCH} SecurityGroups + ${nameOf(state)}`,
    ],
    asksPassword: true,
  }
}

/** What whoever goes on by hand must know of blue's database; null where it was decoupled, or was never to be left with blue. */
export function stillTied({ route, decoupling, decoupledAt, release }: ReleaseState): string | null {
  if (route !== 'decouple-later' || decoupling === null || decoupledAt !== null) return null
  return `The database ${decoupling.id} still belongs to ${release.blue.name}, and ${release.green.name} uses it too: terminating ${release.blue.name} before it is decoupled with the policy Retain would delete the data, or fail.`
}

/** What a way back meets once blue was decoupled: Elastic Beanstalk has taken its properties away with the database. */
export function lostPropertiesGates(
  state: ReleaseState,
  settings: Reading<readonly OptionSetting[]> | null | undefined,
  at: Instant,
): readonly Gate[] {
  if (state.route !== 'decouple-later' || state.decoupledAt === null) return []
  const { name } = state.release.blue
  const isCoupledStill = settings?.ok === true && settingOf(settings.value, 'HasCoupledDatabase') === 'true'
  return [
    gate(
      'blue-reaches-database',
      'Blue reaches its database',
      isCoupledStill ? 'passed' : 'failed',
      isCoupledStill
        ? `${name} is still coupled to it.`
        : `${name} was decoupled: it has lost the RDS_ properties that Elastic Beanstalk gave it, and the database may not let it in any more. Without them its application does not find the data.`,
      [
        evidence(
          'elasticbeanstalk:UpdateEnvironment',
          state.decoupledAt ?? at,
          'HasCoupledDatabase = false was asked for',
        ),
      ],
      {
        waivable: true,
        remedy: `Set RDS_HOSTNAME, RDS_PORT, RDS_DB_NAME, RDS_USERNAME and RDS_PASSWORD on ${name} in the AWS console, attach the security group ${nameOf(state)} to it, look whether it works at its own URL, and say so here.`,
      },
    ),
  ]
}
