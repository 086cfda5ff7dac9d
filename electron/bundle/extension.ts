import { LineCounter, parseDocument } from 'yaml'
import type { DeclaredResource } from '../contract/models.ts'
import type { Content } from './read-entry.ts'

/** A file of `.ebextensions` as it was read; without a text, why. */
export interface Extension {
  readonly name: string
  readonly content: Content
}

/** What a file of `.ebextensions` says, as far as it can be understood. */
export interface ReadExtension {
  readonly name: string
  /** Why it cannot be taken for read, in words; null where it was understood. */
  readonly unread: string | null
  /** Faults of its syntax, with their lines; Elastic Beanstalk refuses such a file. */
  readonly faults: readonly string[]
  /** Keys that stand twice in one place: only the last counts. */
  readonly duplicates: readonly string[]
  readonly declared: readonly DeclaredResource[]
}

/** Longer files are searched for resource types only: parsing takes a second for each megabyte. */
const LONGEST_PARSED = 256 * 1024
const MOST_ALIASES = 100
const MOST_FAULTS = 3

const DATABASE =
  /^AWS::(?:RDS::(?:DBInstance|DBCluster|GlobalCluster)|DocDB::(?:DBInstance|DBCluster)|DocDBElastic::Cluster|Neptune::(?:DBInstance|DBCluster)|NeptuneGraph::Graph|DSQL::Cluster|Redshift::Cluster|RedshiftServerless::Namespace)$/
const DATA =
  /^AWS::(?:DynamoDB::(?:Table|GlobalTable)|ElastiCache::(?:CacheCluster|ReplicationGroup|ServerlessCache)|MemoryDB::Cluster|EFS::FileSystem|FSx::FileSystem|OpenSearchService::Domain|OpenSearchServerless::Collection|Elasticsearch::Domain|S3::Bucket|SQS::Queue|EC2::Volume|Kinesis::Stream|AmazonMQ::Broker|MSK::Cluster|Cassandra::Table|Timestream::(?:Database|Table)|Cognito::UserPool)$/
/** What these create stands in another template, or is made up by code. */
const UNKNOWN = /^(?:AWS::CloudFormation::(?:Stack|Macro|CustomResource)|AWS::Serverless.*|Custom::.*)$/
const ANY_TYPE = /AWS::[A-Za-z0-9]+::[A-Za-z0-9]+/g

/** Options that ask for a database of the environment's own; the others of their namespace only describe one. */
const DATABASE_NAMESPACE = 'aws:rds:dbinstance'
const ASKING = new Set([
  'dbengine',
  'dbengineversion',
  'dbinstanceclass',
  'dballocatedstorage',
  'dbsnapshotidentifier',
  'dbuser',
  'dbpassword',
  'multiazdatabase',
])

/** Understands a file of `.ebextensions`: JSON or YAML, with CloudFormation's tags. Pure; never throws. */
export function readExtension({ name, content }: Extension): ReadExtension {
  const nothing: ReadExtension = { name, unread: null, faults: [], duplicates: [], declared: [] }
  if (content.kind === 'unread') return { ...nothing, unread: UNREAD[content.reason] }
  const { text } = content
  if (text.length > LONGEST_PARSED) {
    return { ...nothing, unread: 'it is longer than 256 KB and was only searched', declared: searched(name, text) }
  }
  const parsed = parse(text)
  const declared = [...resourcesOf(name, parsed.value), ...optionsOf(name, parsed.value)]
  if (parsed.faults.length === 0) return { ...nothing, duplicates: parsed.duplicates, declared }
  // What a parser makes of a broken file may lack the half of it: whatever looks like a resource counts.
  const known = new Set(declared.map(({ type }) => type))
  return {
    ...nothing,
    unread: 'it does not parse',
    faults: parsed.faults.slice(0, MOST_FAULTS),
    duplicates: parsed.duplicates,
    declared: [...declared, ...searched(name, text).filter(({ type }) => !known.has(type))],
  }
}

const UNREAD: Readonly<Record<Extract<Content, { kind: 'unread' }>['reason'], string>> = {
  'too-large': 'it is too large to be read here',
  encrypted: 'it is protected with a password',
  'packed-strangely': 'it is packed in a way that is not understood here',
  damaged: 'its content is not what the archive says of it: it is damaged',
  link: 'it is a symbolic link, and what it leads to is not looked for',
}

