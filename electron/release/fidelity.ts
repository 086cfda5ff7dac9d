import type { Fidelity, FidelityRow, Repair } from '../contract/clone.ts'
import type { Environment, Health } from '../contract/models.ts'
import { meantOn, option, settingIn } from './clone-options.ts'
import { type SettingRow, type Stacks, settingRows } from './differences.ts'
import { groupsOfStack, type IngressDifference, ingressDifference, type PartRule, ruleInWords } from './ingress.ts'
import { meantOnRoute } from './route.ts'
import type { ReleaseState } from './state.ts'
import { BLUE_TAG, RELEASE_TAG, type Reading, reading, type Sight } from './step.ts'
import type { IngressRule, Listener, OptionSetting, StackResource, Tag, World } from './world.ts'

/** The same of both environments. */
export interface Both<T> {
  readonly blue: Reading<T>
  readonly green: Reading<T>
}

/** What was read of both to compare them, and what came of it. */
export interface FidelityFacts {
  readonly settings: Both<readonly OptionSetting[]>
  readonly tags: Both<readonly Tag[]>
  readonly stacks: Both<readonly StackResource[] | null>
  readonly rules: Reading<readonly IngressRule[]>
  readonly listeners: Both<readonly Listener[]>
  /** Null where green was made from blue's own configuration. */
  readonly saved: Reading<readonly OptionSetting[]> | null
  readonly settingRows: readonly SettingRow[]
  /** Null where a source could not be read. */
  readonly ingress: IngressDifference | null
}

const BALANCER = 'AWSEBV2LoadBalancer'

/** Reads both environments; nothing that may not be read keeps the rest from being compared. */
export async function readFidelity(
  world: World,
  state: ReleaseState,
  blue: Environment,
  green: Environment,
): Promise<FidelityFacts> {
  const { elasticBeanstalk, network, stack } = world
  const { application } = state.release
  const { template } = state.cloneOptions
  const read = <T>(ask: () => Promise<T>) => reading(world, ask)
  const [blueSettings, greenSettings, blueTags, greenTags, blueStack, greenStack, saved] = await Promise.all([
    read(() => elasticBeanstalk.deployedSettings(application, blue.name)),
    read(() => elasticBeanstalk.deployedSettings(application, green.name)),
    read(() => elasticBeanstalk.tags(blue.arn)),
    read(() => elasticBeanstalk.tags(green.arn)),
    read(() => stack.resources(blue.id)),
    read(() => stack.resources(green.id)),
    template === null ? null : read(() => elasticBeanstalk.templateSettings(application, template)),
  ])
  const listenersOf = (
    resources: Reading<readonly StackResource[] | null>,
    settings: Reading<readonly OptionSetting[]>,
  ) =>
    read(async () => {
      const arn = balancerOf(valueOr(resources, null) ?? [], valueOr(settings, []))
      return arn === null ? [] : network.listeners(arn)
    })
  const resources = { blue: valueOr(blueStack, null) ?? [], green: valueOr(greenStack, null) ?? [] }
  const groups = [...groupsOfStack(resources.blue).values(), ...groupsOfStack(resources.green).values()]
  const [rules, blueListeners, greenListeners] = await Promise.all([
    read(async () => (groups.length === 0 ? [] : network.ingress(groups))),
    listenersOf(blueStack, blueSettings),
    listenersOf(greenStack, greenSettings),
  ])
  const isReadable = rules.ok && blueStack.ok && greenStack.ok
  return {
    settings: { blue: blueSettings, green: greenSettings },
    tags: { blue: blueTags, green: greenTags },
    stacks: { blue: blueStack, green: greenStack },
    rules,
    listeners: { blue: blueListeners, green: greenListeners },
    saved,
    settingRows:
      blueSettings.ok && greenSettings.ok
        ? rowsOfSettings(state, blueSettings.value, greenSettings.value, resources, saved)
        : [],
    ingress: isReadable
      ? ingressDifference(
          { resources: resources.blue, rules: rules.value },
          { resources: resources.green, rules: rules.value },
        )
      : null,
  }
}

