import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Account } from '../../model/account.ts'
import { AwsError } from '../../model/aws-error.ts'
import type { HostedZone, ZoneChange } from '../../model/network-records.ts'
import { changeRecords, type RecordChange } from '../../model/record-changes.ts'
import { element, instant, list, type Structure } from '../document.ts'
import { type RecordSet, recordSetsOf } from './record-sets.ts'

/** The XML namespace of Route 53's documents. */
export const ROUTE53_NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/'
const PREFIX = '/2013-04-01'

/** A request of Route 53, taken apart; `operation` is what IAM and the statistics call it. */
export interface Route53Request {
  readonly operation: string
  readonly zoneId: string | undefined
  readonly query: URLSearchParams
  /** Of GetChange. */
  readonly changeId?: string
}

/** Reads what a request of Route 53 (REST, API version 2013-04-01) asks for; undefined: nothing this account knows. */
export function readRoute53(request: IncomingMessage): Route53Request | undefined {
  const url = request.url ?? '/'
  const cut = url.indexOf('?')
  const path = (cut === -1 ? url : url.slice(0, cut)).replace(/\/$/, '')
  const query = new URLSearchParams(cut === -1 ? '' : url.slice(cut + 1))
  if (!path.startsWith(PREFIX)) return undefined
  const [, kind, zoneId, part, ...rest] = path.slice(PREFIX.length).split('/')
  if (rest.length > 0) return undefined
  if (request.method === 'POST') {
    const isChange = kind === 'hostedzone' && part === 'rrset' && zoneId !== undefined
    return isChange ? { operation: 'ChangeResourceRecordSets', zoneId, query } : undefined
  }
  if (request.method !== 'GET') return undefined
  const known: Readonly<Record<string, string>> = {
    hostedzone: 'ListHostedZones',
    hostedzonesbyname: 'ListHostedZonesByName',
    hostedzonecount: 'GetHostedZoneCount',
  }
  if (zoneId === undefined) {
    const operation = known[kind ?? '']
    return operation === undefined ? undefined : { operation, zoneId: undefined, query }
  }
  if (kind === 'change' && part === undefined)
    return { operation: 'GetChange', zoneId: undefined, query, changeId: zoneId }
  if (kind !== 'hostedzone') return undefined
  if (part === undefined) return { operation: 'GetHostedZone', zoneId, query }
  return part === 'rrset' ? { operation: 'ListResourceRecordSets', zoneId, query } : undefined
}

/** The resource that IAM knows a request's zone as; undefined: all of them. */
export function route53Resource({ zoneId, changeId }: Route53Request): string | undefined {
  if (changeId !== undefined) return `arn:aws:route53:::change/${changeId}`
  return zoneId === undefined ? undefined : `arn:aws:route53:::hostedzone/${zoneId}`
}

/** Answers a request of Route 53; throws AwsError for what it refuses. */
export function answerRoute53(
  account: Account,
  request: Route53Request,
  response: ServerResponse,
  requestId: string,
): void {
  const answer = OPERATIONS[request.operation]
  if (answer === undefined) throw new AwsError('InvalidAction', `Route 53 has no ${request.operation}.`)
  sendRoute53(response, request.operation, answer(account, request), requestId)
}

