import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readDescriptor } from '../../electron/account/descriptor.ts'
import { openPractice, type Practice } from '../../electron/account/practice.ts'
import { type Aws, openAws } from '../../electron/aws/connect.ts'
import type { Environment, SourceBundle } from '../../electron/contract/models.ts'
import { createDns } from '../../electron/dns/panel.ts'
import { createProbe } from '../../electron/probe/get.ts'
import { type Practice as Account, startPractice } from '../practice/start-practice.ts'

let account: Account
let practice: Practice
let aws: Aws
let folder = ''
const signal = AbortSignal.timeout(300_000)

beforeAll(async () => {
  account = await startPractice({ speed: 3_600, users: false })
  practice = openPractice(readDescriptor(account.descriptor))
  folder = await mkdtemp(join(tmpdir(), 'signalbox-aws-'))
  aws = open(account)
})
afterEach(async () => {
  await account.control('/faults', { name: 'access-denied', on: false })
})
afterAll(async () => {
  practice.close()
  await rm(folder, { recursive: true })
  await account.stop()
})

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

function open(keys: Keys | (() => Promise<Keys>), region = account.region): Aws {
  const { accessKeyId, secretAccessKey, sessionToken } =
    typeof keys === 'function' ? { accessKeyId: '', secretAccessKey: '', sessionToken: undefined } : keys
  const credentials =
    typeof keys === 'function'
      ? keys
      : async () => ({ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) })
  return openAws({ region, endpoint: account.endpoint, credentials, clock: practice.clock })
}

async function environmentOf(application: string): Promise<Environment> {
  const found = (await aws.listApplications())
    .find((listed) => listed.name === application)
    ?.environments.find((environment) => environment.cname !== null)
  if (found === undefined) throw new Error(`The practice account has no web environment in ${application}`)
  return found
}

async function readyAgain(id: string): Promise<Environment> {
  for (;;) {
    const [environment] = await aws.elasticBeanstalk.describeEnvironments({ ids: [id] })
    if (environment?.status === 'Ready') return environment
    await practice.clock.sleep(10_000, signal)
  }
}

describe('reading an account', () => {
  it('knows whose keys these are', async () => {
    expect(await aws.identity()).toEqual({
      accountId: account.accountId,
      arn: expect.stringContaining(`arn:aws:iam::${account.accountId}:`),
    })
  })

  it('lists applications with their environments', async () => {
    const shop = await environmentOf('shop')
    expect(shop).toMatchObject({
      application: 'shop',
      status: 'Ready',
      tier: 'WebServer',
      operationsRole: null,
      versionLabel: '1.4.2',
    })
    expect(shop.cname).toMatch(/^shop\..*elasticbeanstalk\.com$/)
    expect(shop.createdAt).toBeGreaterThan(1e12)
    const worker = (await aws.listApplications())
      .flatMap((application) => application.environments)
      .find((environment) => environment.tier === 'Worker')
    expect(worker?.cname).toBeNull()
  })

  it('reads all that a release asks about an environment', async () => {
    const { elasticBeanstalk, stack } = aws
    const shop = await environmentOf('shop')
    expect(await elasticBeanstalk.health(shop.id)).toMatchObject({
      status: 'Ok',
      color: 'Green',
      instances: [{ status: 'Ok', versionLabel: '1.4.2' }, {}],
    })
    expect((await elasticBeanstalk.deployedSettings('shop', shop.name)).length).toBeGreaterThan(50)
    expect(await elasticBeanstalk.tags(shop.arn)).toContainEqual({
      key: 'elasticbeanstalk:environment-id',
      value: shop.id,
    })
    expect(await elasticBeanstalk.managedActions(shop.id)).toEqual([])
    expect(await elasticBeanstalk.environmentQuota()).toMatchObject({ used: 16, maximum: 200 })
    expect(await elasticBeanstalk.cnameAvailable('shop')).toEqual({ available: false, fullyQualified: shop.cname })
    expect(
      (await elasticBeanstalk.versions('shop', ['1.4.2'])).map((version) => [version.label, version.status]),
    ).toEqual([['1.4.2', 'PROCESSED']])
    expect(await elasticBeanstalk.versions('shop', [])).toEqual([])
    expect(await elasticBeanstalk.templates('shop')).toEqual([])
    const resources = await stack.resources(shop.id)
    expect(resources?.map((resource) => resource.logicalId)).toContain('AWSEBSecurityGroup')
    expect(await stack.resources('e-neverexisted')).toBeNull()
  })

  it('sees what is coupled', async () => {
    const ledger = await environmentOf('ledger')
    const resources = await aws.stack.resources(ledger.id)
    expect(
      resources?.filter((resource) => resource.type === 'AWS::RDS::DBInstance').map((resource) => resource.logicalId),
    ).toEqual(['AWSEBRDSDatabase'])
    expect((await aws.stack.databases()).map((database) => database.stackName)).toContain(`awseb-${ledger.id}-stack`)
    const reports = await environmentOf('reports')
    const group = (await aws.stack.resources(reports.id))?.find(
      (resource) => resource.logicalId === 'AWSEBSecurityGroup',
    )
    expect(await aws.stack.groupsReferring(group?.physicalId ?? '')).toEqual([
      { id: expect.stringMatching(/^sg-/), name: 'reports-database' },
    ])
  })

  it('asks once for what is asked twice at the same moment, and never for everything by mistake', async () => {
    const shop = await environmentOf('shop')
    const before = aws.calls()['elasticbeanstalk:DescribeEnvironments'] ?? 0
    const [one, two] = await Promise.all([
      aws.elasticBeanstalk.describeEnvironments({ ids: [shop.id] }),
      aws.elasticBeanstalk.describeEnvironments({ ids: [shop.id] }),
    ])
    expect(one).toEqual(two)
    expect(await aws.elasticBeanstalk.describeEnvironments({ ids: [] })).toEqual([])
    expect((aws.calls()['elasticbeanstalk:DescribeEnvironments'] ?? 0) - before).toBe(1)
  })

  it('finds nothing in an empty account and in another region', async () => {
    const { empty } = account.keys
    expect(await open(empty).listApplications()).toEqual([])
    expect(await open(account, 'us-west-2').listApplications()).toEqual([])
  })
})

