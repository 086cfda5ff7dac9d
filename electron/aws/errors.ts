import { type Problem, type ProblemCode, SignalboxError } from '../contract/problem.ts'
import { type RawError, readRawError } from './raw-error.ts'
import { REFUSALS } from './refusals.ts'

/** The call that failed, in AWS's own words. */
export interface FailedCall {
  /** As in IAM policies: `elasticbeanstalk`, `s3`, … */
  readonly service: string
  readonly operation: string
  /** True where the call may have changed something in the account. */
  readonly changes: boolean
}

/** The error every call of this room throws: a `Problem` in the operator's words. Never throws itself. */
export function translated(thrown: unknown, call: FailedCall): SignalboxError {
  if (thrown instanceof SignalboxError) return thrown
  return new SignalboxError(problemOfCall(thrown, call), { cause: thrown })
}

/** The one translation from what an AWS client throws to words for the operator; AWS's own words go to `detail`. */
export function problemOfCall(thrown: unknown, call: FailedCall): Problem {
  const raw = readRawError(thrown)
  const words =
    connectionProblem(raw, call) ?? signInProblem(raw, call) ?? deniedProblem(raw, call) ?? serviceProblem(raw, call)
  return { ...words, detail: detailOf(raw, call) }
}

type Words = Omit<Problem, 'detail'>

function words(code: ProblemCode, title: string, meaning: string, remedy: string): Words {
  return { code, title, meaning, remedy }
}

const SERVICE_NAMES: Readonly<Record<string, string>> = {
  elasticbeanstalk: 'Elastic Beanstalk',
  cloudformation: 'CloudFormation',
  rds: 'RDS',
  ec2: 'EC2',
  s3: 'Amazon S3',
  route53: 'Route 53',
  cloudwatch: 'CloudWatch',
  sts: 'the AWS sign-in service (STS)',
}

function serviceName(call: FailedCall): string {
  return SERVICE_NAMES[call.service] ?? call.service
}

function afterSilence(call: FailedCall): string {
  return call.changes
    ? `It is not known whether AWS carried out ${call.operation}. Signalbox looks at the account before it does anything again.`
    : 'Nothing was changed in AWS. The release waits and stands where it stood.'
}

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/
const SILENCE_CODES = /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_\w*TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/
const BROKEN_CODES = /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_\w+|EPROTO|ERR_SSL_\w+)$/
const UNREACHABLE_CODES = /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/

function connectionProblem(raw: RawError, call: FailedCall): Words | null {
  const name = serviceName(call)
  if (raw.systemCode === 'ENOTFOUND' || raw.systemCode === 'EAI_AGAIN') {
    return words(
      'network',
      `The address of ${name} could not be found`,
      afterSilence(call),
      'Check that this computer is on the network (and on the VPN, if your company has one), and that the region is spelled right.',
    )
  }
  if (raw.systemCode === 'ECONNREFUSED') {
    return words(
      'network',
      `${name} cannot be reached: the connection was refused`,
      'Nothing was changed in AWS. The release waits and stands where it stood.',
      'A firewall or proxy may stand between this computer and AWS. In the practice account: the practice account has stopped; connect to it again.',
    )
  }
  if (CERTIFICATE_CODES.test(raw.systemCode)) {
    return words(
      'network',
      `The certificate shown in the name of ${name} is not trusted`,
      'Something between this computer and AWS reads the traffic, or this computer’s clock is wrong. Nothing was sent.',
      'Check the date and time of this computer, and ask your network team for the certificate of the company’s proxy.',
    )
  }
  if (UNREACHABLE_CODES.test(raw.systemCode)) {
    return words(
      'network',
      'This computer has no way to AWS',
      afterSilence(call),
      'Check the network connection. Signalbox goes on by itself as soon as there is one.',
    )
  }
  if (BROKEN_CODES.test(raw.systemCode)) {
    return words(
      'network',
      `The connection to ${name} broke off`,
      afterSilence(call),
      'Nothing to do: Signalbox tries again. If it happens often, check the network connection.',
    )
  }
  if (SILENCE_CODES.test(raw.systemCode) || /^(TimeoutError|AbortError|RequestAbortedError)$/.test(raw.code)) {
    return words(
      'network',
      `${name} did not answer in time`,
      afterSilence(call),
      'Nothing to do: Signalbox tries again. If it goes on, check the network connection and the AWS Health Dashboard.',
    )
  }
  if (
    /Deserialization error|is not expected|Unexpected token|not valid JSON|Unclosed|Invalid XML|expected closing tag/i.test(
      raw.message,
    ) &&
    raw.code !== 'ValidationError'
  ) {
    return words(
      'network',
      `Something else answered in the place of ${name}`,
      `The answer was not one of AWS. ${afterSilence(call)}`,
      'A proxy or a sign-in page of the network may have answered. Open any web page in a browser, sign in to the network, and try again.',
    )
  }
  return null
}

