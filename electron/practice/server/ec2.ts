import { AwsError } from '../model/aws-error.ts'
import type { SecurityGroupRecord } from '../model/records.ts'
import { list, type Structure } from './document.ts'
import { page, type QueryService } from './query-service.ts'

/** The security groups of the account. EC2 speaks a dialect of its own: lower case members, `item`s, no result element. */
export const EC2: QueryService = {
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  resource: () => '*',
  operations: {
    DescribeSecurityGroups: ({ account, parameters }) => {
      const ids = parameters.texts('GroupId') ?? []
      const names = parameters.texts('GroupName') ?? []
      for (const id of ids) {
        if (!account.securityGroups.has(id))
          throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
      }
      const filters = (parameters.structures('Filter') ?? []).map((filter) => ({
        name: filter.required('Name'),
        values: filter.texts('Value') ?? [],
      }))
      const wanted = [...account.securityGroups.values()].filter(
        (group) =>
          (ids.length === 0 || ids.includes(group.id)) &&
          (names.length === 0 || names.includes(group.name)) &&
          filters.every(({ name, values }) =>
            fieldsOf(group, name).some((field) => values.some((value) => fits(value, field))),
          ),
      )
      const { items, nextToken } = page(wanted, parameters.whole('MaxResults') ?? 1000, parameters.text('NextToken'))
      return {
        securityGroupInfo: list(
          items.map((group) => groupShape(account.accountId, group)),
          'item',
        ),
        nextToken,
      }
    },
  },
}

function fieldsOf(group: SecurityGroupRecord, filter: string): readonly string[] {
  const tag = /^tag:(.+)$/.exec(filter)?.[1]
  if (tag !== undefined) return group.tags.filter(({ key }) => key === tag).map(({ value }) => value)
  const fields: Readonly<Record<string, readonly string[]>> = {
    'group-id': [group.id],
    'group-name': [group.name],
    description: [group.description],
    'ip-permission.group-id': group.ingress.flatMap(({ groupIds }) => groupIds),
    'ip-permission.cidr': group.ingress.flatMap(({ ranges }) => ranges),
    'tag-key': group.tags.map(({ key }) => key),
    'vpc-id': ['vpc-0a1b2c3d4e5f60718'],
  }
  const found = fields[filter]
  if (found === undefined) throw new AwsError('InvalidParameterValue', `The filter '${filter}' is invalid`)
  return found
}

function fits(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${expression}$`).test(text)
}

function groupShape(accountId: string, group: SecurityGroupRecord): Structure {
  return {
    ownerId: accountId,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    ipPermissions: list(
      group.ingress.map((rule) => ({
        ipProtocol: rule.protocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
        groups: list(
          rule.groupIds.map((groupId) => ({ userId: accountId, groupId })),
          'item',
        ),
        ipRanges: list(
          rule.ranges.map((cidrIp) => ({ cidrIp })),
          'item',
        ),
        ipv6Ranges: list([], 'item'),
        prefixListIds: list([], 'item'),
      })),
      'item',
    ),
    ipPermissionsEgress: list(
      [{ ipProtocol: '-1', groups: list([], 'item'), ipRanges: list([{ cidrIp: '0.0.0.0/0' }], 'item') }],
      'item',
    ),
    tagSet: list(
      group.tags.map(({ key, value }) => ({ key, value })),
      'item',
    ),
  }
}
