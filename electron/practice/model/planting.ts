import { type Account, advanceTo } from './account.ts'
import { createDatabase } from './databases.ts'
import { createEnvironment, type NewEnvironment } from './environments.ts'
import { listPlatforms } from './platforms.ts'
import type { DatabaseRecord, DeletionPolicy, EnvironmentRecord, ExtensionDatabase, Setting, Tag } from './records.ts'
import { createSecurityGroup, tcpRule } from './stack.ts'
import { createVersion } from './versions.ts'

/** Creates an environment and lets it come up. */
export function plant(account: Account, wanted: NewEnvironment): EnvironmentRecord {
  const environment = createEnvironment(account, wanted, account.random.uuid())
  settle(account)
  return environment
}

/** Lets half an hour pass: whatever was begun is over then. */
export function settle(account: Account): void {
  advanceTo(account, account.now + 1_800_000)
}

/** Creates a version whose bundle is stored when the account is handed over. */
export function plantVersion(
  account: Account,
  applicationName: string,
  label: string,
  description: string,
  databases: readonly ExtensionDatabase[] = [],
): void {
  createVersion(account, {
    applicationName,
    label,
    description,
    sourceBundle: {
      bucket: `elasticbeanstalk-${account.region}-${account.accountId}`,
      key: `${applicationName}/${label}.zip`,
    },
    sound: true,
    databases,
    process: true,
  })
  advanceTo(account, account.now + 60_000)
}

/** Creates a database outside of every environment, which lets the members of some security groups in. */
export function plantDatabase(
  account: Account,
  wanted: {
    readonly identifier: string
    readonly groupName: string
    readonly description: string
    readonly letsIn: readonly string[]
    readonly instanceClass: string
    readonly databaseName: string
    readonly userName: string
    readonly deletionProtection?: boolean
  },
): DatabaseRecord {
  const { groupName: name, description, letsIn, ...details } = wanted
  const ingress = letsIn.length === 0 ? [] : [tcpRule(5432, { groupIds: letsIn })]
  const group = createSecurityGroup(account, { name, description, ingress })
  return createDatabase(account, { ...details, engine: 'postgres', securityGroupIds: [group.id] })
}

/** Settings of an environment that has a database in its own stack. */
export function coupledDatabase(policy: DeletionPolicy, userName: string): readonly Setting[] {
  return Object.entries({
    HasCoupledDatabase: 'true',
    DBEngine: 'mysql',
    DBEngineVersion: '8.0.40',
    DBInstanceClass: 'db.t3.small',
    DBAllocatedStorage: '20',
    DBDeletionPolicy: policy,
    DBUser: userName,
    DBPassword: 'kept-by-elastic-beanstalk',
  }).map(([name, value]) => setting('aws:rds:dbinstance', name, value))
}

/** Settings of an environment behind an application load balancer. */
export function loadBalanced(minimum: number, maximum: number): readonly Setting[] {
  return [
    setting('aws:elasticbeanstalk:environment', 'EnvironmentType', 'LoadBalanced'),
    setting('aws:elasticbeanstalk:environment', 'LoadBalancerType', 'application'),
    setting('aws:autoscaling:asg', 'MinSize', String(minimum)),
    setting('aws:autoscaling:asg', 'MaxSize', String(maximum)),
    setting('aws:ec2:vpc', 'VPCId', 'vpc-0a1b2c3d4e5f60718'),
    setting('aws:ec2:vpc', 'Subnets', 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728'),
    setting('aws:ec2:vpc', 'ELBSubnets', 'subnet-0a1b2c3d4e5f60718,subnet-0b1c2d3e4f5061728'),
  ]
}

/** Environment properties as settings. */
export function environmentProperties(properties: Readonly<Record<string, string>>): readonly Setting[] {
  return Object.entries(properties).map(([name, value]) =>
    setting('aws:elasticbeanstalk:application:environment', name, value),
  )
}

/** One option with its value. */
export function setting(namespace: string, optionName: string, value: string): Setting {
  return { namespace, optionName, value }
}

/** Tags from names and values. */
export function tags(values: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }))
}

/** The platform version of a language that is `age` behind the newest. */
export function platform(account: Account, language: string, age: number): string {
  const versions = listPlatforms(account.region).filter(({ name }) => name.startsWith(`${language} `))
  return versions[age]?.arn ?? versions[0]?.arn ?? ''
}
