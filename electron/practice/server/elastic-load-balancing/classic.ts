import { AwsError } from '../../model/aws-error.ts'
import { type LoadBalancer, loadBalancersOf, targetHealthOf, VPC_ID } from '../../model/load-balancers.ts'
import { valueOf } from '../../model/settings.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, page, type QueryService } from '../query-service.ts'

/** Classic load balancers, API version 2012-06-01: what environments of `LoadBalancerType` classic have. */
export const ELASTIC_LOAD_BALANCING_CLASSIC: QueryService = {
  namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/',
  resource: () => '*',
  operations: {
    DescribeLoadBalancers: (call) => {
      const names = call.parameters.texts('LoadBalancerNames')
      const wanted =
        names === undefined || names.length === 0 ? balancers(call) : names.map((name) => balancerOf(call, name))
      const size = call.parameters.whole('PageSize') ?? 400
      const { items, nextToken } = page(wanted, size, call.parameters.text('Marker'))
      return {
        LoadBalancerDescriptions: list(items.map((balancer) => shape(call, balancer))),
        NextMarker: nextToken,
      }
    },
    DescribeLoadBalancerAttributes: (call) => {
      balancerOf(call, call.parameters.required('LoadBalancerName'))
      return {
        LoadBalancerAttributes: {
          CrossZoneLoadBalancing: { Enabled: true },
          AccessLog: { Enabled: false },
          ConnectionDraining: { Enabled: true, Timeout: 20 },
          ConnectionSettings: { IdleTimeout: 60 },
        },
      }
    },
    DescribeInstanceHealth: (call) => {
      const balancer = balancerOf(call, call.parameters.required('LoadBalancerName'))
      const asked = call.parameters.structures('Instances')?.map((instance) => instance.required('InstanceId'))
      const states = balancer.environments.flatMap((environment) => targetHealthOf(call.account, environment))
      const stranger = asked?.find((id) => !states.some(({ instanceId }) => instanceId === id))
      if (stranger !== undefined) throw new AwsError('InvalidInstance', `Could not find EC2 instance ${stranger}.`)
      return {
        InstanceStates: list(
          states
            .filter(({ instanceId }) => asked === undefined || asked.length === 0 || asked.includes(instanceId))
            .map(({ instanceId, state }) => ({
              InstanceId: instanceId,
              State: state === 'healthy' ? 'InService' : 'OutOfService',
              ReasonCode: state === 'healthy' ? 'N/A' : state === 'initial' ? 'ELB' : 'Instance',
              Description:
                state === 'healthy'
                  ? 'N/A'
                  : state === 'initial'
                    ? 'Instance registration is still in progress.'
                    : 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
            })),
        ),
      }
    },
    DescribeTags: (call) => ({
      TagDescriptions: list(
        (call.parameters.texts('LoadBalancerNames') ?? []).map((name) => ({
          LoadBalancerName: name,
          Tags: list(balancerOf(call, name).tags.map(({ key, value }) => ({ Key: key, Value: value }))),
        })),
      ),
    }),
  },
}

function balancers({ account }: Call): readonly LoadBalancer[] {
  return loadBalancersOf(account).filter(({ kind }) => kind === 'classic')
}

function balancerOf(call: Call, name: string): LoadBalancer {
  const found = balancers(call).find((balancer) => balancer.name === name)
  if (found === undefined)
    throw new AwsError('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${name}'`)
  return found
}

function shape({ account }: Call, balancer: LoadBalancer): Structure {
  const { environments } = balancer
  const settings = environments[0]?.settings ?? new Map()
  const path = valueOf(settings, 'aws:elasticbeanstalk:application', 'Application Healthcheck URL')
  return {
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneName: balancer.dnsName,
    CanonicalHostedZoneNameID: balancer.hostedZoneId,
    ListenerDescriptions: list(
      balancer.listeners.map((listener) => ({
        Listener: {
          Protocol: listener.protocol,
          LoadBalancerPort: listener.port,
          InstanceProtocol: listener.instanceProtocol,
          InstancePort: listener.instancePort,
          SSLCertificateId: listener.certificateArns[0],
        },
        PolicyNames: list([]),
      })),
    ),
    Policies: { AppCookieStickinessPolicies: list([]), LBCookieStickinessPolicies: list([]), OtherPolicies: list([]) },
    BackendServerDescriptions: list([]),
    AvailabilityZones: list(balancer.subnets.map(({ availabilityZone }) => availabilityZone)),
    Subnets: list(balancer.subnets.map(({ id }) => id)),
    VPCId: VPC_ID,
    Instances: list(environments.flatMap(({ instances }) => instances).map(({ id }) => ({ InstanceId: id }))),
    HealthCheck: {
      Target: path === undefined ? 'TCP:80' : `HTTP:80${path}`,
      Interval: 10,
      Timeout: 5,
      UnhealthyThreshold: 5,
      HealthyThreshold: 3,
    },
    SourceSecurityGroup: {
      OwnerAlias: account.accountId,
      GroupName: account.securityGroups.get(balancer.securityGroupIds[0] ?? '')?.name,
    },
    SecurityGroups: list(balancer.securityGroupIds),
    CreatedTime: instant(balancer.created),
    Scheme: balancer.scheme,
  }
}
