import { type Account, repeatTo } from '../../model/account.ts'
import { applyHealthChange } from '../../model/health.ts'
import type { Instant } from '../../model/records.ts'
import { applyCall } from '../changes.ts'
import type { Cloud } from '../cloud.ts'
import { applyFault, applyHand } from '../hand.ts'
import type { ObjectStore } from '../s3/object-store.ts'
import type { Entry } from './entry.ts'

/** Lives through everything again that a log tells, without a file or a socket. Throws when it tells of another account. */
export function repeat(cloud: Cloud, objects: ObjectStore, entries: readonly Entry[]): void {
  const { accountId } = cloud.principals.operator
  const accountAt = (id: string, region: string, at: Instant): Account => {
    const account = cloud.changing(id, region, at)
    repeatTo(account, at)
    return account
  }
  for (const entry of entries) {
    switch (entry.kind) {
      case 'call': {
        const account = accountAt(entry.accountId, entry.region, entry.at)
        requireSame(account, entry.chance)
        orRefuse(() => applyCall(cloud, objects, account, entry))
        break
      }
      case 'hand': {
        const account = accountAt(accountId, cloud.region, entry.at)
        requireSame(account, entry.chance)
        orRefuse(() => applyHand(account, entry.said))
        break
      }
      case 'fault':
        applyFault(accountAt(accountId, cloud.region, entry.at), entry)
        break
      case 'health':
        applyHealthChange(accountAt(entry.accountId, entry.region, entry.at), entry.change)
        break
      case 'objects':
        objects.repeat(entry.change)
        break
      case 'user':
        orRefuse(() => cloud.identities.addUser(entry.name, entry.policies))
        break
      case 'ready':
        break
    }
  }
}

/** What was refused the first time is refused again, and has changed as much until then. */
function orRefuse(apply: () => unknown): void {
  try {
    apply()
  } catch {
    // Whoever called was told then.
  }
}

function requireSame(account: Account, chance: number): void {
  if (account.random.state() !== chance) throw new Error('Its log was written by another version of this program.')
}