function rowsOfSettings(
  state: ReleaseState,
  blue: readonly OptionSetting[],
  green: readonly OptionSetting[],
  stacks: Stacks,
  saved: FidelityFacts['saved'],
): readonly SettingRow[] {
  const { template } = state.cloneOptions
  return settingRows(blue, green, stacks, {
    reason: (key) => meantOn(state, key) ?? meantOnRoute(state, key),
    saved: saved?.ok && template !== null ? { name: template, settings: saved.value } : null,
  })
}

/** The load balancer of version 2 that serves an environment: of its own stack, or one it shares; null where it has none. */
function balancerOf(resources: readonly StackResource[], settings: readonly OptionSetting[]): string | null {
  const own = resources.find(({ logicalId, status }) => logicalId === BALANCER && status !== 'DELETE_COMPLETE')
  if (own) return own.physicalId
  return sharedBalancer(settings)
}

/** The load balancer that an environment shares with others; null where it does not. */
export function sharedBalancer(settings: readonly OptionSetting[]): string | null {
  if (settingIn(settings, 'aws:elasticbeanstalk:environment', 'LoadBalancerIsShared') !== 'true') return null
  return settingIn(settings, 'aws:elbv2:loadbalancer', 'SharedLoadBalancer')
}

/** How many instances of each are Ok; null where health is basic and nothing counts them. */
export function capacityOf({
  blueHealth,
  greenHealth,
}: Sight): { readonly blue: number; readonly green: number } | null {
  const count = (health: Health | null) => health?.instances.filter(({ status }) => status === 'Ok').length ?? null
  const [blue, green] = [count(blueHealth), count(greenHealth)]
  return blue === null || green === null ? null : { blue, green }
}

/** Blue and green side by side, with what can be repaired. */
export function fidelityOf(state: ReleaseState, sight: Sight, facts: FidelityFacts): Fidelity {
  return {
    at: sight.at,
    rows: [
      ...environmentRows(state, sight),
      ...facts.settingRows.map(({ key: _key, repair: _repair, ...row }) => row),
      ...tagRows(facts),
      ...ingressRows(facts),
      ...listenerRows(facts),
      ...OUTSIDE,
    ],
    repairs: repairsOf(state, sight, facts),
  }
}

function environmentRows(state: ReleaseState, sight: Sight): readonly FidelityRow[] {
  const { blue, green } = sight
  if (!blue || !green) return []
  const { platform, template } = state.cloneOptions
  const chosen =
    template !== null
      ? `It is that of the saved configuration ${template}.`
      : platform === 'newest'
        ? 'You chose the newest version of the branch.'
        : null
  const isSamePlatform = blue.platformArn === green.platformArn
  const roles = [blue.operationsRole ?? 'none', green.operationsRole ?? 'none'] as const
  const isSameRole = roles[0] === roles[1]
  const count = capacityOf(sight)
  return [
    {
      subject: 'platform',
      name: 'Platform',
      blue: blue.platform,
      green: green.platform,
      verdict: isSamePlatform ? 'same' : chosen === null ? 'differs' : 'expected',
      why: isSamePlatform
        ? null
        : (chosen ?? 'Another platform version may bring another language version and other libraries.'),
    },
    {
      subject: 'role',
      name: 'Operations role',
      blue: roles[0],
      green: roles[1],
      verdict: isSameRole ? 'same' : 'differs',
      why: isSameRole ? null : 'The role with which Elastic Beanstalk changes the environment for whoever asks.',
    },
    {
      subject: 'capacity',
      name: 'Instances that are Ok now',
      blue: count ? String(count.blue) : 'not counted',
      green: count ? String(count.green) : 'not counted',
      verdict: count === null ? 'unknown' : count.green >= count.blue ? 'same' : 'differs',
      why:
        count === null
          ? 'Basic health does not count instances.'
          : count.green >= count.blue
            ? null
            : 'Blue may have scaled out under load: production would come to fewer instances.',
    },
  ]
}

