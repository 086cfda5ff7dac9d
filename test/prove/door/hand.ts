import type { Account } from '../../../electron/practice/model/account.ts'
import { AwsError } from '../../../electron/practice/model/aws-error.ts'
import { abortUpdate, changeConfiguration } from '../../../electron/practice/model/configure.ts'
import { createEnvironment, updateEnvironment } from '../../../electron/practice/model/environments.ts'
import { watchHealth } from '../../../electron/practice/model/health.ts'
import { fullName } from '../../../electron/practice/model/names.ts'
import { scale } from '../../../electron/practice/model/other-hands.ts'
import { listPlatforms } from '../../../electron/practice/model/platforms.ts'
import type { EnvironmentRecord, Setting } from '../../../electron/practice/model/records.ts'
import { deletionPolicy, hasCoupledDatabase } from '../../../electron/practice/model/settings.ts'
import { createSecurityGroup, physicalId } from '../../../electron/practice/model/stack.ts'
import { swapCnames } from '../../../electron/practice/model/swap.ts'
import { terminateEnvironment } from '../../../electron/practice/model/terminate.ts'
import { deleteVersion } from '../../../electron/practice/model/versions.ts'
import type { HandAct } from '../history.ts'
import { APPLICATION, coupling, GREEN_NAME, REGION, referenceTo, STAGING_NAME, set } from './account.ts'

/** Longer than a termination takes. */
const TERMINATION_MILLISECONDS = 280_000

