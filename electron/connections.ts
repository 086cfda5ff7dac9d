import { createAccountClock } from './account/account-clock.ts'
import { credentialsOf } from './account/credentials.ts'
import { readDescriptor } from './account/descriptor.ts'
import { openPractice } from './account/practice.ts'
import { createPurses } from './aws/budget.ts'
import { type Aws, openAws } from './aws/connect.ts'
import { createVersionBundles } from './bundle/version-bundles.ts'
import type { Credentials } from './contract/contract.ts'
import type { Connected } from './desk.ts'
import { createDns } from './dns/panel.ts'
import type { PracticeProcess } from './practice-account.ts'
import { createProbe } from './probe/get.ts'
import type { World } from './release/world.ts'

/** One budget for each account and region, whoever signs in to it and however often. */
const purseOf = createPurses()

/** Signs in to an account and makes the world that its releases may touch. `startPractice` is called at most once at a time. */
export async function connectTo(
  credentials: Credentials,
  startPractice: () => Promise<PracticeProcess>,
): Promise<Connected> {
  return credentials.kind === 'practice' ? connectPractice(await startPractice()) : connectAws(credentials)
}

async function connectAws(credentials: Exclude<Credentials, { kind: 'practice' }>): Promise<Connected> {
  const { region } = credentials
  const clock = createAccountClock()
  const aws = openAws({
    region,
    credentials: credentialsOf(credentials),
    clock,
    purse: (id) => purseOf(`${id} ${region}`, clock),
    onTime: clock.heard,
  })
  const { accountId, arn } = await aws.identity()
  const storedBundles = storedBundlesOf(aws)
  const world: World = {
    clock,
    ...aws,
    versionBundles: storedBundles,
    dns: createDns(),
    probe: createProbe(),
  }
  return {
    connection: {
      kind: 'aws',
      label: credentials.kind === 'profile' ? credentials.profile : 'Access keys',
      accountId,
      arn,
      region,
      clockSpeed: null,
    },
    world,
    storedBundles,
    listApplications: aws.listApplications,
    browserUrl: async ({ cname, endpointUrl }) => `http://${cname ?? endpointUrl ?? ''}/`,
    close: async () => {},
  }
}

async function connectPractice({ descriptor: said }: PracticeProcess): Promise<Connected> {
  const descriptor = readDescriptor(said)
  const practice = openPractice(descriptor)
  await practice.synchronise()
  const { accessKeyId, secretAccessKey, endpoint, region, dns } = descriptor
  const aws = openAws({
    region,
    endpoint,
    clock: practice.clock,
    purse: (id) => purseOf(`${id} ${region} ${endpoint}`, practice.clock),
    credentials: async () => ({ accessKeyId, secretAccessKey }),
  })
  const { accountId, arn } = await aws.identity()
  const storedBundles = storedBundlesOf(aws)
  const world: World = {
    clock: practice.clock,
    ...aws,
    versionBundles: storedBundles,
    dns: createDns({
      // On loopback an answer comes at once or never, and the account's clock runs ahead while one is waited for.
      patience: { tryMilliseconds: 300, tries: 2 },
      servers: [
        { name: 'authoritative', address: dns.authoritative, role: 'authoritative' },
        ...dns.resolvers.map(({ name, address }) => ({ name, address, role: 'resolver' as const })),
      ],
    }),
    probe: createProbe({
      dial: practice.dial,
      ...(descriptor.ca === undefined ? {} : { certificateAuthority: descriptor.ca }),
    }),
  }
  return {
    connection: {
      kind: 'practice',
      label: 'Practice account',
      accountId,
      arn,
      region,
      clockSpeed: practice.clock.speed(),
    },
    world,
    storedBundles,
    listApplications: aws.listApplications,
    // Its names exist in its own name servers only: a browser gets the loopback address that stands for the environment.
    async browserUrl({ endpointUrl }) {
      const answers = await Promise.all(
        (await world.dns.panel(endpointUrl ?? '')).map((server) =>
          world.dns.ask(server, endpointUrl ?? '', AbortSignal.timeout(5000)),
        ),
      )
      const [address] = answers.flatMap((answer) => (answer.kind === 'addresses' ? answer.addresses : []))
      const target = await practice.dial(address ?? endpointUrl ?? '', 80)
      return target ? `http://${target.host}:${target.port}/` : ''
    },
    practice,
    async close() {
      practice.close()
    },
  }
}

function storedBundlesOf({ elasticBeanstalk, openStoredObject }: Aws) {
  return createVersionBundles({ versions: elasticBeanstalk.versions, open: openStoredObject })
}
