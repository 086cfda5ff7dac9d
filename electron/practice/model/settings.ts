import type { Account } from './account.ts'
import { configurationInvalid } from './aws-error.ts'
import { FREE_NAMESPACES, findOption, OPTIONS, type Option, optionsOfNamedNamespace } from './options.ts'
import type { DeletionPolicy, EnvironmentRecord, Setting, Settings } from './records.ts'

/** A setting as DescribeConfigurationSettings answers it; many options have no value. */
export type ShownSetting = Omit<Setting, 'value'> & { readonly value?: string }

export interface OptionSpecification {
  readonly namespace: string
  readonly optionName: string
  readonly resourceName?: string
}

const DATABASE = 'aws:rds:dbinstance'
const PROPERTIES = 'aws:elasticbeanstalk:application:environment'

/** What tells one setting from another. */
function settingKey({ namespace, optionName, resourceName }: OptionSpecification): string {
  return namespace === 'aws:autoscaling:scheduledaction'
    ? `${namespace}|${optionName}|${resourceName ?? ''}`
    : `${namespace}|${optionName}`
}

/** The settings after some were set and others taken back to their default. */
export function changeSettings(
  settings: Settings,
  set: readonly Setting[],
  remove: readonly OptionSpecification[] = [],
): Settings {
  const changed = new Map(settings)
  for (const option of remove) changed.delete(settingKey(option))
  for (const setting of set) changed.set(settingKey(setting), setting)
  return changed
}

/** What was asked of settings before: they never change, and health asks for the same few again and again. */
const KNOWN = new WeakMap<Settings, Map<string, Map<string, string | undefined>>>()

/** What a setting is in effect: set by someone, or the option's default. */
export function valueOf(settings: Settings, namespace: string, optionName: string): string | undefined {
  const known = KNOWN.get(settings) ?? new Map<string, Map<string, string | undefined>>()
  const own = known.get(namespace) ?? new Map<string, string | undefined>()
  if (own.has(optionName)) return own.get(optionName)
  const value = settings.get(`${namespace}|${optionName}`)?.value ?? findOption(namespace, optionName)?.defaultValue
  KNOWN.set(settings, known.set(namespace, own.set(optionName, value)))
  return value
}

export function isLoadBalanced(environment: Pick<EnvironmentRecord, 'settings' | 'tier'>): boolean {
  return (
    environment.tier === 'WebServer' &&
    valueOf(environment.settings, 'aws:elasticbeanstalk:environment', 'EnvironmentType') === 'LoadBalanced'
  )
}

export function isEnhanced(environment: Pick<EnvironmentRecord, 'settings'>): boolean {
  return valueOf(environment.settings, 'aws:elasticbeanstalk:healthreporting:system', 'SystemType') === 'enhanced'
}

/** How many instances the environment keeps at least. */
export function minimumSize(environment: Pick<EnvironmentRecord, 'settings' | 'tier'>): number {
  if (!isLoadBalanced(environment) && environment.tier === 'WebServer') return 1
  return Number(valueOf(environment.settings, 'aws:autoscaling:asg', 'MinSize') ?? '1')
}

export function hasCoupledDatabase(settings: Settings): boolean {
  return valueOf(settings, DATABASE, 'HasCoupledDatabase') === 'true'
}

export function deletionPolicy(settings: Settings): DeletionPolicy {
  const value = valueOf(settings, DATABASE, 'DBDeletionPolicy')
  return value === 'Snapshot' || value === 'Retain' ? value : 'Delete'
}

/** The security groups of the user's that the instances carry beside the environment's own. */
export function customSecurityGroups(settings: Settings): readonly string[] {
  const value = settings.get('aws:autoscaling:launchconfiguration|SecurityGroups')?.value ?? ''
  return value
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')
}

/** What is wrong with a setting, in the service's words; undefined: nothing. */
export function objectionTo(setting: Setting): string | undefined {
  const { namespace, optionName, value } = setting
  const where = `(Namespace: '${namespace}', OptionName: '${optionName}')`
  const option = findOption(namespace, optionName)
  if (option === undefined) return `Invalid option specification ${where}: Unknown configuration setting.`
  if (option.values !== undefined && value !== '' && !option.values.includes(value)) {
    return `Invalid option value: '${value}' ${where}: Value is not one of the allowed values: [${option.values.join(', ')}]`
  }
  if (option.range !== undefined && value !== '') {
    const [minimum, maximum] = option.range
    if (!/^-?\d+$/.test(value)) return `Invalid option value: '${value}' ${where}: Value is not a number.`
    if (Number(value) < minimum)
      return `Invalid option value: '${value}' ${where}: Value is less than minimum allowed value: ${minimum}`
    if (Number(value) > maximum)
      return `Invalid option value: '${value}' ${where}: Value is greater than maximum allowed value: ${maximum}`
  }
  return undefined
}

