import type { Account } from '../../model/account.ts'
import { findInfo, logText } from '../../model/environment-info.ts'
import { zip } from '../seed-bundles.ts'

/** Logs that Elastic Beanstalk has put into the account's bucket; undefined: there are none under this key, or no more. */
export function logObject(account: Account, bucket: string, key: string): Buffer | undefined {
  if (bucket !== `elasticbeanstalk-${account.region}-${account.accountId}`) return undefined
  const found = findInfo(account, key)
  if (found === undefined) return undefined
  const text = logText(account, found.environment, found.info)
  return found.info.type === 'tail' ? Buffer.from(text) : zip({ 'var/log/eb-engine.log': text })
}
