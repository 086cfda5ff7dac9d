import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from '../model/aws-error.ts'
import { jsonRefusal, targetedOperation } from './aws-json.ts'
import type { Cloud } from './cloud.ts'
import { element, list, type Structure, toJson, XML_HEAD, xmlDocument } from './document.ts'
import { ELASTIC_BEANSTALK } from './elastic-beanstalk/elastic-beanstalk.ts'
import type { QueryService } from './query-service.ts'
import { ROUTE53_NAMESPACE } from './route53/route53.ts'
import type { ObjectStore } from './s3/object-store.ts'
import { SERVICES } from './services.ts'

/** One request and its answer. */
export interface Exchange {
  readonly cloud: Cloud
  readonly objects: ObjectStore
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Of a call that changes the account: the one that its events carry, once it is known. */
  requestId: string
  /** The service the request is signed for. */
  readonly service: string
}

/** The operation of a request in AWS JSON, which newer clients of CloudWatch send. */
export function jsonOperation({ request, service }: Exchange): string | undefined {
  return service === 'monitoring' ? targetedOperation(request) : undefined
}

/** Sends what an operation answered, as XML or JSON. */
export function sendResult(
  exchange: Exchange,
  service: QueryService,
  action: string,
  result: Structure | undefined,
  response: ServerResponse,
): void {
  const { request, requestId } = exchange
  if (jsonOperation(exchange) !== undefined) {
    send(response, 200, 'application/x-amz-json-1.0', JSON.stringify(toJson(result ?? {})), requestId)
    return
  }
  const metadata = { ResponseMetadata: { RequestId: requestId } }
  if (exchange.service === 'elasticbeanstalk' && request.headers.accept?.includes('application/json') === true) {
    const content: Structure = { [`${action}Response`]: { [`${action}Result`]: result ?? {}, ...metadata } }
    send(response, 200, 'application/json', JSON.stringify(toJson(content)), requestId)
    return
  }
  const namespace = ` xmlns="${service.namespace}"`
  const content: Structure =
    exchange.service === 'ec2'
      ? { requestId, ...result }
      : { ...(result === undefined ? {} : { [`${action}Result`]: result }), ...metadata }
  sendPieces(response, 200, 'text/xml', xmlDocument(`${action}Response`, content, namespace), requestId)
}

/** Sends what went wrong, in the form of the service. */
export function sendError(exchange: Exchange, error: unknown): void {
  const { request, response, requestId, service } = exchange
  // A client that hung up gets no answer; what it had not sent yet is not waited for.
  if (response.destroyed || response.headersSent) {
    response.destroy()
    return
  }
  const known = error instanceof AwsError
  if (!known)
    process.stderr.write(
      `practice account: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
  const { code, message, httpStatus } = known
    ? error
    : new AwsError(
        'InternalFailure',
        'The request processing has failed because of an unknown error, exception or failure.',
        500,
      )
  const type = httpStatus >= 500 ? 'Receiver' : 'Sender'
  if (!request.complete) response.setHeader('connection', 'close')
  request.resume()
  if (service === 's3') {
    const body =
      request.method === 'HEAD'
        ? ''
        : element('Error', { Code: code, Message: message, RequestId: requestId, HostId: requestId })
    send(response, code === 'ExpiredToken' ? 400 : httpStatus, 'application/xml', body, requestId)
    return
  }
  if (service === 'ec2') {
    // EC2 has its own word for a session that has ended.
    const isExpired = code === 'ExpiredToken'
    const shown = isExpired
      ? { Code: 'RequestExpired', Message: 'Request has expired.' }
      : { Code: code, Message: message }
    const content: Structure = { Errors: list([shown], 'Error'), RequestID: requestId }
    send(response, isExpired ? 400 : httpStatus, 'text/xml', element('Response', content), requestId)
    return
  }
  if (service === 'elasticbeanstalk' && request.headers.accept?.includes('application/json') === true) {
    send(
      response,
      httpStatus,
      'application/json',
      JSON.stringify({ Error: { Code: code, Message: message, Type: type }, RequestId: requestId }),
      requestId,
    )
    return
  }
  if (jsonOperation(exchange) !== undefined) {
    const refusal = jsonRefusal(code, message, type)
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
    send(response, httpStatus, 'application/x-amz-json-1.0', refusal.body, requestId)
    return
  }
  const own = service === 'route53' ? ROUTE53_NAMESPACE : SERVICES[service]?.namespace
  const namespace = ` xmlns="${own ?? ELASTIC_BEANSTALK.namespace}"`
  const content: Structure = { Error: { Type: type, Code: code, Message: message }, RequestId: requestId }
  send(response, httpStatus, 'text/xml', element('ErrorResponse', content, namespace), requestId)
}

function send(response: ServerResponse, status: number, type: string, body: string, requestId: string): void {
  const document = type.includes('xml') && body !== '' ? `${XML_HEAD}${body}` : body
  sendPieces(response, status, type, [Buffer.from(document)], requestId)
}

function sendPieces(
  response: ServerResponse,
  status: number,
  type: string,
  pieces: readonly Buffer[],
  requestId: string,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': pieces.reduce((sum, { length }) => sum + length, 0),
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
  })
  response.cork()
  for (const piece of pieces) if (piece.length > 0) response.write(piece)
  response.uncork()
  response.end()
}
