import { CLOUDFORMATION } from './cloudformation.ts'
import { CLOUDWATCH } from './cloudwatch/cloudwatch.ts'
import { EC2 } from './ec2.ts'
import { ELASTIC_BEANSTALK } from './elastic-beanstalk/elastic-beanstalk.ts'
import { ELASTIC_LOAD_BALANCING_CLASSIC } from './elastic-load-balancing/classic.ts'
import { ELASTIC_LOAD_BALANCING_V2 } from './elastic-load-balancing/version-2.ts'
import { IAM } from './iam/iam.ts'
import type { QueryService } from './query-service.ts'
import { RDS } from './rds.ts'
import { STS } from './sts.ts'

/** The services of the Query protocol, by the name that requests to them are signed for. */
export const SERVICES: Readonly<Record<string, QueryService>> = {
  elasticbeanstalk: ELASTIC_BEANSTALK,
  cloudformation: CLOUDFORMATION,
  rds: RDS,
  sts: STS,
  ec2: EC2,
  elasticloadbalancing: ELASTIC_LOAD_BALANCING_V2,
  monitoring: CLOUDWATCH,
  iam: IAM,
}

/** The service of a name, and where one name stands for two of them, the one whose API version was asked for. */
export function serviceFor(name: string, version: string | undefined): QueryService | undefined {
  if (name === 'elasticloadbalancing' && version === '2012-06-01') return ELASTIC_LOAD_BALANCING_CLASSIC
  return Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined
}
