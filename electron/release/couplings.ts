import type { Environment } from '../contract/models.ts'
import type { Reading } from './step.ts'
import type { BundleContents, DatabaseInstance, OptionSetting, StackResource } from './world.ts'

/** What was read about an environment and its data; each source on its own, each may be unreadable. */
export interface DatabaseEvidence {
  readonly environment: Environment
  /** The deployed settings, never the draft. */
  readonly settings: Reading<readonly OptionSetting[]>
  readonly resources: Reading<readonly StackResource[] | null>
  readonly databases: Reading<readonly DatabaseInstance[]>
  /** What the running version's bundle declares; null where there is no bundle left to read. */
  readonly bundle: Reading<BundleContents | null>
  /** Security groups that refer to the environment's own. */
  readonly referring: Reading<readonly { readonly id: string; readonly name: string }[]>
  /** Environments that are named by the databases this one uses and hold none any more; absent where nothing is named. */
  readonly parted?: Reading<readonly string[]>
}

/** What becomes of the data when the environment is terminated; the worst counts. */
export type Policy = 'delete' | 'snapshot' | 'retain'

/** One way in which data hangs on the environment, in words. Values of properties are never part of them. */
export interface Coupling {
  readonly kind:
    | 'setting'
    | 'stack-database'
    | 'bundle-database'
    | 'deleted-behind'
    | 'hidden'
    | 'data'
    | 'database-group'
    | 'group'
    | 'other-environment'
    | 'external'
    | 'left-over'
  readonly source: string
  readonly text: string
  /** Only where it couples a database to the environment. */
  readonly policy?: Policy
  /** The resource it is about, by the name AWS gave it. */
  readonly about?: string
}

const DATABASE_NAMESPACE = 'aws:rds:dbinstance'
/** Namespaces in which operators write where their database is; secrets among them by their ARN. */
const PROPERTY_NAMESPACE = /^aws:elasticbeanstalk:application:environment(secrets)?$/
const DATABASE_TYPE = /^AWS::(RDS|DocDB|DocDBElastic|Neptune)::(DBInstance|DBCluster|Cluster|GlobalCluster)$/
/** Stores whose loss is the loss of data, like a database's. */
const STORE_TYPE =
  /^AWS::(DynamoDB::(Global)?Table|Redshift::Cluster|RedshiftServerless::Namespace|OpenSearchService::Domain|Elasticsearch::Domain|EFS::FileSystem|FSx::FileSystem|Timestream::(Database|Table)|Cassandra::(Keyspace|Table)|MemoryDB::Cluster|QLDB::Ledger|SDB::Domain)$/
/** What may hold data for a while, or copies of it: whether it may go is for the operator to say. */
const DATA_TYPE =
  /^AWS::(ElastiCache::\w+|SQS::Queue|S3::Bucket|EC2::Volume|Kinesis::Stream|MSK::Cluster|DAX::Cluster|AmazonMQ::Broker|Cognito::UserPool)$/
const MAKES_MORE = /^(AWS::CloudFormation::(Stack|CustomResource)|Custom::.+)$/
/** `awseb-e-abcdefghij-stack-awsebrdsdatabase-…`: a database that Elastic Beanstalk made names its environment (its hosts in DNS). */
const MADE_BY = /awseb-(e-[a-z0-9]{3,40})-stack/i

/** Databases that live in the environment's own stack, whoever declared them there. */
export function databasesInStack(resources: readonly StackResource[]): readonly StackResource[] {
  return alive(resources).filter(({ type }) => DATABASE_TYPE.test(type))
}

/** What was found in evidence that several gates of one judgement ask about. */
const FOUND = new WeakMap<DatabaseEvidence, readonly Coupling[]>()

/** Everything that was found, by every detector, the gravest first. Pure. */
export function couplingsOf(seen: DatabaseEvidence): readonly Coupling[] {
  const found = FOUND.get(seen) ?? detect(seen)
  FOUND.set(seen, found)
  return found
}

function detect(seen: DatabaseEvidence): readonly Coupling[] {
  return [
    ...stackDatabases(seen),
    ...settingCouplings(seen),
    ...bundleDatabases(seen),
    ...deletedBehind(seen),
    ...hidden(seen),
    ...otherData(seen),
    ...groups(seen),
    ...properties(seen),
    ...leftOvers(seen),
  ]
}

