import { AwsError } from '../../model/aws-error.ts'
import { healthOf, instanceHealth, refreshedAt } from '../../model/health.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { isEnhanced } from '../../model/settings.ts'
import { summarizeTraffic } from '../../model/traffic.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, type Operation, page } from '../query-service.ts'
import { environmentOf } from './request.ts'
import { metricsShape, systemShape } from './shapes.ts'

/** The operations that tell an environment's health. */
export const HEALTH_READS: Readonly<Record<string, Operation>> = {
  DescribeEnvironmentHealth: (call) => {
    const environment = environmentOf(call)
    const { account, parameters } = call
    requireEnhanced(environment, 'DescribeEnvironmentHealth')
    const wanted = parameters.texts('AttributeNames') ?? []
    const asks = (name: string): boolean => wanted.includes('All') || wanted.includes(name)
    const health = healthOf(account, environment)
    const served = summarizeTraffic(
      environment.instances.map(({ traffic }) => traffic),
      account.now,
      account.metricsWindowMilliseconds,
    )
    return {
      EnvironmentName: environment.name,
      HealthStatus: asks('HealthStatus') ? health.status : undefined,
      Status: asks('Status') ? environment.status : undefined,
      Color: asks('Color') ? health.color : undefined,
      Causes: asks('Causes') ? list([...health.causes]) : undefined,
      ApplicationMetrics: asks('ApplicationMetrics') ? metricsShape(served) : undefined,
      InstancesHealth: asks('InstancesHealth') ? instanceCounts(call, environment) : undefined,
      RefreshedAt: asks('RefreshedAt') ? instant(refreshedAt(account)) : undefined,
    }
  },
  DescribeInstancesHealth: (call) => {
    const environment = environmentOf(call)
    const { account, parameters } = call
    requireEnhanced(environment, 'DescribeInstancesHealth')
    const wanted = parameters.texts('AttributeNames') ?? []
    const asks = (name: string): boolean => wanted.includes('All') || wanted.includes(name)
    const { items, nextToken } = page(environment.instances, 100, parameters.text('NextToken'))
    return {
      InstanceHealthList: list(
        items.map((instance) => {
          const health = instanceHealth(account, environment, instance)
          const served = summarizeTraffic([instance.traffic], account.now, account.metricsWindowMilliseconds)
          return {
            InstanceId: instance.id,
            HealthStatus: asks('HealthStatus') ? health.status : undefined,
            Color: asks('Color') ? health.color : undefined,
            Causes: asks('Causes') ? list([...health.causes]) : undefined,
            LaunchedAt: asks('LaunchedAt') ? instant(instance.launched) : undefined,
            ApplicationMetrics: asks('ApplicationMetrics') ? metricsShape(served) : undefined,
            System: asks('System') ? systemShape(served, instance) : undefined,
            Deployment: asks('Deployment')
              ? {
                  VersionLabel: instance.versionLabel,
                  DeploymentId: instance.deploymentId,
                  Status: instance.executing ? 'In Progress' : 'Deployed',
                  DeploymentTime: instant(instance.deployed),
                }
              : undefined,
            AvailabilityZone: asks('AvailabilityZone') ? instance.availabilityZone : undefined,
            InstanceType: asks('InstanceType') ? instance.instanceType : undefined,
          }
        }),
      ),
      RefreshedAt: instant(refreshedAt(account)),
      NextToken: nextToken,
    }
  },
}

function instanceCounts({ account }: Call, environment: EnvironmentRecord): Structure {
  const counts: Record<string, number> = {
    NoData: 0,
    Unknown: 0,
    Pending: 0,
    Ok: 0,
    Info: 0,
    Warning: 0,
    Degraded: 0,
    Severe: 0,
  }
  for (const instance of environment.instances) {
    const { status } = instanceHealth(account, environment, instance)
    if (status !== undefined) counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

function requireEnhanced(environment: EnvironmentRecord, operation: string): void {
  if (!isEnhanced(environment)) throw new AwsError('InvalidRequestException', `${operation} is not supported.`)
}
