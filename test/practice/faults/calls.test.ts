import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  CreateApplicationCommand,
  DescribeApplicationsCommand,
  DescribeEnvironmentHealthCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  SwapEnvironmentCNAMEsCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, type Clients, clientsOf, named, refusal, uploadBundle } from '../server/clients.ts'
import { type Ask, signedRequests } from '../server/signed-requests.ts'
import { type Practice, startPractice } from '../start-practice.ts'

// Of no body at all.
const S3_BODY = { 'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }

let practice: Practice
let clients: Clients
let ask: Ask

beforeAll(async () => {
  practice = await startPractice({ speed: 1, users: false })
  clients = clientsOf(practice)
  ask = signedRequests(practice)
})

afterAll(async () => {
  await practice.stop()
})

afterEach(async () => {
  await fault({ name: 'all', on: false })
})

const fault = (body: object): Promise<unknown> => practice.control('/faults', body)
const jump = (seconds: number): Promise<unknown> => practice.control('/clock', { jumpSeconds: seconds })
const list = () => clients.beanstalk.send(new DescribeEnvironmentsCommand({}))
const applications = () => clients.beanstalk.send(new DescribeApplicationsCommand({}))

describe('a fault of calls', () => {
  it('is limited to a call, to a step, to an environment and to a number', async () => {
    const { EnvironmentId } = await named(clients.beanstalk, 'shop-production')
    await fault({ name: 'throttle', action: 'elasticbeanstalk:DescribeApplications', count: 1 })
    await list()
    expect(await refusal(applications())).toMatchObject({ code: 'Throttling' })
    await applications()

    await fault({ name: 'server-error', step: 'independence', count: 2 })
    await list()
    const stack = () =>
      clients.cloudFormation.send(new ListStackResourcesCommand({ StackName: `awseb-${EnvironmentId}-stack` }))
    expect(await refusal(stack())).toMatchObject({ code: 'InternalFailure', status: 500 })
    expect(await refusal(stack())).toMatchObject({ code: 'InternalFailure' })
    await stack()

    await fault({ name: 'throttle', environment: 'shop-production', count: 3 })
    const health = (EnvironmentName: string) =>
      clients.beanstalk.send(new DescribeEnvironmentHealthCommand({ EnvironmentName, AttributeNames: ['Status'] }))
    await health('ledger-production')
    await list()
    expect(await refusal(health('shop-production'))).toMatchObject({ code: 'Throttling' })
    const byId = new DescribeEnvironmentsCommand({ EnvironmentIds: [EnvironmentId ?? ''] })
    expect(await refusal(clients.beanstalk.send(byId))).toMatchObject({ code: 'Throttling' })
    expect(await refusal(stack())).toMatchObject({ code: 'Throttling' })
    await health('shop-production')
  })

  it('strikes with a probability, and ends when it is told to', async () => {
    await fault({ name: 'throttle', probability: 0.5 })
    const struck = await Promise.all(
      Array.from({ length: 100 }, () =>
        list().then(
          () => 0,
          () => 1,
        ),
      ),
    )
    const share = struck.reduce<number>((sum, one) => sum + one, 0) / struck.length
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.75)
    await fault({ name: 'throttle', on: false })
    for (let asked = 0; asked < 10; asked += 1) await list()
  })

  it('denies a call, or all of a step, until that is switched off', async () => {
    await fault({ name: 'access-denied', step: 'swap' })
    await fault({ name: 'access-denied', action: 'elasticbeanstalk:DescribeApplications' })
    const swap = () =>
      clients.beanstalk.send(
        new SwapEnvironmentCNAMEsCommand({
          SourceEnvironmentName: 'shop-production',
          DestinationEnvironmentName: 'ledger-production',
        }),
      )
    expect(await refusal(swap())).toMatchObject({ code: 'AccessDenied', status: 403 })
    expect(await refusal(applications())).toMatchObject({ code: 'AccessDenied' })
    await fault({ name: 'access-denied', step: 'swap', on: false })
    expect(await refusal(swap())).toMatchObject({ code: 'InvalidParameterValue' })
    expect(await refusal(applications())).toMatchObject({ code: 'AccessDenied' })
  })

  it('is refused where it makes no sense, and then changes nothing', async () => {
    await expect(fault({ name: 'no-such-thing' })).rejects.toThrow("There is no fault named 'no-such-thing'.")
    await expect(fault({ name: 'throttle', step: 'lunch' })).rejects.toThrow("There is no step 'lunch'")
    await expect(fault({ name: 'throttle', probability: 2 })).rejects.toThrow('2 is not between 0 and 1')
    await expect(fault({ name: 'throttle', count: 0 })).rejects.toThrow('0 is not between 1')
    await expect(fault({ name: 'dns-silent', count: 3 })).rejects.toThrow("'dns-silent' takes no 'count'.")
    await expect(fault({ name: 'access-denied' })).rejects.toThrow("'action' or 'step' is missing.")
    await expect(fault({ name: 'couple-database' })).rejects.toThrow("'environment' is missing.")
    await list()
  })
})

