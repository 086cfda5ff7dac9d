import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { AwsError } from '../model/aws-error.ts'
import { type Exchange, jsonOperation, sendError, sendResult } from './answers.ts'
import { readJsonBody } from './aws-json.ts'
import { makeChange } from './changes.ts'
import type { Cloud } from './cloud.ts'
import { type CalledBy, endsUnheard, setLags, spoilDelivery, throwFaults } from './faults/call-faults.ts'
import { spoilResult } from './faults/spoil.ts'
import { accessesOf, s3Access } from './iam/accesses.ts'
import { authorize } from './iam/authorize.ts'
import { readParameters } from './parameters.ts'
import type { Principal } from './principals.ts'
import type { Call } from './query-service.ts'
import { readChangeBatch } from './route53/change-batch.ts'
import { answerRoute53, readRoute53, route53Resource, sendRoute53 } from './route53/route53.ts'
import { logObject } from './s3/log-objects.ts'
import type { ObjectStore } from './s3/object-store.ts'
import { answerS3, s3Operation } from './s3/s3.ts'
import { serviceFor } from './services.ts'
import { type Credential, chunkSigner, isSignedBy, readCredential, signedAt } from './signature.ts'

const LARGEST_FORM = 1_048_576
const S3_SKEW_MILLISECONDS = 900_000

/** The one endpoint that answers for every service, told apart by what the request is signed for. */
export function createEndpoint(cloud: Cloud, objects: ObjectStore): Server {
  const server = createServer((request, response) => {
    const credential = readCredential(request)
    const exchange: Exchange = {
      cloud,
      objects,
      request,
      response,
      requestId: cloud.chance.uuid(),
      service: credential?.service ?? 'elasticbeanstalk',
    }
    request.on('error', () => response.destroy())
    answer(exchange, credential).catch((error: unknown) => sendError(exchange, error))
  })
  server.requestTimeout = 0
  return server
}

async function answer(exchange: Exchange, credential: Credential | undefined): Promise<void> {
  const { service } = exchange
  if (service === 's3') return answerForS3(exchange, credential)
  if (service === 'route53') return answerForRoute53(exchange, credential)
  const { cloud, request, response, requestId, objects } = exchange
  const body = await readForm(request)
  const targeted = jsonOperation(exchange)
  const pairs = targeted === undefined ? [...queryOf(request), ...new URLSearchParams(body)] : []
  const parameters = targeted === undefined ? readParameters(pairs) : readJsonBody(body)
  const principal = authenticate(exchange, credential, createHash('sha256').update(body).digest('hex'))
  const known = serviceFor(service, parameters.text('Version'))
  const action = targeted ?? parameters.text('Action') ?? parameters.text('Operation') ?? ''
  const operation = ownMember(known?.operations, action)
  const change = ownMember(known?.changes, action)
  if (known === undefined || (operation === undefined && change === undefined)) {
    const shown =
      action === ''
        ? 'Missing Action'
        : `Could not find operation ${action} for version ${parameters.text('Version') ?? 'NO_VERSION_SPECIFIED'}`
    throw action === '' ? new AwsError('MissingAction', shown) : new AwsError('InvalidAction', shown)
  }
  const name = `${service}:${action}`
  count(cloud, name)
  const region = credential?.region ?? cloud.region
  const account = cloud.account(principal.accountId, region)
  const values = targeted === undefined ? pairs.map(([, value]) => value) : []
  const called = { action: name, account, values, isChange: change !== undefined, random: cloud.chance.next }
  if (endsUnheard(cloud.faults.calls, called, response)) return
  const call: Call = {
    cloud,
    account,
    principal,
    parameters,
    requestId,
    objects,
    endpoint: `http://${request.headers.host ?? ''}`,
    isJson: targeted !== undefined,
  }
  throwFaults(cloud.faults.calls, principal, called, known.resource(call, action))
  authorize(principal, account, accessesOf(service, known, call, action))
  spoilDelivery(cloud.faults.calls, called, response)
  if (change !== undefined) {
    const facts = (await change.gather?.(call)) ?? {}
    const changing = { principal, region, service, action, pairs, facts }
    const result = makeChange(cloud, objects, changing, (id) => {
      exchange.requestId = id
    })
    sendResult(exchange, known, action, spoilResult(cloud.faults.calls, called, result), response)
    return
  }
  setLags(cloud.faults.calls, called)
  const result = await operation?.(call)
  sendResult(exchange, known, action, spoilResult(cloud.faults.calls, called, result), response)
}

async function answerForS3(exchange: Exchange, credential: Credential | undefined): Promise<void> {
  const { cloud, objects, request, response } = exchange
  const hash = request.headers['x-amz-content-sha256']
  const principal = authenticate(exchange, credential, typeof hash === 'string' ? hash : 'UNSIGNED-PAYLOAD')
  const { bucket, key, query } = addressOf(request)
  const name = `s3:${s3Operation(request.method, key, query)}`
  count(cloud, name)
  const access = s3Access(s3Operation(request.method, key, query), bucket, key)
  const isChange = request.method !== 'GET' && request.method !== 'HEAD'
  const called = calledBy(cloud, name, isChange)
  if (endsUnheard(cloud.faults.calls, called, response)) return
  throwFaults(cloud.faults.calls, principal, called, access.resource ?? '*')
  authorize(principal, cloud.practice, [access])
  spoilDelivery(cloud.faults.calls, called, response)
  cloud.advance()
  const logs = request.method === 'GET' ? logObject(cloud.practice, bucket, key) : undefined
  if (logs !== undefined) {
    response.writeHead(200, { 'content-type': 'binary/octet-stream', 'content-length': logs.length }).end(logs)
    return
  }
  if (credential === undefined) return
  const signer = chunkSigner(credential, principal.secretAccessKey)
  const { clock, region } = cloud
  await answerS3({ request, response, bucket, key, query, objects, now: clock.now(), region, signer })
}

