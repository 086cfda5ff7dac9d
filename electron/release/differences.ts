import type { FidelityRow } from '../contract/clone.ts'
import { whyItMatters } from './why-it-matters.ts'
import type { OptionSetting, StackResource } from './world.ts'

/** Options whose values are made anew for each environment and must differ (AWS developer guide, configuration options). */
const OWN_OPTIONS: Readonly<Record<string, string>> = {
  'aws:elasticbeanstalk:sns:topics/Notification Topic ARN': 'Elastic Beanstalk makes a topic for each environment.',
  'aws:cloudformation:template:parameter/AppSource': 'Elastic Beanstalk writes it for each environment.',
  'aws:cloudformation:template:parameter/EnvironmentVariables':
    'Elastic Beanstalk makes it from the environment properties, which are compared one by one.',
}

/** Namespaces whose values are secrets: that they differ may be said, never what they are. */
const SECRET_NAMESPACES = new Set([
  'aws:elasticbeanstalk:application:environment',
  'aws:elasticbeanstalk:application:environmentsecrets',
  'aws:rds:dbinstance',
])
/** It repeats all environment properties in one line. */
const SECRET_OPTIONS = new Set(['aws:cloudformation:template:parameter/EnvironmentVariables'])

const ROLES = new Set(['IamInstanceProfile', 'ServiceRole', 'ServiceRoleForManagedUpdates'])
const LONGEST_VALUE = 1000

/** The resources that each environment has of its own; a value that names one of them is compared by its role there. */
export interface Stacks {
  readonly blue: readonly StackResource[]
  readonly green: readonly StackResource[]
}

/** A setting of blue beside green's, with the option that would give green blue's value; null where there is no safe one. */
export interface SettingRow extends FidelityRow {
  readonly key: string
  readonly repair: OptionSetting | null
}

/** What was asked for on green: why an option may differ, and the saved configuration that green was made from. */
export interface Meant {
  reason(key: string): string | null
  /** Null where green was made from blue's own configuration. */
  readonly saved: { readonly name: string; readonly settings: readonly OptionSetting[] } | null
}

const NOTHING_MEANT: Meant = { reason: () => null, saved: null }

/** Every setting that either environment has, in the order of the alphabet. */
export function settingRows(
  blue: readonly OptionSetting[],
  green: readonly OptionSetting[],
  stacks: Stacks,
  meant: Meant = NOTHING_MEANT,
): readonly SettingRow[] {
  const [left, right] = [keyed(blue), keyed(green)]
  const saved = meant.saved && keyed(meant.saved.settings)
  const roles = { blue: rolesOf(stacks.blue), green: rolesOf(stacks.green) }
  return [...new Set([...left.keys(), ...right.keys()])].toSorted().map((key) => {
    const [a, b] = [left.get(key), right.get(key)]
    const any = a ?? b
    const isSecret = SECRET_NAMESPACES.has(any?.namespace ?? '') || SECRET_OPTIONS.has(key)
    const isEqual = a?.value === b?.value
    const isSame = isEqual || byRole(a?.value, roles.blue) === byRole(b?.value, roles.green)
    const shown = (value: string | null | undefined) =>
      shownValue(value, isSecret ? (isSame ? 'set' : 'set to another value') : null)
    const expected = isEqual
      ? null
      : (OWN_OPTIONS[key] ??
        (isSame ? 'It names what each environment has of its own, in the same place.' : null) ??
        meant.reason(key) ??
        (saved && byRole(saved.get(key)?.value, roles.green) === byRole(b?.value, roles.green)
          ? `The saved configuration ${meant.saved?.name ?? ''} has it so.`
          : null))
    const differs = !isEqual && expected === null
    return {
      key,
      subject: subjectOf(any),
      name: key,
      blue: shown(a?.value),
      green: shown(b?.value),
      verdict: isEqual ? 'same' : differs ? 'differs' : 'expected',
      why: differs && any ? whyItMatters(any) : expected,
      repair: differs && a ? repairOf(a, roles.blue) : null,
    }
  })
}

/** One line for each setting in which green is not blue's copy. */
export function settingsDifferences(
  blue: readonly OptionSetting[],
  green: readonly OptionSetting[],
  stacks: Stacks = { blue: [], green: [] },
): readonly string[] {
  return settingRows(blue, green, stacks)
    .filter(({ verdict }) => verdict === 'differs')
    .map(inWords)
}

/** A row in one line, for evidence. */
export function inWords({ name, blue, green }: FidelityRow): string {
  const quoted = (value: string) => (/^(not set|set|set to another value)$/.test(value) ? value : `“${value}”`)
  return `${name}: blue ${quoted(blue)}, green ${quoted(green)}`
}

function subjectOf(setting: OptionSetting | undefined): FidelityRow['subject'] {
  if (!setting) return 'setting'
  if (ROLES.has(setting.optionName)) return 'role'
  return /^aws:elb(v2)?:listener/.test(setting.namespace) ? 'listener' : 'setting'
}

function shownValue(value: string | null | undefined, masked: string | null): string {
  if (value === undefined || value === null) return 'not set'
  if (masked !== null) return masked
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value
}

/** A value that names something of blue's own cannot be given to green; its own security group green has by itself. */
function repairOf(setting: OptionSetting, blue: ReadonlyMap<string, string>): OptionSetting | null {
  const { namespace, optionName, value } = setting
  if (namespace === 'aws:rds:dbinstance' || namespace.startsWith('aws:cloudformation:')) return null
  if (optionName === 'SecurityGroups' && namespace === 'aws:autoscaling:launchconfiguration') {
    const others = partsOf(value ?? '').filter((part) => !blue.has(part))
    return { ...setting, value: others.join(',') }
  }
  return byRole(value, blue) === inOrder(value ?? '') ? setting : null
}

function keyed(settings: readonly OptionSetting[]): ReadonlyMap<string, OptionSetting> {
  return new Map(
    settings
      .filter(({ value }) => value !== null && value !== '')
      .map((setting) => {
        const { namespace, optionName, resourceName } = setting
        // Several scheduled actions have the same options; all others have one resource.
        const of = namespace === 'aws:autoscaling:scheduledaction' && resourceName !== null ? ` of ${resourceName}` : ''
        return [`${namespace}/${optionName}${of}`, setting]
      }),
  )
}

function rolesOf(resources: readonly StackResource[]): ReadonlyMap<string, string> {
  return new Map(resources.map(({ physicalId, logicalId }) => [physicalId, logicalId]))
}

/** The value with every resource of the environment's own stack replaced by its logical id, lists in one order. */
function byRole(value: string | null | undefined, roles: ReadonlyMap<string, string>): string | undefined {
  if (value === undefined || value === null) return undefined
  return partsOf(value)
    .map((part) => roles.get(part) ?? part.replace(/\be-[a-z0-9]{10}\b/g, '<environment id>'))
    .toSorted()
    .join(',')
}

function inOrder(value: string): string {
  return partsOf(value).toSorted().join(',')
}

function partsOf(value: string): readonly string[] {
  return value.split(',').map((part) => part.trim())
}
