import type { Instant, Tag } from './records.ts'

/** A hosted zone of Amazon Route 53. */
export interface HostedZone {
  readonly id: string
  /** Without the trailing dot. */
  readonly name: string
  readonly comment: string
  readonly created: Instant
  /** Without SOA and NS records, which every zone has. */
  records: readonly HostedRecord[]
  /** What the name servers still answer while a change spreads; undefined: what `records` say. */
  served: readonly HostedRecord[] | undefined
}

/** A change of a zone's records, on its way to the name servers until it is in sync. */
export interface ZoneChange {
  readonly id: string
  readonly submitted: Instant
  readonly inSync: Instant
}

/** A record set someone put into a zone. Names are without the trailing dot. */
export type HostedRecord =
  | {
      readonly name: string
      readonly type: 'A' | 'CNAME'
      readonly ttlSeconds: number
      readonly values: readonly string[]
    }
  | {
      readonly name: string
      readonly type: 'A'
      /** What the alias stands for: its addresses are answered, whatever they are at that moment. */
      readonly alias: { readonly hostedZoneId: string; readonly target: string; readonly evaluateTargetHealth: boolean }
    }

/** An application load balancer that belongs to no environment. */
export interface SharedLoadBalancer {
  readonly arn: string
  readonly name: string
  readonly endpoint: string
  readonly addresses: readonly string[]
  readonly created: Instant
  readonly securityGroupId: string
}

/** What a load balancer answered in one minute. */
export interface MinuteCount {
  readonly start: Instant
  /** Answers of instances by the first digit of their status code, from 2 to 5. */
  readonly target: [number, number, number, number]
  /** Answers of the load balancer's own: no instance could. */
  loadBalancer5xx: number
  /** Account milliseconds, of all answers of instances. */
  latencySum: number
  latencyLeast: number
  latencyMost: number
  /** Some of the latencies, for percentiles. */
  readonly latencies: number[]
}

/** A certificate that the account can put on a listener. */
export interface CertificateRecord {
  readonly arn: string
  /** The first one is its subject; `*.` stands for one label. */
  readonly names: readonly string[]
  readonly created: Instant
}

export interface IngressRule {
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly ranges: readonly string[]
  readonly groupIds: readonly string[]
  readonly description?: string
}

export interface SecurityGroupRecord {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly Tag[]
  ingress: readonly IngressRule[]
}
