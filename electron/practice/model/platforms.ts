import type { Account } from './account.ts'
import { invalidParameterValue } from './aws-error.ts'

/** A platform version: one of Elastic Beanstalk's own, or one that the account has built. */
export interface Platform {
  readonly arn: string
  readonly owner: string
  /** Absent: the account's own platforms have none. */
  readonly solutionStack: string | undefined
  readonly name: string
  readonly branch: string
  readonly branchOrder: number
  readonly branchLifecycle: 'Supported' | 'Deprecated'
  readonly version: string
  readonly status: 'Creating' | 'Ready' | 'Failed' | 'Deleting'
  readonly category: string
  readonly lifecycle: 'Recommended' | ''
  readonly operatingSystemName: string
  readonly operatingSystemVersion: string
  readonly language: { readonly name: string; readonly version: string } | undefined
  readonly tiers: readonly string[]
  readonly addons: readonly string[]
  readonly description: string
  readonly maintainer: string
  /** Account milliseconds since the epoch. */
  readonly created: number
  readonly updated: number
}

type OwnsPlatforms = Pick<Account, 'region' | 'accountId' | 'customPlatforms'>

interface Family {
  readonly language: string
  readonly category: string
  readonly versions: readonly string[]
  readonly isDeprecated?: boolean
}

const FAMILIES: readonly Family[] = [
  { language: 'Node.js 22', category: 'Node.js', versions: ['6.7.0', '6.6.2', '6.6.0'] },
  { language: 'Node.js 18', category: 'Node.js', versions: ['6.1.8'], isDeprecated: true },
  { language: 'Corretto 21', category: 'Java', versions: ['4.8.0', '4.7.1'] },
  { language: 'Python 3.13', category: 'Python', versions: ['4.8.0', '4.7.2'] },
  { language: 'PHP 8.3', category: 'PHP', versions: ['4.9.0', '4.8.1'] },
  { language: 'Docker', category: 'Docker', versions: ['4.7.2', '4.7.0'] },
]

const TIERS = ['WebServer/Standard', 'Worker/SQS/HTTP']
const ADDONS = ['Log/S3', 'Monitoring/Healthd', 'WorkerDaemon/SQSD']
// Elastic Beanstalk releases platform versions about once a month; the newest of these is from May 2026.
const NEWEST = Date.UTC(2026, 4, 12)
const MONTH = 30 * 86_400_000

const known = new Map<string, readonly Platform[]>()

/** Every platform version of Elastic Beanstalk's own in a region, newest of its branch first. */
export function listPlatforms(region: string): readonly Platform[] {
  const found = known.get(region) ?? FAMILIES.flatMap((family, order) => versionsOf(region, family, order))
  known.set(region, found)
  return found
}

/** Every platform version the account can see. */
export function visiblePlatforms(account: OwnsPlatforms): readonly Platform[] {
  return [...listPlatforms(account.region), ...customPlatforms(account)]
}

/** The platform of an ARN; without a version, the newest of the name. */
export function platformByArn(account: OwnsPlatforms, arn: string): Platform {
  const fits = (platform: Platform): boolean => platform.arn === arn || platform.arn.startsWith(`${arn}/`)
  const found = listPlatforms(account.region).find(fits) ?? customPlatforms(account).findLast(fits)
  if (found === undefined) throw invalidParameterValue(`Platform '${arn}' does not exist.`)
  return found
}

/** The platform of a solution stack's name. */
export function platformBySolutionStack(region: string, name: string): Platform {
  const found = listPlatforms(region).find((platform) => platform.solutionStack === name)
  if (found === undefined) throw invalidParameterValue(`No Solution Stack named '${name}' found.`)
  return found
}

/** The newest version of a platform's branch that is ready. */
export function newestOfBranch(account: OwnsPlatforms, arn: string): Platform {
  const platform = platformByArn(account, arn)
  if (platform.owner !== 'AWSElasticBeanstalk') return platform
  return listPlatforms(account.region).find(({ branch }) => branch === platform.branch) ?? platform
}

function versionsOf(region: string, family: Family, order: number): readonly Platform[] {
  const { language, category, versions, isDeprecated = false } = family
  const name = `${language} running on 64bit Amazon Linux 2023`
  const [languageName = language, languageVersion] = language.split(' ')
  return versions.map((version, index) => ({
    arn: `arn:aws:elasticbeanstalk:${region}::platform/${name}/${version}`,
    owner: 'AWSElasticBeanstalk',
    solutionStack: `64bit Amazon Linux 2023 v${version} running ${language}`,
    name,
    branch: name,
    branchOrder: order + 1,
    branchLifecycle: isDeprecated ? ('Deprecated' as const) : ('Supported' as const),
    version,
    status: 'Ready' as const,
    category,
    lifecycle: index === 0 && !isDeprecated ? ('Recommended' as const) : ('' as const),
    operatingSystemName: 'Amazon Linux',
    operatingSystemVersion: '2023',
    language: languageVersion === undefined ? undefined : { name: languageName, version: languageVersion },
    tiers: TIERS,
    addons: ADDONS,
    description: `64bit Amazon Linux 2023 running ${language}`,
    maintainer: 'aws-elasticbeanstalk-platforms@amazon.com',
    created: NEWEST - index * MONTH,
    updated: NEWEST - index * MONTH,
  }))
}

function customPlatforms(account: OwnsPlatforms): readonly Platform[] {
  return [...account.customPlatforms.values()].map((record) => ({
    arn: record.arn,
    owner: account.accountId,
    solutionStack: undefined,
    name: record.name,
    branch: record.name,
    branchOrder: 0,
    branchLifecycle: 'Supported',
    version: record.version,
    status: record.status,
    category: 'custom',
    lifecycle: '',
    operatingSystemName: 'Ubuntu',
    operatingSystemVersion: '22.04',
    language: undefined,
    tiers: TIERS,
    addons: ADDONS,
    description: `${record.name} ${record.version}`,
    maintainer: account.accountId,
    created: record.created,
    updated: record.updated,
  }))
}
