import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Network, ResolverPolicy } from '../seam.ts'
import { createControl } from './control.ts'
import { createEndpoint } from './endpoint.ts'
import { startNetwork } from './network/network.ts'
import { type CloudOptions, openCloud } from './open-cloud.ts'
import { spareMemory } from './spare-memory.ts'

export interface PracticeOptions extends CloudOptions {
  /** Port of the AWS endpoint; 0: any free one. */
  readonly port: number
  readonly users: boolean
  readonly resolvers?: readonly { readonly name: string; readonly policy: ResolverPolicy }[]
}

export interface KeyPair {
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a client needs to know to use the practice account. */
export interface Descriptor extends KeyPair {
  readonly endpoint: string
  readonly region: string
  readonly dns: Pick<Network, 'authoritative' | 'resolvers'>
  /** `<documentation address>:<port>` to where it really listens; GET /dial at `control` has the present one. */
  readonly dial: Readonly<Record<string, string>>
  readonly control: string
  /** PEM of the authority that signs the environments' certificates; another one with each start. */
  readonly ca: string
  readonly clock: { readonly now: number; readonly speed: number }
  /** Other holders of keys: an account with nothing in it, an expired session, an operator who may not terminate. */
  readonly keys: { readonly empty: KeyPair; readonly expired: KeyPair; readonly readOnly: KeyPair }
}

export interface Practice {
  readonly descriptor: Descriptor
  close(): Promise<void>
}

// Often enough that what is due happens on time, also when nobody asks.
const TICK_MILLISECONDS = 50

/** Starts the practice account: the AWS endpoint, the network with its environments and users, and the control endpoint. */
export async function startPractice(options: PracticeOptions): Promise<Practice> {
  const opened = await openCloud(options)
  const { cloud, objects } = opened
  const { clock, region, seed } = cloud
  const network = await startNetwork(cloud.network, {
    // Traffic draws by chance of its own, so that it does not disturb the ids the account gives out.
    random: chance(seed),
    users: options.users,
    ...(options.resolvers === undefined ? {} : { resolvers: options.resolvers }),
  })
  await network.refresh()
  const endpoint = await listen(createEndpoint(cloud, objects), options.port)
  const control = await listen(createControl(cloud, network), 0)
  if (options.crowd !== undefined) spareMemory()
  opened.run()
  const ticking = setInterval(() => cloud.advance(), TICK_MILLISECONDS)

  const pair = (name: 'operator' | 'empty' | 'expired' | 'readOnly'): KeyPair => {
    const { accountId, accessKeyId, secretAccessKey, sessionToken } = cloud.principals[name]
    return { accountId, accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  }
  return {
    descriptor: {
      endpoint: `http://127.0.0.1:${endpoint.port}`,
      region,
      ...pair('operator'),
      dns: { authoritative: network.authoritative, resolvers: network.resolvers },
      dial: network.dial(),
      control: `http://127.0.0.1:${control.port}`,
      ca: network.ca,
      clock: { now: clock.now(), speed: clock.speed() },
      keys: { empty: pair('empty'), expired: pair('expired'), readOnly: pair('readOnly') },
    },
    close: async () => {
      clearInterval(ticking)
      await Promise.all([endpoint.close(), control.close(), network.close()])
      await opened.close()
    },
  }
}

async function listen(server: Server, port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function chance(seed: number): () => number {
  let state = (seed ^ 0x5bd1e995) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}
