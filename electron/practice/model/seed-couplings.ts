import type { Account } from './account.ts'
import { derivedHex } from './derived-id.ts'
import { updateEnvironment } from './environments.ts'
import { deleteCoupledDatabase } from './other-hands.ts'
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
import type { DatabaseRecord, DeletionPolicy, EnvironmentRecord, Setting } from './records.ts'
import { changeSettings } from './settings.ts'
import { createSharedLoadBalancer } from './shared-load-balancers.ts'
import { createSecurityGroup, physicalId, tcpRule } from './stack.ts'
import { createApplication } from './versions.ts'

const APPLICATION = 'coupling'
const LABEL = '1'
const WITH_DATABASE = '1-with-database'

/** One environment for each way in which a database can hang on an environment. */
export function plantCouplings(account: Account): void {
  createApplication(account, APPLICATION, 'Every way in which a database hangs on an environment')
  plantVersion(account, APPLICATION, LABEL, 'The application')
  plantVersion(account, APPLICATION, WITH_DATABASE, 'Brings its database along', [
    { logicalId: 'ApplicationDatabase', engine: 'postgres', deletionPolicy: 'Snapshot' },
  ])
  plantOne(account, 'delete', 'Its database is deleted with it', coupled('Delete'))
  const snapshot = plantOne(account, 'snapshot', 'Of its database a snapshot is left', coupled('Snapshot'))
  plantOne(account, 'retain', 'Its database is left standing', coupled('Retain'))
  plantOne(account, 'extensions', 'Its bundle brings the database along', [], WITH_DATABASE)
  plantGroup(account)
  const host = databaseOf(account, snapshot)?.endpoint ?? ''
  plantOne(
    account,
    'guest',
    'It uses the database of coupling-snapshot',
    environmentProperties({ DB_HOST: host, DB_NAME: 'ebdb' }),
  )
  plantLeftover(account)
  plantCluster(account)
  deleteCoupledDatabase(
    account,
    plantOne(account, 'orphan', 'Its database was deleted behind its back', coupled('Delete')),
  )
}

/** Two environments behind one load balancer, which outlives both. */
export function plantShared(account: Account): void {
  createApplication(account, 'portal', 'Two environments behind one load balancer')
  plantVersion(account, 'portal', '12', 'Build 12')
  const { arn } = createSharedLoadBalancer(account, 'portal-shared')
  for (const name of ['portal-production', 'portal-partners']) {
    plant(account, {
      applicationName: 'portal',
      environmentName: name,
      description: 'Shares its load balancer',
      cnamePrefix: name === 'portal-production' ? 'portal' : name,
      platformArn: platform(account, 'Node.js 22', 1),
      versionLabel: '12',
      settings: [
        ...loadBalanced(1, 2),
        setting('aws:elasticbeanstalk:environment', 'LoadBalancerIsShared', 'true'),
        setting('aws:elbv2:loadbalancer', 'SharedLoadBalancer', arn),
      ],
      tags: tags({ team: 'portal' }),
    })
  }
}

/** Its database outside lets its own security group in. */
function plantGroup(account: Account): void {
  const environment = plantOne(account, 'group', 'Its database outside names its security group', [])
  const own = physicalId(environment, 'AWSEBSecurityGroup')
  const database = plantDatabase(account, {
    identifier: 'coupling-group',
    groupName: 'coupling-group-database',
    description: 'The database of coupling-group',
    letsIn: own === undefined ? [] : [own],
    instanceClass: 'db.t3.small',
    databaseName: 'application',
    userName: 'application',
  })
  refer(environment, database)
}

/** It reads from a cluster outside, which has endpoints of its own and belongs to nobody's stack. */
function plantCluster(account: Account): void {
  const { region, accountId } = account
  const group = createSecurityGroup(account, {
    name: 'coupling-cluster-database',
    description: 'The cluster of coupling-cluster',
    ingress: [tcpRule(5432, { ranges: ['10.0.0.0/16'] })],
  })
  const identifier = 'coupling-cluster'
  const zone = `${derivedHex(identifier, 12)}.${region}.rds.amazonaws.com`
  const readerEndpoint = `${identifier}.cluster-ro-${zone}`
  account.databaseClusters.set(identifier, {
    identifier,
    arn: `arn:aws:rds:${region}:${accountId}:cluster:${identifier}`,
    created: account.now,
    engine: 'aurora-postgresql',
    engineVersion: '16.4',
    endpoint: `${identifier}.cluster-${zone}`,
    readerEndpoint,
    port: 5432,
    databaseName: 'application',
    userName: 'application',
    securityGroupIds: [group.id],
    deletionProtection: true,
  })
  const properties = environmentProperties({ DB_HOST: readerEndpoint, DB_NAME: 'application' })
  plantOne(account, 'cluster', 'It reads from a cluster of Aurora', properties)
}

/** It was decoupled in the right order once: its database stands alone, and still bears its name. */
function plantLeftover(account: Account): void {
  const environment = plantOne(account, 'leftover', 'Its database was decoupled and stands alone', coupled('Retain'))
  const database = databaseOf(account, environment)
  const set = [setting('aws:rds:dbinstance', 'HasCoupledDatabase', 'false')]
  updateEnvironment(account, environment, { set, remove: [] }, account.random.uuid())
  settle(account)
  if (database !== undefined) refer(environment, database)
}

function plantOne(
  account: Account,
  name: string,
  description: string,
  settings: readonly Setting[],
  versionLabel = LABEL,
): EnvironmentRecord {
  return plant(account, {
    applicationName: APPLICATION,
    environmentName: `coupling-${name}`,
    description,
    cnamePrefix: `coupling-${name}`,
    platformArn: platform(account, 'Node.js 22', 1),
    versionLabel,
    settings: [...loadBalanced(1, 2), ...settings],
    tags: tags({ team: 'training' }),
  })
}

function coupled(policy: DeletionPolicy): readonly Setting[] {
  return coupledDatabase(policy, 'application')
}

function databaseOf(account: Account, environment: EnvironmentRecord): DatabaseRecord | undefined {
  return account.databases.get(physicalId(environment, 'AWSEBRDSDatabase') ?? '')
}

function refer(environment: EnvironmentRecord, { endpoint }: DatabaseRecord): void {
  environment.settings = changeSettings(environment.settings, environmentProperties({ DB_HOST: endpoint }))
}
