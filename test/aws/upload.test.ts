import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { createPracticeClock } from '../../electron/account/practice-clock.ts'
import { type Aws, openAws } from '../../electron/aws/connect.ts'
import { createVersionBundles } from '../../electron/bundle/version-bundles.ts'
import type { SourceBundle } from '../../electron/contract/models.ts'
import { GIVEN_UP } from '../../electron/contract/problem.ts'
import { archive } from '../bundle/archives.ts'
import { type Practice, startPractice } from '../practice/start-practice.ts'

const PART = 8 * 1024 * 1024
let account: Practice
let s3: S3Client
let bucket = ''
let folder = ''
const forever = new AbortController().signal

beforeAll(async () => {
  account = await startPractice({ speed: 60, users: false })
  const { endpoint, region, accessKeyId, secretAccessKey } = account
  s3 = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true })
  bucket = `elasticbeanstalk-${region}-${account.accountId}`
  folder = await mkdtemp(join(tmpdir(), 'signalbox-upload-'))
})
afterEach(() => account.control('/faults', { name: 'access-denied', on: false }))
afterAll(async () => {
  await rm(folder, { recursive: true })
  await account.stop()
})

/** A new start of the app: nothing is remembered of the one before. */
function start(): Aws {
  const { endpoint, region } = account
  const clock = createPracticeClock(readDescriptor(account.descriptor).clock)
  return openAws({ endpoint, region, credentials: async () => account, clock })
}

async function makeBundle(fileName: string, bytes: Buffer): Promise<SourceBundle> {
  const path = join(folder, fileName)
  await writeFile(path, bytes)
  return { path, fileName, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

const keyOf = (bundle: SourceBundle): string => `shop/signalbox-${bundle.sha256}.zip`

async function unfinished(bundle: SourceBundle): Promise<number> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  return Uploads.filter(({ Key }) => Key === keyOf(bundle)).length
}

async function stored(bundle: SourceBundle): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(bundle) }))
  return createHash('sha256')
    .update((await Body?.transformToByteArray()) ?? '')
    .digest('hex')
}

/** Sends until so many bytes are there, then the app is closed, or it ends for another reason. */
async function cutOff(bundle: SourceBundle, afterBytes: number, reason = new Error('closed')): Promise<number> {
  const closing = new AbortController()
  let sent = 0
  const sending = start().bundles.upload(
    bundle,
    'shop',
    (bytes) => {
      sent = bytes
      if (bytes >= afterBytes) closing.abort(reason)
    },
    closing.signal,
  )
  await expect(sending).rejects.toBe(reason)
  return sent / PART
}

describe('an upload that was cut off', () => {
  it('is gone on with by the next start of the app: no part is sent twice', async () => {
    const bundle = await makeBundle('resumed.zip', randomBytes(8 * PART + 1234))
    const before = await cutOff(bundle, 3 * PART)
    expect(before).toBeGreaterThanOrEqual(3)
    expect(await unfinished(bundle)).toBe(1)
    const aws = start()
    await aws.bundles.upload(bundle, 'shop', () => undefined, forever)
    // Parts under way when the app was closed may have arrived without its knowing.
    expect(aws.calls()['s3:UploadPart']).toBeLessThanOrEqual(9 - before)
    expect(aws.calls()['s3:CreateMultipartUpload']).toBeUndefined()
    expect(await unfinished(bundle)).toBe(0)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })

  it('sends a part again that is another one', async () => {
    const bundle = await makeBundle('foreign.zip', randomBytes(2 * PART))
    const target = { Bucket: bucket, Key: keyOf(bundle) }
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ ...target, Metadata: { sha256: bundle.sha256 } }),
    )
    await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: randomBytes(PART) }))
    const aws = start()
    await aws.bundles.upload(bundle, 'shop', () => undefined, forever)
    expect(aws.calls()['s3:UploadPart']).toBe(2)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })

  it('is begun anew where nobody may look for it', async () => {
    const bundle = await makeBundle('not-listed.zip', randomBytes(3 * PART))
    await cutOff(bundle, PART)
    await account.control('/faults', { name: 'access-denied', action: 's3:ListMultipartUploads' })
    const aws = start()
    await aws.bundles.upload(bundle, 'shop', () => undefined, forever)
    expect(aws.calls()['s3:CreateMultipartUpload']).toBe(1)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })

  it('leaves nothing behind where the file has changed meanwhile, in the middle of it', async () => {
    const bundle = await makeBundle('changed.zip', randomBytes(4 * PART))
    await cutOff(bundle, PART)
    const file = await open(bundle.path, 'r+')
    await file.write(Buffer.from('another byte'), 0, 12, 3 * PART)
    await file.close()
    await expect(start().bundles.upload(bundle, 'shop', () => undefined, forever)).rejects.toMatchObject({
      problem: { code: 'bad-bundle', title: 'changed.zip has changed since it was inspected' },
    })
    expect(await unfinished(bundle)).toBe(0)
    await expect(stored(bundle)).rejects.toThrow(/specified key does not exist/)
  })
})

