import { createHash } from 'node:crypto'
import type { Entry } from '../../electron/contract/entries.ts'
import { type Report, reportOf } from '../../electron/report/report.ts'
import { begunAt, drive, type Operator, open, whole } from '../release/drive.ts'
import { fakeAccount } from '../release/world.ts'

/** The journal of a release as the engine writes it. */
export async function journalOf(
  operator: Operator = whole,
  prepare: (account: ReturnType<typeof fakeAccount>) => void = () => {},
): Promise<Entry[]> {
  const account = fakeAccount()
  prepare(account)
  const entries = begunAt(account)
  await drive(account, open(account, entries), { operator })
  return entries
}

const MADE_AT = Date.UTC(2027, 0, 4, 12, 0, 0)

export function reported(entries: readonly Entry[], damage: string | null = null): Report {
  let hash = ''
  const stored = entries.map((entry) => {
    hash = createHash('sha256').update(hash).update(JSON.stringify(entry)).digest('hex')
    return { entry, hash }
  })
  return reportOf({ entries: stored, damage, madeAt: MADE_AT, versions: { Signalbox: '0.1.0', Electron: '42.0.0' } })
}

/** Rolls back once the users are moving. */
export const thereAndBack: Operator = (view, running) => {
  const { track, step } = view.release
  const isUnderWay = view.clock.at - (view.steps.propagation.enteredAt ?? view.clock.at) > 80_000
  return track === 'forward' && step === 'propagation' && isUnderWay
    ? running.choose('roll-back')
    : whole(view, running)
}

/** Waives the drain and takes the release to its end. */
export const withWaiver: Operator = (view, running) => {
  const drained = view.steps.propagation.proofs.find(({ id }) => id === 'drained')
  const isDue = view.release.step === 'propagation' && drained && drained.status !== 'passed' && !drained.waiver
  return isDue ? running.waive('propagation', 'drained', 'A monitoring probe stays on blue') : whole(view, running)
}
