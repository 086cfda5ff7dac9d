import { elasticBeanstalkAccesses } from '../elastic-beanstalk/accesses.ts'
import type { Call, QueryService } from '../query-service.ts'
import type { Access } from './authorize.ts'
import { requestTags, resourceTags } from './conditions.ts'

/** Names under which IAM knows services that are signed for by another. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

/** What anybody may ask, whatever the policies say (STS API reference). */
const FREE: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken'])

/** The permissions that a call of a Query service needs. */
export function accessesOf(service: string, known: QueryService, call: Call, action: string): readonly Access[] {
  if (service === 'elasticbeanstalk') return elasticBeanstalkAccesses(call, action)
  const name = `${PREFIXES[service] ?? service}:${action}`
  if (FREE.has(name)) return []
  const { resource, request } = known.tags?.(call, action) ?? { resource: [], request: [] }
  const context = { ...resourceTags(resource), ...requestTags(request) }
  return [{ action: name, resource: known.resource(call, action), context }]
}

/** S3 names some permissions otherwise than its operations (S3 user guide, required permissions). */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  HeadObject: 'GetObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
  ListMultipartUploads: 'ListBucketMultipartUploads',
}

/** The permission that an operation of S3 needs. */
export function s3Access(operation: string, bucket: string, key: string): Access {
  return {
    action: `s3:${S3_ACTIONS[operation] ?? operation}`,
    resource: `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`,
  }
}
