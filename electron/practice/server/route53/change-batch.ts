import { AwsError } from '../../model/aws-error.ts'
import type { HostedRecord } from '../../model/network-records.ts'
import type { RecordChange } from '../../model/record-changes.ts'
import { childOf, readXml, textOf, type XmlElement } from './xml.ts'

const ACTIONS = ['CREATE', 'DELETE', 'UPSERT'] as const
// What record sets of routing policies have: this account has simple ones only.
const ROUTING = ['SetIdentifier', 'Weight', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer', 'HealthCheckId']

/** Reads the body of ChangeResourceRecordSets; throws what Route 53 says to one that is none. */
export function readChangeBatch(body: string): readonly RecordChange[] {
  const root = readXml(body)
  if (root === undefined || root.name !== 'ChangeResourceRecordSetsRequest')
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our schema.',
    )
  const changes = childOf(childOf(root, 'ChangeBatch'), 'Changes')?.children ?? []
  if (changes.length === 0) throw invalidInput('A change batch needs at least one change.')
  if (changes.length > 1000) throw new AwsError('InvalidChangeBatch', 'Number of records limit of 1000 exceeded.')
  return changes.map(readChange)
}

function readChange(change: XmlElement): RecordChange {
  const action = ACTIONS.find((known) => known === textOf(change, 'Action'))
  if (action === undefined) throw invalidInput('Action is CREATE, DELETE or UPSERT.')
  const set = childOf(change, 'ResourceRecordSet')
  const name = textOf(set, 'Name')?.replace(/\.$/, '').toLowerCase()
  if (set === undefined || name === undefined || name === '') throw invalidInput('A record set needs a name.')
  const routing = ROUTING.find((member) => childOf(set, member) !== undefined)
  if (routing !== undefined)
    throw invalidInput(`The practice account has simple records only: '${routing}' is not known.`)
  return { action, record: readRecord(set, name) }
}

function readRecord(set: XmlElement, name: string): HostedRecord {
  const type = textOf(set, 'Type')
  if (type !== 'A' && type !== 'CNAME')
    throw invalidInput(`The practice account has records of type A and CNAME only, not '${type ?? ''}'.`)
  const alias = childOf(set, 'AliasTarget')
  if (alias !== undefined) {
    const hostedZoneId = textOf(alias, 'HostedZoneId') ?? ''
    const target = (textOf(alias, 'DNSName') ?? '').replace(/\.$/, '').toLowerCase()
    if (type !== 'A' || hostedZoneId === '' || target === '')
      throw invalidInput('An alias is of type A and has a HostedZoneId and a DNSName.')
    return {
      name,
      type,
      alias: { hostedZoneId, target, evaluateTargetHealth: textOf(alias, 'EvaluateTargetHealth') === 'true' },
    }
  }
  const ttlSeconds = Number(textOf(set, 'TTL') ?? 'NaN')
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > 2_147_483_647)
    throw invalidInput('A record set needs a TTL from 0 to 2147483647.')
  const values = (childOf(set, 'ResourceRecords')?.children ?? []).flatMap((record) => textOf(record, 'Value') ?? [])
  if (values.length === 0) throw invalidInput('A record set needs a ResourceRecord.')
  return { name, type, ttlSeconds, values }
}

function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', `Invalid request: ${message}`)
}
