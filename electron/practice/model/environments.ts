import { type Account, beginOperation, glimpse, strikes, versionKey } from './account.ts'
import { AwsError, invalidParameterValue } from './aws-error.ts'
import { changeConfiguration } from './configure.ts'
import { releaseCoupledDatabase } from './databases.ts'
import { deployVersion } from './deploy.ts'
import { narrate } from './events.ts'
import { type LaunchTrouble, launch } from './launch.ts'
import { planManagedActions } from './managed-actions.ts'
import { checkEnvironmentName, claimName, holderOf } from './names.ts'
import { platformByArn, platformBySolutionStack } from './platforms.ts'
import type { EnvironmentLink, EnvironmentRecord, Setting, Settings, Tag, VersionRecord } from './records.ts'
import { changeSettings, checkSettings, type OptionSpecification } from './settings.ts'
import { sharedLoadBalancerOf } from './shared-load-balancers.ts'
import { physicalId } from './stack.ts'
import { notReady } from './swap.ts'
import { findTemplate } from './templates.ts'
import { findApplication, findVersion, sampleVersion } from './versions.ts'

const LISTED_AFTER_TERMINATION_MILLISECONDS = 3_600_000
const REBUILDABLE_MILLISECONDS = 42 * 86_400_000

export interface NewEnvironment {
  readonly applicationName: string
  readonly environmentName: string
  readonly description?: string | undefined
  readonly cnamePrefix?: string | undefined
  readonly tier?: 'WebServer' | 'Worker'
  readonly templateName?: string | undefined
  readonly versionLabel?: string | undefined
  readonly platformArn?: string | undefined
  readonly solutionStack?: string | undefined
  readonly operationsRole?: string | undefined
  readonly settings: readonly Setting[]
  readonly remove?: readonly OptionSpecification[]
  readonly links?: readonly EnvironmentLink[]
  /** Absent: none were passed, and a template's tags hold; passing any discards the template's. */
  readonly tags?: readonly Tag[] | undefined
}

/** Starts to create an environment; it is Launching when this returns. */
export function createEnvironment(account: Account, wanted: NewEnvironment, requestId: string): EnvironmentRecord {
  if (strikes(account, 'nameTaken', { name: wanted.environmentName })) takeName(account, wanted)
  return beginEnvironment(account, wanted, requestId)
}

/** Another operator is a moment faster with an environment of the same name. */
function takeName(account: Account, wanted: NewEnvironment): void {
  const description = 'Created by another operator'
  // Tags of their own, so that nobody takes it for what was asked for.
  const tags = [{ key: 'Owner', value: 'another operator' }]
  beginEnvironment(account, { ...wanted, tags, cnamePrefix: undefined, description }, account.random.uuid())
}

/** What other hands do once an environment is gone, where the fault is on that says so. */
function afterTermination(account: Account, gone: EnvironmentRecord): void {
  const { applicationName, name: environmentName, cname, platformArn, versionLabel } = gone
  if (cname !== undefined && strikes(account, 'cnameClaimed', gone)) account.foreignNames.add(cname)
  if (strikes(account, 'nameReused', gone)) {
    takeName(account, { applicationName, environmentName, platformArn, versionLabel, settings: [] })
  }
  if (strikes(account, 'versionDeleted', gone)) account.versions.delete(versionKey(applicationName, versionLabel ?? ''))
}

function beginEnvironment(account: Account, wanted: NewEnvironment, requestId: string): EnvironmentRecord {
  account.terminated = afterTermination
  const { applicationName, environmentName, tier = 'WebServer' } = wanted
  findApplication(account, applicationName)
  checkEnvironmentName(environmentName)
  const living = livingEnvironments(account)
  if (living.some(({ name }) => name === environmentName))
    throw invalidParameterValue(`Environment ${environmentName} already exists.`)
  if (living.length >= account.quotas.environments) {
    throw new AwsError(
      'TooManyEnvironmentsException',
      `You cannot have more than ${account.quotas.environments} Environments. Either terminate some Environments or request a limit increase.`,
    )
  }
  const version = versionFor(account, wanted)
  const origin = originOf(account, wanted)
  const settings = changeSettings(origin.settings, wanted.settings, wanted.remove)
  checkSettings(settings, wanted.settings)
  if (tier === 'WebServer') sharedLoadBalancerOf(account, settings)
  if (tier === 'Worker' && wanted.cnamePrefix !== undefined)
    throw invalidParameterValue('Environment does not support a cname')
  const cname = tier === 'Worker' ? undefined : claimName(account, environmentName, wanted.cnamePrefix)

  const id = `e-${account.random.text(10)}`
  const tags = wanted.tags === undefined || wanted.tags.length === 0 ? origin.tags : wanted.tags
  const environment: EnvironmentRecord = {
    id,
    name: environmentName,
    arn: `arn:aws:elasticbeanstalk:${account.region}:${account.accountId}:environment/${applicationName}/${environmentName}`,
    applicationName,
    tier,
    created: account.now,
    description: wanted.description,
    updated: account.now,
    terminated: undefined,
    status: 'Launching',
    versionLabel: version.label,
    cname,
    platformArn: origin.platformArn,
    operationsRole: wanted.operationsRole,
    settings,
    tags: [
      ...tags,
      { key: 'elasticbeanstalk:environment-id', value: id },
      { key: 'elasticbeanstalk:environment-name', value: environmentName },
      { key: 'Name', value: environmentName },
    ],
    stack: undefined,
    front: undefined,
    instances: [],
    operation: undefined,
    previous: undefined,
    deploymentId: 1,
    settles: account.now,
    reportedHealth: undefined,
    healthCheckPending: false,
    links: wanted.links ?? [],
    templateName: wanted.templateName,
    lag: undefined,
    informed: [],
    managedRuns: [],
    nextWindow: undefined,
    launchFailed: false,
    forcedHealth: undefined,
  }
  account.environments.set(id, environment)
  beginOperation(account, environment, 'create', requestId)
  narrate(account, environment, 'createEnvironment is starting.')
  launch(account, environment, version, launchTrouble(account, environment, version))
  return environment
}

