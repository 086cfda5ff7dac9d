import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  CreateEnvironmentCommand,
  DescribeAccountAttributesCommand,
  DescribeApplicationVersionsCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { practiceOfFile } from '../practice-of-file.ts'
import { startPractice } from '../start-practice.ts'
import { clientsOf, named } from './clients.ts'

const CROWD = { environments: 300, versions: 2_500, events: 8_000 }
// A page cannot be larger.
const PAGE = 1_000

const practice = await practiceOfFile({ seed: 12, crowd: CROWD })
const clients = clientsOf(practice)

/** Everything of a list, page by page. */
async function pages<Item>(
  ask: (token: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<readonly (readonly Item[])[]> {
  const found: (readonly Item[])[] = []
  for (let token: string | undefined; found.length < 200; ) {
    const { items, next } = await ask(token)
    found.push(items)
    if (next === undefined) break
    token = next
  }
  return found
}

it('pages through environments, versions and events, each once', async () => {
  const { beanstalk } = clients
  const environments = await pages(async (NextToken) => {
    const answer = await beanstalk.send(new DescribeEnvironmentsCommand({ MaxRecords: 64, NextToken }))
    return { items: answer.Environments?.map(({ EnvironmentId = '' }) => EnvironmentId) ?? [], next: answer.NextToken }
  })
  expect(environments.map(({ length }) => length)).toEqual([64, 64, 64, 64, 60])
  expect(new Set(environments.flat()).size).toBe(CROWD.environments + 16)

  const versions = await pages(async (NextToken) => {
    const answer = await beanstalk.send(new DescribeApplicationVersionsCommand({ MaxRecords: PAGE, NextToken }))
    return {
      items: answer.ApplicationVersions?.map(({ ApplicationVersionArn = '' }) => ApplicationVersionArn) ?? [],
      next: answer.NextToken,
    }
  })
  expect(new Set(versions.flat()).size).toBe(CROWD.versions + 10)

  const events = await pages(async (NextToken) => {
    const answer = await beanstalk.send(new DescribeEventsCommand({ MaxRecords: PAGE, NextToken }))
    return { items: answer.Events?.map(({ EventDate }) => EventDate?.getTime() ?? 0) ?? [], next: answer.NextToken }
  })
  expect(events.slice(0, -1).every(({ length }) => length === PAGE)).toBe(true)
  expect(events.flat().length).toBeGreaterThanOrEqual(CROWD.events)
  expect(events.flat()).toEqual(events.flat().toSorted((a, b) => b - a))
})

it('has generated environments that answer, can be changed, and leave room for more', async () => {
  const { beanstalk, cloudFormation, s3 } = clients
  const green = await named(beanstalk, 'service-01-0001')
  expect(green).toMatchObject({ Status: 'Ready', Health: 'Green', HealthStatus: 'Ok' })
  const { StackResourceSummaries = [] } = await cloudFormation.send(
    new ListStackResourcesCommand({ StackName: `awseb-${green.EnvironmentId}-stack` }),
  )
  expect(StackResourceSummaries.map(({ ResourceType }) => ResourceType)).toContain('AWS::EC2::SecurityGroup')
  const { Body } = await s3.send(
    new GetObjectCommand({
      Bucket: `elasticbeanstalk-${practice.region}-${practice.accountId}`,
      Key: 'service-01/bundle.zip',
    }),
  )
  expect((await Body?.transformToByteArray())?.subarray(0, 2).toString()).toBe('80,75')

  const { ResourceQuotas } = await beanstalk.send(new DescribeAccountAttributesCommand({}))
  expect(ResourceQuotas?.EnvironmentQuota?.Maximum).toBeGreaterThan(CROWD.environments)
  await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName: 'service-01-0001', VersionLabel: 'build-2' }))
  await beanstalk.send(
    new CreateEnvironmentCommand({
      ApplicationName: 'service-02',
      EnvironmentName: 'service-02-more',
      VersionLabel: 'build-1',
      SolutionStackName: green.SolutionStackName,
    }),
  )
  await practice.control('/clock', { jumpSeconds: 600 })
  expect(await named(beanstalk, 'service-01-0001')).toMatchObject({ Status: 'Ready', VersionLabel: 'build-2' })
  const more = await named(beanstalk, 'service-02-more')
  expect(more).toMatchObject({ Status: 'Ready', Health: 'Green' })
  const single = await named(beanstalk, 'service-02-0001')
  const dial = await practice.control<Readonly<Record<string, string>>>('/dial')
  const page = await fetch(`http://${dial[`${single.EndpointURL}:80`]}/`)
  expect(page.headers.get('x-app-version')).toBe(single.VersionLabel)
})

it('refuses numbers that make no account', async () => {
  await expect(startPractice({ crowd: { environments: 0, versions: 0, events: 9 } })).rejects.toThrow('--events needs')
  await expect(startPractice({ crowd: { environments: 9_999, versions: 0, events: 0 } })).rejects.toThrow(
    '--environments is not a whole number from 0 to 2000',
  )
  await expect(startPractice({ state: '/nowhere', crowd: { ...CROWD } })).rejects.toThrow('is not kept')
})
