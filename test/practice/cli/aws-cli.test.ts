import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zip } from '../../../electron/practice/server/seed-bundles.ts'
import { type Practice, startPractice } from '../start-practice.ts'

/** Fast enough that the slow part is the command line's own start. */
const SPEED = 600
const RELEASE_MILLISECONDS = 240_000
const COMMAND_MILLISECONDS = 30_000

const run = promisify(execFile)
const isInstalled = (process.env['PATH'] ?? '').split(delimiter).some((folder) => canRun(join(folder, 'aws')))

let practice: Practice
let folder: string

beforeAll(async () => {
  if (!isInstalled) return
  folder = await mkdtemp(join(tmpdir(), 'practice-cli-'))
  practice = await startPractice({ speed: SPEED, users: false, seed: 3 })
})

afterAll(async () => {
  if (!isInstalled) return
  await rm(folder, { recursive: true, force: true })
  await practice.stop()
})

describe.skipIf(!isInstalled)('the AWS CLI (skipped where no aws is on the PATH)', () => {
  it('runs a whole blue/green release by public commands alone', { timeout: RELEASE_MILLISECONDS }, async () => {
    const identity = await aws<Identity>('sts get-caller-identity')
    expect(identity.Account).toBe(practice.accountId)
    const blue = await environment('shop-production')
    expect(blue).toMatchObject({ Status: 'Ready', Health: 'Green', VersionLabel: '1.4.2' })
    expect(
      await aws<Options>(`${BEANSTALK} describe-configuration-settings --environment-name shop-production ${SHOP}`),
    ).toMatchObject({ ConfigurationSettings: [{ DeploymentStatus: 'deployed' }] })
    const resources = await aws<Resources>(
      `cloudformation list-stack-resources --stack-name awseb-${blue.EnvironmentId}-stack`,
    )
    expect(resources.StackResourceSummaries.map(({ ResourceType }) => ResourceType)).not.toContain(
      'AWS::RDS::DBInstance',
    )

    // Green is blue's twin.
    const prefix = 'shop-green-by-cli'
    expect(await aws<Availability>(`${BEANSTALK} check-dns-availability --cname-prefix ${prefix}`)).toMatchObject({
      Available: true,
    })
    await aws(
      `${BEANSTALK} create-configuration-template ${SHOP} --template-name cli-twin --environment-id ${blue.EnvironmentId}`,
    )
    const created = await aws<Environment>(
      `${BEANSTALK} create-environment ${SHOP} --environment-name shop-green --template-name cli-twin --version-label 1.4.2 --cname-prefix ${prefix} --tags Key=colour,Value=green`,
    )
    expect(created).toMatchObject({ Status: 'Launching', Health: 'Grey' })
    await until('shop-green', ({ Status, Health }) => Status === 'Ready' && Health === 'Green')
    await aws(`${BEANSTALK} delete-configuration-template ${SHOP} --template-name cli-twin`)

    // A bundle so large that the command line uploads it in parts.
    const bundle = join(folder, '1.5.0.zip')
    const content = zip({ 'index.html': '1.5.0', 'padding.txt': randomBytes(9_000_000).toString('base64') })
    await writeFile(bundle, content)
    const { S3Bucket } = await aws<{ readonly S3Bucket: string }>(`${BEANSTALK} create-storage-location`)
    await command(`s3 cp ${bundle} s3://${S3Bucket}/shop/1.5.0.zip --quiet`)
    await command(`s3 cp s3://${S3Bucket}/shop/1.5.0.zip ${join(folder, 'back.zip')} --quiet`)
    expect(content.equals(await readFile(join(folder, 'back.zip')))).toBe(true)
    expect(await command(`s3 ls s3://${S3Bucket}/shop/`)).toContain(`${content.length} 1.5.0.zip`)
    await aws(
      `${BEANSTALK} create-application-version ${SHOP} --version-label 1.5.0 --source-bundle S3Bucket=${S3Bucket},S3Key=shop/1.5.0.zip --process`,
    )
    await untilTrue(async () => {
      const { ApplicationVersions } = await aws<Versions>(
        `${BEANSTALK} describe-application-versions ${SHOP} --version-labels 1.5.0`,
      )
      // The command line knows the service's older spelling and hands on what it was sent.
      return ApplicationVersions[0]?.Status?.toUpperCase() === 'PROCESSED'
    })
    await aws(`${BEANSTALK} update-environment --environment-name shop-green --version-label 1.5.0`)
    await until('shop-green', ({ Status, VersionLabel }) => Status === 'Ready' && VersionLabel === '1.5.0')
    await untilTrue(async () => {
      const { InstanceHealthList } = await aws<Instances>(
        `${BEANSTALK} describe-instances-health --environment-name shop-green --attribute-names All`,
      )
      return (
        InstanceHealthList.length === 2 &&
        InstanceHealthList.every(({ Deployment }) => Deployment?.VersionLabel === '1.5.0')
      )
    })

    // The swap, and who has which name after it.
    await aws(
      `${BEANSTALK} swap-environment-cnames --source-environment-name shop-production --destination-environment-name shop-green`,
    )
    const swapped = await until('shop-green', ({ Status, CNAME }) => Status === 'Ready' && CNAME === blue.CNAME)
    expect((await until('shop-production', ({ Status }) => Status === 'Ready')).CNAME).toBe(created.CNAME)
    const { Events } = await aws<{ readonly Events: readonly { readonly Message: string }[] }>(
      `${BEANSTALK} describe-events --environment-name shop-production --max-items 20`,
    )
    expect(Events.map(({ Message }) => Message)).toContain(
      "Completed swapping CNAMEs for environments 'shop-production' and 'shop-green'.",
    )

    // Blue retires, and only blue.
    await aws(`${BEANSTALK} terminate-environment --environment-id ${blue.EnvironmentId}`)
    await untilTrue(async () => {
      const { Environments } = await aws<Environments>(
        `${BEANSTALK} describe-environments --environment-ids ${blue.EnvironmentId} --include-deleted --included-deleted-back-to 2020-01-01T00:00:00Z`,
      )
      return Environments[0]?.Status === 'Terminated'
    })
    expect(await environment('shop-green')).toMatchObject({
      EnvironmentId: swapped.EnvironmentId,
      Status: 'Ready',
      Health: 'Green',
      VersionLabel: '1.5.0',
      CNAME: blue.CNAME,
    })
  })

  it("says in AWS's words what it refuses", { timeout: COMMAND_MILLISECONDS }, async () => {
    await expect(
      aws(`${BEANSTALK} describe-environment-health --environment-name nowhere --attribute-names All`),
    ).rejects.toThrow(
      "An error occurred (InvalidParameterValue) when calling the DescribeEnvironmentHealth operation: No Environment found for EnvironmentName = 'nowhere'.",
    )
    const { accessKeyId, secretAccessKey } = practice.keys.readOnly
    await expect(
      aws(`${BEANSTALK} terminate-environment --environment-name ledger-production`, { accessKeyId, secretAccessKey }),
    ).rejects.toThrow(
      'An error occurred (AccessDenied) when calling the TerminateEnvironment operation: User: arn:aws:iam::',
    )
    await expect(
      aws('sts get-caller-identity', { accessKeyId, secretAccessKey: `${secretAccessKey}x` }),
    ).rejects.toThrow('An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation:')
  })
})

