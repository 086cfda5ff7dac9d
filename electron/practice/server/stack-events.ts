import { derivedUuid } from '../model/derived-id.ts'
import type { EnvironmentRecord, Instant, StackRecord } from '../model/records.ts'
import { instant, type Structure } from './document.ts'

interface StackEvent {
  readonly at: Instant
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | undefined
}

/** The stack's events, newest first, as they follow from what its resources went through. */
export function stackEvents(environment: EnvironmentRecord, stack: StackRecord): readonly Structure[] {
  const resources = [...stack.resources.values()]
  const ofResources = resources.flatMap(({ logicalId, physicalId, type, created, updated, status, reason }) => {
    const event = (at: Instant, told: string, why?: string): StackEvent => ({
      at,
      logicalId,
      physicalId,
      type,
      status: told,
      reason: why,
    })
    return [
      event(Math.max(stack.created, created - 2_000), 'CREATE_IN_PROGRESS', 'Resource creation Initiated'),
      event(created, 'CREATE_COMPLETE'),
      ...(status.startsWith('DELETE')
        ? [event(updated - 1_000, 'DELETE_IN_PROGRESS'), event(updated, status, reason)]
        : []),
    ]
  })
  const all = [...ofResources, ...ofStack(environment, stack)]
  return all
    .map((event, index) => ({ event, index }))
    .toSorted((a, b) => b.event.at - a.event.at || b.index - a.index)
    .map(({ event }) => ({
      StackId: stack.id,
      EventId:
        event.physicalId === stack.id
          ? derivedUuid(`${stack.id} ${event.status} ${event.at}`)
          : `${event.logicalId}-${event.status}-${new Date(event.at).toISOString()}`,
      StackName: stack.name,
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId,
      ResourceType: event.type,
      Timestamp: instant(event.at),
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason,
    }))
}

function ofStack({ operation }: EnvironmentRecord, stack: StackRecord): readonly StackEvent[] {
  const event = (at: Instant, status: string, reason?: string): StackEvent => ({
    at,
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status,
    reason,
  })
  const resources = [...stack.resources.values()]
  const lastCreated = Math.max(stack.created, ...resources.map(({ created }) => created))
  const deletions = resources.filter(({ status }) => status.startsWith('DELETE')).map(({ updated }) => updated)
  const failed = resources.filter(({ status }) => status === 'DELETE_FAILED').map(({ logicalId }) => logicalId)
  const deletionBegan = Math.min(
    ...deletions,
    operation?.kind === 'terminate' ? operation.started : Number.POSITIVE_INFINITY,
  )
  return [
    event(stack.created, 'CREATE_IN_PROGRESS', 'User Initiated'),
    ...(stack.status === 'CREATE_IN_PROGRESS' ? [] : [event(lastCreated + 1_000, 'CREATE_COMPLETE')]),
    ...(stack.status.startsWith('DELETE') && Number.isFinite(deletionBegan)
      ? [event(deletionBegan - 1_500, 'DELETE_IN_PROGRESS', 'User Initiated')]
      : []),
    ...(stack.status === 'DELETE_COMPLETE' ? [event(Math.max(...deletions) + 1_000, 'DELETE_COMPLETE')] : []),
    ...(stack.status === 'DELETE_FAILED'
      ? [
          event(
            Math.max(...deletions) + 1_000,
            'DELETE_FAILED',
            `The following resource(s) failed to delete: [${failed.join(', ')}]. `,
          ),
        ]
      : []),
  ]
}
