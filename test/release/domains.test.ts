import { describe, expect, it } from 'vitest'
import {
  classifyDomain,
  type DomainKind,
  isCircle,
  redirectOf,
  type Targets,
  tlsFault,
} from '../../electron/release/domains.ts'
import type { DomainRecord, TlsAnswer } from '../../electron/release/outside.ts'
import type { DnsAnswer } from '../../electron/release/world.ts'
import { answered } from './things.ts'

const production = 'shop.eu-central-1.elasticbeanstalk.com'
const greenName = 'shop-x1y2.eu-central-1.elasticbeanstalk.com'
const blueEndpoint = 'awseb-blue-123.eu-central-1.elb.amazonaws.com'
const greenEndpoint = 'awseb-green-456.eu-central-1.elb.amazonaws.com'
const targets: Targets = {
  production,
  greenName,
  blueEndpoint,
  greenEndpoint,
  blueAddresses: ['198.51.100.1', '198.51.100.2', '2001:db8::1'],
  greenAddresses: ['203.0.113.1'],
}
const alias = (target: string, type: 'A' | 'AAAA' = 'A'): DomainRecord => ({
  name: 'x.example',
  type,
  isAlias: true,
  targets: [target],
})
const cname = (target: string): DomainRecord => ({
  name: 'x.example',
  type: 'CNAME',
  isAlias: false,
  targets: [target],
})
const fixed = (...addresses: string[]): DomainRecord => ({
  name: 'x.example',
  type: 'A',
  isAlias: false,
  targets: addresses,
})
const answers = (addresses: readonly string[], ...chain: string[]): DnsAnswer => ({
  kind: 'addresses',
  addresses,
  chain,
  ttlSeconds: 60,
})
const missing: DnsAnswer = { kind: 'no-such-name', detail: 'x.example does not exist' }
const silent: DnsAnswer = { kind: 'silent', detail: 'No answer within 2 s' }
const blue = targets.blueAddresses

describe('where a domain leads', () => {
  it.each<[string, readonly DomainRecord[], DnsAnswer | null, Readonly<Record<string, string>>, DomainKind]>([
    ['an alias of the environment’s name', [alias(production)], answers(blue), {}, 'follows'],
    ['the same, with dots and capitals', [alias(`${production.toUpperCase()}.`)], answers(blue), {}, 'follows'],
    ['the same, asked of nobody', [alias(production)], null, {}, 'follows'],
    [
      'both families as aliases of the name',
      [alias(production), alias(production, 'AAAA')],
      answers(blue),
      {},
      'follows',
    ],
    ['a CNAME record to it', [cname(production)], answers(blue, production), {}, 'follows'],
    ['a CNAME at another provider', [], answers(blue, production), {}, 'follows'],
    ['a chain that comes to it', [], answers(blue, 'web.example', production), {}, 'follows'],
    [
      'a name from before 2016, itself a CNAME to the load balancer',
      [],
      answers(blue, production, blueEndpoint),
      {},
      'follows',
    ],
    ['an alias of it that does not resolve from here', [alias(production)], missing, {}, 'follows'],
    ['an alias of blue’s load balancer', [alias(`dualstack.${blueEndpoint}`)], answers(blue), {}, 'load-balancer'],
    ['a CNAME to blue’s load balancer', [cname(blueEndpoint)], answers(blue, blueEndpoint), {}, 'load-balancer'],
    ['the same at another provider', [], answers(blue, 'lb.example', blueEndpoint), {}, 'load-balancer'],
    [
      'one family follows, the other does not',
      [alias(production), alias(blueEndpoint, 'AAAA')],
      answers(blue),
      {},
      'load-balancer',
    ],
    ['an alias of green’s load balancer', [alias(greenEndpoint)], answers(['203.0.113.1']), {}, 'load-balancer'],
    [
      'another load balancer of AWS',
      [],
      answers(['192.0.2.9'], 'other-1.us-east-1.elb.amazonaws.com'),
      {},
      'load-balancer',
    ],
    ['a network load balancer', [], answers(['192.0.2.9'], 'net-1.elb.us-east-1.amazonaws.com'), {}, 'load-balancer'],
    ['a load balancer in China', [alias('x-1.cn-north-1.elb.amazonaws.com.cn')], null, {}, 'load-balancer'],
    ['addresses of blue, written down', [fixed('198.51.100.1')], answers(['198.51.100.1']), {}, 'address'],
    ['an address of green, written down', [fixed('203.0.113.1')], null, {}, 'address'],
    ['addresses of blue, by a record that cannot be seen', [], answers(blue), {}, 'unclear'],
    ['the same behind a name that says nothing', [], answers(blue, 'web.example'), {}, 'unclear'],
    ['an alias of CloudFront', [alias('d111111abcdef8.cloudfront.net')], answers(['192.0.2.7']), {}, 'cdn'],
    ['a CNAME to CloudFront', [], answers(['192.0.2.7'], 'd111111abcdef8.cloudfront.net'), {}, 'cdn'],
    ['Cloudflare by its name', [], answers(['192.0.2.7'], 'shop.example.cdn.cloudflare.net'), {}, 'cdn'],
    ['Cloudflare by its address', [], answers(['104.18.3.4']), {}, 'cdn'],
    ['Cloudflare by its address of version 6', [], answers(['2606:4700::6812:304']), {}, 'cdn'],
    ['an address right behind Cloudflare’s', [], answers(['104.32.0.1']), {}, 'elsewhere'],
    ['Cloudflare by its headers', [], answers(['192.0.2.7']), { 'cf-ray': '8a-FRA' }, 'cdn'],
    ['CloudFront by its headers', [], answers(['192.0.2.7']), { via: '1.1 abc.cloudfront.net (CloudFront)' }, 'cdn'],
    ['Fastly by its headers', [], answers(['192.0.2.7']), { via: '1.1 varnish' }, 'cdn'],
    ['a network in front of what its record says', [cname(production)], answers(['104.18.3.4']), {}, 'cdn'],
    ['Global Accelerator', [alias('a1b2.awsglobalaccelerator.com')], null, {}, 'cdn'],
    ['green’s own name', [], answers(['203.0.113.1'], greenName), {}, 'green-name'],
    ['an alias of green’s own name', [alias(greenName)], null, {}, 'green-name'],
    ['another environment', [], answers(['192.0.2.9'], 'other.eu-central-1.elasticbeanstalk.com'), {}, 'elsewhere'],
    ['a server somewhere', [], answers(['192.0.2.9']), {}, 'elsewhere'],
    [
      'a name that ends like a load balancer and is none',
      [],
      answers(['192.0.2.9'], 'elb.amazonaws.com.evil.example'),
      {},
      'elsewhere',
    ],
    ['a name that does not exist', [], missing, {}, 'unresolved'],
    ['servers that do not answer', [], silent, {}, 'unresolved'],
    ['nobody was asked, and nothing is known', [], null, {}, 'unresolved'],
    ['one record among several that stays behind', [fixed('192.0.2.9', '198.51.100.1')], null, {}, 'address'],
  ])('%s', (_words, records, answer, headers, kind) => {
    const found = classifyDomain({ name: 'x.example', records, answer, headers }, targets)
    expect(found.kind).toBe(kind)
    expect(found.remedy === null).toBe(kind === 'follows')
    expect(found.leads).not.toBe('')
  })

  it('never says that a domain follows which only looks alike', () => {
    for (const name of [`x.${production}`, `${production}.example`, production.replace('shop', 'shop2')]) {
      expect(
        classifyDomain({ name: 'x.example', records: [cname(name)], answer: null, headers: {} }, targets).kind,
      ).toBe('elsewhere')
    }
  })
})

