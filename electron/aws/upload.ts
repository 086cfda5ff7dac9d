import { CreateStorageLocationCommand } from '@aws-sdk/client-elastic-beanstalk'
import type { SourceBundle } from '../contract/models.ts'
import { SignalboxError } from '../contract/problem.ts'
import type { Bundles } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'
import { sendInParts } from './send-parts.ts'
import { openSource } from './upload-source.ts'

const ATTEMPTS = 3

/** Uploads to the bucket that Elastic Beanstalk keeps for the account; a bundle that lies there already is not sent again. */
export function createBundles(clients: Clients, send: Send): Bundles {
  return {
    upload: async (bundle, application, onProgress, signal) => {
      const location = await send(
        { service: 'elasticbeanstalk', operation: 'CreateStorageLocation', changes: true },
        async (abortSignal) => {
          const client = await clients.elasticBeanstalk()
          return client.send(new CreateStorageLocationCommand({}), { abortSignal })
        },
      )
      const bucket = location.S3Bucket ?? ''
      // The key is the bundle's own: whoever sends it again, after a crash or from elsewhere, goes on with the same object.
      const key = `${application}/signalbox-${bundle.sha256}${endingOf(bundle.fileName)}`
      async function arrive(attempts: number): Promise<void> {
        await using source = await openSource(bundle)
        signal.throwIfAborted()
        if (await liesThereAlready(clients, send, bundle, bucket, key)) return onProgress(bundle.sizeBytes)
        try {
          await sendInParts({ client: await clients.s3(), source, location: { bucket, key }, onProgress, signal })
        } catch (thrown) {
          if (attempts === 1 || !wasEndedByAnother(thrown)) throw thrown
          await arrive(attempts - 1)
        }
      }
      await arrive(ATTEMPTS)
      return { bucket, key }
    },
  }
}

/** Another release that sends the same bundle goes on with the same upload: it may have completed it, or given it up. */
function wasEndedByAnother(thrown: unknown): boolean {
  return thrown instanceof SignalboxError && /^(NoSuchUpload|InvalidPart)$/.test(readRawError(thrown.cause).code)
}

/** Elastic Beanstalk unpacks, or starts, or builds a bundle by what it is; its key does not say otherwise. */
function endingOf(fileName: string): string {
  const archive = /\.(?:war|jar)$/i.exec(fileName)?.[0].toLowerCase()
  if (archive !== undefined) return archive
  return /^Dockerfile$|^[\w.-]{1,100}\.(?:json|ya?ml)$/i.test(fileName) ? `-${fileName}` : '.zip'
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
      // An answer to HEAD has no body. Without s3:ListBucket a missing object answers 403, a sign-in that has run out 400: the
      // upload itself then tells.
      const { httpStatus } = readRawError(thrown)
      if (httpStatus === 404 || httpStatus === 403 || httpStatus === 400) return null
      throw thrown
    }
  })
  return head !== null && head.ContentLength === bundle.sizeBytes && head.Metadata?.['sha256'] === bundle.sha256
}
