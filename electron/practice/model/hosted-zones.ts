import type { Account } from './account.ts'
import { derivedHex } from './derived-id.ts'
import { environmentZone } from './names.ts'
import type { HostedRecord, HostedZone } from './network-records.ts'

/** The zones in which Elastic Beanstalk's names are, by region (AWS general reference, Elastic Beanstalk endpoints). */
const ENVIRONMENT_ZONE_IDS: Readonly<Record<string, string>> = {
  'us-east-1': 'Z117KPS5GTRQ2G',
  'us-east-2': 'Z14LCN19Q5QHIC',
  'us-west-1': 'Z1LQECGX5PH1X',
  'us-west-2': 'Z38NKT9BP95V3O',
  'af-south-1': 'Z1EI3BVKMKK4AM',
  'ap-east-1': 'ZPWYUBWRU171A',
  'ap-northeast-1': 'Z1R25G3KIG2GBW',
  'ap-northeast-2': 'Z3JE5OI70TWKCP',
  'ap-northeast-3': 'ZNE5GEY1TIAGY',
  'ap-south-1': 'Z18NTBI3Y7N9TZ',
  'ap-southeast-1': 'Z16FZ9L249IFLT',
  'ap-southeast-2': 'Z2PCDNR3VC2G1N',
  'ca-central-1': 'ZJFCZL7SSZB5I',
  'eu-central-1': 'Z1FRNW7UH4DEZJ',
  'eu-north-1': 'Z23GO28BZ5AETM',
  'eu-south-1': 'Z10VDYYOA2JFKM',
  'eu-west-1': 'Z2NYPWQ7DFZAZH',
  'eu-west-2': 'Z1GKAAAUGATPF1',
  'eu-west-3': 'Z5WN6GAYWG5OB',
  'me-south-1': 'Z2BBTEKR2I36N2',
  'sa-east-1': 'Z10X7K2B4QSOFV',
  'us-gov-east-1': 'Z35TSARG0EJ4VU',
  'us-gov-west-1': 'Z4KAURWC4UUUG',
}

/** The zones in which load balancers' names are: application and classic, network (AWS general reference, Elastic Load Balancing). */
const LOAD_BALANCER_ZONE_IDS: Readonly<Record<string, readonly [string, string]>> = {
  'us-east-1': ['Z35SXDOTRQ7X7K', 'Z26RNL4JYFTOTI'],
  'us-east-2': ['Z3AADJGX6KTTL2', 'ZLMOA37VPKANP'],
  'us-west-1': ['Z368ELLRRE2KJ0', 'Z24FKFUX50B4VW'],
  'us-west-2': ['Z1H1FL5HABSF5', 'Z18D5FSROUN65G'],
  'ap-northeast-1': ['Z14GRHDCWA56QT', 'Z31USIVHYNEOWT'],
  'ap-southeast-1': ['Z1LMS91P8CMLE5', 'ZKVM4W9LS7TM'],
  'ap-southeast-2': ['Z1GM3OXH4ZPM65', 'ZCT6FZBF4DROD'],
  'ap-south-1': ['ZP97RAFLXTNZK', 'ZVDDRBQ08TROA'],
  'ca-central-1': ['ZQSVJUPU6J1EY', 'Z2EPGBW3API2WT'],
  'eu-central-1': ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90'],
  'eu-north-1': ['Z23TAZ6LKFMNIO', 'Z1UDT6IFJ4EJM'],
  'eu-west-1': ['Z32O12XQLNTSW2', 'Z2IFOLAFXWLO4F'],
  'eu-west-2': ['ZHURV8PSTC4K8', 'ZD4D7Y8KGAS4G'],
  'eu-west-3': ['Z3Q77PNBQS71R4', 'Z1CMS0P5QUZ6D5'],
  'sa-east-1': ['Z2P70J7HTTTPLU', 'ZTK26PT1VY4CU'],
}

/** The id of the zone of the region's environments: an alias with it follows a swap. */
function environmentZoneId(region: string): string {
  return ENVIRONMENT_ZONE_IDS[region] ?? 'Z1FRNW7UH4DEZJ'
}

/** The id of the zone of the region's load balancers: an alias with it does not follow a swap. */
export function loadBalancerZoneId(region: string, kind: 'application' | 'network' | 'classic'): string {
  const [application, network] = LOAD_BALANCER_ZONE_IDS[region] ?? ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90']
  return kind === 'network' ? network : application
}

/** Gives the account a hosted zone without records of its own. */
export function createHostedZone(account: Account, name: string, comment: string): HostedZone {
  const id = `Z0${derivedHex(`${account.accountId} ${name}`, 19).toUpperCase()}`
  const zone: HostedZone = { id, name, comment, created: account.now, records: [], served: undefined }
  account.hostedZones.push(zone)
  return zone
}

/** An alias of an environment, by the name that moves with a swap. */
export function environmentAlias(account: Account, name: string, prefix: string): HostedRecord {
  const target = `${prefix}.${environmentZone(account.region)}`
  const hostedZoneId = environmentZoneId(account.region)
  return { name, type: 'A', alias: { hostedZoneId, target, evaluateTargetHealth: false } }
}

/** An alias of a load balancer: it stays where it is when environments swap their names. */
export function loadBalancerAlias(account: Account, name: string, loadBalancerName: string): HostedRecord {
  const hostedZoneId = loadBalancerZoneId(account.region, 'application')
  return {
    name,
    type: 'A',
    alias: { hostedZoneId, target: `dualstack.${loadBalancerName}`, evaluateTargetHealth: true },
  }
}
