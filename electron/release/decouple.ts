import type { Action } from '../contract/entries.ts'
import type { Gate, Preview } from '../contract/models.ts'
import { type Problem, problem } from '../contract/problem.ts'
import { option } from './clone-options.ts'
import { couplingsOf, type DatabaseEvidence, databasesInStack, settingOf } from './couplings.ts'
import { decouplingPreview, nameOf, type StageId } from './decouple-preview.ts'
import { type ReleaseState, recordOf } from './state.ts'
import {
  evidence,
  gate,
  type Hands,
  isReady,
  type Judgement,
  journalled,
  READ_LAG_MILLISECONDS,
  RELEASE_TAG,
  type Reading,
  reading,
} from './step.ts'
import type { DatabaseDetails, OptionSetting, World } from './world.ts'

/*
 * Takes a database that Elastic Beanstalk made out of its environment, in the one order that loses nothing (AWS developer
 * guide, "Adding a database to your environment", decoupling): whatever is sent along with the decoupling is ignored, and the
 * deletion policy that was active before decides what becomes of the database.
 */

const FIRST = ['snapshot', 'protect', 'retain', 'decouple', 'connect'] as const
/** Before green is made on the other route: nothing of it changes the environment. */
const BESIDE = ['snapshot', 'protect', 'let-in'] as const
/** After the swap on that route; the first two are done, unless another hand has undone them. */
const PARTING = ['snapshot', 'protect', 'retain', 'decouple'] as const

const LAUNCH = 'aws:autoscaling:launchconfiguration'
const PROPERTIES = 'aws:elasticbeanstalk:application:environment'
const OWN_DATABASE = 'AWSEBRDSDatabase'

/** What was read beside the evidence; null where there is no database to decouple. */
export interface DecouplingFacts {
  readonly databaseId: string
  readonly details: Reading<DatabaseDetails | null>
  readonly snapshot: Reading<{ readonly status: string } | null>
  readonly group: Reading<{ readonly id: string } | null>
  /** Whether the database's own security group lets in the separate one. */
  readonly allowed: Reading<boolean>
}

/** How far the decoupling is, and what comes next. */
export interface Decoupling {
  /** The stage that the operator's lever is for; null once all is done. */
  readonly stage: StageId | null
  readonly due: Action | null
  readonly preview: Preview | null
  /** AWS is at work on the stage. */
  readonly working: string | null
  readonly stuck: Problem | null
  readonly proofs: readonly Gate[]
}

/** The database that can be decoupled: the one that Elastic Beanstalk made, where nothing else hangs on the environment. */
export function managedDatabase(seen: DatabaseEvidence): string | null {
  const own = seen.resources.ok
    ? databasesInStack(seen.resources.value ?? []).find(({ logicalId }) => logicalId === OWN_DATABASE)
    : undefined
  if (!own) return null
  const couplings = couplingsOf(seen)
  const others = couplings.some(
    ({ kind, policy, about }) => policy !== undefined && kind !== 'setting' && about !== own.physicalId,
  )
  return others || couplings.some(({ kind }) => kind === 'deleted-behind') ? null : own.physicalId
}

/** Reads what the stages are judged by; null where there is nothing that this can decouple. */
export async function readDecoupling(
  world: World,
  state: ReleaseState,
  seen: DatabaseEvidence | null,
): Promise<DecouplingFacts | null> {
  const databaseId = state.decoupling?.id ?? (seen && managedDatabase(seen))
  if (databaseId === null) return null
  const { databases } = world
  const [details, snapshot, group] = await Promise.all([
    reading(world, () => databases.details(databaseId)),
    reading(world, () => databases.snapshot(nameOf(state))),
    reading(world, () => databases.groupNamed(nameOf(state))),
  ])
  const allowed = await reading(world, async () => {
    const [own, port] = details.ok ? [details.value?.groupIds[0], details.value?.port] : []
    if (!own || !port || !group.ok || group.value === null) return false
    return databases.allows(own, group.value.id, port)
  })
  return { databaseId, details, snapshot, group, allowed }
}

