import type { OptionSetting, StackResource } from './world.ts'

/** Options whose values are made anew for each environment and must differ (AWS developer guide, configuration options). */
const OWN_OPTIONS = new Set([
  'aws:elasticbeanstalk:sns:topics/Notification Topic ARN',
  'aws:cloudformation:template:parameter/AppSource',
])

/** Namespaces whose values are secrets: that they differ may be said, never what they are. */
const SECRET_NAMESPACES = new Set([
  'aws:elasticbeanstalk:application:environment',
  'aws:elasticbeanstalk:application:environmentsecrets',
  'aws:rds:dbinstance',
])

/** The resources that each environment has of its own; a value that names one of them is compared by its role there. */
export interface Stacks {
  readonly blue: readonly StackResource[]
  readonly green: readonly StackResource[]
}

/** One line for each setting in which green is not blue's copy; names that every environment has of its own are left out. */
export function settingsDifferences(
  blue: readonly OptionSetting[],
  green: readonly OptionSetting[],
  stacks: Stacks = { blue: [], green: [] },
): readonly string[] {
  const left = keyed(blue)
  const right = keyed(green)
  return [...new Set([...left.keys(), ...right.keys()])].toSorted().flatMap((key) => {
    const a = left.get(key)
    const b = right.get(key)
    if (a === b || OWN_OPTIONS.has(key) || byRole(a, stacks.blue) === byRole(b, stacks.green)) return []
    const secret = SECRET_NAMESPACES.has(key.slice(0, key.lastIndexOf('/')))
    const shown = (value: string | undefined) =>
      value === undefined ? 'not set' : secret ? 'set to another value' : `“${value}”`
    return [`${key}: blue ${shown(a)}, green ${shown(b)}`]
  })
}

function keyed(settings: readonly OptionSetting[]): ReadonlyMap<string, string> {
  return new Map(
    settings
      .filter(({ value }) => value !== null && value !== '')
      .map(({ namespace, optionName, value }) => [`${namespace}/${optionName}`, value ?? '']),
  )
}

/** The value with every resource of the environment's own stack replaced by its logical id, lists in one order. */
function byRole(value: string | undefined, resources: readonly StackResource[]): string | undefined {
  if (value === undefined) return undefined
  const roles = new Map(resources.map(({ physicalId, logicalId }) => [physicalId, logicalId]))
  return value
    .split(',')
    .map((part) => part.trim())
    .map((part) => roles.get(part) ?? part.replace(/\be-[a-z0-9]{10}\b/g, '<environment id>'))
    .toSorted()
    .join(',')
}
