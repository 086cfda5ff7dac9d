import { AwsError } from '../model/aws-error.ts'
import type { EnvironmentRecord, StackResource } from '../model/records.ts'
import { findStack } from '../model/stack.ts'
import { instant, list, type Structure } from './document.ts'
import { type Call, page, type QueryService } from './query-service.ts'
import { stackEvents } from './stack-events.ts'
import { stackTemplate } from './stack-template.ts'

/** The stacks of environments, as CloudFormation shows them. */
export const CLOUDFORMATION: QueryService = {
  namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  resource: (call) => {
    const name = call.parameters.text('StackName') ?? '*'
    const stack = findStack(call.account, name)?.stack
    return stack?.id ?? `arn:aws:cloudformation:${call.account.region}:${call.account.accountId}:stack/${name}/*`
  },
  operations: {
    ListStackResources: (call) => {
      const { stack } = stackOf(call)
      const { items, nextToken } = page([...stack.resources.values()], 100, call.parameters.text('NextToken'))
      return { StackResourceSummaries: list(items.map(resourceShape)), NextToken: nextToken }
    },
    DescribeStackResources: (call) => {
      const { stack } = stackByNameOrResource(call)
      const logicalId = call.parameters.text('LogicalResourceId')
      const wanted = [...stack.resources.values()].filter(
        (resource) => logicalId === undefined || resource.logicalId === logicalId,
      )
      return {
        StackResources: list(
          wanted.map((resource) => ({
            StackName: stack.name,
            StackId: stack.id,
            LogicalResourceId: resource.logicalId,
            PhysicalResourceId: resource.physicalId,
            ResourceType: resource.type,
            Timestamp: instant(resource.updated),
            ResourceStatus: resource.status,
            ResourceStatusReason: resource.reason,
            DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
          })),
        ),
      }
    },
    DescribeStackResource: (call) => {
      const { stack } = stackOf(call)
      const logicalId = call.parameters.required('LogicalResourceId')
      const resource = stack.resources.get(logicalId)
      if (resource === undefined) {
        throw new AwsError('ValidationError', `Resource ${logicalId} does not exist for stack ${stack.name}`)
      }
      return { StackResourceDetail: { StackName: stack.name, StackId: stack.id, ...resourceShape(resource) } }
    },
    DescribeStackEvents: (call) => {
      const { environment, stack } = stackOf(call)
      const { items, nextToken } = page(stackEvents(environment, stack), 100, call.parameters.text('NextToken'))
      return { StackEvents: list(items), NextToken: nextToken }
    },
    GetTemplate: (call) => {
      const { environment } = stackOf(call)
      return {
        TemplateBody: stackTemplate(call.account, environment),
        StagesAvailable: list(['Original', 'Processed']),
      }
    },
    DescribeStacks: (call) => {
      const name = call.parameters.text('StackName')
      const wanted = name === undefined ? living(call) : [stackOf(call)]
      return {
        Stacks: list(
          wanted.map(({ environment, stack }) => ({
            StackId: stack.id,
            StackName: stack.name,
            Description: `AWS Elastic Beanstalk environment (Name: '${environment.name}'  Id: '${environment.id}')`,
            CreationTime: instant(stack.created),
            StackStatus: stack.status,
            DisableRollback: false,
            EnableTerminationProtection: false,
            Tags: list(environment.tags.map(({ key, value }) => ({ Key: key, Value: value }))),
          })),
        ),
      }
    },
  },
}

interface Found {
  readonly environment: EnvironmentRecord
  readonly stack: NonNullable<EnvironmentRecord['stack']>
}

function stackOf({ account, parameters }: Call): Found {
  const name = parameters.required('StackName')
  const environment = findStack(account, name)
  if (environment?.stack === undefined) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`)
  return { environment, stack: environment.stack }
}

/** The stack of a name, or the one that a physical resource is in. */
function stackByNameOrResource(call: Call): Found {
  const physicalId = call.parameters.text('PhysicalResourceId')
  if (physicalId === undefined || call.parameters.text('StackName') !== undefined) return stackOf(call)
  const found = living(call).find(({ stack }) =>
    [...stack.resources.values()].some((resource) => resource.physicalId === physicalId),
  )
  if (found === undefined) throw new AwsError('ValidationError', `Stack for ${physicalId} does not exist`)
  return found
}

function living({ account }: Call): readonly Found[] {
  return [...account.environments.values()].flatMap((environment) =>
    environment.stack === undefined || environment.stack.status === 'DELETE_COMPLETE'
      ? []
      : [{ environment, stack: environment.stack }],
  )
}

function resourceShape(resource: StackResource): Structure {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    LastUpdatedTimestamp: instant(resource.updated),
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  }
}