function launchTrouble(account: Account, environment: EnvironmentRecord, version: VersionRecord): LaunchTrouble {
  if (strikes(account, 'instancesNeverReport', environment)) return 'never reports'
  const isBroken = version.behaviour.deploy === 'fail' || !version.sound
  return isBroken || strikes(account, 'createEndsRed', environment) ? 'ends red' : undefined
}

export interface EnvironmentUpdate {
  readonly description?: string | undefined
  readonly versionLabel?: string | undefined
  readonly templateName?: string | undefined
  readonly platformArn?: string | undefined
  readonly solutionStack?: string | undefined
  readonly set: readonly Setting[]
  readonly remove: readonly OptionSpecification[]
}

/** Deploys a version, or changes options; an update of the description alone is done at once. */
export function updateEnvironment(
  account: Account,
  environment: EnvironmentRecord,
  update: EnvironmentUpdate,
  requestId: string,
): void {
  const configures =
    update.set.length > 0 ||
    update.remove.length > 0 ||
    update.templateName !== undefined ||
    update.platformArn !== undefined ||
    update.solutionStack !== undefined
  if (update.versionLabel !== undefined && configures) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You cannot deploy a new version and change the configuration settings at the same time.',
    )
  }
  if (environment.status !== 'Ready') throw notReady(environment)
  if (update.versionLabel !== undefined) {
    const version = findVersion(account, environment.applicationName, update.versionLabel)
    environment.previous = { versionLabel: environment.versionLabel, settings: environment.settings }
    deployVersion(account, environment, version, requestId)
  } else if (configures) {
    const template =
      update.templateName === undefined
        ? undefined
        : findTemplate(account, environment.applicationName, update.templateName)
    const platformArn =
      update.platformArn ??
      (update.solutionStack === undefined
        ? undefined
        : platformBySolutionStack(account.region, update.solutionStack).arn)
    environment.previous = { versionLabel: environment.versionLabel, settings: environment.settings }
    changeConfiguration(
      account,
      environment,
      {
        set: [...(template?.settings.values() ?? []), ...update.set],
        remove: update.remove,
        platformArn,
        done: () => planManagedActions(account, environment),
      },
      requestId,
    )
  }
  if (update.description !== undefined) environment.description = update.description
  environment.updated = account.now
}

/** Builds a running environment anew, or brings a terminated one back within 42 days under its id and name. */
export function rebuildEnvironment(account: Account, environment: EnvironmentRecord, requestId: string): void {
  const { terminated, versionLabel } = environment
  if (environment.status === 'Ready') {
    const version = runningVersion(account, environment)
    beginOperation(account, environment, 'rebuild', requestId)
    narrate(account, environment, 'rebuildEnvironment is starting.')
    environment.status = 'Updating'
    discardResources(account, environment)
    launch(account, environment, version, undefined)
    return
  }
  if (environment.status !== 'Terminated' || terminated === undefined) throw notReady(environment)
  if (account.now - terminated > REBUILDABLE_MILLISECONDS) {
    throw invalidParameterValue(`No Environment found for EnvironmentId = '${environment.id}'.`)
  }
  const version = findVersion(account, environment.applicationName, versionLabel ?? '')
  if (livingEnvironments(account).some(({ name }) => name === environment.name)) {
    throw invalidParameterValue(`Environment ${environment.name} already exists.`)
  }
  const { cname } = environment
  if (cname !== undefined && holderOf(account, cname) !== undefined)
    throw invalidParameterValue(`DNS name (${cname}) is not available.`)
  beginOperation(account, environment, 'rebuild', requestId)
  environment.status = 'Launching'
  environment.terminated = undefined
  narrate(account, environment, 'restoreEnvironment is starting.')
  launch(account, environment, version, launchTrouble(account, environment, version))
}

/** The environments that are not terminated. */
export function livingEnvironments(account: Account): readonly EnvironmentRecord[] {
  return [...account.environments.values()].filter(({ status }) => status !== 'Terminated')
}

