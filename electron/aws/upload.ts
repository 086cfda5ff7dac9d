import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CreateStorageLocationCommand } from '@aws-sdk/client-elastic-beanstalk'
import type { SourceBundle } from '../contract/models.ts'
import { problem, SignalboxError } from '../contract/problem.ts'
import type { Bundles } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { translated } from './errors.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'

const PART_BYTES = 8 * 1024 * 1024
const PARTS_AT_ONCE = 3

/** Uploads to the bucket that Elastic Beanstalk keeps for the account; a bundle that lies there already is not sent again. */
export function createBundles(clients: Clients, send: Send): Bundles {
  return {
    upload: async (bundle, application, onProgress, signal) => {
      await expectUnchangedSize(bundle)
      const location = await send(
        { service: 'elasticbeanstalk', operation: 'CreateStorageLocation', changes: true },
        async (abortSignal) => {
          const client = await clients.elasticBeanstalk()
          return client.send(new CreateStorageLocationCommand({}), { abortSignal })
        },
      )
      const bucket = location.S3Bucket ?? ''
      const key = `${application}/signalbox-${bundle.sha256}${/\.war$/i.test(bundle.fileName) ? '.war' : '.zip'}`
      signal.throwIfAborted()
      if (await liesThereAlready(clients, send, bundle, bucket, key)) {
        onProgress(bundle.sizeBytes)
        return { bucket, key }
      }
      await sendFile(clients, bundle, bucket, key, onProgress, signal)
      return { bucket, key }
    },
  }
}

async function expectUnchangedSize(bundle: SourceBundle): Promise<void> {
  const found = await stat(bundle.path).catch(() => null)
  if (found === null) {
    throw problem('bad-bundle', `${bundle.fileName} is no longer where it was`, {
      meaning: 'It was inspected, but the file has since been moved or deleted. Nothing was sent.',
      remedy: 'Choose the bundle again.',
      detail: bundle.path,
    })
  }
  if (found.size !== bundle.sizeBytes) throw changedSince(bundle)
}

function changedSince(bundle: SourceBundle): SignalboxError {
  return problem('bad-bundle', `${bundle.fileName} has changed since it was inspected`, {
    meaning: 'Only the file that was inspected may be released. Nothing of it is left in S3.',
    remedy: 'Choose the bundle again, so that it is inspected as it is now.',
    detail: bundle.path,
  })
}

async function liesThereAlready(
  clients: Clients,
  send: Send,
  bundle: SourceBundle,
  bucket: string,
  key: string,
): Promise<boolean> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const head = await send({ service: 's3', operation: 'HeadObject', changes: false }, async (abortSignal) => {
    const client = await clients.s3()
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal })
    } catch (thrown) {
      // Without s3:ListBucket a missing object answers 403; the upload itself then tells what is allowed.
      const { httpStatus } = readRawError(thrown)
      if (httpStatus === 404 || httpStatus === 403) return null
      throw thrown
    }
  })
  return head !== null && head.ContentLength === bundle.sizeBytes && head.Metadata?.['sha256'] === bundle.sha256
}

async function sendFile(
  clients: Clients,
  bundle: SourceBundle,
  bucket: string,
  key: string,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage')
  let mismatch: SignalboxError | null = null
  const body = Readable.from(
    verified(bundle, (error) => {
      mismatch = error
    }),
    { objectMode: false },
  )
  const upload = new Upload({
    client: await clients.s3(),
    params: {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: 'application/zip',
      Metadata: { sha256: bundle.sha256 },
    },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  })
  let sentBytes = 0
  upload.on('httpUploadProgress', (progress) => {
    sentBytes = Math.max(sentBytes, Math.min(bundle.sizeBytes, progress.loaded ?? 0))
    onProgress(sentBytes)
  })
  const abort = (): void => void upload.abort().catch(() => undefined)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await upload.done()
    onProgress(bundle.sizeBytes)
  } catch (thrown) {
    signal.throwIfAborted()
    if (mismatch !== null) throw mismatch
    throw translated(thrown, { service: 's3', operation: 'PutObject', changes: true })
  } finally {
    signal.removeEventListener('abort', abort)
    body.destroy()
  }
}

/**
 * The file's bytes, failing at the very end where they are not the inspected ones: the upload is completed only after
 * the last byte, so that a changed file leaves no object behind.
 */
async function* verified(bundle: SourceBundle, onMismatch: (error: SignalboxError) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(bundle.path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') === bundle.sha256) return
  const error = changedSince(bundle)
  onMismatch(error)
  throw error
}
