import { validationError } from '../../model/aws-error.ts'
import { applyManagedAction, runningAction, scheduledAction } from '../../model/managed-actions.ts'
import type { ManagedAction } from '../../model/records.ts'
import { instant, list, type Structure } from '../document.ts'
import { type Change, type Operation, page } from '../query-service.ts'
import { environmentOf } from './request.ts'

/** The operations that tell of managed actions. */
export const MANAGED_ACTION_READS: Readonly<Record<string, Operation>> = {
  DescribeEnvironmentManagedActionHistory: (call) => {
    const { account, parameters } = call
    const environment = environmentOf(call)
    const most = parameters.whole('MaxItems') ?? 100
    if (most < 1 || most > 100) {
      const constraint = `Member must have value ${most < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`
      throw validationError(String(most), 'maxItems', constraint)
    }
    const running = runningAction(environment)
    const ended = environment.managedRuns.filter((run) => run !== running).toReversed()
    const { items, nextToken } = page(ended, most, parameters.text('NextToken'))
    return {
      ManagedActionHistoryItems: list(
        items.map(({ action, requestId, executed, completed }) => ({
          ...actionShape(action),
          FailureType: completed === undefined ? 'UpdateCancelled' : undefined,
          Status: completed === undefined ? 'Failed' : 'Completed',
          FailureDescription: completed === undefined ? 'The update was cancelled.' : undefined,
          ExecutedTime: instant(executed),
          FinishedTime: instant(
            completed ?? account.finished.find((operation) => operation.requestId === requestId)?.ended ?? executed,
          ),
        })),
      ),
      NextToken: nextToken,
    }
  },
  DescribeEnvironmentManagedActions: (call) => {
    const environment = environmentOf(call)
    const running = runningAction(environment)?.action
    const scheduled = scheduledAction(call.account, environment)
    const shown = [
      ...(running === undefined ? [] : [{ ...actionShape(running), Status: 'Running' }]),
      ...(scheduled === undefined
        ? []
        : [{ ...actionShape(scheduled), Status: 'Scheduled', WindowStartTime: instant(scheduled.windowStart) }]),
    ]
    const status = call.parameters.text('Status')
    return { ManagedActions: list(shown.filter(({ Status }) => status === undefined || Status === status)) }
  },
}

/** The operation that applies one of them. */
export const MANAGED_ACTION_CHANGES: Readonly<Record<string, Change>> = {
  ApplyEnvironmentManagedAction: {
    apply: (call) => {
      const id = call.parameters.required('ActionId')
      const action = applyManagedAction(call.account, environmentOf(call), id, call.requestId)
      return { ...actionShape(action), Status: 'Running' }
    },
  },
}

function actionShape({ id, description, type }: ManagedAction): Structure {
  return { ActionId: id, ActionDescription: description, ActionType: type }
}
