import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { accessSync, constants, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'

const BUNDLE_BYTES = 500_000_000
const FILES = 50_000
const RUNS = 3
const run = promisify(execFile)
const source = (path: string): string => new URL(`../${path}`, import.meta.url).href

/**
 * A source bundle of 500 MB with 50,000 files: how long looking into it takes and what memory it needs above an idle
 * process; and how long sending it takes, against `aws s3 cp` to the same practice account in turns.
 */
export async function benchBundle() {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-bundle-'))
  try {
    const path = join(folder, 'large.zip')
    await writeBundle(path)
    const inspections: Inspected[] = []
    for (let turn = 0; turn < RUNS; turn += 1) inspections.push(await measure<Inspected>(INSPECT, path))
    const [first] = inspections
    const account = await startAccount()
    const own: Sent[] = []
    const cli: number[] = []
    const hasCli = isOnPath('aws')
    const idleCli = hasCli ? await seconds(() => run('aws', ['--version'])) : Number.NaN
    try {
      // In turns, so that whatever else the machine does meets both.
      for (let turn = 0; turn < RUNS; turn += 1) {
        own.push(await measure<Sent>(SEND, JSON.stringify({ path, account: account.said, bundle: first, turn })))
        if (hasCli) cli.push(await copyByCli(path, account.said, turn))
      }
    } finally {
      account.process.kill()
    }
    const inspectSeconds = median(inspections.map((each) => each.seconds))
    const sendSeconds = median(own.map((each) => each.seconds))
    const cliSeconds = median(cli)
    return {
      bundle: { megabytes: (first?.sizeBytes ?? 0) / 1e6, files: first?.entries, findings: first?.findings },
      inspect: {
        seconds: inspectSeconds,
        processorSeconds: median(inspections.map((each) => each.processorSeconds)),
        mebibytesAboveIdle: median(inspections.map((each) => each.growth)),
        secondsToReadAndHashAlone: median(inspections.map((each) => each.hashSeconds)),
      },
      upload: {
        seconds: sendSeconds,
        processorSeconds: median(own.map((each) => each.processorSeconds)),
        mebibytesAboveIdle: median(own.map((each) => each.growth)),
        awsS3CpSeconds: hasCli ? cliSeconds : 'no aws on the PATH',
        awsStartSeconds: idleCli,
      },
      ratios: {
        inspectToHashAlone: round(inspectSeconds / median(inspections.map((each) => each.hashSeconds))),
        uploadToAwsS3Cp: round(sendSeconds / cliSeconds),
        // Without the time that the command line needs to start at all.
        uploadToAwsS3CpStarted: round(sendSeconds / (cliSeconds - idleCli)),
      },
      aims: { inspectSeconds: 1.5, inspectMebibytes: 60, uploadToAwsS3Cp: 1 },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Inspected {
  readonly seconds: number
  /** What its process used of a core: what the machine does besides does not count. */
  readonly processorSeconds: number
  readonly hashSeconds: number
  readonly growth: number
  readonly sizeBytes: number
  readonly sha256: string
  readonly entries: number
  readonly findings: readonly string[]
}

interface Sent {
  readonly seconds: number
  readonly processorSeconds: number
  readonly growth: number
}

/** What both measured processes do around their work: what stands idle is measured first, then the highest since. */
const AROUND = `
import { readFileSync, writeFileSync } from 'node:fs'
const memory = (field) => Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
async function measured(work) {
  const idle = process.platform === 'linux' ? memory('VmRSS') : process.memoryUsage.rss() / 1048576
  // Linux forgets the highest mark by this (proc(5), clear_refs).
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5')
  const started = performance.now()
  const before = process.cpuUsage()
  const result = await work()
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(before)
  const peak = process.platform === 'linux' ? memory('VmHWM') : process.memoryUsage.rss() / 1048576
  return { result, seconds, processorSeconds: (user + system) / 1e6, growth: peak - idle }
}`

const INSPECT = `${AROUND}
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { inspectBundle } from '${source('electron/bundle/inspect.ts')}'
const path = process.argv.at(-1)
async function hashAlone() {
  const hash = createHash('sha256')
  const file = await open(path)
  const buffer = Buffer.allocUnsafeSlow(1048576)
  const started = performance.now()
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
  }
  await file.close()
  return (performance.now() - started) / 1000
}
await inspectBundle('${new URL('../resources/bundles/shop-1.5.0.zip', import.meta.url).pathname}')
const hashSeconds = await hashAlone()
const { result, seconds, processorSeconds, growth } = await measured(() => inspectBundle(path, { platform: 'running Node.js 22' }))
const { bundle, entries, findings } = result
console.log(JSON.stringify({ seconds, processorSeconds, hashSeconds, growth, entries, findings: findings.map(({ text }) => text), sizeBytes: bundle.sizeBytes, sha256: bundle.sha256 }))
`

const SEND = `${AROUND}
import { openAws } from '${source('electron/aws/connect.ts')}'
const { path, account, bundle, turn } = JSON.parse(process.argv.at(-1))
const { endpoint, region } = account
const clock = { now: Date.now, speed: () => 1, sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)) }
const aws = openAws({ endpoint, region, credentials: async () => account, clock })
await aws.identity()
const source = { path, fileName: 'large.zip', sizeBytes: bundle.sizeBytes, sha256: bundle.sha256 }
const { seconds, processorSeconds, growth } = await measured(() => aws.bundles.upload(source, 'bench-' + turn, () => {}, new AbortController().signal))
console.log(JSON.stringify({ seconds, processorSeconds, growth }))
process.exit()
`

/** Runs a program in a process of its own, as the app's main process would, and answers what it prints. */
async function measure<Said>(program: string, argument: string): Promise<Said> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program, '--', argument], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    maxBuffer: 1e7,
  })
  return JSON.parse(stdout) as Said
}

