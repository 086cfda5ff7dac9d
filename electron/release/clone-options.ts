import type { CloneChoices, CloneOptions, Held } from '../contract/clone.ts'
import type { Environment, Gate } from '../contract/models.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, type Reading, reading, unreadable } from './step.ts'
import type { OptionSetting, PlatformVersion, SettingsMessage, World } from './world.ts'

const ASG = 'aws:autoscaling:asg'
const INSTANCES = 'aws:ec2:instances'
const MANAGED = 'aws:elasticbeanstalk:managedactions'

/** What is read before green is made, to choose from and to try out. */
export interface OptionFacts {
  /** Blue's. */
  readonly settings: Reading<readonly OptionSetting[]>
  /** Those of the configuration that green is made from: blue's, or a saved one's. */
  readonly base: Reading<readonly OptionSetting[]>
  readonly templates: Reading<readonly string[]>
  readonly platforms: Reading<{ readonly present: PlatformVersion; readonly newest: PlatformVersion | null }>
  readonly dryRun: Reading<readonly SettingsMessage[]>
}

/** Reads them; the dry run is made with what is chosen now. */
export async function readOptions(world: World, state: ReleaseState, blue: Environment): Promise<OptionFacts> {
  const { release, cloneOptions } = state
  const { elasticBeanstalk } = world
  const [settings, templates, platforms] = await Promise.all([
    reading(world, () => elasticBeanstalk.deployedSettings(release.application, blue.name)),
    reading(world, () => elasticBeanstalk.templates(release.application)),
    reading(world, () => elasticBeanstalk.platforms(blue.platformArn)),
  ])
  const { template } = cloneOptions
  const base =
    template === null
      ? settings
      : await reading(world, () => elasticBeanstalk.templateSettings(release.application, template))
  const known = base.ok ? base.value : []
  const { settings: overrides } = overridesOf(cloneOptions, known)
  // It takes no empty list: without a change it is asked about what is there already.
  const tried = option(ASG, 'MinSize', settingIn(known, ASG, 'MinSize') ?? '1')
  const dryRun = await reading(world, () =>
    elasticBeanstalk.validateSettings({
      application: release.application,
      base: template === null ? { environmentName: blue.name } : { templateName: template },
      settings: overrides.length > 0 ? overrides : [tried],
    }),
  )
  return { settings, base, templates, platforms, dryRun }
}

/** What green is given on top of the configuration it is made from, and what of that is taken back at the end. */
export function overridesOf(
  options: CloneOptions,
  base: readonly OptionSetting[],
): { readonly settings: readonly OptionSetting[]; readonly held: readonly Held[] } {
  const { instanceTypes, minSize } = options
  const isManaged = settingIn(base, MANAGED, 'ManagedActionsEnabled') === 'true'
  return {
    settings: [
      ...(instanceTypes === null ? [] : [option(INSTANCES, 'InstanceTypes', instanceTypes)]),
      ...(minSize === null ? [] : [option(ASG, 'MinSize', String(minSize))]),
      ...(isManaged ? [option(MANAGED, 'ManagedActionsEnabled', 'false')] : []),
    ],
    held: isManaged
      ? [{ namespace: MANAGED, optionName: 'ManagedActionsEnabled', during: 'false', after: 'true' }]
      : [],
  }
}

/** The options that green was meant to have otherwise than blue: by choice, or held off until the end. */
export function meantOn(state: ReleaseState, key: string): string | null {
  const { cloneOptions, held } = state
  if (held.some(({ namespace, optionName }) => `${namespace}/${optionName}` === key))
    return key.startsWith(MANAGED)
      ? 'Held off for the time of the release, so that AWS does not update green meanwhile; given back at its end.'
      : 'Raised for the time of the release; given back at its end.'
  if (cloneOptions.minSize !== null && key === `${ASG}/MinSize`) return 'You chose another minimum size for green.'
  // Where the types differ the family that Elastic Beanstalk derives from them may differ too.
  const sized = [
    `${INSTANCES}/InstanceTypes`,
    'aws:autoscaling:launchconfiguration/InstanceType',
    'aws:cloudformation:template:parameter/InstanceTypeFamily',
  ]
  if (cloneOptions.instanceTypes !== null && sized.includes(key)) return 'You chose other instances for green.'
  const followsPlatform = ['aws:autoscaling:launchconfiguration/ImageId']
  if (cloneOptions.platform === 'newest' && followsPlatform.includes(key))
    return 'It belongs to the platform version, and you chose the newest.'
  return null
}

