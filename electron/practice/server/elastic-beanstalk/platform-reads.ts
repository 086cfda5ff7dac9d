import { listPlatforms, platformByArn } from '../../model/platforms.ts'
import { list } from '../document.ts'
import { type Operation, page } from '../query-service.ts'
import { maximum } from './request.ts'

/** The operations that tell which platforms there are. */
export const PLATFORM_READS: Readonly<Record<string, Operation>> = {
  DescribePlatformVersion: ({ account, parameters }) => {
    const platform = platformByArn(account.region, parameters.required('PlatformArn'))
    return {
      PlatformDescription: {
        PlatformArn: platform.arn,
        PlatformOwner: 'AWSElasticBeanstalk',
        PlatformName: platform.name,
        PlatformVersion: platform.version,
        SolutionStackName: platform.solutionStack,
        PlatformStatus: 'Ready',
        PlatformCategory: platform.category,
        OperatingSystemName: 'Amazon Linux',
        OperatingSystemVersion: platform.operatingSystemVersion,
        SupportedTierList: list([...platform.tiers]),
        PlatformLifecycleState: platform.lifecycle === '' ? undefined : platform.lifecycle,
        PlatformBranchName: platform.branch,
        PlatformBranchLifecycleState: 'Supported',
      },
    }
  },
  ListAvailableSolutionStacks: ({ account }) => {
    const stacks = listPlatforms(account.region).map(({ solutionStack }) => solutionStack)
    return {
      SolutionStacks: list(stacks),
      SolutionStackDetails: list(
        stacks.map((name) => ({ SolutionStackName: name, PermittedFileTypes: list(['zip']) })),
      ),
    }
  },
  ListPlatformVersions: (call) => {
    const { account, parameters } = call
    const wanted = listPlatforms(account.region).filter((platform) =>
      (parameters.structures('Filters') ?? []).every((filter) => {
        const field = platformFields(platform)[filter.text('Type') ?? '']
        const values = filter.texts('Values') ?? []
        const operator = filter.text('Operator') ?? '='
        if (field === undefined) return true
        if (operator === 'contains') return values.some((value) => field.includes(value))
        if (operator === 'begins_with') return values.some((value) => field.startsWith(value))
        return values.includes(field) === (operator !== '!=')
      }),
    )
    const { items, nextToken } = page(wanted, maximum(call, 100), parameters.text('NextToken'))
    return {
      PlatformSummaryList: list(
        items.map((platform) => ({
          PlatformArn: platform.arn,
          PlatformOwner: 'AWSElasticBeanstalk',
          PlatformStatus: 'Ready',
          PlatformCategory: platform.category,
          OperatingSystemName: 'Amazon Linux',
          OperatingSystemVersion: platform.operatingSystemVersion,
          SupportedTierList: list([...platform.tiers]),
          SupportedAddonList: list(['Log/S3', 'Monitoring/Healthd', 'WorkerDaemon/SQSD']),
          PlatformLifecycleState: platform.lifecycle === '' ? undefined : platform.lifecycle,
          PlatformVersion: platform.version,
          PlatformBranchName: platform.branch,
          PlatformBranchLifecycleState: 'Supported',
        })),
      ),
      NextToken: nextToken,
    }
  },
}

function platformFields(platform: ReturnType<typeof listPlatforms>[number]): Readonly<Record<string, string>> {
  return {
    PlatformName: platform.name,
    PlatformVersion: platform.version,
    PlatformStatus: 'Ready',
    PlatformOwner: 'AWSElasticBeanstalk',
    PlatformBranchName: platform.branch,
    PlatformLifecycleState: platform.lifecycle,
    OperatingSystemName: 'Amazon Linux',
  }
}
