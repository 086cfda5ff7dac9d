import { request } from 'node:http'
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  CreateEnvironmentCommand,
  DescribeEnvironmentResourcesCommand,
  SwapEnvironmentCNAMEsCommand,
  TerminateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask as resolve } from '../network/dns-client.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Clients, clientsOf, named, refusal } from './clients.ts'
import { type Ask, elements, signedRequests } from './signed-requests.ts'

const ZONE = 'eu-central-1.elasticbeanstalk.com'
const [PRODUCTION, PARTNERS] = ['portal-production', 'portal-partners']

let practice: Practice
let clients: Clients
let ask: Ask

beforeAll(async () => {
  practice = await startPractice({ users: false })
  clients = clientsOf(practice)
  ask = signedRequests(practice)
  await practice.control('/clock', { pause: true })
})

afterAll(async () => {
  await practice.stop()
})

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })
/** What Elastic Load Balancing answers to an operation. */
async function balancing(operation: string, name = '', value = ''): Promise<string> {
  const parameter = name === '' ? '' : `&${name}=${encodeURIComponent(value)}`
  const body = `Action=${operation}&Version=2015-12-01${parameter}`
  return (await ask({ method: 'POST', service: 'elasticloadbalancing', body })).text()
}
const shared = async (): Promise<readonly string[]> =>
  elements(await balancing('DescribeLoadBalancers'), 'LoadBalancerArn').filter((arn) => arn.includes('/portal-shared/'))

/** What a browser gets that was led to the load balancer, for a name. */
async function visit(address: string, host: string): Promise<{ readonly status: number; readonly served: string }> {
  const served = async (): Promise<string> => {
    const all = await practice.control<{ name: string; requests: number }[]>('/environments')
    return all.map(({ name, requests }) => `${name} ${requests}`).join()
  }
  const before = await served()
  const port = (await practice.control<Record<string, string>>('/dial'))[`${address}:80`]?.split(':')[1]
  const status = await new Promise<number>((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers: { host } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
  const [was, is] = [before.split(','), (await served()).split(',')]
  const [name = ''] = is.filter((line, index) => line !== was[index])
  return { status, served: name.split(' ')[0] ?? '' }
}

it('is one load balancer with a rule and a target group for each environment, and in none of their stacks', async () => {
  const [arn = '', ...others] = await shared()
  expect(others).toEqual([])
  const described = await balancing('DescribeLoadBalancers', 'LoadBalancerArns.member.1', arn)
  const [dnsName] = elements(described, 'DNSName')
  const listeners = await balancing('DescribeListeners', 'LoadBalancerArn', arn)
  expect(elements(listeners, 'Port')).toEqual(['80'])
  expect(elements(listeners, 'Type')).toEqual(['fixed-response'])
  const [listener = ''] = elements(listeners, 'ListenerArn')
  const rules = await balancing('DescribeRules', 'ListenerArn', listener)
  expect(elements(rules, 'Priority')).toEqual(['1', '2', 'default'])
  expect(rules.indexOf(`portal.${ZONE}`)).toBeLessThan(rules.indexOf(`portal-partners.${ZONE}`))
  const groups = new Set(elements(rules, 'TargetGroupArn'))
  expect(groups.size).toBe(2)
  for (const group of groups) {
    expect(elements(await balancing('DescribeTargetHealth', 'TargetGroupArn', group), 'State')).toEqual(['healthy'])
  }
  for (const EnvironmentName of [PRODUCTION, PARTNERS]) {
    const { EnvironmentId, EndpointURL } = await named(clients.beanstalk, EnvironmentName)
    expect(EndpointURL).toBe(dnsName)
    const { EnvironmentResources } = await clients.beanstalk.send(
      new DescribeEnvironmentResourcesCommand({ EnvironmentName }),
    )
    expect(EnvironmentResources?.LoadBalancers).toEqual([{ Name: arn }])
    const { StackResources = [] } = await clients.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` }),
    )
    const types = StackResources.map(({ ResourceType }) => ResourceType)
    expect(types).not.toContain('AWS::ElasticLoadBalancingV2::LoadBalancer')
    expect(types).toContain('AWS::ElasticLoadBalancingV2::ListenerRule')
  }
})

it('tells requests apart by their name, also after a swap, and outlives its environments', async () => {
  const resolver = practice.dns.authoritative
  const [address = ''] = (await resolve(resolver, `portal.${ZONE}`))?.addresses ?? []
  expect((await resolve(resolver, `portal-partners.${ZONE}`))?.addresses).toContain(address)
  expect(await visit(address, `portal.${ZONE}`)).toEqual({ status: 200, served: PRODUCTION })
  expect(await visit(address, `portal-partners.${ZONE}`)).toEqual({ status: 200, served: PARTNERS })
  expect(await visit(address, 'nobody.example')).toEqual({ status: 404, served: '' })

  await clients.beanstalk.send(
    new SwapEnvironmentCNAMEsCommand({
      SourceEnvironmentName: PRODUCTION,
      DestinationEnvironmentName: PARTNERS,
    }),
  )
  await jump(10)
  expect(await visit(address, `portal.${ZONE}`)).toEqual({ status: 200, served: PARTNERS })

  for (const EnvironmentName of [PRODUCTION, PARTNERS]) {
    await clients.beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentName }))
    await jump(300)
    await expect(named(clients.beanstalk, EnvironmentName)).rejects.toThrow('There is no environment')
    expect(await shared()).toHaveLength(1)
  }
  const [dnsName = ''] = elements(
    await balancing('DescribeLoadBalancers', 'Names.member.1', 'portal-shared'),
    'DNSName',
  )
  expect((await resolve(resolver, dnsName))?.addresses).toContain(address)
})

it('must exist', async () => {
  const { PlatformArn } = await named(clients.beanstalk, 'shop-production')
  const created = clients.beanstalk.send(
    new CreateEnvironmentCommand({
      ApplicationName: 'portal',
      EnvironmentName: 'portal-next',
      PlatformArn,
      VersionLabel: '12',
      OptionSettings: Object.entries({
        EnvironmentType: 'LoadBalanced',
        LoadBalancerType: 'application',
        LoadBalancerIsShared: 'true',
      }).map(([OptionName, Value]) => ({ Namespace: 'aws:elasticbeanstalk:environment', OptionName, Value })),
    }),
  )
  expect(await refusal(created)).toMatchObject({ code: 'ConfigurationValidationException' })
})
