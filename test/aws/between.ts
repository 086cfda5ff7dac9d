import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Answer {
  readonly status: number
  readonly body: string
}

/** What becomes of one call: it may be passed on, and its answer changed. */
export type Spoil = (call: { readonly parameters: URLSearchParams; pass(): Promise<Answer> }) => Promise<Answer>

/** Stands between the app and its account, and changes what some calls are answered. */
export interface Between {
  readonly endpoint: string
  /** Every call so far, as `service:Action`, or `s3:METHOD`. */
  readonly calls: string[]
  readonly spoilt: Map<string, Spoil>
  close(): Promise<void>
}

/** Passes calls on to a practice account as they are, signatures and all. */
export async function startBetween(account: string): Promise<Between> {
  const calls: string[] = []
  const spoilt = new Map<string, Spoil>()
  const server = createServer((request, response) => {
    const answering = collected(request).then(async (body) => {
      const parameters = new URLSearchParams(body.toString())
      const service = /\/([a-z0-9]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const call = `${service}:${service === 's3' ? request.method : parameters.get('Action')}`
      calls.push(call)
      const passed = await passOn(account, request, body)
      const spoil = spoilt.get(call)
      if (!spoil) return response.writeHead(passed.status, passed.headers).end(passed.body)
      const answer = await spoil({
        parameters,
        pass: async () => ({ status: passed.status, body: passed.body.toString() }),
      })
      return response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
    })
    // Where the account breaks off, the app is to see just that.
    answering.catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    spoilt,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function passOn(account: string, from: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(account)
    const { method, url: path, headers } = from
    const onward = send({ hostname, port, method, path, headers }, (response) => {
      collected(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      )
    })
    onward.on('error', reject)
    onward.end(body)
  })
}

async function collected(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  if (!stream.complete) throw new Error('cut off')
  return Buffer.concat(parts)
}