/** Where the decoupling stands, by what AWS shows. Pure: resuming is judging again. */
export function decouplingOf(
  state: ReleaseState,
  seen: DatabaseEvidence,
  facts: DecouplingFacts,
  at: number,
): Decoupling {
  const { environment } = seen
  const settings = seen.settings.ok ? seen.settings.value : []
  const details = facts.details.ok ? facts.details.value : null
  const inStack = databasesInStack((seen.resources.ok && seen.resources.value) || []).length > 0
  const decoupled =
    seen.settings.ok &&
    seen.resources.ok &&
    seen.resources.value !== null &&
    settingOf(settings, 'HasCoupledDatabase')?.toLowerCase() !== 'true' &&
    !inStack
  const groupId = facts.group.ok ? (facts.group.value?.id ?? null) : null
  const attached = groupId !== null && groupsOf(settings).includes(groupId)
  // Both were for the decoupling: what becomes of them after it is the operator's.
  const isOver = decoupled && state.release.step === 'retire'
  const done: Readonly<Record<StageId, boolean>> = {
    snapshot: isOver || (facts.snapshot.ok && facts.snapshot.value?.status === 'available'),
    protect: isOver || details?.deletionProtection === true,
    retain: decoupled || settingOf(settings, 'DBDeletionPolicy') === 'Retain',
    decouple: decoupled,
    connect: attached && facts.allowed.ok && facts.allowed.value,
    'let-in': facts.allowed.ok && facts.allowed.value,
  }
  const stages = stagesOf(state)
  const waived = recordOf(state, 'independence').waivers['stage-connect'] !== undefined
  const stage = stages.find((id) => !(id === 'connect' && waived) && !done[id]) ?? null
  const proofs = stages.map((id) => proofOf(id, done[id], stage, facts, at))
  const nothing = { stage, due: null, preview: null, working: null, stuck: null, proofs }
  if (facts.details.ok && details === null) return { ...nothing, stuck: lostDatabase(facts.databaseId, state) }
  const unread = [seen.settings, seen.resources, facts.details, facts.snapshot, facts.group, facts.allowed].find(
    (each) => !each.ok,
  )
  if (unread && !unread.ok) return { ...nothing, stuck: unread.problem }
  if (stage === null || !details) return nothing
  const preview = decouplingPreview(stage, state, facts.databaseId, environment.name, details)
  if (!isReady(environment)) return { ...nothing, preview, working: `Elastic Beanstalk changes ${environment.name}` }
  const snapshotStatus = facts.snapshot.ok ? facts.snapshot.value?.status : undefined
  if (stage === 'snapshot' && snapshotStatus !== undefined) {
    return snapshotStatus === 'failed'
      ? { ...nothing, stuck: failedSnapshot(facts.databaseId) }
      : { ...nothing, preview, working: `RDS takes a snapshot of ${facts.databaseId} (${snapshotStatus})` }
  }
  return { ...nothing, preview, due: dueOf(stage, groupId !== null, facts.allowed.ok && facts.allowed.value) }
}

function stagesOf({ route, release }: ReleaseState): readonly StageId[] {
  if (route === 'decouple-first') return FIRST
  return release.step === 'retire' ? PARTING : BESIDE
}

/**
 * What a step says of the stage that is next; null once there is none. One lever is one call of each kind: what AWS
 * answered and does not show is not asked for again without a decision.
 */
export function stageOf(
  state: ReleaseState,
  found: Decoupling,
  at: number,
): Required<Pick<Judgement, 'due' | 'progress' | 'stuck' | 'stage' | 'offersLever' | 'preview'>> | null {
  if (found.stage === null && found.stuck === null) return null
  const { leverAt, stage, effects } = recordOf(state, state.release.step)
  const isThrown = leverAt !== null && stage === found.stage
  const doneAt = isThrown && found.due !== null ? effects[found.due] : undefined
  const isLost = doneAt !== undefined && at - doneAt > 2 * READ_LAG_MILLISECONDS
  const working = doneAt !== undefined && !isLost ? 'Waiting until AWS shows it' : found.working
  return {
    due: isThrown && doneAt === undefined ? found.due : null,
    progress: working === null ? null : { label: working, fraction: null, secondsLeft: null },
    stuck: found.stuck ?? (isLost ? undone(found.preview?.title ?? 'This change') : null),
    stage: found.stage,
    offersLever: found.due !== null && !isThrown,
    preview: found.preview,
  }
}

