import type { Account } from './account.ts'
import { AwsError, invalidParameterValue } from './aws-error.ts'
import { changeConfiguration } from './configure.ts'
import { newestOfBranch, type Platform, platformByArn } from './platforms.ts'
import type { EnvironmentRecord, Instant, ManagedAction, ManagedActionRun } from './records.ts'
import { valueOf } from './settings.ts'
import { notReady } from './swap.ts'

const NAMESPACE = 'aws:elasticbeanstalk:managedactions'
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const DAY = 86_400_000
const UPDATE_SECONDS = 480

/** The platform update that is due for the environment in its next maintenance window, if it takes such updates. */
export function scheduledAction(account: Account, environment: EnvironmentRecord): ManagedAction | undefined {
  const { settings, status } = environment
  if (valueOf(settings, NAMESPACE, 'ManagedActionsEnabled') !== 'true') return undefined
  if (status === 'Terminated' || status === 'Terminating' || runningAction(environment)) return undefined
  const present = platformByArn(account, environment.platformArn)
  const newest = newestOfBranch(account, environment.platformArn)
  const level = valueOf(settings, `${NAMESPACE}:platformupdate`, 'UpdateLevel')
  if (newest.arn === present.arn || (level === 'patch' && minorOf(newest) !== minorOf(present))) return undefined
  return {
    id: `${environment.id}-${newest.version}`,
    description: `Platform update from ${present.version} to ${newest.version}`,
    type: 'PlatformUpdate',
    platformArn: newest.arn,
    windowStart: nextWindow(account.now, valueOf(settings, NAMESPACE, 'PreferredStartTime')),
  }
}

/** The managed action that is being applied now. */
export function runningAction({ managedRuns, operation }: EnvironmentRecord): ManagedActionRun | undefined {
  return managedRuns.find(({ requestId }) => requestId === operation?.requestId)
}

/** Applies the scheduled action of that id at once. */
export function applyManagedAction(
  account: Account,
  environment: EnvironmentRecord,
  id: string,
  requestId: string,
): ManagedAction {
  if (environment.managedRuns.some(({ action }) => action.id === id)) {
    throw new AwsError('ManagedActionInvalidStateException', 'Cannot modify the managed action in its current state.')
  }
  const action = scheduledAction(account, environment)
  if (action?.id !== id) throw invalidParameterValue(`No managed action found for ActionId = '${id}'.`)
  if (environment.status !== 'Ready') throw notReady(environment)
  run(account, environment, action, requestId)
  return action
}

/** Plans to look, at the environment's next maintenance window, whether there is an update to apply. */
export function planManagedActions(account: Account, environment: EnvironmentRecord): void {
  const preferred = valueOf(environment.settings, NAMESPACE, 'PreferredStartTime')
  if (valueOf(environment.settings, NAMESPACE, 'ManagedActionsEnabled') !== 'true') return
  const at = nextWindow(account.now, preferred)
  if (environment.nextWindow === at) return
  environment.nextWindow = at
  account.schedule.add(at, () => {
    if (environment.nextWindow !== at || environment.status === 'Terminated') return
    const action = scheduledAction(account, environment)
    if (action !== undefined && environment.status === 'Ready') {
      run(account, environment, action, account.random.uuid())
    }
    planManagedActions(account, environment)
  })
}

/**
 * Starts a platform update now, without waiting for the maintenance window: to the newest version of the branch, or
 * anew to the present one.
 */
export function startManagedUpdate(account: Account, environment: EnvironmentRecord, requestId: string): void {
  if (environment.status !== 'Ready') throw notReady(environment)
  const newest = newestOfBranch(account, environment.platformArn)
  const present = platformByArn(account, environment.platformArn)
  const id = `${environment.id}-${newest.version}-${environment.managedRuns.length + 1}`
  const description = `Platform update from ${present.version} to ${newest.version}`
  const action = { id, description, type: 'PlatformUpdate', platformArn: newest.arn, windowStart: account.now } as const
  run(account, environment, action, requestId)
}

function run(account: Account, environment: EnvironmentRecord, action: ManagedAction, requestId: string): void {
  const started: ManagedActionRun = { action, requestId, executed: account.now, completed: undefined }
  environment.managedRuns.push(started)
  environment.previous = { versionLabel: environment.versionLabel, settings: environment.settings }
  const done = (): void => {
    started.completed = account.now
    planManagedActions(account, environment)
  }
  // Managed updates replace the instances, as immutable updates do.
  const change = { set: [], remove: [], platformArn: action.platformArn, seconds: UPDATE_SECONDS, done }
  changeConfiguration(account, environment, change, requestId)
}

function minorOf({ version }: Platform): string {
  return version.split('.').slice(0, 2).join('.')
}

/** The next instant of a weekly window such as `Tue:09:00` (UTC); without one, Tuesdays at three, as the console proposes. */
function nextWindow(now: Instant, preferred: string | undefined): Instant {
  const [day = 'Tue', hours = '3', minutes = '0'] = preferred?.split(':') ?? []
  const wanted = new Date(now)
  wanted.setUTCHours(Number(hours), Number(minutes), 0, 0)
  const ahead = (Math.max(0, DAYS.indexOf(day)) - wanted.getUTCDay() + 7) % 7
  const instant = wanted.getTime() + ahead * DAY
  return instant > now ? instant : instant + 7 * DAY
}