/** Neither AWS's, nor made of the environment's name, nor of the release that once made it. */
export function isOwnTag({ key }: Tag): boolean {
  return !/^(elasticbeanstalk:|aws:)/.test(key) && key !== 'Name' && key !== RELEASE_TAG && key !== BLUE_TAG
}

function tagRows({ tags }: FidelityFacts): readonly FidelityRow[] {
  if (!tags.blue.ok || !tags.green.ok) return []
  const [left, right] = [tags.blue.value, tags.green.value]
  return [...new Set([...left, ...right].map(({ key }) => key))].toSorted().map((key) => {
    const [a, b] = [left, right].map((list) => list.find((tag) => tag.key === key)?.value)
    const isOwn = isOwnTag({ key, value: '' })
    const isSame = a === b
    return {
      subject: 'tag',
      name: key,
      blue: a ?? 'not set',
      green: b ?? 'not set',
      verdict: isSame ? 'same' : isOwn ? 'differs' : 'expected',
      why: isSame
        ? null
        : isOwn
          ? 'Costs are sorted and rights are given by tags: green would be missed there.'
          : 'It names the environment itself, or the release that made it.',
    }
  })
}

function ingressRows({ ingress }: FidelityFacts): readonly FidelityRow[] {
  if (!ingress) return []
  const row = (rule: PartRule, sides: Pick<FidelityRow, 'blue' | 'green' | 'verdict' | 'why'>): FidelityRow => ({
    subject: 'ingress',
    name: `Security group of the ${rule.part}: ${ruleInWords(rule)}`,
    ...sides,
  })
  return [
    ...ingress.extra.map((rule) =>
      row(rule, {
        blue: 'not let in',
        green: 'let in',
        verdict: 'differs',
        why: 'Green is more open than blue: a rule that was changed by hand is not copied by Elastic Beanstalk.',
      }),
    ),
    ...ingress.missing.map((rule) =>
      row(rule, {
        blue: 'let in',
        green: 'not let in',
        verdict: 'differs',
        why: 'Whoever comes in at blue by this rule would be shut out after the swap.',
      }),
    ),
    ...ingress.same.map((rule) => row(rule, { blue: 'let in', green: 'let in', verdict: 'same', why: null })),
  ]
}

/** How a listener reads in one line. */
export function listenerInWords({ protocol, certificates, policy }: Listener): string {
  const secured = certificates.length > 0 ? `, ${certificates.map((arn) => arn.split('/').at(-1)).join(' and ')}` : ''
  return `${protocol}${secured}${policy ? `, ${policy}` : ''}`
}

function listenerRows({ listeners, settings }: FidelityFacts): readonly FidelityRow[] {
  const shared = sharedBalancer(valueOr(settings.blue, []))
  if (shared !== null && shared === sharedBalancer(valueOr(settings.green, []))) {
    return [
      {
        subject: 'listener',
        name: 'Shared load balancer',
        blue: shared,
        green: shared,
        verdict: 'same',
        why: 'Both stand behind it. It tells them apart by the name that is asked for: each has a rule for its own CNAME, and the swap exchanges them. A rule for a name of your own domain is on both; the one with the smaller priority gets its requests.',
      },
    ]
  }
  if (!listeners.blue.ok || !listeners.green.ok) return []
  const [left, right] = [listeners.blue.value, listeners.green.value]
  return [...new Set([...left, ...right].map(({ port }) => port))]
    .toSorted((a, b) => a - b)
    .map((port) => {
      const [a, b] = [left, right].map((list) => list.find((listener) => listener.port === port))
      const [blue, green] = [a ? listenerInWords(a) : 'none', b ? listenerInWords(b) : 'none']
      return {
        subject: 'listener',
        name: `Listener at port ${port}`,
        blue,
        green,
        verdict: blue === green ? 'same' : 'differs',
        why: blue === green ? null : 'Users who come to this port would be refused, or warned of a certificate.',
      }
    })
}

