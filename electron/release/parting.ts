import type { Action } from '../contract/entries.ts'
import type { Gate } from '../contract/models.ts'
import type { DatabaseEvidence } from './couplings.ts'
import { actDecoupling, type DecouplingFacts, decouplingOf, stageOf } from './decouple.ts'
import { nameOf } from './decouple-preview.ts'
import { bindingGates, type RouteFacts } from './route.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate, type Hands, type Judgement, partsOf, type Sight, unreadable } from './step.ts'

/** What must hold before blue's database is taken out of it, which is all but what only the termination asks for. */
const BEFORE_PARTING = new Set([
  'propagation-proved',
  'target-ok',
  'still-answers',
  'holds-no-production',
  'nothing-in-flight',
  'standby',
])

/** The part of the retire step that decouples blue, where that was put off until now; null where it is done, or was never put off. */
export function partingOf(
  state: ReleaseState,
  sight: Sight,
  database: DatabaseEvidence | null,
  route: RouteFacts | null | undefined,
  gates: readonly Gate[],
): Judgement | null {
  if (state.release.track !== 'forward' || !database || !route?.decoupling) return null
  const found = decouplingOf(state, database, route.decoupling, sight.at)
  const stage = stageOf(state, found, sight.at)
  if (!stage) return null
  const before = gates.filter(({ id }) => BEFORE_PARTING.has(id))
  // The stages themselves bring back a snapshot or a protection that another hand took away.
  const bound = stage.stage === 'snapshot' || stage.stage === 'protect' ? [] : bindingGates(state, database, route)
  return { ...stage, gates: stage.progress === null ? [...before, ...bound] : null, proofs: found.proofs }
}

/** Makes the one call of the stage that is next. */
export async function actParting(
  action: Action,
  state: ReleaseState,
  database: DatabaseEvidence | null,
  route: RouteFacts | null | undefined,
  hands: Hands,
): Promise<void> {
  if (database && route?.decoupling) await actDecoupling(action, state, database, route.decoupling, hands)
}

/** The proofs of the stages once all are done, with the one that the termination still owes; none on the other route. */
export function partedProofs(
  state: ReleaseState,
  sight: Sight,
  database: DatabaseEvidence | null,
  route: RouteFacts | null | undefined,
): readonly Gate[] {
  if (state.release.track !== 'forward' || !database || !route?.decoupling) return []
  const { name } = partsOf(state, sight).from
  return [
    ...decouplingOf(state, database, route.decoupling, sight.at).proofs,
    gate('terminated', `${name} is terminated`, 'waiting', 'This comes last.', []),
  ]
}

/** That the database which was taken out outlives the environment, or what a way back leaves at one that was not; none where neither is so. */
export function databaseProofs(state: ReleaseState, facts: DecouplingFacts | null | undefined): readonly Gate[] {
  if (state.release.track === 'rollback') return leftForGreen(state)
  if (!state.decoupling || !facts) return []
  const id = 'database-stays'
  const title = 'The database stays'
  const { databaseId, details } = facts
  if (!details.ok) return [unreadable(id, title, 'rds:DescribeDBInstances', details, true)]
  const found = details.value
  return [
    gate(
      id,
      title,
      found ? 'passed' : 'failed',
      found
        ? `${databaseId} stands by itself. ${found.deletionProtection ? 'Deletion protection stays on: switch it off in the RDS console where you want that. The snapshot stays too, until you delete it.' : 'Its deletion protection was switched off by another hand.'}`
        : `RDS does not know ${databaseId} any more.`,
      [
        evidence(
          'rds:DescribeDBInstances',
          details.at,
          found ? `DeletionProtection = ${found.deletionProtection}` : 'not there',
        ),
      ],
      {
        waivable: true,
        remedy: 'Restore it from its snapshot: AWS console, RDS, Snapshots. Or say why it may be gone.',
      },
    ),
  ]
}

/** What was made so that green could use blue's database: nobody needs it after a way back, and nothing here deletes it. */
function leftForGreen(state: ReleaseState): readonly Gate[] {
  const { route, decoupling, decoupledAt, release } = state
  const madeAt = state.forward.independence.provedAt
  if (route !== 'decouple-later' || !decoupling || decoupledAt !== null || madeAt === null) return []
  const name = nameOf(state)
  return [
    gate(
      'database-untouched',
      'The database stays as it was',
      'passed',
      `${decoupling.id} still belongs to ${release.blue.name}. The snapshot ${name}, deletion protection and the security group ${name}, which the database lets in, are kept: ${release.blue.name} needs none of them; take away in the AWS console what you do not want.`,
      [evidence('journal', madeAt, `snapshot and security group ${name}`)],
    ),
  ]
}
