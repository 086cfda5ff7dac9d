import { AwsError, invalidParameterValue } from '../../model/aws-error.ts'
import { listPlatforms, type Platform, platformByArn, visiblePlatforms } from '../../model/platforms.ts'
import { instant, list, type Structure } from '../document.ts'
import type { Parameters } from '../parameters.ts'
import { type Operation, page } from '../query-service.ts'
import { maximum } from './request.ts'

/** The operations that tell which platforms there are. */
export const PLATFORM_READS: Readonly<Record<string, Operation>> = {
  DescribePlatformVersion: ({ account, parameters }) => {
    const arn = parameters.text('PlatformArn')
    if (arn === undefined) throw new AwsError('MissingRequiredParameter', 'PlatformArn must be specified.')
    const platform = platformByArn(account, arn)
    const { name, version } = platform.language ?? {}
    return {
      PlatformDescription: {
        ...platformSummary(platform),
        PlatformName: platform.name,
        SolutionStackName: platform.solutionStack,
        DateCreated: instant(platform.created),
        DateUpdated: instant(platform.updated),
        Description: platform.description,
        Maintainer: platform.maintainer,
        ProgrammingLanguages: list(name === undefined ? [] : [{ Name: name, Version: version }]),
        Frameworks: list([]),
        CustomAmiList: list([{ VirtualizationType: 'hvm', ImageId: imageOf(platform) }]),
      },
    }
  },
  ListAvailableSolutionStacks: ({ account }) => {
    const stacks = listPlatforms(account.region).flatMap(({ solutionStack }) => solutionStack ?? [])
    return {
      SolutionStacks: list(stacks),
      SolutionStackDetails: list(
        stacks.map((name) => ({
          SolutionStackName: name,
          PermittedFileTypes: list(name.includes('Corretto') ? ['jar', 'zip'] : ['zip']),
        })),
      ),
    }
  },
  ListPlatformBranches: (call) => {
    const { account, parameters } = call
    const filters = readFilters(parameters, 'Attribute', BRANCH_FIELDS)
    const branches = new Map(visiblePlatforms(account).map((platform) => [platform.branch, platform]))
    const wanted = [...branches.values()].filter((platform) => filters.every((fits) => fits(platform)))
    const { items, nextToken } = page(wanted, maximum(call, 1000), parameters.text('NextToken'))
    return {
      PlatformBranchSummaryList: list(
        items.map((platform) => ({
          PlatformName: platform.category,
          BranchName: platform.branch,
          LifecycleState: platform.branchLifecycle,
          BranchOrder: platform.branchOrder,
          SupportedTierList: list([...platform.tiers]),
        })),
      ),
      NextToken: nextToken,
    }
  },
  ListPlatformVersions: (call) => {
    const { account, parameters } = call
    const filters = readFilters(parameters, 'Type', VERSION_FIELDS)
    const wanted = visiblePlatforms(account).filter((platform) => filters.every((fits) => fits(platform)))
    const { items, nextToken } = page(wanted, maximum(call, 100), parameters.text('NextToken'))
    return { PlatformSummaryList: list(items.map(platformSummary)), NextToken: nextToken }
  },
}

/** PlatformSummary. */
export function platformSummary(platform: Platform): Structure {
  return {
    PlatformArn: platform.arn,
    PlatformOwner: platform.owner,
    PlatformStatus: platform.status,
    PlatformCategory: platform.category,
    OperatingSystemName: platform.operatingSystemName,
    OperatingSystemVersion: platform.operatingSystemVersion,
    SupportedTierList: list([...platform.tiers]),
    SupportedAddonList: list([...platform.addons]),
    PlatformLifecycleState: platform.lifecycle === '' ? undefined : platform.lifecycle,
    PlatformVersion: platform.version,
    PlatformBranchName: platform.branch,
    PlatformBranchLifecycleState: platform.branchLifecycle,
  }
}

type Fields = Readonly<Record<string, (platform: Platform) => readonly string[]>>

