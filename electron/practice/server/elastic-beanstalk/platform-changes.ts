import { AwsError } from '../../model/aws-error.ts'
import { createCustomPlatform, deleteCustomPlatform } from '../../model/custom-platforms.ts'
import { platformByArn } from '../../model/platforms.ts'
import { inspectBundle } from '../bundle.ts'
import type { Change } from '../query-service.ts'
import { platformSummary } from './platform-reads.ts'
import { readTags } from './request.ts'

/** The operations that make and delete platform versions of the account's own. */
export const PLATFORM_CHANGES: Readonly<Record<string, Change>> = {
  CreatePlatformVersion: {
    gather: async ({ parameters, objects }) => {
      const source = parameters.structure('PlatformDefinitionBundle')
      const bucket = source?.required('S3Bucket') ?? ''
      const key = source?.required('S3Key') ?? ''
      const object = objects.find(bucket, key)
      if (object === undefined) {
        throw new AwsError(
          'InvalidParameterCombination',
          `Unable to download from S3 location (Bucket: ${bucket}  Key: ${key}). Reason: Not Found`,
        )
      }
      return { bundle: await inspectBundle(object.path) }
    },
    apply: ({ account, parameters, requestId }, { bundle }) => {
      const name = parameters.required('PlatformName')
      const wanted = {
        name,
        version: parameters.required('PlatformVersion'),
        sound: bundle?.sound ?? true,
        tags: readTags(parameters) ?? [],
      }
      const { arn } = createCustomPlatform(account, wanted, requestId)
      const builder = parameters.text('EnvironmentName') ?? `eb-custom-platform-builder-packer-${name}`
      return {
        PlatformSummary: platformSummary(platformByArn(account, arn)),
        Builder: {
          ARN: `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:environment/AWSElasticBeanstalkCustomPlatforms/${builder}`,
        },
      }
    },
  },
  DeletePlatformVersion: {
    apply: ({ account, parameters, requestId }) => {
      const { arn } = deleteCustomPlatform(account, parameters.required('PlatformArn'), requestId)
      return { PlatformSummary: platformSummary(platformByArn(account, arn)) }
    },
  },
}
