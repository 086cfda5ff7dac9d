import { CreateApplicationVersionCommand } from '@aws-sdk/client-elastic-beanstalk'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { openPractice, type Practice } from '../../electron/account/practice.ts'
import { openAws } from '../../electron/aws/connect.ts'
import { createVersionBundles } from '../../electron/bundle/version-bundles.ts'
import type { Environment } from '../../electron/contract/models.ts'
import { createDns } from '../../electron/dns/panel.ts'
import { createProbe } from '../../electron/probe/get.ts'
import { independenceGate, readDatabaseEvidence, verdictOf } from '../../electron/release/independence.ts'
import { deploy } from '../../electron/release/steps/deploy.ts'
import { independence } from '../../electron/release/steps/independence.ts'
import type { World } from '../../electron/release/world.ts'
import { archive } from '../bundle/archives.ts'
import { clientsOf } from '../practice/server/clients.ts'
import { type Practice as Account, startPractice } from '../practice/start-practice.ts'
import { sight, stateAt } from '../release/things.ts'
import { type Between, type Spoil, startBetween } from './between.ts'

let account: Account
let practice: Practice
let between: Between

beforeAll(async () => {
  account = await startPractice({ speed: 3_600, users: false })
  practice = openPractice(readDescriptor(account.descriptor))
  between = await startBetween(account.endpoint)
}, 60_000)
afterEach(async () => {
  const changing = between.calls.filter((call) => !/:(?:Describe|List|Get|Check)|^s3:(?:GET|HEAD)$/.test(call))
  between.spoilt.clear()
  for (const name of ['access-denied', 'throttle', 'cut-off', 'missing-members'])
    await account.control('/faults', { name, on: false })
  if (changing.length > 0) throw new Error(`AWS was asked for changes: ${changing.join(', ')}`)
})
afterAll(async () => {
  await between.close()
  practice.close()
  await account.stop()
})

/** The app's own world, each time as if it had just been started: nothing is remembered. */
function world(): World {
  const { region, accessKeyId, secretAccessKey } = account
  const credentials = async () => ({ accessKeyId, secretAccessKey })
  const aws = openAws({ region, endpoint: between.endpoint, credentials, clock: practice.clock })
  const { versions } = aws.elasticBeanstalk
  return {
    clock: practice.clock,
    ...aws,
    versionBundles: createVersionBundles({ versions, open: aws.openStoredObject }),
    dns: createDns({ servers: [] }),
    probe: createProbe(),
  }
}

const HANDS = {
  signal: new AbortController().signal,
  secret: null,
  record: () => {},
  progress: () => {},
  probed: () => {},
}

async function named(name: string): Promise<Environment> {
  const [found] = await world().elasticBeanstalk.describeEnvironments({ names: [name] })
  if (found === undefined) throw new Error(`The practice account has no ${name}`)
  return found
}

async function judged(environment: Environment) {
  const evidence = await readDatabaseEvidence(world(), environment)
  return { evidence, verdict: verdictOf(evidence), gate: independenceGate(evidence) }
}

/** What is asked for each source, and where it answers. */
const SOURCES = {
  settings: 'elasticbeanstalk:DescribeConfigurationSettings',
  resources: 'cloudformation:ListStackResources',
  databases: 'rds:DescribeDBInstances',
  referring: 'ec2:DescribeSecurityGroups',
  bundle: 's3:GetObject',
} as const

type Source = keyof typeof SOURCES
const sources = Object.keys(SOURCES) as readonly Source[]
const FREE = ['independent', 'external-with-security-group']

describe.each(['shop-production', 'coupling-delete', 'coupling-extensions'])('%s', (name) => {
  const isFree = name === 'shop-production'

  it('is judged rightly where everything answers', async () => {
    expect(FREE.includes((await judged(await named(name))).verdict)).toBe(isFree)
  })

  it.each(sources)('its %s denied: never free', async (source) => {
    const environment = await named(name)
    await account.control('/faults', { name: 'access-denied', action: SOURCES[source], probability: 1 })
    const { evidence, verdict, gate } = await judged(environment)
    // Whoever may not look into the bundle of a database in the stack knows of that one all the same.
    expect(verdict).toMatch(isFree ? /^unknown$/ : /^(?:unknown|coupled-.*)$/)
    expect(gate).toMatchObject({
      status: expect.stringMatching(isFree ? /^unknown$/ : /^(?:unknown|failed)$/),
      waivable: false,
      summary: expect.stringMatching(/\w/),
      remedy: expect.stringMatching(/\w/),
    })
    const action = SOURCES[source].replace('s3:GetObject', 's3:')
    expect(evidence[source]).toMatchObject({
      ok: false,
      problem: { code: 'access-denied', title: expect.stringContaining(`You are not allowed to perform ${action}`) },
    })
  })

  it.each(sources.filter((source) => source !== 'bundle'))(
    'its %s with half of the members: never freer',
    async (source) => {
      const environment = await named(name)
      await account.control('/faults', { name: 'missing-members', action: SOURCES[source], probability: 1 })
      for (let turn = 0; turn < 5; turn += 1) {
        const { verdict } = await judged(environment)
        expect(isFree || !FREE.includes(verdict)).toBe(true)
      }
    },
  )
})

