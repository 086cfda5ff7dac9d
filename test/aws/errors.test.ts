import { describe, expect, it } from 'vitest'
import { problemOfCall, translated } from '../../electron/aws/errors.ts'
import { SignalboxError } from '../../electron/contract/problem.ts'
import { type Row, SERVICE_ERRORS, service } from './service-errors.ts'

function system(code: string, message = `connect ${code} 127.0.0.1:443`): Error {
  return Object.assign(new Error(message), { code })
}

function credentials(message: string): Error {
  return Object.assign(new Error(message), { name: 'CredentialsProviderError', tryNextLink: true })
}

const rows: readonly Row[] = [
  ...SERVICE_ERRORS,
  // Signing in, where no service was asked.
  {
    call: 'sts:GetCallerIdentity',
    thrown: credentials('Could not resolve credentials using profile: [acme] in configuration/credentials file(s).'),
    code: 'credentials-invalid',
    says: /Choose a profile/,
  },
  {
    call: 'sts:GetCallerIdentity',
    thrown: credentials('The SSO session associated with this profile has expired. To refresh it run aws sso login.'),
    code: 'credentials-expired',
    says: /aws sso login/,
  },
  {
    call: 'sts:GetCallerIdentity',
    thrown: credentials('Profile acme requires multi-factor authentication, but no MFA code callback was provided.'),
    code: 'credentials-invalid',
    says: /second device/,
  },
  // The network.
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: system('ENOTFOUND', 'getaddrinfo ENOTFOUND elasticbeanstalk.eu-centrall-1.amazonaws.com'),
    code: 'network',
    says: /region is spelled right/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: system('EAI_AGAIN'),
    code: 'network',
    says: /on the network/,
  },
  { call: 'elasticbeanstalk:DescribeEnvironments', thrown: system('ECONNREFUSED'), code: 'network', says: /refused/ },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: Object.assign(new AggregateError([system('ECONNREFUSED')]), { code: 'ECONNREFUSED' }),
    code: 'network',
    says: /refused/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: new AggregateError([system('ENETUNREACH')]),
    code: 'network',
    says: /no way to AWS/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: system('ECONNRESET', 'socket hang up'),
    code: 'network',
    says: /broke off.*Nothing was changed/s,
  },
  {
    call: '!elasticbeanstalk:SwapEnvironmentCNAMEs',
    thrown: system('ECONNRESET', 'socket hang up'),
    code: 'network',
    says: /not known whether AWS carried out SwapEnvironmentCNAMEs/,
  },
  {
    call: '!elasticbeanstalk:CreateEnvironment',
    thrown: Object.assign(new Error('Connection timed out after 5000 ms'), { name: 'TimeoutError' }),
    code: 'network',
    says: /not known whether/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: system('ETIMEDOUT'),
    code: 'network',
    says: /did not answer in time/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
    code: 'network',
    says: /did not answer in time/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
    code: 'network',
    says: /certificate/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: new TypeError('fetch failed', { cause: system('ECONNREFUSED') }),
    code: 'network',
    says: /refused/,
  },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: new Error(
      "char '<' is not expected.:1:1\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.",
    ),
    code: 'network',
    says: /proxy or a sign-in page/,
  },
  // Things that nobody should throw.
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: new TypeError('x is undefined'),
    code: 'unexpected',
    says: /does not know/,
  },
  { call: 'elasticbeanstalk:DescribeEnvironments', thrown: undefined, code: 'unexpected', says: /does not know/ },
  { call: 'elasticbeanstalk:DescribeEnvironments', thrown: 'text', code: 'unexpected', says: /does not know/ },
  {
    call: 'elasticbeanstalk:DescribeEnvironments',
    thrown: { name: 7, $metadata: null, Error: 'x' },
    code: 'unexpected',
    says: /does not know/,
  },
]

describe('errors of AWS in the operator’s words', () => {
  it.each(rows.map((row, number) => [number, row.call, row.code, String(row.says), row] as const))(
    '%i %s is %s and says %s',
    (_number, _call, _code, _says, row) => {
      const changes = row.call.startsWith('!')
      const [name = '', operation = ''] = row.call.replace('!', '').split(':')
      const problem = problemOfCall(row.thrown, { service: name, operation, changes })
      expect(problem.code).toBe(row.code)
      expect([problem.title, problem.meaning, problem.remedy].join('\n')).toMatch(row.says)
      expect(problem.meaning).toBeTruthy()
      expect(problem.remedy).toBeTruthy()
      expect(problem.detail).toContain(`${name}:${operation}`)
    },
  )

  it('keeps AWS’s words and the request id for those who look for the cause', () => {
    const { detail } = problemOfCall(service('Throttling', 400, 'Rate exceeded'), {
      service: 'elasticbeanstalk',
      operation: 'DescribeEvents',
      changes: false,
    })
    expect(detail).toBe(
      'elasticbeanstalk:DescribeEvents\nThrottling (HTTP 400): Rate exceeded\nRequest id f3b2c1d0-request',
    )
  })

  it('leaves an error that has its words already as it is', () => {
    const own = new SignalboxError({ code: 'bad-bundle', title: 'Changed' })
    expect(translated(own, { service: 's3', operation: 'PutObject', changes: true })).toBe(own)
  })

  it('survives an error whose members throw when they are read', () => {
    const hostile = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no')
      },
    })
    expect(problemOfCall(hostile, { service: 's3', operation: 'PutObject', changes: false }).code).toBe('unexpected')
  })
})
