import { AwsError } from '../../model/aws-error.ts'
import type { Listener, ListenerRule } from '../../model/listeners.ts'
import {
  type LoadBalancer,
  loadBalancersOf,
  type TargetGroup,
  targetHealthOf,
  VPC_ID,
} from '../../model/load-balancers.ts'
import type { Tag } from '../../model/records.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, type Operation, page, type QueryService } from '../query-service.ts'

/** Application and network load balancers, API version 2015-12-01. Elastic Beanstalk changes them; here they are read. */
export const ELASTIC_LOAD_BALANCING_V2: QueryService = {
  namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  resource: () => '*',
  operations: {
    DescribeLoadBalancers: (call) => {
      const { parameters } = call
      const arns = parameters.texts('LoadBalancerArns')
      const names = parameters.texts('Names')
      const all = balancers(call)
      const missing = [
        ...(arns ?? []).filter((arn) => !all.some((found) => found.arn === arn)),
        ...(names ?? []).filter((name) => !all.some((found) => found.name === name)),
      ]
      if (missing.length > 0) throw notFound('LoadBalancer', `Load balancers '[${missing.join(', ')}]' not found`)
      const wanted = all.filter(
        ({ arn, name }) =>
          (arns === undefined && names === undefined) ||
          arns?.includes(arn ?? '') === true ||
          names?.includes(name) === true,
      )
      return paged(call, wanted, (found) => ({ LoadBalancers: list(found.map(loadBalancerShape)) }))
    },
    DescribeLoadBalancerAttributes: (call) => {
      const { kind, environments } = balancerOf(call, call.parameters.required('LoadBalancerArn'))
      const [only, ...others] = environments
      const chosen = only?.settings.get('aws:elbv2:loadbalancer|IdleTimeout')?.value
      const idle = others.length === 0 ? (chosen ?? '60') : '60'
      const own: Readonly<Record<string, string>> =
        kind === 'application' ? { 'idle_timeout.timeout_seconds': idle, 'routing.http2.enabled': 'true' } : {}
      const attributes = { 'access_logs.s3.enabled': 'false', 'deletion_protection.enabled': 'false', ...own }
      return { Attributes: attributeList(attributes) }
    },
    DescribeListeners: (call) => {
      const loadBalancerArn = call.parameters.text('LoadBalancerArn')
      const arns = call.parameters.texts('ListenerArns')
      if (loadBalancerArn === undefined && arns === undefined) {
        throw new AwsError('ValidationError', 'You must specify either listener ARNs or a load balancer ARN')
      }
      const wanted =
        loadBalancerArn === undefined
          ? (arns ?? []).map((arn) => listenerOf(call, arn))
          : balancerOf(call, loadBalancerArn).listeners.map((listener) => ({
              balancer: balancerOf(call, loadBalancerArn),
              listener,
            }))
      return paged(call, wanted, (found) => ({
        Listeners: list(found.map(({ balancer, listener }) => listenerShape(balancer, listener))),
      }))
    },
    DescribeListenerCertificates: (call) => {
      const { listener } = listenerOf(call, call.parameters.required('ListenerArn'))
      return {
        Certificates: list(
          listener.certificateArns.map((arn, index) => ({ CertificateArn: arn, IsDefault: index === 0 })),
        ),
      }
    },
    DescribeRules: (call) => {
      const listenerArn = call.parameters.text('ListenerArn')
      const arns = call.parameters.texts('RuleArns')
      if (listenerArn === undefined && arns === undefined) {
        throw new AwsError('ValidationError', 'You must specify either listener rule ARNs or a listener ARN')
      }
      const all = balancers(call).flatMap((balancer) =>
        balancer.listeners.map((listener) => ({ listener, shapes: ruleShapes(balancer, listener) })),
      )
      if (listenerArn !== undefined) listenerOf(call, listenerArn)
      const shapes = all
        .filter(({ listener }) => listenerArn === undefined || listener.arn === listenerArn)
        .flatMap((found) => found.shapes)
        .filter(({ RuleArn }) => arns === undefined || arns.includes(RuleArn))
      if (arns !== undefined && shapes.length < arns.length) throw notFound('Rule', 'One or more rules not found')
      return paged(call, shapes, (found) => ({ Rules: list(found) }))
    },
    DescribeTargetGroups: (call) => {
      const { parameters } = call
      const loadBalancerArn = parameters.text('LoadBalancerArn')
      const arns = parameters.texts('TargetGroupArns')
      const names = parameters.texts('Names')
      if (loadBalancerArn !== undefined) balancerOf(call, loadBalancerArn)
      const wanted = balancers(call)
        .filter(({ arn }) => loadBalancerArn === undefined || arn === loadBalancerArn)
        .flatMap((balancer) => balancer.targetGroups.map((group) => ({ balancer, group })))
        .filter(
          ({ group }) =>
            (arns === undefined || arns.includes(group.arn)) && (names === undefined || names.includes(group.name)),
        )
      if (wanted.length < (arns ?? names ?? []).length)
        throw notFound('TargetGroup', 'One or more target groups not found')
      return paged(call, wanted, (found) => ({
        TargetGroups: list(found.map(({ balancer, group }) => targetGroupShape(balancer, group))),
      }))
    },
    DescribeTargetGroupAttributes: (call) => {
      const { group } = groupOf(call, call.parameters.required('TargetGroupArn'))
      return {
        Attributes: attributeList({
          'deregistration_delay.timeout_seconds': group.option('DeregistrationDelay'),
          'stickiness.enabled': group.option('StickinessEnabled'),
          'stickiness.type': group.option('StickinessType'),
          'stickiness.lb_cookie.duration_seconds': group.option('StickinessLBCookieDuration'),
          'load_balancing.algorithm.type': 'round_robin',
        }),
      }
    },
    DescribeTargetHealth: (call) => {
      const { group } = groupOf(call, call.parameters.required('TargetGroupArn'))
      const asked = call.parameters.structures('Targets')?.map((target) => target.required('Id'))
      const known = targetHealthOf(call.account, group.environment)
      const shape = (instanceId: string, state: string, reason?: string, description?: string): Structure => ({
        Target: { Id: instanceId, Port: group.port },
        HealthCheckPort: 'traffic-port',
        TargetHealth: { State: state, Reason: reason, Description: description },
      })
      const shown = known
        .filter(({ instanceId }) => asked === undefined || asked.includes(instanceId))
        .map(({ instanceId, state, reason, description }) => shape(instanceId, state, reason, description))
      const unknown = (asked ?? []).filter((id) => !known.some(({ instanceId }) => instanceId === id))
      const unused = unknown.map((id) =>
        shape(id, 'unused', 'Target.NotRegistered', 'Target is not registered to the target group'),
      )
      return { TargetHealthDescriptions: list([...shown, ...unused]) }
    },
    DescribeTags: (call) => {
      const all = balancers(call)
      const shapes = (call.parameters.texts('ResourceArns') ?? []).map((arn) => {
        const found = all.find(
          (balancer) =>
            balancer.arn === arn ||
            balancer.listeners.some((listener) => listener.arn === arn) ||
            balancer.targetGroups.some((group) => group.arn === arn),
        )
        if (found === undefined) throw notFound('LoadBalancer', `Load balancers '[${arn}]' not found`)
        return { ResourceArn: arn, Tags: tagList(found.tags) }
      })
      return { TagDescriptions: list(shapes) }
    },
    DescribeSSLPolicies: (call) => {
      const names = call.parameters.texts('Names')
      const wanted = SSL_POLICIES.filter(({ name }) => names === undefined || names.includes(name))
      if (names !== undefined && wanted.length < names.length)
        throw notFound('SSLPolicy', 'One or more SSL policies not found')
      return {
        SslPolicies: list(
          wanted.map(({ name, protocols }) => ({
            Name: name,
            SslProtocols: list(protocols),
            SupportedLoadBalancerTypes: list(['application', 'network']),
          })),
        ),
      }
    },
  },
}