const EXPIRED_CODES = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired|ExpiredTokenFault)$/
const SIGNATURE_CODES =
  /^(SignatureDoesNotMatch|InvalidSignatureException|RequestTimeTooSkewed|AuthFailure|IncompleteSignature|IncompleteSignatureException)$/
const UNKNOWN_KEY_CODES =
  /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|InvalidToken|InvalidSecurity|InvalidUserID)/
const MISSING_CODES =
  /^(MissingAuthenticationToken|MissingAuthenticationTokenException|MissingSecurityHeader|CredentialsProviderError|ProviderError|TokenProviderError)$/
const PAUSED = 'The release pauses where it stands; nothing in AWS is lost or undone.'

function signInProblem(raw: RawError, call: FailedCall): Words | null {
  if (EXPIRED_CODES.test(raw.code)) {
    return words(
      'credentials-expired',
      'Your AWS sign-in has run out',
      PAUSED,
      'Sign in again (for example with “aws sso login”, or with fresh keys). The release goes on from here.',
    )
  }
  const clockIsWrong =
    /Signature expired|not yet current|too skewed|difference between the request time/i.test(raw.message) ||
    raw.code === 'RequestTimeTooSkewed'
  if (clockIsWrong) {
    return words(
      'credentials-invalid',
      'AWS refuses the sign-in because this computer’s clock is wrong',
      PAUSED,
      'Set the date and time of this computer (switch on automatic time), then try again. AWS allows a difference of five minutes.',
    )
  }
  if (SIGNATURE_CODES.test(raw.code)) {
    return words(
      'credentials-invalid',
      'AWS refuses the secret access key',
      PAUSED,
      'The secret does not belong to this access key. Copy both again, with no blank before or after, and sign in again.',
    )
  }
  if (UNKNOWN_KEY_CODES.test(raw.code)) {
    return words(
      'credentials-invalid',
      'AWS does not know this access key',
      PAUSED,
      'The key may have been deleted or switched off, or this region may not be enabled for the account. Check the key and the region, and sign in again.',
    )
  }
  if (
    !MISSING_CODES.test(raw.code) &&
    !/Could not load credentials|Resolved credential object is not valid|Credential is missing/i.test(raw.message)
  ) {
    return raw.code === 'UnauthorizedException' ? ssoExpired() : null
  }
  if (/SSO session|sso login|Token is expired|expired/i.test(raw.message)) return ssoExpired()
  if (/Multi-?factor|MFA/i.test(raw.message)) {
    return words(
      'credentials-invalid',
      'This profile asks for a code of a second device (MFA)',
      PAUSED,
      'Sign in with a profile that needs no code, or make a session first with “aws sts get-session-token” and sign in with its keys.',
    )
  }
  return words(
    'credentials-invalid',
    `There are no usable credentials for ${serviceName(call)}`,
    PAUSED,
    'Choose a profile that has keys, a role or an SSO session, or type in access keys.',
  )
}

function ssoExpired(): Words {
  return words(
    'credentials-expired',
    'The SSO session of this profile has run out',
    PAUSED,
    'Run “aws sso login” for this profile, then sign in again. The release goes on from here.',
  )
}

const DENIED_CODES =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|NotAuthorized|InsufficientPrivileges|InsufficientPrivilegesException|AllAccessDisabled|AccountProblem|Forbidden|403)$/