/** A declared resource in words: its name, type and what happens to it at the end. */
export function describeResource({ logicalId, type, deletionPolicy }: DeclaredResource): string {
  const policy = deletionPolicy === null ? 'DeletionPolicy not set' : `DeletionPolicy ${deletionPolicy}`
  if (type === DATABASE_NAMESPACE) return `option settings of ${DATABASE_NAMESPACE}`
  return `${logicalId === '' ? '' : `${logicalId}: `}${type}, ${policy}`
}

interface Parsed {
  readonly value: unknown
  readonly faults: readonly string[]
  readonly duplicates: readonly string[]
}

function parse(text: string): Parsed {
  const lines = new LineCounter()
  try {
    // YAML holds JSON; unknown tags, such as CloudFormation's !Ref, only warn and are let pass.
    const document = parseDocument(text, { version: '1.1', logLevel: 'error', lineCounter: lines, prettyErrors: false })
    const line = (at: number): number => lines.linePos(at).line
    const duplicates = document.errors
      .filter(({ code }) => code === 'DUPLICATE_KEY')
      .map(({ pos: [at] }) => `line ${line(at)}: ${(text.slice(at).split(/[\n:]/, 1)[0] ?? '').trim().slice(0, 60)}`)
    const faults = document.errors
      .filter(({ code }) => code !== 'DUPLICATE_KEY')
      .map(({ message, pos: [at] }) => `line ${line(at)}: ${message.slice(0, 160)}`)
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), faults, duplicates }
  } catch (thrown) {
    return { value: null, faults: [thrown instanceof Error ? thrown.message : String(thrown)], duplicates: [] }
  }
}

function resourcesOf(file: string, value: unknown): readonly DeclaredResource[] {
  return membersOf(value)
    .filter(([key]) => key.toLowerCase() === 'resources' || key === 'Fn::Transform' || key === 'Transform')
    .flatMap(([key, resources]): readonly DeclaredResource[] => {
      if (key.endsWith('Transform')) return [{ file, logicalId: '', type: key, kind: 'unknown', deletionPolicy: null }]
      return membersOf(resources).flatMap(([logicalId, resource]) => {
        const members = new Map(membersOf(resource))
        const type = logicalId === 'Fn::Transform' ? logicalId : members.get('Type')
        const kind = typeof type === 'string' ? kindOf(type) : null
        if (typeof type !== 'string' || kind === null) return []
        const policy = members.get('DeletionPolicy')
        return [{ file, logicalId, type, kind, deletionPolicy: typeof policy === 'string' ? policy : null }]
      })
    })
}

function kindOf(type: string): DeclaredResource['kind'] | null {
  if (DATABASE.test(type)) return 'database'
  if (DATA.test(type)) return 'data'
  return UNKNOWN.test(type) || type === 'Fn::Transform' ? 'unknown' : null
}

function optionsOf(file: string, value: unknown): readonly DeclaredResource[] {
  const settings = membersOf(value).find(([key]) => key === 'option_settings')?.[1]
  const options = Array.isArray(settings)
    ? settings.map((each) => {
        const members = new Map(membersOf(each))
        return [members.get('namespace'), members.get('option_name'), members.get('value')] as const
      })
    : membersOf(settings).flatMap(([namespace, group]) =>
        membersOf(group).map(([optionName, option]) => [namespace, optionName, option] as const),
      )
  const own = options.filter(([namespace]) => namespace === DATABASE_NAMESPACE)
  const named = (wanted: string) => own.find(([, name]) => String(name).toLowerCase() === wanted)?.[2]
  const flag = JSON.stringify(named('hascoupleddatabase') ?? null).toLowerCase()
  const isOff = flag === 'false' || flag === '"false"'
  const asks = flag === 'true' || flag === '"true"' || own.some(([, name]) => ASKING.has(String(name).toLowerCase()))
  const policy = named('dbdeletionpolicy')
  return asks && !isOff
    ? [
        {
          file,
          logicalId: '',
          type: DATABASE_NAMESPACE,
          kind: 'database',
          deletionPolicy: typeof policy === 'string' ? policy : null,
        },
      ]
    : []
}

/** Every type that stands anywhere in the text but in a comment. */
function searched(file: string, text: string): readonly DeclaredResource[] {
  const withoutComments = text.replace(/(^|\s)#.*$/gm, '')
  const types = new Set(withoutComments.match(ANY_TYPE) ?? [])
  if (withoutComments.includes(DATABASE_NAMESPACE)) types.add(DATABASE_NAMESPACE)
  return [...types].flatMap((type) => {
    const kind = type === DATABASE_NAMESPACE ? 'database' : kindOf(type)
    return kind === null ? [] : [{ file, logicalId: '', type, kind, deletionPolicy: null }]
  })
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