/** Route 53 is the same in every region: its zones are the home region's. */
async function answerForRoute53(exchange: Exchange, credential: Credential | undefined): Promise<void> {
  const { cloud, request, response, requestId } = exchange
  const body = await readForm(request)
  const principal = authenticate(exchange, credential, createHash('sha256').update(body).digest('hex'))
  const asked = readRoute53(request)
  if (asked === undefined)
    throw new AwsError('InvalidAction', 'Route 53 of the practice account does not know this.', 404)
  const name = `route53:${asked.operation}`
  count(cloud, name)
  const resource = route53Resource(asked)
  const called = calledBy(cloud, name, request.method === 'POST')
  if (endsUnheard(cloud.faults.calls, called, response)) return
  throwFaults(cloud.faults.calls, principal, called, resource ?? '*')
  const account = cloud.account(principal.accountId, cloud.region)
  authorize(principal, account, [{ action: name, resource }])
  spoilDelivery(cloud.faults.calls, called, response)
  if (asked.operation !== 'ChangeResourceRecordSets') {
    answerRoute53(account, asked, response, requestId)
    return
  }
  readChangeBatch(body)
  const pairs = [
    ['HostedZoneId', asked.zoneId ?? ''],
    ['ChangeBatch', body],
  ] as const
  const changing = { principal, region: cloud.region, service: 'route53', action: asked.operation, pairs, facts: {} }
  const result = makeChange(cloud, exchange.objects, changing, () => {})
  sendRoute53(response, asked.operation, result ?? {}, requestId)
}

function ownMember<T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
}

/** Who signed the request; throws in the words of AWS when nobody we know did, or not now. */
function authenticate(exchange: Exchange, credential: Credential | undefined, payloadHash: string): Principal {
  const { cloud, request, service } = exchange
  const isS3 = service === 's3'
  if (credential === undefined) {
    throw request.headers.authorization === undefined
      ? new AwsError(
          isS3 ? 'AccessDenied' : 'MissingAuthenticationToken',
          isS3 ? 'Access Denied' : 'Missing Authentication Token',
          403,
        )
      : new AwsError(
          'IncompleteSignature',
          "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, and a complete Credential, SignedHeaders and Signature.",
          400,
        )
  }
  const token = request.headers['x-amz-security-token']
  const principal = cloud.identities.find(credential.accessKeyId, typeof token === 'string' ? token : undefined)
  if (principal === undefined) {
    if (isS3)
      throw new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403)
    if (service === 'ec2')
      throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
  }
  // Signing happens on the caller's clock, so it is compared with ours and not with the account's.
  const skew = signedAt(credential) - Date.now()
  if (Math.abs(skew) > S3_SKEW_MILLISECONDS) throw skewed(credential, isS3, skew)
  if (!isSignedBy(request, credential, principal.secretAccessKey, payloadHash)) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      403,
    )
  }
  return principal
}

function skewed({ timestamp }: Credential, isS3: boolean, skew: number): AwsError {
  if (isS3)
    return new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    )
  const basic = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const now = Date.now()
  const message =
    skew < 0
      ? `Signature expired: ${timestamp} is now earlier than ${basic(now - S3_SKEW_MILLISECONDS)} (${basic(now)} - 15 min.)`
      : `Signature not yet current: ${timestamp} is still later than ${basic(now + S3_SKEW_MILLISECONDS)} (${basic(now)} + 15 min.)`
  return new AwsError('SignatureDoesNotMatch', message, 403)
}

function count(cloud: Cloud, name: string): void {
  cloud.calls.set(name, (cloud.calls.get(name) ?? 0) + 1)
}

/** A call of a service that knows nothing of environments. */
function calledBy(cloud: Cloud, action: string, isChange: boolean): CalledBy {
  return { action, account: cloud.practice, values: [], isChange, random: cloud.chance.next }
}

async function readForm(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new AwsError('InvalidRequest', `Method ${request.method ?? ''} is not supported.`, 405)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > LARGEST_FORM) throw new AwsError('RequestEntityTooLarge', 'Request size exceeded the limit.', 413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const target = request.url ?? '/'
  const cut = target.indexOf('?')
  return new URLSearchParams(cut === -1 ? '' : target.slice(cut + 1))
}

/** Bucket and key, from the path or from the host's first label. */
function addressOf(request: IncomingMessage): {
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
} {
  const [path = '/'] = (request.url ?? '/').split('?')
  const hosted = /^(.+)\.(?:localhost|s3[.-][a-z0-9.-]+)(?::\d+)?$/.exec(request.headers.host ?? '')?.[1]
  const [first = '', ...rest] = path.slice(1).split('/')
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text)
    } catch {
      throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400)
    }
  }
  const query = queryOf(request)
  return hosted === undefined
    ? { bucket: decoded(first), key: decoded(rest.join('/')), query }
    : { bucket: hosted, key: decoded(path.slice(1)), query }
}
