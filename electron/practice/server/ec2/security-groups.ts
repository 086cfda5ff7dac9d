import { AwsError } from '../../model/aws-error.ts'
import { VPC_ID } from '../../model/load-balancers.ts'
import type { SecurityGroupRecord } from '../../model/network-records.ts'
import { findSecurityGroup, rulesOf, type SecurityGroupRule } from '../../model/security-groups.ts'
import { list, type Structure } from '../document.ts'
import { type Operation, page } from '../query-service.ts'
import { filtered, tagFields } from './filters.ts'

/** The operations that read security groups. */
export const SECURITY_GROUP_READS: Readonly<Record<string, Operation>> = {
  DescribeSecurityGroups: ({ account, parameters }) => {
    const ids = parameters.texts('GroupId') ?? []
    const names = parameters.texts('GroupName') ?? []
    for (const id of ids) findSecurityGroup(account, id)
    const isWanted = filtered(parameters, groupFields)
    const wanted = [...account.securityGroups.values()].filter(
      (group) =>
        (ids.length === 0 || ids.includes(group.id)) &&
        (names.length === 0 || names.includes(group.name)) &&
        isWanted(group),
    )
    const { items, nextToken } = page(wanted, parameters.whole('MaxResults') ?? 1000, parameters.text('NextToken'))
    return {
      securityGroupInfo: list(
        items.map((group) => groupShape(account.region, account.accountId, group)),
        'item',
      ),
      nextToken,
    }
  },
  DescribeSecurityGroupRules: ({ account, parameters }) => {
    const ids = parameters.texts('SecurityGroupRuleId') ?? []
    const all = [...account.securityGroups.values()].flatMap((group) => rulesOf(group).map((rule) => ({ group, rule })))
    const missing = ids.find((id) => !all.some(({ rule }) => rule.id === id))
    if (missing !== undefined) {
      throw new AwsError(
        'InvalidSecurityGroupRuleId.NotFound',
        `The security group rule ID '${missing}' does not exist`,
      )
    }
    const isWanted = filtered<(typeof all)[number]>(parameters, ({ group, rule }, filter) => {
      if (filter === 'group-id') return [group.id]
      if (filter === 'security-group-rule-id') return [rule.id]
      return tagFields([], filter)
    })
    const wanted = all.filter((item) => (ids.length === 0 || ids.includes(item.rule.id)) && isWanted(item))
    const { items, nextToken } = page(wanted, parameters.whole('MaxResults') ?? 1000, parameters.text('NextToken'))
    return {
      securityGroupRuleSet: list(
        items.map(({ rule }) => ruleShape(account.region, account.accountId, rule)),
        'item',
      ),
      nextToken,
    }
  },
}

/** SecurityGroupRule. */
export function ruleShape(region: string, accountId: string, rule: SecurityGroupRule): Structure {
  return {
    securityGroupRuleId: rule.id,
    groupId: rule.groupId,
    groupOwnerId: accountId,
    isEgress: rule.isEgress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidrIpv4: 'range' in rule.source ? rule.source.range : undefined,
    referencedGroupInfo: 'groupId' in rule.source ? { groupId: rule.source.groupId, userId: accountId } : undefined,
    description: rule.description,
    securityGroupRuleArn: `arn:aws:ec2:${region}:${accountId}:security-group-rule/${rule.id}`,
    tagSet: list([], 'item'),
  }
}

function groupFields(group: SecurityGroupRecord, filter: string): readonly string[] | undefined {
  const fields: Readonly<Record<string, readonly string[]>> = {
    'group-id': [group.id],
    'group-name': [group.name],
    description: [group.description],
    'ip-permission.group-id': group.ingress.flatMap(({ groupIds }) => groupIds),
    'ip-permission.cidr': group.ingress.flatMap(({ ranges }) => ranges),
    'ip-permission.from-port': group.ingress.map(({ fromPort }) => String(fromPort)),
    'ip-permission.to-port': group.ingress.map(({ toPort }) => String(toPort)),
    'ip-permission.protocol': group.ingress.map(({ protocol }) => protocol),
    'vpc-id': [VPC_ID],
  }
  return fields[filter] ?? tagFields(group.tags, filter)
}

function groupShape(region: string, accountId: string, group: SecurityGroupRecord): Structure {
  return {
    ownerId: accountId,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: VPC_ID,
    securityGroupArn: `arn:aws:ec2:${region}:${accountId}:security-group/${group.id}`,
    ipPermissions: list(
      group.ingress.map(({ description, ...rule }) => ({
        ipProtocol: rule.protocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
        groups: list(
          rule.groupIds.map((groupId) => ({ userId: accountId, groupId, description })),
          'item',
        ),
        ipRanges: list(
          rule.ranges.map((cidrIp) => ({ cidrIp, description })),
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
