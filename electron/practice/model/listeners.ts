import type { Account } from './account.ts'
import { derivedHex } from './derived-id.ts'
import { narrate } from './events.ts'
import type { EnvironmentRecord } from './records.ts'
import { valueOf } from './settings.ts'
import { addResource, markDeleted, physicalId, tcpRule } from './stack.ts'

/** A port at which an environment's load balancer listens. */
export interface Listener {
  /** Of a classic load balancer's there is none. */
  readonly arn: string | undefined
  readonly port: number
  readonly protocol: string
  /** The process the listener sends to unless a rule says otherwise; undefined: it answers 404 by itself. */
  readonly process: string | undefined
  /** ARNs; the first one is the default. */
  readonly certificateArns: readonly string[]
  readonly sslPolicy: string | undefined
  readonly rules: readonly ListenerRule[]
  /** Where a classic load balancer's listener sends to. */
  readonly instancePort: number
  readonly instanceProtocol: string
}

export interface ListenerRule {
  readonly name: string
  readonly arn: string
  readonly priority: number
  readonly process: string
  readonly hostHeaders: readonly string[]
  readonly pathPatterns: readonly string[]
  /** Of a load balancer with target groups of several environments: which one is meant. */
  readonly targetGroupArn?: string | undefined
}

const V2 = /^aws:elbv2:listener:(default|\d+)$/
const CLASSIC = /^aws:elb:listener:(\d+)$/
const PROCESS = /^aws:elasticbeanstalk:environment:process:([\w-]+)$/
const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08'

/** The listeners the environment's settings ask for, by port. */
export function listenersOf(environment: EnvironmentRecord): readonly Listener[] {
  const isClassic = physicalId(environment, 'AWSEBLoadBalancer') !== undefined
  const namespaces = new Set([
    isClassic ? 'aws:elb:listener:80' : 'aws:elbv2:listener:default',
    ...namespacesLike(environment, isClassic ? CLASSIC : V2),
  ])
  return [...namespaces]
    .filter((namespace) => valueOf(environment.settings, namespace, 'ListenerEnabled') !== 'false')
    .map((namespace) => (isClassic ? classicListener(environment, namespace) : listener(environment, namespace)))
    .toSorted((a, b) => a.port - b.port)
}

/** The environment's processes: the default one and those its settings name. */
export function processesOf(environment: Pick<EnvironmentRecord, 'settings'>): readonly string[] {
  return [
    'default',
    ...namespacesLike(environment, PROCESS).map((namespace) => PROCESS.exec(namespace)?.[1] ?? ''),
  ].filter((name, index, all) => all.indexOf(name) === index)
}

/**
 * Makes the stack hold exactly the listeners that the settings ask for. The listener on port 80 is created with the
 * load balancer; this creates and deletes the others.
 */
export function updateListeners(account: Account, environment: EnvironmentRecord): void {
  openPorts(account, environment)
  if (physicalId(environment, 'AWSEBV2LoadBalancer') === undefined) return
  const wanted = new Map(
    listenersOf(environment).flatMap(({ port, arn }) =>
      port === 80 || arn === undefined ? [] : [[logicalId(port), arn] as const],
    ),
  )
  for (const [id, arn] of wanted) {
    if (physicalId(environment, id) !== undefined) continue
    addResource(account, environment, {
      logicalId: id,
      type: 'AWS::ElasticLoadBalancingV2::Listener',
      physicalId: arn,
    })
    narrate(account, environment, `Created Load Balancer listener named: ${arn}`)
  }
  for (const { logicalId: id, physicalId: arn, status } of environment.stack?.resources.values() ?? []) {
    if (!/^AWSEBV2LoadBalancerListener\d+$/.test(id) || wanted.has(id) || status === 'DELETE_COMPLETE') continue
    markDeleted(account, environment, id)
    narrate(account, environment, `Deleted Load Balancer listener named: ${arn}`)
  }
}

/** The ports at which the load balancer must be reachable. */
export function listenerPorts(environment: EnvironmentRecord): readonly number[] {
  return listenersOf(environment).map(({ port }) => port)
}

function openPorts(account: Account, environment: EnvironmentRecord): void {
  const group = account.securityGroups.get(physicalId(environment, 'AWSEBLoadBalancerSecurityGroup') ?? '')
  if (group === undefined) return
  const missing = listenerPorts(environment).filter((port) => !group.ingress.some(({ fromPort }) => fromPort === port))
  group.ingress = [...group.ingress, ...missing.map((port) => tcpRule(port, { ranges: ['0.0.0.0/0'] }))]
}

function listener(environment: EnvironmentRecord, namespace: string): Listener {
  const option = (name: string): string | undefined => valueOf(environment.settings, namespace, name)
  const name = V2.exec(namespace)?.[1] ?? 'default'
  const port = name === 'default' ? 80 : Number(name)
  const loadBalancer = physicalId(environment, 'AWSEBV2LoadBalancer') ?? ''
  const protocol = option('Protocol') ?? 'HTTP'
  const isNetwork = loadBalancer.includes(':loadbalancer/net/')
  const arn =
    physicalId(environment, port === 80 ? 'AWSEBV2LoadBalancerListener' : logicalId(port)) ??
    `${loadBalancer.replace(':loadbalancer/', ':listener/')}/${derivedHex(`${loadBalancer} ${port}`, 16)}`
  const secure = protocol === 'HTTPS' || protocol === 'TLS'
  return {
    arn,
    port,
    protocol: isNetwork && protocol === 'HTTP' ? 'TCP' : protocol,
    process: option('DefaultProcess') ?? 'default',
    certificateArns: secure ? listed(option('SSLCertificateArns')) : [],
    sslPolicy: secure ? (option('SSLPolicy') ?? DEFAULT_SSL_POLICY) : undefined,
    rules: listed(option('Rules')).map((rule) => ruleOf(environment, arn, rule)),
    instancePort: 80,
    instanceProtocol: 'HTTP',
  }
}

function classicListener(environment: EnvironmentRecord, namespace: string): Listener {
  const option = (name: string): string | undefined => valueOf(environment.settings, namespace, name)
  const protocol = option('ListenerProtocol') ?? 'HTTP'
  const secure = protocol === 'HTTPS' || protocol === 'SSL'
  return {
    arn: undefined,
    port: Number(CLASSIC.exec(namespace)?.[1] ?? '80'),
    protocol,
    process: 'default',
    certificateArns: secure ? listed(option('SSLCertificateId')) : [],
    sslPolicy: undefined,
    rules: [],
    instancePort: Number(option('InstancePort') ?? '80'),
    instanceProtocol: option('InstanceProtocol') ?? 'HTTP',
  }
}

function ruleOf(environment: EnvironmentRecord, listenerArn: string, name: string): ListenerRule {
  const namespace = `aws:elbv2:listenerrule:${name}`
  const option = (optionName: string): string | undefined => valueOf(environment.settings, namespace, optionName)
  return {
    name,
    arn: `${listenerArn.replace(':listener/', ':listener-rule/')}/${derivedHex(`${listenerArn} ${name}`, 16)}`,
    priority: Number(option('Priority') ?? '1'),
    process: option('Process') ?? 'default',
    hostHeaders: listed(option('HostHeaders')),
    pathPatterns: listed(option('PathPatterns')),
  }
}

function logicalId(port: number): string {
  return `AWSEBV2LoadBalancerListener${port}`
}

function namespacesLike({ settings }: Pick<EnvironmentRecord, 'settings'>, pattern: RegExp): readonly string[] {
  return [...new Set([...settings.values()].map(({ namespace }) => namespace))].filter((name) => pattern.test(name))
}

function listed(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
