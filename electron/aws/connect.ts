import type { Application } from '../contract/models.ts'
import { needsSignIn, problem } from '../contract/problem.ts'
import type { DomainRecords, RequestCounts } from '../release/outside.ts'
import type { Bundles, Clock, Databases, ElasticBeanstalk, Network, StackReader } from '../release/world.ts'
import { type Budget, createBudget } from './budget.ts'
import { type AwsKeys, createClients } from './clients.ts'
import { createRequestCounts } from './cloudwatch.ts'
import { createDatabases } from './databases.ts'
import { createElasticBeanstalk } from './elastic-beanstalk.ts'
import { createIngress } from './ingress.ts'
import { createListeners } from './listeners.ts'
import { createDomainRecords } from './route53.ts'
import { createSend } from './send.ts'
import { createStackReader } from './stack.ts'
import { openStoredObject, type StoredObject } from './stored-object.ts'
import { createBundles } from './upload.ts'

/** AWS in our words: what a World needs of it, and what the screens ask before a release begins. */
export interface Aws {
  readonly elasticBeanstalk: ElasticBeanstalk
  readonly stack: StackReader
  readonly databases: Databases
  readonly network: Network
  readonly domainRecords: DomainRecords
  readonly requestCounts: RequestCounts
  readonly bundles: Bundles
  /** An object in S3, to be read in pieces. */
  openStoredObject(location: { readonly bucket: string; readonly key: string }): Promise<StoredObject>
  /** Who the credentials are; the first call after signing in. */
  identity(): Promise<{ readonly accountId: string; readonly arn: string }>
  /** Every application with its environments, terminated ones left out. */
  listApplications(): Promise<readonly Application[]>
  /** Requests sent so far, by `service:Operation`. */
  calls(): Readonly<Record<string, number>>
}

export interface OpenAwsOptions {
  readonly region: string
  /** Asked again after AWS refused a sign-in, so that a renewed profile or SSO session is picked up. */
  readonly credentials: () => Promise<AwsKeys>
  /** Where all services are, for the practice account; absent: AWS's own endpoints. */
  readonly endpoint?: string
  readonly clock: Clock
  /** The purse that all sign-ins to an account share; absent: one of its own. */
  readonly purse?: (accountId: string) => Budget
  /** Told the time that AWS stamps on every answer, in epoch milliseconds. */
  readonly onTime?: (at: number) => void
}

/** Opens nothing yet: the first call connects. Everything it answers throws `SignalboxError` only. */
export function openAws(options: OpenAwsOptions): Aws {
  const clients = createClients(options)
  // Who we are is asked first, and whose purse it is follows from the answer.
  let budget = createBudget(options.clock)
  const send = createSend({
    clock: options.clock,
    budget: () => budget,
    onFailure: (error) => {
      if (needsSignIn(error.problem)) clients.renew()
    },
  })
  const { listApplications, ...elasticBeanstalk } = createElasticBeanstalk(clients, send, options.clock)
  return {
    elasticBeanstalk,
    stack: createStackReader(clients, send),
    databases: createDatabases(clients, send),
    network: { ...createIngress(clients, send), ...createListeners(clients, send) },
    domainRecords: createDomainRecords(clients, send, options.clock),
    requestCounts: createRequestCounts(clients, send, options.clock),
    bundles: createBundles(clients, send),
    openStoredObject: (location) => openStoredObject(clients, send, location),
    listApplications,
    identity: async () => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
      const answer = await send(
        { service: 'sts', operation: 'GetCallerIdentity', changes: false },
        async (abortSignal) => {
          const client = await clients.sts()
          return client.send(new GetCallerIdentityCommand({}), { abortSignal })
        },
      )
      if (answer.Account === undefined) {
        throw problem('credentials-invalid', 'AWS did not say whose credentials these are', {
          meaning: 'Without the account’s number a release cannot be tied to its account.',
          remedy: 'Sign in again.',
        })
      }
      if (options.purse) budget = options.purse(answer.Account)
      return { accountId: answer.Account, arn: answer.Arn ?? '' }
    },
    calls: clients.calls,
  }
}
