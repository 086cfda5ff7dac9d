import { AwsError } from '../../model/aws-error.ts'
import { derivedHex } from '../../model/derived-id.ts'
import { VPC_ID } from '../../model/load-balancers.ts'
import type { EnvironmentRecord, InstanceRecord, Tag } from '../../model/records.ts'
import { instanceGroups } from '../../model/security-groups.ts'
import { valueOf } from '../../model/settings.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Call, type Operation, page } from '../query-service.ts'
import { filtered, tagFields } from './filters.ts'

interface Found {
  readonly environment: EnvironmentRecord
  readonly instance: InstanceRecord
}

/** The operations that read the instances of environments. */
export const INSTANCE_READS: Readonly<Record<string, Operation>> = {
  DescribeInstances: (call) => {
    const { account, parameters } = call
    const ids = parameters.texts('InstanceId') ?? []
    const all = [...account.environments.values()].flatMap((environment) =>
      environment.instances.map((instance): Found => ({ environment, instance })),
    )
    const missing = ids.find((id) => !all.some(({ instance }) => instance.id === id))
    if (missing !== undefined) {
      throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${missing}' does not exist`)
    }
    const isWanted = filtered(parameters, fieldsOf)
    const wanted = all.filter((item) => (ids.length === 0 || ids.includes(item.instance.id)) && isWanted(item))
    const { items, nextToken } = page(wanted, parameters.whole('MaxResults') ?? 1000, parameters.text('NextToken'))
    return {
      reservationSet: list(
        items.map((found) => ({
          reservationId: `r-0${derivedHex(`reservation ${found.instance.id}`, 16)}`,
          ownerId: account.accountId,
          groupSet: list([], 'item'),
          instancesSet: list([instanceShape(call, found)], 'item'),
        })),
        'item',
      ),
      nextToken,
    }
  },
}

function fieldsOf({ environment, instance }: Found, filter: string): readonly string[] | undefined {
  const fields: Readonly<Record<string, readonly string[]>> = {
    'instance-id': [instance.id],
    'instance-state-name': ['running'],
    'instance-type': [instance.instanceType],
    'availability-zone': [instance.availabilityZone],
    'instance.group-id': instanceGroups(environment),
    'vpc-id': [VPC_ID],
  }
  return fields[filter] ?? tagFields(tagsOf(environment), filter)
}

function tagsOf(environment: EnvironmentRecord): readonly Tag[] {
  const group = environment.stack?.resources.get('AWSEBAutoScalingGroup')?.physicalId
  return [
    ...environment.tags,
    ...(group === undefined ? [] : [{ key: 'aws:autoscaling:groupName', value: group }]),
    { key: 'aws:cloudformation:stack-name', value: environment.stack?.name ?? '' },
    { key: 'aws:cloudformation:logical-id', value: 'AWSEBAutoScalingGroup' },
  ]
}

function instanceShape({ account }: Call, { environment, instance }: Found): Structure {
  const part = (salt: string): number => Number.parseInt(derivedHex(`${salt} ${instance.id}`, 4), 16) % 250
  const address = `10.0.${part('a')}.${part('b') + 4}`
  const groups = instanceGroups(environment).map((groupId) => ({
    groupId,
    groupName: account.securityGroups.get(groupId)?.name,
  }))
  return {
    instanceId: instance.id,
    imageId: valueOf(environment.settings, 'aws:autoscaling:launchconfiguration', 'ImageId'),
    instanceState: { code: 16, name: 'running' },
    privateDnsName: `ip-${address.replaceAll('.', '-')}.${account.region}.compute.internal`,
    instanceType: instance.instanceType,
    launchTime: instant(instance.launched),
    placement: { availabilityZone: instance.availabilityZone, tenancy: 'default' },
    privateIpAddress: address,
    vpcId: VPC_ID,
    architecture: 'x86_64',
    groupSet: list(groups, 'item'),
    tagSet: list(
      tagsOf(environment).map(({ key, value }) => ({ key, value })),
      'item',
    ),
  }
}
