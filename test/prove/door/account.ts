import { type Account, advanceTo, createAccount } from '../../../electron/practice/model/account.ts'
import { createDatabase } from '../../../electron/practice/model/databases.ts'
import { createEnvironment } from '../../../electron/practice/model/environments.ts'
import { listPlatforms } from '../../../electron/practice/model/platforms.ts'
import type { EnvironmentRecord, PracticeFile, Setting } from '../../../electron/practice/model/records.ts'
import { createSecurityGroup, physicalId, tcpRule } from '../../../electron/practice/model/stack.ts'
import { createTemplate } from '../../../electron/practice/model/templates.ts'
import { createApplication, createVersion, DEFAULT_BEHAVIOUR } from '../../../electron/practice/model/versions.ts'

export const ACCOUNT_ID = '111122223333'
export const REGION = 'eu-central-1'
export const APPLICATION = 'shop'
export const PRODUCTION = `shop.${REGION}.elasticbeanstalk.com`
export const BLUE_NAME = 'shop-blue'
export const GREEN_NAME = 'shop-green'
/** Somebody else's environment of the same application. */
export const STAGING_NAME = 'shop-staging'
/** A configuration of the application that somebody has saved. */
export const SAVED = 'shop-saved'
/** A Monday, so that no maintenance window comes up by itself. */
const BORN = Date.UTC(2027, 0, 4, 8, 0, 0)
/** Users' requests per second, in all. */
export const VISITORS = 20

export interface AccountShape {
  readonly seed: number
  /** Whether blue's database is in blue's own stack when the release begins. */
  readonly coupled: boolean
  readonly basicHealth: boolean
  readonly singleInstance: boolean
  readonly staging: boolean
  readonly managed: boolean
  readonly narrowed: boolean
}

/** A practice account with nothing in it but what a release needs: small, so that thousands can be made. */
export function createSmallAccount(shape: AccountShape): {
  readonly account: Account
  readonly blue: EnvironmentRecord
} {
  const account = createAccount({ accountId: ACCOUNT_ID, region: REGION, seed: shape.seed, now: BORN })
  // At the pace at which the release looks, ten seconds hold hardly a reading.
  account.metricsWindowMilliseconds = 30_000
  createApplication(account, APPLICATION, 'The web shop')
  for (const label of ['1.4.1', '1.4.2']) {
    createVersion(account, {
      applicationName: APPLICATION,
      label,
      sourceBundle: { bucket: `elasticbeanstalk-${REGION}-${ACCOUNT_ID}`, key: `${APPLICATION}/${label}.zip` },
      sound: true,
      process: false,
    })
  }
  const group = createSecurityGroup(account, { name: 'shop-database', description: 'The database', ingress: [] })
  createDatabase(account, {
    identifier: 'shop-database',
    engine: 'postgres',
    instanceClass: 'db.t3.medium',
    securityGroupIds: [group.id],
    databaseName: 'shop',
    userName: 'shop',
  })
  const plant = (name: string, cnamePrefix: string, settings: readonly Setting[]) =>
    createEnvironment(
      account,
      {
        applicationName: APPLICATION,
        environmentName: name,
        cnamePrefix,
        platformArn: listPlatforms(REGION)[1]?.arn,
        versionLabel: '1.4.2',
        settings,
        tags: [{ key: 'team', value: 'shop' }],
      },
      account.random.uuid(),
    )
  const blue = plant(BLUE_NAME, 'shop', settingsOf(shape))
  if (shape.staging)
    plant(STAGING_NAME, 'shop-staging', [set('aws:elasticbeanstalk:environment', 'EnvironmentType', 'SingleInstance')])
  advanceTo(account, account.now + (shape.coupled ? 1_200_000 : 480_000))
  createTemplate(account, { applicationName: APPLICATION, name: SAVED, environment: blue, settings: [] })
  if (shape.narrowed) narrow(account, blue)
  return { account, blue }
}

/** Somebody has closed the group of the load balancer, or of the only instance, by hand. */
function narrow(account: Account, environment: EnvironmentRecord): void {
  const id =
    physicalId(environment, 'AWSEBLoadBalancerSecurityGroup') ?? physicalId(environment, 'AWSEBSecurityGroup') ?? ''
  const group = account.securityGroups.get(id)
  if (group) group.ingress = [tcpRule(80, { ranges: ['10.0.0.0/16'] })]
}

function settingsOf({ coupled, basicHealth, singleInstance, managed }: AccountShape): readonly Setting[] {
  return [
    ...(singleInstance
      ? [set('aws:elasticbeanstalk:environment', 'EnvironmentType', 'SingleInstance')]
      : [set('aws:autoscaling:asg', 'MinSize', '2'), set('aws:autoscaling:asg', 'MaxSize', '4')]),
    ...(basicHealth ? [set('aws:elasticbeanstalk:healthreporting:system', 'SystemType', 'basic')] : []),
    ...(managed
      ? [
          set('aws:elasticbeanstalk:managedactions', 'ManagedActionsEnabled', 'true'),
          set('aws:elasticbeanstalk:managedactions', 'PreferredStartTime', 'Sun:10:00'),
          set('aws:elasticbeanstalk:managedactions:platformupdate', 'UpdateLevel', 'minor'),
        ]
      : []),
    set('aws:elasticbeanstalk:application:environment', 'STAGE', 'production'),
    ...(coupled ? coupling() : []),
  ]
}

/** The options by which an environment gets a database of its own. */
export function coupling(): readonly Setting[] {
  return [
    set('aws:rds:dbinstance', 'HasCoupledDatabase', 'true'),
    set('aws:rds:dbinstance', 'DBEngine', 'mysql'),
    set('aws:rds:dbinstance', 'DBDeletionPolicy', 'Delete'),
    set('aws:rds:dbinstance', 'DBUser', 'shop'),
    set('aws:rds:dbinstance', 'DBPassword', 'kept-by-elastic-beanstalk'),
  ]
}

/** One option, as a change of the configuration carries it. */
export function set(namespace: string, optionName: string, value: string): Setting {
  return { namespace, optionName, value }
}

/** A rule that lets members of a group in, as a database's group carries it. */
export const referenceTo = (groupId: string) => tcpRule(5432, { groupIds: [groupId] })

/** How the versions of these histories behave, by what their bundle is called. */
export const BEHAVIOURS: Readonly<Record<string, PracticeFile>> = {
  sound: { ...DEFAULT_BEHAVIOUR, startMilliseconds: 1_000 },
  slow: { ...DEFAULT_BEHAVIOUR, startMilliseconds: 45_000 },
  failing: { ...DEFAULT_BEHAVIOUR, deploy: 'fail' },
  erring: { ...DEFAULT_BEHAVIOUR, statusCode: 500 },
}
