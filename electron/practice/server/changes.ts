import type { Account } from '../model/account.ts'
import { livingEnvironments } from '../model/environments.ts'
import { ambush } from '../model/other-hands.ts'
import type { EnvironmentRecord } from '../model/records.ts'
import type { Cloud } from './cloud.ts'
import type { Structure } from './document.ts'
import { readParameters } from './parameters.ts'
import type { Principal } from './principals.ts'
import type { Call } from './query-service.ts'
import { readChangeBatch } from './route53/change-batch.ts'
import { changeZone } from './route53/route53.ts'
import type { ObjectStore } from './s3/object-store.ts'
import { SERVICES } from './services.ts'
import type { CallEntry, Facts } from './state/entry.ts'

/** A call that is about to change the account. */
interface ChangingCall {
  readonly principal: Principal
  readonly region: string
  readonly service: string
  readonly action: string
  /** As they were sent: names with their dots, and values. */
  readonly pairs: CallEntry['parameters']
  readonly facts: Facts
}

/**
 * Keeps a call and carries it out, all in one go, so that the account changes in the order in which the changes are
 * kept. `onRequestId` learns the id that the call's events carry, also where the change is then refused.
 */
export function makeChange(
  cloud: Cloud,
  objects: ObjectStore,
  call: ChangingCall,
  onRequestId: (requestId: string) => void,
): Structure | undefined {
  const { principal, region, service, action, pairs, facts } = call
  // First up to the present: what is due by now happens before the call.
  cloud.account(principal.accountId, region)
  const account = cloud.changing(principal.accountId, region, cloud.clock.now())
  const entry: CallEntry = {
    kind: 'call',
    at: account.now,
    accountId: principal.accountId,
    region,
    by: principal.arn,
    service,
    action,
    parameters: pairs.filter(([name]) => !name.startsWith('X-Amz-')),
    facts,
    chance: account.random.state(),
  }
  cloud.keeper.keep(entry)
  return applyCall(cloud, objects, account, entry, onRequestId)
}

/** Carries a kept call out: now, and again whenever the account is opened again. */
export function applyCall(
  cloud: Cloud,
  objects: ObjectStore,
  account: Account,
  entry: CallEntry,
  onRequestId: (requestId: string) => void = () => {},
): Structure | undefined {
  const requestId = account.random.uuid()
  onRequestId(requestId)
  const known = Object.values(cloud.principals).find(({ arn }) => arn === entry.by)
  const principal = known ?? { ...cloud.principals.operator, arn: entry.by, accountId: entry.accountId }
  const parameters = readParameters(entry.parameters)
  const change = SERVICES[entry.service]?.changes?.[entry.action]
  // No change may depend on where the account is reached, which is another address each time it is opened.
  const call: Call = { cloud, account, principal, parameters, requestId, objects, endpoint: '' }
  account.acting = `${entry.service}:${entry.action}`
  try {
    if (entry.service === 'elasticbeanstalk') ambush(account, environmentsIn(account, entry.parameters))
    return entry.service === 'route53'
      ? changeZone(account, parameters.required('HostedZoneId'), readChangeBatch(parameters.required('ChangeBatch')))
      : change?.apply(call, entry.facts)
  } finally {
    account.acting = undefined
  }
}

/** The living environments that a call names. */
function environmentsIn(account: Account, parameters: CallEntry['parameters']): readonly EnvironmentRecord[] {
  const named = parameters.flatMap(([name, value]) => (/Environment(?:Id|Name)$/.test(name) ? [value] : []))
  if (named.length === 0) return []
  return livingEnvironments(account).filter(({ id, name }) => named.includes(id) || named.includes(name))
}
