import { type Account } from './account.ts'
import { AwsError } from './aws-error.ts'
import type { HostedRecord, HostedZone, ZoneChange } from './network-records.ts'

/** One change of a record set. */
export interface RecordChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT'
  readonly record: HostedRecord
}

// Route 53 spreads a change to its name servers within a minute (developer guide, ChangeResourceRecordSets).
const IN_SYNC_MILLISECONDS = 30_000
const CHANGE_ID = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Changes a zone's records, all or none of them. They are listed at once; the name servers follow half a minute later. */
export function changeRecords(account: Account, zone: HostedZone, changes: readonly RecordChange[]): ZoneChange {
  let records: readonly HostedRecord[] = zone.records
  const objections = changes.flatMap((change) => {
    const objection = objectionTo(zone, records, change)
    if (objection === undefined) records = changed(records, change)
    return objection ?? []
  })
  if (objections.length > 0) throw new AwsError('InvalidChangeBatch', `[${objections.join(', ')}]`)
  zone.served ??= zone.records
  zone.records = records
  const change: ZoneChange = {
    id: `C0${account.random.text(18, CHANGE_ID)}`,
    submitted: account.now,
    inSync: account.now + IN_SYNC_MILLISECONDS,
  }
  account.zoneChanges.set(change.id, change)
  account.schedule.add(change.inSync, () => {
    zone.served = zone.records === records ? undefined : records
  })
  return change
}

function changed(records: readonly HostedRecord[], { action, record }: RecordChange): readonly HostedRecord[] {
  const others = records.filter((known) => !isSame(known, record))
  return action === 'DELETE' ? others : [...others, record]
}

/** What Route 53 has against a change, in its own words; undefined: nothing. */
function objectionTo(
  zone: HostedZone,
  records: readonly HostedRecord[],
  { action, record }: RecordChange,
): string | undefined {
  const { name, type } = record
  const known = records.find((candidate) => isSame(candidate, record))
  const what = `resource record set [name='${name}.', type='${type}']`
  if (name !== zone.name && !name.endsWith(`.${zone.name}`))
    return `RRSet with DNS name ${name}. is not permitted in zone ${zone.name}.`
  if (action === 'DELETE') {
    if (known === undefined) return `Tried to delete ${what} but it was not found`
    return JSON.stringify(plain(known)) === JSON.stringify(plain(record))
      ? undefined
      : `Tried to delete ${what} but the values provided do not match the current values`
  }
  if (action === 'CREATE' && known !== undefined) return `Tried to create ${what} but it already exists`
  if (type === 'CNAME' && name === zone.name)
    return `RRSet of type CNAME with DNS name ${name}. is not permitted at apex in zone ${zone.name}.`
  if (type === 'CNAME' && 'values' in record && record.values.length > 1)
    return `InvalidRRSet: [name='${name}.', type='CNAME'] CNAME record sets may only have one value`
  const conflict = records.find((candidate) => candidate.name === name && candidate.type !== type)
  return conflict === undefined
    ? undefined
    : `RRSet of type ${type} with DNS name ${name}. is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}.`
}

function isSame(a: HostedRecord, b: HostedRecord): boolean {
  return a.name === b.name && a.type === b.type
}

/** The members in one order, and names without their trailing dot. */
function plain(record: HostedRecord): unknown {
  if ('alias' in record) return [record.alias.hostedZoneId, record.alias.target, record.alias.evaluateTargetHealth]
  return [record.ttlSeconds, record.values.map((value) => value.replace(/\.$/, ''))]
}
