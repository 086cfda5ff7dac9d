import { type Account, after, beginOperation, endOperation, strikes } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'
import { narrate } from './events.ts'
import type { EnvironmentRecord } from './records.ts'

/**
 * Exchanges the CNAMEs of two environments, in about five seconds. Health is no precondition: Elastic Beanstalk
 * swaps a Red environment as readily as a Green one.
 */
export function swapCnames(
  account: Account,
  source: EnvironmentRecord,
  destination: EnvironmentRecord,
  requestId: string,
): void {
  if (source.id === destination.id) {
    throw invalidParameterValue('Source and destination environments cannot be the same.')
  }
  if (source.applicationName !== destination.applicationName) {
    throw invalidParameterValue('Source and destination environments must belong to the same application.')
  }
  for (const environment of [source, destination]) {
    if (environment.cname === undefined) throw invalidParameterValue('Environment does not support a cname')
    if (environment.status !== 'Ready') throw notReady(environment)
  }
  if (strikes(account, 'swapRefused', destination)) throw notReady(destination)

  const both = [source, destination]
  for (const environment of both) {
    beginOperation(account, environment, 'swap', requestId)
    environment.status = 'Updating'
  }
  narrate(account, source, 'swapEnvironmentCNAMEs is starting.')
  after(account, source, 1, () =>
    narrate(account, source, `Swapping CNAMEs for environments '${source.name}' and '${destination.name}'.`),
  )
  after(account, source, 5, () => {
    const { cname } = source
    source.cname = destination.cname
    destination.cname = cname
    narrate(account, source, `'${source.cname ?? ''}' now points to '${source.front?.endpoint ?? ''}'.`)
    narrate(account, source, `Completed swapping CNAMEs for environments '${source.name}' and '${destination.name}'.`)
  })
  after(account, source, 5.5, () => {
    for (const environment of both) {
      environment.status = 'Ready'
      endOperation(account, environment)
    }
  })
}

/** The refusal of whatever needs an environment that is Ready. */
export function notReady(environment: EnvironmentRecord): Error {
  return invalidParameterValue(
    `Environment named ${environment.name} is in an invalid state for this operation. Must be Ready.`,
  )
}
