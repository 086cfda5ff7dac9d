import { request } from 'node:http'
import {
  CreateApplicationVersionCommand,
  DescribeEnvironmentHealthCommand,
  DescribeInstancesHealthCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask as resolve } from '../network/dns-client.ts'
import { type Practice, startPractice } from '../start-practice.ts'
import { type Clients, clientsOf, named, uploadBundle } from './clients.ts'

let practice: Practice
let clients: Clients
let count = 0

beforeAll(async () => {
  practice = await startPractice({ users: false })
  clients = clientsOf(practice)
  await practice.control('/clock', { pause: true })
})

afterAll(async () => {
  await practice.stop()
})

// What one test had served is out of sight of the next one.
beforeEach(() => jump(600))

const ENVIRONMENT = 'shop-production'
const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })

async function deploy(behaviour: object): Promise<void> {
  count += 1
  const label = `build-${count}`
  const files = { 'practice.json': JSON.stringify(behaviour) }
  const SourceBundle = await uploadBundle(clients.s3, `shop/${label}.zip`, files)
  await clients.beanstalk.send(
    new CreateApplicationVersionCommand({ ApplicationName: 'shop', VersionLabel: label, SourceBundle, Process: true }),
  )
  await jump(10)
  await clients.beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName: ENVIRONMENT, VersionLabel: label }))
  await jump(120)
}

async function set(Namespace: string, OptionName: string, Value: string): Promise<void> {
  await clients.beanstalk.send(
    new UpdateEnvironmentCommand({
      EnvironmentName: ENVIRONMENT,
      OptionSettings: [{ Namespace, OptionName, Value }],
    }),
  )
  await jump(150)
}

const health = () =>
  clients.beanstalk.send(
    new DescribeEnvironmentHealthCommand({ EnvironmentName: ENVIRONMENT, AttributeNames: ['All'] }),
  )

async function port(): Promise<string> {
  const { EndpointURL = '' } = await named(clients.beanstalk, ENVIRONMENT)
  const [address = ''] = (await resolve(practice.dns.authoritative, EndpointURL))?.addresses ?? []
  return (await practice.control<Record<string, string>>('/dial'))[`${address}:80`]?.split(':')[1] ?? ''
}

/** What so many visits are answered. */
async function visits(number: number): Promise<readonly (number | undefined)[]> {
  const at = await port()
  const one = (): Promise<number | undefined> =>
    new Promise((resolveVisit, reject) => {
      request({ host: '127.0.0.1', port: at, path: '/' }, (response) => {
        response.resume().on('end', () => resolveVisit(response.statusCode))
      })
        .on('error', reject)
        .end()
    })
  const answers: (number | undefined)[] = []
  for (let done = 0; done < number; done += 1) answers.push(await one())
  return answers
}

describe('health follows from what is served', () => {
  it('counts requests that the application refuses, until that rule is switched off', async () => {
    await set('aws:elasticbeanstalk:environment:process:default', 'MatcherHTTPCode', '200,404')
    await deploy({ statusCode: 404, latencyMilliseconds: 0 })
    expect(await health()).toMatchObject({ HealthStatus: 'Ok', Causes: [] })
    await visits(20)
    expect(await health()).toMatchObject({
      HealthStatus: 'Severe',
      Color: 'Red',
      Causes: ['100.0 % of the requests are erroring with HTTP 4xx.'],
      ApplicationMetrics: { StatusCodes: { Status5xx: 0 } },
    })
    const { InstanceHealthList = [] } = await clients.beanstalk.send(
      new DescribeInstancesHealthCommand({ EnvironmentName: ENVIRONMENT, AttributeNames: ['All'] }),
    )
    expect(InstanceHealthList.map(({ HealthStatus }) => HealthStatus)).toEqual(['Severe', 'Severe'])
    await set(
      'aws:elasticbeanstalk:healthreporting:system',
      'ConfigDocument',
      '{"Rules":{"Environment":{"Application":{"ApplicationRequests4xx":{"Enabled":false}}}},"Version":1}',
    )
    await visits(20)
    expect(await health()).toMatchObject({ HealthStatus: 'Ok' })
  })

  it('tells errors of a share of the requests by that share', async () => {
    await deploy({ errorRate: 0.5, latencyMilliseconds: 0 })
    await visits(60)
    const { HealthStatus, Causes = [] } = await health()
    expect(HealthStatus).toBe('Severe')
    expect(
      Number(/^(\d+\.\d) % of the requests are failing with HTTP 5xx\.$/.exec(Causes[0] ?? '')?.[1]),
    ).toBeGreaterThan(25)
  })

  it('finds an application too slow for its health check', async () => {
    await deploy({ latencyMilliseconds: 8_000 })
    expect(await health()).toMatchObject({
      HealthStatus: 'Severe',
      Causes: ['ELB health is failing or not available for all instances.'],
    })
    await set('aws:elasticbeanstalk:environment:process:default', 'HealthCheckTimeout', '10')
    expect(await health()).toMatchObject({ HealthStatus: 'Ok' })
  })

  it('is right again once a good version runs', async () => {
    await deploy({ latencyMilliseconds: 0 })
    await visits(10)
    expect(await health()).toMatchObject({ HealthStatus: 'Ok', Causes: [] })
  })
})

describe('a deployment that splits traffic', () => {
  it('gives the new instances their share of the requests while it is evaluated', async () => {
    await set('aws:elasticbeanstalk:command', 'DeploymentPolicy', 'TrafficSplitting')
    await set('aws:elasticbeanstalk:trafficsplitting', 'NewVersionPercent', '20')
    await deploy({ statusCode: 201, latencyMilliseconds: 0 })
    await set('aws:elasticbeanstalk:environment:process:default', 'MatcherHTTPCode', '200-299').catch(() => undefined)
    // Both new instances answer, the evaluation is under way.
    await jump(400)
    const during = await visits(300)
    const share = during.filter((status) => status === 201).length / during.length
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.32)
    await jump(2_000)
    expect(new Set(await visits(20))).toEqual(new Set([201]))
  })
})
