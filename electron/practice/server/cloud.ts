import { createHash } from 'node:crypto'
import { type Account, advanceTo, createAccount, repeatTo } from '../model/account.ts'
import type { CrowdSize } from '../model/crowd.ts'
import { watchEveryHealth, watchHealth } from '../model/health.ts'
import { listenersOf } from '../model/listeners.ts'
import { publicNames, publicZones } from '../model/public-names.ts'
import { createRandom, type Random } from '../model/random.ts'
import type { EnvironmentRecord, Instant, Settings } from '../model/records.ts'
import { countRequest } from '../model/request-counts.ts'
import { createPracticeAccount } from '../model/seed.ts'
import { hostsOf } from '../model/shared-load-balancers.ts'
import { recordTraffic } from '../model/traffic.ts'
import type { NetworkSource, Site, SiteListener } from '../seam.ts'
import type { AdjustableClock } from './clock.ts'
import { createFaults, type Faults } from './faults/call-faults.ts'
import { createIdentities, type Identities } from './iam/identities.ts'
import { PRACTICE_ACCOUNT_ID, type Principal, type PrincipalName } from './principals.ts'
import { FORGETFUL, type Keeper } from './state/entry.ts'

/** Everything the servers share: the accounts of every region, who may use them, their clock, faults and counts. */
export interface Cloud {
  readonly region: string
  readonly seed: number
  readonly clock: AdjustableClock
  readonly principals: Readonly<Record<PrincipalName, Principal>>
  /** Everyone who may sign, sessions of roles included. */
  readonly identities: Identities
  readonly faults: Faults
  /** Chance for what does not belong to an account's own course: ids of reads, faults that strike now and then. */
  readonly chance: Random
  readonly keeper: Keeper
  /** Calls answered so far, by `service:Operation`. */
  readonly calls: Map<string, number>
  /** The account of the region, brought up to the present instant. */
  account(accountId: string, region: string): Account
  /** The account of the region as it stands, about to be changed at `at`. */
  changing(accountId: string, region: string, at: Instant): Account
  /** The account an operator practises with, brought up to the present instant. */
  readonly practice: Account
  /** Brings every account up to the clock. */
  advance(): void
  /** Brings accounts that were repeated up to the clock: from here on their health is looked at again. */
  goOn(): void
  readonly network: NetworkSource
}

// Metrics look back half a real second at least: at high speed ten account seconds hold hardly a request.
const METRICS_REAL_MILLISECONDS = 500

/** The practice cloud: the account of `region` has what an operator practises with, every other one is empty. */
export function createCloud(options: {
  readonly clock: AdjustableClock
  readonly region: string
  readonly seed: number
  /** The instant of the hand-over; absent: now. */
  readonly start?: Instant
  /** What is in the account of `region` beside what an operator practises with. */
  readonly crowd?: CrowdSize | undefined
  readonly keeper?: Keeper
}): Cloud {
  const { clock, region, seed, keeper = FORGETFUL } = options
  const identities = createIdentities(seed)
  const accounts = new Map<string, Account>()
  const changed = new Set<string>()
  const add = (key: string, account: Account): Account => {
    account.healthChanged = (change) =>
      keeper.note({ kind: 'health', at: account.now, accountId: account.accountId, region: account.region, change })
    accounts.set(key, account)
    return account
  }
  const home = `${PRACTICE_ACCOUNT_ID}/${region}`
  const practice = add(
    home,
    createPracticeAccount({
      accountId: PRACTICE_ACCOUNT_ID,
      region,
      seed,
      now: options.start ?? clock.now(),
      crowd: options.crowd,
    }),
  )
  const find = (accountId: string, wantedRegion: string, now: Instant): Account => {
    const key = `${accountId}/${wantedRegion}`
    return (
      accounts.get(key) ??
      // Its seed follows from its name: in which order accounts are looked at changes nothing.
      add(key, createAccount({ accountId, region: wantedRegion, seed: seedOf(seed, key), now }))
    )
  }

  const advanced = (account: Account, now: Instant): Account => {
    account.metricsWindowMilliseconds = Math.max(10_000, clock.speed() * METRICS_REAL_MILLISECONDS)
    advanceTo(account, now)
    keeper.reached(now)
    return account
  }
  const advance = (): void => {
    const now = clock.now()
    for (const known of accounts.values()) advanced(known, now)
  }
  return {
    region,
    seed,
    clock,
    keeper,
    chance: createRandom(seedOf(seed, 'chance')),
    identities,
    principals: identities.users,
    faults: createFaults(),
    calls: new Map(),
    account: (accountId, wantedRegion) => {
      const now = clock.now()
      return advanced(find(accountId, wantedRegion, now), now)
    },
    changing: (accountId, wantedRegion, at) => {
      const key = `${accountId}/${wantedRegion}`
      const account = find(accountId, wantedRegion, at)
      // Accounts do not share addresses.
      if (key !== home && !changed.has(key)) account.nextAddress = changed.add(key).size * 1000
      return account
    },
    get practice() {
      return advanced(practice, clock.now())
    },
    advance,
    goOn: () => {
      for (const known of accounts.values()) {
        repeatTo(known, clock.now())
        watchEveryHealth(known)
      }
    },
    network: networkSource(clock, () => {
      advance()
      return [...accounts.values()]
    }),
  }
}

