import { AwsError } from '../model/aws-error.ts'
import { INSTANCE_READS } from './ec2/instances.ts'
import { groupOf, SECURITY_GROUP_CHANGES, tagsAsked } from './ec2/security-group-changes.ts'
import { SECURITY_GROUP_READS } from './ec2/security-groups.ts'
import type { Call, QueryService } from './query-service.ts'

/** Security groups and instances. EC2 speaks a dialect of its own: lower case members, `item`s, no result element. */
export const EC2: QueryService = {
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  resource: (call, action) => {
    const { account, parameters } = call
    const group = parameters.text('GroupId') ?? groupOf(call)?.id
    return action.startsWith('Describe') || group === undefined
      ? '*'
      : `arn:aws:ec2:${account.region}:${account.accountId}:security-group/${group}`
  },
  // Reads of EC2 know no resource, so that no tag can narrow them.
  tags: (call, action) => ({
    resource: action.startsWith('Describe') ? [] : (groupOf(call)?.tags ?? []),
    request: tagsAsked(call.parameters),
  }),
  operations: Object.fromEntries(
    Object.entries({ ...SECURITY_GROUP_READS, ...INSTANCE_READS }).map(([name, operation]) => [
      name,
      (call: Call) => {
        refuseDryRun(call)
        return operation(call)
      },
    ]),
  ),
  changes: Object.fromEntries(
    Object.entries(SECURITY_GROUP_CHANGES).map(([name, change]) => [
      name,
      {
        gather: async (call: Call) => {
          refuseDryRun(call)
          return {}
        },
        apply: change.apply,
      },
    ]),
  ),
}

/** `DryRun` asks only whether one may: by then, one may. */
function refuseDryRun({ parameters }: Call): void {
  if (parameters.flag('DryRun') !== true) return
  throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412)
}
