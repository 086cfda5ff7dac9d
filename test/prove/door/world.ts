import { type FailedCall, translated } from '../../../electron/aws/errors.ts'
import { type Account, advanceTo } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import type { Outlook } from '../../../electron/release/lookout-line.ts'
import type { DnsAnswer, World } from '../../../electron/release/world.ts'
import type { CallName } from '../history.ts'
import { CHANGES, type Change, type Truth, truthOf } from '../trace.ts'
import type { createDoor } from './beanstalk.ts'
import { databasesOf } from './databases.ts'
import { frontOf } from './front.ts'
import type { Net } from './network.ts'

/** What can happen around a call; the history decides it. */
export interface Weather {
  readonly callMilliseconds: number
  /** Once per call, when it is on its way; may end the life. */
  passing(name: CallName | 'dns' | 'http', isChange: boolean): void
  /** After AWS did what was asked, before the answer is in; may end the life. */
  answered(name: CallName | 'dns' | 'http', isChange: boolean): void
  /** What goes wrong with this call: thrown before AWS does it, or instead of its answer. */
  fault(name: CallName): { readonly when: 'before' | 'after'; readonly thrown: unknown } | null
  /** A call changed something that stood like this before it. */
  made(name: Change, targets: readonly string[], before: Truth, settings?: readonly string[]): void
  /** A read was answered, or refused. */
  read(name: CallName, subject: string, answer: unknown): void
  /** A name server answered a question. */
  asked(server: string, name: string, answer: DnsAnswer): void
  /** An address is asked for a page. */
  visited(address: string): void
  slept(): void
}

/** One life of the process: what it calls never returns once it is dead. */
export interface Life {
  isDead: boolean
}

/** The one who waits for time to pass. */
export interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

const LOCAL_MILLISECONDS = 20
const LONGEST_CONNECTION_MILLISECONDS = 300_000
/** What a client throws for a connection that is gone. */
export const BROKEN_OFF = { name: 'TimeoutError', message: 'The connection was reset', code: 'ECONNRESET' }
/** Each its own: one for all would keep every life that waits for it. */
const never = () => new Promise<never>(() => {})
const IS_CHANGE: ReadonlySet<string> = new Set(CHANGES)

/** AWS's name of each call, for the words of a refusal and the permission it needs. */
export const OPERATIONS: Readonly<Record<CallName, readonly [service: string, operation: string]>> = {
  describeEnvironments: ['elasticbeanstalk', 'DescribeEnvironments'],
  health: ['elasticbeanstalk', 'DescribeEnvironmentHealth'],
  events: ['elasticbeanstalk', 'DescribeEvents'],
  deployedSettings: ['elasticbeanstalk', 'DescribeConfigurationSettings'],
  tags: ['elasticbeanstalk', 'ListTagsForResource'],
  managedActions: ['elasticbeanstalk', 'DescribeEnvironmentManagedActions'],
  environmentQuota: ['elasticbeanstalk', 'DescribeAccountAttributes'],
  cnameAvailable: ['elasticbeanstalk', 'CheckDNSAvailability'],
  versions: ['elasticbeanstalk', 'DescribeApplicationVersions'],
  templates: ['elasticbeanstalk', 'DescribeApplications'],
  resources: ['cloudformation', 'ListStackResources'],
  databases: ['rds', 'DescribeDBInstances'],
  details: ['rds', 'DescribeDBInstances'],
  snapshot: ['rds', 'DescribeDBSnapshots'],
  groupNamed: ['ec2', 'DescribeSecurityGroups'],
  groupsReferring: ['ec2', 'DescribeSecurityGroups'],
  contents: ['s3', 'GetObject'],
  templateSettings: ['elasticbeanstalk', 'DescribeConfigurationSettings'],
  platforms: ['elasticbeanstalk', 'DescribePlatformVersion'],
  validateSettings: ['elasticbeanstalk', 'ValidateConfigurationSettings'],
  ingress: ['ec2', 'DescribeSecurityGroups'],
  listeners: ['elasticloadbalancing', 'DescribeListeners'],
  createTemplate: ['elasticbeanstalk', 'CreateConfigurationTemplate'],
  createEnvironment: ['elasticbeanstalk', 'CreateEnvironment'],
  deleteTemplate: ['elasticbeanstalk', 'DeleteConfigurationTemplate'],
  upload: ['s3', 'PutObject'],
  createVersion: ['elasticbeanstalk', 'CreateApplicationVersion'],
  deploy: ['elasticbeanstalk', 'UpdateEnvironment'],
  abortUpdate: ['elasticbeanstalk', 'AbortEnvironmentUpdate'],
  swapCnames: ['elasticbeanstalk', 'SwapEnvironmentCNAMEs'],
  terminate: ['elasticbeanstalk', 'TerminateEnvironment'],
  updateSettings: ['elasticbeanstalk', 'UpdateEnvironment'],
  createSnapshot: ['rds', 'CreateDBSnapshot'],
  protect: ['rds', 'ModifyDBInstance'],
  createGroup: ['ec2', 'CreateSecurityGroup'],
  allow: ['ec2', 'AuthorizeSecurityGroupIngress'],
  allowIngress: ['ec2', 'AuthorizeSecurityGroupIngress'],
  revokeIngress: ['ec2', 'RevokeSecurityGroupIngress'],
  rebuild: ['elasticbeanstalk', 'RebuildEnvironment'],
}

