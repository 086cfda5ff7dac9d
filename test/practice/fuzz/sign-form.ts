import { createHash, createHmac } from 'node:crypto'
import type { Practice } from '../start-practice.ts'

/** What is signed, and how it may be wrong. */
export interface SignedForm {
  readonly method: string
  readonly service: string
  readonly body: Buffer
  /** Path and query; absent: the root. */
  readonly target?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  /** Milliseconds since the epoch; absent: now. */
  readonly at?: number
}

/** The headers of a request with Signature Version 4, also of one that `fetch` would not send. */
export function signForm(practice: Practice, form: SignedForm): Readonly<Record<string, string>> {
  const { method, service, body, target = '/', at = Date.now(), sessionToken } = form
  const { accessKeyId = practice.accessKeyId, secretAccessKey = practice.secretAccessKey } = form
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const scope = [timestamp.slice(0, 8), practice.region, service, 'aws4_request']
  const { host } = new URL(practice.endpoint)
  const hash = createHash('sha256').update(body).digest('hex')
  const [path = '/', query = ''] = target.split('?')
  const sorted = query.split('&').toSorted().join('&')
  const canonical = [method, path, sorted, `host:${host}`, `x-amz-date:${timestamp}`, '', 'host;x-amz-date', hash].join(
    '\n',
  )
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope.join('/'), createHash('sha256').update(canonical).digest('hex')]
  const key = scope.reduce<Buffer | string>((made, part) => hmac(made, part), `AWS4${secretAccessKey}`)
  return {
    host,
    'content-type': 'application/x-www-form-urlencoded',
    'x-amz-date': timestamp,
    ...(service === 's3' ? { 'x-amz-content-sha256': hash } : {}),
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=host;x-amz-date, Signature=${hmac(key, toSign.join('\n')).toString('hex')}`,
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