const VERSION_FIELDS: Fields = {
  PlatformName: ({ name }) => [name],
  PlatformVersion: ({ version }) => [version],
  PlatformStatus: ({ status }) => [status],
  PlatformBranchName: ({ branch }) => [branch],
  PlatformLifecycleState: ({ lifecycle }) => [lifecycle.toLowerCase()],
  // Whoever asks for their own platforms says so by this word.
  PlatformOwner: ({ owner }) => (owner === 'AWSElasticBeanstalk' ? [owner] : [owner, 'self']),
  SupportedTier: ({ tiers }) => tiers,
  SupportedAddon: ({ addons }) => addons,
  ProgrammingLanguageName: ({ language }) => (language === undefined ? [] : [language.name]),
  OperatingSystemName: ({ operatingSystemName }) => [operatingSystemName],
}

const BRANCH_FIELDS: Fields = {
  BranchName: ({ branch }) => [branch],
  LifecycleState: ({ branchLifecycle }) => [branchLifecycle.toLowerCase()],
  PlatformName: ({ category }) => [category],
  TierType: ({ tiers }) => tiers,
}

const MOST_FILTERS = 10

/** The filters of a request as tests of a platform; throws for attributes and operators that there are not. */
function readFilters(
  parameters: Parameters,
  member: 'Attribute' | 'Type',
  fields: Fields,
): readonly ((platform: Platform) => boolean)[] {
  const filters = parameters.structures('Filters') ?? []
  if (filters.length > MOST_FILTERS) throw invalidParameterValue(`There cannot be more than ${MOST_FILTERS} filters.`)
  return filters.map((filter) => {
    const attribute = filter.required(member)
    const field = Object.hasOwn(fields, attribute) ? fields[attribute] : undefined
    if (field === undefined) throw invalidParameterValue(`Invalid filter ${member.toLowerCase()} '${attribute}'.`)
    const values = filter.texts('Values') ?? []
    const compare = comparison(filter.text('Operator') ?? '=', values)
    return (platform) => compare(field(platform))
  })
}

function comparison(operator: string, wanted: readonly string[]): (found: readonly string[]) => boolean {
  const some =
    (test: (found: string, value: string) => boolean) =>
    (found: readonly string[]): boolean =>
      found.some((entry) => wanted.some((value) => test(matchable(entry), matchable(value))))
  const equal = some((found, value) => found === value)
  const operators: Readonly<Record<string, (found: readonly string[]) => boolean>> = {
    '=': equal,
    '!=': (found) => !equal(found),
    in: equal,
    not_in: (found) => !equal(found),
    contains: some((found, value) => found.includes(value)),
    begins_with: some((found, value) => found.startsWith(value)),
    ends_with: some((found, value) => found.endsWith(value)),
    '<': some((found, value) => compareVersions(found, value) < 0),
    '<=': some((found, value) => compareVersions(found, value) <= 0),
    '>': some((found, value) => compareVersions(found, value) > 0),
    '>=': some((found, value) => compareVersions(found, value) >= 0),
  }
  const found = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (found === undefined) throw invalidParameterValue(`Invalid filter operator '${operator}'.`)
  return found
}

/** Lifecycle states are compared without regard to case, as `Recommended` is also asked for as `recommended`. */
function matchable(text: string): string {
  return /^(?:recommended|beta|supported|deprecated|retired)$/i.test(text) ? text.toLowerCase() : text
}

function compareVersions(a: string, b: string): number {
  const [first, second] = [a.split('.').map(Number), b.split('.').map(Number)]
  const index = first.findIndex((part, position) => part !== (second[position] ?? 0))
  return index === -1 ? 0 : (first[index] ?? 0) - (second[index] ?? 0)
}

/** An image id that follows from the platform version. */
function imageOf({ arn }: Platform): string {
  let hash = 0
  for (const character of arn) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  return `ami-0${hash.toString(16).padStart(8, '0')}${(hash ^ 0x5a5a5a5a).toString(16).replace('-', '').padStart(8, '0').slice(0, 8)}`
}