/** What an AWS client would throw for a refusal of that code. */
export function refusal(code: string, message: string, httpStatusCode: number): object {
  return { name: code, message, $metadata: { httpStatusCode, requestId: 'of-the-model' } }
}

/** A World on the practice model: each call takes its time, may meet a fault, and may be the last of its process. */
export function connect(parts: {
  readonly account: Account
  /** The id of the environment that the release began from. */
  readonly blue: string
  readonly door: ReturnType<typeof createDoor>
  readonly net: Net
  readonly life: Life
  readonly weather: Weather
  readonly rest: (sleeper: Sleeper | null) => void
}): World {
  const { account, blue, door, net, life, weather, rest } = parts

  async function call<T>(name: CallName, subject: string, run: () => T): Promise<T> {
    if (life.isDead) return never()
    const isChange = IS_CHANGE.has(name)
    advanceTo(account, account.now + weather.callMilliseconds)
    const sentAt = account.now
    weather.passing(name, isChange)
    if (life.isDead) return never()
    const fault = weather.fault(name)
    let value: T
    try {
      // A connection does not outlive a computer that sleeps.
      if (account.now - sentAt > LONGEST_CONNECTION_MILLISECONDS) throw BROKEN_OFF
      if (fault?.when === 'before') throw fault.thrown
      value = run()
    } catch (thrown) {
      weather.read(name, subject, null)
      weather.answered(name, false)
      if (life.isDead) return never()
      throw words(thrown, name, isChange)
    }
    weather.answered(name, isChange)
    if (life.isDead) return never()
    if (fault !== null) throw words(fault.thrown, name, isChange)
    weather.read(name, subject, value)
    return value
  }

  function change<T>(
    name: Change,
    targets: readonly string[],
    isNew: () => boolean,
    run: () => T,
    settings?: readonly string[],
  ): Promise<T> {
    return call(name, '', () => {
      const changes = isNew()
      const before = truthOf(account, blue)
      const value = run()
      if (changes) weather.made(name, targets, before, settings)
      return value
    })
  }

  async function local<T>(name: 'dns' | 'http', run: () => T): Promise<T> {
    if (life.isDead) return never()
    advanceTo(account, account.now + LOCAL_MILLISECONDS)
    weather.passing(name, false)
    if (life.isDead) return never()
    const value = run()
    weather.answered(name, false)
    return life.isDead ? never() : value
  }

  const sleep = sleepOn(account, life, rest)
  const { elasticBeanstalk: beanstalk, stack } = door
  const databases = databasesOf(account)
  const network = frontOf(account)
  const always = () => true
  const isGoing = (id: string) => {
    const status = account.environments.get(id)?.status
    return status === 'Terminating' || status === 'Terminated'
  }
  return {
    clock: {
      now: () => account.now,
      speed: () => 1,
      sleep(milliseconds, signal) {
        if (!life.isDead) weather.slept()
        return sleep(milliseconds, signal)
      },
    },
    elasticBeanstalk: {
      describeEnvironments: (query) => call('describeEnvironments', '', () => beanstalk.describeEnvironments(query)),
      health: (id) => call('health', id, () => beanstalk.health(id)),
      events: (query) => call('events', '', () => beanstalk.events(query)),
      deployedSettings: (application, name) =>
        call('deployedSettings', name, () => beanstalk.deployedSettings(application, name)),
      tags: (arn) => call('tags', arn, () => beanstalk.tags(arn)),
      managedActions: (id) => call('managedActions', id, () => beanstalk.managedActions(id)),
      environmentQuota: () => call('environmentQuota', '', beanstalk.environmentQuota),
      cnameAvailable: (prefix) => call('cnameAvailable', prefix, () => beanstalk.cnameAvailable(prefix)),
      versions: (application, labels) => call('versions', '', () => beanstalk.versions(application, labels)),
      templates: (application) => call('templates', '', () => beanstalk.templates(application)),
      templateSettings: (application, name) =>
        call('templateSettings', name, () => beanstalk.templateSettings(application, name)),
      platforms: (arn) => call('platforms', arn, () => beanstalk.platforms(arn)),
      validateSettings: (input) => call('validateSettings', '', () => beanstalk.validateSettings(input)),
      createTemplate: (input) =>
        change('createTemplate', [input.environmentId], always, () => beanstalk.createTemplate(input)),
      deleteTemplate: (application, name) =>
        change(
          'deleteTemplate',
          [name],
          () => account.templates.has(`${application}/${name}`),
          () => beanstalk.deleteTemplate(application, name),
        ),
      createEnvironment: (input) =>
        change('createEnvironment', [input.environmentName], always, () => beanstalk.createEnvironment(input)),
      createVersion: (input) =>
        change('createVersion', [input.versionLabel], always, () => beanstalk.createVersion(input)),
      deploy: (id, label) => change('deploy', [id, label], always, () => beanstalk.deploy(id, label)),
      updateSettings: (id, settings) =>
        change(
          'updateSettings',
          [id],
          always,
          () => beanstalk.updateSettings(id, settings),
          settings.map(({ namespace, optionName, value }) => `${namespace} ${optionName} = ${value ?? ''}`),
        ),
      abortUpdate: (id) => change('abortUpdate', [id], always, () => beanstalk.abortUpdate(id)),
      rebuild: (id) => change('rebuild', [id], always, () => beanstalk.rebuild(id)),
      swapCnames: (a, b) => change('swapCnames', [a, b], always, () => beanstalk.swapCnames(a, b)),
      terminate: (id) =>
        change(
          'terminate',
          [id],
          () => !isGoing(id),
          () => beanstalk.terminate(id),
        ),
    },
    stack: {
      resources: (id) => call('resources', id, () => stack.resources(id)),
      databases: () => call('databases', '', stack.databases),
      groupsReferring: (id) => call('groupsReferring', id, () => stack.groupsReferring(id)),
    },
    databases: {
      details: (id) => call('details', id, () => databases.details(id)),
      snapshot: (id) => call('snapshot', id, () => databases.snapshot(id)),
      groupNamed: (name) => call('groupNamed', name, () => databases.groupNamed(name)),
      allows: (...input) => call('groupsReferring', input[0], () => databases.allows(...input)),
      createSnapshot: (...input) =>
        change('createSnapshot', [input[0], input[1]], always, () => databases.createSnapshot(...input)),
      protect: (id) => change('protect', [id], always, () => databases.protect(id)),
      createGroup: (input) => change('createGroup', [input.name], always, () => databases.createGroup(input)),
      allow: (...input) => change('allow', [input[0]], always, () => databases.allow(...input)),
    },
    network: {
      ingress: (groupIds) => call('ingress', '', () => network.ingress(groupIds)),
      listeners: (arn) => call('listeners', arn, () => network.listeners(arn)),
      allowIngress: (id, rules) => change('allowIngress', [id], always, () => network.allowIngress(id, rules)),
      revokeIngress: (id, rules) => change('revokeIngress', [id], always, () => network.revokeIngress(id, rules)),
    },
    versionBundles: {
      contents: (_application, label) =>
        call('contents', label, () => ({ bucket: 'bundles', key: label, files: 1, declared: [], unread: [] })),
    },
    bundles: {
      upload: (...input) => change('upload', [input[0].sha256], always, () => door.upload(...input)),
    },
    dns: {
      panel: async () => net.panel,
      ask: (server, name) =>
        local('dns', () => {
          const answer = net.ask(server, name)
          weather.asked(server.name, name, answer)
          return answer
        }),
    },
    // No zone of its own: the domains are looked at in a room of their own.
    domainRecords: { all: async () => ({ records: [], complete: true }) },
    requestCounts: { perMinute: async () => [] },
    probe: {
      handshake: async () => ({ kind: 'none', detail: 'nobody listens' }),
      keep: ({ address }) => ({ get: () => local('http', () => net.get(address)), close: () => {} }),
      get: ({ address }) =>
        local('http', () => {
          weather.visited(address)
          return net.get(address)
        }),
    },
  }
}

