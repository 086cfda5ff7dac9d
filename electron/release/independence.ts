import type { Environment, Evidence, Gate } from '../contract/models.ts'
import { evidence, gate, type Reading, reading } from './step.ts'
import type { DatabaseInstance, OptionSetting, StackResource, World } from './world.ts'

/** What was read about an environment and its database; each source on its own, each may be unreadable. */
export interface DatabaseEvidence {
  readonly environment: Environment
  readonly settings: Reading<readonly OptionSetting[]>
  readonly resources: Reading<readonly StackResource[] | null>
  readonly databases: Reading<readonly DatabaseInstance[]>
}

export type Verdict = 'independent' | 'coupled-delete' | 'coupled-snapshot' | 'coupled-retain' | 'unknown'

const DATABASE_NAMESPACE = 'aws:rds:dbinstance'

/** Reads all three sources at the same time. */
export async function readDatabaseEvidence(world: World, environment: Environment): Promise<DatabaseEvidence> {
  const [settings, resources, databases] = await Promise.all([
    reading(world, () => world.elasticBeanstalk.deployedSettings(environment.application, environment.name)),
    reading(world, () => world.stack.resources(environment.id)),
    reading(world, () => world.stack.databases()),
  ])
  return { environment, settings, resources, databases }
}

/** Databases that live in the environment's own stack, whoever declared them there. */
export function databasesInStack(resources: readonly StackResource[]): readonly StackResource[] {
  return resources.filter(
    ({ type, status }) => /^AWS::(RDS|DocDB|Neptune)::DB(Instance|Cluster)$/.test(type) && status !== 'DELETE_COMPLETE',
  )
}

/**
 * Whether the environment can be replaced without its database. Any source that could not be read makes it
 * `unknown`, unless another already proves a coupling (AWS developer guide, "Blue/Green deployments": the
 * environment must run independently of its production database).
 */
export function verdictOf(seen: DatabaseEvidence): Verdict {
  const settings = seen.settings.ok ? seen.settings.value : []
  const inStack = seen.resources.ok ? databasesInStack(seen.resources.value ?? []) : []
  if (inStack.length > 0 || isCoupledBySettings(settings)) return coupledBy(valueOf(settings, 'DBDeletionPolicy'))
  // A stack that is gone while its environment lives cannot vouch for anything.
  if (!seen.settings.ok || !seen.resources.ok || seen.resources.value === null || !seen.databases.ok) return 'unknown'
  // A database that merely carries the stack's name was left by an earlier decoupling with Retain: the stack is the truth.
  return 'independent'
}

/** The verdict as the gate that no reason can waive. */
export function independenceGate(seen: DatabaseEvidence): Gate {
  const verdict = verdictOf(seen)
  const title = 'The environment is independent of its database'
  const proof = evidenceOf(seen)
  const name = databaseName(seen)
  switch (verdict) {
    case 'independent':
      return gate(
        'independent',
        title,
        'passed',
        `${seen.environment.name} holds no database: nothing is lost when it is terminated.`,
        proof,
      )
    case 'coupled-delete':
      return gate(
        'independent',
        title,
        'failed',
        `${name} belongs to ${seen.environment.name}. Terminating the environment would delete the database and all its data, and a clone would get a new, empty one.`,
        proof,
        { remedy: DECOUPLE },
      )
    case 'coupled-snapshot':
      return gate(
        'independent',
        title,
        'failed',
        `${name} belongs to ${seen.environment.name}. Terminating the environment would delete the running database; only a snapshot would remain, and a clone would get a new, empty one.`,
        proof,
        { remedy: DECOUPLE },
      )
    case 'coupled-retain':
      return gate(
        'independent',
        title,
        'failed',
        `${name} belongs to ${seen.environment.name}. Its deletion policy would keep the database, but a clone would get a new, empty one, so green would run without your data.`,
        proof,
        { remedy: DECOUPLE },
      )
    case 'unknown': {
      const denied = [seen.settings, seen.resources, seen.databases].flatMap((each) => (each.ok ? [] : [each.problem]))
      return gate(
        'independent',
        title,
        'unknown',
        'Not every place where a database can hang on the environment could be read, so it must be taken as coupled.',
        proof,
        {
          remedy:
            denied[0]?.remedy ??
            'Ask your AWS administrator for the permissions in the operator policy, then try again.',
        },
      )
    }
  }
}

const DECOUPLE =
  'Decouple the database first: in the AWS console set the database deletion policy to Retain and apply it by itself; wait until the environment is Ready; then decouple the database in a second change. Then start again.'

function isCoupledBySettings(settings: readonly OptionSetting[]): boolean {
  const flag = valueOf(settings, 'HasCoupledDatabase')
  if (flag !== null) return flag.toLowerCase() === 'true'
  // Old environments lack the flag; a database class or engine in the namespace is the sign there.
  return valueOf(settings, 'DBEngine') !== null || valueOf(settings, 'DBInstanceClass') !== null
}

/** Without a readable policy the worst is assumed: AWS's own default is Delete. */
function coupledBy(policy: string | null): Verdict {
  if (policy === 'Retain') return 'coupled-retain'
  return policy === 'Snapshot' ? 'coupled-snapshot' : 'coupled-delete'
}

function valueOf(settings: readonly OptionSetting[], optionName: string): string | null {
  const found = settings.find((each) => each.namespace === DATABASE_NAMESPACE && each.optionName === optionName)
  return found?.value ? found.value : null
}

function databaseName(seen: DatabaseEvidence): string {
  const inStack = seen.resources.ok ? databasesInStack(seen.resources.value ?? []) : []
  const [first] = inStack
  return first ? `The database ${first.physicalId}` : 'The database'
}

function evidenceOf({ environment, settings, resources, databases }: DatabaseEvidence): readonly Evidence[] {
  const stack = `awseb-${environment.id}-stack`
  return [
    evidence(
      'elasticbeanstalk:DescribeConfigurationSettings',
      settings.at,
      settings.ok
        ? `HasCoupledDatabase = ${valueOf(settings.value, 'HasCoupledDatabase') ?? 'not set'}, DBDeletionPolicy = ${valueOf(settings.value, 'DBDeletionPolicy') ?? 'not set'}`
        : settings.problem.title,
    ),
    evidence(
      'cloudformation:ListStackResources',
      resources.at,
      resources.ok ? stackLine(stack, resources.value) : resources.problem.title,
    ),
    evidence(
      'rds:DescribeDBInstances',
      databases.at,
      databases.ok
        ? `${databases.value.length} database${databases.value.length === 1 ? '' : 's'} in the account and region: ${databases.value.map(({ id, stackName }) => `${id} (${stackName === stack ? 'made by this environment' : 'not of this environment'})`).join(', ') || 'none'}`
        : databases.problem.title,
    ),
  ]
}

function stackLine(stack: string, resources: readonly StackResource[] | null): string {
  if (resources === null) return `${stack} does not exist`
  const found = databasesInStack(resources)
  return found.length > 0
    ? `${stack} holds ${found.map(({ logicalId, physicalId }) => `${logicalId} = ${physicalId}`).join(', ')}`
    : `${stack}: ${resources.length} resources, no database among them`
}