describe('what goes wrong, in words', () => {
  it.each([
    [
      'an unknown key',
      () => ({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }),
      'credentials-invalid',
      /does not know this access key/,
    ],
    [
      'a wrong secret',
      () => ({ accessKeyId: account.accessKeyId, secretAccessKey: 'wrong' }),
      'credentials-invalid',
      /secret access key/,
    ],
    ['an expired session', () => account.keys.expired, 'credentials-expired', /run out/],
  ] as const)('%s', async (_name, keys, code, title) => {
    await expect(
      open(keys())
        .identity()
        .then(() => open(keys()).listApplications()),
    ).rejects.toMatchObject({ problem: { code, title: expect.stringMatching(title) } })
  })

  it('names the permission that is missing', async () => {
    const denied = open(account.keys.readOnly)
    const ledger = await environmentOf('ledger')
    await expect(denied.elasticBeanstalk.terminate(ledger.id)).rejects.toMatchObject({
      problem: {
        code: 'access-denied',
        title: 'You are not allowed to perform elasticbeanstalk:TerminateEnvironment',
        detail: expect.stringMatching(/Request id/),
      },
    })
  })

  it('reads on through throttling and a server’s trouble', async () => {
    await account.control('/faults', { name: 'throttle', count: 1 })
    await account.control('/faults', { name: 'server-error', count: 1 })
    expect((await aws.listApplications()).length).toBeGreaterThan(0)
  })

  it('does not send a change again after the connection broke', async () => {
    await account.control('/faults', {
      name: 'connection-reset',
      action: 'elasticbeanstalk:CreateStorageLocation',
      count: 1,
    })
    const before = aws.calls()['elasticbeanstalk:CreateStorageLocation'] ?? 0
    await expect(
      aws.bundles.upload(await makeBundle('reset.zip', 100), 'shop', () => undefined, signal),
    ).rejects.toMatchObject({
      problem: { code: 'network', meaning: expect.stringMatching(/not known whether AWS carried out/) },
    })
    expect((aws.calls()['elasticbeanstalk:CreateStorageLocation'] ?? 0) - before).toBe(1)
  })

  it('takes renewed credentials after AWS refused the old ones', async () => {
    let asked = 0
    const renewed = open(async () => {
      asked += 1
      return asked === 1 ? account.keys.expired : account
    })
    await expect(renewed.identity()).rejects.toMatchObject({ problem: { code: 'credentials-expired' } })
    expect(await renewed.identity()).toMatchObject({ accountId: account.accountId })
  })

  it('says that nobody answers where the account has stopped', async () => {
    const gone = openAws({
      region: 'eu-central-1',
      endpoint: 'http://127.0.0.1:9',
      credentials: async () => account,
      clock: practice.clock,
    })
    await expect(gone.identity()).rejects.toMatchObject({ problem: { code: 'network' } })
  })
})

