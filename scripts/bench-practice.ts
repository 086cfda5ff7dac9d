import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const CROWD = { environments: 1_000, versions: 5_000, events: 100_000 }
const WARM_UP = 50
const SEQUENTIAL = 200
const LOAD_MILLISECONDS = 2_000
const CONNECTIONS = 4
const SMALL_UPLOAD_BYTES = 100_000_000
const UPLOAD_BYTES = 500_000_000
const SAMPLE_MILLISECONDS = 20

/** Answers the same bytes to everyone: what the runtime's own HTTP costs on this machine, now. */
const BARE_SERVER = `
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const body = Buffer.concat(chunks)
  const server = require('node:http').createServer((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(200, { 'content-type': 'text/xml', 'content-length': body.length }).end(body))
  })
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ endpoint: 'http://127.0.0.1:' + server.address().port })))
})`

/**
 * The practice account with a thousand environments: DescribeEnvironments on all of them, against a bare server that
 * answers the same bytes; its memory; and a bundle of 500 MB uploaded to it.
 */
export async function benchPractice() {
  const flags = Object.entries(CROWD).flatMap(([name, count]) => [`--${name}`, String(count)])
  const main = new URL('../electron/practice/main.ts', import.meta.url).pathname
  const account = await start<Account>([main, '--no-users', ...flags])
  try {
    const ask = signed(account.said, 'elasticbeanstalk', 'Action=DescribeEnvironments&Version=2010-12-01')
    const memoryIdle = await residentMemory(account.process)
    const { body } = await send(account.said.endpoint, ask)
    const bare = await start<{ readonly endpoint: string }>(['-e', BARE_SERVER], body)
    // In turns, so that whatever else the machine does meets both.
    const practice: Load[] = []
    const nothing: Load[] = []
    try {
      for (let turn = 0; turn < 3; turn += 1) {
        practice.push(await load(account, ask))
        nothing.push(await load(bare, ask))
      }
    } finally {
      await end(bare.process)
    }
    const memoryLoaded = await residentMemory(account.process)
    const small = await measureUpload(account, SMALL_UPLOAD_BYTES)
    const large = await measureUpload(account, UPLOAD_BYTES)
    const [ours, theirs] = [middle(practice), middle(nothing)]
    return {
      account: CROWD,
      answerBytes: body.length,
      describeEnvironments: { practice: ours, bare: theirs },
      // Over what stands idle; the same for a bundle of 100 MB and one of 500 MB: nothing grows with it.
      uploads: { megabytes100: small, megabytes500: large },
      mebibytes: { idle: round(memoryIdle), afterLoad: round(memoryLoaded) },
      ratios: {
        milliseconds: round(ours.milliseconds / theirs.milliseconds),
        requestsPerSecond: round(ours.requestsPerSecond / theirs.requestsPerSecond),
        uploadGrowth: round(large.growth / small.growth),
      },
      aims: { milliseconds: 30, requestsPerCoreSecond: 300, mebibytes: 150 },
    }
  } finally {
    await end(account.process)
  }
}

interface Account {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Started<Said> {
  readonly process: ChildProcess
  readonly said: Said
}

async function start<Said>(nodeArguments: readonly string[], input?: Buffer): Promise<Started<Said>> {
  const child = spawn(process.execPath, nodeArguments, {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(input)
  const said = await new Promise<Said>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Said))
    child.once('exit', (code) => reject(new Error(`What is to be measured ended with code ${code}`)))
  })
  return { process: child, said }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  await ended
}

/** What one run of questions came to. */
interface Load {
  /** The median of questions asked one after another. */
  readonly milliseconds: number
  /** Over a few connections of one client process. */
  readonly requestsPerSecond: number
  /** What a whole core would answer, by the processor time the server took; absent where the system does not tell. */
  readonly requestsPerCoreSecond: number
}

async function load(
  { process: child, said: { endpoint } }: Started<{ readonly endpoint: string }>,
  ask: Ask,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  for (let asked = 0; asked < WARM_UP; asked += 1) await send(endpoint, ask, agent)
  const took: number[] = []
  for (let asked = 0; asked < SEQUENTIAL; asked += 1) {
    const started = performance.now()
    await send(endpoint, ask, agent)
    took.push(performance.now() - started)
  }
  const from = performance.now()
  const usedBefore = await processorSeconds(child)
  let answered = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() - from < LOAD_MILLISECONDS) {
        await send(endpoint, ask, agent)
        answered += 1
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  agent.destroy()
  return {
    milliseconds: round(median(took)),
    requestsPerSecond: round(answered / seconds),
    requestsPerCoreSecond: round(answered / ((await processorSeconds(child)) - usedBefore)),
  }
}

