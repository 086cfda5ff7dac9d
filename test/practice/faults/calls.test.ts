import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  CheckDNSAvailabilityCommand,
  CreateApplicationCommand,
  CreateApplicationVersionCommand,
  CreateConfigurationTemplateCommand,
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
  const events = async (): Promise<number> => {
    const { Events = [] } = await clients.beanstalk.send(new DescribeEventsCommand({ ApplicationName: 'shop' }))
    return Events.length
  }

  it('loses the connection before anything is done', async () => {
    await fault({ name: 'connection-reset', count: 1 })
    const created = clients.beanstalk.send(new CreateApplicationCommand({ ApplicationName: 'reset' }))
    expect((await refusal(created)).text).toMatch(/ECONNRESET|socket hang up/)
    expect((await applications()).Applications?.some(({ ApplicationName }) => ApplicationName === 'reset')).toBe(false)
  })

  it('loses the answer to a change that was made, and to no read', async () => {
    await fault({ name: 'answer-lost', count: 1 })
    await list()
    const created = clients.beanstalk.send(new CreateApplicationCommand({ ApplicationName: 'lost' }))
    expect((await refusal(created)).text).toMatch(/ECONNRESET|socket hang up/)
    expect((await applications()).Applications?.some(({ ApplicationName }) => ApplicationName === 'lost')).toBe(true)
  })

  it('loses the answer to an upload whose object then is there', async () => {
    await fault({ name: 'answer-lost', step: 'deploy', count: 1 })
    expect((await refusal(uploadBundle(clients.s3, 'shop/lost.zip', { a: 'b' }))).text).toMatch(/ECONNRESET|hang up/)
    await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'shop/lost.zip' }))
  })

  it.each([
    ['no-answer', false],
    ['no-answer-after', true],
  ])('keeps the caller waiting: %s, done: %s', async (name, isDone) => {
    await fault({ name, count: 1 })
    const label = name
    const bundle = await uploadBundle(clients.s3, `shop/${label}.zip`, { a: 'b' }).catch(() => undefined)
    // The upload is a change, too.
    expect(bundle === undefined).toBe(false)
  }, 1_000)
})
