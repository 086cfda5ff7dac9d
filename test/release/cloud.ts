import type {
  ApplicationVersion,
  Environment,
  EnvironmentEvent,
  Health,
  SourceBundle,
} from '../../electron/contract/models.ts'
import { problem } from '../../electron/contract/problem.ts'
import type {
  DnsAnswer,
  DnsServer,
  ElasticBeanstalk,
  HttpAnswer,
  OptionSetting,
  StackResource,
  Tag,
} from '../../electron/release/world.ts'

export const APPLICATION = 'shop'
export const PRODUCTION = 'shop.eu-central-1.elasticbeanstalk.com'
export const BLUE_ID = 'e-blue000001'
export const START = Date.UTC(2027, 0, 4, 9, 0, 0)
/** Users' requests per second, in all. */
export const USERS = 40

const SECONDS = 1000
const TTL_SECONDS = 60

export interface FakeEnvironment {
  id: string
  name: string
  cnamePrefix: string
  status: string
  healthColor: string
  healthStatus: string
  causes: string[]
  versionLabel: string | null
  tier: string
  abortable: boolean
  createdAt: number
  updatedAt: number
  listedAt: number
  tags: readonly Tag[]
  settings: readonly OptionSetting[]
  resources: StackResource[] | null
  addresses: readonly string[]
  instances: number
  /** Changes with each operation, so that a task of an aborted one does nothing. */
  operation: number
}

