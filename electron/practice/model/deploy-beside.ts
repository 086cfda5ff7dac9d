import { type Account, after, endOperation } from './account.ts'
import { narrate } from './events.ts'
import { refreshedAt, watchHealth } from './health.ts'
import { launchInstances, takeOut, tellAdded } from './instances.ts'
import { stackSuffix } from './random.ts'
import type { EnvironmentRecord, InstanceRecord, VersionRecord } from './records.ts'
import { valueOf } from './settings.ts'

/** What of a deployment beside the running instances differs by its policy. */
export interface BesidePolicy {
  readonly name: 'Immutable' | 'TrafficSplitting'
  /** Account seconds that both versions serve before the old instances go. */
  readonly evaluationSeconds: number
  /** 0 to 1: what the new instances get of the requests during that time; undefined: they share with the old ones. */
  readonly newShare: number | undefined
}

/** The policy, where the environment is deployed to on new instances. */
export function besidePolicy({ settings }: EnvironmentRecord): BesidePolicy | undefined {
  const policy = valueOf(settings, 'aws:elasticbeanstalk:command', 'DeploymentPolicy')
  if (policy === 'Immutable') return { name: policy, evaluationSeconds: 0, newShare: undefined }
  if (policy !== 'TrafficSplitting') return undefined
  const minutes = valueOf(settings, 'aws:elasticbeanstalk:trafficsplitting', 'EvaluationTime')
  const percent = Number(valueOf(settings, 'aws:elasticbeanstalk:trafficsplitting', 'NewVersionPercent') ?? '10')
  return { name: policy, evaluationSeconds: Number(minutes ?? '5') * 60, newShare: percent / 100 }
}

/**
 * Deploys to new instances in a temporary Auto Scaling group, on the timeline of two recorded immutable deployments:
 * 592 s for one instance, 1,090 s for three (2025 and 2026). The old ones serve until the new ones have proved healthy.
 */
export function deployBeside(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  policy: BesidePolicy,
  fails: boolean,
): void {
  const old = [...environment.instances]
  const count = old.length
  const startSeconds = Math.max(0, version.behaviour.startMilliseconds / 1000 - 5)
  const step = (seconds: number, run: () => void): void => after(account, environment, seconds, run)
  const say = (message: string): void => narrate(account, environment, message)
  const launched: InstanceRecord[] = []
  const launchMore = (more: number): readonly InstanceRecord[] => {
    const added = launchInstances(account, environment, version, more, { temporary: true, tell: false })
    launched.push(...added)
    splitTraffic(old, launched, policy.newShare)
    watchHealth(account, environment)
    return added
  }
  const ids = (instances: readonly InstanceRecord[]): string => instances.map(({ id }) => id).join(',')

  step(11, () =>
    say(`${policy.name} deployment policy enabled. Launching one instance with the new settings to verify health.`),
  )
  step(27, () => {
    const group = `awseb-${environment.id}-immutable-stack-AWSEBAutoScalingGroup-${stackSuffix(account.random)}`
    say(`Created temporary auto scaling group ${group}.`)
    launchMore(1)
  })
  if (fails) {
    step(100, () =>
      narrate(account, environment, "Instance deployment failed. For details, see 'eb-engine.log'.", 'ERROR'),
    )
    step(110, () => narrate(account, environment, 'Failed to deploy application.', 'ERROR'))
    step(240, () => {
      takeOut(account, environment, launched)
      environment.versionLabel = environment.previous?.versionLabel
      environment.status = 'Ready'
      endOperation(account, environment)
      watchHealth(account, environment)
    })
    return
  }
  let at = 100 + startSeconds
  step(at, () => say('Instance deployment completed successfully.'))
  step(at + 3, () => say(`Adding new instance(s) (${ids(launched)}) to the load balancer.`))
  step(at + 4, () => say(`Waiting for instance(s) (${ids(launched)}) to pass health checks.`))
  step(at + 55, () => tellAdded(account, environment, launched))
  at += 125
  if (count > 1) {
    step(at + 19, () => say('Test instance passed health checks. Launching remaining new instances.'))
    step(at + 29, () => launchMore(count - 1))
    step(at + 110 + startSeconds, () => tellAdded(account, environment, launched.slice(1)))
    step(at + 140 + startSeconds, () => say('Successfully launched all instances.'))
    step(at + 141 + startSeconds, () => say(`Adding new instance(s) (${ids(launched.slice(1))}) to the load balancer.`))
    step(at + 142 + startSeconds, () => say(`Waiting for instance(s) (${ids(launched)}) to pass health checks.`))
    at += 220 + startSeconds
  }
  at += policy.evaluationSeconds
  step(at + 36, () => say('Detached new instance(s) from temporary auto scaling group.'))
  step(at + 40, () => {
    say('Attached new instance(s) to the permanent auto scaling group.')
    for (const instance of launched) instance.temporary = false
    splitTraffic(old, launched, undefined)
    // The old instances are the ones that go from here on, so nothing is left to abort.
    if (environment.operation !== undefined) environment.operation.abortable = false
  })
  step(at + 67, () => say('Starting post-deployment configuration on new instances.'))
  step(at + 78, () => say('Instance deployment completed successfully.'))
  step(at + 175, () => say('Deployment succeeded. Terminating old instances and temporary Auto Scaling group.'))
  old.forEach((instance, index) => step(at + 250 + index * 90, () => takeOut(account, environment, [instance])))
  step(at + 367 + (count - 1) * 90, () => {
    environment.settles = refreshedAt(account)
    say('New application version was deployed to running EC2 instances.')
    say('Environment update completed successfully.')
    environment.status = 'Ready'
    endOperation(account, environment)
    watchHealth(account, environment)
  })
}

/** Gives the new instances together their share of the requests, and the old ones the rest. */
function splitTraffic(
  old: readonly InstanceRecord[],
  launched: readonly InstanceRecord[],
  newShare: number | undefined,
): void {
  for (const instance of [...old, ...launched]) delete instance.weight
  if (newShare === undefined) return
  for (const instance of old) instance.weight = (1 - newShare) / old.length
  for (const instance of launched) instance.weight = newShare / launched.length
}