function middle(loads: readonly Load[]): Load {
  return {
    milliseconds: median(loads.map(({ milliseconds }) => milliseconds)),
    requestsPerSecond: median(loads.map(({ requestsPerSecond }) => requestsPerSecond)),
    requestsPerCoreSecond: median(loads.map(({ requestsPerCoreSecond }) => requestsPerCoreSecond)),
  }
}

/** Uploads a bundle and watches the process: its memory must not grow with the bundle. */
async function measureUpload({ process: child, said }: Started<Account>, bytes: number) {
  const path = `/elasticbeanstalk-${said.region}-${said.accountId}/bench/large.zip`
  const ask = signed(said, 's3', bytes, path)
  const idle = await residentMemory(child)
  let peak = idle
  const sample = async (): Promise<void> => {
    peak = Math.max(peak, await residentMemory(child))
  }
  const sampling = setInterval(() => void sample(), SAMPLE_MILLISECONDS)
  const started = performance.now()
  try {
    await send(said.endpoint, ask)
  } finally {
    clearInterval(sampling)
  }
  return {
    seconds: round((performance.now() - started) / 1000),
    before: round(idle),
    peak: round(peak),
    growth: round(peak - idle),
  }
}

interface Ask {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | number>>
  /** A text, or as many bytes. */
  readonly body: string | number
}

async function send(
  endpoint: string,
  ask: Ask,
  agent?: Agent,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const sent = request(`${endpoint}${ask.path}`, {
    method: ask.method,
    headers: ask.headers,
    ...(agent === undefined ? {} : { agent }),
  })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  if (typeof ask.body === 'string') sent.end(ask.body)
  else await sendBytes(sent, ask.body)
  const response = await answer
  const body = await whole(response)
  const status = response.statusCode ?? 0
  if (status !== 200) throw new Error(`It answered ${status}: ${body.toString().slice(0, 500)}`)
  return { status, body }
}

async function sendBytes(sent: ReturnType<typeof request>, count: number): Promise<void> {
  const piece = Buffer.alloc(1_048_576, 'signalbox')
  for (let left = count; left > 0; left -= piece.length) {
    const isFull = !sent.write(piece.subarray(0, Math.min(piece.length, left)))
    if (isFull) await new Promise((resolve) => sent.once('drain', resolve))
  }
  sent.end()
}

async function whole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((resolve, reject) => {
    stream.once('end', resolve)
    stream.once('error', reject)
  })
  return Buffer.concat(chunks)
}

/** A request with Signature Version 4: a form, or as many bytes as a number says. */
function signed(account: Account, service: string, body: string | number, path = '/'): Ask {
  const isForm = typeof body === 'string'
  const { endpoint, region, accessKeyId, secretAccessKey } = account
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [timestamp.slice(0, 8), region, service, 'aws4_request']
  const hash = isForm ? sha256(body) : 'UNSIGNED-PAYLOAD'
  const method = isForm ? 'POST' : 'PUT'
  const { host } = new URL(endpoint)
  const canonical = [
    method,
    path,
    '',
    `host:${host}`,
    `x-amz-content-sha256:${hash}`,
    `x-amz-date:${timestamp}`,
    '',
    'host;x-amz-content-sha256;x-amz-date',
    hash,
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope.join('/'), sha256(canonical)].join('\n')
  const key = scope.reduce<Buffer | string>((made, part) => hmac(made, part), `AWS4${secretAccessKey}`)
  return {
    method,
    path,
    body,
    headers: {
      host,
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/zip',
      'content-length': isForm ? Buffer.byteLength(body) : body,
      'x-amz-content-sha256': hash,
      'x-amz-date': timestamp,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${hmac(key, toSign).toString('hex')}`,
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Resident memory of a process in MiB. */
async function residentMemory({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? []
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) / 1024
}

/** What a process has used of its processors since it began, in seconds; Linux counts them in hundredths. */
async function processorSeconds({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name before may hold anything but ends with the last bracket; then the state is field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) / 100
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