/** What the screen offers. */
export function choicesFrom(state: ReleaseState, blue: Environment, facts: OptionFacts): CloneChoices {
  const { platforms, templates } = facts
  const settings = facts.settings.ok ? facts.settings.value : []
  const { newest, present } = platforms.ok ? platforms.value : { newest: null, present: null }
  return {
    chosen: state.cloneOptions,
    platform: blue.platform,
    newest:
      newest && present
        ? { platform: `${newest.branch} ${newest.version}`, changes: changesOf(present, newest) }
        : null,
    newestUnread: platforms.ok ? null : platforms.problem.title,
    // What Signalbox itself made is temporary.
    templates: templates.ok ? templates.value.filter((name) => !name.startsWith('signalbox-')) : [],
    instanceTypes: settingIn(settings, INSTANCES, 'InstanceTypes'),
    minSize: wholeOf(settingIn(settings, ASG, 'MinSize')),
    maxSize: wholeOf(settingIn(settings, ASG, 'MaxSize')),
    managedUpdates: settingIn(settings, MANAGED, 'ManagedActionsEnabled') === 'true',
  }
}

function changesOf(present: PlatformVersion, newest: PlatformVersion): readonly string[] {
  const parts = [...new Set([...Object.keys(present.parts), ...Object.keys(newest.parts)])].toSorted()
  const changed = parts
    .filter((part) => present.parts[part] !== newest.parts[part])
    .map((part) => `${part}: ${present.parts[part] ?? 'none'} → ${newest.parts[part] ?? 'none'}`)
  const same = parts.filter((part) => present.parts[part] === newest.parts[part] && present.parts[part] !== undefined)
  return [
    `Platform version: ${present.version} → ${newest.version}`,
    ...changed,
    ...(same.length > 0 ? [`As before: ${same.map((part) => `${part} ${present.parts[part]}`).join(', ')}`] : []),
    ...(newest.lifecycle === 'Supported' ? [] : [`AWS calls this platform branch ${newest.lifecycle.toLowerCase()}.`]),
  ]
}

/** Whether Elastic Beanstalk would take what green is to be made with. */
export function settingsGate(state: ReleaseState, { dryRun, platforms }: OptionFacts): Gate {
  const id = 'settings-valid'
  const title = 'Elastic Beanstalk takes green’s settings'
  const source = 'elasticbeanstalk:ValidateConfigurationSettings'
  if (state.cloneOptions.platform === 'newest' && !platforms.ok)
    return unreadable(id, title, 'elasticbeanstalk:ListPlatformVersions', platforms)
  if (!dryRun.ok) return unreadable(id, title, source, dryRun, true)
  const said = dryRun.value.map(
    ({ severity, namespace, optionName, message }) =>
      `${severity === 'error' ? 'Refused' : 'Warned'}: ${message} (${namespace}/${optionName})`,
  )
  const errors = dryRun.value.filter(({ severity }) => severity === 'error')
  return gate(
    id,
    title,
    errors.length > 0 ? 'failed' : 'passed',
    errors.length > 0
      ? errors.map(({ message }) => message).join(' ')
      : said.length > 0
        ? `A dry run found nothing that stops it, but ${said.length} warnings.`
        : 'A dry run found nothing against it.',
    [evidence(source, dryRun.at, `${said.length} messages`), ...said.map((text) => evidence(source, dryRun.at, text))],
    { remedy: 'Choose other options for green under More options, then throw the lever again.' },
  )
}

/** The platform that green is to be made on; null: the one of the configuration it is made from. */
export function chosenPlatform(state: ReleaseState, { platforms }: OptionFacts): PlatformVersion | null {
  const { platform, template } = state.cloneOptions
  return platform === 'newest' && template === null && platforms.ok ? platforms.value.newest : null
}

export function option(namespace: string, optionName: string, value: string): OptionSetting {
  return { namespace, optionName, value, resourceName: null }
}

export function settingIn(settings: readonly OptionSetting[], namespace: string, optionName: string): string | null {
  const found = settings.find((each) => each.namespace === namespace && each.optionName === optionName)
  return found?.value ?? null
}

function wholeOf(text: string | null): number | null {
  const number = Number(text)
  return text !== null && text !== '' && Number.isInteger(number) ? number : null
}
