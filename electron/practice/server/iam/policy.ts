import { AwsError } from '../../model/aws-error.ts'
import {
  type Condition,
  type Context,
  holds,
  keysOf,
  matchesPattern,
  readConditions,
  substituted,
} from './conditions.ts'

/** An identity-based policy, read from its JSON. */
export interface Policy {
  readonly id: string
  readonly statements: readonly Statement[]
}

interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: { readonly patterns: readonly string[]; readonly negated: boolean }
  readonly resources: { readonly patterns: readonly string[]; readonly negated: boolean }
  readonly conditions: readonly Condition[]
}

/** What someone wants to do: `action` is `service:Operation`, `resource` an ARN or `*`. */
export interface Wish {
  readonly action: string
  readonly resource: string
  readonly context: Context
}

export interface Verdict {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** Ids of the policies whose statements decided. */
  readonly matched: readonly string[]
  /** Context keys that conditions ask for and the wish does not carry. */
  readonly missing: readonly string[]
}

/** Reads a policy document, JSON text or what it holds; throws MalformedPolicyDocument in AWS's words. */
export function readPolicy(document: unknown, id: string): Policy {
  const value = typeof document === 'string' ? parsed(document) : document
  const { Statement: statements } = members(value, 'Policy document')
  if (statements === undefined) throw malformed('Missing required field Statement')
  const listed: readonly unknown[] = Array.isArray(statements) ? statements : [statements]
  return { id, statements: listed.map(readStatement) }
}

/** What policies together say: a denial wins, then a permission; what nobody mentions is denied. */
export function evaluate(policies: readonly Policy[], wish: Wish): Verdict {
  const found = policies.flatMap((policy) =>
    policy.statements
      .filter((statement) => concerns(statement, wish))
      .map((statement) => ({
        id: policy.id,
        effect: statement.effect,
        holds: statement.conditions.every((condition) => holds(condition, wish.context)),
        missing: statement.conditions.flatMap((condition) => keysOf(condition).filter((key) => !(key in wish.context))),
      })),
  )
  const missing = [...new Set(found.flatMap((match) => match.missing))]
  const holding = found.filter((match) => match.holds)
  const denying = holding.filter(({ effect }) => effect === 'Deny')
  if (denying.length > 0) return { decision: 'explicitDeny', matched: denying.map(({ id }) => id), missing }
  return holding.length > 0
    ? { decision: 'allowed', matched: holding.map(({ id }) => id), missing }
    : { decision: 'implicitDeny', matched: [], missing }
}

function concerns({ actions, resources }: Statement, { action, resource, context }: Wish): boolean {
  const isAction = actions.patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()))
  const isResource = resources.patterns.some((pattern) => matchesPattern(substituted(pattern, context), resource))
  return isAction !== actions.negated && isResource !== resources.negated
}

function readStatement(value: unknown): Statement {
  const statement = members(value, 'Statement')
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Syntax errors in policy: Effect must be Allow or Deny.')
  const pair = (name: 'Action' | 'Resource'): Statement['actions'] => {
    const [own, other] = [statement[name], statement[`Not${name}`]]
    if ((own === undefined) === (other === undefined)) {
      throw malformed(
        own === undefined
          ? `Policy statement must contain ${name.toLowerCase()}s.`
          : `Policy statement must not contain both ${name} and Not${name}.`,
      )
    }
    return { patterns: texts(own ?? other, name), negated: own === undefined }
  }
  const actions = pair('Action')
  const vague = actions.patterns.find((pattern) => pattern !== '*' && !/^[\w-]+:[\w*?]+$/.test(pattern))
  if (vague !== undefined) {
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
  }
  return { effect, actions, resources: pair('Resource'), conditions: readConditions(statement['Condition']) }
}

function texts(value: unknown, what: string): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  const found = all.filter((item) => typeof item === 'string')
  if (found.length === 0 || found.length < all.length) throw malformed(`Syntax errors in policy: ${what} must be text.`)
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('This policy contains invalid Json')
  }
}

function members(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`Syntax errors in policy: ${what} must be an object.`)
  }
  return { ...value }
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message)
}
