import type { NetworkSource, Site, SiteInstance, ZoneRecord } from '../../../electron/practice/seam.ts'

/** A small account that behaves: blue and green of `shop`, a custom domain, a clock whose speed and instant a test sets. */
export interface FakeAccount {
  readonly source: NetworkSource
  /** Requests answered so far, by environment id, then by status code. */
  readonly served: Map<string, Map<number, number>>
  sites: Site[]
  records: ZoneRecord[]
  visited: { name: string; requestsPerSecond: number }[]
  setSpeed(speed: number): void
  jump(seconds: number): void
  /** Exchanges the two CNAMEs' records, as SwapEnvironmentCNAMEs does. */
  swap(): void
  requests(environmentId: string): number
}

export const ZONE = 'eu-central-1.elasticbeanstalk.com'
export const PRODUCTION = `shop.${ZONE}`
const TEST_NAME = `shop-green.${ZONE}`
export const BLUE = 'e-blueblue01'
export const GREEN = 'e-greengreen'
export const BLUE_ADDRESSES: readonly string[] = ['192.0.2.10', '192.0.2.11']
export const GREEN_ADDRESSES: readonly string[] = ['198.51.100.20', '198.51.100.21']

export function fakeAccount(speed = 0): FakeAccount {
  let currentSpeed = speed
  let base = Date.parse('2026-03-01T12:00:00Z')
  let since = performance.now()
  const now = () => base + (performance.now() - since) * currentSpeed
  const rebase = (instant: number) => {
    base = instant
    since = performance.now()
  }
  const account: FakeAccount = {
    served: new Map(),
    sites: [
      site(BLUE, 'shop-production', BLUE_ADDRESSES, [instance('i-blue1', '1.4.1'), instance('i-blue2', '1.4.1')]),
      site(GREEN, 'shop-next', GREEN_ADDRESSES, [instance('i-green1', '1.4.2')]),
    ],
    records: [
      { name: PRODUCTION, type: 'A', ttlSeconds: 60, addresses: BLUE_ADDRESSES },
      { name: TEST_NAME, type: 'A', ttlSeconds: 60, addresses: GREEN_ADDRESSES },
      { name: 'www.shop.example', type: 'CNAME', ttlSeconds: 300, target: PRODUCTION },
    ],
    visited: [],
    setSpeed: (next) => {
      rebase(now())
      currentSpeed = next
    },
    jump: (seconds) => rebase(now() + seconds * 1000),
    swap: () => {
      account.records = account.records.map((record) =>
        record.type === 'CNAME' ? record : { ...record, name: record.name === PRODUCTION ? TEST_NAME : PRODUCTION },
      )
    },
    requests: (id) => [...(account.served.get(id)?.values() ?? [])].reduce((sum, count) => sum + count, 0),
    source: {
      clock: { now, speed: () => currentSpeed },
      sites: () => account.sites,
      records: () => account.records,
      zones: () => [
        { apex: ZONE, minimumSeconds: 60 },
        { apex: 'shop.example', minimumSeconds: 300 },
      ],
      visited: () => account.visited,
      served: (id, { statusCode, count }) => {
        const counts = account.served.get(id) ?? new Map<number, number>()
        account.served.set(id, counts.set(statusCode, (counts.get(statusCode) ?? 0) + count))
      },
    },
  }
  return account
}

export function instance(
  instanceId: string,
  versionLabel: string,
  change: Partial<SiteInstance['behaviour']> & { readonly answers?: boolean } = {},
): SiteInstance {
  const { answers = true, ...behaviour } = change
  const usual = { statusCode: 200, latencyMilliseconds: 20, errorRate: 0, startMilliseconds: 0 }
  return {
    instanceId,
    versionLabel,
    answers,
    behaviour: { ...usual, versionHeader: 'x-app-version', ...behaviour },
  }
}

export function site(
  environmentId: string,
  environmentName: string,
  addresses: readonly string[],
  instances: readonly SiteInstance[],
): Site {
  return { environmentId, environmentName, addresses, instances }
}

/** A random source with a seed: a test that fails fails again. */
export function seededRandom(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
