import { AwsError } from '../../model/aws-error.ts'
import type { Parameters } from '../parameters.ts'

/** The least and most characters of each parameter, as the service's model says. */
const LENGTHS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ActionId: [1, 256],
  ApplicationName: [1, 100],
  CNAMEPrefix: [4, 63],
  Description: [0, 200],
  DestinationEnvironmentName: [4, 40],
  EnvironmentName: [4, 40],
  GroupName: [1, 19],
  OperationsRole: [1, 256],
  PlatformName: [1, 256],
  SolutionStackName: [0, 255],
  SourceEnvironmentName: [4, 40],
  TemplateName: [1, 100],
  VersionLabel: [1, 100],
}

const INFO_TYPES = ['tail', 'bundle', 'analyze']
const HEALTH_ATTRIBUTES = ['All', 'ApplicationMetrics', 'Causes', 'Color', 'HealthStatus', 'RefreshedAt', 'Status']

/** The parameters that take only certain values, by operation. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  DescribeEnvironmentHealth: { AttributeNames: [...HEALTH_ATTRIBUTES, 'InstancesHealth'] },
  DescribeEnvironmentManagedActions: { Status: ['Scheduled', 'Pending', 'Running', 'Unknown'] },
  DescribeEvents: { Severity: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] },
  DescribeInstancesHealth: {
    AttributeNames: [...HEALTH_ATTRIBUTES, 'AvailabilityZone', 'Deployment', 'InstanceType', 'LaunchedAt', 'System'],
  },
  RequestEnvironmentInfo: { InfoType: INFO_TYPES },
  RetrieveEnvironmentInfo: { InfoType: INFO_TYPES },
}

/** What an operation cannot do without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  ApplyEnvironmentManagedAction: ['ActionId'],
  AssociateEnvironmentOperationsRole: ['EnvironmentName', 'OperationsRole'],
  CheckDNSAvailability: ['CNAMEPrefix'],
  CreateApplication: ['ApplicationName'],
  CreateApplicationVersion: ['ApplicationName', 'VersionLabel'],
  CreateConfigurationTemplate: ['ApplicationName', 'TemplateName'],
  CreateEnvironment: ['ApplicationName'],
  CreatePlatformVersion: ['PlatformName', 'PlatformVersion', 'PlatformDefinitionBundle'],
  DeleteApplication: ['ApplicationName'],
  DeleteApplicationVersion: ['ApplicationName', 'VersionLabel'],
  DeleteConfigurationTemplate: ['ApplicationName', 'TemplateName'],
  DeleteEnvironmentConfiguration: ['ApplicationName', 'EnvironmentName'],
  DescribeConfigurationSettings: ['ApplicationName'],
  DisassociateEnvironmentOperationsRole: ['EnvironmentName'],
  ListTagsForResource: ['ResourceArn'],
  RequestEnvironmentInfo: ['InfoType'],
  RetrieveEnvironmentInfo: ['InfoType'],
  UpdateApplication: ['ApplicationName'],
  UpdateApplicationResourceLifecycle: ['ApplicationName', 'ResourceLifecycleConfig'],
  UpdateApplicationVersion: ['ApplicationName', 'VersionLabel'],
  UpdateConfigurationTemplate: ['ApplicationName', 'TemplateName'],
  UpdateTagsForResource: ['ResourceArn'],
  ValidateConfigurationSettings: ['ApplicationName', 'OptionSettings'],
}

const MOST_TAGS = 50
const SOFTWARE_VERSION = /^\d+\.\d+\.\d+$/

interface Violation {
  readonly value: string | undefined
  /** The parameter in the words of request validation: `optionSettings.1.member.namespace`. */
  readonly path: string
  readonly constraint: string
}

/** Throws, naming everything at once as AWS does, unless a request has what it needs in the form it needs. */
export function checkRequest(action: string, parameters: Parameters): void {
  const violations = [
    ...missing(action, parameters),
    ...Object.entries(LENGTHS).flatMap(([name, limits]) =>
      lengthViolations(parameters.text(name), lowerFirst(name), limits),
    ),
    ...listViolations(parameters, 'EnvironmentNames', [4, 40]),
    ...listViolations(parameters, 'ApplicationNames', [1, 100]),
    ...listViolations(parameters, 'VersionLabels', [1, 100]),
    ...enumViolations(action, parameters),
    ...tagViolations(parameters, 'Tags'),
    ...tagViolations(parameters, 'TagsToAdd'),
    ...settingViolations(parameters),
    ...versionViolations(action, parameters),
  ]
  if (violations.length > 0) throw violationError(violations)
  for (const name of ['Tags', 'TagsToAdd']) checkTags(parameters, name)
}

