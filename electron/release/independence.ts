import type { Environment, Evidence, Gate } from '../contract/models.ts'
import { SignalboxError } from '../contract/problem.ts'
import {
  type Coupling,
  couplingsOf,
  type DatabaseEvidence,
  databasesInStack,
  makersOf,
  settingOf,
} from './couplings.ts'
import { evidence, gate, type Reading, reading } from './step.ts'
import type { BundleContents, StackResource, World } from './world.ts'

/** Whether an environment can be replaced and terminated without its data. */
export type Verdict =
  | 'independent'
  | 'external-with-security-group'
  | 'coupled-delete'
  | 'coupled-snapshot'
  | 'coupled-retain'
  | 'unknown'

/** Reads every source at the same time; what depends on the stack follows it. */
export async function readDatabaseEvidence(world: World, environment: Environment): Promise<DatabaseEvidence> {
  const [settings, { resources, referring }, databases, bundle] = await Promise.all([
    reading(world, () => world.elasticBeanstalk.deployedSettings(environment.application, environment.name)),
    readStack(world, environment.id),
    reading(world, () => world.stack.databases()),
    reading(world, () => readBundle(world, environment)),
  ])
  const evidence = { environment, settings, resources, databases, bundle, referring }
  const makers = makersOf(evidence)
  return makers.length === 0 ? evidence : { ...evidence, parted: await reading(world, () => partedOf(world, makers)) }
}

/** Those that are gone, or whose stack holds no database: what they made was decoupled since. */
async function partedOf(world: World, makers: readonly string[]): Promise<readonly string[]> {
  const parted: string[] = []
  for (const id of makers) {
    const resources = await world.stack.resources(id)
    if (resources === null || databasesInStack(resources).length === 0) parted.push(id)
  }
  return parted
}

async function readStack(world: World, id: string): Promise<Pick<DatabaseEvidence, 'resources' | 'referring'>> {
  const resources = await reading(world, () => world.stack.resources(id))
  if (!resources.ok) return { resources, referring: resources }
  const own = resources.value?.find(({ logicalId }) => logicalId === 'AWSEBSecurityGroup')
  const referring = await reading(world, async () => (own ? world.stack.groupsReferring(own.physicalId) : []))
  return { resources, referring }
}

/** A bundle that is gone declares nothing any more: what it once made is in the stack. One that may not be read is unreadable. */
async function readBundle(world: World, environment: Environment): Promise<BundleContents | null> {
  if (environment.versionLabel === null) return null
  const read = await reading(world, () =>
    world.versionBundles.contents(environment.application, environment.versionLabel ?? ''),
  )
  if (read.ok) return read.value
  if (read.problem.code === 'not-found' || read.problem.code === 'bad-bundle') return null
  throw new SignalboxError(read.problem)
}

/**
 * The verdict on everything that was read. Any source that could not be read makes it `unknown`, unless another
 * already proves a coupling (AWS developer guide, "Blue/Green deployments": the environment must run independently
 * of its production database).
 */
export function verdictOf(seen: DatabaseEvidence): Verdict {
  const couplings = couplingsOf(seen)
  const policies = new Set(couplings.flatMap(({ policy }) => (policy === undefined ? [] : [policy])))
  if (policies.has('delete')) return 'coupled-delete'
  if (policies.has('snapshot')) return 'coupled-snapshot'
  if (policies.has('retain')) return 'coupled-retain'
  const { settings, resources, databases, bundle, referring } = seen
  // A stack that is gone while its environment lives cannot vouch for anything.
  const readable = settings.ok && resources.ok && resources.value !== null && databases.ok && bundle.ok && referring.ok
  if (!readable || couplings.some(({ kind }) => kind === 'hidden')) return 'unknown'
  return couplings.some(({ kind }) => kind === 'database-group') ? 'external-with-security-group' : 'independent'
}

