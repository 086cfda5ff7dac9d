import { createHash, createHmac } from 'node:crypto'
import type { Practice } from '../start-practice.ts'

interface SignedRequest {
  readonly method: string
  readonly query?: string
  readonly body?: string
  readonly service?: string
  readonly accept?: string
}

export type Ask = (request: SignedRequest) => Promise<Response>

/** Signs as a client would that was written by hand: Signature Version 4 over host and date. */
export function signedRequests(practice: Practice): Ask {
  return async ({ method, query = '', body = '', service = 'elasticbeanstalk', accept }) => {
    const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const date = timestamp.slice(0, 8)
    const sorted = query.split('&').toSorted().join('&')
    const host = new URL(practice.endpoint).host
    const hash = createHash('sha256').update(body).digest('hex')
    const canonical = [
      method,
      '/',
      sorted,
      `host:${host}`,
      `x-amz-date:${timestamp}`,
      '',
      'host;x-amz-date',
      hash,
    ].join('\n')
    const scope = `${date}/${practice.region}/${service}/aws4_request`
    const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, createHash('sha256').update(canonical).digest('hex')].join(
      '\n',
    )
    const key = ['aws4_request', service, practice.region, date].reduceRight<string | Buffer>(
      (made, part) => hmac(made, part),
      `AWS4${practice.secretAccessKey}`,
    )
    return fetch(`${practice.endpoint}/${sorted === '' ? '' : `?${sorted}`}`, {
      method,
      ...(method === 'GET' ? {} : { body }),
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(method === 'GET' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        'x-amz-date': timestamp,
        authorization: `AWS4-HMAC-SHA256 Credential=${practice.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${hmac(key, toSign).toString('hex')}`,
      },
    })
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