describe('an upload that the operator gave up', () => {
  it('leaves no part behind, neither its own nor one of an earlier start', async () => {
    const bundle = await makeBundle('given-up.zip', randomBytes(6 * PART))
    const target = { Bucket: bucket, Key: keyOf(bundle) }
    await s3.send(new CreateMultipartUploadCommand(target))
    await cutOff(bundle, 2 * PART)
    await s3.send(new CreateMultipartUploadCommand(target))
    expect(await unfinished(bundle)).toBe(2)
    await cutOff(bundle, 3 * PART, GIVEN_UP)
    expect(await unfinished(bundle)).toBe(0)
    await expect(stored(bundle)).rejects.toThrow(/specified key does not exist/)
  })

  it('ends all the same where nobody may clear away', async () => {
    const bundle = await makeBundle('not-cleared.zip', randomBytes(3 * PART))
    await account.control('/faults', { name: 'access-denied', action: 's3:AbortMultipartUpload' })
    await cutOff(bundle, PART, GIVEN_UP)
    expect(await unfinished(bundle)).toBe(1)
  })
})

// A hundred megabytes are made, hashed and sent, twice.
describe('a bundle that two releases send at once', { timeout: 90_000 }, () => {
  it('arrives for both, whoever is first', async () => {
    const bundle = await makeBundle('shared.zip', randomBytes(12 * PART + 17))
    const send = (onProgress: () => void) => start().bundles.upload(bundle, 'shop', onProgress, forever)
    // The second finds the upload that the first has begun.
    const [one, other] = await new Promise<ReturnType<typeof send>[]>((resolve) => {
      let isJoined = false
      const first = send(() => {
        if (!isJoined) resolve([first, send(() => {})])
        isJoined = true
      })
    })
    expect(await one).toEqual(await other)
    expect(await stored(bundle)).toBe(bundle.sha256)
    expect(await unfinished(bundle)).toBe(0)
  })

  it('arrives for the one where the other gives up and clears away', async () => {
    const bundle = await makeBundle('given-up-by-one.zip', randomBytes(12 * PART + 17))
    const [, other] = await Promise.all([
      cutOff(bundle, 2 * PART, GIVEN_UP),
      start().bundles.upload(bundle, 'shop', () => {}, forever),
    ])
    expect(other.key).toBe(keyOf(bundle))
    expect(await stored(bundle)).toBe(bundle.sha256)
    expect(await unfinished(bundle)).toBe(0)
  })
})

