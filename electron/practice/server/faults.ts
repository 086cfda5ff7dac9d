import { AwsError } from '../model/aws-error.ts'
import type { Principal } from './principals.ts'

/** A fault that strikes some calls: the next `remaining`, or each with `probability`, of one action or of any. */
export interface CallFault {
  remaining: number
  probability: number
  action: string | undefined
}

/** The faults that are switched on at the servers; those of the model are the model's. */
export interface Faults {
  readonly throttle: CallFault
  readonly serverError: CallFault
  readonly connectionReset: CallFault
  readonly denied: Set<string>
  expiredToken: boolean
}

export function createFaults(): Faults {
  const off = (): CallFault => ({ remaining: 0, probability: 0, action: undefined })
  return { throttle: off(), serverError: off(), connectionReset: off(), denied: new Set(), expiredToken: false }
}

/** Whether a fault strikes this call; a counted strike is used up. */
export function strikesCall(fault: CallFault, action: string, random: () => number): boolean {
  if (fault.action !== undefined && fault.action !== action) return false
  if (fault.remaining > 0) {
    fault.remaining -= 1
    return true
  }
  return fault.probability > 0 && random() < fault.probability
}

/** Throws what the switched-on faults have AWS answer to a call of `action`, which is `service:Operation`. */
export function throwFaults(
  faults: Faults,
  principal: Principal,
  action: string,
  resource: string,
  random: () => number,
): void {
  if (faults.expiredToken || principal.isExpired) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
  }
  if (strikesCall(faults.throttle, action, random)) throw new AwsError('Throttling', 'Rate exceeded', 400)
  if (strikesCall(faults.serverError, action, random)) {
    throw new AwsError(
      'InternalFailure',
      'The request processing has failed because of an unknown error, exception or failure.',
      500,
    )
  }
  if (faults.denied.has(action)) {
    throw new AwsError(
      'AccessDenied',
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      403,
    )
  }
}
