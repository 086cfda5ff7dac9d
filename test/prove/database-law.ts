import type { Entry } from '../../electron/contract/entries.ts'
import type { RouteId } from '../../electron/contract/independence.ts'
import type { Made, Trace } from './trace.ts'

const RETAIN = 'aws:rds:dbinstance DBDeletionPolicy = Retain'
const DECOUPLE = 'aws:rds:dbinstance HasCoupledDatabase = false'
const GROUPS = /^aws:autoscaling:launchconfiguration SecurityGroups = /
const PROPERTIES = /^aws:elasticbeanstalk:application:environment RDS_(HOSTNAME|PORT|DB_NAME|USERNAME|PASSWORD) = /
const SIZE = /^aws:autoscaling:asg (MinSize|MaxSize) = /
const DATABASE = /^aws:rds:dbinstance /

/** Where a database was lost through us, or an environment was configured otherwise than in the order that loses none. */
export function brokenForDatabases({ lost, made, entries, blue }: Trace): readonly string[] {
  return [
    ...lost
      .filter(({ because }) => because?.by === 'us')
      .map(({ database, because }) => `${database} was deleted by our ${because?.what}`),
    ...made.flatMap((each) => (each.name === 'updateSettings' ? objectionsTo(each, entries, blue) : [])),
  ]
}

function objectionsTo(each: Made, entries: readonly Entry[], blue: string): readonly string[] {
  const { targets, truth, known, settings = [] } = each
  const [id = ''] = targets
  const asked = settings.join(', ')
  if (id !== blue) return settings.some((setting) => DATABASE.test(setting)) ? [`${id} was asked for ${asked}`] : []
  const isLater = routeAt(entries, each.entries) === 'decouple-later'
  const isTime = stepAt(entries, each.entries) === (isLater ? 'forward retire' : 'forward independence')
  if (asked === RETAIN) return isTime ? [] : [`${asked} at another step`]
  if (settings.includes(DECOUPLE))
    return [
      ...(isTime ? [] : [`${asked} at another step`]),
      ...(isLater && truth.holder === blue ? ['it was decoupled while it held production'] : []),
      ...(settings.length === 1 ? [] : [`the decoupling was not sent by itself: ${asked}`]),
      ...(truth.retained.includes(id) ? [] : ['it was decoupled while Retain was not deployed']),
      ...(known.last === `deployedSettings ${nameOf(entries)}`
        ? []
        : [`it was decoupled without a look at the policy right before: ${known.last}`]),
      ...(isProtected(entries, each) ? [] : ['it was decoupled before its database had a snapshot and was protected']),
    ]
  const connects = settings.some((setting) => GROUPS.test(setting))
  if (connects && !isLater && settings.every((setting) => GROUPS.test(setting) || PROPERTIES.test(setting)))
    return truth.coupled.includes(id) ? ['it was connected by another group while its database was coupled'] : []
  const resizes = settings.length === 2 && settings.every((setting) => SIZE.test(setting))
  if (resizes && stepAt(entries, each.entries) === 'forward retire')
    return truth.holder === blue ? ['it was shrunk while it held production'] : []
  if (resizes && stepAt(entries, each.entries) === 'rollback swap') return []
  return [`blue was asked for ${asked}`]
}

/** When blue was to be decoupled, by what the operator had chosen until then. */
export function routeAt(entries: readonly Entry[], length: number): RouteId {
  const chosen = entries.slice(0, length).findLast((entry) => entry.kind === 'route-chosen')
  return chosen?.kind === 'route-chosen' ? chosen.route : 'decouple-first'
}

/** Whether both were answered, and not only meant, before. */
function isProtected(entries: readonly Entry[], { entries: length }: Made): boolean {
  const proved = entries
    .slice(0, length)
    .flatMap((entry) => (entry.kind === 'gate' && entry.gate.status === 'passed' ? [entry.gate.id] : []))
  return proved.includes('stage-snapshot') && proved.includes('stage-protect')
}

/** The track and the step that a release was at after so many entries. */
export function stepAt(entries: readonly Entry[], length: number): string {
  const before = entries.slice(0, length)
  const track = before.some(({ kind }) => kind === 'roll-back-chosen') ? 'rollback' : 'forward'
  const entered = before.findLast((entry) => entry.kind === 'entered')
  return `${track} ${entered?.step ?? ''}`
}

function nameOf([first]: readonly Entry[]): string {
  return first?.kind === 'started' ? first.blue.name : ''
}
