import type { Problem } from '../contract/problem.ts'

interface Refusal {
  readonly codes?: RegExp
  readonly text?: RegExp
  /** `parts` are the groups of `text`. */
  readonly say: (parts: readonly string[], call: { readonly operation: string }) => Omit<Problem, 'detail'>
}

const NOTHING = 'Nothing was changed by this call.'

/**
 * What Elastic Beanstalk and its neighbours refuse, first match wins. Most refusals share the code
 * InvalidParameterValue, so that AWS's text is all there is to tell them apart; the release itself never reads it.
 */
export const REFUSALS: readonly Refusal[] = [
  {
    text: /Environment named (\S+) is in an invalid state for this operation\. Must be Ready/i,
    say: ([name]) => ({
      code: 'refused-by-aws',
      title: `${name} is busy with another change`,
      meaning: `Elastic Beanstalk does one thing at a time with an environment. ${NOTHING}`,
      remedy: 'Wait until it is Ready again, then try again. If you did not start that change, find out who did.',
    }),
  },
  {
    text: /Environment named (\S+) is in an invalid state for this operation\. Must be pending deployment/i,
    say: ([name]) => ({
      code: 'refused-by-aws',
      title: `${name} has nothing under way that could be stopped`,
      meaning: NOTHING,
      remedy: 'The update has probably just ended. Signalbox looks again before it goes on.',
    }),
  },
  {
    text: /Cannot terminate environment named (\S+?)\.? It is currently pending deployment/i,
    say: ([name]) => ({
      code: 'refused-by-aws',
      title: `${name} cannot be terminated while a deployment is under way`,
      meaning: NOTHING,
      remedy: 'Wait until the deployment has ended, or abort it, then try again.',
    }),
  },
  {
    text: /Environment named (\S+) is in an invalid state/i,
    say: ([name]) => ({
      code: 'refused-by-aws',
      title: `${name} is in a state that does not allow this`,
      meaning: NOTHING,
      remedy: 'Wait until it is Ready, then try again.',
    }),
  },
  {
    text: /DNS name \((\S+?)\) is not available/i,
    say: ([name]) => ({
      code: 'name-taken',
      title: `The address ${name} is already taken`,
      meaning: `Someone else holds it, or it is still reserved after a failed start. ${NOTHING}`,
      remedy: 'Choose another CNAME prefix for green. Production’s address is not affected: it comes with the swap.',
    }),
  },
  {
    text: /(Environment|Application Version|Configuration Template|Application) (\S+) already exists/i,
    say: ([kind, name]) => ({
      code: 'name-taken',
      title: `${kind} ${name} already exists`,
      meaning: NOTHING,
      remedy: 'Choose another name, or remove the old one in the AWS console if nobody needs it.',
    }),
  },
  {
    codes: /^BucketAlreadyExists/,
    say: () => ({
      code: 'name-taken',
      title: 'The storage bucket of Elastic Beanstalk belongs to another account',
      meaning: `The bundle cannot be uploaded. ${NOTHING}`,
      remedy: 'Ask AWS support: the bucket name of this account and region has been taken by someone else.',
    }),
  },
  {
    codes: /^TooManyEnvironments/,
    say: () =>
      quota(
        'environments',
        'Terminate an environment that nobody needs, or ask AWS to raise the quota (Service Quotas, Elastic Beanstalk).',
      ),
  },
  {
    codes: /^TooManyApplicationVersions/,
    say: () =>
      quota(
        'application versions',
        'Delete old application versions in the AWS console (or give the application a lifecycle policy), or ask AWS to raise the quota.',
      ),
  },
  {
    text: /You cannot have more than (\d+) ([A-Za-z ]+?)\./,
    say: ([number, kind]) =>
      quota(
        `${kind?.toLowerCase()} (${number})`,
        `Delete old ${kind?.toLowerCase()} in the AWS console, or ask AWS to raise the quota.`,
      ),
  },
  {
    codes: /^TooManyConfigurationTemplates/,
    say: () =>
      quota(
        'saved configurations',
        'Delete saved configurations that nobody needs in the AWS console, then try again.',
      ),
  },
  {
    codes: /^TooManyBuckets/,
    say: () => quota('S3 buckets', 'Delete a bucket that nobody needs, or ask AWS to raise the quota.'),
  },
  {
    codes: /^TooManyApplications/,
    say: () => quota('applications', 'Delete an application that nobody needs, or ask AWS to raise the quota.'),
  },
  {
    codes: /^TooManyTags/,
    say: () =>
      quota('tags on one resource', 'Remove tags from blue that nobody needs (50 is the most), then try again.'),
  },
  {
    codes: /^(TooMany|LimitExceeded|.*LimitExceeded|.*QuotaExceeded)/,
    say: () =>
      quota('resources of this kind', 'Remove what nobody needs, or ask AWS to raise the quota named in the details.'),
  },
  {
    text: /No Application Version named '?([^']+?)'? found/i,
    say: ([label]) => ({
      code: 'not-found',
      title: `There is no application version ${label}`,
      meaning: `It may have been deleted by the application’s lifecycle policy. ${NOTHING}`,
      remedy: 'Choose another version, or upload its bundle again.',
    }),
  },
  {
    text: /No Application named '?([^']+?)'? found/i,
    say: ([name]) => ({
      code: 'not-found',
      title: `There is no application ${name} in this region`,
      meaning: NOTHING,
      remedy: 'Check the region you are connected to, and that nobody deleted the application.',
    }),
  },
  {
    text: /No Environment found for (?:EnvironmentName|EnvironmentId) = '?([^']+?)'?\.?$/i,
    say: ([name]) => ({
      code: 'not-found',
      title: `There is no environment ${name} in this region`,
      meaning: `It may have been terminated by someone else. ${NOTHING}`,
      remedy: 'Look at the environments in the AWS console before anything else is done with this release.',
    }),
  },
  {
    text: /No (?:Configuration Template|Solution Stack) named '?([^']+?)'? found|Platform '?([^']+?)'? does not exist/i,
    say: ([name, platform]) => ({
      code: 'not-found',
      title: `${name || platform} no longer exists`,
      meaning: NOTHING,
      remedy:
        'A platform that AWS has retired, or a saved configuration that someone deleted, cannot be used for green. Choose another.',
    }),
  },
  {
    text: /Stack with id (\S+) does not exist/i,
    say: ([name]) => ({
      code: 'not-found',
      title: `There is no CloudFormation stack ${name}`,
      meaning: NOTHING,
      remedy: 'The environment has been terminated, or is of a kind that has no stack.',
    }),
  },
  {
    codes:
      /^(ResourceNotFound|NoSuchKey|NoSuchBucket|NotFound|DBInstanceNotFound|InvalidGroup\.NotFound|InvalidGroupId)/,
    say: (_, call) => ({
      code: 'not-found',
      title: `What ${call.operation} asks for does not exist`,
      meaning: NOTHING,
      remedy: 'Someone may have deleted it. Look at the details below and at the AWS console.',
    }),
  },
  {
    codes: /^ConfigurationValidation/,
    say: () => ({
      code: 'refused-by-aws',
      title: 'Elastic Beanstalk refuses a setting of the new environment',
      meaning: `The details name the setting. ${NOTHING}`,
      remedy: 'Put the setting right on blue (or in the bundle’s .ebextensions), then try again.',
    }),
  },
  {
    codes: /^OperationInProgress/,
    say: () => ({
      code: 'refused-by-aws',
      title: 'Another operation is still under way',
      meaning: NOTHING,
      remedy: 'Wait a minute, then try again.',
    }),
  },
  {
    text: /Environment does not support a cname/i,
    say: () => ({
      code: 'refused-by-aws',
      title: 'A worker environment has no address',
      meaning: `There is nothing to swap: blue/green is for web environments. ${NOTHING}`,
      remedy: 'Choose a web environment.',
    }),
  },
  {
    text: /No application version exists to deploy/i,
    say: () => ({
      code: 'refused-by-aws',
      title: 'The application has no version to start green with',
      meaning: NOTHING,
      remedy: 'Upload a bundle as an application version first.',
    }),
  },
  {
    codes: /^(S3LocationNotInServiceRegion|PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint)/,
    say: () => ({
      code: 'refused-by-aws',
      title: 'The bundle lies in another region',
      meaning: `Elastic Beanstalk takes bundles from its own region only. ${NOTHING}`,
      remedy: 'Upload the bundle again while connected to the environment’s region.',
    }),
  },
  {
    codes: /^S3SubscriptionRequired/,
    say: () => ({
      code: 'refused-by-aws',
      title: 'The account has no Amazon S3',
      meaning: NOTHING,
      remedy: 'Sign up for Amazon S3 with this account, then try again.',
    }),
  },
  {
    codes: /^EntityTooLarge/,
    say: () => ({
      code: 'bad-bundle',
      title: 'The bundle is too large for S3',
      meaning: NOTHING,
      remedy: 'Elastic Beanstalk takes bundles up to 512 MB. Make it smaller.',
    }),
  },
  {
    codes: /^ManagedActionInvalidState/,
    say: () => ({
      code: 'refused-by-aws',
      title: 'The managed update is no longer in a state that allows this',
      meaning: NOTHING,
      remedy: 'Look at the managed updates of the environment in the AWS console.',
    }),
  },
  {
    codes: /^(InvalidAction|InvalidActionException|UnknownOperationException)$/,
    say: (_, call) => ({
      code: 'refused-by-aws',
      title: `This region does not know ${call.operation}`,
      meaning: NOTHING,
      remedy: 'Choose a region that offers Elastic Beanstalk.',
    }),
  },
  {
    codes:
      /^(InvalidParameter|MissingParameter|MissingRequiredParameter|InvalidRequest|ValidationError|UnsupportedOperation|ResourceTypeNotSupported)/,
    say: (_, call) => ({
      code: 'refused-by-aws',
      title: `AWS refused ${call.operation}`,
      meaning: NOTHING,
      remedy: 'Read what AWS says in the details below. Put it right in the AWS console, then try again.',
    }),
  },
]

function quota(what: string, remedy: string): Omit<Problem, 'detail'> {
  return {
    code: 'quota',
    title: `The account may not have more ${what}`,
    meaning: `AWS limits how many there are in a region. ${NOTHING}`,
    remedy,
  }
}
