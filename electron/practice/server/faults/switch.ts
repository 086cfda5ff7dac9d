import { NO_FAULTS } from '../../model/account.ts'
import { findNamed, livingEnvironments } from '../../model/environments.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { deletionPolicy, hasCoupledDatabase } from '../../model/settings.ts'
import { groupsThatReference, physicalId } from '../../model/stack.ts'
import type { Network, ResolverPolicy } from '../../seam.ts'
import { AUTHORITATIVE } from '../../seam.ts'
import type { Cloud } from '../cloud.ts'
import { applyFault, applyHand, type Members, number, text } from '../hand.ts'
import type { CallFault } from './call-faults.ts'
import { FAULT_GROUPS, FAULTS, type Fault, type FaultMember } from './catalogue.ts'
import { STEP_ACTIONS } from './steps.ts'

/** What faults are switched on at; `usual` is how each resolver behaves without one. */
export interface Stage {
  readonly cloud: Cloud
  readonly network: Network
  readonly usual: ReadonlyMap<string, ResolverPolicy>
}

// The name server itself answers truly, or not at all.
const AUTHORITATIVE_POLICIES: ReadonlySet<ResolverPolicy> = new Set(['silent', 'servfail'])
// More environments than these would make a menu that nobody can use.
const MOST_OFFERED = 30
const MEMBERS: readonly FaultMember[] = [
  'action',
  'step',
  'environment',
  'count',
  'probability',
  'seconds',
  'policy',
  'resolver',
]

/** Switches a fault on or off as it was asked for; throws, and changes nothing, where that makes no sense. */
export function setFault(stage: Stage, said: Members): void {
  const name = text(said, 'name')
  const fault = FAULTS.find((known) => known.name === name)
  if (fault === undefined) throw new Error(`There is no fault named '${name}'.`)
  const foreign = MEMBERS.find((member) => said[member] !== undefined && !fault.takes.includes(member))
  if (foreign !== undefined) throw new Error(`'${name}' takes no '${foreign}'.`)
  const { effect } = fault
  switch (effect.on) {
    case 'calls':
      setCallFault(stage.cloud, { ...fault, effect }, said)
      break
    case 'account':
      setAccountFault(stage.cloud, { ...fault, effect }, said)
      break
    case 'environment':
      drift(stage.cloud, { ...said, action: effect.action, environment: text(said, 'environment') })
      break
    case 'resolvers':
      setPolicies(stage, effect.policy, said)
      break
    case 'connections':
      stage.cloud.faults.keepsConnections = said['on'] !== false
      stage.network.keepConnections(stage.cloud.faults.keepsConnections)
      break
  }
}

/** Keeps what another hand does, and does it. */
export function drift(cloud: Cloud, said: Members): unknown {
  const account = cloud.practice
  cloud.keeper.keep({ kind: 'hand', at: account.now, said, chance: account.random.state() })
  return applyHand(account, said)
}

function setCallFault(
  { faults }: Cloud,
  {
    lasts,
    effect: { fault },
  }: Fault & { readonly effect: { readonly on: 'calls'; readonly fault: CallFault['name'] } },
  said: Members,
): void {
  const limit = callsOf(said)
  const environment = said['environment'] === undefined ? undefined : text(said, 'environment')
  const isLimited = limit.actions !== undefined || environment !== undefined
  const isSame = (known: CallFault): boolean =>
    known.name === fault &&
    known.said.action === limit.said.action &&
    known.said.step === limit.said.step &&
    known.environment === environment
  const isOn = said['on'] !== false
  // Off without a limit ends it everywhere.
  const others = faults.calls.filter((known) => !(isOn || isLimited ? isSame(known) : known.name === fault))
  if (!isOn) {
    faults.calls = others
    return
  }
  if (fault === 'access-denied' && limit.actions === undefined) throw new Error("'action' or 'step' is missing.")
  const probability = said['probability'] === undefined ? undefined : within(number(said, 'probability'), 0, 1)
  const seconds = said['seconds'] === undefined ? undefined : within(number(said, 'seconds'), 0, 86_400)
  faults.calls = [
    ...others,
    {
      name: fault,
      said: limit.said,
      ...(limit.actions === undefined ? {} : { actions: limit.actions }),
      ...(environment === undefined ? {} : { environment }),
      ...(probability === undefined ? {} : { probability }),
      ...(seconds === undefined ? {} : { seconds }),
      remaining: countOf(said, lasts || probability !== undefined ? Number.POSITIVE_INFINITY : 1),
    },
  ]
}