/** The verdict as the gate that no reason can waive. */
export function independenceGate(seen: DatabaseEvidence): Gate {
  const verdict = verdictOf(seen)
  const title = 'The environment is independent of its database'
  const proof = evidenceOf(seen)
  const { name } = seen.environment
  const couplings = couplingsOf(seen)
  const bound = couplings.filter(({ policy }) => policy !== undefined)
  const what = bound[0]?.text ?? ''
  const failed = (means: string) =>
    gate('independent', title, 'failed', `${what} ${means}`, proof, {
      remedy: couplings.find(({ kind }) => kind === 'deleted-behind') ? ASK_SUPPORT : DECOUPLE,
    })
  switch (verdict) {
    case 'independent':
      return gate(
        'independent',
        title,
        'passed',
        `${name} holds no database: nothing is lost when it is terminated.`,
        proof,
      )
    case 'external-with-security-group':
      return gate(
        'independent',
        title,
        'passed',
        `${name} holds no database; the one it uses stays when it is terminated, but lets in only its security group.`,
        proof,
      )
    case 'coupled-delete':
      return failed(
        `Terminating ${name} would delete the database and all its data, and a clone would get a new, empty one.`,
      )
    case 'coupled-snapshot':
      return failed(
        `Terminating ${name} would delete the running database; only a snapshot would remain, and a clone would get a new, empty one.`,
      )
    case 'coupled-retain':
      return failed(
        'Its deletion policy would keep the database, but a clone would get a new, empty one, so green would run without your data.',
      )
    case 'unknown':
      return unknownGate(seen, title, proof, couplings)
  }
}

function unknownGate(
  seen: DatabaseEvidence,
  title: string,
  proof: readonly Evidence[],
  couplings: readonly Coupling[],
) {
  const { settings, resources, databases, bundle, referring } = seen
  const denied = [settings, resources, databases, bundle, referring].flatMap((each) => (each.ok ? [] : [each.problem]))
  const unseen = couplings.find(({ kind }) => kind === 'hidden')
  return gate(
    'independent',
    title,
    'unknown',
    denied.length === 0 && unseen
      ? `${unseen.text} It must be taken for a database.`
      : 'Not every place where a database can hang on the environment could be read, so it must be taken as coupled.',
    proof,
    {
      remedy:
        denied[0]?.remedy ??
        (unseen
          ? 'Ask whoever wrote the .ebextensions files what it holds; take it out of the environment first.'
          : 'Ask your AWS administrator for the permissions in the operator policy, then try again.'),
    },
  )
}

/** What else dies with the environment and may hold data: a cache, a queue, a bucket. The operator may say that it may. */
export function otherDataGate(seen: DatabaseEvidence): Gate {
  const { name } = seen.environment
  const found = couplingsOf(seen).filter(({ kind, policy }) => kind === 'data' && policy === undefined)
  const title = 'Nothing else that holds data hangs on it'
  if (!seen.resources.ok)
    return gate('no-other-data', title, 'unknown', 'Its stack could not be read.', [], { waivable: false })
  return gate(
    'no-other-data',
    title,
    found.length === 0 ? 'passed' : 'failed',
    found.length === 0
      ? `The stack of ${name} holds no cache, queue, bucket or volume.`
      : found.map(({ text }) => text).join(' '),
    found.length === 0
      ? [evidence('cloudformation:ListStackResources', seen.resources.at, 'no such resource')]
      : found.map(({ source, text }) => evidence(source, seen.resources.at, text)),
    {
      waivable: true,
      remedy:
        'Move what must survive out of the environment first. Where it may be lost, and green may begin with an empty one, say why.',
    },
  )
}

