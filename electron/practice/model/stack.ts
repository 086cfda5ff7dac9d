import type { Account } from './account.ts'
import type { IngressRule, SecurityGroupRecord } from './network-records.ts'
import { resourceId, stackSuffix } from './random.ts'
import type { EnvironmentRecord, StackRecord, StackResource, Tag } from './records.ts'

/** The name of an environment's CloudFormation stack. */
function stackName(environmentId: string): string {
  return `awseb-${environmentId}-stack`
}

/** Gives the environment a new, empty stack. */
export function openStack(account: Account, environment: EnvironmentRecord): StackRecord {
  const name = stackName(environment.id)
  const stack: StackRecord = {
    id: `arn:aws:cloudformation:${account.region}:${account.accountId}:stack/${name}/${account.random.uuid()}`,
    name,
    created: account.now,
    status: 'CREATE_IN_PROGRESS',
    resources: new Map(),
  }
  environment.stack = stack
  return stack
}

/** The name CloudFormation gives a resource of the environment's stack. */
export function generatedName(account: Account, environment: EnvironmentRecord, logicalId: string): string {
  return `${stackName(environment.id)}-${logicalId}-${stackSuffix(account.random)}`
}

/** Puts a resource into the environment's stack. */
export function addResource(
  account: Account,
  environment: EnvironmentRecord,
  resource: Pick<StackResource, 'logicalId' | 'type' | 'physicalId'>,
): void {
  const { now } = account
  environment.stack?.resources.set(resource.logicalId, {
    ...resource,
    status: 'CREATE_COMPLETE',
    created: now,
    updated: now,
  })
}

/** Marks a resource deleted, or not deletable for a reason. */
export function markDeleted(
  account: Account,
  environment: EnvironmentRecord,
  logicalId: string,
  failure?: string,
): void {
  const resources = environment.stack?.resources
  const resource = resources?.get(logicalId)
  if (resources === undefined || resource === undefined) return
  resources.set(logicalId, {
    ...resource,
    updated: account.now,
    status: failure === undefined ? 'DELETE_COMPLETE' : 'DELETE_FAILED',
    ...(failure === undefined ? {} : { reason: failure }),
  })
}

/** The physical id of a resource that still exists. */
export function physicalId(environment: EnvironmentRecord, logicalId: string): string | undefined {
  const resource = environment.stack?.resources.get(logicalId)
  return resource === undefined || resource.status === 'DELETE_COMPLETE' ? undefined : resource.physicalId
}

/** Every environment whose stack still exists, by the stack's name or id. */
export function findStack(account: Account, nameOrId: string): EnvironmentRecord | undefined {
  return [...account.environments.values()].find(
    ({ stack }) =>
      stack !== undefined && (stack.id === nameOrId || (stack.name === nameOrId && stack.status !== 'DELETE_COMPLETE')),
  )
}

/** What Elastic Beanstalk and CloudFormation tag a resource of an environment's stack with. */
export function stackTags({ id, name }: EnvironmentRecord, logicalId: string): readonly Tag[] {
  return [
    { key: 'elasticbeanstalk:environment-id', value: id },
    { key: 'elasticbeanstalk:environment-name', value: name },
    { key: 'aws:cloudformation:stack-name', value: stackName(id) },
    { key: 'aws:cloudformation:logical-id', value: logicalId },
  ]
}

/** Creates a security group. */
export function createSecurityGroup(
  account: Account,
  details: {
    readonly name: string
    readonly description: string
    readonly tags?: readonly Tag[]
    readonly ingress: readonly IngressRule[]
  },
): SecurityGroupRecord {
  const group: SecurityGroupRecord = { tags: [], ...details, id: resourceId(account.random, 'sg') }
  account.securityGroups.set(group.id, group)
  return group
}

/** The groups whose rules let members of `groupId` in; they keep it from being deleted. */
export function groupsThatReference(account: Account, groupId: string): readonly SecurityGroupRecord[] {
  return [...account.securityGroups.values()].filter(
    (group) => group.id !== groupId && group.ingress.some((rule) => rule.groupIds.includes(groupId)),
  )
}

/** A rule for one TCP port. */
export function tcpRule(
  port: number,
  from: { readonly ranges?: readonly string[]; readonly groupIds?: readonly string[] },
): IngressRule {
  return { protocol: 'tcp', fromPort: port, toPort: port, ranges: from.ranges ?? [], groupIds: from.groupIds ?? [] }
}