/** Throws with the first objection to a whole set of settings. */
export function checkSettings(settings: Settings, changed: readonly Setting[]): void {
  for (const setting of changed) {
    const objection = objectionTo(setting)
    if (objection !== undefined) throw configurationInvalid(objection)
  }
  const minimum = Number(valueOf(settings, 'aws:autoscaling:asg', 'MinSize'))
  const maximum = Number(valueOf(settings, 'aws:autoscaling:asg', 'MaxSize'))
  if (minimum > maximum) {
    throw configurationInvalid(
      `Invalid option value: '${minimum}' (Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize'): Value is greater than the MaxSize: ${maximum}`,
    )
  }
  const properties = [...settings.values()].filter(({ namespace }) => namespace === PROPERTIES)
  const length = properties.map(({ optionName, value }) => `${optionName}=${value}`).join(',').length
  if (length > 4096) {
    throw configurationInvalid(
      "Service:AmazonCloudFormation, Message:Template format error: Parameter 'EnvironmentVariables' default value '[****]' length is greater than 4096.",
    )
  }
  if (hasCoupledDatabase(settings) && !settings.has(`${DATABASE}|DBPassword`)) {
    throw configurationInvalid("Before you can create a database, 'DBPassword' must be set.")
  }
}

/** Every option of an environment with the value it has now, passwords left out as the service does. */
export function shownSettings(account: Account, environment: EnvironmentRecord): readonly ShownSetting[] {
  const resources = environment.stack?.resources
  const ownGroup = resources?.get('AWSEBSecurityGroup')?.physicalId
  const loadBalancerGroup = resources?.get('AWSEBLoadBalancerSecurityGroup')?.physicalId
  const properties = [...environment.settings.values()].filter(({ namespace }) => namespace === PROPERTIES)
  const derived: Readonly<Record<string, string | undefined>> = {
    'aws:autoscaling:launchconfiguration|SecurityGroups': [ownGroup, ...customSecurityGroups(environment.settings)]
      .filter((group) => group !== undefined)
      .join(','),
    'aws:cloudformation:template:parameter|AppSource': `http://elasticbeanstalk-samples-${account.region}.s3.amazonaws.com/nodejs-sample.zip`,
    'aws:cloudformation:template:parameter|EnvironmentVariables': properties
      .map(({ optionName, value }) => `${optionName}=${value}`)
      .join(','),
    'aws:elbv2:loadbalancer|SecurityGroups': loadBalancerGroup,
    'aws:elbv2:loadbalancer|ManagedSecurityGroup': loadBalancerGroup,
  }
  return shownOf(environment.settings, derived, {
    accountId: account.accountId,
    loadBalanced: isLoadBalanced(environment),
  })
}

/** Every option of a configuration template. */
export function shownTemplateSettings(account: Account, settings: Settings): readonly ShownSetting[] {
  return shownOf(
    settings,
    {},
    {
      accountId: account.accountId,
      loadBalanced: valueOf(settings, 'aws:elasticbeanstalk:environment', 'EnvironmentType') === 'LoadBalanced',
    },
  )
}

function shownOf(
  settings: Settings,
  derived: Readonly<Record<string, string | undefined>>,
  kind: { readonly accountId: string; readonly loadBalanced: boolean },
): readonly ShownSetting[] {
  const withDatabase = [...settings.values()].some(({ namespace }) => namespace === DATABASE)
  const named = new Set([...settings.values()].map(({ namespace }) => namespace))
  const carried: readonly Option[] = [
    ...OPTIONS.filter(
      ({ of }) =>
        of === 'every' || (of === 'load balanced' && kind.loadBalanced) || (of === 'database' && withDatabase),
    ),
    ...[...named].flatMap(optionsOfNamedNamespace),
  ]
  const fixed = carried.map((option): ShownSetting => {
    const key = `${option.namespace}|${option.name}`
    const value =
      derived[key] ?? settings.get(key)?.value ?? option.defaultValue?.replace('{accountId}', kind.accountId)
    return shown({ namespace: option.namespace, optionName: option.name, resourceName: option.resourceName }, value)
  })
  const free = [...settings.values()]
    .filter(({ namespace }) => FREE_NAMESPACES.includes(namespace))
    .map((setting) => shown(setting, setting.value))
  return [...fixed, ...free].toSorted((a, b) =>
    a.namespace === b.namespace ? compare(a.optionName, b.optionName) : compare(a.namespace, b.namespace),
  )
}

function shown(
  option: { readonly namespace: string; readonly optionName: string; readonly resourceName?: string | undefined },
  value: string | undefined,
): ShownSetting {
  return {
    ...(option.resourceName === undefined ? {} : { resourceName: option.resourceName }),
    namespace: option.namespace,
    optionName: option.optionName,
    ...(value === undefined || option.optionName === 'DBPassword' ? {} : { value }),
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
