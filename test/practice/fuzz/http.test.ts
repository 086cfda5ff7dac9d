import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom, type Random } from '../../../electron/practice/model/random.ts'
import { clientsOf, named } from '../server/clients.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type SignedForm, signForm } from './sign-form.ts'

const WELL_FORMED_HTTP = 8_500
const BROKEN_HTTP = 1_500
const AT_ONCE = 25
const PATIENCE_MILLISECONDS = 20_000

let practice: Practice
let agent: Agent

beforeAll(async () => {
  practice = await startPractice({ users: false, seed: 9 })
  agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
})

// It also throws when the process had not ended cleanly, or had complained of an error it did not expect.
afterAll(async () => {
  agent.destroy()
  await practice.stop()
})

interface Asked {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type Malformation = readonly [what: string, make: (random: Random) => Asked]

const MALFORMATIONS: readonly Malformation[] = [
  ['a method that no service has', (random) => ({ ...form(DESCRIBE), method: pick(random, METHODS) })],
  [
    'a body that is not a form',
    (random) => form(random.text(1 + random.below(2_000), '\u0000\u0001<>{}[]"%;:, abc\n')),
  ],
  [
    'an operation that does not exist',
    (random) => form(`Action=${encodeURIComponent(pick(random, WORDS))}x&Version=2010-12-01`),
  ],
  [
    'a parameter of another type',
    (random) => form(`${DESCRIBE}&MaxRecords=${encodeURIComponent(pick(random, WORDS))}x`),
  ],
  [
    'a page of no size',
    (random) => form(`Action=DescribeEvents&MaxRecords=${pick(random, ['-1', '0', '1001', '99999999999999'])}`),
  ],
  [
    'a date that is none',
    (random) => form(`Action=DescribeEvents&StartTime=${encodeURIComponent(pick(random, WORDS))}x`),
  ],
  ['nothing of what is required', (random) => form(`Action=${pick(random, NEEDS_PARAMETERS)}&${junk(random)}`)],
  [
    'lists that are none',
    (random) => form(`Action=CreateEnvironment&ApplicationName=shop&EnvironmentName=fuzz-green&${lists(random)}`),
  ],
  [
    'names of structures without end',
    (random) =>
      form(
        `Action=UpdateEnvironment&EnvironmentName=nowhere-${random.below(99)}&${'a.'.repeat(1 + random.below(2_000))}b=1`,
      ),
  ],
  ['a broken signature', (random) => signature((value) => scratched(random, value))],
  ['a signature cut off', (random) => signature((value) => value.slice(0, random.below(value.length)))],
  [
    'another algorithm',
    (random) => signature((value) => value.replace('AWS4-HMAC-SHA256', pick(random, WORDS.map(printable)))),
  ],
  [
    'a body that was not signed',
    (random) => changedBody(form(DESCRIBE), `${DESCRIBE}&EnvironmentNames.member.1=${random.below(1_000)}`),
  ],
  ['an unknown key', (random) => form(DESCRIBE, { accessKeyId: `AKIA${random.text(16, 'ABCDEFGH234567')}` })],
  [
    'a clock that is wrong',
    (random) => form(DESCRIBE, { at: Date.now() + (random.below(2) === 0 ? -1 : 1) * (901_000 + random.below(1e9)) }),
  ],
  ['an expired session', () => form(DESCRIBE, practice.keys.expired)],
  [
    'an encoding that decodes to nothing',
    (random) => form(`Action=DescribeEnvironmentHealth&EnvironmentName=%${random.text(2, 'xyzg')}%ff%00`),
  ],
  [
    'a bucket that is none',
    (random) => object(random, 'GET', `/${encodeURIComponent(`-${random.text(5)}..${random.below(9)}`)}/key`),
  ],
  [
    'a path that is not encoded',
    (random) => {
      const [bucketPath, rest] = [`/bucket-${random.below(9)}/`, random.text(2, 'xyzg')]
      return { ...object(random, 'GET', `${bucketPath}%25${rest}`), target: `${bucketPath}%${rest}` }
    },
  ],
  [
    'an upload that was never begun',
    (random) => object(random, 'PUT', `/${bucket()}/fuzz?partNumber=${random.below(3)}&uploadId=${random.text(8)}`),
  ],
  ['parts that are no XML', (random) => object(random, 'POST', `/${bucket()}/fuzz?uploadId=${random.text(8)}`)],
  [
    'a checksum that does not fit',
    (random) =>
      object(random, 'PUT', `/${bucket()}/fuzz`, { 'content-md5': Buffer.from(random.text(16)).toString('base64') }),
  ],
  [
    'an object that is not there',
    (random) =>
      object(random, 'GET', `/${bucket()}/${encodeURIComponent(pick(random, WORDS))}-${random.below(99)}`, {
        range: `bytes=${random.text(4, '0123456789-,')}`,
      }),
  ],
]

it('answers 8,500 malformed requests in well-formed HTTP with an error each', { timeout: 60_000 }, async () => {
  const random = createRandom(41)
  const wrong: string[] = []
  for (let sent = 0; sent < WELL_FORMED_HTTP; sent += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, (_, index) => {
      const [what, make] = MALFORMATIONS[(sent + index) % MALFORMATIONS.length] ?? MALFORMATIONS[0] ?? never()
      return { what, asked: make(random) }
    })
    await Promise.all(
      batch.map(async ({ what, asked }) => {
        const { status, body } = await send(asked)
        const isError = status >= 400 && status < 500 && (asked.method === 'HEAD' || /<Code>\w+<\/Code>/.test(body))
        if (!isError)
          wrong.push(
            `${what}: ${asked.method} ${asked.target} ${asked.body.toString().slice(0, 200)} got ${status} ${body.slice(0, 200)}`,
          )
      }),
    )
  }
  expect(wrong.slice(0, 5)).toEqual([])
  await goesOn()
})

