import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask as resolve } from '../network/dns-client.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Ask, elements, signedRequests } from './signed-requests.ts'

let practice: Practice
let ask: Ask
let zone: string

beforeAll(async () => {
  practice = await startPractice({ users: false })
  ask = signedRequests(practice)
  await practice.control('/clock', { pause: true })
  zone = (elements((await get('hostedzone')).xml, 'Id')[0] ?? '').replace('/hostedzone/', '')
})

beforeEach(() => jump(60))

afterAll(async () => {
  await practice.stop()
})

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function get(path: string): Promise<{ readonly status: number; readonly xml: string }> {
  return answered({ method: 'GET', path: `/2013-04-01/${path}` })
}

async function answered(request: { method: string; path: string; body?: string }) {
  const response = await ask({ ...request, service: 'route53', region: 'us-east-1' })
  return { status: response.status, xml: await response.text() }
}

interface Change {
  readonly action: string
  readonly name: string
  readonly type: string
  readonly values?: readonly string[]
  readonly ttl?: number
  readonly alias?: { readonly zone: string; readonly target: string }
}

function change(...changes: readonly Change[]) {
  const sets = changes.map(({ action, name, type, values, ttl = 60, alias }) => {
    const records = (values ?? []).map((value) => `<ResourceRecord><Value>${value}</Value></ResourceRecord>`).join('')
    const content =
      alias === undefined
        ? `<TTL>${ttl}</TTL><ResourceRecords>${records}</ResourceRecords>`
        : `<AliasTarget><HostedZoneId>${alias.zone}</HostedZoneId><DNSName>${alias.target}</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>`
    return `<Change><Action>${action}</Action><ResourceRecordSet><Name>${name}</Name><Type>${type}</Type>${content}</ResourceRecordSet></Change>`
  })
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>Tests &amp; more</Comment><Changes>${sets.join('')}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
  return answered({ method: 'POST', path: `/2013-04-01/hostedzone/${zone}/rrset`, body })
}

const names = async (): Promise<readonly string[]> =>
  elements((await get(`hostedzone/${zone}/rrset`)).xml, 'Name').filter((name) => name.startsWith('test'))
const served = async (name: string): Promise<readonly string[] | undefined> =>
  (await resolve(practice.dns.authoritative, name))?.addresses

describe('changes of records', () => {
  it('are listed at once, and followed by the name server once they are in sync', async () => {
    const { status, xml } = await change({
      action: 'CREATE',
      name: 'test.shop.example.',
      type: 'A',
      values: ['192.0.2.99', '192.0.2.98'],
    })
    expect([status, elements(xml, 'Status')]).toEqual([200, ['PENDING']])
    const id = (elements(xml, 'Id')[0] ?? '').replace('/change/', '')
    expect(await names()).toEqual(['test.shop.example.'])
    expect(await served('test.shop.example')).toEqual([])
    await jump(31)
    expect(await served('test.shop.example')).toEqual(['192.0.2.98', '192.0.2.99'])
    expect(elements((await get(`change/${id}`)).xml, 'Status')).toEqual(['INSYNC'])
    expect((await get('change/CNOBODY')).status).toBe(404)
    const gone = await change({
      action: 'DELETE',
      name: 'test.shop.example',
      type: 'A',
      values: ['192.0.2.99', '192.0.2.98'],
    })
    expect(gone.status).toBe(200)
    await jump(31)
    expect(await served('test.shop.example')).toEqual([])
  })

  it('point a name at another environment: an alias of its load balancer, or of its name', async () => {
    const { xml } = await get(`hostedzone/${zone}/rrset`)
    const [, loadBalancers = ''] = elements(xml, 'HostedZoneId')
    const old = await served('api.shop.example')
    const ledger = (await practice.control<{ name: string; endpoint: string }[]>('/environments')).find(
      ({ name }) => name === 'ledger-production',
    )
    const moved = await change({
      action: 'UPSERT',
      name: 'api.shop.example',
      type: 'A',
      alias: { zone: loadBalancers, target: `dualstack.${ledger?.endpoint}.` },
    })
    expect(moved.status).toBe(200)
    await jump(31)
    const now = await served('api.shop.example')
    expect(now).toHaveLength(2)
    expect(now).not.toEqual(old)
    expect(now).toEqual(await served(ledger?.endpoint ?? ''))
  })

  it('are carried out all or not at all, with what is wrong in the words of Route 53', async () => {
    const { status, xml } = await change(
      { action: 'UPSERT', name: 'test-one.shop.example', type: 'CNAME', values: ['www.shop.example.'] },
      { action: 'CREATE', name: 'www.shop.example', type: 'CNAME', values: ['shop.example'] },
      { action: 'DELETE', name: 'missing.shop.example', type: 'A', values: ['192.0.2.1'] },
      { action: 'UPSERT', name: 'www.elsewhere.example', type: 'A', values: ['192.0.2.1'] },
      { action: 'UPSERT', name: 'shop.example', type: 'CNAME', values: ['www.shop.example'] },
      { action: 'DELETE', name: 'www.shop.example', type: 'CNAME', values: ['other.example'] },
      { action: 'UPSERT', name: 'www.shop.example', type: 'A', values: ['192.0.2.1'] },
    )
    expect([status, elements(xml, 'Code')]).toEqual([400, ['InvalidChangeBatch']])
    const [message = ''] = elements(xml, 'Message')
    for (const text of [
      "Tried to create resource record set [name='www.shop.example.', type='CNAME'] but it already exists",
      "Tried to delete resource record set [name='missing.shop.example.', type='A'] but it was not found",
      'RRSet with DNS name www.elsewhere.example. is not permitted in zone shop.example.',
      'is not permitted at apex in zone shop.example.',
      'but the values provided do not match the current values',
      'conflicts with other records with the same DNS name',
    ])
      expect(message).toContain(text)
    expect(await names()).toEqual([])
  })

  it.each([
    ['no XML', 'nonsense'],
    ['a broken document', '<ChangeResourceRecordSetsRequest><ChangeBatch></ChangeResourceRecordSetsRequest>'],
    ['another document', '<ListHostedZonesRequest/>'],
    [
      'nothing to change',
      '<ChangeResourceRecordSetsRequest><ChangeBatch><Changes/></ChangeBatch></ChangeResourceRecordSetsRequest>',
    ],
    ['a bomb of depth', `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`],
    [
      'an entity of its own',
      '<!DOCTYPE x [<!ENTITY a "b">]><ChangeResourceRecordSetsRequest>&a;</ChangeResourceRecordSetsRequest>',
    ],
  ])('are refused: %s', async (_name, body) => {
    const { status, xml } = await answered({ method: 'POST', path: `/2013-04-01/hostedzone/${zone}/rrset`, body })
    expect([status, elements(xml, 'Code')[0]]).toEqual([400, expect.stringMatching(/^(?:MalformedXML|InvalidInput)$/)])
  })

  it('say honestly which records the practice account does not have', async () => {
    const { status, xml } = await change({ action: 'UPSERT', name: 'test.shop.example', type: 'TXT', values: ['"x"'] })
    expect([status, elements(xml, 'Code')]).toEqual([400, ['InvalidInput']])
    const elsewhere = await answered({
      method: 'POST',
      path: '/2013-04-01/hostedzone/ZNOBODY/rrset',
      body: '<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>a.b</Name><Type>A</Type><TTL>1</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>',
    })
    expect([elsewhere.status, elements(elsewhere.xml, 'Code')]).toEqual([404, ['NoSuchHostedZone']])
  })
})
