import type { HostedZone } from '../../model/network-records.ts'

/** One record set of a zone, as Route 53 lists it; an alias has no TTL and no values. Names without the trailing dot. */
export interface RecordSet {
  readonly name: string
  readonly type: string
  readonly ttlSeconds?: number
  readonly values?: readonly string[]
  readonly alias?: { readonly hostedZoneId: string; readonly target: string; readonly evaluateTargetHealth: boolean }
}

const NAME_SERVER_TTL_SECONDS = 172_800
const SOA_TTL_SECONDS = 900

/** Everything in the zone, with the NS and SOA records that every zone has. */
export function recordSetsOf(zone: HostedZone): readonly RecordSet[] {
  const nameServer = `ns-1.${zone.name}.`
  return [
    { name: zone.name, type: 'NS', ttlSeconds: NAME_SERVER_TTL_SECONDS, values: [nameServer] },
    {
      name: zone.name,
      type: 'SOA',
      ttlSeconds: SOA_TTL_SECONDS,
      values: [`${nameServer} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 60`],
    },
    ...zone.records.map((record) =>
      'alias' in record
        ? { name: record.name, type: record.type, alias: record.alias }
        : { name: record.name, type: record.type, ttlSeconds: record.ttlSeconds, values: record.values },
    ),
  ]
}
