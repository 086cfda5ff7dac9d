import type { ServerResponse } from 'node:http'
import type { Account } from '../../model/account.ts'
import { USUAL_LAGS } from '../../model/account.ts'
import { AwsError } from '../../model/aws-error.ts'
import { findNamed } from '../../model/environments.ts'
import type { Principal } from '../principals.ts'

/** The faults that strike calls, whatever the account is like. */
export type CallFaultName =
  | 'throttle'
  | 'server-error'
  | 'connection-reset'
  | 'answer-lost'
  | 'no-answer'
  | 'no-answer-after'
  | 'cut-off'
  | 'missing-members'
  | 'foreign-value'
  | 'access-denied'
  | 'expired-token'
  | 'events-late'
  | 'events-empty'
  | 'read-lag'

/** A fault that is switched on, for the calls it is limited to. */
export interface CallFault {
  readonly name: CallFaultName
  /** `service:Operation`; absent: every call. */
  readonly actions?: readonly string[]
  /** As it was limited: to one call, or to a step of the release. */
  readonly said: { readonly action?: string; readonly step?: string }
  /** Name or id of the environment that the call is about. */
  readonly environment?: string
  /** 0 to 1; absent: every time. */
  readonly probability?: number
  readonly seconds?: number
  /** How many more times it strikes; infinite: until it is switched off. */
  remaining: number
}

/** A call, as far as faults look at it. */
export interface CalledBy {
  /** `service:Operation`. */
  readonly action: string
  readonly account: Account
  /** The values of its parameters. */
  readonly values: readonly string[]
  readonly isChange: boolean
  readonly random: () => number
}

/** The faults that are switched on at the servers; those of the account are the account's. */
export interface Faults {
  calls: readonly CallFault[]
  /** Users who keep connections never let go of them. */
  keepsConnections: boolean
}

/** None is switched on. */
export function createFaults(): Faults {
  return { calls: [], keepsConnections: false }
}

// They are about what has been done: a call that does nothing has nothing to hide.
const ONLY_CHANGES: ReadonlySet<CallFaultName> = new Set(['answer-lost', 'no-answer-after'])
const SECONDS = 30

/** The fault of that name that strikes this call; a counted strike is used up. */
export function strikingFault(
  faults: readonly CallFault[],
  name: CallFaultName,
  { action, account, values, isChange, random }: CalledBy,
): CallFault | undefined {
  for (const fault of faults) {
    if (fault.name !== name || fault.remaining <= 0) continue
    if (ONLY_CHANGES.has(name) && !isChange) continue
    if (fault.actions !== undefined && !fault.actions.includes(action)) continue
    if (fault.environment !== undefined && !isAbout(account, fault.environment, values)) continue
    if (fault.probability !== undefined && random() >= fault.probability) continue
    fault.remaining -= 1
    return fault
  }
  return undefined
}

/** Calls name an environment by its name, by its id, or by something made of its id, as the name of its stack is. */
function isAbout(account: Account, nameOrId: string, values: readonly string[]): boolean {
  const environment = findNamed(account, nameOrId)
  const names = environment === undefined ? [nameOrId] : [environment.name, environment.id]
  return values.some(
    (value) => names.includes(value) || (environment !== undefined && value.includes(`${environment.id}-`)),
  )
}

/** Most services say `Throttling`; these have words of their own (S3 API, Error responses; EC2 API, Error codes). */
const THROTTLED: Readonly<Record<string, readonly [code: string, message: string]>> = {
  s3: ['SlowDown', 'Please reduce your request rate.'],
  ec2: ['RequestLimitExceeded', 'Request limit exceeded.'],
}

/** Throws what the switched-on faults have AWS answer to a call. */
export function throwFaults(
  faults: readonly CallFault[],
  principal: Principal,
  call: CalledBy,
  resource: string,
): void {
  const { action } = call
  const [service = ''] = action.split(':')
  if (principal.isExpired || strikingFault(faults, 'expired-token', call)) {
    throw service === 's3'
      ? new AwsError('ExpiredToken', 'The provided token has expired.', 400)
      : new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
  }
  if (strikingFault(faults, 'throttle', call)) {
    const own = THROTTLED[service]
    throw own ? new AwsError(...own, 503) : new AwsError('Throttling', 'Rate exceeded', 400)
  }
  if (strikingFault(faults, 'server-error', call)) {
    throw new AwsError(
      'InternalFailure',
      'The request processing has failed because of an unknown error, exception or failure.',
      500,
    )
  }
  if (strikingFault(faults, 'access-denied', call)) {
    throw new AwsError(
      'AccessDenied',
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      403,
    )
  }
}

/** Has reads be as late as the faults that strike this call say. */
export function setLags(faults: readonly CallFault[], call: CalledBy): void {
  const { lags } = call.account
  const reads = strikingFault(faults, 'read-lag', call)
  const late = strikingFault(faults, 'events-late', call)
  const never = strikingFault(faults, 'events-empty', call)
  lags.reads = reads === undefined ? USUAL_LAGS.reads : (reads.seconds ?? SECONDS) * 1000
  lags.events = late === undefined ? USUAL_LAGS.events : (late.seconds ?? SECONDS) * 1000
  if (never !== undefined) lags.events = Number.POSITIVE_INFINITY
}

/** Whether the call meets its end before anything is done for it: the connection is reset, or nobody answers. */
export function endsUnheard(faults: readonly CallFault[], call: CalledBy, response: ServerResponse): boolean {
  if (strikingFault(faults, 'connection-reset', call)) {
    response.socket?.resetAndDestroy()
    return true
  }
  const silence = strikingFault(faults, 'no-answer', call)
  if (silence === undefined) return false
  hold(response, silence.seconds)
  return true
}

/** Has the answer to the call lost, held back or cut off, where a fault says so. */
export function spoilDelivery(faults: readonly CallFault[], call: CalledBy, response: ServerResponse): void {
  const silence = strikingFault(faults, 'no-answer-after', call)
  if (silence !== undefined) {
    swallow(response, () => hold(response, silence.seconds))
  } else if (strikingFault(faults, 'answer-lost', call)) {
    swallow(response, () => response.socket?.resetAndDestroy())
  } else if (strikingFault(faults, 'cut-off', call)) {
    cutOff(response)
  }
}

/** Sends nothing of the answer; `then` is called once it is complete. */
function swallow(response: ServerResponse, then: () => void): void {
  Object.assign(response, {
    writeHead: () => response,
    write: () => true,
    end: () => {
      then()
      return response
    },
  })
}

/** Sends the head and half of the first piece of the body, and ends the connection. */
function cutOff(response: ServerResponse): void {
  const write = response.write.bind(response)
  const uncork = response.uncork.bind(response)
  const send = (chunk: unknown): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const half = Buffer.isBuffer(bytes) ? bytes.subarray(0, Math.floor(bytes.length / 2)) : Buffer.alloc(0)
    write(half, () => response.socket?.destroySoon())
    while (response.writableCorked > 0) uncork()
  }
  let isSent = false
  Object.assign(response, {
    write: (chunk: unknown) => {
      if (!isSent) send(chunk)
      isSent = true
      return true
    },
    end: (chunk?: unknown) => {
      if (!isSent) send(chunk)
      isSent = true
      return response
    },
  })
}

/** Leaves the caller waiting; without a number of seconds, for as long as they like. */
function hold(response: ServerResponse, seconds: number | undefined): void {
  if (seconds === undefined) return
  const timer = setTimeout(() => response.socket?.resetAndDestroy(), seconds * 1000)
  response.once('close', () => clearTimeout(timer))
}
