import { CreateEnvironmentCommand } from '@aws-sdk/client-elastic-beanstalk'
import { describe, expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { clientsOf } from './clients.ts'
import { elements, signedRequests } from './signed-requests.ts'

const practice = await practiceOfFile()
const ask = signedRequests(practice)

const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })
const now = async (): Promise<number> => (await practice.control<{ readonly now: number }>('/clock')).now

async function balancing(parameters: string, version = '2015-12-01'): Promise<string> {
  const body = `Version=${version}&${parameters}`
  return (await ask({ method: 'POST', service: 'elasticloadbalancing', body })).text()
}

async function metrics(operation: string, input: object): Promise<Response> {
  return ask({
    method: 'POST',
    service: 'monitoring',
    body: JSON.stringify(input),
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
      'x-amzn-query-mode': 'true',
    },
  })
}

/** The first load balancer is the shop's, the oldest one. */
async function shopLoadBalancer(): Promise<string> {
  return elements(await balancing('Action=DescribeLoadBalancers'), 'LoadBalancerArn')[0] ?? ''
}

async function visit(times: number, port = 80): Promise<void> {
  const dial = await practice.control<Record<string, string>>('/dial')
  const address = Object.keys(dial).find((key) => key.endsWith(`:${port}`)) ?? ''
  for (let visited = 0; visited < times; visited += 1) await (await fetch(`http://${dial[address] ?? ''}/`)).text()
}

describe('the load balancers', () => {
  it('are those of the environments, with listeners, certificates, rules, groups and the health of their targets', async () => {
    const all = await balancing('Action=DescribeLoadBalancers')
    expect(all).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<DescribeLoadBalancersResponse xmlns="http:\/\/elasticloadbalancing.amazonaws.com\/doc\/2015-12-01\/"><DescribeLoadBalancersResult><LoadBalancers><member><LoadBalancerArn>/,
    )
    expect(elements(all, 'DNSName')[0]).toMatch(/^awseb-awseb-[a-z0-9]+-\d+\.eu-central-1\.elb\.amazonaws\.com$/)
    expect(elements(all, 'CanonicalHostedZoneId')[0]).toBe('Z215JYRZR1TBD5')
    const arn = await shopLoadBalancer()

    const listeners = await balancing(`Action=DescribeListeners&LoadBalancerArn=${encodeURIComponent(arn)}`)
    expect(elements(listeners, 'Port')).toEqual(['80', '443'])
    expect(elements(listeners, 'Protocol')).toEqual(['HTTP', 'HTTPS'])
    expect(elements(listeners, 'SslPolicy')).toEqual(['ELBSecurityPolicy-TLS13-1-2-2021-06'])
    const secure = encodeURIComponent(elements(listeners, 'ListenerArn')[1] ?? '')
    const certificates = await balancing(`Action=DescribeListenerCertificates&ListenerArn=${secure}`)
    expect(elements(certificates, 'CertificateArn')[0]).toMatch(/^arn:aws:acm:eu-central-1:123456789012:certificate\//)
    expect(elements(await balancing(`Action=DescribeRules&ListenerArn=${secure}`), 'Priority')).toEqual(['default'])

    const groups = await balancing(`Action=DescribeTargetGroups&LoadBalancerArn=${encodeURIComponent(arn)}`)
    const [group = ''] = elements(groups, 'TargetGroupArn')
    const health = await balancing(`Action=DescribeTargetHealth&TargetGroupArn=${encodeURIComponent(group)}`)
    expect(elements(health, 'State')).toEqual(['healthy', 'healthy'])
    expect(elements(await balancing(`Action=DescribeTags&ResourceArns.member.1=${arn}`), 'Value')).toContain(
      'shop-production',
    )
  })

  it('say what is not there', async () => {
    expect(await balancing('Action=DescribeLoadBalancers&Names.member.1=nobody')).toContain(
      "<Code>LoadBalancerNotFound</Code><Message>Load balancers '[nobody]' not found</Message>",
    )
    expect(await balancing('Action=DescribeListeners')).toContain('<Code>ValidationError</Code>')
    expect(await balancing('Action=DescribeListeners&LoadBalancerArn=x')).toContain(
      "<Message>'x' is not a valid load balancer ARN</Message>",
    )
    expect(await balancing('Action=DescribeLoadBalancers&LoadBalancerNames.member.1=x', '2012-06-01')).toContain(
      "<Code>LoadBalancerNotFound</Code><Message>There is no ACTIVE Load Balancer named 'x'</Message>",
    )
  })

  it('are classic ones where an environment asks for that', async () => {
    await clientsOf(practice).beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: 'shop',
        EnvironmentName: 'shop-classic',
        PlatformArn: 'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 22 running on 64bit Amazon Linux 2023',
        OptionSettings: [
          { Namespace: 'aws:elasticbeanstalk:environment', OptionName: 'LoadBalancerType', Value: 'classic' },
        ],
      }),
    )
    await jump(600)
    const all = await balancing('Action=DescribeLoadBalancers', '2012-06-01')
    expect(all).toContain('xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"')
    const [name = ''] = elements(all, 'LoadBalancerName')
    expect(name).toMatch(/^awseb-e-\w-AWSEBLoa-/)
    expect(elements(all, 'LoadBalancerPort')).toEqual(['80'])
    const health = await balancing(`Action=DescribeInstanceHealth&LoadBalancerName=${name}`, '2012-06-01')
    expect(elements(health, 'State')).toEqual(['InService'])
  })
})

