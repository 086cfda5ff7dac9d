import type { Account } from './account.ts'
import { AwsError } from './aws-error.ts'
import { derivedHex } from './derived-id.ts'
import type { IngressRule, SecurityGroupRecord } from './network-records.ts'
import type { EnvironmentRecord, Tag } from './records.ts'
import { customSecurityGroups } from './settings.ts'
import { createSecurityGroup, groupsThatReference, physicalId } from './stack.ts'

/** One rule with one source, as EC2 counts them. */
export interface SecurityGroupRule {
  readonly id: string
  readonly groupId: string
  readonly isEgress: boolean
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly source: { readonly range: string } | { readonly groupId: string }
  readonly description: string | undefined
}

/** The group of an id; throws what EC2 says when there is none. */
export function findSecurityGroup(account: Account, id: string): SecurityGroupRecord {
  const found = account.securityGroups.get(id)
  if (found === undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
  return found
}

/** The group's rules, each with one source; the last one lets everything out. */
export function rulesOf(group: SecurityGroupRecord): readonly SecurityGroupRule[] {
  const ingress = group.ingress.flatMap((rule) => [
    ...rule.groupIds.map((groupId) => ruleOf(group, rule, { groupId })),
    ...rule.ranges.map((range) => ruleOf(group, rule, { range })),
  ])
  const everything = { protocol: '-1', fromPort: -1, toPort: -1, ranges: [], groupIds: [] }
  return [
    ...ingress,
    { ...ruleOf(group, everything, { range: '0.0.0.0/0' }), id: ruleId(group.id, 'egress'), isEgress: true },
  ]
}

/** Makes a group without ingress rules; throws when the name is taken. */
export function addSecurityGroup(
  account: Account,
  details: { readonly name: string; readonly description: string; readonly tags: readonly Tag[] },
): SecurityGroupRecord {
  if ([...account.securityGroups.values()].some(({ name }) => name === details.name)) {
    throw new AwsError(
      'InvalidGroup.Duplicate',
      `The security group '${details.name}' already exists for VPC 'vpc-0a1b2c3d4e5f60718'`,
    )
  }
  return createSecurityGroup(account, { ...details, ingress: [] })
}

/** Deletes a group; throws while a rule names it or anything carries it. */
export function deleteSecurityGroup(account: Account, id: string): void {
  const group = findSecurityGroup(account, id)
  if (groupsThatReference(account, id).length > 0 || isInUse(account, group.id)) {
    throw new AwsError('DependencyViolation', `resource ${id} has a dependent object`)
  }
  account.securityGroups.delete(id)
}

/** Adds rules to a group; throws when one of them is there already. Answers the rules that were added. */
export function authorizeIngress(
  account: Account,
  group: SecurityGroupRecord,
  rules: readonly IngressRule[],
): readonly SecurityGroupRule[] {
  const before = new Set(rulesOf(group).map(({ id }) => id))
  const added = rulesOf({ ...group, ingress: rules }).filter(({ isEgress }) => !isEgress)
  for (const rule of added) {
    if ('groupId' in rule.source) findSecurityGroup(account, rule.source.groupId)
    if (!before.has(rule.id)) continue
    throw new AwsError(
      'InvalidPermission.Duplicate',
      `the specified rule "${peerOf(rule)}, ${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW" already exists`,
    )
  }
  group.ingress = [...group.ingress, ...rules]
  return added
}

/** Removes rules from a group; throws when one of them is not there. Answers the rules that were removed. */
export function revokeIngress(
  group: SecurityGroupRecord,
  isMeant: (rule: SecurityGroupRule) => boolean,
  expected: number,
): readonly SecurityGroupRule[] {
  const removed = rulesOf(group).filter((rule) => !rule.isEgress && isMeant(rule))
  if (removed.length < expected) {
    throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
  }
  const ids = new Set(removed.map(({ id }) => id))
  const kept = (rule: IngressRule, source: SecurityGroupRule['source']): boolean =>
    !ids.has(ruleOf(group, rule, source).id)
  group.ingress = group.ingress
    .map((rule) => ({
      ...rule,
      groupIds: rule.groupIds.filter((groupId) => kept(rule, { groupId })),
      ranges: rule.ranges.filter((range) => kept(rule, { range })),
    }))
    .filter(({ groupIds, ranges }) => groupIds.length > 0 || ranges.length > 0)
  return removed
}

/** The groups an environment's instances carry: its own and those its options name. */
export function instanceGroups(environment: EnvironmentRecord): readonly string[] {
  const own = physicalId(environment, 'AWSEBSecurityGroup')
  return [...(own === undefined ? [] : [own]), ...customSecurityGroups(environment.settings)]
}

function isInUse(account: Account, id: string): boolean {
  const environments = [...account.environments.values()].filter(({ status }) => status !== 'Terminated')
  return (
    environments.some(
      (environment) =>
        (environment.instances.length > 0 && instanceGroups(environment).includes(id)) ||
        (environment.front !== undefined && physicalId(environment, 'AWSEBLoadBalancerSecurityGroup') === id),
    ) || [...account.databases.values()].some(({ securityGroupIds }) => securityGroupIds.includes(id))
  )
}

function ruleOf(group: SecurityGroupRecord, rule: IngressRule, source: SecurityGroupRule['source']): SecurityGroupRule {
  const { protocol, fromPort, toPort, description } = rule
  const said = `${protocol} ${fromPort} ${toPort} ${'range' in source ? source.range : source.groupId}`
  return {
    id: ruleId(group.id, said),
    groupId: group.id,
    isEgress: false,
    protocol,
    fromPort,
    toPort,
    source,
    description,
  }
}

function ruleId(groupId: string, said: string): string {
  return `sgr-0${derivedHex(`${groupId} ${said}`, 16)}`
}

function peerOf({ source }: SecurityGroupRule): string {
  return 'range' in source ? `peer: ${source.range}` : `peer: ${source.groupId}`
}
