import { type Account, advanceTo, createAccount } from './account.ts'
import { createCertificate } from './certificates.ts'
import { changeConfiguration } from './configure.ts'
import { type CrowdSize, plantCrowd } from './crowd.ts'
import { updateEnvironment } from './environments.ts'
import { createHostedZone, environmentAlias, loadBalancerAlias } from './hosted-zones.ts'
import {
  coupledDatabase,
  environmentProperties,
  loadBalanced,
  plant,
  plantDatabase,
  plantVersion,
  platform,
  setting,
  settle,
  tags,
} from './planting.ts'
import type { EnvironmentRecord } from './records.ts'
import { plantCouplings, plantShared } from './seed-couplings.ts'
import { createSecurityGroup, physicalId } from './stack.ts'
import { createApplication } from './versions.ts'

export interface SeedOptions {
  readonly accountId: string
  readonly region: string
  readonly seed: number
  /** The instant at which the account is handed over. */
  readonly now: number
  /** What is in the account beside what an operator practises with; absent: nothing. */
  readonly crowd?: CrowdSize | undefined
}

const DAY = 86_400_000

/** The practice account as an operator first meets it; its past was lived through, so its events are genuine. */
export function createPracticeAccount(options: SeedOptions): Account {
  const account = createAccount({ ...options, now: options.now - 30 * DAY })
  plantShop(account)
  plantLedger(account)
  plantReports(account)
  plantCouplings(account)
  plantShared(account)
  if (options.crowd !== undefined) plantCrowd(account, options.crowd, options.now - DAY)
  plantIntranet(account, options.now)
  advanceTo(account, options.now)
  account.finished.length = 0
  return account
}

/** An application whose database stands outside: what a release should look like. */
function plantShop(account: Account): void {
  createApplication(account, 'shop', 'The web shop and its workers')
  for (const label of ['1.4.1', '1.4.2']) plantVersion(account, 'shop', label, `Release ${label}`)
  const access = createSecurityGroup(account, {
    name: 'shop-database-access',
    description: 'Whoever carries this group may reach the shop database',
    ingress: [],
  })
  const database = plantDatabase(account, {
    identifier: 'shop-production',
    groupName: 'shop-database',
    description: 'The shop database',
    letsIn: [access.id],
    instanceClass: 'db.t3.medium',
    databaseName: 'shop',
    userName: 'shop',
    deletionProtection: true,
  })
  const certificate = createCertificate(account, ['shop.example', '*.shop.example'])
  const properties = {
    DB_HOST: database.endpoint,
    DB_NAME: 'shop',
    DB_PORT: '5432',
    DB_USER: 'shop',
    SESSION_STORE: 'database',
  }
  const production = plant(account, {
    applicationName: 'shop',
    environmentName: 'shop-production',
    description: 'The shop that customers see',
    cnamePrefix: 'shop',
    platformArn: platform(account, 'Node.js 22', 1),
    versionLabel: '1.4.1',
    settings: [
      ...loadBalanced(2, 4),
      ...environmentProperties(properties),
      setting('aws:autoscaling:launchconfiguration', 'SecurityGroups', access.id),
      setting('aws:elbv2:listener:443', 'Protocol', 'HTTPS'),
      setting('aws:elbv2:listener:443', 'SSLCertificateArns', certificate.arn),
      setting('aws:elbv2:listener:443', 'SSLPolicy', 'ELBSecurityPolicy-TLS13-1-2-2021-06'),
    ],
    tags: tags({ team: 'shop', 'cost-center': '4711', stage: 'production' }),
  })
  advanceTo(account, account.now + 10 * DAY)
  updateEnvironment(account, production, { versionLabel: '1.4.2', set: [], remove: [] }, account.random.uuid())
  settle(account)
  plant(account, {
    applicationName: 'shop',
    environmentName: 'shop-worker',
    description: 'Sends mails and invoices',
    tier: 'Worker',
    platformArn: platform(account, 'Python 3.13', 1),
    versionLabel: '1.4.2',
    settings: [setting('aws:autoscaling:asg', 'MaxSize', '2'), ...environmentProperties(properties)],
    tags: tags({ team: 'shop', stage: 'production' }),
  })
  plantShopDomain(account, production)
  account.visitors.push({ name: `shop.${account.region}.elasticbeanstalk.com`, requestsPerSecond: 12 })
  account.visitors.push({ name: 'www.shop.example', requestsPerSecond: 6 })
}