function seedOf(seed: number, name: string): number {
  return createHash('sha256').update(`${seed} ${name}`).digest().readUInt32BE()
}

function networkSource(clock: AdjustableClock, accounts: () => readonly Account[]): NetworkSource {
  return {
    clock,
    sites: () => accounts().flatMap(sitesOf),
    records: () => accounts().flatMap(publicNames),
    zones: () => [...new Set(accounts().flatMap(publicZones))].map((apex) => ({ apex, minimumSeconds: 60 })),
    visited: () => accounts().flatMap(({ visitors }) => visitors),
    served: (environmentId, request) => {
      for (const account of accounts()) {
        const environment = account.environments.get(environmentId)
        if (environment !== undefined) countRequest(account, environment, request)
        const instance = environment?.instances.find(({ id }) => id === request.instanceId) ?? environment?.instances[0]
        if (environment === undefined || instance === undefined) continue
        recordTraffic(instance.traffic, account.now, request)
        watchHealth(account, environment)
      }
    },
  }
}

function sitesOf(account: Account): readonly Site[] {
  return [...account.environments.values()].flatMap((environment) => {
    const { front, id, name, instances } = environment
    if (front === undefined) return []
    return [
      {
        environmentId: id,
        environmentName: name,
        addresses: front.addresses,
        ...(account.sharedLoadBalancers.has(front.name) ? { hosts: hostsOf(environment) } : {}),
        listeners: siteListeners(account, environment),
        instances: instances.map((instance) => ({
          instanceId: instance.id,
          versionLabel: instance.versionLabel,
          behaviour: instance.behaviour,
          answers: account.now >= instance.answers,
          ...(instance.weight === undefined ? {} : { weight: instance.weight }),
        })),
      },
    ]
  })
}

// Asked for with every request that an environment answers; settings that change are other settings.
const siteListenersOf = new WeakMap<Settings, readonly SiteListener[]>()

/** A single instance listens on port 80. A listener whose certificate the account does not have does not come up. */
function siteListeners(account: Account, environment: EnvironmentRecord): readonly SiteListener[] {
  if (environment.front?.kind !== 'load balancer') return [{ port: 80 }]
  const known = siteListenersOf.get(environment.settings)
  if (known !== undefined) return known
  const found = listenersOf(environment).flatMap(({ port, certificateArns, protocol }): readonly SiteListener[] => {
    if (protocol === 'HTTP' || protocol === 'TCP') return [{ port }]
    const names = account.certificates.get(certificateArns[0] ?? '')?.names
    return names === undefined ? [] : [{ port, certificateNames: names }]
  })
  siteListenersOf.set(environment.settings, found)
  return found
}