const SSL_POLICIES = [
  { name: 'ELBSecurityPolicy-TLS13-1-2-2021-06', protocols: ['TLSv1.2', 'TLSv1.3'] },
  { name: 'ELBSecurityPolicy-TLS13-1-3-2021-06', protocols: ['TLSv1.3'] },
  { name: 'ELBSecurityPolicy-FS-1-2-Res-2020-10', protocols: ['TLSv1.2'] },
  { name: 'ELBSecurityPolicy-TLS-1-2-2017-01', protocols: ['TLSv1.2'] },
  { name: 'ELBSecurityPolicy-2016-08', protocols: ['TLSv1', 'TLSv1.1', 'TLSv1.2'] },
]

function balancers({ account }: Call): readonly LoadBalancer[] {
  return loadBalancersOf(account).filter(({ kind }) => kind !== 'classic')
}

function balancerOf(call: Call, arn: string): LoadBalancer {
  if (!/^arn:[^:]+:elasticloadbalancing:[^:]*:\d+:loadbalancer\/(?:app|net)\//.test(arn)) {
    throw new AwsError('ValidationError', `'${arn}' is not a valid load balancer ARN`)
  }
  const found = balancers(call).find((balancer) => balancer.arn === arn)
  if (found === undefined) throw notFound('LoadBalancer', `Load balancers '[${arn}]' not found`)
  return found
}

function listenerOf(call: Call, arn: string): { readonly balancer: LoadBalancer; readonly listener: Listener } {
  if (!arn.includes(':listener/')) throw new AwsError('ValidationError', `'${arn}' is not a valid listener ARN`)
  for (const balancer of balancers(call)) {
    const listener = balancer.listeners.find((candidate) => candidate.arn === arn)
    if (listener !== undefined) return { balancer, listener }
  }
  throw notFound('Listener', 'One or more listeners not found')
}

