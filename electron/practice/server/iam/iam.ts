import { AwsError } from '../../model/aws-error.ts'
import { instant, list, type Structure } from '../document.ts'
import type { Parameters } from '../parameters.ts'
import { type Call, page, type QueryService } from '../query-service.ts'
import type { Context } from './conditions.ts'
import { evaluate, type Policy, readPolicy } from './policy.ts'

/** AWS Identity and Access Management, API version 2010-05-08: what a principal would be allowed. */
export const IAM: QueryService = {
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  resource: ({ parameters, principal }) => parameters.text('PolicySourceArn') ?? principal.arn,
  operations: {
    SimulatePrincipalPolicy: (call) => {
      const { parameters } = call
      const source = parameters.required('PolicySourceArn')
      return simulate(call, [...entityOf(call, source).policies, ...extraPolicies(parameters)])
    },
    SimulateCustomPolicy: (call) => simulate(call, extraPolicies(call.parameters)),
    GetUser: (call) => {
      const asked = call.parameters.text('UserName')
      const arn = asked === undefined ? call.principal.arn : `arn:aws:iam::${call.principal.accountId}:user/${asked}`
      if (!arn.includes(':user/')) {
        throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials')
      }
      const name = arn.split('/').at(-1) ?? ''
      const found = call.cloud.identities.entity(arn)
      if (found === undefined || found.role !== undefined) throw noSuchEntity('user', name)
      return {
        User: {
          Path: '/',
          UserName: name,
          UserId: 'userId' in found ? String(found.userId) : '',
          Arn: arn,
          CreateDate: instant(CREATED),
        },
      }
    },
    GetRole: (call) => {
      const name = call.parameters.required('RoleName')
      const arn = `arn:aws:iam::${call.principal.accountId}:role/${name}`
      const role = call.cloud.identities.entity(arn)?.role
      if (role === undefined) throw noSuchEntity('role', name)
      return {
        Role: {
          Path: '/',
          RoleName: role.name,
          RoleId: role.id,
          Arn: role.arn,
          CreateDate: instant(CREATED),
          AssumeRolePolicyDocument: encodeURIComponent(
            JSON.stringify({
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { AWS: `arn:aws:iam::${call.principal.accountId}:root` },
                  Action: 'sts:AssumeRole',
                  ...(role.requiresMfa ? { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } } : {}),
                },
              ],
            }),
          ),
          MaxSessionDuration: role.longestSessionSeconds,
        },
      }
    },
  },
}

// Users and roles were there before the account's own past begins.
const CREATED = Date.parse('2024-03-01T09:00:00Z')

function simulate({ parameters }: Call, policies: readonly Policy[]): Structure {
  const actions = parameters.texts('ActionNames') ?? []
  if (actions.length === 0) {
    throw new AwsError(
      'ValidationError',
      "1 validation error detected: Value null at 'actionNames' failed to satisfy constraint: Member must not be null",
    )
  }
  const vague = actions.find((action) => !/^[\w-]+:\w+$/.test(action))
  if (vague !== undefined) throw new AwsError('InvalidInput', `Invalid action name: ${vague}.`)
  const asked = parameters.texts('ResourceArns')
  const resources = asked === undefined || asked.length === 0 ? ['*'] : asked
  const context = contextEntries(parameters)
  const results = actions.flatMap((action) =>
    resources.map((resource): Structure => {
      const { decision, matched, missing } = evaluate(policies, { action, resource, context })
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: decision,
        MatchedStatements: list(matched.map((id) => ({ SourcePolicyId: id, SourcePolicyType: 'IAM Policy' }))),
        MissingContextValues: list(missing),
      }
    }),
  )
  const { items, nextToken } = page(results, parameters.whole('MaxItems') ?? 1000, parameters.text('Marker'))
  return { EvaluationResults: list(items), IsTruncated: nextToken !== undefined, Marker: nextToken }
}

function entityOf({ cloud }: Call, arn: string): { readonly policies: readonly Policy[] } {
  const kind = /^arn:[^:]+:iam::\d{12}:(user|role|group)\/(?:.*\/)?([^/]+)$/.exec(arn)
  if (kind === null) {
    throw new AwsError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  }
  const found = cloud.identities.entity(arn)
  if (found === undefined) throw noSuchEntity(kind[1] ?? 'user', kind[2] ?? '')
  return found
}

function noSuchEntity(kind: string, name: string): AwsError {
  return new AwsError('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`, 404)
}

function extraPolicies(parameters: Parameters): readonly Policy[] {
  return (parameters.texts('PolicyInputList') ?? []).map((document, index) =>
    readPolicy(document, `PolicyInputList.${index + 1}`),
  )
}

function contextEntries(parameters: Parameters): Context {
  return Object.fromEntries(
    (parameters.structures('ContextEntries') ?? []).map((entry) => [
      entry.required('ContextKeyName').toLowerCase(),
      entry.texts('ContextKeyValues') ?? [],
    ]),
  )
}
