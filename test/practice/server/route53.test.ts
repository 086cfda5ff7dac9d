import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { elements, signedRequests } from './signed-requests.ts'

const practice = await practiceOfFile()
const ask = signedRequests(practice)

/** Route 53 is one for all regions: requests are signed for us-east-1. */
async function get(path: string, query = ''): Promise<{ readonly status: number; readonly xml: string }> {
  const response = await ask({
    method: 'GET',
    service: 'route53',
    region: 'us-east-1',
    path: `/2013-04-01/${path}`,
    query,
  })
  return { status: response.status, xml: await response.text() }
}

describe('Route 53', () => {
  it('has a zone in which two names follow a swap and one does not', async () => {
    const { xml } = await get('hostedzone')
    expect(xml).toContain(
      '<ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZones><HostedZone><Id>/hostedzone/Z',
    )
    const id = (elements(xml, 'Id')[0] ?? '').replace('/hostedzone/', '')
    expect(elements((await get(`hostedzone/${id}`)).xml, 'Name')).toEqual(['shop.example.'])
    const records = (await get(`hostedzone/${id}/rrset`)).xml
    expect(elements(records, 'Name')).toEqual([
      'shop.example.',
      'shop.example.',
      'shop.example.',
      'api.shop.example.',
      'www.shop.example.',
    ])
    expect(elements(records, 'Type')).toEqual(['A', 'NS', 'SOA', 'A', 'CNAME'])
    expect(elements(records, 'HostedZoneId')).toEqual(['Z1FRNW7UH4DEZJ', 'Z215JYRZR1TBD5'])
    expect(elements(records, 'DNSName')[0]).toBe('shop.eu-central-1.elasticbeanstalk.com.')
    expect(elements(records, 'DNSName')[1]).toMatch(/^dualstack\.awseb-.*\.eu-central-1\.elb\.amazonaws\.com\.$/)
    expect(elements(records, 'Value')).toContain('shop.eu-central-1.elasticbeanstalk.com')
  })

  it('goes on from a name and type, page by page', async () => {
    const id =
      (elements((await get('hostedzonesbyname', 'dnsname=shop.example')).xml, 'Id')[0] ?? '').split('/')[2] ?? ''
    const names: string[] = []
    for (let query = 'maxitems=2'; query !== ''; ) {
      const { xml } = await get(`hostedzone/${id}/rrset`, query)
      names.push(...elements(xml, 'Type'))
      const [name] = elements(xml, 'NextRecordName')
      const [type] = elements(xml, 'NextRecordType')
      query = name === undefined ? '' : `maxitems=2&name=${name}&type=${type ?? ''}`
    }
    expect(names).toEqual(['A', 'NS', 'SOA', 'A', 'CNAME'])
    expect((await get('hostedzone/ZNOBODY')).xml).toContain(
      '<Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>No hosted zone found with ID: ZNOBODY</Message></Error>',
    )
    expect((await get('hostedzone/ZNOBODY')).status).toBe(404)
    expect((await get('nonsense')).status).toBe(404)
  })
})