/** Others with rights in the account: colleagues in the console, AWS itself, another Signalbox. */
export function createHand(account: Account, blue: EnvironmentRecord) {
  const named = (name: string) =>
    [...account.environments.values()].findLast((each) => each.name === name && each.status !== 'Terminated')
  const sides = { blue: () => blue, green: () => named(GREEN_NAME), staging: () => named(STAGING_NAME) }

  function configure(environment: EnvironmentRecord, change: readonly Setting[], seconds?: number): void {
    if (environment.status !== 'Ready') return
    environment.previous = { versionLabel: environment.versionLabel, settings: environment.settings }
    const set_ = { set: change, remove: [], ...(seconds === undefined ? {} : { seconds }) }
    changeConfiguration(account, environment, set_, account.random.uuid())
  }

  /** Couples are decoupled with the deletion policy as it stands: the database goes. */
  function decouple(environment: EnvironmentRecord): void {
    if (!hasCoupledDatabase(environment.settings) || deletionPolicy(environment.settings) === 'Retain') return
    configure(environment, [set('aws:rds:dbinstance', 'HasCoupledDatabase', 'false')])
  }

  function refer(environment: EnvironmentRecord): void {
    const own = physicalId(environment, 'AWSEBSecurityGroup')
    if (own === undefined) return
    createSecurityGroup(account, {
      name: `legacy-${account.random.text(4)}`,
      description: 'Somebody else’s database',
      ingress: [referenceTo(own)],
    })
  }

  /** Another Signalbox, or a colleague with one, has made it. */
  function createOther(name: string): void {
    createEnvironment(
      account,
      {
        applicationName: APPLICATION,
        environmentName: name,
        platformArn: listPlatforms(REGION)[1]?.arn,
        versionLabel: '1.4.2',
        settings: [set('aws:elasticbeanstalk:environment', 'EnvironmentType', 'SingleInstance')],
        tags: [{ key: 'signalbox:release', value: 'rel-of-another' }],
      },
      account.random.uuid(),
    )
  }

  function act(name: HandAct): readonly (EnvironmentRecord | undefined)[] {
    const [first, second] = [...name.matchAll(/\b(blue|green|staging)\b/g)].map(([side]) =>
      sides[side as keyof typeof sides](),
    )
    const id = account.random.uuid()
    switch (name) {
      case 'swap blue and green':
      case 'swap blue and staging':
      case 'swap green and staging':
        if (first && second) swapCnames(account, first, second, id)
        return [first, second]
      case 'deploy to blue':
      case 'deploy to green':
        if (first) updateEnvironment(account, first, { versionLabel: '1.4.1', set: [], remove: [] }, id)
        return [first]
      case 'set an option of blue':
      case 'set an option of green':
        if (first) configure(first, [set('aws:elasticbeanstalk:application:environment', 'STAGE', 'changed')])
        return [first]
      case 'shrink blue':
      case 'shrink green':
        if (first) configure(first, [set('aws:autoscaling:asg', 'MinSize', '1')])
        return [first]
      case 'grow blue':
        if (first) configure(first, [set('aws:autoscaling:asg', 'MinSize', '4')])
        return [first]
      case 'let blue scale out':
        if (first?.status === 'Ready') scale(account, first, first.instances.length + 1)
        return []
      case 'terminate blue':
      case 'terminate green':
        if (first) terminateEnvironment(account, first, id)
        return [first]
      case 'abort the update of green':
        if (first) abortUpdate(account, first, id)
        return [first]
      case 'couple a database to blue':
      case 'couple a database to green':
        if (first && !hasCoupledDatabase(first.settings)) configure(first, coupling())
        return [first]
      case 'decouple blue in the wrong order':
      case 'decouple green in the wrong order':
        if (first) decouple(first)
        return [first]
      case 'have the database of blue deleted with it':
        if (first && hasCoupledDatabase(first.settings))
          configure(first, [set('aws:rds:dbinstance', 'DBDeletionPolicy', 'Delete')])
        return [first]
      case 'switch the protection of the database off':
        for (const database of account.databases.values()) database.deletionProtection = false
        return []
      case 'delete the snapshot':
        account.snapshots.length = 0
        return []
      case 'platform update of blue':
      case 'platform update of green':
        if (first?.status === 'Ready') {
          first.previous = { versionLabel: first.versionLabel, settings: first.settings }
          const platformArn = listPlatforms(REGION)[0]?.arn
          changeConfiguration(account, first, { set: [], remove: [], platformArn, seconds: 480 }, id)
        }
        return [first]
      case 'let a group refer to blue':
      case 'let a group refer to green':
        if (first) refer(first)
        return []
      case 'take the references away':
        forgetReferences()
        return []
      case "take green's CNAME":
        if (sides.green() === undefined) account.foreignNames.add(fullName(account, GREEN_NAME))
        return []
      case "create an environment of green's name":
        createOther(GREEN_NAME)
        return []
      case 'replace blue by another of its name':
      case 'replace green by another of its name':
        if (first) {
          const { name: itsName } = first
          terminateEnvironment(account, first, id)
          account.schedule.add(account.now + TERMINATION_MILLISECONDS, () => {
            attempt(() => createOther(itsName))
          })
        }
        return [first]
      case 'delete the versions':
        for (const version of account.versions.values()) {
          const used = [...account.environments.values()].some(
            ({ versionLabel, status }) => versionLabel === version.label && status !== 'Terminated',
          )
          if (!used) deleteVersion(account, APPLICATION, version.label)
        }
        return []
      case 'make green unwell':
      case 'make blue unwell':
        if (first) {
          first.forcedHealth = { status: 'Severe', cause: 'Someone made it so.' }
          watchHealth(account, first)
        }
        return []
    }
  }

  function forgetReferences(): void {
    for (const group of account.securityGroups.values()) {
      if (group.name.startsWith('legacy-')) group.ingress = []
    }
  }

  return {
    /** Does it where AWS lets it. Answers the environments it changed. */
    act(name: HandAct): readonly string[] {
      return (attempt(() => act(name)) ?? []).flatMap((each) => (each === undefined ? [] : [each.id]))
    },
    /** Whoever is responsible puts right what keeps a release from going on, as the remedies say. */
    putRight(): void {
      forgetReferences()
      account.foreignNames.clear()
      account.quotas.environments = 200
      for (const environment of account.environments.values()) {
        if (environment.forcedHealth === undefined) continue
        environment.forcedHealth = undefined
        watchHealth(account, environment)
      }
    },
  }
}

/** What AWS refuses has not happened. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof AwsError) return undefined
    throw thrown
  }
}
