import type { Gate, Instant } from '../contract/models.ts'
import { plainTarget } from './domains.ts'
import type { DomainRecord } from './outside.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, type Hands, type Reading, reading, type Sight } from './step.ts'
import { asksFromHere } from './watch.ts'

/** What was read of who still leads to an environment that is gone. */
export interface DanglingSeen {
  readonly records: Reading<readonly DomainRecord[]>
  /** Domains that were entered by hand and still answer with one of its addresses. */
  readonly entered: readonly string[]
}

/** Names and addresses that belong to nobody, or to anybody, once the environment is gone. */
export function leavingOf(state: ReleaseState, environment: Sight['blue']): readonly string[] {
  const { green, account } = state.release
  const own = [
    environment?.cname,
    environment?.endpointUrl,
    `${green.cnamePrefix}.${account.region}.elasticbeanstalk.com`,
  ]
  const production = state.release.productionCname.toLowerCase()
  return [
    ...new Set([
      ...own.flatMap((name) => (name ? [name.toLowerCase()] : [])),
      ...(state.baseline?.addresses.blue ?? []),
      ...state.addresses.blue,
    ]),
  ].filter((name) => name !== production)
}

/** Reads who still leads to what is gone. */
export async function readDangling(state: ReleaseState, hands: Hands): Promise<DanglingSeen> {
  const { world, signal } = hands
  const records = await reading(world, async () => (await world.domainRecords.all()).records)
  const entered = asksFromHere(state) ? (state.release.settings.domains ?? []) : []
  const answers = await Promise.all(
    entered.map(async (name) => {
      const [server] = await world.dns.panel(name, state.release.settings.panel)
      const answer = server ? await world.dns.ask(server, name, signal) : null
      const leads = answer?.kind === 'addresses' ? [...answer.chain.map(plainTarget), ...answer.addresses] : []
      return leads.some((target) => state.left.includes(target)) ? [name] : []
    }),
  )
  return { records, entered: answers.flat() }
}

/** The records that lead straight to one of these names or addresses. Pure. */
function danglingRecords(records: readonly DomainRecord[], left: readonly string[]): readonly DomainRecord[] {
  const gone = new Set(left)
  return records.filter(({ targets }) => targets.some((target) => gone.has(plainTarget(target))))
}

/** Who still leads to what is gone, told and not decided: a name that was given up may be claimed by anyone. Pure. */
export function danglingProof({ records, entered }: DanglingSeen, left: readonly string[], at: Instant): Gate {
  const id = 'dangling-records'
  const title = 'DNS records that lead to what is gone were looked for'
  const found = records.ok ? danglingRecords(records.value, left) : []
  const lines = [
    ...found.map(({ name, type, targets }) => `${name} (${type}) leads to ${targets.join(', ')}${riskOf(targets)}`),
    ...entered.filter((name) => !found.some((record) => record.name === name)).map((name) => `${name} leads there`),
  ]
  const unread = records.ok
    ? ''
    : ` ${records.problem.title}: only the domains that were entered by hand were looked at.`
  const seen = [
    evidence(
      'route53:ListResourceRecordSets',
      records.at,
      records.ok ? `${records.value.length} records read` : records.problem.title,
    ),
    ...lines.map((line) => evidence('route53', at, line)),
  ]
  const summary =
    lines.length === 0
      ? `None was found.${unread}`
      : `Remove or change ${lines.length === 1 ? 'this record' : 'these records'} soon: ${lines.join('; ')}. Nobody answers there any more.${unread}`
  return gate(id, title, 'passed', summary, seen)
}

/** A name of Elastic Beanstalk that was given up is anybody's, and so is an address (AWS developer guide, "Terminating an environment"). */
function riskOf(targets: readonly string[]): string {
  if (targets.some((target) => plainTarget(target).endsWith('.elasticbeanstalk.com')))
    return ', a name that anyone may claim to answer in your place'
  return targets.some((target) => /^[\d.]+$|:/.test(target)) ? ', an address that AWS may give to somebody else' : ''
}
