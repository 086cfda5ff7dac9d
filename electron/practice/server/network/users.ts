import { Agent, request } from 'node:http'
import type { NetworkSource } from '../../seam.ts'
import type { Resolver } from './resolvers.ts'
import type { Sites } from './sites.ts'

/** The users of every visited name, until they are stopped. */
export interface Users {
  /** While on, kept connections do not end by their age. */
  keepConnections(on: boolean): void
  stop(): void
}

export interface UsersOptions {
  readonly source: NetworkSource
  readonly resolvers: readonly Resolver[]
  readonly sites: Pick<Sites, 'portOf' | 'usersHeader'>
  readonly random: () => number
  /** Account seconds for which a user who keeps connections stays with an address at most. */
  readonly keepAliveSeconds: number
}

/** Everyone who visits one name. */
interface Audience {
  readonly fresh: readonly Cohort[]
  readonly keeper: (Cohort & { session: Session | undefined }) | undefined
  /** By the addresses they lead to. */
  readonly queues: Map<string, Queue>
}

/** Users behind one resolver. */
interface Cohort {
  readonly resolver: Resolver
  /** Of the name's requests, 0 to 1. */
  readonly share: number
}

/** A connection kept to one address, whatever the name says meanwhile. */
interface Session {
  readonly queue: Queue
  readonly agent: Agent
  readonly endsAt: number
}

/** Requests that came due for the same addresses: one real request stands for all of them. */
interface Queue {
  readonly addresses: readonly string[]
  readonly agent?: Agent
  due: number
  busy: boolean
}

/** 20 real requests per second at most, whatever the clock's speed. */
const TICK_MILLISECONDS = 50
const MOST_AT_ONCE = 16
const PATIENCE_MILLISECONDS = 10_000
/** Of a name's requests, those that come over kept connections. */
const KEPT_SHARE = 0.1

/** Starts the users; their requests are real, over loopback, and their rate is the source's, in account time. */
export function startUsers(options: UsersOptions): Users {
  const { source } = options
  const audiences = new Map<string, Audience>()
  let atOnce = 0
  let isPinned = false
  let turn = 0
  let last = performance.now()

  const send = async (name: string, audience: Audience, queue: Queue) => {
    queue.busy = true
    atOnce += 1
    const answered = await visit(name, queue, options)
    atOnce -= 1
    queue.busy = false
    // A connection that was reset is made anew, and its name resolved anew.
    if (!answered && audience.keeper?.session?.queue === queue) endSession(audience)
  }

  const tick = () => {
    const now = performance.now()
    // By the real time passed: a jump of the clock is no rush of users.
    const accountSeconds = (Math.min(now - last, 1000) * source.clock.speed()) / 1000
    last = now
    const visited = source.visited()
    forget(audiences, new Set(visited.map((entry) => entry.name)))
    const waiting = visited.flatMap(({ name, requestsPerSecond }) => {
      const audience = audiences.get(name) ?? gather(options.resolvers)
      audiences.set(name, audience)
      comeDue(name, audience, requestsPerSecond * accountSeconds, options, isPinned)
      return queuesOf(audience).map((queue) => ({ name, audience, queue }))
    })
    if (atOnce >= MOST_AT_ONCE) return
    for (let step = 1; step <= waiting.length; step += 1) {
      const next = waiting[(turn + step) % waiting.length]
      if (next === undefined || next.queue.busy || next.queue.due < 1) continue
      turn = (turn + step) % waiting.length
      void send(next.name, next.audience, next.queue)
      return
    }
  }

  const timer = setInterval(tick, TICK_MILLISECONDS)
  return {
    keepConnections: (on) => {
      isPinned = on
    },
    stop: () => {
      clearInterval(timer)
      forget(audiences, new Set())
    },
  }
}

/** Few users sit behind a resolver that misbehaves; those who keep connections sit behind one that does not. */
function gather(resolvers: readonly Resolver[]): Audience {
  const weigh = (resolver: Resolver) => (isFaithful(resolver) ? 3 : 1)
  const total = resolvers.reduce((sum, resolver) => sum + weigh(resolver), 0)
  const steady = resolvers.find(isFaithful)
  const freshShare = steady === undefined ? 1 : 1 - KEPT_SHARE
  return {
    fresh: resolvers.map((resolver) => ({ resolver, share: (freshShare * weigh(resolver)) / total })),
    keeper: steady && { resolver: steady, share: KEPT_SHARE, session: undefined },
    queues: new Map(),
  }
}

