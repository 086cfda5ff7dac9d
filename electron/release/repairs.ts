import type { Repair } from '../contract/clone.ts'
import type { Action } from '../contract/entries.ts'
import { type FidelityFacts, scaleOf } from './fidelity.ts'
import { rulesAt } from './ingress.ts'
import type { ReleaseState } from './state.ts'
import { type Hands, journalled, type Sight } from './step.ts'

const ACTIONS = {
  ingress: 'repair-ingress',
  settings: 'repair-settings',
  capacity: 'repair-capacity',
} as const satisfies Record<Repair['id'], Action>

/** The call that the operator's lever asks for and that was not made since. */
export function repairDue(
  state: ReleaseState,
  repairs: readonly Repair[],
): (typeof ACTIONS)[keyof typeof ACTIONS] | null {
  const { leverAt, stage, effects } = state.forward.clone
  const wanted = leverAt === null ? undefined : repairs.find(({ id }) => id === stage)
  if (!wanted) return null
  const action = ACTIONS[wanted.id]
  return effects[action] === undefined ? action : null
}

/** Changes green, and green alone, so that a difference goes away; what has to be taken back at the end is on record first. */
export async function actRepair(
  action: Action,
  state: ReleaseState,
  sight: Sight,
  facts: FidelityFacts,
  hands: Hands,
): Promise<void> {
  const { elasticBeanstalk, network } = hands.world
  const { green } = sight
  if (!green) return
  const note = (detail: string) => ({ step: 'clone' as const, action, detail })
  if (action === 'repair-ingress') {
    const { ingress, stacks } = facts
    const resources = stacks.green.ok ? (stacks.green.value ?? []) : []
    if (!ingress) return
    const wanted = [...ingress.missing, ...ingress.replaced]
    const added = rulesAt(resources, wanted)
    const removed = rulesAt(resources, ingress.extra)
    const detail = [...new Set([...added.keys(), ...removed.keys()])].join(', ')
    return journalled(
      hands,
      note(`${detail}: ${wanted.length} added, ${ingress.extra.length} taken away`),
      async () => {
        // First those who are missing: nobody who ought to come in is shut out meanwhile.
        for (const [groupId, rules] of added) await network.allowIngress(groupId, rules)
        for (const [groupId, rules] of removed) await network.revokeIngress(groupId, rules)
      },
    )
  }
  if (action === 'repair-settings') {
    const settings = facts.settingRows.flatMap(({ repair }) => repair ?? [])
    // Their names only: values may be secrets.
    const detail = settings.map(({ namespace, optionName }) => `${namespace}/${optionName}`).join(', ')
    return journalled(hands, note(detail), () => elasticBeanstalk.updateSettings(green.id, settings))
  }
  const options = scaleOf(state, sight, facts)
  if (action !== 'repair-capacity' || options.length === 0) return
  hands.record({ kind: 'held', at: hands.world.clock.now(), options: [...options] })
  const detail = options.map(({ optionName, during, after }) => `${optionName} = ${during}, later ${after}`).join(', ')
  await journalled(hands, note(detail), () =>
    elasticBeanstalk.updateSettings(
      green.id,
      options.map(({ namespace, optionName, during }) => ({
        namespace,
        optionName,
        value: during,
        resourceName: null,
      })),
    ),
  )
}