function setAccountFault(
  cloud: Cloud,
  { lasts, effect }: Fault & { readonly effect: Extract<Fault['effect'], { on: 'account' }> },
  said: Members,
): void {
  const { actions } = callsOf(said)
  const environment = said['environment'] === undefined ? undefined : text(said, 'environment')
  const isOn = said['on'] !== false
  const account = cloud.practice
  if (isOn && effect.now !== undefined && environment !== undefined && actions === undefined) {
    drift(cloud, { action: effect.now, environment })
    return
  }
  const probability = said['probability'] === undefined ? undefined : within(number(said, 'probability'), 0, 1)
  const many = lasts || probability !== undefined ? Number.MAX_SAFE_INTEGER : 1
  const change = {
    fault: effect.fault,
    count: isOn ? countOf(said, many) : 0,
    limit: {
      ...(environment === undefined ? {} : { environment }),
      ...(actions === undefined ? {} : { actions }),
      ...(probability === undefined ? {} : { probability }),
    },
  }
  cloud.keeper.keep({ kind: 'fault', at: account.now, ...change })
  applyFault(account, change)
}

function setPolicies({ network, usual }: Stage, policy: ResolverPolicy, said: Members): void {
  const isOn = said['on'] !== false
  const all = network.resolvers.map(({ name }) => name)
  const names =
    said['resolver'] !== undefined
      ? [text(said, 'resolver')]
      : [...(AUTHORITATIVE_POLICIES.has(policy) ? [AUTHORITATIVE] : []), ...all]
  for (const name of names) network.setPolicy(name, isOn ? policy : (usual.get(name) ?? 'faithful'))
}

/** The calls a fault is limited to, by `action` or by `step`. */
function callsOf(said: Members): { readonly actions?: readonly string[]; readonly said: CallFault['said'] } {
  if (said['action'] !== undefined) {
    const action = text(said, 'action')
    return { actions: [action], said: { action } }
  }
  if (said['step'] === undefined) return { said: {} }
  const step = text(said, 'step')
  const actions = Object.hasOwn(STEP_ACTIONS, step) ? STEP_ACTIONS[step] : undefined
  if (actions === undefined) throw new Error(`There is no step '${step}', but ${Object.keys(STEP_ACTIONS).join(', ')}.`)
  return { actions, said: { step } }
}

function countOf(said: Members, otherwise: number): number {
  return said['count'] === undefined ? otherwise : within(number(said, 'count'), 1, 1_000_000)
}

/** The catalogue with what is switched on: what the practice menu is made of. */
export function faultState(stage: Stage): unknown {
  return {
    groups: FAULT_GROUPS,
    steps: STEP_ACTIONS,
    faults: FAULTS.map((fault) => ({
      name: fault.name,
      group: fault.group,
      words: fault.words,
      lasts: fault.lasts,
      takes: fault.takes,
      on: isOn(stage, fault, {}),
      offers: offersOf(stage, fault).map(({ words, members = {} }) => ({
        words,
        members,
        on: isOn(stage, fault, members),
      })),
      active: activeOf(stage, fault),
    })),
  }
}

function offersOf(
  { cloud, network }: Stage,
  { words, offers, each, lasts, group }: Fault,
): NonNullable<Fault['offers']> {
  if (each === undefined) return offers ?? [{ words }]
  if (each === 'resolver') {
    const names = network.resolvers.map(({ name }) => name)
    return [{ words: 'Everywhere' }, ...names.map((resolver) => ({ words: resolver, members: { resolver } }))]
  }
  const environments = livingEnvironments(cloud.practice)
    .filter(({ tier }) => tier === 'WebServer')
    .slice(0, MOST_OFFERED)
    .map(({ name }) => name)
  if (group === 'Databases' && offers !== undefined) {
    return environments.flatMap((environment) =>
      offers.map((offer) => ({ words: `${environment}: ${offer.words}`, members: { ...offer.members, environment } })),
    )
  }
  const everywhere = group === 'Environments' && lasts ? [{ words: 'Everywhere' }] : (offers ?? [])
  return [...everywhere, ...environments.map((environment) => ({ words: environment, members: { environment } }))]
}