function missing(action: string, parameters: Parameters): readonly Violation[] {
  return (REQUIRED[action] ?? []).flatMap((name) => {
    const text = parameters.text(name)
    const isThere = (text !== undefined && text !== '') || parameters.structure(name) !== undefined
    return isThere ? [] : [{ value: undefined, path: lowerFirst(name), constraint: 'Member must not be null' }]
  })
}

function lengthViolations(
  value: string | undefined,
  path: string,
  [least, most]: readonly [number, number],
): readonly Violation[] {
  // What is empty counts as missing, and that is told once.
  if (value === undefined || value === '') return []
  const constraint = (than: string): string => `Member must have length ${than}`
  if (value.length < least) return [{ value, path, constraint: constraint(`greater than or equal to ${least}`) }]
  if (value.length > most) return [{ value, path, constraint: constraint(`less than or equal to ${most}`) }]
  return []
}

function listViolations(parameters: Parameters, name: string, limits: readonly [number, number]): readonly Violation[] {
  return (parameters.texts(name) ?? []).flatMap((value, index) =>
    lengthViolations(value, `${lowerFirst(name)}.${index + 1}.member`, limits),
  )
}

function enumViolations(action: string, parameters: Parameters): readonly Violation[] {
  return Object.entries(ALLOWED[action] ?? {}).flatMap(([name, allowed]) => {
    const text = parameters.text(name)
    const values = parameters.texts(name) ?? (text === undefined ? [] : [text])
    const constraint = `Member must satisfy enum value set: [${allowed.join(', ')}]`
    return values
      .filter((value) => !allowed.includes(value))
      .map((value) => ({ value, path: lowerFirst(name), constraint }))
  })
}

function tagViolations(parameters: Parameters, name: string): readonly Violation[] {
  return (parameters.structures(name) ?? []).flatMap((tag, index) => {
    const path = `${lowerFirst(name)}.${index + 1}.member`
    return [
      ...lengthViolations(tag.text('Key'), `${path}.key`, [1, 128]),
      ...lengthViolations(tag.text('Value'), `${path}.value`, [1, 256]),
    ]
  })
}

function settingViolations(parameters: Parameters): readonly Violation[] {
  return ['OptionSettings', 'OptionsToRemove'].flatMap((name) =>
    (parameters.structures(name) ?? []).flatMap((entry, index) =>
      lengthViolations(entry.text('ResourceName'), `${lowerFirst(name)}.${index + 1}.member.resourceName`, [1, 256]),
    ),
  )
}

function versionViolations(action: string, parameters: Parameters): readonly Violation[] {
  const value = parameters.text('PlatformVersion')
  if (action !== 'CreatePlatformVersion' || value === undefined || SOFTWARE_VERSION.test(value)) return []
  const constraint = 'Member must satisfy regular expression pattern: ^\\d+\\.\\d+\\.\\d+$'
  return [{ value, path: 'platformVersion', constraint }]
}

/** Keys that AWS puts on itself are not for users; those of the environment's own tags neither. */
function checkTags(parameters: Parameters, name: string): void {
  const tags = parameters.structures(name) ?? []
  if (tags.length > MOST_TAGS) {
    throw new AwsError('TooManyTagsException', `A resource cannot have more than ${MOST_TAGS} tags.`)
  }
  const keys = tags.map((tag) => tag.text('Key') ?? '')
  const reserved = keys.find((key) => /^(?:aws|elasticbeanstalk):/i.test(key) || key === 'Name')
  if (reserved !== undefined) throw new AwsError('InvalidParameterValue', `Tag key '${reserved}' is reserved.`)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new AwsError('InvalidParameterValue', `Tag key '${twice}' is given more than once.`)
}

function violationError(violations: readonly Violation[]): AwsError {
  const told = violations.map(
    ({ value, path, constraint }) =>
      `Value ${value === undefined ? 'null' : `'${value}'`} at '${path}' failed to satisfy constraint: ${constraint}`,
  )
  const count = told.length === 1 ? '1 validation error' : `${told.length} validation errors`
  return new AwsError('ValidationError', `${count} detected: ${told.join('; ')}`)
}

function lowerFirst(name: string): string {
  return name.startsWith('CNAME') ? `cNAME${name.slice(5)}` : `${name.charAt(0).toLowerCase()}${name.slice(1)}`
}
