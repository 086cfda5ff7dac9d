import { AwsError, invalidParameterValue } from '../../model/aws-error.ts'
import { composeEnvironments } from '../../model/compose.ts'
import { abortUpdate } from '../../model/configure.ts'
import { type InfoType, requestInfo } from '../../model/environment-info.ts'
import { createEnvironment, findEnvironment, rebuildEnvironment, updateEnvironment } from '../../model/environments.ts'
import { platformByArn, platformBySolutionStack } from '../../model/platforms.ts'
import type { EnvironmentRecord } from '../../model/records.ts'
import { restartAppServer } from '../../model/restart.ts'
import { swapCnames } from '../../model/swap.ts'
import { isUserTag } from '../../model/templates.ts'
import { terminateEnvironment } from '../../model/terminate.ts'
import { list, type Structure } from '../document.ts'
import type { Call, Change } from '../query-service.ts'
import { environmentOf, readRemovals, readSettings, readTags } from './request.ts'
import { environmentShape } from './shapes.ts'

const OPERATIONS_ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/

const APPLY: Readonly<Record<string, (call: Call) => Structure | undefined>> = {
  AbortEnvironmentUpdate: (call) => {
    abortUpdate(call.account, environmentOf(call), call.requestId)
    return undefined
  },
  AssociateEnvironmentOperationsRole: (call) => {
    const role = call.parameters.required('OperationsRole')
    if (!OPERATIONS_ROLE.test(role)) throw invalidParameterValue(`Operations role '${role}' is not the ARN of a role.`)
    environmentOf(call).operationsRole = role
    return undefined
  },
  ComposeEnvironments: ({ account, parameters, requestId }) => {
    const environments = composeEnvironments(
      account,
      {
        applicationName: parameters.required('ApplicationName'),
        groupName: parameters.text('GroupName'),
        labels: parameters.texts('VersionLabels') ?? [],
      },
      requestId,
    )
    return { Environments: list(environments.map((environment) => environmentShape(account, environment))) }
  },
  CreateEnvironment: (call) => {
    const { account, parameters, requestId } = call
    // The Elastic Beanstalk CLI clones by a member that the public model does not have.
    const cloned = parameters.structure('TemplateSpecification')?.structure('TemplateSource')?.text('EnvironmentName')
    const wanted = newEnvironment(call)
    const environment =
      cloned === undefined
        ? createEnvironment(account, wanted, requestId)
        : createEnvironment(account, cloneOf(call, wanted, findEnvironment(account, { name: cloned })), requestId)
    return environmentShape(account, environment)
  },
  DeleteEnvironmentConfiguration: (call) => {
    // A draft lives only as long as the update that made it, which is not stopped by this.
    ownEnvironmentOf(call)
    return undefined
  },
  DisassociateEnvironmentOperationsRole: (call) => {
    environmentOf(call).operationsRole = undefined
    return undefined
  },
  RebuildEnvironment: (call) => {
    rebuildEnvironment(call.account, environmentOf(call), call.requestId)
    return undefined
  },
  RequestEnvironmentInfo: (call) => {
    const type = call.parameters.required('InfoType') as InfoType
    requestInfo(call.account, environmentOf(call), type, call.requestId)
    return undefined
  },
  RestartAppServer: (call) => {
    restartAppServer(call.account, environmentOf(call), call.requestId)
    return undefined
  },
  SwapEnvironmentCNAMEs: ({ account, parameters, requestId }) => {
    const find = (side: 'Source' | 'Destination'): EnvironmentRecord =>
      findEnvironment(account, {
        id: parameters.text(`${side}EnvironmentId`),
        name: parameters.text(`${side}EnvironmentName`),
      })
    for (const [side, other] of [
      ['Source', 'Destination'],
      ['Destination', 'Source'],
    ] as const) {
      if (
        parameters.text(`${side}EnvironmentId`) !== undefined &&
        parameters.text(`${other}EnvironmentId`) === undefined
      ) {
        throw new AwsError(
          'InvalidParameterCombination',
          `If ${side}EnvironmentId is specified, ${other}EnvironmentId must be specified.`,
        )
      }
    }
    swapCnames(account, find('Source'), find('Destination'), requestId)
    return undefined
  },
  TerminateEnvironment: (call) => {
    const environment = environmentOf(call)
    terminateEnvironment(call.account, environment, call.requestId, {
      terminateResources: call.parameters.flag('TerminateResources') ?? true,
      force: call.parameters.flag('ForceTerminate') ?? false,
    })
    return environmentShape(call.account, environment)
  },
  UpdateEnvironment: (call) => {
    const { account, parameters, requestId } = call
    const environment = ownEnvironmentOf(call)
    checkTier(call, environment)
    updateEnvironment(
      account,
      environment,
      {
        description: parameters.text('Description'),
        versionLabel: parameters.text('VersionLabel'),
        templateName: parameters.text('TemplateName'),
        platformArn: parameters.text('PlatformArn'),
        solutionStack: parameters.text('SolutionStackName'),
        set: readSettings(parameters),
        remove: readRemovals(parameters),
      },
      requestId,
    )
    return environmentShape(account, environment)
  },
}