function dueOf(stage: StageId, hasGroup: boolean, isAllowed: boolean): Action {
  switch (stage) {
    case 'snapshot':
      return 'create-snapshot'
    case 'protect':
      return 'protect-database'
    case 'retain':
      return 'retain-database'
    case 'decouple':
      return 'decouple-database'
    case 'let-in':
      return hasGroup ? 'allow-security-group' : 'create-security-group'
    case 'connect':
      if (!hasGroup) return 'create-security-group'
      return isAllowed ? 'attach-security-group' : 'allow-security-group'
  }
}

const TITLES: Readonly<Record<StageId, string>> = {
  snapshot: 'A snapshot of the database was taken',
  protect: 'RDS protects the database from deletion',
  retain: 'The deletion policy Retain is in force',
  decouple: 'The database stands outside the environment',
  connect: 'The environment reaches it by a security group of its own',
  'let-in': 'The database lets in a security group made for green',
}

function proofOf(id: StageId, isDone: boolean, stage: StageId | null, facts: DecouplingFacts, at: number): Gate {
  const isNext = id === stage
  const source = {
    snapshot: 'rds:DescribeDBSnapshots',
    protect: 'rds:DescribeDBInstances',
    connect: 'ec2:DescribeSecurityGroups',
    'let-in': 'ec2:DescribeSecurityGroups',
  }
  const shown = id === 'retain' || id === 'decouple' ? 'elasticbeanstalk:DescribeConfigurationSettings' : source[id]
  return gate(
    `stage-${id}`,
    TITLES[id],
    isDone ? 'passed' : 'waiting',
    isDone ? 'Done, and seen.' : isNext ? 'This comes next.' : 'It comes after the one before it was proved.',
    [evidence(shown, at, `${facts.databaseId}: ${isDone ? 'so it is' : 'not yet'}`)],
    {
      waivable: id === 'connect',
      remedy: isNext ? 'Read what it does below, then throw the lever.' : 'It has to wait for its turn.',
    },
  )
}

/** Makes the one call that is due; each is journalled before and after it. The password is never kept. */
export async function actDecoupling(
  action: Action,
  state: ReleaseState,
  seen: DatabaseEvidence,
  facts: DecouplingFacts,
  hands: Hands,
): Promise<void> {
  const { world, secret } = hands
  const { databases, elasticBeanstalk } = world
  const { environment } = seen
  const details = facts.details.ok ? facts.details.value : null
  if (!details) return
  if (!state.decoupling) hands.record({ kind: 'decoupling', at: world.clock.now(), database: { id: facts.databaseId } })
  const name = nameOf(state)
  const tags = [{ key: RELEASE_TAG, value: state.release.id }]
  const note = (detail: string) => ({ step: state.release.step, action, detail })
  const update = (settings: readonly OptionSetting[]) =>
    journalled(hands, note(settings.map(({ optionName }) => optionName).join(', ')), () =>
      elasticBeanstalk.updateSettings(environment.id, settings),
    )
  switch (action) {
    case 'create-snapshot':
      return journalled(hands, note(name), () => databases.createSnapshot(facts.databaseId, name, tags))
    case 'protect-database':
      return journalled(hands, note(facts.databaseId), () => databases.protect(facts.databaseId))
    case 'retain-database':
      return update([option('aws:rds:dbinstance', 'DBDeletionPolicy', 'Retain')])
    case 'decouple-database': {
      await checkRetain(world, seen)
      return update([option('aws:rds:dbinstance', 'HasCoupledDatabase', 'false')])
    }
    case 'create-security-group':
      return journalled(hands, note(name), () =>
        databases.createGroup({
          name,
          description: `Reaches ${facts.databaseId}, made by Signalbox for release ${state.release.id}`,
          besideGroupId: details.groupIds[0] ?? '',
          tags,
        }),
      )
    case 'allow-security-group': {
      const [own] = details.groupIds
      const groupId = facts.group.ok ? facts.group.value?.id : undefined
      if (!own || !groupId || details.port === null) return
      const { port } = details
      return journalled(hands, note(`${own} from ${groupId}`), () => databases.allow(own, groupId, port))
    }
    case 'attach-security-group': {
      const groupId = facts.group.ok ? facts.group.value?.id : undefined
      if (!groupId || !seen.settings.ok) return
      checkSecret(state, secret)
      // Elastic Beanstalk attaches the environment's own group by itself; named here a clone would be given blue's.
      const own = new Set(((seen.resources.ok && seen.resources.value) || []).map(({ physicalId }) => physicalId))
      const others = groupsOf(seen.settings.value).filter((id) => !own.has(id))
      const groups = [...others, groupId].join(',')
      const properties = secret === null || secret === '' ? [] : propertiesOf(details, secret)
      return update([option(LAUNCH, 'SecurityGroups', groups), ...properties])
    }
    default:
      // Every other action is another step's.
      return
  }
}

