import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CreateApplicationVersionCommand,
  CreateStorageLocationCommand,
  DescribeApplicationVersionsCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zip } from '../../../electron/practice/server/seed-bundles.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Clients, clientsOf } from './clients.ts'

let practice: Practice
let clients: Clients
let bucket: string

beforeAll(async () => {
  practice = await startPractice({ users: false })
  clients = clientsOf(practice)
  bucket = (await clients.beanstalk.send(new CreateStorageLocationCommand({}))).S3Bucket ?? ''
})

afterAll(async () => {
  await practice.stop()
})

async function content(Key: string, Range?: string): Promise<Buffer> {
  const { Body } = await clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key, ...(Range === undefined ? {} : { Range }) }),
  )
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

describe('the bucket of source bundles', () => {
  it('takes and gives back an object with a name that needs encoding, in whole and in part', async () => {
    const Key = 'shop/1.5.0 (größer) +&=.zip'
    const body = zip({ 'a.txt': 'hello' })
    const { ETag } = await clients.s3.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: body, Metadata: { release: 'r-1' } }),
    )
    expect(ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`)
    expect(await content(Key)).toEqual(body)
    expect(await content(Key, 'bytes=2-5')).toEqual(body.subarray(2, 6))
    expect(await content(Key, 'bytes=-4')).toEqual(body.subarray(-4))
    const head = await clients.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))
    expect(head).toMatchObject({ ContentLength: body.length, Metadata: { release: 'r-1' } })
    await clients.s3.send(new HeadBucketCommand({ Bucket: bucket }))
    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'shop/1.5.0' }))
    expect(Contents.map((entry) => entry.Key)).toEqual([Key])
    await clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    await expect(clients.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).rejects.toMatchObject({
      name: 'NotFound',
    })
  })

  it('takes a stream of 20 MB in parts', async () => {
    const block = Buffer.alloc(1_048_576, 'signalbox ')
    const hash = createHash('md5')
    const blocks = function* () {
      for (let index = 0; index < 20; index += 1) {
        block.writeUInt32BE(index)
        hash.update(block)
        yield Buffer.from(block)
      }
    }
    const progress: number[] = []
    const upload = new Upload({
      client: clients.s3,
      params: { Bucket: bucket, Key: 'shop/large.zip', Body: Readable.from(blocks()) },
    })
    upload.on('httpUploadProgress', ({ loaded }) => progress.push(loaded ?? 0))
    const { ETag } = await upload.done()
    expect(ETag).toMatch(/^"[0-9a-f]{32}-4"$/)
    expect(progress.at(-1)).toBe(20 * 1_048_576)
    expect(
      createHash('md5')
        .update(await content('shop/large.zip'))
        .digest('hex'),
    ).toBe(hash.digest('hex'))
  })

  it('writes only where nothing is yet, when asked to', async () => {
    const write = (Body: string) =>
      clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'once', Body, IfNoneMatch: '*' }))
    await write('first')
    await expect(write('second')).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    })
    expect((await content('once')).toString()).toBe('first')
  })

  it("answers under the bucket's own host as well", async () => {
    const { accessKeyId, secretAccessKey, region } = practice
    const hosted = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      endpoint: practice.endpoint.replace('127.0.0.1', 'localhost'),
    })
    await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'hosted', Body: 'x' }))
    const sent: string[] = []
    hosted.middlewareStack.add(
      (next) => async (args) => {
        const { request } = args as { request: { hostname: string } }
        sent.push(request.hostname)
        request.hostname = 'localhost'
        return next(args)
      },
      { step: 'deserialize', priority: 'low' },
    )
    await hosted.send(new HeadObjectCommand({ Bucket: bucket, Key: 'hosted' }))
    expect(sent).toEqual([`${bucket}.localhost`])
  })

  it.each([
    ['no archive', 'this is no archive', 'FAILED'],
    ['a Dockerfile with something foreign in it', 'FROM x\n\0', 'FAILED'],
    ['a Dockerfile', '# The shop\nFROM node:24\n', 'PROCESSED'],
    ['a docker-compose.yml', 'services:\n  web:\n    image: shop\n', 'PROCESSED'],
    ['a Dockerrun.aws.json', '{"AWSEBDockerrunVersion": "1"}', 'PROCESSED'],
  ])('makes %s a version', async (VersionLabel, Body, status) => {
    const S3Key = `shop/${VersionLabel}`
    await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: S3Key, Body }))
    const { ApplicationVersion } = await clients.beanstalk.send(
      new CreateApplicationVersionCommand({
        ApplicationName: 'shop',
        VersionLabel,
        Process: true,
        SourceBundle: { S3Bucket: bucket, S3Key },
      }),
    )
    expect(ApplicationVersion?.Status).toBe('PROCESSING')
    await practice.control('/clock', { jumpSeconds: 6 })
    const { ApplicationVersions } = await clients.beanstalk.send(
      new DescribeApplicationVersionsCommand({ ApplicationName: 'shop', VersionLabels: [VersionLabel] }),
    )
    expect(ApplicationVersions?.[0]?.Status).toBe(status)
  })
})
