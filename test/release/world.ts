import type { DeclaredResource } from '../../electron/contract/models.ts'
import { type Problem, SignalboxError } from '../../electron/contract/problem.ts'
import type { Outlook } from '../../electron/release/lookout-line.ts'
import type { DomainRecord, MinuteOfRequests, TlsAnswer } from '../../electron/release/outside.ts'
import type { Hands } from '../../electron/release/step.ts'
import type {
  DatabaseInstance,
  DnsAnswer,
  HttpAnswer,
  IngressRule,
  KeptConnection,
  ManagedAction,
  SettingsMessage,
  World,
} from '../../electron/release/world.ts'
import { APPLICATION, arnOf, BLUE_ID, cnameOf, fakeCloud } from './cloud.ts'
import { fakeRds } from './rds.ts'

/** Every call takes this long. */
const CALL_MILLISECONDS = 40

type Changes = ReturnType<typeof fakeCloud>['changes'] & ReturnType<typeof fakeRds>['changes']

/** The calls that change something, by the names of `World`. */
export type Mutation = keyof Changes

export interface Fault {
  readonly problem: Problem
  /** Whether the call still did what it was asked for. */
  readonly when: 'before' | 'after'
}

interface Sleeper {
  readonly until: number
  readonly resolve: () => void
}

/** One run of the app: what it calls never returns once it is dead. */
export interface Life {
  isDead: boolean
  /** Dies inside this mutating call, after AWS did it and before the answer; counted from 1 in this life. */
  diesInMutation?: number
}

/**
 * An account on the fake cloud, whose calls can be counted, and made to go wrong. Lags: until a new environment is
 * listed, and until an operation shows in a status.
 */
