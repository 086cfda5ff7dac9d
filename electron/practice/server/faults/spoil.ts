import type { Structure, Value } from '../document.ts'
import { content } from '../document.ts'
import { type CalledBy, type CallFault, strikingFault } from './call-faults.ts'

/** Members whose values are one of a few, and what a later version of AWS might say there. */
const FOREIGN: Readonly<Record<string, string>> = {
  Status: 'Hibernating',
  Health: 'Violet',
  HealthStatus: 'Exhausted',
  Color: 'Violet',
  Severity: 'NOTICE',
  DeploymentStatus: 'imagined',
  ResourceStatus: 'IMPORT_ROLLBACK_IMAGINED',
  StackStatus: 'IMPORT_ROLLBACK_IMAGINED',
  DBInstanceStatus: 'hibernating',
}

/** The answer as the faults have it: without members that are usually there, or with values nobody knows. */
export function spoilResult(
  faults: readonly CallFault[],
  call: CalledBy,
  result: Structure | undefined,
): Structure | undefined {
  if (result === undefined) return undefined
  const lacks = strikingFault(faults, 'missing-members', call) !== undefined
  const isForeign = strikingFault(faults, 'foreign-value', call) !== undefined
  if (!lacks && !isForeign) return result
  const change = (value: Value, inList: boolean): Value => {
    const plain = content(value)
    if (plain.kind === 'list') return { ...plain.list, items: plain.list.items.map((item) => change(item, true)) }
    if (plain.kind !== 'structure') return value
    const members = Object.entries(plain.structure).filter(([, member]) => member !== undefined)
    // The first member of what a list holds stays: it would be nothing otherwise.
    const kept = members.filter((_, index) => !(lacks && inList) || index === 0 || call.random() < 0.5)
    return Object.fromEntries(
      kept.map(([name, member]) => [
        name,
        isForeign && typeof member === 'string' && Object.hasOwn(FOREIGN, name)
          ? FOREIGN[name]
          : change(member, inList),
      ]),
    )
  }
  const changed = content(change(result, false))
  return changed.kind === 'structure' ? changed.structure : result
}
