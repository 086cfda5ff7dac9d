import type { HostedZone, ListResourceRecordSetsResponse, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { DomainRecord, DomainRecords } from '../release/outside.ts'
import type { Clock } from '../release/world.ts'
import type { Clients } from './clients.ts'
import type { Send } from './send.ts'

/** Route 53 allows five calls a second for the whole account: what was read serves for a minute of the account's time. */
const KEPT_MILLISECONDS = 60_000
/** Whoever has more than this is shown what was read, and told that it is not all. */
const MOST_ZONES = 200
const MOST_PAGES = 100

/** The records of the account's hosted zones that lead somewhere; reads only. */
export function createDomainRecords(clients: Clients, send: Send, clock: Clock): DomainRecords {
  let known: { readonly at: number; readonly answer: ReturnType<DomainRecords['all']> } | null = null

  async function zones(): Promise<{ readonly zones: readonly HostedZone[]; readonly complete: boolean }> {
    const { ListHostedZonesCommand } = await import('@aws-sdk/client-route-53')
    const found: HostedZone[] = []
    let marker: string | undefined
    do {
      const page = await send(
        { service: 'route53', operation: 'ListHostedZones', changes: false },
        async (abortSignal) =>
          (await clients.route53()).send(new ListHostedZonesCommand(marker === undefined ? {} : { Marker: marker }), {
            abortSignal,
          }),
      )
      found.push(...(page.HostedZones ?? []))
      marker = page.IsTruncated ? page.NextMarker : undefined
    } while (marker !== undefined && found.length < MOST_ZONES)
    return { zones: found.slice(0, MOST_ZONES), complete: marker === undefined && found.length <= MOST_ZONES }
  }

  async function read(): Promise<Awaited<ReturnType<DomainRecords['all']>>> {
    const { ListResourceRecordSetsCommand } = await import('@aws-sdk/client-route-53')
    const listed = await zones()
    const records: DomainRecord[] = []
    let { complete } = listed
    let pages = 0
    for (const { Id: zoneId } of listed.zones) {
      let from: Partial<ListResourceRecordSetsResponse> | null = null
      do {
        if (pages === MOST_PAGES) return { records, complete: false }
        pages += 1
        const start: Partial<ListResourceRecordSetsResponse> | null = from
        const page: ListResourceRecordSetsResponse = await send(
          { service: 'route53', operation: 'ListResourceRecordSets', changes: false },
          async (abortSignal) =>
            (await clients.route53()).send(
              new ListResourceRecordSetsCommand({
                HostedZoneId: zoneId,
                StartRecordName: start?.NextRecordName,
                StartRecordType: start?.NextRecordType,
                StartRecordIdentifier: start?.NextRecordIdentifier,
              }),
              { abortSignal },
            ),
        )
        records.push(...(page.ResourceRecordSets ?? []).flatMap(recordOf))
        from = page.IsTruncated && page.NextRecordName !== undefined ? page : null
        if (page.IsTruncated && from === null) complete = false
      } while (from !== null)
    }
    return { records, complete }
  }

  return {
    all: () => {
      if (known !== null && clock.now() - known.at < KEPT_MILLISECONDS) return known.answer
      const answer = read()
      const mine = { at: clock.now(), answer }
      known = mine
      // What failed is not remembered.
      answer.catch(() => {
        if (known === mine) known = null
      })
      return answer
    },
  }
}

function recordOf({ Name, Type, AliasTarget, ResourceRecords }: ResourceRecordSet): readonly DomainRecord[] {
  if (Name === undefined || (Type !== 'A' && Type !== 'AAAA' && Type !== 'CNAME')) return []
  const targets =
    AliasTarget?.DNSName === undefined
      ? (ResourceRecords ?? []).flatMap(({ Value }) => Value ?? [])
      : [AliasTarget.DNSName]
  return [{ name: plain(Name), type: Type, isAlias: AliasTarget !== undefined, targets: targets.map(plain) }]
}

/** Route 53 writes the star of a wildcard and other signs as `\052`. */
function plain(name: string): string {
  return name
    .replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    .replace(/\.$/, '')
    .toLowerCase()
}
