import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Account } from '../model/account.ts'
import { AwsError } from '../model/aws-error.ts'
import { livingEnvironments } from '../model/environments.ts'
import type { Network, ResolverPolicy } from '../seam.ts'
import type { Cloud } from './cloud.ts'
import { drift, endFaults, faultState, type Stage, setFault } from './faults/switch.ts'
import { describe, type Members, number, text } from './hand.ts'

/** The operator's hand behind the scenes: the clock, the faults, what was called, and what someone else does. */
export function createControl(cloud: Cloud, network: Network): Server {
  const usual = new Map(network.resolvers.map(({ name, policy }) => [name, policy]))
  return createServer((request, response) => {
    respond({ cloud, network, usual }, request)
      .then((answer) => send(response, 200, answer))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        send(response, error instanceof AwsError ? error.httpStatus : 400, { error: message })
      })
  })
}

async function respond(stage: Stage, request: IncomingMessage): Promise<unknown> {
  const { cloud, network } = stage
  // A web page cannot reach this: it would have to say where it comes from.
  if (request.headers.origin !== undefined) throw new Error('The control endpoint does not answer web pages.')
  const route = `${request.method ?? ''} ${(request.url ?? '/').split('?')[0] ?? ''}`
  const said = request.method === 'POST' ? await readMembers(request) : {}
  cloud.advance()
  switch (route) {
    case 'GET /clock':
      return clockState(cloud)
    case 'POST /clock':
      return setClock(cloud, network, said)
    case 'GET /dial':
      await network.refresh()
      return network.dial()
    case 'GET /dns':
      return { authoritative: network.authoritative, resolvers: network.resolvers }
    case 'POST /dns':
      network.setPolicy(text(said, 'name'), text(said, 'policy') as ResolverPolicy)
      return { authoritative: network.authoritative, resolvers: network.resolvers }
    case 'GET /ca':
      return network.ca
    case 'POST /users':
      return addUser(cloud, said)
    case 'POST /sessions':
      if (said['expire'] === true) cloud.identities.expireSessions()
      return { expired: said['expire'] === true }
    case 'GET /calls':
      return { calls: Object.fromEntries(cloud.calls), operations: operations(cloud.practice) }
    case 'GET /faults':
      return faultState(stage)
    case 'POST /faults':
      if (said['name'] === 'all' && said['on'] === false) endFaults(stage)
      else setFault(stage, said)
      return faultState(stage)
    case 'POST /drift':
      return drift(cloud, said)
    case 'GET /environments':
      return livingEnvironments(cloud.practice).map(describe)
    default:
      throw new AwsError('NotFound', `There is no ${route} here.`, 404)
  }
}

/** A user with policies of its own, and the key to try them with. */
function addUser({ identities, keeper }: Cloud, said: Members): unknown {
  const policies: readonly unknown[] = Array.isArray(said['policies']) ? said['policies'] : [said['policy']]
  const name = text(said, 'name')
  const { accountId, accessKeyId, secretAccessKey, arn } = identities.addUser(name, policies)
  keeper.keep({ kind: 'user', name, policies })
  return { accountId, accessKeyId, secretAccessKey, arn }
}

function clockState({ clock, keeper }: Cloud): unknown {
  const now = clock.now()
  keeper.reached(now)
  return { now, speed: clock.speed(), paused: clock.paused }
}

async function setClock(cloud: Cloud, network: Network, said: Members): Promise<unknown> {
  const { clock } = cloud
  if (said['speed'] !== undefined) clock.setSpeed(within(number(said, 'speed'), 0.001, 100_000))
  if (said['pause'] !== undefined) clock.setPaused(said['pause'] === true)
  if (said['jumpSeconds'] !== undefined) clock.jump(within(number(said, 'jumpSeconds'), 0, 10_000_000) * 1000)
  cloud.advance()
  await network.refresh()
  return clockState(cloud)
}

function operations(account: Account): unknown {
  return account.finished.map((operation) => ({
    kind: operation.kind,
    environmentId: operation.environmentId,
    environmentName: operation.environmentName,
    requestId: operation.requestId,
    started: operation.started,
    ended: operation.ended,
    seconds: (operation.ended - operation.started) / 1000,
  }))
}

async function readMembers(request: IncomingMessage): Promise<Members> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk) && chunks.length < 100) chunks.push(chunk)
  const said: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
  if (typeof said !== 'object' || said === null) throw new Error('The control endpoint expects a JSON object.')
  return { ...said }
}

function within(value: number, least: number, most: number): number {
  if (value < least || value > most) throw new Error(`${value} is not between ${least} and ${most}.`)
  return value
}

function send(response: ServerResponse, status: number, content: unknown): void {
  // A certificate is text as it is, for `curl --cacert` and the like.
  const isText = typeof content === 'string'
  const body = isText ? content : JSON.stringify(content)
  const type = isText ? 'application/x-pem-file' : 'application/json'
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}
