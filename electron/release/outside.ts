import type { Instant } from '../contract/models.ts'

/** Where one name of a hosted zone leads. Names in lower case, without the dot at their end. */
export interface DomainRecord {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'CNAME'
  readonly isAlias: boolean
  /** Names or addresses; one for an alias. */
  readonly targets: readonly string[]
}

/** The account's own DNS zones, in Route 53. */
export interface DomainRecords {
  /** Every address record, CNAME and alias; kept for a minute. `complete`: false where there are more than are read. */
  all(): Promise<{ readonly records: readonly DomainRecord[]; readonly complete: boolean }>
}

/** What a load balancer has counted, in CloudWatch. */
export interface RequestCounts {
  /**
   * The requests of each whole minute since an instant, oldest first; minutes without any are left out, as CloudWatch
   * does. The load balancer is named as in its stack: an ARN, or the name of a classic one.
   */
  perMinute(loadBalancer: string, since: Instant): Promise<readonly MinuteOfRequests[]>
}

export interface MinuteOfRequests {
  /** When the minute begins. */
  readonly at: Instant
  readonly requests: number
}

/** What a TLS handshake showed. */
export type TlsAnswer =
  | {
      readonly kind: 'certificate'
      /** Whether it is valid for the name, not run out, and from an authority that is trusted here. */
      readonly isValid: boolean
      /** Why it is not; empty where it is. */
      readonly fault: string
      readonly names: readonly string[]
      readonly validUntil: Instant | null
    }
  /** Nothing listens there, or what does speaks no TLS. */
  | { readonly kind: 'none'; readonly detail: string }
  /** It could not be found out. */
  | { readonly kind: 'failure'; readonly detail: string }