function settingCouplings({ settings }: DatabaseEvidence): readonly Coupling[] {
  if (!settings.ok) return []
  const flag = settingOf(settings.value, 'HasCoupledDatabase')
  const engine = settingOf(settings.value, 'DBEngine') ?? settingOf(settings.value, 'DBInstanceClass')
  // Old environments lack the flag; a database class or engine in the namespace is the sign there.
  if (flag === null ? engine === null : flag.toLowerCase() !== 'true') return []
  return [
    {
      kind: 'setting',
      source: 'elasticbeanstalk:DescribeConfigurationSettings',
      text:
        flag === null
          ? 'Its settings describe a database of its own, in the way of older environments.'
          : 'Its settings say that a database belongs to it (HasCoupledDatabase = true).',
      policy: policyOf(settingOf(settings.value, 'DBDeletionPolicy')),
    },
  ]
}

function stackDatabases({ settings, resources, bundle }: DatabaseEvidence): readonly Coupling[] {
  const databases = databasesInStack(valueOf(resources) ?? [])
  const declared = valueOf(bundle)?.declared ?? []
  return databases.map(({ logicalId, physicalId, type }) => {
    const own = logicalId === 'AWSEBRDSDatabase'
    const policy = own
      ? settings.ok
        ? settingOf(settings.value, 'DBDeletionPolicy')
        : null
      : (declared.find((each) => each.logicalId === logicalId)?.deletionPolicy ?? null)
    return {
      kind: 'stack-database',
      source: 'cloudformation:ListStackResources',
      text: own
        ? `The database ${physicalId} is part of its stack (${logicalId}).`
        : `${physicalId} (${type}) is part of its stack: an .ebextensions file declares it as ${logicalId}.`,
      policy: policyOf(policy),
      about: physicalId,
    }
  })
}

/** The stack is the truth of what there is; a bundle that declares a database says what a clone would make. */
function bundleDatabases({ resources, bundle }: DatabaseEvidence): readonly Coupling[] {
  const there = new Set((valueOf(resources) ?? []).map(({ logicalId }) => logicalId))
  return (valueOf(bundle)?.declared ?? [])
    .filter(({ kind, logicalId }) => kind === 'database' && !there.has(logicalId))
    .map(({ file, logicalId, type, deletionPolicy }) => ({
      kind: 'bundle-database',
      source: 's3:GetObject',
      text: `${file} of the running bundle declares a database${logicalId ? ` (${logicalId}, ${type})` : ''}: a clone would make one of its own.`,
      policy: policyOf(deletionPolicy),
    }))
}

/** Every update of such an environment fails, and decoupling with it (AWS containers roadmap, Elastic Beanstalk, issue 303). */
function deletedBehind({ resources, databases }: DatabaseEvidence): readonly Coupling[] {
  if (!databases.ok) return []
  const known = new Set(databases.value.map(({ id }) => id.toLowerCase()))
  return databasesInStack(valueOf(resources) ?? [])
    .filter(({ type, physicalId }) => type === 'AWS::RDS::DBInstance' && !known.has(physicalId.toLowerCase()))
    .map(({ physicalId }) => ({
      kind: 'deleted-behind',
      source: 'rds:DescribeDBInstances',
      text: `RDS does not know ${physicalId}: it was deleted outside Elastic Beanstalk. Updates of this environment, and decoupling, will fail until AWS support has mended it.`,
      about: physicalId,
    }))
}

/** Stacks in the stack, and resources made by code: what they hold cannot be listed from here. */
function hidden({ resources, bundle }: DatabaseEvidence): readonly Coupling[] {
  const nested = alive(valueOf(resources) ?? [])
    .filter(({ type }) => MAKES_MORE.test(type))
    .map(({ logicalId, type }) => `${logicalId} (${type})`)
  const unread = resources.ok && resources.value !== null ? [] : (valueOf(bundle)?.unread ?? [])
  return [...nested, ...unread].map((what) => ({
    kind: 'hidden',
    source: 'cloudformation:ListStackResources',
    text: `What ${what} holds cannot be seen from here.`,
  }))
}

function otherData({ resources }: DatabaseEvidence): readonly Coupling[] {
  return (
    alive(valueOf(resources) ?? [])
      // The queue and the table of leaders that Elastic Beanstalk itself gives a worker are no data of the application.
      .filter(({ logicalId }) => !logicalId.startsWith('AWSEBWorker'))
      .flatMap(({ logicalId, physicalId, type }): readonly Coupling[] => {
        const text = `${physicalId} (${type}, ${logicalId}) is part of its stack and goes with it; a clone gets an empty one.`
        const found = { kind: 'data', source: 'cloudformation:ListStackResources', text, about: physicalId } as const
        if (STORE_TYPE.test(type)) return [{ ...found, policy: 'delete' }]
        return DATA_TYPE.test(type) ? [found] : []
      })
  )
}