/** Whether the fault is on, with these members. */
function isOn({ cloud, network, usual }: Stage, { effect }: Fault, members: Members): boolean {
  const account = cloud.practice
  const environment = typeof members['environment'] === 'string' ? members['environment'] : undefined
  switch (effect.on) {
    case 'calls':
      return cloud.faults.calls.some(
        ({ name, said, remaining }) =>
          name === effect.fault &&
          remaining > 0 &&
          (members['action'] === undefined || said.action === members['action']) &&
          (members['step'] === undefined || said.step === members['step']),
      )
    case 'account': {
      const limit = account.faultLimits.get(effect.fault)?.environment
      return account.faults[effect.fault] > 0 && (environment === limit || Object.keys(members).length === 0)
    }
    case 'environment': {
      const found = environment === undefined ? undefined : findNamed(account, environment)
      return found !== undefined && hasHappened(cloud, found, effect.action, members['policy'])
    }
    case 'resolvers': {
      const names =
        typeof members['resolver'] === 'string' ? [members['resolver']] : network.resolvers.map((r) => r.name)
      const policies = new Map(network.resolvers.map(({ name, policy }) => [name, policy]))
      return names.every((name) => policies.get(name) === effect.policy && usual.get(name) !== effect.policy)
    }
    case 'connections':
      return cloud.faults.keepsConnections
  }
}

function hasHappened({ practice }: Cloud, environment: EnvironmentRecord, action: string, policy: unknown): boolean {
  if (action === 'couple-database') {
    return hasCoupledDatabase(environment.settings) && deletionPolicy(environment.settings) === policy
  }
  if (action === 'protect-database') {
    return [...practice.databases.values()].some(
      ({ deletionProtection, tags }) => deletionProtection && tags.some(({ value }) => value === environment.id),
    )
  }
  if (action !== 'refer-to-group') return false
  const own = physicalId(environment, 'AWSEBSecurityGroup')
  const resources = [...(environment.stack?.resources.values() ?? [])]
  return (
    own !== undefined &&
    groupsThatReference(practice, own).some(({ id }) => resources.every(({ physicalId: known }) => known !== id))
  )
}

/** What exactly is switched on, for those who ask the control endpoint. */
function activeOf({ cloud }: Stage, { effect }: Fault): unknown {
  if (effect.on === 'calls') {
    return cloud.faults.calls.flatMap(({ name, said, environment, probability, seconds, remaining }) =>
      name === effect.fault && remaining > 0
        ? [
            {
              ...said,
              environment,
              probability,
              seconds,
              remaining: Number.isFinite(remaining) ? remaining : undefined,
            },
          ]
        : [],
    )
  }
  if (effect.on !== 'account') return []
  const remaining = cloud.practice.faults[effect.fault]
  if (remaining <= 0) return []
  const counted = remaining > 1_000_000 ? {} : { remaining }
  return [{ ...cloud.practice.faultLimits.get(effect.fault), ...counted }]
}

/** Ends everything that can be switched off, as `POST /faults {name: "all", on: false}` asks. */
export function endFaults(stage: Stage): void {
  stage.cloud.faults.calls = []
  stage.cloud.faults.keepsConnections = false
  stage.network.keepConnections(false)
  for (const { name } of stage.network.resolvers) stage.network.setPolicy(name, stage.usual.get(name) ?? 'faithful')
  stage.network.setPolicy(AUTHORITATIVE, 'faithful')
  const account = stage.cloud.practice
  for (const fault of Object.keys(NO_FAULTS) as (keyof typeof NO_FAULTS)[]) {
    if (account.faults[fault] === 0) continue
    const change = { fault, count: 0, limit: {} }
    stage.cloud.keeper.keep({ kind: 'fault', at: account.now, ...change })
    applyFault(account, change)
  }
}

function within(value: number, least: number, most: number): number {
  if (value < least || value > most) throw new Error(`${value} is not between ${least} and ${most}.`)
  return value
}
