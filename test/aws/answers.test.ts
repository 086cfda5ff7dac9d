import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPracticeClock } from '../../electron/account/practice-clock.ts'
import { openAws } from '../../electron/aws/connect.ts'
import { SignalboxError } from '../../electron/contract/problem.ts'
import { healthGate, isOk, isReady } from '../../electron/release/step.ts'

/** What the service answers, by its operation: a body, and what is unusual about the rest. */
type Answers = Readonly<
  Record<
    string,
    { readonly body: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  >
>

let server: Server | undefined
let asked: string[] = []

beforeEach(() => {
  asked = []
})
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))))

/** An Elastic Beanstalk that answers exactly this, and the app's own side of it. */
async function awsThatAnswers(answers: Answers, heard: (at: number) => void = () => {}) {
  const here = createServer((request, response) => {
    let said = ''
    request.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    request.on('end', () => {
      const operation = new URLSearchParams(said).get('Action') ?? ''
      asked.push(
        `${operation} ${[...new URLSearchParams(said)]
          .filter(([name]) => name.includes('member'))
          .map(([, value]) => value)
          .join()}`,
      )
      const { body, status = 200, headers = {} } = answers[operation] ?? { body: '', status: 404 }
      response.writeHead(status, { 'content-type': 'text/xml', ...headers }).end(body)
    })
  })
  server = here
  await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve))
  const { port } = here.address() as AddressInfo
  return openAws({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE12345', secretAccessKey: 'secret' }),
    // A read is tried again after seconds: of an account whose time flies.
    clock: createPracticeClock({ now: 0, speed: 1000 }),
    onTime: heard,
  })
}

function answer(operation: string, result: string): string {
  return `<${operation}Response xmlns="http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${operation}Response>`
}

const environments = (...members: readonly string[]): Answers => ({
  DescribeEnvironments: {
    body: answer(
      'DescribeEnvironments',
      `<Environments>${members.map((each) => `<member>${each}</member>`).join('')}</Environments>`,
    ),
  },
})

const NAMED = '<EnvironmentId>e-1</EnvironmentId><EnvironmentName>shop</EnvironmentName>'

