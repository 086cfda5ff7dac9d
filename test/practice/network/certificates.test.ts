import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCertificateAuthority } from '../../../electron/practice/server/network/certificate-authority.ts'
import { integer, objectId, sequence, time } from '../../../electron/practice/server/network/der.ts'
import { type Sites, startSites } from '../../../electron/practice/server/network/sites.ts'
import { split } from './dns-client.ts'
import { BLUE, type FakeAccount, fakeAccount, instance, seededRandom, site } from './fake-source.ts'

const ACCOUNT_NOW = Date.parse('2031-05-01T00:00:00Z')

describe('the account’s certificate authority', () => {
  it('signs certificates that others can check', () => {
    const authority = createCertificateAuthority(ACCOUNT_NOW)
    const root = new X509Certificate(authority.certificate)
    const { cert, key } = authority.issue(['shop.example', '*.shop.example'])
    const leaf = new X509Certificate(cert)
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.subjectAltName).toBe('DNS:shop.example, DNS:*.shop.example')
    expect([leaf.checkHost('www.shop.example'), leaf.checkHost('shop.eu-central-1.elasticbeanstalk.com')]).toEqual([
      '*.shop.example',
      undefined,
    ])
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now())
    expect(Date.parse(leaf.validTo)).toBeGreaterThan(ACCOUNT_NOW + 86_400_000)
    expect(authority.issue(['shop.example', '*.shop.example'])).toEqual({ cert, key })
    expect(new X509Certificate(createCertificateAuthority(0).certificate).verify(root.publicKey)).toBe(false)
  })

  it('writes what X.690 says', () => {
    expect(integer(Buffer.from([0, 0, 0x80])).toString('hex')).toBe('02020080')
    expect(integer(Buffer.from([0])).toString('hex')).toBe('020100')
    expect(objectId('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
    expect(sequence(Buffer.alloc(300)).subarray(0, 4).toString('hex')).toBe('3082012c')
    expect(time(Date.parse('2049-12-31T23:59:59Z')).toString()).toContain('491231235959Z')
    expect(time(Date.parse('2050-01-01T00:00:00Z')).toString()).toContain('20500101000000Z')
  })
})

describe('an environment with a listener for HTTPS', () => {
  let account: FakeAccount
  let sites: Sites
  const authority = createCertificateAuthority(Date.now())

  beforeEach(async () => {
    account = fakeAccount()
    account.sites = [
      {
        ...site(BLUE, 'shop-production', ['192.0.2.10'], [instance('i-1', '1.4.1')]),
        listeners: [{ port: 80 }, { port: 443, certificateNames: ['*.shop.example'] }],
      },
    ]
    sites = await startSites(account.source, seededRandom(), authority)
  })
  afterEach(() => sites.close())

  async function get(servername: string, ca?: string): Promise<number> {
    const { port } = split(sites.dial()['192.0.2.10:443'] ?? '')
    const outgoing = request({ host: '127.0.0.1', port, servername, agent: false, ...(ca === undefined ? {} : { ca }) })
    outgoing.end()
    const [response] = await once(outgoing, 'response')
    response.resume()
    return response.statusCode
  }

  it('answers those who know the authority, under a name of the certificate', async () => {
    expect(Object.keys(sites.dial())).toEqual(['192.0.2.10:80', '192.0.2.10:443'])
    expect(await get('www.shop.example', authority.certificate)).toBe(200)
    await expect(get('shop.example.org', authority.certificate)).rejects.toThrow(/does not match|altnames/)
    await expect(get('www.shop.example')).rejects.toThrow(/unable to verify|self.signed|local issuer/)
    expect(account.served.get(BLUE)).toEqual(new Map([[200, 1]]))
  })

  it('shows the new certificate when the listener gets another one', async () => {
    const [before] = account.sites
    if (before === undefined) throw new Error('There is no site.')
    account.sites = [{ ...before, listeners: [{ port: 443, certificateNames: ['ledger.example'] }] }]
    await sites.refresh()
    expect(Object.keys(sites.dial())).toEqual(['192.0.2.10:443'])
    expect(await get('ledger.example', authority.certificate)).toBe(200)
  })
})