function groupOf(call: Call, arn: string): { readonly balancer: LoadBalancer; readonly group: TargetGroup } {
  if (!arn.includes(':targetgroup/')) throw new AwsError('ValidationError', `'${arn}' is not a valid target group ARN`)
  for (const balancer of balancers(call)) {
    const group = balancer.targetGroups.find((candidate) => candidate.arn === arn)
    if (group !== undefined) return { balancer, group }
  }
  throw notFound('TargetGroup', 'One or more target groups not found')
}

function notFound(what: string, message: string): AwsError {
  return new AwsError(`${what}NotFound`, message)
}

function paged<T>(
  { parameters }: Call,
  all: readonly T[],
  shape: (items: readonly T[]) => Structure,
): ReturnType<Operation> {
  const size = parameters.whole('PageSize') ?? 400
  if (size < 1 || size > 400) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${size}' at 'pageSize' failed to satisfy constraint: Member must have value between 1 and 400`,
    )
  }
  const { items, nextToken } = page(all, size, parameters.text('Marker'))
  return { ...shape(items), NextMarker: nextToken }
}

function loadBalancerShape(balancer: LoadBalancer): Structure {
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: balancer.hostedZoneId,
    CreatedTime: instant(balancer.created),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: VPC_ID,
    State: { Code: 'active' },
    Type: balancer.kind,
    AvailabilityZones: list(
      balancer.subnets.map(({ id, availabilityZone }) => ({
        ZoneName: availabilityZone,
        SubnetId: id,
        LoadBalancerAddresses: list([]),
      })),
    ),
    SecurityGroups: list(balancer.securityGroupIds),
    IpAddressType: 'ipv4',
  }
}

function listenerShape(balancer: LoadBalancer, listener: Listener): Structure {
  const isSecure = listener.certificateArns.length > 0
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: balancer.arn,
    Port: listener.port,
    Protocol: listener.protocol,
    Certificates: list(listener.certificateArns.slice(0, 1).map((arn) => ({ CertificateArn: arn }))),
    SslPolicy: isSecure ? listener.sslPolicy : undefined,
    DefaultActions: list([forward(balancer, listener.process)]),
    MutualAuthentication: isSecure ? { Mode: 'off' } : undefined,
  }
}

function forward(balancer: LoadBalancer, process: string | undefined, targetGroupArn?: string): Structure {
  if (process === undefined)
    return { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' } }
  const arn = targetGroupArn ?? balancer.targetGroups.find((group) => group.process === process)?.arn
  return {
    Type: 'forward',
    TargetGroupArn: arn,
    ForwardConfig: {
      TargetGroups: list([{ TargetGroupArn: arn, Weight: 1 }]),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  }
}

function ruleShapes(balancer: LoadBalancer, listener: Listener): readonly (Structure & { readonly RuleArn: string })[] {
  const own = listener.rules.toSorted((a, b) => a.priority - b.priority)
  const defaultArn = `${(listener.arn ?? '').replace(':listener/', ':listener-rule/')}/default`
  return [
    ...own.map((rule) => ({
      RuleArn: rule.arn,
      Priority: String(rule.priority),
      Conditions: list(conditions(rule)),
      Actions: list([forward(balancer, rule.process, rule.targetGroupArn)]),
      IsDefault: false,
    })),
    {
      RuleArn: defaultArn,
      Priority: 'default',
      Conditions: list([]),
      Actions: list([forward(balancer, listener.process)]),
      IsDefault: true,
    },
  ]
}

function conditions({ hostHeaders, pathPatterns }: ListenerRule): readonly Structure[] {
  const hosts = { Field: 'host-header', Values: list(hostHeaders), HostHeaderConfig: { Values: list(hostHeaders) } }
  const paths = { Field: 'path-pattern', Values: list(pathPatterns), PathPatternConfig: { Values: list(pathPatterns) } }
  return [...(hostHeaders.length === 0 ? [] : [hosts]), ...(pathPatterns.length === 0 ? [] : [paths])]
}

function targetGroupShape(balancer: LoadBalancer, group: TargetGroup): Structure {
  const isNetwork = balancer.kind === 'network'
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: VPC_ID,
    HealthCheckProtocol: group.protocol,
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: Number(group.option('HealthCheckInterval')),
    HealthCheckTimeoutSeconds: Number(group.option('HealthCheckTimeout')),
    HealthyThresholdCount: Number(group.option('HealthyThresholdCount')),
    UnhealthyThresholdCount: Number(group.option('UnhealthyThresholdCount')),
    HealthCheckPath: isNetwork ? undefined : group.option('HealthCheckPath'),
    Matcher: isNetwork ? undefined : { HttpCode: group.option('MatcherHTTPCode') },
    LoadBalancerArns: list(balancer.arn === undefined ? [] : [balancer.arn]),
    TargetType: 'instance',
    ProtocolVersion: isNetwork ? undefined : 'HTTP1',
    IpAddressType: 'ipv4',
  }
}

function tagList(tags: readonly Tag[]): Structure[string] {
  return list(tags.map(({ key, value }) => ({ Key: key, Value: value })))
}

function attributeList(attributes: Readonly<Record<string, string>>): Structure[string] {
  return list(Object.entries(attributes).map(([key, value]) => ({ Key: key, Value: value })))
}