describe('an answer of Elastic Beanstalk', () => {
  it.each([
    [
      'a status nobody knows',
      '<Status>Hibernating</Status><Health>Green</Health><HealthStatus>Ok</HealthStatus>',
      false,
      true,
    ],
    [
      'a health nobody knows',
      '<Status>Ready</Status><Health>Green</Health><HealthStatus>Splendid</HealthStatus>',
      true,
      false,
    ],
    ['a colour nobody knows', '<Status>Ready</Status><Health>Purple</Health>', true, false],
    ['no status', '<Health>Green</Health><HealthStatus>Ok</HealthStatus>', false, true],
    ['no health at all', '<Status>Ready</Status>', true, false],
    ['nothing but its name', '', false, false],
  ])('with %s is read, and proves nothing', async (_words, members, ready, ok) => {
    const aws = await awsThatAnswers(environments(`${NAMED}${members}`))
    const [found] = await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })
    expect(found).toMatchObject({ id: 'e-1', name: 'shop' })
    expect([isReady(found ?? null), isOk(found ?? null)]).toEqual([ready, ok])
    expect(healthGate('g', 'Well', found ?? null, null, 0, false).status).not.toBe('passed')
  })

  it('with members that nobody knows is read as if they were not there', async () => {
    const aws = await awsThatAnswers(
      environments(`${NAMED}<Mood>sunny</Mood><Nested><member><Deep>1</Deep></member></Nested><Status>Ready</Status>`),
    )
    expect(await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })).toMatchObject([{ status: 'Ready' }])
  })

  it('without its list is an empty one: what is not listed is not there', async () => {
    const aws = await awsThatAnswers({ DescribeEnvironments: { body: answer('DescribeEnvironments', '') } })
    expect(await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })).toEqual([])
  })

  it.each([
    ['by their ids', { ids: ['e-1', 'e-2'] }],
    ['by a name', { names: ['other'], application: 'shop' }],
  ])('that lists one without saying which, asked %s, is none: nobody is gone for that', async (_words, query) => {
    const aws = await awsThatAnswers(environments(NAMED, '<EnvironmentName>other</EnvironmentName>'))
    await expect(aws.elasticBeanstalk.describeEnvironments(query)).rejects.toMatchObject({
      problem: { code: 'aws-unavailable', title: 'Elastic Beanstalk answered only in part' },
    })
    expect(asked).toHaveLength(3)
  })

  it('that lists others than were asked for gives only those', async () => {
    const aws = await awsThatAnswers(
      environments(NAMED, '<EnvironmentId>e-2</EnvironmentId><EnvironmentName>other</EnvironmentName>'),
    )
    expect(await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-2'] })).toMatchObject([{ name: 'other' }])
  })

  it.each([
    ['breaks off', '<DescribeEnvironmentsResponse><DescribeEnvironmentsResult><Environments><member><Environm'],
    ['is a page of a proxy', '<!doctype html><html><body>Sign in to the network<br></body></html>'],
    ['is JSON', '{"Environments":[]}'],
  ])(
    'that %s is said, and never taken for one',
    async (_words, body) => {
      const aws = await awsThatAnswers({ DescribeEnvironments: { body } })
      const asking = aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })
      await expect(asking).rejects.toBeInstanceOf(SignalboxError)
      await expect(asking).rejects.toMatchObject({
        problem: { code: expect.stringMatching(/network|unexpected|aws-/) },
      })
    },
    20_000,
  )

  it.each([
    [
      'TerminateEnvironment',
      (aws: Awaited<ReturnType<typeof awsThatAnswers>>) => aws.elasticBeanstalk.terminate('e-1'),
    ],
    [
      'SwapEnvironmentCNAMEs',
      (aws: Awaited<ReturnType<typeof awsThatAnswers>>) => aws.elasticBeanstalk.swapCnames('e-1', 'e-2'),
    ],
    [
      'DescribeEvents',
      (aws: Awaited<ReturnType<typeof awsThatAnswers>>) =>
        aws.elasticBeanstalk.events({ application: 'shop', since: 0 }),
    ],
  ])('that denies %s names the action and the line to add', async (operation, ask) => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/ops is not authorized to perform: elasticbeanstalk:${operation} on resource: arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop because no identity-based policy allows the elasticbeanstalk:${operation} action</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`
    const aws = await awsThatAnswers({ [operation]: { body, status: 403 } })
    await expect(ask(aws)).rejects.toMatchObject({
      problem: {
        code: 'access-denied',
        title: `You are not allowed to perform elasticbeanstalk:${operation}`,
        remedy: expect.stringContaining(
          `{ "Effect": "Allow", "Action": "elasticbeanstalk:${operation}", "Resource": "arn:aws:elasticbeanstalk:eu-central-1:123456789012:environment/shop/shop" }`,
        ),
      },
    })
    expect(asked).toHaveLength(1)
  })

  it('tells AWS’s time', async () => {
    const heard: number[] = []
    const answers = environments(NAMED)
    const late = { ...answers['DescribeEnvironments'], headers: { date: 'Mon, 02 Mar 2026 09:00:00 GMT' } }
    const aws = await awsThatAnswers({ DescribeEnvironments: { body: '', ...late } }, (at) => heard.push(at))
    await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })
    expect(heard).toEqual([Date.parse('2026-03-02T09:00:00Z')])
  })
})

describe('questions for environments', () => {
  it('of the same moment are one call, and each gets its own', async () => {
    const two = '<EnvironmentId>e-2</EnvironmentId><EnvironmentName>other</EnvironmentName>'
    const aws = await awsThatAnswers(environments(NAMED, two))
    const [one, other, both] = await Promise.all([
      aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] }),
      aws.elasticBeanstalk.describeEnvironments({ ids: ['e-2'] }),
      aws.elasticBeanstalk.describeEnvironments({ ids: ['e-2', 'e-1'] }),
    ])
    expect([one, other, both].map((found) => found.map(({ id }) => id).toSorted())).toEqual([
      ['e-1'],
      ['e-2'],
      ['e-1', 'e-2'],
    ])
    expect(asked).toEqual(['DescribeEnvironments e-1,e-2'])
  })

  it('that come when a call is under way get a later answer', async () => {
    const aws = await awsThatAnswers(environments(NAMED))
    const first = aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })
    await first
    expect(asked).toHaveLength(2)
  })

  it('are not spoilt for good by one that failed', async () => {
    const aws = await awsThatAnswers({ DescribeEnvironments: { body: '<no', status: 400 } })
    await expect(aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })).rejects.toBeInstanceOf(SignalboxError)
    await expect(aws.elasticBeanstalk.describeEnvironments({ ids: ['e-1'] })).rejects.toBeInstanceOf(SignalboxError)
    expect(asked.length).toBeGreaterThan(1)
  })
})
