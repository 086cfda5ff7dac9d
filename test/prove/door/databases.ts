import type { Account } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import {
  addSecurityGroup,
  authorizeIngress,
  findSecurityGroup,
} from '../../../electron/practice/model/security-groups.ts'
import { snapshotProgress, takeSnapshot } from '../../../electron/practice/model/snapshots.ts'
import { tcpRule } from '../../../electron/practice/model/stack.ts'
import type { Databases } from '../../../electron/release/world.ts'

/** The part of RDS and EC2 that a decoupling needs, on the model; each call is synchronous. */
export function databasesOf(account: Account): {
  readonly [Name in keyof Databases]: (...input: Parameters<Databases[Name]>) => Awaited<ReturnType<Databases[Name]>>
} {
  const find = (id: string) => {
    const found = account.databases.get(id)
    if (!found) throw new AwsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404)
    return found
  }
  return {
    details: (id) => {
      const found = account.databases.get(id)
      if (!found) return null
      const { endpoint: host, port, databaseName: name, userName: user, deletionProtection, securityGroupIds } = found
      return { host, port, name, user, deletionProtection, groupIds: securityGroupIds }
    },
    snapshot: (id) => {
      const found = account.snapshots.find(({ identifier }) => identifier === id)
      return found ? { status: snapshotProgress(account, found) === 100 ? 'available' : 'creating' } : null
    },
    groupNamed: (name) => {
      const found = [...account.securityGroups.values()].find((group) => group.name === name)
      return found ? { id: found.id } : null
    },
    allows: (groupId, from, port) =>
      (account.securityGroups.get(groupId)?.ingress ?? []).some(
        ({ groupIds, fromPort, toPort }) => groupIds.includes(from) && fromPort <= port && port <= toPort,
      ),
    createSnapshot: (id, snapshotId, tags) => {
      takeSnapshot(account, find(id), snapshotId, tags)
    },
    protect: (id) => {
      find(id).deletionProtection = true
    },
    createGroup: ({ name, description, tags }) => {
      addSecurityGroup(account, { name, description, tags })
    },
    allow: (groupId, from, port) => {
      authorizeIngress(account, findSecurityGroup(account, groupId), [tcpRule(port, { groupIds: [from] })])
    },
  }
}