describe('uploading a bundle', () => {
  it('sends it once, in parts, and never again', async () => {
    const bundle = await makeBundle('large.zip', 18 * 1024 * 1024)
    const sent: number[] = []
    const first = await aws.bundles.upload(bundle, 'shop', (bytes) => sent.push(bytes), signal)
    expect(first).toEqual({
      bucket: `elasticbeanstalk-${account.region}-${account.accountId}`,
      key: `shop/signalbox-${bundle.sha256}.zip`,
    })
    expect(sent.at(-1)).toBe(bundle.sizeBytes)
    expect(sent.length).toBeGreaterThan(2)
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    const partsSent = aws.calls()['s3:UploadPart']
    expect(partsSent).toBe(3)
    expect(await aws.bundles.upload(bundle, 'shop', () => undefined, signal)).toEqual(first)
    expect(aws.calls()['s3:UploadPart']).toBe(partsSent)
  })

  it('refuses a file that is not the inspected one, and leaves nothing of it behind', async () => {
    const bundle = await makeBundle('changed.zip', 5_000)
    await writeFile(bundle.path, randomBytes(5_000))
    const sending = () => aws.bundles.upload(bundle, 'shop', () => undefined, signal)
    await expect(sending()).rejects.toMatchObject({
      problem: { code: 'bad-bundle', title: 'changed.zip has changed since it was inspected' },
    })
    // Not taken for sent either: the second time it is read and refused again.
    await expect(sending()).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
    await truncate(bundle.path, 10)
    await expect(sending()).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
    await rm(bundle.path)
    await expect(sending()).rejects.toMatchObject({ problem: { title: 'changed.zip is no longer where it was' } })
  })

  it('stops when it is called off', async () => {
    const bundle = await makeBundle('off.zip', 30 * 1024 * 1024)
    const calledOff = new AbortController()
    await expect(
      aws.bundles.upload(bundle, 'shop', () => calledOff.abort(new Error('left')), calledOff.signal),
    ).rejects.toThrow('left')
  })

  it('says who may not upload', async () => {
    await account.control('/faults', { name: 'access-denied', action: 's3:PutObject' })
    await expect(
      aws.bundles.upload(await makeBundle('denied.zip', 100), 'shop', () => undefined, signal),
    ).rejects.toMatchObject({ problem: { code: 'access-denied' } })
  })
})

