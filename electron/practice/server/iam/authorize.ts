import type { Account } from '../../model/account.ts'
import { AwsError } from '../../model/aws-error.ts'
import type { Principal } from '../principals.ts'
import type { Context } from './conditions.ts'
import { evaluate, type Verdict, type Wish } from './policy.ts'

/** One permission that a call needs. `resource` is an ARN; absent: the action knows no resources. */
export interface Access {
  /** `service:Operation` as IAM names it. */
  readonly action: string
  readonly resource?: string | undefined
  readonly context?: Context
}

/** Throws what the service says unless the principal's policies allow everything the call needs. */
export function authorize(principal: Principal, account: Account, accesses: readonly Access[]): void {
  for (const access of accesses) {
    const { decision } = verdictOf(principal, account, access)
    if (decision !== 'allowed') throw denied(principal, access, decision)
  }
}

/** What the principal's policies, and the session's where it has one, say about an access. */
function verdictOf(principal: Principal, account: Account, access: Access): Verdict {
  const wish: Wish = {
    action: access.action,
    resource: access.resource ?? '*',
    context: { ...contextOf(principal, account), ...access.context },
  }
  const verdict = evaluate(principal.policies, wish)
  if (verdict.decision !== 'allowed' || principal.sessionPolicy === undefined) return verdict
  return evaluate([principal.sessionPolicy], wish)
}

/** The refusal in AWS's words; EC2 has words of its own. */
function denied(principal: Principal, { action, resource }: Access, decision: Verdict['decision']): AwsError {
  const where = resource === undefined || resource === '*' ? '' : ` on resource: ${resource}`
  const why =
    decision === 'explicitDeny'
      ? 'with an explicit deny in an identity-based policy'
      : principal.sessionPolicy !== undefined
        ? `because no session policy allows the ${action} action`
        : `because no identity-based policy allows the ${action} action`
  const message = `User: ${principal.arn} is not authorized to perform: ${action}${where} ${why}`
  return action.startsWith('ec2:')
    ? new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`, 403)
    : new AwsError('AccessDenied', message, 403)
}

/** The condition keys that every request has (IAM user guide, global condition context keys). */
function contextOf(principal: Principal, account: Account): Context {
  const name = principal.arn.split('/').at(-1) ?? ''
  const isUser = principal.arn.includes(':user/')
  return {
    'aws:principalarn': [principal.arn],
    'aws:principalaccount': [principal.accountId],
    'aws:principaltype': [isUser ? 'User' : 'AssumedRole'],
    'aws:userid': [principal.userId],
    ...(isUser ? { 'aws:username': [name] } : {}),
    'aws:requestedregion': [account.region],
    'aws:currenttime': [new Date(account.now).toISOString()],
    'aws:epochtime': [String(Math.floor(account.now / 1000))],
    'aws:securetransport': ['false'],
    'aws:sourceip': ['127.0.0.1'],
    // Long-term keys do not carry the key at all.
    ...(principal.sessionToken === undefined
      ? {}
      : { 'aws:multifactorauthpresent': [String(principal.hasMfa === true)] }),
  }
}