it('answers 1,500 streams of broken or oversized HTTP with an error, or ends them', { timeout: 60_000 }, async () => {
  const random = createRandom(42)
  const outcomes = new Map<string, number>()
  for (let sent = 0; sent < BROKEN_HTTP; sent += AT_ONCE) {
    const batch = Array.from(
      { length: AT_ONCE },
      (_, index) => BROKEN[(sent + index) % BROKEN.length]?.(random) ?? never(),
    )
    for (const outcome of await Promise.all(batch.map(exchange)))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  expect([...outcomes.keys()].filter((outcome) => !/^(?:closed|4\d\d)$/.test(outcome))).toEqual([])
  await goesOn()
})

const DESCRIBE = 'Action=DescribeEnvironments&Version=2010-12-01'
const METHODS = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND', 'LOCK', 'M-SEARCH']
const NEEDS_PARAMETERS = [
  'CreateApplication',
  'CreateApplicationVersion',
  'CreateConfigurationTemplate',
  'CreateEnvironment',
  'DeleteApplication',
  'DeleteConfigurationTemplate',
  'DescribeConfigurationSettings',
  'DescribeEnvironmentHealth',
  'DescribeInstancesHealth',
  'ListTagsForResource',
  'RebuildEnvironment',
  'RequestEnvironmentInfo',
  'SwapEnvironmentCNAMEs',
  'TerminateEnvironment',
  'UpdateEnvironment',
  'UpdateTagsForResource',
  'ValidateConfigurationSettings',
]
const WORDS = [
  '',
  '-1',
  'null',
  '__proto__',
  'constructor',
  'shop',
  '<x>&"',
  '\u0000',
  '🙂',
  '%00',
  '..',
  'é'.repeat(400),
]

/** Byte streams that are no HTTP, not whole, or too much of it. */
const BROKEN: readonly ((random: Random) => Buffer)[] = [
  (random) => noise(random, 1 + random.below(3_000)),
  (random) =>
    Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${random.text(4, 'ghxyz')}\r\n`),
  (random) => Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${random.text(3, '-+x.')}\r\n\r\n`),
  (random) =>
    Buffer.from(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: ${6 + random.below(90)}\r\n\r\nabcdef`,
    ),
  (random) =>
    Buffer.from(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${1_000 + random.below(9_000)}\r\n\r\nAction=`),
  (random) => Buffer.from(`POST / HTTP/1.1\r\nContent-Length: ${random.below(5)}\r\n\r\n`),
  (random) => Buffer.from(`GET /?${random.text(20_000 + random.below(9_000))} HTTP/1.1\r\nHost: x\r\n\r\n`),
  (random) => Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nx-long: ${random.text(17_000 + random.below(9_000))}\r\n\r\n`),
  (random) => Buffer.from(`GET /\u0001${random.text(9)} HTTP/1.1\r\nHost: x\r\n\r\n`),
  (random) =>
    Buffer.from(
      `${random.text(1 + random.below(30), 'GETPOS')} / HTTP/${random.below(9)}.${random.below(9)}\r\nHost: x\r\n\r\n`,
    ),
  (random) =>
    Buffer.from(
      `GET / HTTP/1.1\r\nHost: x\r\nauthorization: AWS4-HMAC-SHA256 Credential=${random.text(40, '/,=; abc')}\r\n\r\n`,
    ),
  (random) =>
    Buffer.from(
      `PUT /bucket/key HTTP/1.1\r\nHost: x\r\nauthorization: AWS4-HMAC-SHA256 Credential=A/20200101/x/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}\r\nx-amz-date: 20200101T000000Z\r\nContent-Length: ${random.below(99)}\r\n\r\n`,
    ),
  (random) =>
    random.below(10) > 0
      ? noise(random, 5)
      : Buffer.concat([
          Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n'),
          Buffer.alloc(2_000_000, 'a'),
        ]),
]

function form(body: string, by: Partial<SignedForm> = {}): Asked {
  const signed = signForm(practice, {
    method: 'POST',
    service: 'elasticbeanstalk',
    body: Buffer.from(body, 'latin1'),
    ...by,
  })
  return { method: 'POST', target: '/', headers: signed, body: Buffer.from(body, 'latin1') }
}

/** A request to S3. */
function object(random: Random, method: string, target: string, extra: Readonly<Record<string, string>> = {}): Asked {
  const body = method === 'GET' ? Buffer.alloc(0) : noise(random, random.below(300))
  return { method, target, headers: { ...signForm(practice, { method, service: 's3', body, target }), ...extra }, body }
}

function signature(change: (value: string) => string): Asked {
  const asked = form(DESCRIBE)
  const value = asked.headers['authorization'] ?? ''
  const changed = printable(change(value))
  return { ...asked, headers: { ...asked.headers, authorization: changed === value ? `${value}0` : changed } }
}

function changedBody(asked: Asked, body: string): Asked {
  return { ...asked, body: Buffer.from(body) }
}

function junk(random: Random): string {
  return Array.from(
    { length: random.below(6) },
    () => `${pick(random, JUNK_NAMES)}=${encodeURIComponent(pick(random, WORDS))}`,
  ).join('&')
}

function lists(random: Random): string {
  const name = pick(random, [
    'OptionSettings',
    'OptionSettings.member',
    'OptionSettings.members',
    'OptionsToRemove.member',
  ])
  return `${name}.1.${pick(random, ['Value', 'x', '1', 'ResourceName'])}=${random.below(99)}`
}

const JUNK_NAMES = [
  'Foo',
  '.',
  '..1',
  'a.b.c',
  'Tags.member.x.Key',
  'member.1',
  '__proto__.a',
  'constructor',
  'IncludeDeleted.1',
]

function bucket(): string {
  return `elasticbeanstalk-${practice.region}-${practice.accountId}`
}

function pick(random: Random, from: readonly string[]): string {
  return from[random.below(from.length)] ?? ''
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}

/** One character becomes another one; the scope's slashes and names stay what they are often enough. */
function scratched(random: Random, value: string): string {
  const at = random.below(value.length)
  return `${value.slice(0, at)}${value[at] === '0' ? '1' : '0'}${value.slice(at + 1)}`
}

function printable(value: string): string {
  return value.replaceAll(/[^ -~]/g, '?')
}

function never(): never {
  throw new Error('There is always one.')
}

function send({ method, target, headers, body }: Asked): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${practice.endpoint}${target}`, {
      method,
      agent,
      headers: { ...headers, 'content-length': body.length },
    })
    sent.setTimeout(PATIENCE_MILLISECONDS, () =>
      sent.destroy(new Error(`No answer to ${method} ${target} ${body.toString().slice(0, 200)}`)),
    )
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    sent.end(body)
  })
}

/** Sends bytes and closes its side: the status that came back, `closed`, or `hangs`. */
function exchange(bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(practice.endpoint)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    const limit = setTimeout(() => {
      resolve('hangs')
      socket.destroy()
    }, PATIENCE_MILLISECONDS)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
    })
    socket.on('close', () => {
      clearTimeout(limit)
      resolve(answer === '' ? 'closed' : (/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? answer.slice(0, 50)))
    })
    socket.end(bytes)
  })
}

/** After all that it answers as before, and nothing was changed. */
async function goesOn(): Promise<void> {
  const { beanstalk } = clientsOf(practice)
  expect(await named(beanstalk, 'shop-production')).toMatchObject({ Status: 'Ready', VersionLabel: '1.4.2' })
  expect(await practice.control<readonly unknown[]>('/environments')).toHaveLength(16)
}