const BEANSTALK = 'elasticbeanstalk'
const SHOP = '--application-name shop'

interface Identity {
  readonly Account: string
}
interface Environment {
  readonly EnvironmentId: string
  readonly CNAME: string
  readonly Status: string
  readonly Health: string
  readonly VersionLabel: string
}
interface Environments {
  readonly Environments: readonly Environment[]
}
interface Options {
  readonly ConfigurationSettings: readonly unknown[]
}
interface Resources {
  readonly StackResourceSummaries: readonly { readonly ResourceType: string }[]
}
interface Availability {
  readonly Available: boolean
}
interface Versions {
  readonly ApplicationVersions: readonly { readonly Status?: string }[]
}
interface Instances {
  readonly InstanceHealthList: readonly { readonly Deployment?: { readonly VersionLabel?: string } }[]
}
interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Runs a command of the AWS CLI against the practice account and answers what it printed. */
async function command(line: string, key: Key = practice): Promise<string> {
  const { ELECTRON_RUN_AS_NODE: _node, AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env
  const { stdout } = await run('aws', [...line.split(' '), '--endpoint-url', practice.endpoint], {
    timeout: COMMAND_MILLISECONDS,
    maxBuffer: 16_777_216,
    env: {
      ...inherited,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_DEFAULT_REGION: practice.region,
      AWS_REGION: practice.region,
      // Nothing of whoever runs this: no profile, no other machine, no pager.
      AWS_CONFIG_FILE: join(folder, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_DEFAULT_OUTPUT: 'json',
    },
  })
  return stdout
}

async function aws<Answer>(line: string, key?: Key): Promise<Answer> {
  const printed = await command(line, key)
  return (printed.trim() === '' ? {} : JSON.parse(printed)) as Answer
}

async function environment(name: string): Promise<Environment> {
  const { Environments } = await aws<Environments>(
    `${BEANSTALK} describe-environments --environment-names ${name} --no-include-deleted`,
  )
  const [found] = Environments
  if (found === undefined || Environments.length !== 1) throw new Error(`There are ${Environments.length} of ${name}.`)
  return found
}

async function until(name: string, isReached: (found: Environment) => boolean): Promise<Environment> {
  let last: Environment | undefined
  await untilTrue(async () => {
    last = await environment(name)
    return isReached(last)
  }).catch((error: unknown) => {
    throw new Error(`${name} did not get there: ${JSON.stringify(last)}`, { cause: error })
  })
  return last ?? environment(name)
}

/** Asks again and again; the account's clock runs so fast that an operation is over after a few questions. */
async function untilTrue(ask: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; asked < 20; asked += 1) if (await ask()) return
  throw new Error('It did not happen within 20 questions.')
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