/**
 * What a release looks out with beside its turns. Its questions take no time and are no calls of a step: the moments of a history, and
 * what the laws ask of a proof, are those of the steps alone.
 */
export function lookOut(parts: {
  readonly account: Account
  readonly net: Net
  readonly life: Life
  readonly rest: (sleeper: Sleeper | null) => void
}): Outlook {
  const { account, net, life, rest } = parts
  const answer = async <T>(run: () => T): Promise<T> => (life.isDead ? never() : run())
  const unused = () => {
    throw new Error('Nobody looks out with that')
  }
  return {
    clock: { now: () => account.now, speed: () => 1, sleep: sleepOn(account, life, rest) },
    dns: { panel: async () => net.panel, ask: (server, name) => answer(() => net.ask(server, name)) },
    probe: {
      handshake: unused,
      get: ({ address }) => answer(() => net.get(address)),
      keep: ({ address }) => ({ get: () => answer(() => net.get(address)), close: () => {} }),
    },
  }
}

function sleepOn(account: Account, life: Life, rest: (sleeper: Sleeper | null) => void): World['clock']['sleep'] {
  return (milliseconds, signal) =>
    new Promise<void>((resolve, reject) => {
      if (life.isDead) return
      rest({ until: account.now + milliseconds, wake: resolve })
      signal.addEventListener(
        'abort',
        () => {
          rest(null)
          reject(signal.reason)
        },
        { once: true },
      )
    })
}

/** The refusal in the operator's words, by the rules that hold for AWS itself. */
function words(thrown: unknown, name: CallName, changes: boolean): unknown {
  const [service, operation] = OPERATIONS[name]
  const failed: FailedCall = { service, operation, changes }
  return translated(
    thrown instanceof AwsError ? refusal(thrown.code, thrown.message, thrown.httpStatus) : thrown,
    failed,
  )
}
