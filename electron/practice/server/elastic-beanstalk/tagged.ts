import type { Account } from '../../model/account.ts'
import { AwsError } from '../../model/aws-error.ts'
import type { Tag } from '../../model/records.ts'

/** What carries the tags of an ARN; throws when the account has no such resource. */
export function findTagged(account: Account, arn: string): { tags: readonly Tag[] } {
  const all: readonly { readonly arn: string; tags: readonly Tag[] }[] = [
    ...[...account.environments.values()].filter(({ status }) => status !== 'Terminated'),
    ...account.applications.values(),
    ...account.versions.values(),
  ]
  const found = all.find((record) => record.arn === arn)
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `Resource not found for arn: '${arn}'.`)
  return found
}