interface Account {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

async function startAccount(): Promise<{ readonly process: ChildProcess; readonly said: Account }> {
  const main = new URL('../electron/practice/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, '--no-users'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await new Promise<Account>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Account))
    child.once('exit', (code) => reject(new Error(`The practice account ended with code ${code}`)))
  })
  return { process: child, said }
}

function copyByCli(path: string, account: Account, turn: number): Promise<number> {
  const { endpoint, region, accountId, accessKeyId, secretAccessKey } = account
  const target = `s3://elasticbeanstalk-${region}-${accountId}/by-cli/${turn}.zip`
  return seconds(() =>
    run('aws', ['s3', 'cp', path, target, '--quiet', '--endpoint-url', endpoint, '--region', region], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      },
    }),
  )
}

/** Stored files of random bytes, so that nothing is won by packing; and what a Node.js application has at its top. */
async function writeBundle(path: string): Promise<void> {
  const pool = randomFillSync(Buffer.alloc(4_000_000))
  const size = Math.floor(BUNDLE_BYTES / FILES) - 60
  const out = createWriteStream(path)
  const records: Buffer[] = []
  let offset = 0
  for (let index = 0; index < FILES; index += 1) {
    const at = (index * 7919) % (pool.length - size)
    const isText = index < 2
    const text = index === 0 ? '{"name":"shop"}' : 'option_settings:\n  aws:autoscaling:asg:\n    MinSize: 2\n'
    const content = isText ? Buffer.from(text) : pool.subarray(at, at + size)
    const name = Buffer.from(nameOf(index))
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50)
    header.writeUInt16LE(20, 4)
    header.writeUInt32LE(crc32(content), 14)
    header.writeUInt32LE(content.length, 18)
    header.writeUInt32LE(content.length, 22)
    header.writeUInt16LE(name.length, 26)
    const record = Buffer.alloc(46)
    record.writeUInt32LE(0x02014b50)
    record.writeUInt16LE(0x0314, 4)
    header.copy(record, 6, 4, 30)
    record.writeUInt32LE((0o100644 << 16) >>> 0, 38)
    record.writeUInt32LE(offset, 42)
    records.push(record, name)
    offset += header.length + name.length + content.length
    out.write(header)
    out.write(name)
    if (!out.write(content)) await once(out, 'drain')
  }
  const listing = Buffer.concat(records)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(FILES, 8)
  end.writeUInt16LE(FILES, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  out.end(Buffer.concat([listing, end]))
  await finished(out)
}

function nameOf(index: number): string {
  if (index < 2) return index === 0 ? 'package.json' : '.ebextensions/options.config'
  return `node_modules/@scope/package-${Math.floor(index / 50)}/dist/module-${index}.js`
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return round((performance.now() - started) / 1000)
}

function median(numbers: readonly number[]): number {
  return round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