const valid: TlsAnswer = { kind: 'certificate', isValid: true, fault: '', names: ['*.example'], validUntil: 1 }
const wrong: TlsAnswer = { ...valid, isValid: false, fault: 'The certificate is for another name', names: ['a'] }
const none: TlsAnswer = { kind: 'none', detail: 'refused' }
const unknown: TlsAnswer = { kind: 'failure', detail: 'No handshake within 10 s' }

describe('HTTPS of a domain', () => {
  it.each<[string, TlsAnswer, TlsAnswer, string | null]>([
    ['both have it', valid, valid, null],
    ['neither has it', none, none, null],
    ['only green has it', none, valid, null],
    ['it is missing on green', valid, none, 'green does not'],
    ['green shows another certificate', valid, wrong, 'not valid for it'],
    ['green cannot be asked', valid, unknown, 'could not be asked'],
    ['blue cannot be asked', unknown, none, null],
    ['both show the same wrong one', wrong, wrong, null],
    ['blue shows a wrong one, green none', wrong, none, 'green does not'],
    ['both are wrong, each otherwise', wrong, { ...wrong, names: ['b'] }, 'not valid for it'],
  ])('%s', (_words, onBlue, onGreen, expected) => {
    const found = tlsFault({ blue: onBlue, green: onGreen })
    expect(found ?? 'nothing').toContain(expected ?? 'nothing')
  })
})

const hop = (url: string, status: number, location?: string) => ({
  url,
  answer: answered({ status, headers: location === undefined ? {} : { location } }),
})

describe('redirects', () => {
  it.each<[string, readonly ReturnType<typeof hop>[], boolean]>([
    ['none', [hop('http://x.example/', 200)], false],
    ['to HTTPS', [hop('http://x.example/', 301, 'https://x.example/'), hop('https://x.example/', 200)], false],
    ['to itself', [hop('http://x.example/', 301, '/')], true],
    [
      'from HTTPS back to HTTP',
      [hop('http://x.example/', 301, 'https://x.example/'), hop('https://x.example/', 301, 'http://x.example/')],
      true,
    ],
    ['without a target', [hop('http://x.example/', 301)], false],
    ['to what is no address', [hop('http://x.example/', 302, 'http://')], false],
    ['without an end', Array.from({ length: 6 }, (_, at) => hop(`http://x.example/${at}`, 302, `/${at + 1}`)), true],
    ['nothing was asked', [], false],
  ])('%s', (_words, hops, expected) => {
    expect(isCircle(hops)).toBe(expected)
  })

  it('are followed from where they stand', () => {
    expect(redirectOf(hop('https://x.example/a/b', 302, '../c?d'))).toBe('https://x.example/c?d')
  })
})
