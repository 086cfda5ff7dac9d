import type { Account } from '../../../electron/practice/model/account.ts'
import { loadBalancersOf } from '../../../electron/practice/model/load-balancers.ts'
import type { IngressRule as ModelRule } from '../../../electron/practice/model/network-records.ts'
import {
  authorizeIngress,
  findSecurityGroup,
  revokeIngress,
  rulesOf,
} from '../../../electron/practice/model/security-groups.ts'
import type { IngressRule, Network } from '../../../electron/release/world.ts'

type Settled<Room> = {
  readonly [Name in keyof Room]: Room[Name] extends (...input: infer Input) => Promise<infer Output>
    ? (...input: Input) => Output
    : never
}

/** Security groups and listeners of the model, as the release sees them. */
export function frontOf(account: Account): Settled<Network> {
  function rulesIn(groupId: string): readonly IngressRule[] {
    const group = account.securityGroups.get(groupId)
    if (!group) return []
    return rulesOf(group)
      .filter(({ isEgress }) => !isEgress)
      .map(({ protocol, fromPort, toPort, source }) => ({
        groupId,
        protocol,
        fromPort,
        toPort,
        source: 'range' in source ? source.range : source.groupId,
      }))
  }
  return {
    ingress: (groupIds) => groupIds.flatMap(rulesIn),
    listeners: (arn) =>
      (loadBalancersOf(account).find((balancer) => balancer.arn === arn)?.listeners ?? []).map(
        ({ port, protocol, certificateArns, sslPolicy }) => ({
          port,
          protocol,
          certificates: certificateArns.toSorted(),
          policy: sslPolicy ?? null,
        }),
      ),
    allowIngress: (groupId, rules) => {
      authorizeIngress(account, findSecurityGroup(account, groupId), rules.map(modelRule))
    },
    revokeIngress: (groupId, rules) => {
      const said = rules.map(keyOf)
      revokeIngress(
        findSecurityGroup(account, groupId),
        ({ protocol, fromPort, toPort, source }) => {
          const from = 'range' in source ? source.range : source.groupId
          return said.includes(keyOf({ groupId, protocol, fromPort, toPort, source: from }))
        },
        rules.length,
      )
    },
  }
}

function keyOf({ protocol, fromPort, toPort, source }: IngressRule): string {
  return `${protocol} ${fromPort} ${toPort} ${source}`
}

function modelRule({ protocol, fromPort, toPort, source }: IngressRule): ModelRule {
  const isGroup = source.startsWith('sg-')
  return { protocol, fromPort, toPort, ranges: isGroup ? [] : [source], groupIds: isGroup ? [source] : [] }
}
