import { createHash, createHmac } from 'node:crypto'
import type { KeyPair } from '../../../electron/practice/server/practice.ts'
import type { Practice } from '../start-practice.ts'

interface SignedRequest {
  readonly method: string
  /** Absent: the root. */
  readonly path?: string
  readonly query?: string
  readonly body?: string
  readonly service?: string
  /** Absent: the practice account's. */
  readonly region?: string
  /** Absent: the operator's. */
  readonly keys?: KeyPair
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Ask = (request: SignedRequest) => Promise<Response>

/** Signs as a client would that was written by hand: Signature Version 4 over host and date. */
export function signedRequests(practice: Practice): Ask {
  return async (request) => {
    const { method, path = '/', query = '', body = '', service = 'elasticbeanstalk', accept, headers = {} } = request
    const { region = practice.region, keys = practice } = request
    const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const date = timestamp.slice(0, 8)
    const sorted = query.split('&').toSorted().join('&')
    const host = new URL(practice.endpoint).host
    const hash = createHash('sha256').update(body).digest('hex')
    const canonical = [
      method,
      path,
      sorted,
      `host:${host}`,
      `x-amz-date:${timestamp}`,
      '',
      'host;x-amz-date',
      hash,
    ].join('\n')
    const scope = `${date}/${region}/${service}/aws4_request`
    const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, createHash('sha256').update(canonical).digest('hex')].join(
      '\n',
    )
    const key = ['aws4_request', service, region, date].reduceRight<string | Buffer>(
      (made, part) => hmac(made, part),
      `AWS4${keys.secretAccessKey}`,
    )
    return fetch(`${practice.endpoint}${path}${sorted === '' ? '' : `?${sorted}`}`, {
      method,
      ...(method === 'GET' ? {} : { body }),
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
        ...headers,
        'x-amz-date': timestamp,
        authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${hmac(key, toSign).toString('hex')}`,
      },
    })
  }
}

/** The texts of every element of a name, in the order of the document. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