function deniedProblem(raw: RawError, call: FailedCall): Words | null {
  if (raw.code === 'OptInRequired' || raw.code === 'SubscriptionRequiredException') {
    return words(
      'access-denied',
      `${serviceName(call)} is not enabled for this account in this region`,
      'Nothing was changed.',
      'Ask whoever owns the account to enable the service or the region, or choose another region.',
    )
  }
  if (!DENIED_CODES.test(raw.code) && raw.httpStatus !== 403) return null
  const denied = /not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on resource:? (\S+))?/.exec(raw.message)
  const action = denied?.[1] ?? `${call.service}:${call.operation === 'HeadObject' ? 'GetObject' : call.operation}`
  const resource = (denied?.[2] ?? '*').replace(/[.,]$/, '')
  const title = `You are not allowed to perform ${action}`
  if (raw.code.startsWith('InsufficientPrivileges')) {
    return words(
      'access-denied',
      `Elastic Beanstalk lacks a permission that ${call.operation} needs`,
      'The call itself is allowed; another service that it uses on your behalf refused.',
      'Ask whoever manages the account’s permissions to allow what the details below name; then try again.',
    )
  }
  if (/explicit deny/i.test(raw.message)) {
    const where = /explicit deny in (?:an? |the )?([a-z -]+? policy)/i.exec(raw.message)?.[1] ?? 'policy'
    return words(
      'access-denied',
      title,
      'The release stays where it is; nothing was changed.',
      `It is denied explicitly by a ${where}. Adding a permission does not help: ask whoever manages that policy to lift the denial.`,
    )
  }
  const line = `{ "Effect": "Allow", "Action": "${action}", "Resource": "${resource}" }`
  return words(
    'access-denied',
    title,
    'The release stays where it is; nothing was changed.',
    `Ask whoever manages the account’s permissions to add this line to your IAM policy: ${line} Then try again.`,
  )
}

const THROTTLED_CODES =
  /^(Throttling|ThrottlingException|ThrottledException|Throttled|RequestThrottled|RequestThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown|BandwidthLimitExceeded|EC2ThrottledException|PriorRequestNotComplete|ProvisionedThroughputExceededException)$/
const UNAVAILABLE_CODES =
  /^(InternalFailure|InternalError|InternalServerError|InternalServiceError|InternalServiceException|ServiceUnavailable|ServiceUnavailableException|Unavailable|RequestTimeout|RequestTimeoutException|ServerException)$/

function serviceProblem(raw: RawError, call: FailedCall): Words {
  if (THROTTLED_CODES.test(raw.code) || raw.httpStatus === 429 || raw.message.startsWith('Rate exceeded')) {
    return words(
      'throttled',
      'AWS asks for slower calls',
      'Someone or something calls AWS often in this account. The release goes on, more slowly.',
      'Nothing to do: Signalbox waits and tries again.',
    )
  }
  if (UNAVAILABLE_CODES.test(raw.code) || (raw.httpStatus !== null && raw.httpStatus >= 500)) {
    return words(
      'aws-unavailable',
      `${serviceName(call)} has trouble answering`,
      afterSilence(call),
      'Nothing to do: Signalbox tries again. If it goes on, look at the AWS Health Dashboard.',
    )
  }
  for (const refusal of REFUSALS) {
    if (refusal.codes !== undefined && !refusal.codes.test(raw.code)) continue
    const match = refusal.text === undefined ? [] : refusal.text.exec(raw.message)
    if (match !== null)
      return refusal.say(
        match.slice(1).map((part) => part ?? ''),
        call,
      )
  }
  if (raw.httpStatus !== null && raw.httpStatus >= 400) {
    return words(
      'refused-by-aws',
      `${serviceName(call)} refused ${call.operation}`,
      'Nothing was changed by this call.',
      'Read what AWS says in the details below. Put it right in the AWS console, then try again.',
    )
  }
  return words(
    'unexpected',
    `${call.operation} failed in a way Signalbox does not know`,
    afterSilence(call),
    'Try again. If it comes back, send the details below to the makers of Signalbox.',
  )
}

function detailOf(raw: RawError, call: FailedCall): string {
  const name = [raw.code, raw.systemCode].filter((part) => part !== '').join(' ')
  const lines = [
    `${call.service}:${call.operation}`,
    `${name === '' ? 'no code' : name}${raw.httpStatus === null ? '' : ` (HTTP ${raw.httpStatus})`}: ${raw.message}`,
    ...(raw.requestId === null ? [] : [`Request id ${raw.requestId}`]),
  ]
  return lines.join('\n')
}