/** The operations that change environments. */
export const ENVIRONMENT_CHANGES: Readonly<Record<string, Change>> = Object.fromEntries(
  Object.entries(APPLY).map(([action, apply]) => [action, { apply }]),
)

/** The environment of a call, which must belong to the application where one is named. */
function ownEnvironmentOf(call: Call): EnvironmentRecord {
  const environment = environmentOf(call)
  const applicationName = call.parameters.text('ApplicationName')
  if (applicationName === undefined || environment.applicationName === applicationName) return environment
  throw invalidParameterValue(
    `No Environment found for ApplicationName = '${applicationName}' and EnvironmentName = '${environment.name}'.`,
  )
}

function checkTier({ parameters }: Call, environment: EnvironmentRecord): void {
  const name = parameters.structure('Tier')?.text('Name')
  if (name !== undefined && name !== environment.tier) {
    throw invalidParameterValue(`The tier of environment named ${environment.name} cannot be changed.`)
  }
}

function newEnvironment({ parameters }: Call): Parameters<typeof createEnvironment>[1] {
  const groupName = parameters.text('GroupName')
  const name = parameters.text('EnvironmentName')
  if (name === undefined) throw new AwsError('MissingParameter', 'EnvironmentName must be specified.')
  return {
    applicationName: parameters.required('ApplicationName'),
    environmentName: groupName !== undefined && name.endsWith('+') ? `${name.slice(0, -1)}-${groupName}` : name,
    description: parameters.text('Description'),
    cnamePrefix: parameters.text('CNAMEPrefix'),
    tier: readTier(parameters.structure('Tier')),
    templateName: parameters.text('TemplateName'),
    versionLabel: parameters.text('VersionLabel'),
    platformArn: parameters.text('PlatformArn'),
    solutionStack: parameters.text('SolutionStackName'),
    operationsRole: parameters.text('OperationsRole'),
    settings: readSettings(parameters),
    remove: readRemovals(parameters),
    tags: readTags(parameters),
  }
}

function readTier(tier: ReturnType<Call['parameters']['structure']>): 'WebServer' | 'Worker' {
  const name = tier?.text('Name') ?? 'WebServer'
  const type = tier?.text('Type')
  const expected = name === 'Worker' ? 'SQS/HTTP' : 'Standard'
  if ((name !== 'WebServer' && name !== 'Worker') || (type !== undefined && type !== expected)) {
    throw invalidParameterValue(`Environment tier definition not found: Name = '${name}', Type = '${type ?? ''}'.`)
  }
  return name
}

/** What the private clone makes of a wish: everything of the source that was not asked for otherwise. */
function cloneOf(
  { account }: Call,
  wanted: Parameters<typeof createEnvironment>[1],
  source: EnvironmentRecord,
): Parameters<typeof createEnvironment>[1] {
  if (wanted.templateName !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'You cannot specify both TemplateName and TemplateSpecification.')
  }
  if (source.applicationName !== wanted.applicationName) {
    throw invalidParameterValue(`No Environment found for EnvironmentName = '${source.name}'.`)
  }
  const upgraded =
    wanted.platformArn ??
    (wanted.solutionStack === undefined ? undefined : platformBySolutionStack(account.region, wanted.solutionStack).arn)
  const platformArn = upgraded ?? source.platformArn
  if (platformByArn(account, platformArn).branch !== platformByArn(account, source.platformArn).branch) {
    throw invalidParameterValue('An environment can be cloned only to another version of its platform branch.')
  }
  const { solutionStack: _, ...rest } = wanted
  const changed = new Set(wanted.settings.map(({ namespace, optionName }) => `${namespace}|${optionName}`))
  const inherited = [...source.settings].filter(([key]) => !changed.has(key)).map(([, setting]) => setting)
  return {
    ...rest,
    tier: source.tier,
    settings: [...inherited, ...wanted.settings],
    platformArn,
    versionLabel: wanted.versionLabel ?? source.versionLabel,
    operationsRole: wanted.operationsRole ?? source.operationsRole,
    tags: [...source.tags.filter(({ key }) => isUserTag(key)), ...(wanted.tags ?? [])],
  }
}
