import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from '../../model/aws-error.ts'
import { element, instant, repeated, type Structure } from '../document.ts'
import type { ChunkSigner } from './aws-chunked.ts'
import type { ObjectStore, StoredObject, Upload } from './object-store.ts'
import { receive } from './receive.ts'

/** One S3 request, its address already taken apart. */
export interface S3Request {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  readonly objects: ObjectStore
  /** Account milliseconds since the epoch. */
  readonly now: number
  readonly region: string
  /** Signs the chunks of a body as the client must have. */
  readonly signer: ChunkSigner
}

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const SMALLEST_PART = 5 * 1024 * 1024
const LARGEST_DOCUMENT = 1_048_576

/** Names the S3 operation of a request, as IAM and the statistics call it. */
export function s3Operation(method: string | undefined, key: string, query: URLSearchParams): string {
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket'
    if (method === 'PUT') return 'CreateBucket'
    if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads'
    if (method === 'GET') return query.has('location') ? 'GetBucketLocation' : 'ListObjectsV2'
    return 'Unknown'
  }
  if (query.has('uploads') && method === 'POST') return 'CreateMultipartUpload'
  if (query.has('uploadId')) {
    const operations: Readonly<Record<string, string>> = {
      PUT: 'UploadPart',
      POST: 'CompleteMultipartUpload',
      DELETE: 'AbortMultipartUpload',
      GET: 'ListParts',
    }
    return operations[method ?? ''] ?? 'Unknown'
  }
  const operations: Readonly<Record<string, string>> = {
    PUT: 'PutObject',
    GET: 'GetObject',
    HEAD: 'HeadObject',
    DELETE: 'DeleteObject',
  }
  return operations[method ?? ''] ?? 'Unknown'
}

/** Answers a request of S3; throws AwsError for what S3 refuses. */
export async function answerS3(call: S3Request): Promise<void> {
  const operation = s3Operation(call.request.method, call.key, call.query)
  const answer = OPERATIONS[operation]
  if (answer === undefined)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
  if (operation !== 'CreateBucket' && !call.objects.hasBucket(call.bucket)) {
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
  }
  await answer(call)
}

