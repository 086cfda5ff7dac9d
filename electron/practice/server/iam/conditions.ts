import { AwsError } from '../../model/aws-error.ts'
import type { Tag } from '../../model/records.ts'

/** What is known of a request, by the name of the condition key in lower case. */
export type Context = Readonly<Record<string, readonly string[]>>

/** One operator of a statement's Condition with the keys it asks about. */
export interface Condition {
  readonly operator: string
  /** `ForAllValues` and `ForAnyValue` compare sets. */
  readonly quantifier: 'any' | 'all'
  readonly ifExists: boolean
  /** Wanted values by key in lower case. */
  readonly wanted: ReadonlyMap<string, readonly string[]>
}

type Comparison = (wanted: string, found: string) => boolean

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: (wanted, found) => wanted === found,
  StringEqualsIgnoreCase: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  StringLike: matchesPattern,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  NumericEquals: (wanted, found) => Number(found) === Number(wanted),
  NumericLessThan: (wanted, found) => Number(found) < Number(wanted),
  NumericLessThanEquals: (wanted, found) => Number(found) <= Number(wanted),
  NumericGreaterThan: (wanted, found) => Number(found) > Number(wanted),
  NumericGreaterThanEquals: (wanted, found) => Number(found) >= Number(wanted),
  DateEquals: (wanted, found) => instantOf(found) === instantOf(wanted),
  DateLessThan: (wanted, found) => instantOf(found) < instantOf(wanted),
  DateLessThanEquals: (wanted, found) => instantOf(found) <= instantOf(wanted),
  DateGreaterThan: (wanted, found) => instantOf(found) > instantOf(wanted),
  DateGreaterThanEquals: (wanted, found) => instantOf(found) >= instantOf(wanted),
  IpAddress: inNetwork,
}

/** These hold where the comparison they deny does not. */
const DENIALS: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
}

/** The condition keys that a resource's own tags give (IAM user guide, global condition context keys). */
export function resourceTags(tags: readonly Tag[]): Context {
  return Object.fromEntries(tags.map(({ key, value }) => [`aws:resourcetag/${key.toLowerCase()}`, [value]] as const))
}

/** The condition keys that the tags in a request give. */
export function requestTags(tags: readonly Tag[]): Context {
  if (tags.length === 0) return {}
  return {
    'aws:tagkeys': tags.map(({ key }) => key),
    ...Object.fromEntries(tags.map(({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, [value]] as const)),
  }
}

/** Reads a statement's Condition; throws for an operator IAM does not know. */
export function readConditions(value: unknown): readonly Condition[] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null)
    throw malformed('Syntax errors in policy: Condition must be an object.')
  return Object.entries(value).map(([said, keys]: readonly [string, unknown]) => {
    const match = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(said)
    const operator = match?.[2] ?? ''
    if (operator !== 'Null' && COMPARISONS[operator] === undefined && DENIALS[operator] === undefined) {
      throw malformed(`Invalid Condition type : ${said}.`)
    }
    if (typeof keys !== 'object' || keys === null)
      throw malformed('Syntax errors in policy: a condition must be an object.')
    const wanted = new Map(
      Object.entries(keys).map(([key, values]: readonly [string, unknown]) => {
        const listed: readonly unknown[] = Array.isArray(values) ? values : [values]
        return [key.toLowerCase(), listed.map(String)] as const
      }),
    )
    return {
      operator,
      quantifier: match?.[1] === 'ForAllValues' ? 'all' : 'any',
      ifExists: match?.[3] !== undefined,
      wanted,
    }
  })
}

/** Whether a condition holds for what is known. */
export function holds(condition: Condition, context: Context): boolean {
  return [...condition.wanted].every(([key, wanted]) => holdsForKey(condition, wanted, context[key], context))
}

/** The keys a condition asks about. */
export function keysOf({ wanted }: Condition): readonly string[] {
  return [...wanted.keys()]
}

/** Whether a text fits a pattern with `*` and `?`. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text
  const expression = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${expression}$`, 's').test(text)
}

/** A pattern with its policy variables (`${aws:username}`) replaced; one that is not known fits nothing. */
export function substituted(pattern: string, context: Context): string {
  return pattern.replaceAll(/\$\{([^}]+)\}/g, (_whole, key: string) => {
    if (key === '*' || key === '?' || key === '$') return key
    return context[key.toLowerCase()]?.[0] ?? '\u0000'
  })
}

function holdsForKey(
  { operator, quantifier, ifExists }: Condition,
  wanted: readonly string[],
  found: readonly string[] | undefined,
  context: Context,
): boolean {
  if (operator === 'Null') return wanted.some((value) => (value.toLowerCase() === 'true') === (found === undefined))
  const denied = DENIALS[operator]
  const compare = COMPARISONS[denied ?? operator]
  if (compare === undefined) return false
  // A key that is missing fails a comparison, and passes its denial (IAM user guide, condition operators).
  if (found === undefined) return ifExists || denied !== undefined || quantifier === 'all'
  const fits = (value: string): boolean => wanted.some((pattern) => compare(substituted(pattern, context), value))
  if (denied !== undefined) return found.every((value) => !fits(value))
  return quantifier === 'all' ? found.every(fits) : found.some(fits)
}

/** ARNs are compared part by part: a `*` does not reach across a colon. */
function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, found] = [pattern.split(':'), arn.split(':')]
  const [wantedHead, foundHead] = [wanted.slice(0, 5), found.slice(0, 5)]
  if (wantedHead.length < 5 || foundHead.length < 5) return matchesPattern(pattern, arn)
  return (
    wantedHead.every((part, index) => matchesPattern(part, foundHead[index] ?? '')) &&
    matchesPattern(wanted.slice(5).join(':'), found.slice(5).join(':'))
  )
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(base) / size) === Math.floor(number(address) / size)
}

function instantOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message)
}
