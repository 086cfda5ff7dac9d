import type { Account } from './account.ts'
import { emit } from './events.ts'
import { resourceId } from './random.ts'
import type { EnvironmentRecord, InstanceRecord, VersionRecord } from './records.ts'
import { valueOf } from './settings.ts'
import { createTraffic } from './traffic.ts'

// What an instance needs from its launch until the platform answers, beside the application's own start.
const BOOT_MILLISECONDS = 60_000

/** Launches `count` instances that will run `version`. */
export function launchInstances(
  account: Account,
  environment: EnvironmentRecord,
  version: VersionRecord,
  count: number,
  options: { readonly temporary: boolean; readonly tell: boolean } = { temporary: false, tell: true },
): readonly InstanceRecord[] {
  const launched = Array.from(
    { length: count },
    (_, index): InstanceRecord => ({
      id: resourceId(account.random, 'i'),
      launched: account.now,
      instanceType: instanceType(environment),
      availabilityZone: `${account.region}${'abc'.charAt((environment.instances.length + index) % 3)}`,
      traffic: createTraffic(),
      versionLabel: version.label,
      deploymentId: environment.deploymentId,
      deployed: account.now,
      behaviour: version.behaviour,
      answers: account.now + BOOT_MILLISECONDS + version.behaviour.startMilliseconds,
      executing: false,
      temporary: options.temporary,
    }),
  )
  environment.instances.push(...launched)
  if (options.tell) tellAdded(account, environment, launched)
  return launched
}

/** Tells that instances have joined the environment. */
export function tellAdded(
  account: Account,
  environment: EnvironmentRecord,
  instances: readonly InstanceRecord[],
): void {
  const ids = instances.map(({ id }) => id).join(', ')
  const what = instances.length === 1 ? 'instance' : 'instances'
  emit(account, environment, `Added ${what} [${ids}] to your environment.`)
}

/** Takes instances out of service. */
export function removeInstances(account: Account, environment: EnvironmentRecord, count: number): void {
  takeOut(account, environment, environment.instances.slice(Math.max(0, environment.instances.length - count)))
}

/** Takes these instances out of service. */
export function takeOut(account: Account, environment: EnvironmentRecord, removed: readonly InstanceRecord[]): void {
  environment.instances = environment.instances.filter((instance) => !removed.includes(instance))
  if (removed.length === 0) return
  const ids = removed.map(({ id }) => id).join(', ')
  emit(
    account,
    environment,
    removed.length === 1
      ? `Removed instance [${ids}] from your environment.`
      : `Removed instances [${ids}] from your environment.`,
  )
}

/** Puts a version on an instance, which answers again once the application has started. */
export function deployTo(
  account: Account,
  environment: EnvironmentRecord,
  instance: InstanceRecord,
  version: VersionRecord,
): void {
  instance.versionLabel = version.label
  instance.deploymentId = environment.deploymentId
  instance.deployed = account.now
  instance.behaviour = version.behaviour
  instance.answers = account.now + version.behaviour.startMilliseconds
}

function instanceType(environment: EnvironmentRecord): string {
  const types = valueOf(environment.settings, 'aws:ec2:instances', 'InstanceTypes') ?? 't3.micro'
  return types.split(',')[0]?.trim() ?? 't3.micro'
}
