import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRandom } from '../../../electron/practice/model/random.ts'
import { SERVICES } from '../../../electron/practice/server/services.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Ask, signedRequests } from './signed-requests.ts'

let practice: Practice
let ask: Ask

beforeAll(async () => {
  practice = await startPractice({ users: false, seed: 6 })
  ask = signedRequests(practice)
})

// It also throws when the account complained of an error it did not expect.
afterAll(async () => {
  await practice.stop()
})

const NAMES = [
  'LoadBalancerArn',
  'ListenerArns.member.1',
  'Names.member.1',
  'PageSize',
  'Namespace',
  'MetricName',
  'StartTime',
  'EndTime',
  'Period',
  'Dimensions.member.1.Name',
  'Dimensions.member.1.Value',
  'Statistics.member.1',
  'ExtendedStatistics.member.1',
  'MetricDataQueries.member.1.Id',
  'MetricDataQueries.member.1.MetricStat.Stat',
  'PolicySourceArn',
  'ActionNames.member.1',
  'PolicyInputList.member.1',
  'RoleArn',
  'RoleSessionName',
  'TokenCode',
  'SerialNumber',
  'DurationSeconds',
  'Policy',
  'StackName',
  'LogicalResourceId',
  'DBInstanceIdentifier',
  'DBSnapshotIdentifier',
  'VpcSecurityGroupIds.VpcSecurityGroupId.1',
  'BackupRetentionPeriod',
  'ResourceName',
  'MaxRecords',
  'GroupId',
  'GroupName',
  'Filter.1.Name',
  'Filter.1.Value.1',
  'IpPermissions.1.IpProtocol',
  'IpPermissions.1.FromPort',
  'IpPermissions.1.Groups.1.GroupId',
  '__proto__.x',
  'constructor',
]
const VALUES = [
  '',
  '-1',
  '0',
  '20',
  '999999999',
  '99999999999999',
  'true',
  'null',
  '{',
  '{"Statement":[]}',
  '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"a":1}}}}',
  '1970-01-01T00:00:00Z',
  'shop-production',
  'tcp',
  '[*(',
  '\u0000🙂<&>"',
  'arn:aws:iam::123456789012:role/release',
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/x/y',
  'x'.repeat(3_000),
]

it('answers 1,500 malformed calls of every service around Elastic Beanstalk with an error or a result each', async () => {
  const random = createRandom(21)
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] ?? (from[0] as T)
  const services = Object.entries(SERVICES).filter(([name]) => name !== 'elasticbeanstalk')
  const statuses = new Set<number>()
  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => {
        const [service, { operations, changes = {} }] = pick(services)
        const action = pick([...Object.keys(operations), ...Object.keys(changes), 'MakeCoffee'])
        const pairs = Array.from({ length: random.below(7) }, () => [pick(NAMES), pick(VALUES)] as const)
        if (service === 'monitoring' && random.below(2) === 0) {
          return ask({
            method: 'POST',
            service,
            body: JSON.stringify(
              Object.fromEntries(pairs.map(([name, value]) => [name.split('.')[0], [value, { value }, null]])),
            ),
            headers: { 'x-amz-target': `GraniteServiceVersion20100801.${action}` },
          })
        }
        const version = random.below(3) === 0 ? [['Version', '2012-06-01'] as const] : []
        const body = new URLSearchParams(
          [['Action', action], ...version, ...pairs].map(([name = '', value = '']) => [name, value]),
        )
        return ask({ method: 'POST', service, body: body.toString() })
      }),
    )
    for (const answer of answers) {
      await answer.arrayBuffer()
      statuses.add(answer.status)
    }
  }
  expect([...statuses].filter((status) => status >= 500)).toEqual([])
  const paths = [
    '',
    'hostedzone/',
    'hostedzone//rrset',
    'hostedzone/%00/rrset',
    'hostedzonesbyname',
    '../..',
    'x'.repeat(2_000),
  ]
  for (const path of paths) {
    const query = pick(['', 'maxitems=-1', 'maxitems=x', 'marker=x', 'type=A', 'name=%2e'])
    const answer = await ask({ method: 'GET', service: 'route53', path: `/2013-04-01/${path}`, query })
    expect(answer.status).toBeLessThan(500)
  }
})
