import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../electron/practice/model/random.ts'
import { practiceOfFile } from '../practice-of-file.ts'
import { signedRequests } from './signed-requests.ts'

const practice = await practiceOfFile({ seed: 5 })
const ask = signedRequests(practice)

describe('the Query protocol, as hand-made clients speak it', () => {
  it('answers a GET with Operation and members in JSON', async () => {
    const response = await ask({
      method: 'GET',
      query: 'EnvironmentNames.members.1=shop-production&Operation=DescribeEnvironments&Version=2010-12-01',
      accept: 'application/json',
    })
    const answer = (await response.json()) as {
      readonly DescribeEnvironmentsResponse: {
        readonly DescribeEnvironmentsResult: { readonly Environments: readonly Record<string, unknown>[] }
        readonly ResponseMetadata: { readonly RequestId: string }
      }
    }
    const { DescribeEnvironmentsResult, ResponseMetadata } = answer.DescribeEnvironmentsResponse
    expect(DescribeEnvironmentsResult.Environments[0]).toMatchObject({
      EnvironmentName: 'shop-production',
      AbortableOperationInProgress: false,
    })
    expect(DescribeEnvironmentsResult.Environments[0]?.['DateCreated']).toBeTypeOf('number')
    expect(response.headers.get('x-amzn-requestid')).toBe(ResponseMetadata.RequestId)
  })

  it('answers a form with Action and member in XML', async () => {
    const response = await ask({
      method: 'POST',
      body: 'Action=DescribeEnvironments&EnvironmentNames.member.1=shop-production&Version=2010-12-01',
    })
    const text = await response.text()
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<DescribeEnvironmentsResponse xmlns="http:\/\/elasticbeanstalk.amazonaws.com\/docs\/2010-12-01\/"><DescribeEnvironmentsResult><Environments><member>/,
    )
    expect(text.match(/<EnvironmentName>/g)?.length).toBe(1)
  })

  it('has no result element where the operation has none', async () => {
    const response = await ask({
      method: 'POST',
      body: 'Action=SwapEnvironmentCNAMEs&SourceEnvironmentName=shop-production&DestinationEnvironmentName=nobody',
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(
      "<Error><Type>Sender</Type><Code>InvalidParameterValue</Code><Message>No Environment found for EnvironmentName = 'nobody'.</Message></Error><RequestId>",
    )
  })

  it('names an action it does not know', async () => {
    expect(await (await ask({ method: 'POST', body: 'Action=MakeCoffee&Version=2010-12-01' })).text()).toContain(
      '<Code>InvalidAction</Code><Message>Could not find operation MakeCoffee for version 2010-12-01</Message>',
    )
    expect(await (await ask({ method: 'POST', body: 'Action=toString' })).text()).toContain(
      '<Code>InvalidAction</Code>',
    )
    expect(await (await ask({ method: 'POST', body: 'Version=2010-12-01' })).text()).toContain(
      '<Code>MissingAction</Code>',
    )
  })

  it('pages events newest first', async () => {
    const page = async (
      token: string,
    ): Promise<{ readonly messages: readonly string[]; readonly next: string | undefined }> => {
      const text = await (
        await ask({
          method: 'POST',
          body: `Action=DescribeEvents&EnvironmentName=shop-production&MaxRecords=10${token}`,
        })
      ).text()
      return {
        messages: [...text.matchAll(/<EventDate>(.*?)<\/EventDate>/g)].map(([, date = '']) => date),
        next: /<NextToken>(.*?)<\/NextToken>/.exec(text)?.[1],
      }
    }
    const dates: string[] = []
    for (let token: string | undefined = ''; token !== undefined; ) {
      const { messages, next } = await page(token)
      dates.push(...messages)
      token = next === undefined ? undefined : `&NextToken=${next}`
    }
    expect(dates.length).toBeGreaterThan(20)
    expect(dates).toEqual(dates.toSorted().toReversed())
  })
})

describe('malformed requests', () => {
  it('gets an error each for 1,000 signed ones with random parameters', async () => {
    const random = createRandom(11)
    const actions = [
      'DescribeEnvironments',
      'DescribeEvents',
      'CreateEnvironment',
      'UpdateEnvironment',
      'CreateConfigurationTemplate',
      'DescribeConfigurationSettings',
      'TerminateEnvironment',
      'ValidateConfigurationSettings',
      'UpdateTagsForResource',
      'CreateApplicationVersion',
    ]
    const names = [
      'EnvironmentName',
      'EnvironmentId',
      'ApplicationName',
      'OptionSettings.member.1',
      'OptionSettings.member.1.Namespace',
      'Tags.member.x.Key',
      'MaxRecords',
      'StartTime',
      'NextToken',
      'IncludeDeleted',
      'SourceBundle.S3Bucket',
      '__proto__.a',
      'constructor',
      'EnvironmentIds.member',
      'EnvironmentIds.member.1.2.3',
      '.',
      '..1',
    ]
    const values = [
      '',
      '-1',
      '99999999999999',
      'shop-production ',
      '%00',
      encodeURIComponent('<x>&"\u0000🙂'),
      'e-1',
      'null',
      '1970',
      'true',
      'x'.repeat(5_000),
    ]
    const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? ''
    const statuses = new Map<number, number>()
    for (let round = 0; round < 1_000; round += 25) {
      const answers = await Promise.all(
        Array.from({ length: 25 }, () => {
          const parameters = Array.from({ length: random.below(6) }, () => `${pick(names)}=${pick(values)}`)
          return ask({
            method: 'POST',
            body: [`Action=${pick(actions)}`, ...parameters].join('&'),
            ...(random.below(2) === 0 ? { accept: 'application/json' } : {}),
          })
        }),
      )
      for (const answer of answers) {
        await answer.arrayBuffer()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }
    expect(new Set(statuses.keys())).toEqual(new Set([200, 400]))
  })

  it('survives 500 streams of noise', async () => {
    const random = createRandom(12)
    const { hostname, port } = new URL(practice.endpoint)
    const openings = [
      'GET / HTTP/1.1\r\n',
      'POST /?Action=\u0000 HTTP/1.1\r\nHost: x\r\n',
      'PUT /bucket/%zz HTTP/1.1\r\nHost: x\r\nauthorization: AWS4-HMAC-SHA256 Credential=',
      '',
      'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ]
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from(
          { length: 25 },
          () =>
            new Promise<void>((resolve) => {
              const socket = connect(Number(port), hostname)
              socket.on('error', () => resolve())
              socket.on('close', () => resolve())
              socket.on('data', () => {})
              socket.end(
                `${openings[random.below(openings.length)] ?? ''}${random.text(random.below(300), 'abc\r\n\u0000:/?%& ')}\r\n\r\n`,
              )
            }),
        ),
      )
    }
    expect((await ask({ method: 'POST', body: 'Action=DescribeEnvironments' })).status).toBe(200)
  })
})