describe('what passes by itself', () => {
  it.each(
    sources.flatMap((source) => [[source, 'throttle', 'throttled'] as const, [source, 'cut-off', 'network'] as const]),
  )('%s with %s: no verdict, the release tries again', async (source, fault, code) => {
    const environment = await named('shop-production')
    await account.control('/faults', { name: fault, action: SOURCES[source], probability: 1 })
    await expect(judged(environment)).rejects.toMatchObject({
      problem: { code, title: expect.stringMatching(/\w/), remedy: expect.stringMatching(/\w/) },
    })
    await account.control('/faults', { name: fault, on: false })
    expect(FREE).toContain((await judged(environment)).verdict)
  })
})

const empty =
  (service: string, operation: string): Spoil =>
  async () => ({
    status: 200,
    body:
      service === 'ec2'
        ? `<${operation}Response><requestId>r</requestId></${operation}Response>`
        : `<${operation}Response><${operation}Result/><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>`,
  })

describe('an empty answer', () => {
  it.each<[Source, string, RegExp]>([
    ['settings', 'shop-production', /^unknown$/],
    ['settings', 'coupling-delete', /^coupled-delete$/],
    ['resources', 'shop-production', /^unknown$/],
    ['resources', 'coupling-delete', /^coupled-delete$/],
    ['resources', 'coupling-extensions', /^(?:unknown|coupled-.*)$/],
    // An account may have no database; the stack says whether this environment has one.
    ['databases', 'shop-production', /^(?:independent|external-with-security-group)$/],
    ['databases', 'coupling-delete', /^coupled-delete$/],
    ['referring', 'coupling-delete', /^coupled-delete$/],
  ])('of its %s: %s', async (source, name, expected) => {
    const environment = await named(name)
    const [service = '', operation = ''] = SOURCES[source].split(':')
    between.spoilt.set(SOURCES[source], empty(service, operation))
    expect((await judged(environment)).verdict).toMatch(expected)
  })

  it('with a set that holds no setting says nothing', async () => {
    const environment = await named('shop-production')
    between.spoilt.set(SOURCES.settings, settingsOf([['deployed', []]]))
    const { evidence, verdict } = await judged(environment)
    expect(verdict).toBe('unknown')
    expect(evidence.settings).toMatchObject({
      ok: false,
      problem: { title: expect.stringContaining('cannot be read') },
    })
  })
})

type Option = readonly [namespace: string, name: string, value: string]

/** Sets of settings, each with its DeploymentStatus. */
function settingsOf(sets: readonly (readonly [status: string, options: readonly Option[]])[]): Spoil {
  const option = ([namespace, name, value]: Option): string =>
    `<member><Namespace>${namespace}</Namespace><OptionName>${name}</OptionName><Value>${value}</Value></member>`
  const set = ([status, options]: (typeof sets)[number]): string =>
    `<member><DeploymentStatus>${status}</DeploymentStatus><OptionSettings>${options.map(option).join('')}</OptionSettings></member>`
  return async () => ({
    status: 200,
    body: `<DescribeConfigurationSettingsResponse><DescribeConfigurationSettingsResult><ConfigurationSettings>${sets
      .map(set)
      .join('')}</ConfigurationSettings></DescribeConfigurationSettingsResult></DescribeConfigurationSettingsResponse>`,
  })
}

const flag = (value: 'true' | 'false'): Option => ['aws:rds:dbinstance', 'HasCoupledDatabase', value]
const property = (name: string, value: string): Option => ['aws:elasticbeanstalk:application:environment', name, value]

