import type { FaultLimit, HealthChange, ModelFaults } from '../../model/account.ts'
import type { Instant } from '../../model/records.ts'
import type { InspectedBundle } from '../bundle.ts'
import type { ObjectChange } from '../s3/object-store.ts'

/** What a change needs to know that is not in the model, such as what a bundle says; kept with the call, so plain JSON. */
export interface Facts {
  readonly bundle?: InspectedBundle
}

/** One thing that made the account what it is, in the order in which they happened. Instants are the account's. */
export type Entry =
  | CallEntry
  | HandEntry
  | {
      readonly kind: 'fault'
      readonly at: Instant
      readonly fault: keyof ModelFaults
      readonly count: number
      readonly limit?: FaultLimit
    }
  | {
      readonly kind: 'health'
      readonly at: Instant
      readonly accountId: string
      readonly region: string
      readonly change: HealthChange
    }
  | { readonly kind: 'objects'; readonly change: ObjectChange }
  /** A user was added, or given other policies. */
  | { readonly kind: 'user'; readonly name: string; readonly policies: readonly unknown[] }
  /** The account is complete as it is handed over: what stands before this was done by us. */
  | { readonly kind: 'ready' }

/** A call that changes the account, whether it was then refused or not. */
export interface CallEntry {
  readonly kind: 'call'
  readonly at: Instant
  readonly accountId: string
  readonly region: string
  /** ARN of whoever called. */
  readonly by: string
  readonly service: string
  readonly action: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly facts: Facts
  /** How far the account's chance had come: another number now means that this is another account's log. */
  readonly chance: number
}

/** What someone else did, by the control endpoint. */
interface HandEntry {
  readonly kind: 'hand'
  readonly at: Instant
  readonly said: Readonly<Record<string, unknown>>
  readonly chance: number
}

/** Where the account's changes are kept before they are made. */
export interface Keeper {
  /** Keeps a change against a crash of the machine; where it throws, the change must not be made. */
  keep(entry: Entry): void
  /** Keeps what was seen to happen against an end of this process. */
  note(entry: Entry): void
  /** The account has been shown as of this instant: its clock never goes back behind it. */
  reached(now: Instant): void
}

/** Keeps nothing: the account ends with its process. */
export const FORGETFUL: Keeper = { keep: () => {}, note: () => {}, reached: () => {} }

const KINDS: ReadonlySet<unknown> = new Set<Entry['kind']>([
  'call',
  'hand',
  'fault',
  'health',
  'objects',
  'user',
  'ready',
])

/** Reads one line of the log; throws when it is none of ours. */
export function parseEntry(line: string): Entry {
  const said: unknown = JSON.parse(line)
  if (typeof said !== 'object' || said === null || !('kind' in said) || !KINDS.has(said.kind)) {
    throw new Error('It holds a line of another kind.')
  }
  // Written by this program alone, in a folder of its own; what was tampered with does not repeat and is given up then.
  return said as Entry
}
