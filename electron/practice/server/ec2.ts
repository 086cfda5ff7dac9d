import { INSTANCE_READS } from './ec2/instances.ts'
import { SECURITY_GROUP_CHANGES } from './ec2/security-group-changes.ts'
import { SECURITY_GROUP_READS } from './ec2/security-groups.ts'
import type { QueryService } from './query-service.ts'

/** Security groups and instances. EC2 speaks a dialect of its own: lower case members, `item`s, no result element. */
export const EC2: QueryService = {
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  resource: ({ account, parameters }, action) => {
    const group = parameters.text('GroupId')
    return action.startsWith('Describe') || group === undefined
      ? '*'
      : `arn:aws:ec2:${account.region}:${account.accountId}:security-group/${group}`
  },
  operations: { ...SECURITY_GROUP_READS, ...INSTANCE_READS },
  changes: SECURITY_GROUP_CHANGES,
}