describe('two sets of settings', () => {
  it.each<[string, Parameters<typeof settingsOf>[0], RegExp]>([
    [
      'a draft that would couple',
      [
        ['pending', [flag('true')]],
        ['deployed', [flag('false')]],
      ],
      /^external|^independent/,
    ],
    [
      'a draft that would decouple',
      [
        ['pending', [flag('false')]],
        ['deployed', [flag('true')]],
      ],
      /^coupled-delete$/,
    ],
    [
      'a draft that failed',
      [
        ['failed', [flag('false')]],
        ['deployed', [flag('true')]],
      ],
      /^coupled-delete$/,
    ],
    ['a draft alone', [['pending', [flag('false')]]], /^unknown$/],
    ['a failure alone', [['failed', [flag('false')]]], /^unknown$/],
    ['a state nobody knows', [['imagined', [flag('false')]]], /^unknown$/],
  ])('%s', async (_words, sets, expected) => {
    const environment = await named('shop-production')
    between.spoilt.set(SOURCES.settings, settingsOf(sets))
    expect((await judged(environment)).verdict).toMatch(expected)
  })
})

describe('an enormous answer', () => {
  it.each([
    ['with a database on its last page', 'AWS::RDS::DBInstance', /^coupled-delete$/],
    ['with a table on its last page', 'AWS::DynamoDB::Table', /^coupled-/],
    ['with a nested stack on its last page', 'AWS::CloudFormation::Stack', /^unknown$/],
    ['without a database', 'AWS::EC2::EIP', /^(?:independent|external-with-security-group)$/],
  ])('a stack of 500 resources %s', async (_words, last, expected) => {
    const environment = await named('shop-production')
    const pages: string[] = []
    between.spoilt.set(SOURCES.resources, async ({ parameters }) => {
      const token = parameters.get('NextToken') ?? '0'
      pages.push(token)
      const from = Number(token)
      const members = Array.from({ length: 100 }, (_, index) => {
        const number = from + index
        const type = number === 499 ? last : 'AWS::CloudWatch::Alarm'
        return `<member><LogicalResourceId>R${number}</LogicalResourceId><PhysicalResourceId>r-${number}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`
      })
      const next = from + 100 < 500 ? `<NextToken>${from + 100}</NextToken>` : ''
      return {
        status: 200,
        body: `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join('')}</StackResourceSummaries>${next}</ListStackResourcesResult></ListStackResourcesResponse>`,
      }
    })
    expect((await judged(environment)).verdict).toMatch(expected)
    expect(pages).toEqual(['0', '100', '200', '300', '400'])
  })

  it('a page that is denied in the middle makes all of it unread', async () => {
    const environment = await named('coupling-delete')
    between.spoilt.set(SOURCES.settings, settingsOf([['deployed', [flag('false')]]]))
    between.spoilt.set(SOURCES.resources, async ({ parameters }) =>
      parameters.has('NextToken')
        ? {
            status: 403,
            body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
          }
        : {
            status: 200,
            body: '<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member><LogicalResourceId>A</LogicalResourceId><ResourceType>AWS::EC2::EIP</ResourceType></member></StackResourceSummaries><NextToken>1</NextToken></ListStackResourcesResult></ListStackResourcesResponse>',
          },
    )
    expect((await judged(environment)).verdict).toBe('unknown')
  })

  it.each<[string, 'true' | 'false', RegExp]>([
    ['coupled', 'true', /^coupled-delete$/],
    ['free', 'false', /^(?:independent|external-with-security-group)$/],
  ])('200 settings and 50 KB of properties, the last of them saying %s', async (_words, value, expected) => {
    const environment = await named('shop-production')
    const secret = 'never-to-be-shown'
    const options = [
      ...Array.from({ length: 200 }, (_, index): Option => ['aws:autoscaling:asg', `Custom${index}`, String(index)]),
      ...Array.from({ length: 50 }, (_, index) => property(`SECRET_${index}`, `${secret}${'x'.repeat(1_000)}`)),
      flag(value),
    ]
    between.spoilt.set(SOURCES.settings, settingsOf([['deployed', options]]))
    const begun = performance.now()
    const { evidence, verdict, gate } = await judged(environment)
    expect(verdict).toMatch(expected)
    expect(evidence.settings.ok && evidence.settings.value.length).toBe(251)
    expect(JSON.stringify(gate)).not.toContain(secret)
    expect(performance.now() - begun).toBeLessThan(10_000)
  })
})