/** Answers an operation of Route 53 with its result. */
export function sendRoute53(response: ServerResponse, operation: string, result: Structure, requestId: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element(`${operation}Response`, result, ` xmlns="${ROUTE53_NAMESPACE}"`)}`
  response
    .writeHead(200, {
      'content-type': 'text/xml',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': requestId,
    })
    .end(body)
}

/** Carries ChangeResourceRecordSets out on a zone. */
export function changeZone(account: Account, zoneId: string, changes: readonly RecordChange[]): Structure {
  const zone = account.hostedZones.find(({ id }) => id === zoneId)
  if (zone === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404)
  return { ChangeInfo: changeShape(account, changeRecords(account, zone, changes)) }
}

function changeShape(account: Account, { id, submitted, inSync }: ZoneChange): Structure {
  return {
    Id: `/change/${id}`,
    Status: account.now < inSync ? 'PENDING' : 'INSYNC',
    SubmittedAt: instant(submitted),
  }
}

const OPERATIONS: Readonly<Record<string, (account: Account, request: Route53Request) => Structure>> = {
  ListHostedZones: (account, { query }) => {
    const size = sizeOf(query, 100)
    const marker = query.get('marker')
    const start = marker === null ? 0 : account.hostedZones.findIndex(({ id }) => id === marker)
    if (start === -1) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${marker ?? ''}`, 404)
    const shown = account.hostedZones.slice(start, start + size)
    const next = account.hostedZones[start + size]
    return {
      HostedZones: list(shown.map(zoneShape), 'HostedZone'),
      Marker: marker ?? undefined,
      IsTruncated: next !== undefined,
      NextMarker: next?.id,
      MaxItems: String(size),
    }
  },
  ListHostedZonesByName: (account, { query }) => {
    const size = sizeOf(query, 100)
    const name = query.get('dnsname')
    const from = name === null ? '' : reversed(name)
    const sorted = account.hostedZones
      .toSorted((a, b) => compare(reversed(a.name), reversed(b.name)))
      .filter((zone) => reversed(zone.name) >= from)
    const next = sorted[size]
    return {
      HostedZones: list(sorted.slice(0, size).map(zoneShape), 'HostedZone'),
      DNSName: name ?? undefined,
      HostedZoneId: query.get('hostedzoneid') ?? undefined,
      IsTruncated: next !== undefined,
      NextDNSName: next === undefined ? undefined : `${next.name}.`,
      NextHostedZoneId: next?.id,
      MaxItems: String(size),
    }
  },
  GetChange: (account, { changeId = '' }) => {
    const change = account.zoneChanges.get(changeId)
    if (change === undefined) throw new AwsError('NoSuchChange', `Could not find resource with ID: ${changeId}`, 404)
    return { ChangeInfo: changeShape(account, change) }
  },
  GetHostedZoneCount: (account) => ({ HostedZoneCount: account.hostedZones.length }),
  GetHostedZone: (account, request) => {
    const zone = zoneOf(account, request)
    return {
      HostedZone: zoneShape(zone),
      DelegationSet: { NameServers: list([`ns-1.${zone.name}`], 'NameServer') },
    }
  },
  ListResourceRecordSets: (account, request) => {
    const { query } = request
    const size = sizeOf(query, 300)
    const name = query.get('name')
    const type = query.get('type')
    if (name === null && type !== null)
      throw new AwsError('InvalidInput', 'The input is not valid: a type needs a name.')
    const from = name === null ? '' : reversed(name)
    const all = recordSetsOf(zoneOf(account, request)).toSorted(
      (a, b) => compare(reversed(a.name), reversed(b.name)) || compare(a.type, b.type),
    )
    const wanted = all.filter((set) => {
      const order = compare(reversed(set.name), from)
      return order > 0 || (order === 0 && (type === null || set.type >= type))
    })
    const next = wanted[size]
    return {
      ResourceRecordSets: list(wanted.slice(0, size).map(recordSetShape), 'ResourceRecordSet'),
      IsTruncated: next !== undefined,
      NextRecordName: next === undefined ? undefined : `${next.name}.`,
      NextRecordType: next?.type,
      MaxItems: String(size),
    }
  },
}

function zoneOf(account: Account, { zoneId }: Route53Request): HostedZone {
  const found = account.hostedZones.find(({ id }) => id === zoneId)
  if (found === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId ?? ''}`, 404)
  return found
}

function sizeOf(query: URLSearchParams, most: number): number {
  const size = Number(query.get('maxitems') ?? most)
  if (!Number.isInteger(size) || size < 1) throw new AwsError('InvalidInput', 'The value of maxitems is not valid.')
  return Math.min(size, most)
}

function zoneShape(zone: HostedZone): Structure {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: `${zone.name}.`,
    CallerReference: zone.id.toLowerCase(),
    Config: { Comment: zone.comment, PrivateZone: false },
    ResourceRecordSetCount: recordSetsOf(zone).length,
  }
}

function recordSetShape(set: RecordSet): Structure {
  return {
    Name: `${set.name}.`,
    Type: set.type,
    TTL: set.ttlSeconds,
    ResourceRecords:
      set.values === undefined
        ? undefined
        : list(
            set.values.map((value) => ({ Value: value })),
            'ResourceRecord',
          ),
    AliasTarget:
      set.alias === undefined
        ? undefined
        : {
            HostedZoneId: set.alias.hostedZoneId,
            DNSName: `${set.alias.target}.`,
            EvaluateTargetHealth: set.alias.evaluateTargetHealth,
          },
  }
}

/** Route 53 sorts by the labels from the last to the first. */
function reversed(name: string): string {
  return name.replace(/\.$/, '').toLowerCase().split('.').toReversed().join('.')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