export function fakeAccount(lags: { readonly listingLagSeconds?: number; readonly statusLagSeconds?: number } = {}) {
  const cloud = fakeCloud(lags.listingLagSeconds ?? 8, lags.statusLagSeconds ?? 0)
  const rds = fakeRds(cloud)
  const databases: DatabaseInstance[] = []
  const managed: ManagedAction[] = []
  const declared = new Map<string, DeclaredResource[]>()
  const referring = new Map<string, { readonly id: string; readonly name: string }[]>()
  const ingress: IngressRule[] = []
  const objections: SettingsMessage[] = []
  const domainRecords: DomainRecord[] = []
  const minutes: MinuteOfRequests[] = []
  const pages = new Map<string, HttpAnswer>()
  const names = new Map<string, DnsAnswer>()
  const handshakes = new Map<string, TlsAnswer>()
  const faults = new Map<string, Fault[]>()
  const hooks = new Map<string, () => void>()
  const mutations: Mutation[] = []
  let sleeper: Sleeper | null = null
  /** Whoever looks out beside the turns waits beside them too. */
  let aside: Sleeper | null = null
  let drops = 0

  function connect(life: Life): World {
    let mutationsOfLife = 0
    const never = new Promise<never>(() => {})
    const answer = async <T>(name: string, run: () => T): Promise<T> => {
      if (life.isDead) return never
      cloud.advanceTo(cloud.now() + CALL_MILLISECONDS)
      const hook = hooks.get(name)
      hooks.delete(name)
      hook?.()
      const fault = faults.get(name)?.shift()
      if (fault?.when === 'before') throw new SignalboxError(fault.problem)
      const value = run()
      if (name in cloud.changes || name in rds.changes) {
        mutationsOfLife += 1
        if (mutationsOfLife === life.diesInMutation) life.isDead = true
      }
      await Promise.resolve()
      if (life.isDead) return never
      if (fault) throw new SignalboxError(fault.problem)
      return value
    }
    const change = <Name extends Mutation>(name: Name, run: () => ReturnType<Changes[Name]>) =>
      answer(name, () => {
        const before = cloud.stored.size
        const value = run()
        // An object that is in S3 already is not sent again.
        if (name !== 'upload' || cloud.stored.size > before) mutations.push(name)
        return value
      })
    const { changes } = cloud
    return {
      clock: {
        now: cloud.now,
        speed: () => 1,
        sleep: (milliseconds, signal) =>
          new Promise<void>((wake, reject) => {
            if (life.isDead) return
            if (signal.aborted) return reject(signal.reason)
            const mine = { until: cloud.now() + milliseconds, resolve: wake }
            sleeper = mine
            signal.addEventListener('abort', () => {
              if (sleeper === mine) sleeper = null
              reject(signal.reason)
            })
          }),
      },
      elasticBeanstalk: {
        describeEnvironments: ({ ids, names, application }) =>
          answer('describeEnvironments', () =>
            [...cloud.environments.values()]
              .filter((each) => cloud.now() >= each.listedAt)
              .filter(
                ({ id, name }) =>
                  (ids === undefined || ids.includes(id)) && (names === undefined || names.includes(name)),
              )
              .filter(() => application === undefined || application === APPLICATION)
              .map(cloud.shown),
          ),
        health: (id) => answer('health', () => cloud.healthOf(cloud.existing(id))),
        events: ({ since }) => answer('events', () => cloud.events.filter(({ at }) => at >= since)),
        deployedSettings: (_application, name) =>
          answer('deployedSettings', () => cloud.living().find((each) => each.name === name)?.settings ?? []),
        tags: (arn) =>
          answer('tags', () => [...cloud.environments.values()].find((each) => arnOf(each) === arn)?.tags ?? []),
        managedActions: () => answer('managedActions', () => [...managed]),
        environmentQuota: () => answer('environmentQuota', () => ({ used: cloud.living().length, maximum: 10 })),
        cnameAvailable: (prefix) =>
          answer('cnameAvailable', () => ({
            available: !cloud.living().some(({ cnamePrefix }) => cnamePrefix === prefix),
            fullyQualified: cnameOf(prefix),
          })),
        versions: (_application, labels) =>
          answer('versions', () =>
            [...cloud.versions.values()].filter(({ label }) => labels === undefined || labels.includes(label)),
          ),
        templates: () => answer('templates', () => [...cloud.templates.keys()]),
        templateSettings: (_application, name) => answer('templateSettings', () => cloud.templates.get(name) ?? []),
        platforms: (arn) =>
          answer('platforms', () => {
            const present = { arn, branch: 'Node.js 24', version: '6.6.0', lifecycle: 'Supported', parts: {} }
            return { present, newest: null }
          }),
        validateSettings: () => answer('validateSettings', () => [...objections]),
        createTemplate: (input) => change('createTemplate', () => changes.createTemplate(input)),
        deleteTemplate: (application, name) =>
          change('deleteTemplate', () => changes.deleteTemplate(application, name)),
        createEnvironment: (input) => change('createEnvironment', () => changes.createEnvironment(input)),
        createVersion: (input) => change('createVersion', () => changes.createVersion(input)),
        deploy: (id, label) => change('deploy', () => changes.deploy(id, label)),
        abortUpdate: (id) => change('abortUpdate', () => changes.abortUpdate(id)),
        swapCnames: (a, b) => change('swapCnames', () => changes.swapCnames(a, b)),
        terminate: (id) => change('terminate', () => changes.terminate(id)),
        rebuild: (id) => change('rebuild', () => changes.rebuild(id)),
        updateSettings: (id, settings) => change('updateSettings', () => rds.changes.updateSettings(id, settings)),
      },
      databases: {
        details: (id) => answer('details', () => rds.reads.details(id)),
        snapshot: (id) => answer('snapshot', () => rds.reads.snapshot(id)),
        groupNamed: (name) => answer('groupNamed', () => rds.reads.groupNamed(name)),
        allows: (...input) => answer('allows', () => rds.reads.allows(...input)),
        createSnapshot: (id, name) => change('createSnapshot', () => rds.changes.createSnapshot(id, name)),
        protect: (id) => change('protect', () => rds.changes.protect(id)),
        createGroup: (input) => change('createGroup', () => rds.changes.createGroup(input)),
        allow: (...input) => change('allow', () => rds.changes.allow(...input)),
      },
      network: {
        ingress: (groupIds) =>
          answer('ingress', () => [...ingress].filter(({ groupId }) => groupIds.includes(groupId))),
        listeners: () => answer('listeners', () => []),
        allowIngress: (_groupId, rules) =>
          answer('allowIngress', () => {
            ingress.push(...rules)
          }),
        revokeIngress: (_groupId, rules) =>
          answer('revokeIngress', () => {
            const said = rules.map(keyOfRule)
            ingress.splice(0, ingress.length, ...ingress.filter((rule) => !said.includes(keyOfRule(rule))))
          }),
      },
      stack: {
        resources: (id) => answer('resources', () => cloud.environments.get(id)?.resources ?? null),
        databases: () => answer('databases', () => [...databases, ...rds.listed()]),
        groupsReferring: (id) => answer('groupsReferring', () => referring.get(id) ?? []),
      },
      bundles: { upload: (bundle) => change('upload', () => changes.upload(bundle)) },
      versionBundles: {
        contents: (_application, label) =>
          answer('contents', () => ({
            bucket: 'bundles',
            key: `${label}.zip`,
            files: 1,
            declared: [...(declared.get(label) ?? [])],
            unread: [],
          })),
      },
      dns: {
        panel: () => answer('panel', () => cloud.servers),
        ask: (server, name) => answer('ask', () => names.get(name) ?? cloud.askServer(server, name)),
      },
      domainRecords: { all: () => answer('domainRecords', () => ({ records: [...domainRecords], complete: true })) },
      requestCounts: { perMinute: () => answer('perMinute', () => [...minutes]) },
      probe: {
        get: ({ address, host, path, https }) =>
          answer('get', () => page({ address, host, path, ...(https ? { https } : {}) })),
        keep: (wanted) => kept(wanted, (run) => answer('keep', run)),
        handshake: ({ address, serverName }) =>
          answer('handshake', () => handshakes.get(`${serverName} ${address}`) ?? { kind: 'none', detail: 'refused' }),
      },
    }
  }

  const page = ({ address, host, https }: Wanted) =>
    pages.get(`${https ? 'https' : 'http'}://${host} ${address}`) ?? cloud.get(address)

  function kept(wanted: Wanted, answer: <T>(run: () => T) => Promise<T>): KeptConnection {
    let dropsBefore: number | null = null
    return {
      get: () =>
        answer(() => {
          dropsBefore ??= drops
          return dropsBefore === drops ? page(wanted) : null
        }),
      close: () => {},
    }
  }

  /** What a release looks out with: its questions take no time, meet no fault, and it waits beside the turns. */
  function outlook(life: Life): Outlook {
    const answer = async <T>(run: () => T): Promise<T> => (life.isDead ? new Promise<never>(() => {}) : run())
    const { dns, probe } = connect(life)
    return {
      clock: {
        now: cloud.now,
        speed: () => 1,
        sleep: (milliseconds, signal) =>
          new Promise<void>((wake, reject) => {
            if (life.isDead) return
            const mine = { until: cloud.now() + milliseconds, resolve: wake }
            aside = mine
            signal.addEventListener('abort', () => {
              if (aside === mine) aside = null
              reject(signal.reason)
            })
          }),
      },
      dns: {
        ...dns,
        panel: async () => cloud.servers,
        ask: (server, name) => answer(() => names.get(name) ?? cloud.askServer(server, name)),
      },
      probe: { ...probe, get: (wanted) => answer(() => page(wanted)), keep: (wanted) => kept(wanted, answer) },
    }
  }

  return {
    blue: cloud.blue,
    green: () => [...cloud.environments.values()].find(({ id }) => id !== BLUE_ID) ?? null,
    templates: cloud.templates,
    versions: cloud.versions,
    failing: cloud.failing,
    erring: cloud.erring,
    settle: cloud.settle,
    add: cloud.add,
    begin: cloud.begin,
    now: cloud.now,
    managed,
    databases,
    rds,
    /** What the bundles of versions declare, by label. */
    declared,
    referring,
    /** What Route 53 has, what CloudWatch counted, what pages answer by `scheme://host address`, handshakes by `name address`. */
    domainRecords,
    minutes,
    pages,
    handshakes,
    /** What every name server says of a name that no environment has. */
    names,
    /** The rules of all security groups; a clone gets none by itself. */
    ingress,
    /** What a dry run of settings says. */
    objections,
    /** Every change that was made, in its order. */
    mutations,
    connect,
    outlook,
    /** Ends every connection that is kept. */
    drop: () => {
      drops += 1
    },
    /** The next calls of this name go wrong, one fault for each. */
    fail: (name: string, ...list: readonly Fault[]) => faults.set(name, [...(faults.get(name) ?? []), ...list]),
    /** What another hand does just before the next call of this name. */
    before: (name: string, act: () => void) => hooks.set(name, act),
    isSleeping: () => sleeper !== null,
    /** Lets time pass in which nobody looks at anything. */
    sleep: (seconds: number) => cloud.advanceTo(cloud.now() + seconds * 1000),
    /** Lets the time pass that the engine waits for. */
    wake() {
      const mine = sleeper
      if (!mine) return
      const other = aside
      if (other && other.until <= mine.until) {
        aside = null
        cloud.advanceTo(Math.max(cloud.now(), other.until))
        return other.resolve()
      }
      sleeper = null
      cloud.advanceTo(mine.until)
      mine.resolve()
    },
    /** How often a change was made in AWS. */
    count: (name: Mutation) => mutations.filter((each) => each === name).length,
  }
}

type Wanted = Parameters<World['probe']['get']>[0]

export type FakeAccount = ReturnType<typeof fakeAccount>

/** What a broken connection looks like: nobody knows whether the call arrived. */
export const NETWORK: Problem = { code: 'network', title: 'AWS cannot be reached' }

function keyOfRule({ groupId, protocol, fromPort, toPort, source }: IngressRule): string {
  return [groupId, protocol, fromPort, toPort, source].join(' ')
}

/** What an act is given, where only the calls that it makes are asked about. */
export function handsOn(account: FakeAccount): Hands {
  const nothing = () => {}
  const world = account.connect({ isDead: false })
  return {
    world,
    signal: new AbortController().signal,
    secret: null,
    record: nothing,
    progress: nothing,
    probed: nothing,
  }
}
