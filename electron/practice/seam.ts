/**
 * Where the account's model meets its network: the model says what exists, the network lets
 * resolvers, browsers and users meet it, and tells the model what they did.
 */

/** The account's clock. Instants are milliseconds since the epoch in the account's own time. */
export interface AccountClock {
  now(): number
  /** Account milliseconds per real millisecond; 0 while the clock is paused. */
  speed(): number
}

/** How an instance answers HTTP; read from the bundle's `practice.json`, with these defaults without one. */
interface Behaviour {
  readonly statusCode: number
  /** Account milliseconds an answer takes. */
  readonly latencyMilliseconds: number
  /** 0 to 1: the share of requests answered with 500. */
  readonly errorRate: number
  /** HTML page; absent: a page that names the version. */
  readonly body?: string
  /** Name of the header that carries the version label; absent: none is sent. */
  readonly versionHeader?: string
  /** Account milliseconds from a deployment until the instance answers. */
  readonly startMilliseconds: number
}

export interface SiteInstance {
  readonly instanceId: string
  readonly versionLabel: string
  readonly behaviour: Behaviour
  /** False while it starts: the load balancer answers 502/503 for it. */
  readonly answers: boolean
  /** Its share of the requests against that of an instance without one; absent: 1. */
  readonly weight?: number
}

/** A port at which a site listens; with names, it speaks TLS under a certificate for them. */
export interface SiteListener {
  readonly port: number
  readonly certificateNames?: readonly string[]
}

/** One environment as the network sees it. */
export interface Site {
  readonly environmentId: string
  readonly environmentName: string
  /** Documentation addresses (TEST-NET) of its load balancer, or its single instance's elastic IP. */
  readonly addresses: readonly string[]
  /** The names under which a load balancer that is shared sends requests here; absent: it is this one's own. */
  readonly hosts?: readonly string[]
  /** Absent: HTTP on port 80. */
  readonly listeners?: readonly SiteListener[]
  /** Empty: the load balancer answers 503. */
  readonly instances: readonly SiteInstance[]
}

export type ZoneRecord =
  | { readonly name: string; readonly type: 'A'; readonly ttlSeconds: number; readonly addresses: readonly string[] }
  | { readonly name: string; readonly type: 'CNAME'; readonly ttlSeconds: number; readonly target: string }

/** What the model offers to the network. Every answer is as of the account clock's `now()`. */
export interface NetworkSource {
  readonly clock: AccountClock
  /** Every environment whose addresses exist now, terminated ones excluded. */
  sites(): readonly Site[]
  /** Every record of every zone the account's name server is authoritative for. */
  records(): readonly ZoneRecord[]
  /** Zone apexes with their SOA minimum (seconds a resolver may cache an NXDOMAIN). */
  zones(): readonly { readonly apex: string; readonly minimumSeconds: number }[]
  /** Names users visit: each environment's production name or custom domain that has users. */
  visited(): readonly { readonly name: string; readonly requestsPerSecond: number }[]
  /** `count` requests of users or of the operator were answered by an environment. */
  served(
    environmentId: string,
    request: {
      readonly instanceId?: string
      readonly statusCode: number
      readonly latencyMilliseconds: number
      readonly count: number
    },
  ): void
}

/** What the name server itself is called, among the resolvers. */
export const AUTHORITATIVE = 'authoritative'

export type ResolverPolicy = 'faithful' | 'overruns-ttl' | 'stuck' | 'servfail' | 'silent' | 'negative-caching'

/** What the running network tells the rest: where its servers listen, all on loopback. */
export interface Network {
  /** `host:port` of the authoritative name server (UDP and TCP on the same port). */
  readonly authoritative: string
  readonly resolvers: readonly { readonly name: string; readonly address: string; readonly policy: ResolverPolicy }[]
  /** PEM of the account's own certificate authority, made anew with each start: whom its HTTPS listeners are signed by. */
  readonly ca: string
  /** `<documentation address>:<port>` to `127.0.0.1:<port>`, for every site there is now. */
  dial(): Readonly<Record<string, string>>
  /** Looks at the source's sites now; ends when `dial()` has them all. Done by itself ten times a second. */
  refresh(): Promise<void>
  /** Changes how a resolver behaves, at once. The name `authoritative` means the name server: it knows `silent`, `servfail` and `faithful`. */
  setPolicy(name: string, policy: ResolverPolicy): void
  /** While on, users who keep connections stay with the address they have, however old it is. */
  keepConnections(on: boolean): void
  close(): Promise<void>
}
