import type { Account } from '../../model/account.ts'
import { AwsError } from '../../model/aws-error.ts'
import type { Tag, TemplateRecord } from '../../model/records.ts'

/** Saved configurations have an ARN too, though no answer shows it. */
function taggedTemplate(account: Account, template: TemplateRecord): { readonly arn: string; tags: readonly Tag[] } {
  const { applicationName, name } = template
  return {
    arn: `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:configurationtemplate/${applicationName}/${name}`,
    get tags() {
      return template.tags
    },
    set tags(tags) {
      template.tags = tags
    },
  }
}

/** What carries the tags of an ARN; throws when the account has no such resource. */
export function findTagged(account: Account, arn: string): { tags: readonly Tag[] } {
  const all: readonly { readonly arn: string; tags: readonly Tag[] }[] = [
    ...[...account.environments.values()].filter(({ status }) => status !== 'Terminated'),
    ...account.applications.values(),
    ...account.versions.values(),
    ...account.customPlatforms.values(),
    ...[...account.templates.values()].map((template) => taggedTemplate(account, template)),
  ]
  const found = all.find((record) => record.arn === arn)
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `Resource not found for arn: '${arn}'.`)
  return found
}