describe('a release by hand', () => {
  it('clones, deploys, swaps and terminates', async () => {
    const { elasticBeanstalk } = aws
    const blue = await environmentOf('shop')
    const startedAt = practice.clock.now()
    const template = {
      application: 'shop',
      templateName: 'signalbox-test',
      environmentId: blue.id,
      description: 'x'.repeat(300),
      tags: [],
    }
    await elasticBeanstalk.createTemplate(template)
    expect(await elasticBeanstalk.templates('shop')).toEqual(['signalbox-test'])
    await expect(elasticBeanstalk.createTemplate(template)).rejects.toMatchObject({ problem: { code: 'name-taken' } })
    const wanted = {
      application: 'shop',
      environmentName: 'shop-green',
      cnamePrefix: 'shop-green',
      templateName: 'signalbox-test',
      versionLabel: '1.4.2',
      description: 'green',
      tags: [{ key: 'signalbox:release', value: 'r1' }],
      operationsRole: null,
    }
    await expect(elasticBeanstalk.createEnvironment({ ...wanted, cnamePrefix: 'shop' })).rejects.toMatchObject({
      problem: { code: 'name-taken', title: expect.stringMatching(/shop\..* is already taken/) },
    })
    // It is ready within a tenth of a second otherwise.
    await practice.setSpeed(0)
    const { environmentId } = await elasticBeanstalk.createEnvironment(wanted)
    await expect(elasticBeanstalk.createEnvironment({ ...wanted, cnamePrefix: 'shop-other' })).rejects.toMatchObject({
      problem: { code: 'name-taken' },
    })
    await expect(elasticBeanstalk.swapCnames(blue.id, environmentId)).rejects.toMatchObject({
      problem: { code: 'refused-by-aws', title: expect.stringMatching(/is busy/) },
    })
    await practice.setSpeed(3_600)
    await elasticBeanstalk.deleteTemplate('shop', 'signalbox-test')
    const created = await readyAgain(environmentId)
    expect(created).toMatchObject({ name: 'shop-green', versionLabel: '1.4.2', endpointUrl: expect.any(String) })

    const location = await aws.bundles.upload(await sample('shop-1.5.0.zip'), 'shop', () => undefined, signal)
    await elasticBeanstalk.createVersion({
      application: 'shop',
      versionLabel: '1.5.0',
      ...location,
      description: '',
      tags: [],
    })
    while ((await elasticBeanstalk.versions('shop', ['1.5.0']))[0]?.status !== 'PROCESSED')
      await practice.clock.sleep(5_000, signal)
    await elasticBeanstalk.deploy(environmentId, '1.5.0')
    expect(await readyAgain(environmentId)).toMatchObject({ versionLabel: '1.5.0' })
    await expect(elasticBeanstalk.abortUpdate(environmentId)).rejects.toMatchObject({
      problem: { title: expect.stringMatching(/nothing under way/) },
    })

    await elasticBeanstalk.swapCnames(blue.id, environmentId)
    expect(await readyAgain(environmentId)).toMatchObject({ cname: blue.cname })
    expect(await readyAgain(blue.id)).toMatchObject({ cname: created.cname })

    const dns = createDns({ servers: [{ name: 'zone', address: account.dns.authoritative, role: 'authoritative' }] })
    const [zone] = await dns.panel('')
    const answer = zone === undefined ? null : await dns.ask(zone, blue.cname ?? '', signal)
    const address = answer?.kind === 'addresses' ? answer.addresses[0] : undefined
    const page = await createProbe({ dial: practice.dial }).get(
      { address: address ?? '', host: blue.cname ?? '', path: '/' },
      signal,
    )
    expect(page).toMatchObject({
      kind: 'answer',
      status: 200,
      headers: { 'x-app-version': '1.5.0' },
      body: expect.stringContaining('Shop'),
    })

    await elasticBeanstalk.terminate(blue.id)
    let gone: readonly Environment[]
    do {
      await practice.clock.sleep(30_000, signal)
      gone = await elasticBeanstalk.describeEnvironments({ ids: [blue.id] })
    } while (gone.some((environment) => environment.status !== 'Terminated'))
    expect(await aws.stack.resources(blue.id)).toBeNull()
    const events = await elasticBeanstalk.events({ application: 'shop', since: startedAt })
    expect(events.map((event) => event.at)).toEqual(events.map((event) => event.at).toSorted((a, b) => a - b))
    const messages = events.map((event) => event.message)
    expect(messages.indexOf('createEnvironment is starting.')).toBeLessThan(
      messages.indexOf('terminateEnvironment is starting.'),
    )
    expect(messages).toContain('terminateEnvironment completed successfully.')
    await expect(elasticBeanstalk.deploy('e-neverexisted', '1.5.0')).rejects.toMatchObject({
      problem: { code: 'not-found' },
    })
  })
})

async function makeBundle(fileName: string, sizeBytes: number): Promise<SourceBundle> {
  const bytes = randomBytes(sizeBytes)
  const path = join(folder, fileName)
  await writeFile(path, bytes)
  return { path, fileName, sizeBytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function sample(fileName: string): Promise<SourceBundle> {
  const { inspectBundle } = await import('../../electron/bundle/inspect.ts')
  return (await inspectBundle(join(import.meta.dirname, '../../resources/bundles', fileName))).bundle
}
