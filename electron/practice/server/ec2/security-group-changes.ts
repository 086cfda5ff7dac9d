import { AwsError } from '../../model/aws-error.ts'
import { VPC_ID } from '../../model/load-balancers.ts'
import type { IngressRule, SecurityGroupRecord } from '../../model/network-records.ts'
import type { Tag } from '../../model/records.ts'
import {
  addSecurityGroup,
  authorizeIngress,
  deleteSecurityGroup,
  findSecurityGroup,
  revokeIngress,
  rulesOf,
} from '../../model/security-groups.ts'
import { list } from '../document.ts'
import type { Parameters } from '../parameters.ts'
import type { Call, Change } from '../query-service.ts'
import { ruleShape } from './security-groups.ts'

/** The operations that change security groups. */
export const SECURITY_GROUP_CHANGES: Readonly<Record<string, Change>> = {
  CreateSecurityGroup: {
    apply: ({ account, parameters }) => {
      const name = required(parameters, 'GroupName')
      const vpc = parameters.text('VpcId') ?? VPC_ID
      if (vpc !== VPC_ID) throw new AwsError('InvalidVpcID.NotFound', `The vpc ID '${vpc}' does not exist`)
      if (name.startsWith('sg-')) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${name}) for parameter groupName is invalid. Group names may not be in the format sg-*.`,
        )
      }
      const tags = tagsAsked(parameters)
      const group = addSecurityGroup(account, { name, description: required(parameters, 'GroupDescription'), tags })
      return {
        return: true,
        groupId: group.id,
        securityGroupArn: `arn:aws:ec2:${account.region}:${account.accountId}:security-group/${group.id}`,
        tagSet: list(
          tags.map(({ key, value }) => ({ key, value })),
          'item',
        ),
      }
    },
  },
  DeleteSecurityGroup: {
    apply: (call) => {
      const { id } = knownGroup(call)
      deleteSecurityGroup(call.account, id)
      return { return: true, groupId: id }
    },
  },
  AuthorizeSecurityGroupIngress: {
    apply: (call) => {
      const { account } = call
      const added = authorizeIngress(account, knownGroup(call), permissionsOf(call.parameters))
      return {
        return: true,
        securityGroupRuleSet: list(
          added.map((rule) => ruleShape(account.region, account.accountId, rule)),
          'item',
        ),
      }
    },
  },
  RevokeSecurityGroupIngress: {
    apply: (call) => {
      const { account, parameters } = call
      const group = knownGroup(call)
      const ids = parameters.texts('SecurityGroupRuleId')
      if (ids !== undefined) {
        const stranger = ids.find((id) => !rulesOf(group).some((rule) => rule.id === id))
        if (stranger !== undefined) {
          throw new AwsError(
            'InvalidSecurityGroupRuleId.NotFound',
            `The security group rule ID '${stranger}' does not exist`,
          )
        }
      }
      const meant =
        ids ??
        rulesOf({ ...group, ingress: permissionsOf(parameters) })
          .filter(({ isEgress }) => !isEgress)
          .map(({ id }) => id)
      const revoked = revokeIngress(group, ({ id }) => meant.includes(id), meant.length)
      return {
        return: true,
        revokedSecurityGroupRuleSet: list(
          revoked.map((rule) => ({
            ...ruleShape(account.region, account.accountId, rule),
            groupOwnerId: undefined,
            tagSet: undefined,
          })),
          'item',
        ),
      }
    },
  },
}

/** The group that a call names by its id or its name; undefined: there is none, or the call makes it. */
export function groupOf({ account, parameters }: Call): SecurityGroupRecord | undefined {
  const id = parameters.text('GroupId')
  const name = parameters.text('GroupName')
  return id === undefined
    ? [...account.securityGroups.values()].find((group) => group.name === name)
    : account.securityGroups.get(id)
}

/** The tags that a call asks for. */
export function tagsAsked(parameters: Parameters): readonly Tag[] {
  return (parameters.structures('TagSpecification') ?? [])
    .flatMap((specification) => specification.structures('Tag') ?? [])
    .map((tag) => ({ key: tag.text('Key') ?? '', value: tag.text('Value') ?? '' }))
}

function knownGroup(call: Call): SecurityGroupRecord {
  const found = groupOf(call)
  if (found !== undefined) return found
  const [id, name] = [call.parameters.text('GroupId'), call.parameters.text('GroupName')]
  if (id !== undefined) return findSecurityGroup(call.account, id)
  throw name === undefined
    ? new AwsError('MissingParameter', 'The request must contain the parameter groupId')
    : new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC '${VPC_ID}'`)
}

/** The rules of IpPermissions, or of the parameters that say one rule. */
function permissionsOf(parameters: Parameters): readonly IngressRule[] {
  const structures = parameters.structures('IpPermissions') ?? []
  if (structures.length > 0) return structures.flatMap(ingressRules)
  const range = parameters.text('CidrIp')
  if (range === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter ipPermissions')
  }
  return [{ ...portsOf(parameters), ranges: [checkedRange(range)], groupIds: [] }]
}

function ingressRules(permission: Parameters): readonly IngressRule[] {
  const ports = portsOf(permission)
  const groups = permission.structures('Groups') ?? permission.structures('UserIdGroupPairs') ?? []
  const ranges = permission.structures('IpRanges') ?? []
  if (groups.length + ranges.length === 0) {
    throw new AwsError(
      'InvalidParameterValue',
      "Invalid value '' for portRange. Must specify at least one source of the rule.",
    )
  }
  const described = (source: Parameters): { readonly description?: string } => {
    const description = source.text('Description')
    return description === undefined ? {} : { description }
  }
  return [
    ...groups.map((source) => ({
      ...ports,
      ...described(source),
      ranges: [],
      groupIds: [required(source, 'GroupId')],
    })),
    ...ranges.map((source) => ({
      ...ports,
      ...described(source),
      ranges: [checkedRange(required(source, 'CidrIp'))],
      groupIds: [],
    })),
  ]
}

function portsOf(parameters: Parameters): Pick<IngressRule, 'protocol' | 'fromPort' | 'toPort'> {
  const protocol = required(parameters, 'IpProtocol')
  if (protocol === '-1') return { protocol, fromPort: -1, toPort: -1 }
  const named: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp' }
  const name = named[protocol] ?? protocol
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(name)) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${protocol}' for IP protocol. Unknown protocol.`)
  }
  const fromPort = parameters.whole('FromPort')
  const toPort = parameters.whole('ToPort')
  if (fromPort === undefined || toPort === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter fromPort and toPort')
  }
  if (fromPort > toPort || toPort > 65_535) {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${fromPort}-${toPort}' for portRange. Must specify both from and to ports with TCP/UDP.`,
    )
  }
  return { protocol: name, fromPort, toPort }
}

function checkedRange(range: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(range)
  const numbers = match?.slice(1).map(Number) ?? []
  if (match === null || numbers.slice(0, 4).some((part) => part > 255) || (numbers[4] ?? 0) > 32) {
    throw new AwsError('InvalidParameterValue', `CIDR block ${range} is malformed`)
  }
  return range
}

function required(parameters: Parameters, name: string): string {
  const found = parameters.text(name)
  if (found !== undefined && found !== '') return found
  throw new AwsError(
    'MissingParameter',
    `The request must contain the parameter ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
  )
}