function isFaithful(resolver: Resolver): boolean {
  return resolver.policy() === 'faithful' || resolver.policy() === 'negative-caching'
}

/** Shares requests out to where each cohort's resolver sends it at this moment. */
function comeDue(name: string, audience: Audience, requests: number, options: UsersOptions, isPinned: boolean): void {
  if (requests === 0) return
  for (const { resolver, share } of audience.fresh) {
    const queue = queueFor(audience, resolver.addressesOf(name))
    if (queue !== undefined) queue.due += requests * share
  }
  const { keeper } = audience
  if (keeper === undefined) return
  const now = options.source.clock.now()
  if (keeper.session !== undefined && !isPinned && now >= keeper.session.endsAt) endSession(audience)
  keeper.session ??= startSession(keeper.resolver.addressesOf(name), now, options)
  if (keeper.session !== undefined) keeper.session.queue.due += requests * keeper.share
}

/** Users who get no address, because their resolver fails, go away. */
function queueFor(audience: Audience, addresses: readonly string[]): Queue | undefined {
  if (addresses.length === 0) return undefined
  const key = addresses.toSorted().join(' ')
  const queue = audience.queues.get(key) ?? { addresses, due: 0, busy: false }
  audience.queues.set(key, queue)
  return queue
}

function queuesOf(audience: Audience): readonly Queue[] {
  const kept = audience.keeper?.session?.queue
  return kept === undefined ? [...audience.queues.values()] : [...audience.queues.values(), kept]
}

function startSession(addresses: readonly string[], now: number, options: UsersOptions): Session | undefined {
  const address = choose(addresses, options.random)
  if (address === undefined) return undefined
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const seconds = options.keepAliveSeconds * (0.25 + 0.75 * options.random())
  return { agent, queue: { addresses: [address], agent, due: 0, busy: false }, endsAt: now + seconds * 1000 }
}

/** What came due for the connection and was not sent, because the clock runs fast, goes to its address all the same. */
function endSession(audience: Audience): void {
  const session = audience.keeper?.session
  if (audience.keeper === undefined || session === undefined) return
  audience.keeper.session = undefined
  // A request on its way ends by itself; the agent is only told to keep nothing.
  if (!session.queue.busy) session.agent.destroy()
  else session.agent.maxFreeSockets = 0
  const heir = [...audience.queues.values()].find((queue) =>
    session.queue.addresses.every((address) => queue.addresses.includes(address)),
  )
  if (heir !== undefined) heir.due += session.queue.due
}

function forget(audiences: Map<string, Audience>, visited: ReadonlySet<string>): void {
  for (const [name, audience] of audiences) {
    if (visited.has(name)) continue
    endSession(audience)
    audiences.delete(name)
  }
}

/** One real request; false where the users could not connect or got no answer: they go away, and come back as others. */
async function visit(name: string, queue: Queue, options: UsersOptions): Promise<boolean> {
  const count = Math.floor(queue.due)
  queue.due -= count
  const address = choose(queue.addresses, options.random)
  const port = address === undefined ? undefined : options.sites.portOf(address)
  if (port === undefined) return false
  const headers = { host: name, 'user-agent': 'Mozilla/5.0 (practice user)', ...options.sites.usersHeader(count) }
  return fetchOnce(port, headers, queue.agent)
}

/** Ends when the answer has come or will not. */
function fetchOnce(
  port: number,
  headers: Readonly<Record<string, string>>,
  agent: Agent | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: '/', headers, agent: agent ?? false, timeout: PATIENCE_MILLISECONDS },
      (response) => {
        response.on('error', () => undefined)
        response.on('close', () => resolve(response.complete))
        response.resume()
      },
    )
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => resolve(false))
    outgoing.end()
  })
}

function choose(addresses: readonly string[], random: () => number): string | undefined {
  return addresses[Math.floor(random() * addresses.length)]
}
