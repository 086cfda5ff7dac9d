import type { Account } from './account.ts'
import { derivedHex } from './derived-id.ts'
import { isTooSlow, passesHealthCheck } from './health.ts'
import { loadBalancerZoneId } from './hosted-zones.ts'
import { type Listener, listenersOf, processesOf } from './listeners.ts'
import type { SharedLoadBalancer } from './network-records.ts'
import type { EnvironmentRecord, Instant, Tag } from './records.ts'
import { valueOf } from './settings.ts'
import { hostsOf } from './shared-load-balancers.ts'
import { physicalId } from './stack.ts'

/** The load balancer of an environment, as Elastic Load Balancing shows it; everything follows from the environment. */
export interface LoadBalancer {
  /** Whose it is, or who shares it. */
  readonly environments: readonly EnvironmentRecord[]
  readonly kind: 'application' | 'network' | 'classic'
  /** Of a classic one there is none. */
  readonly arn: string | undefined
  readonly name: string
  readonly dnsName: string
  readonly hostedZoneId: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly created: Instant
  readonly subnets: readonly { readonly id: string; readonly availabilityZone: string }[]
  readonly securityGroupIds: readonly string[]
  readonly tags: readonly Tag[]
  readonly listeners: readonly Listener[]
  readonly targetGroups: readonly TargetGroup[]
}

export interface TargetGroup {
  readonly environment: EnvironmentRecord
  readonly process: string
  readonly arn: string
  readonly name: string
  readonly port: number
  readonly protocol: string
  /** What the environment's process says, or its default. */
  option(name: string): string
}

export interface TargetHealth {
  readonly instanceId: string
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'draining'
  readonly reason: string | undefined
  readonly description: string | undefined
}

export const VPC_ID = 'vpc-0a1b2c3d4e5f60718'
const DEFAULT_SUBNETS = 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728'

/** Every load balancer that exists now, in the order in which they were created. */
export function loadBalancersOf(account: Account): readonly LoadBalancer[] {
  return [...account.environments.values()]
    .flatMap((environment) => loadBalancerOf(account, environment) ?? [])
    .concat([...account.sharedLoadBalancers.values()].map((shared) => sharedLoadBalancer(account, shared)))
    .toSorted((a, b) => a.created - b.created)
}

/** The environment's own load balancer; undefined: it has none. */
function loadBalancerOf(account: Account, environment: EnvironmentRecord): LoadBalancer | undefined {
  const { front, settings, stack } = environment
  if (front === undefined || front.kind !== 'load balancer' || account.sharedLoadBalancers.has(front.name))
    return undefined
  const kind = loadBalancerKind(environment)
  const resource = stack?.resources.get(kind === 'classic' ? 'AWSEBLoadBalancer' : 'AWSEBV2LoadBalancer')
  const group = physicalId(environment, 'AWSEBLoadBalancerSecurityGroup')
  const subnets = valueOf(settings, 'aws:ec2:vpc', 'ELBSubnets') ?? DEFAULT_SUBNETS
  return {
    environments: [environment],
    kind,
    arn: kind === 'classic' ? undefined : front.name,
    name: kind === 'classic' ? front.name : (front.name.split('/')[2] ?? front.name),
    dnsName: front.endpoint,
    hostedZoneId: loadBalancerZoneId(account.region, kind),
    scheme: valueOf(settings, 'aws:ec2:vpc', 'ELBScheme') === 'internal' ? 'internal' : 'internet-facing',
    created: resource?.updated ?? environment.created,
    subnets: namesIn(subnets).map((id, index) => ({
      id,
      availabilityZone: `${account.region}${'abc'.charAt(index % 3)}`,
    })),
    securityGroupIds: [
      ...(group === undefined ? [] : [group]),
      ...namesIn(valueOf(settings, 'aws:elbv2:loadbalancer', 'SecurityGroups') ?? ''),
    ].filter((id, index, all) => all.indexOf(id) === index),
    tags: [
      ...environment.tags,
      { key: 'aws:cloudformation:stack-name', value: stack?.name ?? '' },
      { key: 'aws:cloudformation:stack-id', value: stack?.id ?? '' },
      { key: 'aws:cloudformation:logical-id', value: resource?.logicalId ?? '' },
    ],
    listeners: listenersOf(environment),
    targetGroups:
      kind === 'classic' ? [] : processesOf(environment).map((process) => targetGroupOf(account, environment, process)),
  }
}