/** A small cloud that behaves: environments, name servers, users. Its clock moves only when it is moved. */
export function fakeCloud(listingLagSeconds: number, statusLagSeconds: number) {
  let now = START
  let number = 1
  let tasks: { readonly at: number; readonly run: () => void }[] = []
  const environments = new Map<string, FakeEnvironment>()
  const versions = new Map<string, ApplicationVersion>()
  const stored = new Set<string>()
  const templates = new Map<string, readonly OptionSetting[]>()
  const events: EnvironmentEvent[] = []
  const caches = new Map<string, { readonly answer: DnsAnswer; readonly until: number }>()
  /** Labels whose deployment AWS takes back. */
  const failing = new Set<string>()
  /** Labels that answer with errors. */
  const erring = new Set<string>()
  const servers: readonly (DnsServer & { readonly holdsSeconds: number })[] = [
    { name: 'ns-1.example', address: '192.0.2.1', role: 'authoritative', holdsSeconds: 0 },
    { name: 'Resolver A', address: '192.0.2.11', role: 'resolver', holdsSeconds: TTL_SECONDS },
    { name: 'Resolver B', address: '192.0.2.12', role: 'resolver', holdsSeconds: 90 },
  ]

  function advanceTo(at: number): void {
    for (;;) {
      const due = tasks.filter((task) => task.at <= at).toSorted((a, b) => a.at - b.at)[0]
      if (!due) break
      tasks = tasks.filter((task) => task !== due)
      now = Math.max(now, due.at)
      due.run()
    }
    now = Math.max(now, at)
  }

  function later(seconds: number, run: () => void): void {
    tasks.push({ at: now + seconds * SECONDS, run })
  }

  function tell(environment: FakeEnvironment, message: string, severity = 'INFO'): void {
    events.push({ at: now, severity, environmentName: environment.name, message })
  }

  function add(
    environment: Pick<FakeEnvironment, 'id' | 'name' | 'cnamePrefix' | 'versionLabel' | 'tags' | 'settings'>,
  ): FakeEnvironment {
    const added: FakeEnvironment = {
      status: 'Launching',
      healthColor: 'Grey',
      healthStatus: 'Pending',
      causes: [],
      tier: 'WebServer',
      abortable: false,
      createdAt: now,
      updatedAt: now,
      listedAt: now + listingLagSeconds * SECONDS,
      resources: ['AWSEBSecurityGroup', 'AWSEBAutoScalingGroup', 'AWSEBLoadBalancer'].map((logicalId) => ({
        logicalId,
        physicalId: logicalId === 'AWSEBSecurityGroup' ? `sg-${environment.id}` : `${logicalId}-${environment.id}`,
        type: logicalId === 'AWSEBSecurityGroup' ? 'AWS::EC2::SecurityGroup' : 'AWS::Other',
        status: 'CREATE_COMPLETE',
      })),
      addresses: [`198.51.100.${number}`, `203.0.113.${number}`],
      instances: 2,
      operation: 0,
      ...environment,
    }
    number += 1
    environments.set(added.id, added)
    return added
  }

  function settle(environment: FakeEnvironment, health: 'Ok' | 'Severe' = 'Ok'): void {
    environment.status = 'Ready'
    environment.healthStatus = health
    environment.healthColor = health === 'Ok' ? 'Green' : 'Red'
    environment.abortable = false
    environment.updatedAt = now
  }

  function begin(environment: FakeEnvironment, status: string, seconds: number, end: () => void): void {
    environment.operation += 1
    const mine = environment.operation
    const show = () => {
      environment.status = status
      environment.updatedAt = now
    }
    if (statusLagSeconds === 0) show()
    else later(statusLagSeconds, show)
    later(Math.max(seconds, statusLagSeconds), () => environment.operation === mine && end())
  }

  function existing(id: string): FakeEnvironment {
    const found = environments.get(id)
    if (!found || found.status === 'Terminated') throw problem('not-found', `There is no environment ${id}`)
    return found
  }

  function readyOne(id: string): FakeEnvironment {
    const found = existing(id)
    if (found.status !== 'Ready') throw problem('refused-by-aws', `${found.name} must be Ready`)
    return found
  }

  const living = () => [...environments.values()].filter(({ status }) => status !== 'Terminated')

  function resolve(name: string): DnsAnswer {
    const wanted = name.toLowerCase()
    const found = living().find((each) => cnameOf(each.cnamePrefix) === wanted || endpointOf(each) === wanted)
    if (!found) return { kind: 'no-such-name', detail: 'NXDOMAIN' }
    return { kind: 'addresses', addresses: found.addresses, chain: [], ttlSeconds: TTL_SECONDS }
  }

  function askServer(server: DnsServer, name: string): DnsAnswer {
    const holds = servers.find((each) => each.name === server.name)?.holdsSeconds ?? 0
    if (holds === 0 || name.toLowerCase() !== PRODUCTION) return resolve(name)
    const cached = caches.get(server.name)
    if (cached && cached.until > now) return cached.answer
    const answer = resolve(name)
    caches.set(server.name, { answer, until: now + holds * SECONDS })
    return answer
  }

  /** The users' share of an environment: half of them are behind each resolver. */
  function usersOf(environment: FakeEnvironment): number {
    const behind = servers.filter(({ role }) => role === 'resolver')
    const reaching = behind.filter((server) => {
      const answer = askServer(server, PRODUCTION)
      return answer.kind === 'addresses' && answer.addresses.some((address) => environment.addresses.includes(address))
    })
    return (USERS * reaching.length) / behind.length
  }

  function get(address: string): HttpAnswer {
    const found = living().find((each) => each.addresses.includes(address))
    if (!found || found.status === 'Launching') return { kind: 'failure', detail: 'refused', milliseconds: 3, address }
    const label = found.versionLabel ?? 'none'
    const status = erring.has(label) ? 500 : 200
    const body = `Shop ${label}`
    return {
      kind: 'answer',
      status,
      headers: { 'x-app-version': label },
      bodySha256: body,
      body,
      milliseconds: 12,
      address,
    }
  }

  /** What each call that changes something does. */
  const changes = {
    createTemplate(input: Parameters<ElasticBeanstalk['createTemplate']>[0]) {
      if (templates.has(input.templateName)) throw problem('refused-by-aws', 'The template is there already')
      templates.set(input.templateName, existing(input.environmentId).settings)
    },
    deleteTemplate(_application: string, name: string) {
      templates.delete(name)
    },
    createEnvironment(input: Parameters<ElasticBeanstalk['createEnvironment']>[0]) {
      const saved = templates.get(input.templateName)
      if (!saved) throw problem('refused-by-aws', 'There is no such template')
      const set = input.settings ?? []
      const settings = [
        ...saved.filter(
          (old) =>
            ![...set, ...(input.remove ?? [])].some(
              (each) => each.namespace === old.namespace && each.optionName === old.optionName,
            ),
        ),
        ...set,
      ]
      if (living().some(({ name }) => name === input.environmentName)) throw problem('name-taken', 'The name is taken')
      if (living().some(({ cnamePrefix }) => cnamePrefix === input.cnamePrefix)) {
        throw problem('name-taken', `${cnameOf(input.cnamePrefix)} is not available`)
      }
      const { environmentName: name, cnamePrefix, versionLabel, tags } = input
      const made = add({ id: `e-green0000${number}`, name, cnamePrefix, versionLabel, tags, settings })
      // As AWS: a configuration that carries the coupling makes a database of its own, new and empty.
      if (settings.some(({ optionName, value }) => optionName === 'HasCoupledDatabase' && value === 'true'))
        made.resources?.push({
          logicalId: 'AWSEBRDSDatabase',
          physicalId: `db-of-${made.id}`,
          type: 'AWS::RDS::DBInstance',
          status: 'CREATE_COMPLETE',
        })
      tell(made, 'createEnvironment is starting.')
      begin(made, 'Launching', 90, () => {
        settle(made)
        tell(made, `Successfully launched environment: ${name}`)
      })
      return { environmentId: made.id }
    },
    createVersion(input: Parameters<ElasticBeanstalk['createVersion']>[0]) {
      const { versionLabel: label, bucket, key } = input
      if (versions.has(label)) throw problem('refused-by-aws', `${label} exists already`)
      versions.set(label, { label, description: '', status: 'UNPROCESSED', createdAt: now, bucket, key })
    },
    deploy(id: string, label: string) {
      const target = readyOne(id)
      if (!versions.has(label)) throw problem('refused-by-aws', `There is no version ${label}`)
      tell(target, 'Environment update is starting.')
      target.abortable = true
      target.healthStatus = 'Info'
      begin(target, 'Updating', 20, () => {
        settle(target)
        if (failing.has(label)) return tell(target, 'Failed to deploy application.', 'ERROR')
        target.versionLabel = label
        tell(target, 'Environment update completed successfully.')
      })
    },
    abortUpdate(id: string) {
      const target = existing(id)
      begin(target, 'Updating', 10, () => settle(target))
    },
    swapCnames(first: string, second: string) {
      const [a, b] = [readyOne(first), readyOne(second)]
      tell(a, 'swapEnvironmentCNAMEs is starting.')
      // Users ask all the time: at this moment every resolver holds the old answer for as long as it ever does.
      for (const server of servers) {
        caches.set(server.name, { answer: resolve(PRODUCTION), until: now + server.holdsSeconds * SECONDS })
      }
      begin(b, 'Updating', 5, () => settle(b))
      begin(a, 'Updating', 5, () => {
        settle(a)
        const prefix = a.cnamePrefix
        a.cnamePrefix = b.cnamePrefix
        b.cnamePrefix = prefix
        tell(a, 'Completed swapping CNAMEs.')
      })
    },
    terminate(id: string) {
      const target = readyOne(id)
      tell(target, 'terminateEnvironment is starting.')
      begin(target, 'Terminating', 60, () => {
        target.status = 'Terminated'
        target.healthColor = 'Grey'
        target.resources = null
        tell(target, 'terminateEnvironment completed successfully.')
      })
    },
    rebuild(id: string) {
      const target = environments.get(id)
      if (!target || target.status !== 'Terminated') throw problem('not-found', `There is no environment ${id}`)
      tell(target, 'restoreEnvironment is starting.')
      begin(target, 'Launching', 90, () => settle(target))
    },
    upload(bundle: SourceBundle) {
      const key = `shop/${bundle.sha256}.zip`
      stored.add(key)
      return { bucket: 'elasticbeanstalk-eu-central-1-111122223333', key }
    },
  }

  function healthOf(environment: FakeEnvironment): Health {
    const { healthStatus: status, healthColor: color, causes, instances, versionLabel } = environment
    return {
      at: now,
      status,
      color,
      causes: [...causes],
      requests: Math.round((usersOf(environment) + 0.1) * 10),
      windowSeconds: 10,
      instances: Array.from({ length: instances }, (_, index) => ({
        id: `i-${environment.id}-${index}`,
        status,
        versionLabel,
        causes: [],
      })),
    }
  }

  function shown(environment: FakeEnvironment): Environment {
    const { id, name, cnamePrefix, status, healthColor, healthStatus, versionLabel, tier, abortable } = environment
    return {
      id,
      name,
      arn: arnOf(environment),
      application: APPLICATION,
      cname: status === 'Terminated' || tier === 'Worker' ? null : cnameOf(cnamePrefix),
      endpointUrl: status === 'Launching' ? null : endpointOf(environment),
      status,
      healthColor,
      healthStatus,
      versionLabel,
      tier,
      platformArn:
        'arn:aws:elasticbeanstalk:eu-central-1::platform/Node.js 24 running on 64bit Amazon Linux 2023/6.6.0',
      platform: 'Node.js 24 running on 64bit Amazon Linux 2023/6.6.0',
      operationsRole: null,
      abortable,
      createdAt: environment.createdAt,
      updatedAt: environment.updatedAt,
    }
  }

  const blue = add({
    id: BLUE_ID,
    name: 'shop-blue',
    cnamePrefix: 'shop',
    versionLabel: '1.4.2',
    tags: [
      { key: 'team', value: 'web' },
      { key: 'elasticbeanstalk:environment-name', value: 'shop-blue' },
    ],
    settings: [
      { namespace: 'aws:autoscaling:asg', optionName: 'MinSize', value: '2', resourceName: null },
      { namespace: 'aws:rds:dbinstance', optionName: 'HasCoupledDatabase', value: 'false', resourceName: null },
    ],
  })
  blue.listedAt = 0
  settle(blue)

  return {
    blue,
    environments,
    versions,
    stored,
    templates,
    events,
    failing,
    erring,
    servers,
    now: () => now,
    advanceTo,
    add,
    settle,
    begin,
    existing,
    living,
    askServer,
    get,
    changes,
    healthOf,
    shown,
  }
}

export function cnameOf(prefix: string): string {
  return `${prefix}.eu-central-1.elasticbeanstalk.com`
}

export function arnOf({ name }: FakeEnvironment): string {
  return `arn:aws:elasticbeanstalk:eu-central-1:111122223333:environment/${APPLICATION}/${name}`
}

function endpointOf({ id }: FakeEnvironment): string {
  return `awseb-${id}.eu-central-1.elb.amazonaws.com`
}