describe('answers that do not come', () => {
  const CREATE = 'elasticbeanstalk:CreateApplication'
  const isThere = async (name: string): Promise<boolean | undefined> =>
    (await applications()).Applications?.some(({ ApplicationName }) => ApplicationName === name)
  const create = (ApplicationName: string, options = {}) =>
    clients.beanstalk.send(new CreateApplicationCommand({ ApplicationName }), options)

  it('loses the connection before anything is done', async () => {
    await fault({ name: 'connection-reset' })
    expect((await refusal(create('reset'))).text).toMatch(/ECONNRESET|socket hang up/)
    expect(await isThere('reset')).toBe(false)
  })

  it('loses the answer to a change that was made, and to no read', async () => {
    await fault({ name: 'answer-lost' })
    await list()
    expect((await refusal(create('lost'))).text).toMatch(/ECONNRESET|socket hang up/)
    expect(await isThere('lost')).toBe(true)
  })

  it('loses the answer to an upload whose object then is there', async () => {
    await fault({ name: 'answer-lost', step: 'deploy' })
    expect((await refusal(uploadBundle(clients.s3, 'shop/lost.zip', { a: 'b' }))).text).toMatch(/ECONNRESET|hang up/)
    await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'shop/lost.zip' }))
  })

  it.each([
    { name: 'no-answer', done: false },
    { name: 'no-answer-after', done: true },
  ])('keeps the caller waiting: $name', async ({ name, done }) => {
    const heard = async (): Promise<number> =>
      (await practice.control<{ calls: Record<string, number> }>('/calls')).calls[CREATE] ?? 0
    const before = await heard()
    await fault({ name })
    const patience = new AbortController()
    const waiting = refusal(create(name, { abortSignal: patience.signal }))
    // Who gives up before the call has arrived leaves the fault to the next one.
    await expect.poll(heard, { timeout: 15_000 }).toBe(before + 1)
    await expect.poll(() => isThere(name), { timeout: 15_000 }).toBe(done)
    expect(await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 400, 'still waiting'))])).toBe(
      'still waiting',
    )
    patience.abort()
    expect((await waiting).code).toBe('AbortError')
    expect(await isThere(name)).toBe(done)
  })

  it('ends the wait after the seconds it was told', async () => {
    await fault({ name: 'no-answer', seconds: 0.2 })
    const started = performance.now()
    expect((await refusal(list())).text).toMatch(/ECONNRESET|socket hang up/)
    expect(performance.now() - started).toBeGreaterThan(150)
  })
})

