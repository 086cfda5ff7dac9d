import type { Evidence, Gate } from '../contract/models.ts'
import { inWords } from './differences.ts'
import {
  type Both,
  capacityOf,
  type FidelityFacts,
  isOwnTag,
  listenerInWords,
  scaleOf,
  sharedBalancer,
} from './fidelity.ts'
import { ruleInWords } from './ingress.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, type Reading, type Sight, unreadable } from './step.ts'
import type { Tag } from './world.ts'

const SETTINGS = 'elasticbeanstalk:DescribeConfigurationSettings'
const REPAIR = 'Look at both side by side on this screen: where there is a safe repair it is offered there.'

/** Whether green is a true copy: each kind of difference has a proof of its own, and each may be waived with a reason. */
export function fidelityProofs(state: ReleaseState, sight: Sight, facts: FidelityFacts): readonly Gate[] {
  return [
    settingsProof(facts),
    tagsProof(facts),
    platformProof(state, sight),
    ingressProof(facts, sight.at),
    listenersProof(facts),
    ...capacityProof(state, sight, facts),
  ]
}

function settingsProof({ settings, settingRows }: FidelityFacts): Gate {
  const id = 'same-settings'
  const title = 'Green has the settings of blue'
  if (!settings.blue.ok || !settings.green.ok) return unreadable(id, title, SETTINGS, firstUnread(settings), true)
  const { at } = settings.green
  const differing = settingRows.filter(({ verdict }) => verdict === 'differs')
  const expected = settingRows.filter(({ verdict }) => verdict === 'expected').length
  const count = settingRows.length
  return gate(
    id,
    title,
    differing.length === 0 ? 'passed' : 'failed',
    differing.length === 0
      ? `All ${count} settings agree${expected > 0 ? `, apart from ${expected} that must differ or were meant to` : ''}.`
      : `${differing.length} settings differ.`,
    [
      evidence(SETTINGS, at, `${count} settings compared`),
      ...differing.map((row) => evidence(SETTINGS, at, inWords(row))),
    ],
    { waivable: true, remedy: `${REPAIR} Where they are meant, say why; else roll back and clone again.` },
  )
}

function tagsProof({ tags }: FidelityFacts): Gate {
  const id = 'same-tags'
  const title = 'Green has the tags of blue'
  const source = 'elasticbeanstalk:ListTagsForResource'
  const { blue, green } = tags
  if (!blue.ok || !green.ok) return unreadable(id, title, source, firstUnread(tags), true)
  const own = blue.value.filter(isOwnTag)
  const has = (tag: Tag) => green.value.some(({ key, value }) => key === tag.key && value === tag.value)
  const missing = own.filter((tag) => !has(tag)).map(({ key }) => key)
  return gate(
    id,
    title,
    missing.length === 0 ? 'passed' : 'failed',
    missing.length === 0 ? `All ${own.length} tags were copied.` : `Missing on green: ${missing.join(', ')}.`,
    [evidence(source, green.at, own.map(({ key }) => key).join(', ') || 'blue has no tags of its own')],
    { waivable: true, remedy: 'Add the tags in the AWS console, or say why they may be missing.' },
  )
}

function platformProof(state: ReleaseState, { at, blue, green }: Sight): Gate {
  const { platform, template } = state.cloneOptions
  const isSame = blue?.platformArn === green?.platformArn
  const isMeant = platform === 'newest' || template !== null
  const seen = [
    evidence('elasticbeanstalk:DescribeEnvironments', at, `blue: ${blue?.platform ?? 'not listed'}`),
    evidence('elasticbeanstalk:DescribeEnvironments', at, `green: ${green?.platform ?? 'not listed'}`),
  ]
  return gate(
    'same-platform',
    isMeant ? 'Green runs the platform that was chosen' : 'Green runs the platform of blue',
    isSame || isMeant ? 'passed' : 'failed',
    isSame
      ? `Both run ${green?.platform ?? ''}.`
      : isMeant
        ? `Green runs ${green?.platform ?? ''}, as you chose; blue runs ${blue?.platform ?? ''}.`
        : `Green runs ${green?.platform ?? ''}, blue ${blue?.platform ?? ''}: AWS may have updated one of them meanwhile.`,
    seen,
    { waivable: true, remedy: 'Say why it may differ and test with care, or roll back and clone again.' },
  )
}

