import type { Environment, Gate } from '../contract/models.ts'
import { type OptionFacts, settingsGate } from './clone-options.ts'
import type { DatabaseEvidence } from './couplings.ts'
import { managedUpdateGate, type Neighbours, onlyReleaseGate } from './neighbours.ts'
import { bindingGates, type RouteFacts } from './route.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, healthGate, type Reading, unreadable } from './step.ts'

/** What was read before green is made. */
export interface BeforeFacts {
  readonly kind: 'before'
  readonly cname: Reading<{ readonly available: boolean; readonly fullyQualified: string }>
  readonly quota: Reading<{ readonly used: number; readonly maximum: number | null }>
  readonly neighbours: Neighbours
  /** Somebody else's environment with green's name. */
  readonly nameTaken: boolean
  /** Null where blue is not listed. */
  readonly options: OptionFacts | null
  /** Blue's database and what reaches it, where green is to use it from outside; null on the other route. */
  readonly outside?: Outside | null
}

export interface Outside {
  readonly blue: DatabaseEvidence
  readonly route: RouteFacts
}

/** The conditions under which green may be made. */
export function beforeGates(
  facts: BeforeFacts,
  at: number,
  state: ReleaseState,
  blue: Environment | null,
  blueHealth: Parameters<typeof healthGate>[3],
): readonly Gate[] {
  const { cname, quota, neighbours, nameTaken, options, outside } = facts
  const { green } = state.release
  return [
    healthGate('blue-ok', 'Blue is Ready and Ok', blue, blueHealth, at, true),
    nameTaken
      ? gate(
          'name-free',
          "Green's name is free",
          'failed',
          `Another environment is called ${green.name}.`,
          [evidence('elasticbeanstalk:DescribeEnvironments', at, `${green.name} exists`)],
          {
            remedy: 'Give green another name.',
          },
        )
      : gate('name-free', "Green's name is free", 'passed', `No environment is called ${green.name}.`, [
          evidence('elasticbeanstalk:DescribeEnvironments', at, `${green.name} is not listed`),
        ]),
    cname.ok
      ? gate(
          'cname-free',
          "Green's URL is free",
          cname.value.available ? 'passed' : 'failed',
          `${cname.value.fullyQualified || green.cnamePrefix} is ${cname.value.available ? 'free' : 'taken'}.`,
          [evidence('elasticbeanstalk:CheckDNSAvailability', cname.at, `Available = ${cname.value.available}`)],
          { remedy: 'Choose another URL for green.' },
        )
      : unreadable('cname-free', "Green's URL is free", 'elasticbeanstalk:CheckDNSAvailability', cname),
    quota.ok
      ? gate(
          'quota',
          'The account has room for one more environment',
          quota.value.maximum !== null && quota.value.used >= quota.value.maximum ? 'failed' : 'passed',
          quota.value.maximum === null
            ? `${quota.value.used} environments; the account names no limit.`
            : `${quota.value.used} of ${quota.value.maximum} environments are used.`,
          [evidence('elasticbeanstalk:DescribeAccountAttributes', quota.at, `${quota.value.used} used`)],
          { remedy: 'Terminate an environment that is no longer needed, or ask AWS for a higher quota.' },
        )
      : unreadable(
          'quota',
          'The account has room for one more environment',
          'elasticbeanstalk:DescribeAccountAttributes',
          quota,
          true,
        ),
    ...(options ? [settingsGate(state, options)] : []),
    ...(outside ? bindingGates(state, outside.blue, outside.route) : []),
    managedUpdateGate(neighbours),
    onlyReleaseGate(neighbours),
  ]
}