/** A load balancer that several environments share: by their names it knows whose requests are whose. */
function sharedLoadBalancer(account: Account, shared: SharedLoadBalancer): LoadBalancer {
  const { arn, name, endpoint, created, securityGroupId } = shared
  const environments = [...account.environments.values()].filter(({ front }) => front?.name === arn)
  const targetGroups = environments.flatMap((environment) =>
    processesOf(environment).map((process) => targetGroupOf(account, environment, process)),
  )
  const listenerArn = `${arn.replace(':loadbalancer/', ':listener/')}/${derivedHex(arn, 16)}`
  return {
    environments,
    kind: 'application',
    arn,
    name,
    dnsName: endpoint,
    hostedZoneId: loadBalancerZoneId(account.region, 'application'),
    scheme: 'internet-facing',
    created,
    subnets: namesIn(DEFAULT_SUBNETS).map((id, index) => ({
      id,
      availabilityZone: `${account.region}${'abc'.charAt(index % 3)}`,
    })),
    securityGroupIds: [securityGroupId],
    tags: [],
    listeners: [
      {
        arn: listenerArn,
        port: 80,
        protocol: 'HTTP',
        process: undefined,
        certificateArns: [],
        sslPolicy: undefined,
        rules: environments.map((environment, index) => ({
          name: environment.name,
          arn:
            physicalId(environment, 'AWSEBV2LoadBalancerListenerRule') ??
            `${listenerArn.replace(':listener/', ':listener-rule/')}/${derivedHex(environment.id, 16)}`,
          priority: index + 1,
          process: 'default',
          hostHeaders: hostsOf(environment),
          pathPatterns: [],
          targetGroupArn: targetGroups.find((group) => group.environment === environment)?.arn,
        })),
        instancePort: 80,
        instanceProtocol: 'HTTP',
      },
    ],
    targetGroups,
  }
}

/** Which kind of load balancer the environment's settings ask for. */
function loadBalancerKind(environment: Pick<EnvironmentRecord, 'settings'>): LoadBalancer['kind'] {
  const type = valueOf(environment.settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerType')
  return type === 'classic' || type === 'network' ? type : 'application'
}

/** What the health check of the load balancer finds at each instance. */
export function targetHealthOf(account: Account, environment: EnvironmentRecord): readonly TargetHealth[] {
  return environment.instances.map((instance) => {
    const { id: instanceId } = instance
    if (passesHealthCheck(account, environment, instance)) {
      return { instanceId, state: 'healthy', reason: undefined, description: undefined }
    }
    if (account.now < instance.answers && account.now - instance.launched < 120_000) {
      return {
        instanceId,
        state: 'initial',
        reason: 'Elb.InitialHealthChecking',
        description: 'Initial health checks in progress',
      }
    }
    if (account.now >= instance.answers && isTooSlow(environment, instance))
      return { instanceId, state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' }
    return account.now < instance.answers
      ? { instanceId, state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
      : {
          instanceId,
          state: 'unhealthy',
          reason: 'Target.ResponseCodeMismatch',
          description: `Health checks failed with these codes: [${instance.behaviour.statusCode}]`,
        }
  })
}

/** Names separated by commas, as options list them. */
function namesIn(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function targetGroupOf(account: Account, environment: EnvironmentRecord, process: string): TargetGroup {
  const namespace = `aws:elasticbeanstalk:environment:process:${process}`
  const option = (name: string): string => valueOf(environment.settings, namespace, name) ?? ''
  const own = process === 'default' ? physicalId(environment, 'AWSEBV2LoadBalancerTargetGroup') : undefined
  const id = derivedHex(`${environment.id} ${process}`, 16)
  const arn =
    own ??
    `arn:aws:elasticloadbalancing:${account.region}:${account.accountId}:targetgroup/awseb-${process}-${derivedHex(environment.id, 8)}/${id}`
  return {
    environment,
    process,
    arn,
    name: arn.split('/')[1] ?? '',
    port: Number(option('Port') || '80'),
    protocol: loadBalancerKind(environment) === 'network' ? 'TCP' : option('Protocol') || 'HTTP',
    option,
  }
}
