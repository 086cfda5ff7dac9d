import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createDns } from '../electron/dns/panel.ts'
import type { DnsServer } from '../electron/release/world.ts'

const RESOLVERS = 50
const NAMES = ['shop', 'blue', 'green', 'www'].map((label) => `${label}.eu-central-1.elasticbeanstalk.com`)
const SLOWEST_MILLISECONDS = 200
const ROUNDS = 9
/** An hour of the engine's turns: every 5 s for two minutes, every 10 s up to ten, every 20 s from then on. */
const TURNS_AN_HOUR = 24 + 48 + 150
/** A usual panel, and what one turn asks of it: the production name (resolvers twice) and both endpoints. */
const USUAL = { authoritative: 4, resolvers: 4 }
const HOUR_SECONDS = 3600

/** Fifty name servers in a process of their own; each takes its time, from 2 ms to that of the slowest. */
const NAME_SERVERS = `
const { createSocket } = require('node:dgram')
const [count, slowest] = [${RESOLVERS}, ${SLOWEST_MILLISECONDS}]
const ports = []
for (let index = 0; index < count; index += 1) {
  const socket = createSocket('udp4')
  const delay = 2 + Math.round((slowest - 2) * index / (count - 1))
  socket.on('message', (query, from) => {
    let end = 12
    while (query[end] !== 0) end += query[end] + 1
    end += 5
    const isAddress = query.readUInt16BE(end - 4) === 1
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, index + 1])
    const reply = Buffer.concat([query.subarray(0, end), isAddress ? answer : Buffer.alloc(0)])
    reply.writeUInt16BE(0x8180, 2)
    reply.writeUInt16BE(isAddress ? 1 : 0, 6)
    reply.writeUInt16BE(0, 10)
    setTimeout(() => socket.send(reply, from.port, from.address), process.env.AT_ONCE ? 0 : delay)
  })
  socket.bind(0, '127.0.0.1', () => {
    ports[index] = socket.address().port
    if (Object.keys(ports).length === count) console.log(JSON.stringify(ports))
  })
}`

/** A round of 50 resolvers and 4 names against the slowest answer alone, and what an hour's watch costs of one core. */
export async function benchDns() {
  const round = await withServers({}, async (ports) => {
    const servers = ports.map(serverAt)
    const slowest = servers.slice(-1)
    const alone: number[] = []
    const all: number[] = []
    await timed(servers, NAMES)
    // In turns, so that whatever else the machine does meets both.
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      alone.push(await timed(slowest, NAMES.slice(0, 1)))
      all.push(await timed(servers, NAMES))
    }
    return { slowestAnswer: median(alone), round: median(all) }
  })
  const watch = await withServers({ AT_ONCE: '1' }, async (ports) => {
    const authoritative = ports.slice(0, USUAL.authoritative).map(serverAt)
    const resolvers = ports.slice(USUAL.authoritative, USUAL.authoritative + USUAL.resolvers).map(serverAt)
    const [production = '', ...endpoints] = NAMES.slice(0, 3)
    const panel = [...authoritative, ...resolvers]
    const turn = async (): Promise<void> => {
      await Promise.all([timed([...panel, ...resolvers], [production]), timed(panel, endpoints)])
    }
    for (let index = 0; index < 20; index += 1) await turn()
    const before = process.cpuUsage()
    for (let index = 0; index < TURNS_AN_HOUR; index += 1) await turn()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000_000
  })
  return {
    resolvers: RESOLVERS,
    names: NAMES.length,
    milliseconds: round,
    hour: {
      turns: TURNS_AN_HOUR,
      processorSeconds: rounded(watch),
      percentOfACore: rounded((100 * watch) / HOUR_SECONDS),
    },
    ratios: { round: rounded(round.round / round.slowestAnswer) },
    aims: { round: 1.3, percentOfACore: 1 },
  }
}

const dns = createDns({ servers: [] })

/** How long it takes until every server has answered for every name; fails where one has not. */
async function timed(servers: readonly DnsServer[], names: readonly string[]): Promise<number> {
  const begun = performance.now()
  const answers = await Promise.all(
    names.flatMap((name) => servers.map((server) => dns.ask(server, name, AbortSignal.timeout(10_000)))),
  )
  const took = performance.now() - begun
  const failed = answers.find(({ kind }) => kind !== 'addresses')
  if (failed) throw new Error(`A name server of the bench did not answer: ${JSON.stringify(failed)}`)
  return took
}

function serverAt(port: number, index: number): DnsServer {
  return { name: `resolver ${index + 1}`, address: `127.0.0.1:${port}`, role: 'resolver' }
}

async function withServers<T>(
  environment: Readonly<Record<string, string>>,
  measure: (ports: readonly number[]) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, ['-e', NAME_SERVERS], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const ports = await new Promise<readonly number[]>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as number[]))
      child.once('exit', (code) => reject(new Error(`The name servers of the bench ended with code ${code}`)))
    })
    return await measure(ports)
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
  }
}

function median(numbers: readonly number[]): number {
  return rounded(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
