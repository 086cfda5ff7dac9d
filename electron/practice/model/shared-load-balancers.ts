import { type Account, allocateAddress } from './account.ts'
import { configurationInvalid } from './aws-error.ts'
import type { SharedLoadBalancer } from './network-records.ts'
import type { EnvironmentRecord, Settings } from './records.ts'
import { valueOf } from './settings.ts'
import { createSecurityGroup, tcpRule } from './stack.ts'

const HEXADECIMAL = '0123456789abcdef'

/** Creates an application load balancer that belongs to no environment; those that name it share it. */
export function createSharedLoadBalancer(account: Account, name: string): SharedLoadBalancer {
  const { region, accountId, random } = account
  const group = createSecurityGroup(account, {
    name: `${name}-load-balancer`,
    description: 'A load balancer that environments share',
    ingress: [tcpRule(80, { ranges: ['0.0.0.0/0'] })],
  })
  const id = random.text(16, HEXADECIMAL)
  const balancer: SharedLoadBalancer = {
    arn: `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/app/${name}/${id}`,
    name,
    endpoint: `${name}-${100000000 + random.below(900000000)}.${region}.elb.amazonaws.com`,
    addresses: [allocateAddress(account), allocateAddress(account)],
    created: account.now,
    securityGroupId: group.id,
  }
  account.sharedLoadBalancers.set(balancer.arn, balancer)
  return balancer
}

/** The load balancer that settings share with others; undefined: the environment has its own. Throws for one there is not. */
export function sharedLoadBalancerOf(account: Account, settings: Settings): SharedLoadBalancer | undefined {
  if (!isShared(settings)) return undefined
  const wanted = valueOf(settings, 'aws:elbv2:loadbalancer', 'SharedLoadBalancer') ?? ''
  const found = [...account.sharedLoadBalancers.values()].find(({ arn, name }) => arn === wanted || name === wanted)
  if (found !== undefined) return found
  throw configurationInvalid(
    `Invalid option value: '${wanted}' (Namespace: 'aws:elbv2:loadbalancer', OptionName: 'SharedLoadBalancer'): The load balancer does not exist.`,
  )
}

/** Whether the settings are those of an environment behind a load balancer that is not its own. */
function isShared(settings: Settings): boolean {
  return (
    valueOf(settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerIsShared') === 'true' &&
    valueOf(settings, 'aws:elasticbeanstalk:environment', 'EnvironmentType') === 'LoadBalanced' &&
    valueOf(settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerType') === 'application'
  )
}

/** The names under which a shared load balancer sends requests to this environment: its CNAME, wherever that is now. */
export function hostsOf({ cname, settings }: EnvironmentRecord): readonly string[] {
  const named = [...settings.values()].flatMap(({ namespace, optionName, value }) =>
    namespace.startsWith('aws:elbv2:listenerrule:') && optionName === 'HostHeaders' ? value.split(',') : [],
  )
  return [...(cname === undefined ? [] : [cname]), ...named.map((name) => name.trim()).filter((name) => name !== '')]
}
