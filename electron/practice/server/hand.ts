import type { Account, FaultLimit, ModelFaults } from '../model/account.ts'
import { findEnvironment, updateEnvironment } from '../model/environments.ts'
import { watchHealth } from '../model/health.ts'
import { startManagedUpdate } from '../model/managed-actions.ts'
import { fullName } from '../model/names.ts'
import {
  addExtensionDatabase,
  coupleDatabase,
  deleteCoupledDatabase,
  forgetGroup,
  operateToo,
  referToGroup,
  scale,
} from '../model/other-hands.ts'
import type { DeletionPolicy, EnvironmentRecord, HealthStatus } from '../model/records.ts'
import { swapCnames } from '../model/swap.ts'
import { terminateEnvironment } from '../model/terminate.ts'

/** The members of a JSON object that someone sent. */
export type Members = Readonly<Record<string, unknown>>

/**
 * What another hand does in the account: named by `action`, to `environment` (name or id). Like a change by a call, it
 * is done again when the account is opened again.
 */
export function applyHand(account: Account, said: Members): unknown {
  const action = text(said, 'action')
  if (action === 'claim-cname') {
    account.foreignNames.add(fullName(account, text(said, 'prefix')))
    return { claimed: fullName(account, text(said, 'prefix')) }
  }
  const environment = environmentNamed(account, text(said, 'environment'))
  const requestId = account.random.uuid()
  switch (action) {
    case 'terminate':
      terminateEnvironment(account, environment, requestId)
      break
    case 'swap':
      swapCnames(account, environment, environmentNamed(account, text(said, 'with')), requestId)
      break
    case 'deploy':
      updateEnvironment(
        account,
        environment,
        { versionLabel: text(said, 'versionLabel'), set: [], remove: [] },
        requestId,
      )
      break
    case 'set-option': {
      const change = {
        namespace: text(said, 'namespace'),
        optionName: text(said, 'optionName'),
        value: text(said, 'value'),
      }
      updateEnvironment(account, environment, { set: [change], remove: [] }, requestId)
      break
    }
    case 'health':
      environment.forcedHealth =
        said['status'] === undefined
          ? undefined
          : {
              status: text(said, 'status') as HealthStatus,
              cause: said['cause'] === undefined ? 'Someone made it so.' : text(said, 'cause'),
            }
      watchHealth(account, environment)
      break
    case 'managed-update':
      startManagedUpdate(account, environment, requestId)
      break
    case 'other-operator':
      operateToo(account, environment, requestId)
      break
    case 'couple-database':
      coupleDatabase(account, environment, said['on'] === false ? undefined : policyOf(said))
      break
    case 'delete-database':
      deleteCoupledDatabase(account, environment)
      break
    case 'extension-database':
      addExtensionDatabase(account, environment)
      break
    case 'refer-to-group':
      if (said['on'] === false) forgetGroup(account, environment)
      else referToGroup(account, environment)
      break
    case 'scale':
      scale(account, environment, number(said, 'instances'))
      break
    case 'protect-database':
      for (const database of account.databases.values()) {
        if (database.tags.some(({ value }) => value === environment.id))
          database.deletionProtection = said['on'] !== false
      }
      break
    case 'remove-references':
      forgetGroup(account, environment)
      break
    default:
      throw new Error(`There is no drift named '${action}'.`)
  }
  return { requestId, ...describe(environment) }
}

/** Switches a fault of the account on, for so many strikes, or off. */
export function applyFault(
  account: Account,
  { fault, count, limit }: { readonly fault: keyof ModelFaults; readonly count: number; readonly limit?: FaultLimit },
): void {
  account.faults[fault] = count
  if (count === 0 || limit === undefined) account.faultLimits.delete(fault)
  else account.faultLimits.set(fault, limit)
  // Some faults are about health itself.
  for (const environment of account.environments.values()) {
    if (environment.status !== 'Terminated') watchHealth(account, environment)
  }
}

function policyOf(said: Members): DeletionPolicy {
  const policy = said['policy'] ?? 'Delete'
  if (policy === 'Delete' || policy === 'Snapshot' || policy === 'Retain') return policy
  throw new Error("'policy' is Delete, Snapshot or Retain.")
}

function environmentNamed(account: Account, nameOrId: string): EnvironmentRecord {
  return findEnvironment(account, nameOrId.startsWith('e-') ? { id: nameOrId } : { name: nameOrId })
}

/** An environment in the words of the control endpoint. */
export function describe(environment: EnvironmentRecord): { readonly [member: string]: unknown } {
  const { id, name, applicationName, status, versionLabel, cname, front, instances } = environment
  return {
    id,
    name,
    applicationName,
    status,
    versionLabel,
    cname,
    endpoint: front?.endpoint,
    requests: instances.reduce((total, { traffic }) => total + traffic.total, 0),
  }
}

/** A member that must be a text with something in it. */
export function text(said: Members, name: string): string {
  const value = said[name]
  if (typeof value !== 'string' || value === '') throw new Error(`'${name}' is missing.`)
  return value
}

/** A member that must be a number. */
export function number(said: Members, name: string): number {
  const value = said[name]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`'${name}' is not a number.`)
  return value
}