describe('sending', () => {
  it.each([1, 100, PART - 1, PART, PART + 1, 2 * PART])('%i bytes arrive as they are', async (size) => {
    const bundle = await makeBundle(`size-${size}.zip`, randomBytes(size))
    const sent: number[] = []
    await start().bundles.upload(bundle, 'shop', (bytes) => sent.push(bytes), forever)
    expect(sent.at(-1)).toBe(size)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })

  it.each([
    ['shop-1.5.0.zip', '.zip'],
    ['shop', '.zip'],
    ['shop.WAR', '.war'],
    ['shop-1.5.0.jar', '.jar'],
    ['Dockerfile', '-Dockerfile'],
    ['Dockerrun.aws.json', '-Dockerrun.aws.json'],
    ['docker-compose.yml', '-docker-compose.yml'],
    ['what? a name.json', '.zip'],
  ])('%s lies in S3 with its own ending', async (fileName, ending) => {
    const bundle = await makeBundle(fileName, randomBytes(10))
    const { key } = await start().bundles.upload(bundle, 'shop', () => undefined, forever)
    expect(key).toBe(`shop/signalbox-${bundle.sha256}${ending}`)
  })

  it('says which part of the way was refused, and goes on from there', async () => {
    const bundle = await makeBundle('refused.zip', randomBytes(3 * PART))
    await account.control('/faults', { name: 'access-denied', action: 's3:UploadPart' })
    await expect(start().bundles.upload(bundle, 'shop', () => undefined, forever)).rejects.toMatchObject({
      problem: { code: 'access-denied', title: expect.stringMatching(/^You are not allowed to perform s3:/) },
    })
    await account.control('/faults', { name: 'access-denied', on: false })
    await start().bundles.upload(bundle, 'shop', () => undefined, forever)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })
})

describe('the bundle of a version, in S3', () => {
  const look = (aws: Aws) =>
    createVersionBundles({ versions: aws.elasticBeanstalk.versions, open: aws.openStoredObject })

  it('is looked into in one call where it is small', async () => {
    const aws = start()
    expect(await look(aws).contents('shop', '1.4.2')).toMatchObject({ declared: [], unread: [], files: 3 })
    expect(aws.calls()['s3:GetObject']).toBe(1)
  })

  it('is looked into without fetching it where it is large', async () => {
    const text = 'Resources:\n  Data:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: Retain\n'
    const bytes = archive([
      { name: '.ebextensions/db.config', text, method: 8 },
      { name: 'media.bin', text: randomBytes(12_000_000) },
    ])
    const bundle = await makeBundle('coupled.zip', bytes)
    const aws = start()
    const location = await aws.bundles.upload(bundle, 'shop', () => undefined, forever)
    await aws.elasticBeanstalk.createVersion({
      application: 'shop',
      versionLabel: 'coupled',
      ...location,
      description: '',
      tags: [],
    })
    expect(await look(aws).contents('shop', 'coupled')).toMatchObject({
      declared: [{ logicalId: 'Data', kind: 'database', deletionPolicy: 'Retain' }],
    })
    expect(aws.calls()['s3:GetObject']).toBeLessThanOrEqual(2)
    expect(await look(aws).compare('shop', '1.4.2', 'coupled')).toMatchObject({ added: 2, removed: 3, changed: 0 })
  })

  it('is not known where it may not be read, or is gone', async () => {
    await account.control('/faults', { name: 'access-denied', action: 's3:GetObject' })
    await expect(look(start()).contents('shop', '1.4.2')).rejects.toMatchObject({
      problem: { code: 'access-denied', title: 'You are not allowed to perform s3:GetObject' },
    })
    await account.control('/faults', { name: 'access-denied', on: false })
    await expect(start().openStoredObject({ bucket, key: 'shop/nothing.zip' })).rejects.toMatchObject({
      problem: { code: 'not-found' },
    })
  })
})

describe('a look for what lies there already, whose answer has no body', () => {
  const send = (aws: Aws, bundle: SourceBundle) => aws.bundles.upload(bundle, 'shop', () => undefined, forever)

  it('outlasts S3 asking for slower calls', async () => {
    const bundle = await makeBundle('slow-down.zip', randomBytes(1000))
    await account.control('/faults', { name: 'throttle', action: 's3:HeadObject', count: 2 })
    await send(start(), bundle)
    expect(await stored(bundle)).toBe(bundle.sha256)
  })

  it('leaves it to the upload to say that the sign-in has run out', async () => {
    const bundle = await makeBundle('expired.zip', randomBytes(1000))
    await account.control('/faults', { name: 'expired-token', action: 's3:HeadObject', count: 1 })
    await send(start(), bundle)
    await account.control('/faults', { name: 'expired-token' })
    const other = await makeBundle('expired-too.zip', randomBytes(1000))
    await expect(send(start(), other)).rejects.toMatchObject({ problem: { code: 'credentials-expired' } })
    await account.control('/faults', { name: 'expired-token', on: false })
  })
})
