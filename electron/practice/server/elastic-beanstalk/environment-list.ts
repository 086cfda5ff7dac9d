import type { Account } from '../../model/account.ts'
import { forcedHealthOf } from '../../model/health.ts'
import type { EnvironmentRecord, InstanceRecord } from '../../model/records.ts'
import { element, list, type Value, type Written } from '../document.ts'
import { environmentShape } from './shapes.ts'

// Below this, writing anew costs less than finding out whether something has changed.
const WORTH_KEEPING = 50

/**
 * A list of EnvironmentDescription. A long one is written once: as long as nothing happens to an environment its part
 * is taken as it is, and as long as nothing happens to any of them, all of it.
 */
export function environmentList(account: Account, environments: readonly EnvironmentRecord[]): Value {
  const shapes = (): Value => list(environments.map((environment) => environmentShape(account, environment)))
  if (environments.length < WORTH_KEEPING) return shapes()
  const last = lists.get(account)
  const parts: string[] = []
  let isSame = last !== undefined && last.parts.length === environments.length
  for (const environment of environments) {
    const part = partOf(account, environment)
    isSame &&= last?.parts[parts.length] === part
    parts.push(part)
  }
  if (isSame && last !== undefined) return { ...last.written, content: shapes }
  const written: Written = { xml: Buffer.from(parts.join('')), content: shapes }
  lists.set(account, { parts, written })
  return written
}

const lists = new WeakMap<Account, { readonly parts: readonly string[]; readonly written: Written }>()

/** What an environment's part was written from; everything else that it shows never changes. */
interface Kept extends Pick<EnvironmentRecord, (typeof SHOWN)[number]> {
  readonly stackStatus: string | undefined
  readonly forced: EnvironmentRecord['forcedHealth']
  readonly behaviours: readonly InstanceRecord['behaviour'][]
  readonly part: string
}

const SHOWN = [
  'description',
  'updated',
  'status',
  'versionLabel',
  'cname',
  'platformArn',
  'operationsRole',
  'settings',
  'front',
] as const

const kept = new WeakMap<EnvironmentRecord, Kept>()

function partOf(account: Account, environment: EnvironmentRecord): string {
  if (!isQuiet(account, environment)) return write(account, environment)
  const known = kept.get(environment)
  if (known !== undefined && isStill(account, known, environment)) return known.part
  const { description, updated, status, versionLabel, cname, platformArn, operationsRole } = environment
  const { settings, front, stack, instances } = environment
  const part = write(account, environment)
  kept.set(environment, {
    description,
    updated,
    status,
    versionLabel,
    cname,
    platformArn,
    operationsRole,
    settings,
    front,
    forced: forcedHealthOf(account, environment),
    stackStatus: stack?.status,
    behaviours: instances.map(({ behaviour }) => behaviour),
    part,
  })
  return part
}

function write(account: Account, environment: EnvironmentRecord): string {
  return element('member', environmentShape(account, environment))
}

/** Whether time alone changes nothing about it: no operation, nothing starting, no requests that health is judged by. */
function isQuiet(account: Account, { operation, settles, instances }: EnvironmentRecord): boolean {
  const { now } = account
  if (operation !== undefined || now < settles) return false
  const since = now - 2 * Math.max(60_000, account.metricsWindowMilliseconds)
  for (const { executing, answers, traffic } of instances) {
    if (executing || now < answers) return false
    if (traffic.slices.length > 0 && (traffic.slices.at(-1)?.start ?? 0) >= since) return false
  }
  return true
}

function isStill(account: Account, known: Kept, environment: EnvironmentRecord): boolean {
  const { instances, stack } = environment
  if (known.stackStatus !== stack?.status || known.behaviours.length !== instances.length) return false
  if (known.forced !== forcedHealthOf(account, environment)) return false
  for (const name of SHOWN) if (known[name] !== environment[name]) return false
  return instances.every(({ behaviour }, index) => behaviour === known.behaviours[index])
}