const OPERATIONS: Readonly<Record<string, (call: S3Request) => Promise<void> | void>> = {
  HeadBucket: ({ response, region }) => {
    response.writeHead(200, { 'x-amz-bucket-region': region }).end()
  },
  GetBucketLocation: ({ response, region }) =>
    sendXml(response, 'LocationConstraint', region === 'us-east-1' ? {} : region),
  CreateBucket: ({ objects, bucket, request, response }) => {
    request.resume()
    objects.createBucket(bucket)
    response.writeHead(200, { location: `/${bucket}` }).end()
  },
  ListObjectsV2: ({ objects, bucket, query, response }) => {
    const prefix = query.get('prefix') ?? ''
    const most = Math.min(1000, Number(query.get('max-keys') ?? '1000'))
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const wanted = objects.list(bucket).filter(([key]) => key.startsWith(prefix) && key > after)
    const shown = wanted.slice(0, most)
    sendXml(response, 'ListBucketResult', {
      Name: bucket,
      Prefix: prefix,
      KeyCount: shown.length,
      MaxKeys: most,
      IsTruncated: wanted.length > shown.length,
      NextContinuationToken: wanted.length > shown.length ? shown.at(-1)?.[0] : undefined,
      Contents: repeated(
        shown.map(([key, object]) => ({
          Key: key,
          LastModified: instant(object.modified),
          ETag: object.etag,
          Size: object.size,
          StorageClass: 'STANDARD',
        })),
      ),
    })
  },
  PutObject: async ({ request, response, objects, bucket, key, now, signer }) => {
    const existing = objects.find(bucket, key)
    refuseByCondition(request, existing)
    const path = objects.newPath()
    try {
      const received = await receive(request, path, signer)
      await objects.flush(path)
      // Someone else may have been faster while this body arrived.
      refuseByCondition(request, objects.find(bucket, key))
      const etag = `"${received.md5}"`
      objects.put(bucket, key, { path, size: received.size, etag, modified: now, ...describe(request) })
      response.writeHead(200, { etag, ...received.checksums }).end()
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  },
  GetObject: async (call) => sendObject(call, true),
  HeadObject: async (call) => sendObject(call, false),
  DeleteObject: ({ objects, bucket, key, response }) => {
    objects.remove(bucket, key)
    response.writeHead(204).end()
  },
  CreateMultipartUpload: ({ request, response, objects, bucket, key }) => {
    request.resume()
    const upload = objects.openUpload({ bucket, key, ...describe(request) })
    sendXml(response, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id })
  },
  UploadPart: async (call) => {
    uploadOf(call)
    const number = Number(call.query.get('partNumber'))
    if (!Number.isInteger(number) || number < 1 || number > 10_000) {
      throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', 400)
    }
    const path = call.objects.newPath()
    try {
      const received = await receive(call.request, path, call.signer)
      await call.objects.flush(path)
      call.objects.putPart(uploadOf(call), number, { path, size: received.size, md5: received.md5 })
      call.response.writeHead(200, { etag: `"${received.md5}"`, ...received.checksums }).end()
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  },
  CompleteMultipartUpload: async (call) => {
    const upload = uploadOf(call)
    const document = await readDocument(call.request)
    const parts = [...document.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
      etag: (/<ETag>(.*?)<\/ETag>/.exec(part)?.[1] ?? '')
        .replaceAll('&quot;', '')
        .replaceAll('&#34;', '')
        .replaceAll('"', ''),
    }))
    if (parts.length === 0)
      throw new AwsError(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
        400,
      )
    if (parts.some(({ number, etag }) => upload.parts.get(number)?.md5 !== etag)) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
      )
    }
    const numbers = parts.map(({ number }) => number)
    if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
      )
    }
    if (numbers.slice(0, -1).some((number) => (upload.parts.get(number)?.size ?? 0) < SMALLEST_PART)) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400)
    }
    const refuse = (): void => refuseByCondition(call.request, call.objects.find(call.bucket, call.key))
    refuse()
    const object = await call.objects.complete(upload, numbers, call.now, refuse)
    sendXml(call.response, 'CompleteMultipartUploadResult', {
      Location: `http://${call.request.headers.host ?? ''}/${call.bucket}/${call.key}`,
      Bucket: call.bucket,
      Key: call.key,
      ETag: object.etag,
    })
  },
  AbortMultipartUpload: (call) => {
    call.objects.discard(uploadOf(call))
    call.response.writeHead(204).end()
  },
  ListMultipartUploads: ({ objects, bucket, query, response }) => {
    const prefix = query.get('prefix') ?? ''
    const uploads = objects.listUploads(bucket).filter(({ key }) => key.startsWith(prefix))
    sendXml(response, 'ListMultipartUploadsResult', {
      Bucket: bucket,
      Prefix: prefix,
      MaxUploads: 1000,
      IsTruncated: false,
      Upload: repeated(uploads.map(({ id, key }) => ({ Key: key, UploadId: id, StorageClass: 'STANDARD' }))),
    })
  },
  ListParts: (call) => {
    const upload = uploadOf(call)
    const parts = [...upload.parts].toSorted(([a], [b]) => a - b)
    sendXml(call.response, 'ListPartsResult', {
      Bucket: call.bucket,
      Key: call.key,
      UploadId: upload.id,
      MaxParts: 1000,
      IsTruncated: false,
      Part: repeated(
        parts.map(([number, part]) => ({
          PartNumber: number,
          ETag: `"${part.md5}"`,
          Size: part.size,
          LastModified: instant(call.now),
        })),
      ),
    })
  },
}

function sendObject({ request, response, objects, bucket, key }: S3Request, withBody: boolean): void {
  const object = objects.find(bucket, key)
  if (object === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
  const range = readRange(request.headers.range, object.size)
  if (range === 'unsatisfiable') throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  const { start, end } = range ?? { start: 0, end: object.size - 1 }
  response.writeHead(range === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    'content-type': object.contentType,
    etag: object.etag,
    'last-modified': new Date(object.modified).toUTCString(),
    ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${object.size}` }),
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  })
  if (!withBody || object.size === 0) {
    response.end()
    return
  }
  createReadStream(object.path, { start, end })
    .on('error', () => response.destroy())
    .pipe(response)
}

function readRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
  return start >= size || start > end ? 'unsatisfiable' : { start, end }
}

function refuseByCondition(request: IncomingMessage, existing: StoredObject | undefined): void {
  const noneMatch = request.headers['if-none-match']
  const match = request.headers['if-match']
  const isRefused = (noneMatch === '*' && existing !== undefined) || (match !== undefined && existing?.etag !== match)
  if (isRefused)
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412)
}

function describe(request: IncomingMessage): Pick<StoredObject, 'contentType' | 'metadata'> {
  const metadata = Object.entries(request.headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') && typeof value === 'string' ? [[name.slice('x-amz-meta-'.length), value]] : [],
  )
  return {
    contentType: request.headers['content-type'] ?? 'binary/octet-stream',
    metadata: Object.fromEntries(metadata),
  }
}

function uploadOf({ objects, query, bucket, key }: S3Request): Upload {
  const upload = objects.findUpload(query.get('uploadId') ?? '')
  if (upload === undefined || upload.bucket !== bucket || upload.key !== key) {
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    )
  }
  return upload
}

async function readDocument(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > LARGEST_DOCUMENT)
      throw new AwsError(
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
        400,
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sendXml(response: ServerResponse, name: string, content: Structure | string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, content, NAMESPACE)}`
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) }).end(body)
}