describe('CloudWatch', () => {
  it('counts what was really served, in XML and in JSON alike', async () => {
    const arn = await shopLoadBalancer()
    const value = arn.slice(arn.indexOf('app/'))
    await jump(120)
    await visit(7)
    const end = (await now()) + 180_000
    await jump(180)
    const start = end - 600_000
    const xml = await (
      await ask({
        method: 'POST',
        service: 'monitoring',
        body: `Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FApplicationELB&MetricName=RequestCount&Dimensions.member.1.Name=LoadBalancer&Dimensions.member.1.Value=${encodeURIComponent(value)}&StartTime=${new Date(start).toISOString()}&EndTime=${new Date(end).toISOString()}&Period=3600&Statistics.member.1=Sum`,
      })
    ).text()
    expect(xml).toContain('xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"')
    const sum = elements(xml, 'Sum').reduce((total, text) => total + Number(text), 0)
    expect(sum).toBe(7)

    const metric = {
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'RequestCount',
      Dimensions: [{ Name: 'LoadBalancer', Value: value }],
    }
    const response = await metrics('GetMetricData', {
      StartTime: start / 1000,
      EndTime: end / 1000,
      MetricDataQueries: [
        { Id: 'requests', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' } },
        { Id: 'double', Expression: 'requests * 2' },
      ],
    })
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0')
    const data = (await response.json()) as {
      readonly MetricDataResults: readonly {
        readonly Values: readonly number[]
        readonly Timestamps: readonly number[]
      }[]
    }
    const [result, double] = data.MetricDataResults
    expect(double?.Values).toEqual(result?.Values.map((value) => 2 * value))
    expect(result?.Values.reduce((total, count) => total + count, 0)).toBe(7)
    expect(result?.Timestamps.every((seconds) => seconds % 60 === 0)).toBe(true)

    const statistics = await metrics('GetMetricStatistics', {
      ...metric,
      MetricName: 'TargetResponseTime',
      StartTime: start / 1000,
      EndTime: end / 1000,
      Period: 3600,
      ExtendedStatistics: ['p50'],
    })
    const latency = (await statistics.json()) as {
      readonly Datapoints: readonly { readonly Unit: string; readonly ExtendedStatistics: { readonly p50: number } }[]
    }
    expect(latency.Datapoints[0]).toMatchObject({ Unit: 'Seconds' })
    expect(latency.Datapoints[0]?.ExtendedStatistics.p50).toBeLessThan(0.1)
  })

  it('lists its metrics and the alarms of environments', async () => {
    const listed = (await (await metrics('ListMetrics', { MetricName: 'RequestCount' })).json()) as {
      readonly Metrics: readonly { readonly Namespace: string }[]
    }
    expect(new Set(listed.Metrics.map(({ Namespace }) => Namespace))).toContain('AWS/ApplicationELB')
    const alarms = (await (await metrics('DescribeAlarms', {})).json()) as {
      readonly MetricAlarms: readonly Record<string, unknown>[]
    }
    expect(alarms.MetricAlarms[0]).toMatchObject({ MetricName: 'NetworkOut', StateValue: 'OK', Period: 300 })
  })

  it('refuses in the shape each client reads', async () => {
    const wrong = { Namespace: 'AWS/ELB', MetricName: 'x', StartTime: 2, EndTime: 1, Period: 60, Statistics: ['Sum'] }
    const response = await metrics('GetMetricStatistics', wrong)
    expect([response.status, response.headers.get('x-amzn-query-error')]).toEqual([400, 'InvalidParameterValue;Sender'])
    expect(await response.json()).toEqual({
      __type: 'com.amazonaws.cloudwatch#InvalidParameterValueException',
      message: 'The parameter StartTime must be less than the parameter EndTime.',
    })
    const wide = await metrics('GetMetricStatistics', { ...wrong, StartTime: 0, EndTime: 86_460 })
    expect(await wide.json()).toMatchObject({ message: expect.stringContaining('requested up to 1,441 datapoints') })
    const broken = await ask({
      method: 'POST',
      service: 'monitoring',
      body: '{',
      headers: { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics' },
    })
    expect(broken.status).toBe(400)
    const unknown = await metrics('MakeCoffee', {})
    expect([unknown.status, await unknown.json()]).toMatchObject([400, { __type: expect.stringContaining('Invalid') }])
  })
})