/** The policy is read once more right before the call that it decides the outcome of; what is deployed counts, never a draft. */
async function checkRetain(world: World, { environment }: DatabaseEvidence): Promise<void> {
  const settings = await world.elasticBeanstalk.deployedSettings(environment.application, environment.name)
  if (settingOf(settings, 'DBDeletionPolicy') === 'Retain') return
  throw problem('locked', 'The deletion policy is not Retain any more', {
    meaning: 'Decoupling now would delete the database. Nothing was changed.',
    remedy: 'Somebody has changed it meanwhile. Set it to Retain again: this step offers it.',
  })
}

/** What was given with the lever lives in memory alone; after a restart nobody must believe that it was used. */
export function checkSecret(state: ReleaseState, secret: string | null): void {
  if (secret !== null || !recordOf(state, state.release.step).withSecret) return
  throw problem('locked', 'The password that you gave is not known any more', {
    meaning: 'Signalbox was restarted before it was used, and keeps no password. Nothing was changed.',
    remedy: 'Give it again with the lever.',
  })
}

/** The properties that Elastic Beanstalk gives an application with a database of its own. */
export function propertiesOf({ host, port, name, user }: DatabaseDetails, password: string): readonly OptionSetting[] {
  return Object.entries({
    RDS_HOSTNAME: host,
    RDS_PORT: port === null ? null : String(port),
    RDS_DB_NAME: name,
    RDS_USERNAME: user,
    RDS_PASSWORD: password,
  }).flatMap(([property, value]) => (value === null ? [] : [option(PROPERTIES, property, value)]))
}

/** The security groups of an environment's instances. */
export function groupsOf(settings: readonly OptionSetting[]): readonly string[] {
  const found = settings.find(({ namespace, optionName }) => namespace === LAUNCH && optionName === 'SecurityGroups')
  return (found?.value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function lostDatabase(databaseId: string, state: ReleaseState): Problem {
  return problem('drift', `RDS does not know ${databaseId} any more`, {
    meaning: 'The database was deleted by another hand. Nothing more is changed.',
    remedy: `Restore it from the snapshot ${nameOf(state)} where that was taken: AWS console, RDS, Snapshots. Hand over gives the text for your AWS administrator.`,
  }).problem
}

function undone(title: string): Problem {
  return problem('drift', `“${title}” was carried out, but AWS does not show it`, {
    meaning: 'Another change of the environment came in between. Nothing was lost; it is not done again by itself.',
    remedy: 'Read the events and find out who changed it, then try again.',
  }).problem
}

function failedSnapshot(databaseId: string): Problem {
  return problem('refused-by-aws', `The snapshot of ${databaseId} failed`, {
    meaning: 'Nothing was changed: the database goes on as before.',
    remedy: 'Look at the events of RDS for the cause, delete the failed snapshot there, then try again.',
  }).problem
}
