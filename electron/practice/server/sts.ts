import { AwsError, validationError } from '../model/aws-error.ts'
import { instant, type Structure } from './document.ts'
import { MFA_CODE, MFA_SERIAL_NUMBER } from './iam/identities.ts'
import { readPolicy } from './iam/policy.ts'
import type { Principal } from './principals.ts'
import type { Call, QueryService } from './query-service.ts'

const HOUR = 3_600
const ONCE_A_DAY_AND_A_HALF = 129_600

/** AWS Security Token Service: who the caller is, and sessions. Sessions end by the caller's clock, not the account's. */
export const STS: QueryService = {
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  resource: ({ parameters }) => parameters.text('RoleArn') ?? '*',
  operations: {
    GetCallerIdentity: ({ principal }) => ({
      Arn: principal.arn,
      UserId: principal.userId,
      Account: principal.accountId,
    }),
    GetAccessKeyInfo: ({ parameters, cloud }) => {
      const key = parameters.required('AccessKeyId')
      const found = Object.values(cloud.identities.users).find(({ accessKeyId }) => accessKeyId === key)
      return { Account: found?.accountId ?? cloud.identities.users.operator.accountId }
    },
    AssumeRole: (call) => {
      const { cloud, parameters, principal } = call
      const arn = parameters.required('RoleArn')
      const sessionName = parameters.required('RoleSessionName')
      if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
        throw validationError(
          sessionName,
          'roleSessionName',
          'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
        )
      }
      const hasMfa = checkMfa(call)
      const role = cloud.identities.entity(arn)?.role
      // Which roles there are is not told to those who may not assume them.
      if (
        role === undefined ||
        !arn.includes(`:${principal.accountId}:`) ||
        (role.requiresMfa && !hasMfa && principal.hasMfa !== true)
      ) {
        throw new AwsError(
          'AccessDenied',
          `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
          403,
        )
      }
      const isChained = principal.arn.includes(':assumed-role/')
      const seconds = durationOf(call, HOUR, 43_200)
      if (isChained && seconds > HOUR) {
        throw new AwsError(
          'ValidationError',
          'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
        )
      }
      if (seconds > role.longestSessionSeconds) {
        throw new AwsError(
          'ValidationError',
          'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
        )
      }
      const policy = parameters.text('Policy')
      if (policy !== undefined) readPolicy(policy, 'session-policy')
      const now = Date.now()
      const session = cloud.identities.issue({
        kind: 'role',
        of: role.name,
        sessionName,
        issued: now,
        expires: now + seconds * 1000,
        mfa: hasMfa,
        ...(policy === undefined ? {} : { policy }),
      })
      return {
        AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
        Credentials: credentials(session, now + seconds * 1000),
        PackedPolicySize: policy === undefined ? undefined : Math.ceil((100 * policy.length) / 2048),
      }
    },
    GetSessionToken: (call) => {
      const { cloud, principal } = call
      if (principal.sessionToken !== undefined) {
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403)
      }
      const hasMfa = checkMfa(call)
      const seconds = durationOf(call, 43_200, ONCE_A_DAY_AND_A_HALF)
      const now = Date.now()
      const session = cloud.identities.issue({
        kind: 'user',
        of: principal.arn,
        sessionName: '',
        issued: now,
        expires: now + seconds * 1000,
        mfa: hasMfa,
      })
      return { Credentials: credentials(session, now + seconds * 1000) }
    },
  },
}

/** Whether the caller proved to hold the device; throws when the proof is wrong. */
function checkMfa({ parameters }: Call): boolean {
  const serial = parameters.text('SerialNumber')
  const code = parameters.text('TokenCode')
  if (serial === undefined && code === undefined) return false
  if (code !== undefined && !/^\d{6}$/.test(code)) {
    throw validationError(
      code,
      'tokenCode',
      code.length < 6
        ? 'Member must have length greater than or equal to 6'
        : 'Member must satisfy regular expression pattern: [\\d]*',
    )
  }
  if (serial !== MFA_SERIAL_NUMBER) {
    throw new AwsError(
      'AccessDenied',
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      403,
    )
  }
  if (code !== MFA_CODE) {
    throw new AwsError(
      'AccessDenied',
      code === undefined
        ? 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
        : 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      403,
    )
  }
  return true
}

function durationOf({ parameters }: Call, usual: number, most: number): number {
  const seconds = parameters.whole('DurationSeconds') ?? usual
  if (seconds < 900)
    throw validationError(String(seconds), 'durationSeconds', 'Member must have value greater than or equal to 900')
  if (seconds > most)
    throw validationError(String(seconds), 'durationSeconds', `Member must have value less than or equal to ${most}`)
  return seconds
}

function credentials(session: Principal, expires: number): Structure {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: instant(expires),
  }
}
