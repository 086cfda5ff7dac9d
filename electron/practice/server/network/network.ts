import { AUTHORITATIVE, type Network, type NetworkSource, type ResolverPolicy } from '../../seam.ts'
import { startAuthoritative } from './authoritative.ts'
import { createCertificateAuthority } from './certificate-authority.ts'
import { startResolver } from './resolvers.ts'
import { startSites } from './sites.ts'
import { startUsers } from './users.ts'
import { NAME_SERVER_ADDRESS } from './zones.ts'

export interface NetworkOptions {
  /** Absent: four that a careful operator can prove, one of which overruns the TTL. */
  readonly resolvers?: readonly { readonly name: string; readonly policy: ResolverPolicy }[]
  /** 0 to 1, seeded by the account. */
  readonly random: () => number
  /** False: nobody visits. */
  readonly users?: boolean
  /** Account seconds a user stays on a kept connection at most; with the TTL of 60 s, stragglers leave 120 s after a swap. */
  readonly keepAliveSeconds?: number
}

const DEFAULT_RESOLVERS: NonNullable<NetworkOptions['resolvers']> = [
  { name: 'office', policy: 'faithful' },
  { name: 'public-a', policy: 'faithful' },
  { name: 'public-b', policy: 'negative-caching' },
  { name: 'provider', policy: 'overruns-ttl' },
]
const DEFAULT_KEEP_ALIVE_SECONDS = 60

/** Starts the account's network on loopback: name server, resolvers, environments and their users. */
export async function startNetwork(source: NetworkSource, options: NetworkOptions): Promise<Network> {
  const { random } = options
  const authoritative = await startAuthoritative(source, random)
  const resolvers = await Promise.all(
    (options.resolvers ?? DEFAULT_RESOLVERS).map(({ name, policy }) =>
      startResolver({ name, policy, clock: source.clock, upstream: authoritative.lookup, random }),
    ),
  )
  const authority = createCertificateAuthority(source.clock.now())
  const sites = await startSites(source, random, authority)
  const keepAliveSeconds = options.keepAliveSeconds ?? DEFAULT_KEEP_ALIVE_SECONDS
  const users = options.users === false ? undefined : startUsers({ source, resolvers, sites, random, keepAliveSeconds })
  const closeAll = async () => {
    users?.stop()
    await Promise.all([authoritative, sites, ...resolvers].map((part) => part.close()))
  }
  let closed: Promise<void> | undefined

  return {
    authoritative: authoritative.address,
    ca: authority.certificate,
    get resolvers() {
      return resolvers.map(({ name, address, policy }) => ({ name, address, policy: policy() }))
    },
    dial: () => ({ ...sites.dial(), [`${NAME_SERVER_ADDRESS}:53`]: authoritative.address }),
    refresh: () => sites.refresh(),
    setPolicy: (name, policy) => {
      const server = name === AUTHORITATIVE ? authoritative : resolvers.find((resolver) => resolver.name === name)
      if (server === undefined) throw new Error(`There is no resolver named ${name}.`)
      server.setPolicy(policy)
    },
    keepConnections: (on) => users?.keepConnections(on),
    close: () => {
      closed ??= closeAll()
      return closed
    },
  }
}
