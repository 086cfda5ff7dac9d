import type { Account } from '../model/account.ts'
import type { Tag } from '../model/records.ts'
import type { Cloud } from './cloud.ts'
import type { Structure } from './document.ts'
import type { Parameters } from './parameters.ts'
import type { Principal } from './principals.ts'
import type { ObjectStore } from './s3/object-store.ts'
import type { Facts } from './state/entry.ts'

/** One call of an operation, as its handler sees it. */
export interface Call {
  readonly cloud: Cloud
  readonly account: Account
  readonly principal: Principal
  readonly parameters: Parameters
  readonly requestId: string
  readonly objects: ObjectStore
  /** Where the caller reaches this account. */
  readonly endpoint: string
  /** The answer goes out as AWS JSON; absent: it does not. */
  readonly isJson?: boolean
}

/** Answers the content of the result element; undefined: the operation has no result, only metadata. */
export type Operation = (call: Call) => Structure | undefined | Promise<Structure | undefined>

/**
 * An operation that changes the account. The call is kept before it is carried out, and carried out again when the
 * account is opened again: it must follow from the account, the call and the facts alone. No waiting, no files, no clock
 * but `account.now`, no chance but `account.random`. `gather` finds the facts first; what it throws changes nothing.
 */
export interface Change {
  gather?(call: Call): Promise<Facts>
  apply(call: Call, facts: Facts): Structure | undefined
}

/** A service of the Query protocol: operations that only read, and those that change the account. */
export interface QueryService {
  readonly namespace: string
  readonly operations: Readonly<Record<string, Operation>>
  readonly changes?: Readonly<Record<string, Change>>
  /** The resource that an action is denied on. */
  resource(call: Call, action: string): string
  /** The tags of that resource, and those that the call asks for; absent: the service's calls are not told apart by tags. */
  tags?(call: Call, action: string): { readonly resource: readonly Tag[]; readonly request: readonly Tag[] }
}

/** How much of a list has to be there for `page` to tell whether there is more. */
export function pageReach(size: number, token: string | undefined): number {
  return pageStart(token) + size + 1
}

function pageStart(token: string | undefined): number {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  return Number.isInteger(start) && start >= 0 ? start : 0
}

/** The part of a list that a page holds, and where the next one starts; tokens are numbers in disguise. */
export function page<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const from = pageStart(token)
  const end = from + size
  return {
    items: all.slice(from, end),
    nextToken: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  }
}
