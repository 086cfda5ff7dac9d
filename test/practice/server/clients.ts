import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { EC2Client } from '@aws-sdk/client-ec2'
import {
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  type EnvironmentDescription,
} from '@aws-sdk/client-elastic-beanstalk'
import { RDSClient } from '@aws-sdk/client-rds'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import type { KeyPair } from '../../../electron/practice/server/practice.ts'
import { zip } from '../../../electron/practice/server/seed-bundles.ts'
import type { Practice } from '../start-practice.ts'

/** The real SDK's clients, pointed at a practice account. */
export function clientsOf(practice: Practice, keys: KeyPair = practice, region = practice.region) {
  const { accessKeyId, secretAccessKey, sessionToken } = keys
  const configuration = {
    region,
    endpoint: practice.endpoint,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    maxAttempts: 1,
  }
  return {
    beanstalk: new ElasticBeanstalkClient(configuration),
    s3: new S3Client(configuration),
    sts: new STSClient(configuration),
    cloudFormation: new CloudFormationClient(configuration),
    rds: new RDSClient(configuration),
    ec2: new EC2Client(configuration),
  }
}

export type Clients = ReturnType<typeof clientsOf>

/** The environment of an id, as DescribeEnvironments shows it now. */
export async function describe(beanstalk: ElasticBeanstalkClient, id: string): Promise<EnvironmentDescription> {
  const { Environments = [] } = await beanstalk.send(new DescribeEnvironmentsCommand({ EnvironmentIds: [id] }))
  const [found] = Environments
  if (found === undefined) throw new Error(`There is no environment ${id}.`)
  return found
}

/** The living environment of a name. */
export async function named(beanstalk: ElasticBeanstalkClient, name: string): Promise<EnvironmentDescription> {
  const { Environments = [] } = await beanstalk.send(new DescribeEnvironmentsCommand({ EnvironmentNames: [name] }))
  const [found] = Environments.filter(({ Status }) => Status !== 'Terminated')
  if (found === undefined) throw new Error(`There is no environment ${name}.`)
  return found
}

/** Code, status and text of what a call was refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ readonly code: string; readonly status: number | undefined; readonly text: string }> {
  const error: unknown = await call.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  )
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
  return { code: name, status: $metadata?.httpStatusCode, text: message }
}

/** The account's own bucket, where Elastic Beanstalk looks for bundles. */
export const BUCKET = 'elasticbeanstalk-eu-central-1-123456789012'

/** Uploads a source bundle of small text files, and answers where it is. */
export async function uploadBundle(
  s3: S3Client,
  key: string,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly S3Bucket: string; readonly S3Key: string }> {
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: zip(files) }))
  return { S3Bucket: BUCKET, S3Key: key }
}
