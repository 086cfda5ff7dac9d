import { type Account, advanceTo } from './account.ts'
import { createEnvironment, updateEnvironment } from './environments.ts'
import { listPlatforms } from './platforms.ts'
import type { EnvironmentRecord, EventRecord, Instant, Setting } from './records.ts'
import { createApplication, createVersion } from './versions.ts'

/** How much there is beside what an operator practises with. */
export interface CrowdSize {
  readonly environments: number
  readonly versions: number
  /** At most; what the crowd's past left behind beyond that is forgotten, oldest first. */
  readonly events: number
}

const ENVIRONMENTS_PER_APPLICATION = 25
const MOST_APPLICATIONS = 60
const LAUNCH_MILLISECONDS = 1_800_000
/** Longer than a deployment and what the agents say after it. */
const ROUND_MILLISECONDS = 180_000

/**
 * Fills the account with environments, versions and events until `until`, beside what is in it. They are made as an
 * operator would make them, so that stacks, groups and events are genuine; what they run is Elastic Beanstalk's default.
 */
export function plantCrowd(account: Account, size: CrowdSize, until: Instant): void {
  // A large account has had its quotas raised.
  account.quotas.environments = Math.max(account.quotas.environments, account.environments.size + size.environments * 2)
  account.quotas.versions = Math.max(account.quotas.versions, account.versions.size + size.versions * 2)
  const before = account.events.length
  const applications = plantApplications(account, size)
  if (applications.length === 0) return
  const environments = Array.from({ length: size.environments }, (_, index) =>
    plantEnvironment(account, applications, index),
  )
  advanceTo(account, account.now + LAUNCH_MILLISECONDS)
  let round = 0
  let events = account.events.length
  let perRound = 1
  while (events - before < size.events && environments.length > 0 && account.now + ROUND_MILLISECONDS < until) {
    round += 1
    const wanted = Math.ceil((size.events - (events - before)) / perRound)
    for (const environment of environments) {
      const labels = applications.find(({ name }) => name === environment.applicationName)?.labels ?? []
      const versionLabel = labels[round % labels.length] ?? environment.versionLabel
      updateEnvironment(account, environment, { versionLabel, set: [], remove: [] }, account.random.uuid())
    }
    const spacing = Math.max(ROUND_MILLISECONDS, Math.floor((until - account.now) / (wanted + 1)))
    advanceTo(account, Math.min(account.now + spacing, until))
    perRound = Math.max(1, account.events.length - events)
    events = account.events.length
  }
  const beyond = account.events.length - before - size.events
  if (beyond > 0) account.events.splice(before, beyond)
  compact(account.events, before)
}

interface CrowdApplication {
  readonly name: string
  readonly labels: readonly string[]
}

function plantApplications(account: Account, size: CrowdSize): readonly CrowdApplication[] {
  const largest = Math.max(size.environments, Math.ceil(size.versions / 5))
  const count = Math.min(MOST_APPLICATIONS, Math.ceil(largest / ENVIRONMENTS_PER_APPLICATION))
  return Array.from({ length: count }, (_, index) => {
    const name = `service-${String(index + 1).padStart(2, '0')}`
    createApplication(account, name, `One of ${count} services`)
    const share = Math.floor(size.versions / count) + (index < size.versions % count ? 1 : 0)
    const labels = Array.from({ length: share }, (_, number) => `build-${number + 1}`)
    for (const label of labels) {
      createVersion(account, {
        applicationName: name,
        label,
        // One bundle for all: thousands of files would say no more.
        sourceBundle: { bucket: `elasticbeanstalk-${account.region}-${account.accountId}`, key: `${name}/bundle.zip` },
        sound: true,
        process: false,
      })
    }
    return { name, labels }
  })
}

function plantEnvironment(
  account: Account,
  applications: readonly CrowdApplication[],
  index: number,
): EnvironmentRecord {
  const application = applications[index % applications.length]
  const name = application?.name ?? ''
  const platforms = listPlatforms(account.region)
  const kind = KINDS[index % KINDS.length] ?? 'single'
  const label = application?.labels[0]
  return createEnvironment(
    account,
    {
      applicationName: name,
      environmentName: `${name}-${String(Math.floor(index / applications.length) + 1).padStart(4, '0')}`,
      platformArn: platforms[index % platforms.length]?.arn,
      ...(label === undefined ? {} : { versionLabel: label }),
      ...(kind === 'worker' ? { tier: 'Worker' as const } : {}),
      settings: kind === 'balanced' ? BALANCED : SINGLE,
    },
    account.random.uuid(),
  )
}

const KINDS = [
  'balanced',
  'single',
  'balanced',
  'single',
  'balanced',
  'single',
  'balanced',
  'single',
  'single',
  'worker',
]
const BALANCED: readonly Setting[] = [
  { namespace: 'aws:elasticbeanstalk:environment', optionName: 'EnvironmentType', value: 'LoadBalanced' },
  { namespace: 'aws:elasticbeanstalk:environment', optionName: 'LoadBalancerType', value: 'application' },
  { namespace: 'aws:autoscaling:asg', optionName: 'MinSize', value: '1' },
]
const SINGLE: readonly Setting[] = [
  { namespace: 'aws:elasticbeanstalk:environment', optionName: 'EnvironmentType', value: 'SingleInstance' },
]

/** Lets events that say the same share their text. */
function compact(events: EventRecord[], from: number): void {
  const texts = new Map<string, string>()
  for (let index = from; index < events.length; index += 1) {
    const event = events[index]
    if (event === undefined) continue
    const known = texts.get(event.message)
    if (known === undefined) texts.set(event.message, event.message)
    else events[index] = { ...event, message: known }
  }
}