const OUTSIDE: readonly FidelityRow[] = [
  {
    subject: 'outside',
    name: 'Alarms and dashboards that you made in CloudWatch',
    blue: 'may name it',
    green: 'do not know it',
    verdict: 'look',
    why: 'They name instances, groups or load balancers of blue, and fall silent with it. Have them made for green too, or by name of the environment.',
  },
  {
    subject: 'outside',
    name: 'Names of your own domain that stand for blue’s load balancer',
    blue: 'may point to it',
    green: 'not reached by them',
    verdict: 'look',
    why: 'The swap exchanges the environments’ CNAMEs only. A record that names a load balancer stays on blue.',
  },
  {
    subject: 'outside',
    name: 'Firewall rules, web ACLs and monitoring made outside Elastic Beanstalk',
    blue: 'may stand before it',
    green: 'not before it',
    verdict: 'look',
    why: 'Elastic Beanstalk copies only what it has made itself.',
  },
]

function repairsOf(state: ReleaseState, sight: Sight, facts: FidelityFacts): readonly Repair[] {
  const { green } = sight
  if (!green) return []
  const { ingress } = facts
  const added = ingress ? [...ingress.missing, ...ingress.replaced] : []
  const settings = facts.settingRows.flatMap(({ repair }) => repair ?? [])
  const scaled = scaleOf(state, sight, facts)
  return [
    ...(ingress && ingress.extra.length + ingress.missing.length > 0
      ? [
          {
            id: 'ingress',
            title: 'Give green the ingress rules of blue',
            words: `Changes the security groups that Elastic Beanstalk made for ${green.name}, so that exactly those come in who come in at blue: first what is missing is added (${added.length}), then what is too much is taken away (${ingress.extra.length}). Blue is not touched.`,
            calls: [
              ...added.map((rule) => `ec2:AuthorizeSecurityGroupIngress ${rule.part}: ${ruleInWords(rule)}`),
              ...ingress.extra.map((rule) => `ec2:RevokeSecurityGroupIngress ${rule.part}: ${ruleInWords(rule)}`),
            ],
          } as const,
        ]
      : []),
    ...(settings.length > 0
      ? [
          {
            id: 'settings',
            title: 'Give green the settings of blue',
            words: `Updates ${green.name} with the settings of blue that differ (${settings.length}). It takes some minutes; its instances may be replaced. Nobody uses them yet, and blue is not touched.`,
            calls: [
              `elasticbeanstalk:UpdateEnvironment ${green.name}: ${settings.map(({ namespace, optionName }) => `${namespace}/${optionName}`).join(', ')}, and nothing else`,
            ],
          } as const,
        ]
      : []),
    ...(scaled.length > 0
      ? [
          {
            id: 'capacity',
            title: 'Scale green to the size of blue',
            words: `Raises the minimum size of ${green.name} to the ${scaled[0]?.during ?? ''} instances that blue has now. It goes back to ${scaled[0]?.after ?? ''} when the release ends, after blue is gone.`,
            calls: [
              `elasticbeanstalk:UpdateEnvironment ${green.name}: ${scaled.map(({ optionName, during }) => `${optionName} = ${during}`).join(', ')}, and nothing else`,
            ],
          } as const,
        ]
      : []),
  ]
}

/** The options that bring green to blue's size, with what they are given back at the end; none where that is not needed or not safe. */
export function scaleOf(state: ReleaseState, sight: Sight, { settings }: FidelityFacts): ReleaseState['held'] {
  const count = capacityOf(sight)
  if (count === null || count.green >= count.blue || !settings.green.ok) return []
  const known = settings.green.value
  if (settingIn(known, 'aws:elasticbeanstalk:environment', 'EnvironmentType') === 'SingleInstance') return []
  return (['MinSize', 'MaxSize'] as const).flatMap((optionName) => {
    const { namespace } = option('aws:autoscaling:asg', optionName, '')
    const now = settingIn(known, namespace, optionName)
    if (now === null || Number(now) >= count.blue) return []
    const before = state.held.find((each) => each.namespace === namespace && each.optionName === optionName)
    return [{ namespace, optionName, during: String(count.blue), after: before?.after ?? now }]
  })
}

function valueOr<T, Other>(read: Reading<T>, other: Other): T | Other {
  return read.ok ? read.value : other
}
