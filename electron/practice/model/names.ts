import { type Account, strikes } from './account.ts'
import { invalidParameterValue, validationError } from './aws-error.ts'
import type { EnvironmentRecord } from './records.ts'

/** The region's zone, in which environments get their names. */
export function environmentZone(region: string): string {
  return `${region}.elasticbeanstalk.com`
}

/** The region's zone of load balancers. */
export function loadBalancerZone(region: string): string {
  return `${region}.elb.amazonaws.com`
}

/** The full name a prefix stands for. */
export function fullName(account: Account, prefix: string): string {
  return `${prefix.toLowerCase()}.${environmentZone(account.region)}`
}

/** Throws unless the prefix is one that Elastic Beanstalk accepts. */
export function checkPrefix(prefix: string): void {
  if (prefix.length < 4 || prefix.length > 63) {
    throw validationError(
      prefix,
      'cNAMEPrefix',
      prefix.length < 4
        ? 'Member must have length greater than or equal to 4'
        : 'Member must have length less than or equal to 63',
    )
  }
  const reserved = /^(?:eba-|ebd-|fer-)/i.exec(prefix)?.[0]
  if (reserved !== undefined) {
    throw validationError(prefix, 'CNAMEPrefix', `Member Don't start domain name with '${reserved}' (reserved).`)
  }
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(prefix)) {
    throw invalidParameterValue(
      `Value ${prefix} at 'CNAMEPrefix' failed to satisfy constraint: Member must contain only letters, digits, and the dash character and may not start or end with a dash`,
    )
  }
}

/** Who holds a name now: an environment of this account, someone else, or no one. */
export function holderOf(account: Account, name: string): EnvironmentRecord | 'someone else' | undefined {
  const wanted = name.toLowerCase()
  if (account.foreignNames.has(wanted) || account.now < (account.reservedNames.get(wanted) ?? 0)) return 'someone else'
  return [...account.environments.values()].find(
    (environment) => environment.status !== 'Terminated' && environment.cname === wanted,
  )
}

/** Takes a prefix's name for a new environment, or a generated one without a prefix; throws when it is held. */
export function claimName(account: Account, environmentName: string, prefix: string | undefined): string {
  if (prefix === undefined) {
    return `${environmentName.toLowerCase()}.eba-${account.random.text(8)}.${environmentZone(account.region)}`
  }
  checkPrefix(prefix)
  const name = fullName(account, prefix)
  if (strikes(account, 'cnameTaken', { name: environmentName })) account.foreignNames.add(name)
  if (holderOf(account, name) !== undefined) throw invalidParameterValue(`DNS name (${name}) is not available.`)
  return name
}

/** Throws unless the name follows the rules for names of environments. */
export function checkEnvironmentName(name: string): void {
  if (name.length < 4 || name.length > 40) {
    throw validationError(
      name,
      'environmentName',
      name.length < 4
        ? 'Member must have length greater than or equal to 4'
        : 'Member must have length less than or equal to 40',
    )
  }
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(name)) {
    throw invalidParameterValue(
      `Value ${name} at 'EnvironmentName' failed to satisfy constraint: Member must contain only letters, digits, and the dash character and may not start or end with a dash`,
    )
  }
}
