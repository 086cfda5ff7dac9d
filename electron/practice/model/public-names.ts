import type { Account } from './account.ts'
import { environmentZone, loadBalancerZone } from './names.ts'
import type { HostedRecord } from './network-records.ts'
import type { EnvironmentRecord } from './records.ts'

/** A name someone can look up, as the account's name servers answer it. */
export type NameRecord =
  | { readonly name: string; readonly type: 'A'; readonly ttlSeconds: number; readonly addresses: readonly string[] }
  | { readonly name: string; readonly type: 'CNAME'; readonly ttlSeconds: number; readonly target: string }

// Both Elastic Beanstalk's names and a load balancer's addresses are served for a minute.
const TTL_SECONDS = 60

/** Every name of the account that resolves now. */
export function publicNames(account: Account): readonly NameRecord[] {
  return [
    ...[...account.environments.values()].flatMap((environment) => namesOf(account, environment)),
    ...[...account.sharedLoadBalancers.values()].map(
      ({ endpoint, addresses }): NameRecord => ({ name: endpoint, type: 'A', ttlSeconds: TTL_SECONDS, addresses }),
    ),
    ...account.hostedZones.flatMap(({ records, served }) =>
      (served ?? records).flatMap((record) => hostedNames(account, record)),
    ),
  ]
}

/** The apexes of the zones those names are in. */
export function publicZones(account: Account): readonly string[] {
  const custom = account.hostedZones.map(({ name }) => name)
  return [
    ...new Set([environmentZone(account.region), 'elasticbeanstalk.com', loadBalancerZone(account.region), ...custom]),
  ]
}

/** Route 53 answers an alias with the addresses of what it stands for, and the TTL of that; nothing when it is gone. */
function hostedNames(account: Account, record: HostedRecord): readonly NameRecord[] {
  const { name } = record
  if (!('alias' in record)) {
    if (record.type === 'A') return [{ name, type: 'A', ttlSeconds: record.ttlSeconds, addresses: record.values }]
    return record.values
      .map((value) => value.replace(/\.$/, '').toLowerCase())
      .map((target) => ({ name, type: 'CNAME' as const, ttlSeconds: record.ttlSeconds, target }))
  }
  const target = record.alias.target.replace(/^dualstack\./, '')
  const found = [...account.environments.values()].find(
    ({ front, cname }) => front !== undefined && (cname === target || front.endpoint === target),
  )
  const shared = [...account.sharedLoadBalancers.values()].find(({ endpoint }) => endpoint === target)
  const addresses = shared?.addresses ?? found?.front?.addresses
  return addresses === undefined ? [] : [{ name, type: 'A', ttlSeconds: TTL_SECONDS, addresses }]
}

function namesOf(account: Account, environment: EnvironmentRecord): readonly NameRecord[] {
  const { front, cname } = environment
  if (front === undefined) return []
  const own: readonly NameRecord[] =
    front.kind === 'load balancer' && !account.sharedLoadBalancers.has(front.name)
      ? [{ name: front.endpoint, type: 'A', ttlSeconds: TTL_SECONDS, addresses: front.addresses }]
      : []
  if (cname === undefined) return own
  // Names with a region are aliases: a resolver sees addresses. Those from before 2016 are real CNAME records.
  const isLegacy = !cname.endsWith(`.${environmentZone(account.region)}`)
  return isLegacy && front.kind === 'load balancer'
    ? [...own, { name: cname, type: 'CNAME', ttlSeconds: TTL_SECONDS, target: front.endpoint }]
    : [...own, { name: cname, type: 'A', ttlSeconds: TTL_SECONDS, addresses: front.addresses }]
}
