import { type Account, advanceTo, createAccount } from '../model/account.ts'
import { watchHealth } from '../model/health.ts'
import { publicNames, publicZones } from '../model/public-names.ts'
import { createPracticeAccount } from '../model/seed.ts'
import { recordTraffic } from '../model/traffic.ts'
import type { NetworkSource, Site } from '../seam.ts'
import type { AdjustableClock } from './clock.ts'
import { createFaults, type Faults } from './faults.ts'
import { createPrincipals, PRACTICE_ACCOUNT_ID, type Principal, type PrincipalName } from './principals.ts'

/** Everything the servers share: the accounts of every region, who may use them, their clock, faults and counts. */
export interface Cloud {
  readonly region: string
  readonly clock: AdjustableClock
  readonly principals: Readonly<Record<PrincipalName, Principal>>
  readonly faults: Faults
  /** Calls answered so far, by `service:Operation`. */
  readonly calls: Map<string, number>
  /** The account of the region, brought up to the present instant. */
  account(accountId: string, region: string): Account
  /** The account an operator practises with, brought up to the present instant. */
  readonly practice: Account
  /** Brings every account up to the clock. */
  advance(): void
  readonly network: NetworkSource
}

// Metrics look back half a real second at least: at high speed ten account seconds hold hardly a request.
const METRICS_REAL_MILLISECONDS = 500

/** The practice cloud: the account of `region` has what an operator practises with, every other one is empty. */
export function createCloud(options: {
  readonly clock: AdjustableClock
  readonly region: string
  readonly seed: number
}): Cloud {
  const { clock, region, seed } = options
  const accounts = new Map<string, Account>()
  const practice = createPracticeAccount({ accountId: PRACTICE_ACCOUNT_ID, region, seed, now: clock.now() })
  accounts.set(`${PRACTICE_ACCOUNT_ID}/${region}`, practice)

  const advanced = (account: Account): Account => {
    account.metricsWindowMilliseconds = Math.max(10_000, clock.speed() * METRICS_REAL_MILLISECONDS)
    advanceTo(account, clock.now())
    return account
  }
  const account = (accountId: string, wantedRegion: string): Account => {
    const key = `${accountId}/${wantedRegion}`
    let found = accounts.get(key)
    if (found === undefined) {
      found = createAccount({ accountId, region: wantedRegion, seed: seed + accounts.size, now: clock.now() })
      // Accounts do not share addresses.
      found.nextAddress = accounts.size * 1000
      accounts.set(key, found)
    }
    return advanced(found)
  }
  const advance = (): void => {
    for (const known of accounts.values()) advanced(known)
  }
  return {
    region,
    clock,
    principals: createPrincipals(seed),
    faults: createFaults(),
    calls: new Map(),
    account,
    get practice() {
      return advanced(practice)
    },
    advance,
    network: networkSource(clock, () => {
      advance()
      return [...accounts.values()]
    }),
  }
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
        instances: instances.map((instance) => ({
          instanceId: instance.id,
          versionLabel: instance.versionLabel,
          behaviour: instance.behaviour,
          answers: account.now >= instance.answers,
        })),
      },
    ]
  })
}