/**
 * The names customers type: two follow the environment's name and so a swap, one stands for the load balancer and
 * stays behind.
 */
function plantShopDomain(account: Account, production: EnvironmentRecord): void {
  const zone = createHostedZone(account, 'shop.example', 'The shop')
  const target = `shop.${account.region}.elasticbeanstalk.com`
  zone.records = [
    environmentAlias(account, 'shop.example', 'shop'),
    { name: 'www.shop.example', type: 'CNAME', ttlSeconds: 300, values: [target] },
    loadBalancerAlias(account, 'api.shop.example', production.front?.endpoint ?? ''),
  ]
}

/** An application whose database is part of its environment and would be deleted with it. */
function plantLedger(account: Account): void {
  createApplication(account, 'ledger', 'Accounting')
  for (const label of ['7', '8']) plantVersion(account, 'ledger', label, `Build ${label}`)
  plant(account, {
    applicationName: 'ledger',
    environmentName: 'ledger-production',
    description: 'Accounting, with its own database',
    cnamePrefix: 'ledger',
    platformArn: platform(account, 'Corretto 21', 1),
    versionLabel: '8',
    settings: [...loadBalanced(2, 2), ...coupledDatabase('Delete', 'ledger')],
    tags: tags({ team: 'finance', stage: 'production' }),
  })
  account.visitors.push({ name: `ledger.${account.region}.elasticbeanstalk.com`, requestsPerSecond: 3 })
}

/** An environment whose own security group is named in a rule of its database's: it cannot be terminated. */
function plantReports(account: Account): void {
  createApplication(account, 'reports', 'Figures for the management')
  for (const label of ['2026-10', '2026-11']) plantVersion(account, 'reports', label, `Month ${label}`)
  const production = plant(account, {
    applicationName: 'reports',
    environmentName: 'reports-production',
    description: 'Figures for the management',
    cnamePrefix: 'reports',
    platformArn: platform(account, 'Python 3.13', 1),
    versionLabel: '2026-11',
    settings: [...loadBalanced(2, 3), ...environmentProperties({ DB_NAME: 'figures' })],
    tags: tags({ team: 'controlling' }),
  })
  // An address from before 2016, when names did not carry the region: really a CNAME record.
  production.cname = 'reports.elasticbeanstalk.com'
  const own = physicalId(production, 'AWSEBSecurityGroup')
  const database = plantDatabase(account, {
    identifier: 'reports-database',
    groupName: 'reports-database',
    description: 'The database of the reports',
    letsIn: own === undefined ? [] : [own],
    instanceClass: 'db.t3.small',
    databaseName: 'figures',
    userName: 'reports',
  })
  const [host] = environmentProperties({ DB_HOST: database.endpoint })
  if (host !== undefined)
    production.settings = new Map(production.settings).set(`${host.namespace}|${host.optionName}`, host)
  account.visitors.push({ name: 'reports.elasticbeanstalk.com', requestsPerSecond: 1 })
}

/** An environment in the middle of an update that takes three hours. */
function plantIntranet(account: Account, now: number): void {
  createApplication(account, 'intranet', 'For colleagues only')
  plantVersion(account, 'intranet', '31', 'Build 31')
  const production = plant(account, {
    applicationName: 'intranet',
    environmentName: 'intranet-production',
    cnamePrefix: 'intranet',
    platformArn: platform(account, 'PHP 8.3', 1),
    versionLabel: '31',
    settings: [setting('aws:elasticbeanstalk:environment', 'EnvironmentType', 'SingleInstance')],
    tags: [],
  })
  advanceTo(account, now - 120_000)
  changeConfiguration(
    account,
    production,
    { set: [setting('aws:ec2:instances', 'InstanceTypes', 't3.small, t3.medium')], remove: [], seconds: 10_800 },
    account.random.uuid(),
  )
}
