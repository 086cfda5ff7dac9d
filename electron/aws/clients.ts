import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ElasticBeanstalkClient } from '@aws-sdk/client-elastic-beanstalk'
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RDSClient } from '@aws-sdk/client-rds'
import type { Route53Client } from '@aws-sdk/client-route-53'
import type { S3Client } from '@aws-sdk/client-s3'
import type { STSClient } from '@aws-sdk/client-sts'

/** Keys as every AWS client takes them. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export interface ClientOptions {
  readonly region: string
  readonly credentials: () => Promise<AwsKeys>
  /** One endpoint for all services: the practice account. */
  readonly endpoint?: string
  /** Told the time that is stamped on every answer, in epoch milliseconds. */
  readonly onTime?: (at: number) => void
}

/** AWS's clients, each loaded and made when it is first asked for. */
export interface Clients {
  elasticBeanstalk(): Promise<ElasticBeanstalkClient>
  cloudFormation(): Promise<CloudFormationClient>
  rds(): Promise<RDSClient>
  ec2(): Promise<EC2Client>
  elasticLoadBalancing(): Promise<ElasticLoadBalancingV2Client>
  route53(): Promise<Route53Client>
  cloudWatch(): Promise<CloudWatchClient>
  s3(): Promise<S3Client>
  sts(): Promise<STSClient>
  /** Lets go of clients and of the credentials they remember; the next call makes new ones. */
  renew(): void
  /** Requests sent so far, by `service:Operation`. */
  calls(): Readonly<Record<string, number>>
}

const CONNECTION_MILLISECONDS = 5_000
const REQUEST_MILLISECONDS = 30_000
const UPLOAD_SILENCE_MILLISECONDS = 60_000
/** Beside the connection, where the answer is as it came. */
const PER_ANSWER = { step: 'deserialize', priority: 'low', name: 'signalboxHearTime' } as const
/** After the place of retries, so that each attempt counts. */
const PER_REQUEST = { step: 'finalizeRequest', priority: 'low', name: 'signalboxCountCalls' } as const

/** Makes clients that never try again by themselves (`send.ts` does, within the budget), the upload's excepted. */
export function createClients(options: ClientOptions): Clients {
  const counts = new Map<string, number>()
  let generation = 0

  const common = {
    region: options.region,
    credentials: options.credentials,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_MILLISECONDS,
      requestTimeout: REQUEST_MILLISECONDS,
      throwOnRequestTimeout: true,
    },
    ...endpointOptions(options.endpoint),
  }

  function lazily<Client>(make: () => Promise<Client>): () => Promise<Client> {
    let made: { readonly generation: number; readonly client: Promise<Client> } | null = null
    return () => {
      if (made?.generation !== generation) made = { generation, client: make() }
      return made.client
    }
  }

  function counting(service: string) {
    return <Request, Response>(
      next: (request: Request) => Promise<Response>,
      context: { readonly commandName?: string },
    ) =>
      (request: Request): Promise<Response> => {
        const name = `${service}:${(context.commandName ?? 'Unknown').replace(/Command$/, '')}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
        return next(request)
      }
  }

  function hearing() {
    return <Request, Result>(next: (request: Request) => Promise<Result>) =>
      async (request: Request): Promise<Result> => {
        const result = await next(request)
        const at = Date.parse(dateOf(result))
        if (!Number.isNaN(at)) options.onTime?.(at)
        return result
      }
  }

  return {
    elasticBeanstalk: lazily(async () => {
      const { ElasticBeanstalkClient } = await import('@aws-sdk/client-elastic-beanstalk')
      const client = new ElasticBeanstalkClient(common)
      client.middlewareStack.add(counting('elasticbeanstalk'), PER_REQUEST)
      client.middlewareStack.add(hearing(), PER_ANSWER)
      return client
    }),
    cloudFormation: lazily(async () => {
      const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation')
      const client = new CloudFormationClient(common)
      client.middlewareStack.add(counting('cloudformation'), PER_REQUEST)
      return client
    }),
    rds: lazily(async () => {
      const { RDSClient } = await import('@aws-sdk/client-rds')
      const client = new RDSClient(common)
      client.middlewareStack.add(counting('rds'), PER_REQUEST)
      return client
    }),
    ec2: lazily(async () => {
      const { EC2Client } = await import('@aws-sdk/client-ec2')
      const client = new EC2Client(common)
      client.middlewareStack.add(counting('ec2'), PER_REQUEST)
      return client
    }),
    route53: lazily(async () => {
      const { Route53Client } = await import('@aws-sdk/client-route-53')
      const client = new Route53Client(common)
      client.middlewareStack.add(counting('route53'), PER_REQUEST)
      return client
    }),
    cloudWatch: lazily(async () => {
      const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch')
      const client = new CloudWatchClient(common)
      client.middlewareStack.add(counting('cloudwatch'), PER_REQUEST)
      return client
    }),
    elasticLoadBalancing: lazily(async () => {
      const { ElasticLoadBalancingV2Client } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      const client = new ElasticLoadBalancingV2Client(common)
      client.middlewareStack.add(counting('elasticloadbalancing'), PER_REQUEST)
      return client
    }),
    s3: lazily(async () => {
      const { S3Client } = await import('@aws-sdk/client-s3')
      const client = new S3Client({
        ...common,
        // A part of a bundle may be sent twice without harm, and a slow line takes long over one.
        maxAttempts: 3,
        requestHandler: { connectionTimeout: CONNECTION_MILLISECONDS, socketTimeout: UPLOAD_SILENCE_MILLISECONDS },
        forcePathStyle: options.endpoint !== undefined,
      })
      client.middlewareStack.add(counting('s3'), PER_REQUEST)
      return client
    }),
    sts: lazily(async () => {
      const { STSClient } = await import('@aws-sdk/client-sts')
      const client = new STSClient(common)
      client.middlewareStack.add(counting('sts'), PER_REQUEST)
      client.middlewareStack.add(hearing(), PER_ANSWER)
      return client
    }),
    renew: () => {
      generation += 1
    },
    calls: () => Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Switched off for an endpoint of one's own: clients refuse one where the machine's settings ask for FIPS or dual-stack. */
function endpointOptions(endpoint: string | undefined) {
  return endpoint === undefined ? {} : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }
}

/** The Date header of an answer as the connection gives it; empty where there is none. */
function dateOf(result: unknown): string {
  const headers = (result as { readonly response?: { readonly headers?: Readonly<Record<string, unknown>> } }).response
    ?.headers
  const date = headers?.['date'] ?? headers?.['Date']
  return typeof date === 'string' ? date : ''
}