function ingressProof({ ingress, rules, stacks }: FidelityFacts, at: number): Gate {
  const id = 'same-ingress'
  const title = 'Green lets in exactly who blue lets in'
  const source = 'ec2:DescribeSecurityGroups'
  if (!stacks.blue.ok || !stacks.green.ok)
    return unreadable(id, title, 'cloudformation:ListStackResources', firstUnread(stacks), true)
  if (!rules.ok) return unreadable(id, title, source, rules, true)
  const { extra, missing, same } = ingress ?? { extra: [], missing: [], replaced: [], same: [] }
  const lines: Evidence[] = [
    evidence(source, at, `${same.length} rules agree`),
    ...extra.map((rule) => evidence(source, at, `only green, ${rule.part}: ${ruleInWords(rule)}`)),
    ...missing.map((rule) => evidence(source, at, `only blue, ${rule.part}: ${ruleInWords(rule)}`)),
  ]
  const open = extra.map((rule) => `${ruleInWords(rule)} at the ${rule.part}`).join('; ')
  const shut = missing.map((rule) => `${ruleInWords(rule)} at the ${rule.part}`).join('; ')
  return gate(
    id,
    title,
    extra.length + missing.length === 0 ? 'passed' : 'failed',
    extra.length + missing.length === 0
      ? `The rules of both security groups agree, ${same.length} in all.`
      : [
          extra.length > 0 ? `Green is more open than blue: it lets in ${open}.` : '',
          missing.length > 0 ? `Green shuts out whom blue lets in: ${shut}.` : '',
        ]
          .filter((part) => part !== '')
          .join(' '),
    lines,
    { waivable: true, remedy: `${REPAIR} Or say why green may differ.` },
  )
}

function listenersProof({ listeners, settings }: FidelityFacts): Gate {
  const id = 'same-listeners'
  const title = 'Green listens as blue does, with the same certificates'
  const source = 'elasticloadbalancing:DescribeListeners'
  const { blue, green } = listeners
  if (!blue.ok || !green.ok) return unreadable(id, title, source, firstUnread(listeners), true)
  const shared = settings.blue.ok ? sharedBalancer(settings.blue.value) : null
  const isShared = shared !== null && settings.green.ok && sharedBalancer(settings.green.value) === shared
  const missing = blue.value.filter((one) => !green.value.some((other) => isAlike(one, other)))
  const extra = green.value.filter((one) => !blue.value.some((other) => isAlike(one, other)))
  const isAlikeAll = isShared || missing.length + extra.length === 0
  return gate(
    id,
    title,
    isAlikeAll ? 'passed' : 'failed',
    isShared
      ? 'Both stand behind the same load balancer, which tells them apart by name.'
      : blue.value.length + green.value.length === 0
        ? 'Neither has a load balancer whose listeners are apart from its settings.'
        : isAlikeAll
          ? `All ${blue.value.length} listeners agree.`
          : `They differ at port ${[...new Set([...missing, ...extra].map(({ port }) => port))].join(', ')}.`,
    [
      ...blue.value.map((each) => evidence(source, blue.at, `blue, port ${each.port}: ${listenerInWords(each)}`)),
      ...green.value.map((each) => evidence(source, green.at, `green, port ${each.port}: ${listenerInWords(each)}`)),
    ],
    {
      waivable: true,
      remedy:
        'A listener that was made by hand is not copied: make it on green in the EC2 console, or say why it may be missing.',
    },
  )
}

function isAlike(one: Parameters<typeof listenerInWords>[0], other: typeof one): boolean {
  return one.port === other.port && listenerInWords(one) === listenerInWords(other)
}

/** None where nothing counts instances: the test asks about that, right before the swap. */
function capacityProof(state: ReleaseState, sight: Sight, facts: FidelityFacts): readonly Gate[] {
  const count = capacityOf(sight)
  if (count === null) return []
  const isMeant = state.cloneOptions.minSize !== null || state.cloneOptions.template !== null
  const canScale = scaleOf(state, sight, facts).length > 0
  const isEnough = count.green >= count.blue
  return [
    gate(
      'same-capacity',
      'Green has as many instances as blue has now',
      isEnough || isMeant ? 'passed' : canScale ? 'failed' : 'waiting',
      isEnough
        ? `Green has ${count.green} instances that are Ok, blue has ${count.blue}.`
        : isMeant
          ? `Green has ${count.green} instances, blue ${count.blue}: you chose its size. It is asked again before the swap.`
          : `Blue has ${count.blue} instances now, green ${count.green}: production would come to fewer.`,
      [
        evidence(
          'elasticbeanstalk:DescribeInstancesHealth',
          sight.greenHealth?.at ?? sight.at,
          `green ${count.green}, blue ${count.blue}`,
        ),
      ],
      { waivable: true, remedy: canScale ? REPAIR : 'Wait until its instances are Ok, or say why fewer are enough.' },
    ),
  ]
}

function firstUnread<T>({ blue, green }: Both<T>): Reading<T> {
  return blue.ok ? green : blue
}