describe('answers that are not whole', () => {
  it('break off in the middle, from Elastic Beanstalk, S3 and Route 53', async () => {
    const asks: readonly (() => Promise<Response>)[] = [
      () => ask({ method: 'POST', body: 'Action=DescribeEnvironments&Version=2010-12-01' }),
      () => ask({ method: 'GET', path: `/${BUCKET}`, query: 'list-type=2', service: 's3', headers: S3_BODY }),
      () => ask({ method: 'GET', path: '/2013-04-01/hostedzone', service: 'route53', region: 'us-east-1' }),
    ]
    for (const question of asks) {
      const whole = Number((await question()).headers.get('content-length'))
      await fault({ name: 'cut-off' })
      const broken = await question()
      expect(broken.status).toBe(200)
      expect(Number(broken.headers.get('content-length'))).toBeGreaterThan(whole / 2)
      await expect(broken.text()).rejects.toThrow('terminated')
      expect((await question()).status).toBe(200)
    }
    await fault({ name: 'cut-off' })
    expect((await refusal(list())).text).not.toBe('It was not refused.')
    await fault({ name: 'cut-off' })
    const objects = clients.s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))
    expect((await refusal(objects)).text).not.toBe('It was not refused.')
  })

  it('lack members, and are well-formed all the same', async () => {
    const whole = (await list()).Environments ?? []
    await fault({ name: 'missing-members' })
    const lacking = (await list()).Environments ?? []
    expect(lacking.length).toBe(whole.length)
    const count = (environments: readonly object[]): number =>
      environments.reduce(
        (sum, environment) => sum + Object.values(environment).filter((v) => v !== undefined).length,
        0,
      )
    expect(count(lacking)).toBeLessThan(0.75 * count(whole))
    expect(count(lacking)).toBeGreaterThan(0.25 * count(whole))
    expect(count((await list()).Environments ?? [])).toBe(count(whole))
  })

  it('hold values no client has heard of', async () => {
    await fault({ name: 'foreign-value' })
    const { Environments = [] } = await list()
    expect(
      new Set(Environments.map(({ Status, Health, HealthStatus }) => `${Status} ${Health} ${HealthStatus}`)),
    ).toEqual(new Set(['Hibernating Violet Exhausted']))
    expect((await list()).Environments?.some(({ Status }) => Status === 'Ready')).toBe(true)
  })
})

describe('reads that are late', () => {
  const update = async (): Promise<string> => {
    const { $metadata } = await clients.beanstalk.send(
      new UpdateEnvironmentCommand({
        EnvironmentName: 'coupling-group',
        OptionSettings: [{ Namespace: 'aws:autoscaling:asg', OptionName: 'Cooldown', Value: '300' }],
      }),
    )
    return $metadata.requestId ?? ''
  }
  const events = async (RequestId: string): Promise<number> =>
    (await clients.beanstalk.send(new DescribeEventsCommand({ RequestId }))).Events?.length ?? 0
  const status = async (): Promise<string | undefined> => (await named(clients.beanstalk, 'coupling-group')).Status

  it('find the events of a request late, or never', async () => {
    await fault({ name: 'events-late', seconds: 60 })
    const requestId = await update()
    await jump(40)
    expect(await events(requestId)).toBe(0)
    await jump(21)
    expect(await events(requestId)).toBe(1)
    await jump(120)
    await fault({ name: 'events-empty' })
    expect(await events(requestId)).toBe(0)
    const { Events = [] } = await clients.beanstalk.send(new DescribeEventsCommand({ ApplicationName: 'coupling' }))
    expect(Events.length).toBeGreaterThan(0)
    await fault({ name: 'events-empty', on: false })
    await fault({ name: 'events-late', on: false })
    expect(await events(requestId)).toBeGreaterThan(3)
  })

  it('show what was before a change for as long as they were told', async () => {
    await fault({ name: 'read-lag', seconds: 50, environment: 'coupling-group' })
    await update()
    await jump(40)
    expect(await status()).toBe('Ready')
    await jump(11)
    expect(await status()).toBe('Updating')
    await jump(60)
    expect(await status()).toBe('Ready')
  })
})

describe('an expired session', () => {
  it('expires in the middle of a wait and is good again', async () => {
    await list()
    await fault({ name: 'expired-token', count: 2 })
    expect(await refusal(list())).toMatchObject({ code: 'ExpiredToken', status: 403 })
    expect(await refusal(applications())).toMatchObject({ code: 'ExpiredToken' })
    await list()
  })
})