function groups({ referring, databases, resources }: DatabaseEvidence): readonly Coupling[] {
  const own = new Set((valueOf(resources) ?? []).map(({ physicalId }) => physicalId))
  return (valueOf(referring) ?? [])
    .filter(({ id }) => !own.has(id))
    .map(({ id, name }) => {
      const behind = (valueOf(databases) ?? []).filter(({ securityGroupIds }) => securityGroupIds.includes(id))
      const names = behind.map((database) => database.id).join(', ')
      return behind.length > 0
        ? {
            kind: 'database-group',
            source: 'ec2:DescribeSecurityGroups',
            text: `${names} lets in the security group of this environment (${name}, ${id}): green has another one and is refused, and this one could not be deleted.`,
            about: id,
          }
        : {
            kind: 'group',
            source: 'ec2:DescribeSecurityGroups',
            text: `${name} (${id}) lets in the security group of this environment: green has another one and is refused, and this one could not be deleted.`,
            about: id,
          }
    })
}

/** The environments that made what the properties of this one name, by the name that Elastic Beanstalk gives a database. */
export function makersOf({ environment, settings, databases }: Omit<DatabaseEvidence, 'parted'>): readonly string[] {
  if (!settings.ok) return []
  const makers = settings.value
    .filter(({ namespace }) => PROPERTY_NAMESPACE.test(namespace))
    .flatMap(({ value }) => {
      const text = (value ?? '').toLowerCase()
      const named = databaseIn(text, databases)
      return MADE_BY.exec(named?.stackName ?? text)?.[1] ?? []
    })
  return [...new Set(makers)].filter((id) => id !== environment.id)
}

/** The database, or the cluster, whose host is written somewhere. */
function databaseIn(text: string, databases: DatabaseEvidence['databases']): DatabaseInstance | undefined {
  return (valueOf(databases) ?? []).find(({ host, otherHosts = [] }) =>
    [...(host === null ? [] : [host]), ...otherHosts].some((name) => text.includes(name.toLowerCase())),
  )
}

/** Which databases the application's own properties name; the property is said, never its value. */
function properties({ environment, settings, databases, parted }: DatabaseEvidence): readonly Coupling[] {
  if (!settings.ok) return []
  return settings.value
    .filter(({ namespace }) => PROPERTY_NAMESPACE.test(namespace))
    .flatMap(({ optionName, value }): readonly Coupling[] => {
      const text = (value ?? '').toLowerCase()
      if (text === '') return []
      const source = 'elasticbeanstalk:DescribeConfigurationSettings'
      const named = databaseIn(text, databases)
      const maker = MADE_BY.exec(named?.stackName ?? text)?.[1]
      const what = named ? `the database ${named.id}` : 'a database'
      const about = named ? { about: named.id } : {}
      if (maker !== undefined && maker !== environment.id && !(parted?.ok && parted.value.includes(maker))) {
        return [
          {
            kind: 'other-environment',
            source,
            text: `The property ${optionName} names ${what} that belongs to another environment (${maker}): whoever terminates that one ends this application's data.`,
            ...about,
          },
        ]
      }
      if (!named || maker === environment.id) return []
      return [
        {
          kind: 'external',
          source,
          text: `The property ${optionName} names ${what}, which no environment made.`,
          ...about,
        },
      ]
    })
}

/** A database that merely carries the stack's name: the stack is the truth, and does not hold it any more. */
function leftOvers({ environment, databases, resources }: DatabaseEvidence): readonly Coupling[] {
  const stack = `awseb-${environment.id}-stack`
  const inside = new Set(databasesInStack(valueOf(resources) ?? []).map(({ physicalId }) => physicalId.toLowerCase()))
  return (valueOf(databases) ?? [])
    .filter(({ id, stackName }) => stackName === stack && !inside.has(id.toLowerCase()))
    .map(({ id }) => ({
      kind: 'left-over',
      source: 'rds:DescribeDBInstances',
      text: `${id} was made by this environment and decoupled from it since: it stays when the environment goes.`,
      about: id,
    }))
}

/** A setting of the database namespace; null where it is not set. */
export function settingOf(settings: readonly OptionSetting[], optionName: string): string | null {
  const found = settings.find((each) => each.namespace === DATABASE_NAMESPACE && each.optionName === optionName)
  return found?.value ? found.value : null
}

/** Without a readable policy the worst is assumed: AWS's own default is Delete. */
function policyOf(policy: string | null): Policy {
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return 'retain'
  return policy === 'Snapshot' ? 'snapshot' : 'delete'
}

function alive(resources: readonly StackResource[]): readonly StackResource[] {
  return resources.filter(({ status }) => status !== 'DELETE_COMPLETE')
}

function valueOf<T>(read: Reading<T>): T | null {
  return read.ok ? read.value : null
}