describe('an environment that this is not for', () => {
  async function gates(environment: Environment) {
    const seen = sight({ blue: environment })
    const state = stateAt('independence')
    const facts = await independence.observe(state, seen, { ...HANDS, world: world() })
    return independence.judge(state, seen, facts)
  }
  const failed = (judgement: Awaited<ReturnType<typeof gates>>) =>
    [...(judgement.gates ?? []), ...judgement.proofs].filter(({ status }) => status === 'failed')

  it('a worker has no URL to swap', async () => {
    const found = await gates(await named('shop-worker'))
    expect(failed(found)).toContainEqual(
      expect.objectContaining({ id: 'web-tier', summary: expect.stringMatching(/no URL/), waivable: false }),
    )
  })

  it('one that runs on an EKS cluster', async () => {
    const environment = await named('shop-production')
    between.spoilt.set(
      SOURCES.settings,
      settingsOf([['deployed', [['aws:elasticbeanstalk:eks', 'ClusterName', 'one'], flag('false')]]]),
    )
    expect(failed(await gates(environment))).toContainEqual(
      expect.objectContaining({ id: 'standard', summary: expect.stringMatching(/EKS/), waivable: false }),
    )
  })

  it('one whose database was deleted outside Elastic Beanstalk', async () => {
    const { verdict, gate } = await judged(await named('coupling-orphan'))
    expect(verdict).toMatch(/^coupled-/)
    expect(gate).toMatchObject({ status: 'failed', waivable: false, remedy: expect.stringMatching(/AWS support/) })
  })
})

describe('a bundle in S3', () => {
  const config = '.ebextensions/db.config'
  const database = 'Resources:\n  Data:\n    Type: AWS::RDS::DBInstance\n'
  const OPTIONS = 'option_settings:\n  aws:rds:dbinstance:\n    DBEngine: mysql\n'
  const server = { name: 'server.js', text: 'x'.repeat(500) }

  /** What the gate of the deployment says of a version with these bytes. */
  async function gateOf(label: string, bytes: Buffer) {
    const { beanstalk, s3 } = clientsOf(account)
    const location = { S3Bucket: `elasticbeanstalk-${account.region}-${account.accountId}`, S3Key: `shop/${label}` }
    await s3.send(new PutObjectCommand({ Bucket: location.S3Bucket, Key: location.S3Key, Body: bytes }))
    const VersionLabel = label
    await beanstalk.send(
      new CreateApplicationVersionCommand({ ApplicationName: 'shop', VersionLabel, SourceBundle: location }),
    )
    const state = stateAt('deploy', {}, { version: { label, bundle: null, stored: null } })
    const began = { ...state, release: { ...state.release, application: 'shop' } }
    const facts = await deploy.observe(began, sight(), { ...HANDS, world: world() })
    return (deploy.judge(began, sight(), facts).gates ?? []).find(({ id }) => id === 'brings-no-database')
  }

  it.each<[string, Buffer, 'failed' | 'unknown']>([
    ['declares a database', archive([server, { name: config, text: database }]), 'failed'],
    ['declares one in a file that does not parse', archive([{ name: config, text: `${database}\t- [` }]), 'failed'],
    ['declares one by its options', archive([{ name: config, text: OPTIONS }]), 'failed'],
    ['declares one below a wrapping folder', archive([{ name: `shop/${config}`, text: database }]), 'failed'],
    ['hides its extensions behind a password', archive([{ name: config, text: database, flags: 0x801 }]), 'unknown'],
    ['has damaged extensions', archive([{ name: config, text: database, listed: { crc: 7 } }]), 'unknown'],
    ['links its extensions', archive([{ name: config, text: '../x', mode: 0o120777 }]), 'unknown'],
    ['packs them in a way nobody knows', archive([{ name: config, text: database, method: 93 }]), 'unknown'],
    ['is cut off', archive([server, { name: config, text: database }]).subarray(0, -5), 'unknown'],
    ['is no archive', Buffer.from('<!doctype html>'), 'unknown'],
    ['is empty', Buffer.alloc(0), 'unknown'],
  ])('that %s never passes for harmless', async (words, bytes, status) => {
    const found = await gateOf(words.replaceAll(' ', '-'), bytes)
    expect(found).toMatchObject({ status, summary: expect.stringMatching(/\w/), remedy: expect.stringMatching(/\w/) })
  })

  it('that declares nothing passes', async () => {
    expect(await gateOf('harmless', archive([server]))).toMatchObject({ status: 'passed' })
  })
})
