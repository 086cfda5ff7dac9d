/** As the models' own, which are made of this: milliseconds since the epoch, on the account's clock. */
type Instant = number

/**
 * What was asked at the production URL and its domains from before the swap to the end of the release, and what both environments
 * carried meanwhile: for the pictures. No gate is judged by it.
 */
export interface Timeline {
  readonly lines: readonly ProbeLine[]
  /** Mean requests per second of both environments in each slice of time; null where one does not report them. */
  readonly traffic: readonly {
    readonly from: Instant
    readonly until: Instant
    readonly blue: number | null
    readonly green: number | null
  }[]
}

/** One way of asking, kept up through the release. */
export interface ProbeLine {
  /** Unique in the timeline. */
  readonly id: string
  /** `fresh`: a new question to DNS and a new connection each time; `kept`: one connection as long as it lasts; `domain`: as fresh, at a domain that people type. */
  readonly kind: 'fresh' | 'kept' | 'domain'
  readonly host: string
  /** The first answer of the side that was swapped to, since the swap; null before it. */
  readonly firstNew: Instant | null
  /** The last answer of the side that was left, since the swap; null where there was none. */
  readonly lastOld: Instant | null
  /** Oldest first; they do not overlap, and a gap is time in which nothing was asked. */
  readonly slices: readonly ProbeSlice[]
}

/** What was answered in one slice of time. */
export interface ProbeSlice {
  readonly from: Instant
  readonly until: Instant
  /** Number of answers of each kind; `error` is no answer, or one of a server that names nobody. */
  readonly blue: number
  readonly green: number
  readonly other: number
  readonly error: number
  /** Real milliseconds of those that were answered; null where none was. */
  readonly milliseconds: { readonly median: number; readonly most: number } | null
  /** What went wrong last, in the words of the probe; absent where nothing did. */
  readonly said?: string
}

/** One exchange of the URLs. */
export interface Swap {
  readonly at: Instant
  readonly isBack: boolean
}

/** How the traffic of the environment that was left goes since the swap; it explains, and opens no gate. */
export interface DrainView {
  readonly trend: 'falling' | 'steady' | 'rising' | 'idle'
  /** Since when it goes like this. */
  readonly since: Instant
  /** Now: the middle of the last readings. */
  readonly requestsPerSecond: number
  /** Requests per second that count as nobody. */
  readonly floor: number
  /** While it falls: when it is down to that, at the earliest; null where nobody can say. */
  readonly idleAt: Instant | null
  readonly words: string
  /** What the operator can do about it; null where that is nothing. */
  readonly advice: string | null
}