/** The environment of an id, or else of a name; a name means the living environment that has it, if there is one. */
export function findEnvironment(
  account: Account,
  wanted: { readonly id?: string | undefined; readonly name?: string | undefined },
): EnvironmentRecord {
  const { id, name } = wanted
  if (id === undefined && name === undefined) {
    throw new AwsError('MissingParameter', 'Either EnvironmentId or EnvironmentName must be specified.')
  }
  const candidates = [...account.environments.values()].filter(
    (environment) => (id === undefined || environment.id === id) && (name === undefined || environment.name === name),
  )
  const found = candidates.find(({ status }) => status !== 'Terminated') ?? candidates.at(-1)
  if (found !== undefined) return found
  throw invalidParameterValue(
    id === undefined
      ? `No Environment found for EnvironmentName = '${name ?? ''}'.`
      : `No Environment found for EnvironmentId = '${id}'.`,
  )
}

/** The environment of that name or id, a living one before others; undefined: there is none. */
export function findNamed(account: Account, nameOrId: string): EnvironmentRecord | undefined {
  const found = [...account.environments.values()].filter(({ id, name }) => id === nameOrId || name === nameOrId)
  return found.find(({ status }) => status !== 'Terminated') ?? found.at(-1)
}

export interface EnvironmentFilter {
  readonly applicationName?: string | undefined
  readonly versionLabel?: string | undefined
  readonly ids?: readonly string[] | undefined
  readonly names?: readonly string[] | undefined
  readonly includeDeleted?: boolean | undefined
  readonly deletedSince?: number | undefined
}

/** The environments that a filter lets through; terminated ones keep being listed for an hour. */
export function listEnvironments(account: Account, filter: EnvironmentFilter): readonly EnvironmentRecord[] {
  const isListed = ({ terminated }: EnvironmentRecord): boolean => {
    if (terminated === undefined) return true
    if (filter.includeDeleted === true) return terminated >= (filter.deletedSince ?? 0)
    return filter.includeDeleted === undefined && account.now - terminated < LISTED_AFTER_TERMINATION_MILLISECONDS
  }
  return [...account.environments.values()]
    .flatMap((environment) => glimpse(account, environment) ?? [])
    .filter(
      (environment) =>
        isListed(environment) &&
        (filter.applicationName === undefined || environment.applicationName === filter.applicationName) &&
        (filter.versionLabel === undefined || environment.versionLabel === filter.versionLabel) &&
        (filter.ids === undefined || filter.ids.includes(environment.id)) &&
        (filter.names === undefined || filter.names.includes(environment.name)),
    )
}

/** Takes away what a rebuild replaces; the coupled database goes the way its deletion policy says. */
function discardResources(account: Account, environment: EnvironmentRecord): void {
  releaseCoupledDatabase(account, environment)
  for (const logicalId of ['AWSEBSecurityGroup', 'AWSEBLoadBalancerSecurityGroup']) {
    account.securityGroups.delete(physicalId(environment, logicalId) ?? '')
  }
  environment.instances = []
  environment.front = undefined
}

function runningVersion(account: Account, environment: EnvironmentRecord): VersionRecord {
  const label = environment.versionLabel ?? ''
  return (
    account.versions.get(versionKey(environment.applicationName, label)) ??
    sampleVersion(account, environment.applicationName)
  )
}

function versionFor(account: Account, wanted: NewEnvironment): VersionRecord {
  if (wanted.versionLabel !== undefined) return findVersion(account, wanted.applicationName, wanted.versionLabel)
  if (wanted.templateName !== undefined) {
    throw invalidParameterValue(
      `No application version exists to deploy for Application named ${wanted.applicationName}.`,
    )
  }
  return sampleVersion(account, wanted.applicationName)
}

function originOf(
  account: Account,
  wanted: NewEnvironment,
): { readonly platformArn: string; readonly settings: Settings; readonly tags: readonly Tag[] } {
  const { templateName, platformArn, solutionStack } = wanted
  if (platformArn !== undefined && solutionStack !== undefined) throw combination('SolutionStackName', 'PlatformArn')
  if (templateName !== undefined) {
    if (platformArn !== undefined) throw combination('TemplateName', 'PlatformArn')
    if (solutionStack !== undefined) throw combination('TemplateName', 'SolutionStackName')
    return findTemplate(account, wanted.applicationName, templateName)
  }
  if (platformArn !== undefined)
    return { platformArn: platformByArn(account, platformArn).arn, settings: new Map(), tags: [] }
  if (solutionStack !== undefined)
    return { platformArn: platformBySolutionStack(account.region, solutionStack).arn, settings: new Map(), tags: [] }
  throw new AwsError('MissingParameter', 'A TemplateName, SolutionStackName or PlatformArn must be specified.')
}

function combination(first: string, second: string): AwsError {
  return new AwsError('InvalidParameterCombination', `You cannot specify both ${first} and ${second}.`)
}
