import type { RetireStage } from '../contract/independence.ts'
import type { Preview } from '../contract/models.ts'
import type { ReleaseState } from './state.ts'
import type { DatabaseDetails } from './world.ts'

/** The parts of a decoupling; which of them come, and when, is the route's. */
export type StageId = Exclude<RetireStage, 'shrink'> | 'connect' | 'let-in'

/** What a stage of the decoupling does, in words and as the calls it makes. Pure. */
export function decouplingPreview(
  stage: StageId,
  state: ReleaseState,
  databaseId: string,
  environment: string,
  details: DatabaseDetails,
): Preview {
  const isParting = state.release.step === 'retire'
  const of = (stage: RetireStage) => (isParting ? { stage } : {})
  const update = (option: string) => `UpdateEnvironment ${environment}: ${option}, and nothing else`
  const name = nameOf(state)
  switch (stage) {
    case 'snapshot':
      return {
        title: 'Take a snapshot',
        words: `Takes a snapshot of ${databaseId} before anything is changed. The database goes on serving; the snapshot is yours to delete later.`,
        calls: [`rds:CreateDBSnapshot ${databaseId} as ${name}`],
        asksPassword: false,
        ...of('snapshot'),
      }
    case 'protect':
      return {
        title: 'Protect the database',
        words: `Switches deletion protection of ${databaseId} on: from then on neither Elastic Beanstalk nor anybody by mistake can delete it.`,
        calls: [`rds:ModifyDBInstance ${databaseId}: DeletionProtection = true`],
        asksPassword: false,
        ...of('protect'),
      }
    case 'retain':
      return {
        title: 'Set the policy Retain',
        words: `Tells Elastic Beanstalk to leave the database standing. By itself, since what is sent along with a decoupling is ignored. ${environment} is updated for a few minutes.`,
        calls: [`elasticbeanstalk:${update('aws:rds:dbinstance DBDeletionPolicy = Retain')}`],
        asksPassword: false,
        ...of('retain'),
      }
    case 'decouple':
      return {
        title: 'Decouple the database',
        words: isParting
          ? `Takes ${databaseId} out of ${environment}. Retain is proved, so that it stays as it is; ${state.release.green.name} goes on using it from outside. It takes about four minutes. From then on ${environment} has no longer the RDS_ properties that Elastic Beanstalk gave it: the way back needs them set by hand.`
          : `Takes ${databaseId} out of ${environment}. Retain is proved, so that it stays as it is. It takes about four minutes; ${environment} goes on serving.`,
        calls: [`elasticbeanstalk:${update('aws:rds:dbinstance HasCoupledDatabase = false')}`],
        asksPassword: false,
        ...of('decouple'),
      }
    case 'let-in':
      return {
        title: 'Make a way in for green',
        words: `Makes a security group and lets it in at ${databaseId} (port ${details.port ?? 'unknown'}): green is given it, and uses the same database from outside. ${environment} is not changed.`,
        calls: [
          `ec2:CreateSecurityGroup ${name}`,
          `ec2:AuthorizeSecurityGroupIngress ${details.groupIds[0] ?? 'the group of the database'}: TCP ${details.port ?? ''} from ${name}`,
        ],
        asksPassword: false,
      }
    case 'connect':
      return {
        title: 'Connect by a security group',
        words: `Makes a security group, lets it in at the database (port ${details.port ?? 'unknown'}) and attaches it to ${environment}: every clone of it will reach the database too. With a password the properties RDS_HOSTNAME, RDS_PORT, RDS_DB_NAME, RDS_USERNAME and RDS_PASSWORD, which Elastic Beanstalk gave until now, are set as well; leave it empty where the application has properties of its own. With them the application is restarted, in the way ${environment} deploys: where that is all at once, nobody answers until it has started again.`,
        calls: [
          `ec2:CreateSecurityGroup ${name}`,
          `ec2:AuthorizeSecurityGroupIngress ${details.groupIds[0] ?? 'the group of the database'}: TCP ${details.port ?? ''} from ${name}`,
          `elasticbeanstalk:${update(`aws:autoscaling:launchconfiguration SecurityGroups + ${name}`)}`,
        ],
        asksPassword: true,
      }
  }
}

/** Of the snapshot and of the security group; derived from the release, so that a resumed one finds them. */
export function nameOf(state: ReleaseState): string {
  return `signalbox-${state.release.id}`
}