/** Whether green will be let in by what blue uses, and whether that is its own to use. */
export function sharedDataGate(seen: DatabaseEvidence): Gate {
  const kinds = new Set<Coupling['kind']>(['database-group', 'group', 'other-environment'])
  const found = couplingsOf(seen).filter(({ kind }) => kinds.has(kind))
  const title = 'Green will reach what blue uses'
  const { at } = seen.referring
  if (!seen.referring.ok)
    return gate('reaches-data', title, 'unknown', seen.referring.problem.title, [], {
      waivable: true,
      ...(seen.referring.problem.remedy ? { remedy: seen.referring.problem.remedy } : {}),
    })
  return gate(
    'reaches-data',
    title,
    found.length === 0 ? 'passed' : 'failed',
    found.length === 0
      ? 'Nothing lets in blue alone by its own security group.'
      : found.map(({ text }) => text).join(' '),
    found.length === 0
      ? [evidence('ec2:DescribeSecurityGroups', at, 'no rule refers to its security group')]
      : found.map(({ source, text }) => evidence(source, at, text)),
    {
      waivable: true,
      remedy:
        'Best: attach a separate security group to blue and let that one in, so that every clone has it (AWS developer guide, "Using Elastic Beanstalk with Amazon RDS"). Else add green’s security group to the rule once green is there, and say so here.',
    },
  )
}

const DECOUPLE =
  'Decouple the database first: where Elastic Beanstalk made it, this step does it, one proved change after the other. One that an .ebextensions file declares has to be taken out of there first.'
const ASK_SUPPORT =
  'Nothing that this app or the console can do mends it: open a case with AWS support, and name the database and the environment.'

/** Each source with what it said. */
export function evidenceOf(seen: DatabaseEvidence): readonly Evidence[] {
  const { environment, settings, resources, databases, bundle, referring } = seen
  const stack = `awseb-${environment.id}-stack`
  const line = <T>(source: string, read: Reading<T>, say: (value: T) => string) =>
    evidence(source, read.at, read.ok ? say(read.value) : read.problem.title)
  return [
    line(
      'elasticbeanstalk:DescribeConfigurationSettings',
      settings,
      (value) =>
        `HasCoupledDatabase = ${settingOf(value, 'HasCoupledDatabase') ?? 'not set'}, DBDeletionPolicy = ${settingOf(value, 'DBDeletionPolicy') ?? 'not set'}`,
    ),
    line('cloudformation:ListStackResources', resources, (value) => stackLine(stack, value)),
    line(
      'rds:DescribeDBInstances, rds:DescribeDBClusters',
      databases,
      (value) =>
        `${value.length} database${value.length === 1 ? '' : 's'} in the account and region: ${value.map(({ id, stackName }) => `${id} (${stackName === stack ? 'made by this environment' : 'not of this environment'})`).join(', ') || 'none'}`,
    ),
    line('s3:GetObject', bundle, (value) => bundleLine(environment.versionLabel, value)),
    line(
      'ec2:DescribeSecurityGroups',
      referring,
      (value) =>
        value.map(({ id, name }) => `${name} (${id}) refers to its security group`).join(', ') ||
        'no rule refers to its security group',
    ),
    ...couplingsOf(seen).map(({ source, text }) => evidence(source, resources.at, text)),
  ]
}

function stackLine(stack: string, resources: readonly StackResource[] | null): string {
  if (resources === null) return `${stack} does not exist`
  const found = databasesInStack(resources)
  return found.length > 0
    ? `${stack} holds ${found.map(({ logicalId, physicalId }) => `${logicalId} = ${physicalId}`).join(', ')}`
    : `${stack}: ${resources.length} resources, no database among them`
}

function bundleLine(label: string | null, contents: BundleContents | null): string {
  if (contents === null)
    return `The bundle of ${label ?? 'no version'} is not there any more; the stack shows what it made`
  const { files, declared, unread } = contents
  const list = declared.map(({ file, type }) => `${type} in ${file}`).join(', ')
  return `${label}: ${files} files, ${list || 'nothing declared that keeps data'}${unread.length > 0 ? `; not understood: ${unread.join(', ')}` : ''}`
}
