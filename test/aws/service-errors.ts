import type { ProblemCode } from '../../electron/contract/problem.ts'

export interface Row {
  /** The operation, `service:Operation`; a `!` before it where it changes something. */
  readonly call: string
  readonly thrown: unknown
  readonly code: ProblemCode
  /** What the operator must read somewhere in title, meaning or remedy. */
  readonly says: RegExp
}

/** As the AWS clients throw it: AWS's code is the error's name. */
export function service(name: string, httpStatusCode: number, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: 'f3b2c1d0-request' } })
}

/**
 * Errors that a service answered with: call, AWS's code, HTTP status, AWS's text, our code, what our words must say.
 * The texts of Elastic Beanstalk are the real service's, as people have published them.
 */
const TABLE = String.raw`
elasticbeanstalk:DescribeEnvironmentResources | InvalidParameterValue | 400 | No Environment found for EnvironmentId = 'fake_environment'. | not-found | no environment fake_environment
elasticbeanstalk:UpdateEnvironment | InvalidParameterValue | 400 | Environment named api99 is in an invalid state for this operation. Must be Ready. | refused-by-aws | api99 is busy
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | Environment Staging already exists. | name-taken | Staging already exists
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | DNS name (acme-development.elasticbeanstalk.com) is not available. | name-taken | acme-development\.elasticbeanstalk\.com is already taken
elasticbeanstalk:CreateApplicationVersion | AccessDenied | 403 | User: arn:aws:iam::402953086859:user/gitlabci is not authorized to perform: elasticbeanstalk:CreateApplicationVersion on resource: arn:aws:elasticbeanstalk:us-east-1:402953086859:applicationversion/cars-api/8 | access-denied | "Action": "elasticbeanstalk:CreateApplicationVersion", "Resource": "arn:aws:elasticbeanstalk:us-east-1:402953086859:applicationversion\/cars-api\/8"
elasticbeanstalk:CreateEnvironment | InsufficientPrivilegesException | 403 | Access Denied: S3Bucket=elasticbeanstalk-platform-assets-ap-northeast-1, S3Key=stalks/eb_node/packs/Nodejs22Template.pack | access-denied | another service
elasticbeanstalk:CreateEnvironment | ConfigurationValidationException | 400 | Configuration validation exception: Before you can create a database, 'DBPassword' must be set. | refused-by-aws | refuses a setting
elasticbeanstalk:CreateEnvironment | ConfigurationValidationException | 400 | Invalid option value: '14.6' (Namespace: 'aws:rds:dbinstance', OptionName: 'DBEngineVersion'): Engine Version 14.6 not supported for postgres db | refused-by-aws | refuses a setting
elasticbeanstalk:CreateEnvironment | ConfigurationValidationException | 400 | Invalid option specification (Namespace: 'aws:elasticbeanstalk:environment', OptionName: 'Domain'): Unknown configuration setting. | refused-by-aws | refuses a setting
elasticbeanstalk:CreateApplication | InvalidParameterValue | 400 | Application shop already exists. | name-taken | Application shop already exists
elasticbeanstalk:DescribeEvents | InvalidParameterValue | 400 | No Application named 'shopp' found. | not-found | no application shopp in this region
elasticbeanstalk:CreateConfigurationTemplate | InvalidParameterValue | 400 | Configuration Template signalbox-1 already exists. | name-taken | signalbox-1 already exists
elasticbeanstalk:DescribeEnvironments | Throttling | 400 | Rate exceeded | throttled | slower calls
elasticbeanstalk:DescribeConfigurationSettings | InvalidParameterCombination | 400 |  | refused-by-aws | DescribeConfigurationSettings
elasticbeanstalk:DescribeConfigurationSettings | MissingRequiredParameter | 400 |  | refused-by-aws | DescribeConfigurationSettings
elasticbeanstalk:AbortEnvironmentUpdate | InvalidParameterValue | 400 | Environment named api99 is in an invalid state for this operation. Must be pending deployment. | refused-by-aws | nothing under way
elasticbeanstalk:TerminateEnvironment | InvalidParameterValue | 400 | Cannot terminate environment named shop-green. It is currently pending deployment. | refused-by-aws | shop-green cannot be terminated
elasticbeanstalk:UpdateEnvironment | InvalidParameterValue | 400 | No Application Version named '1.5.0' found. | not-found | no application version 1\.5\.0
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | No Solution Stack named '64bit Amazon Linux 2018.03 v4.9.2 running Node.js' found. | not-found | no longer exists
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | Platform 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node/1' does not exist. | not-found | platform\/Node\/1 no longer exists
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | No application version exists to deploy for Application named shop. | refused-by-aws | no version to start green with
elasticbeanstalk:CreateEnvironment | InvalidParameterValue | 400 | Environment does not support a cname | refused-by-aws | worker
elasticbeanstalk:DeleteConfigurationTemplate | OperationInProgressException | 400 | Unable to delete: an operation is in progress. | refused-by-aws | still under way
elasticbeanstalk:CreateEnvironment | TooManyEnvironmentsException | 400 | The specified account has reached its limit of environments. | quota | more environments
elasticbeanstalk:CreateApplicationVersion | TooManyApplicationVersionsException | 400 | limit | quota | application versions
elasticbeanstalk:CreateApplicationVersion | InvalidParameterValue | 400 | You cannot have more than 500 Application Versions. Either remove some Application Versions or request a limit increase. | quota | application versions \(500\)
elasticbeanstalk:CreateConfigurationTemplate | TooManyConfigurationTemplatesException | 400 |  | quota | saved configurations
elasticbeanstalk:CreateStorageLocation | TooManyBucketsException | 400 |  | quota | S3 buckets
elasticbeanstalk:CreateEnvironment | TooManyTagsException | 400 |  | quota | tags
elasticbeanstalk:CreateApplicationVersion | S3LocationNotInServiceRegionException | 400 |  | refused-by-aws | another region
elasticbeanstalk:CreateStorageLocation | S3SubscriptionRequiredException | 400 |  | refused-by-aws | no Amazon S3
elasticbeanstalk:ListTagsForResource | ResourceNotFoundException | 400 | Resource not found | not-found | does not exist
elasticbeanstalk:DescribeEnvironments | InternalFailure | 500 | Internal failure | aws-unavailable | trouble answering
elasticbeanstalk:DescribeEnvironments | ServiceUnavailable | 503 | Service Unavailable | aws-unavailable | Health Dashboard
elasticbeanstalk:DescribeEnvironments | SomethingNew | 502 |  | aws-unavailable | trouble answering
elasticbeanstalk:DescribeEnvironments | SomethingNew | 418 | teapot | refused-by-aws | refused DescribeEnvironments
elasticbeanstalk:DescribeEnvironments | ExpiredToken | 403 | The security token included in the request is expired | credentials-expired | Sign in again
elasticbeanstalk:DescribeEnvironments | ExpiredTokenException | 400 | The security token included in the request is expired | credentials-expired | Sign in again
ec2:DescribeSecurityGroups | RequestExpired | 400 | Request has expired. | credentials-expired | Sign in again
elasticbeanstalk:DescribeEnvironments | InvalidClientTokenId | 403 | The security token included in the request is invalid. | credentials-invalid | does not know this access key
elasticbeanstalk:DescribeEnvironments | UnrecognizedClientException | 400 | The security token included in the request is invalid. | credentials-invalid | does not know this access key
elasticbeanstalk:DescribeEnvironments | SignatureDoesNotMatch | 403 | The request signature we calculated does not match the signature you provided. | credentials-invalid | secret
elasticbeanstalk:DescribeEnvironments | SignatureDoesNotMatch | 403 | Signature expired: 20261123T010000Z is now earlier than 20261123T011500Z | credentials-invalid | clock is wrong
elasticbeanstalk:DescribeEnvironments | SignatureDoesNotMatch | 403 | Signature not yet current: 20261123T030000Z is still later than 20261123T011500Z | credentials-invalid | clock is wrong
s3:HeadObject | RequestTimeTooSkewed | 403 | The difference between the request time and the current time is too large. | credentials-invalid | clock is wrong
s3:PutObject | InvalidAccessKeyId | 403 | The AWS Access Key Id you provided does not exist in our records. | credentials-invalid | access key
ec2:DescribeSecurityGroups | AuthFailure | 401 | AWS was not able to validate the provided access credentials | credentials-invalid | secret access key
elasticbeanstalk:DescribeEnvironments | MissingAuthenticationToken | 403 | Request is missing Authentication Token | credentials-invalid | no usable credentials
sts:GetCallerIdentity | UnauthorizedException | 401 | Session token not found or invalid | credentials-expired | SSO
elasticbeanstalk:TerminateEnvironment | AccessDeniedException | 403 | User: arn:aws:iam::1:user/op is not authorized to perform: elasticbeanstalk:TerminateEnvironment on resource: arn:aws:elasticbeanstalk:eu-central-1:1:environment/shop/shop-blue because no identity-based policy allows the elasticbeanstalk:TerminateEnvironment action | access-denied | not allowed to perform elasticbeanstalk:TerminateEnvironment
elasticbeanstalk:TerminateEnvironment | AccessDenied | 403 | User: arn:aws:iam::1:user/op is not authorized to perform: elasticbeanstalk:TerminateEnvironment on resource: * with an explicit deny in a service control policy | access-denied | service control policy
cloudformation:ListStackResources | AccessDenied | 403 | User: arn:aws:iam::1:user/op is not authorized to perform: cloudformation:ListStackResources on resource: arn:aws:cloudformation:eu-central-1:1:stack/awseb-e-abc-stack/* | access-denied | "Action": "cloudformation:ListStackResources"
ec2:DescribeSecurityGroups | UnauthorizedOperation | 403 | You are not authorized to perform this operation. | access-denied | ec2:DescribeSecurityGroups
s3:HeadObject | UnknownError | 403 | UnknownError | access-denied | s3:GetObject
ec2:DescribeSecurityGroups | OptInRequired | 401 | You are not subscribed to this service. | access-denied | not enabled
ec2:DescribeSecurityGroups | RequestLimitExceeded | 503 | Request limit exceeded. | throttled | waits
s3:PutObject | SlowDown | 503 | Please reduce your request rate. | throttled | waits
sts:GetCallerIdentity | Unheard | 429 |  | throttled | waits
cloudformation:ListStackResources | ValidationError | 400 | Stack with id awseb-e-gone-stack does not exist | not-found | awseb-e-gone-stack
s3:PutObject | NoSuchBucket | 404 | The specified bucket does not exist | not-found | does not exist
s3:PutObject | EntityTooLarge | 400 | Your proposed upload exceeds the maximum allowed size | bad-bundle | 512 MB
s3:PutObject | RequestTimeout | 400 | Your socket connection to the server was not read from or written to within the timeout period. | aws-unavailable | tries again
`

export const SERVICE_ERRORS: readonly Row[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [call = '', name = '', status = '', message = '', code = '', says = ''] = line.split(' | ')
    return { call, thrown: service(name, Number(status), message), code: code as ProblemCode, says: new RegExp(says) }
  })
