import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2'
import type { IngressRule, Network } from '../release/world.ts'
import type { Clients } from './clients.ts'
import { readRawError } from './raw-error.ts'
import type { Send } from './send.ts'

/** The rules of security groups in EC2, each with one source; every change is sent once. */
export function createIngress(clients: Clients, send: Send): Omit<Network, 'listeners'> {
  const service = { service: 'ec2' } as const
  return {
    ingress: async (groupIds) => {
      if (groupIds.length === 0) return []
      const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
      const found: SecurityGroup[] = []
      let token: string | undefined
      do {
        const page = await send(
          { ...service, operation: 'DescribeSecurityGroups', changes: false },
          async (abortSignal) =>
            (await clients.ec2()).send(
              new DescribeSecurityGroupsCommand({
                Filters: [{ Name: 'group-id', Values: [...groupIds] }],
                ...(token === undefined ? {} : { NextToken: token }),
              }),
              { abortSignal },
            ),
        )
        found.push(...(page.SecurityGroups ?? []))
        token = page.NextToken
      } while (token !== undefined && token !== '')
      return found.flatMap(({ GroupId: id, IpPermissions: rules }) =>
        (rules ?? []).flatMap((rule) => rulesOf(id, rule)),
      )
    },

    allowIngress: async (groupId, rules) => {
      const { AuthorizeSecurityGroupIngressCommand } = await import('@aws-sdk/client-ec2')
      // One call for each: of several the service refuses all where one is there already.
      for (const rule of rules) {
        await send({ ...service, operation: 'AuthorizeSecurityGroupIngress', changes: true }, async (abortSignal) =>
          unless('InvalidPermission.Duplicate', async () =>
            (await clients.ec2()).send(
              new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permissionOf(rule, true)] }),
              { abortSignal },
            ),
          ),
        )
      }
    },

    revokeIngress: async (groupId, rules) => {
      const { RevokeSecurityGroupIngressCommand } = await import('@aws-sdk/client-ec2')
      for (const rule of rules) {
        await send({ ...service, operation: 'RevokeSecurityGroupIngress', changes: true }, async (abortSignal) =>
          unless('InvalidPermission.NotFound', async () =>
            (await clients.ec2()).send(
              new RevokeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permissionOf(rule, false)] }),
              { abortSignal },
            ),
          ),
        )
      }
    },
  }
}

function rulesOf(groupId: string | undefined, permission: IpPermission): readonly IngressRule[] {
  const { IpProtocol: protocol = '-1', FromPort: fromPort = -1, ToPort: toPort = -1 } = permission
  const sources = [
    ...(permission.IpRanges ?? []).map(({ CidrIp: range }) => range),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6: range }) => range),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId: id }) => id),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId: id }) => id),
  ]
  return sources.flatMap((source) =>
    source === undefined || groupId === undefined ? [] : [{ groupId, protocol, fromPort, toPort, source }],
  )
}

/** A description may only be given with a rule that is made: to take one away it would have to be the very same. */
function permissionOf({ protocol, fromPort, toPort, source }: IngressRule, isNew: boolean): IpPermission {
  const said = isNew ? { Description: 'Made by Signalbox' } : {}
  return {
    IpProtocol: protocol,
    ...(protocol === '-1' ? {} : { FromPort: fromPort, ToPort: toPort }),
    ...(source.startsWith('sg-')
      ? { UserIdGroupPairs: [{ GroupId: source, ...said }] }
      : source.startsWith('pl-')
        ? { PrefixListIds: [{ PrefixListId: source, ...said }] }
        : source.includes(':')
          ? { Ipv6Ranges: [{ CidrIpv6: source, ...said }] }
          : { IpRanges: [{ CidrIp: source, ...said }] }),
  }
}

async function unless(code: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change()
  } catch (thrown) {
    if (readRawError(thrown).code !== code) throw thrown
  }
}
