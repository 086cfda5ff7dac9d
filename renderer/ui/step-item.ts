import { locksLever, type Release, type StepView } from '../../electron/contract/models.ts'
import { type StepId, titleOf } from '../../electron/contract/steps.ts'
import { duration } from '../formats.ts'
import { testIds } from '../test-ids.ts'
import type { StepItem, StepMark } from './StepNavigation.tsx'

/** A step of the release as the navigation draws it. */
export function stepItemOf(step: StepView, release: Pick<Release, 'track' | 'step' | 'outcome'>): StepItem<StepId> {
  return {
    id: step.id,
    title: titleOf(step.id, release.track),
    detail: detailOf(step),
    mark: markOf(step),
    status: step.status,
    testId: testIds.step(step.id),
  }
}

function markOf({ status }: StepView): StepMark {
  switch (status) {
    case 'ahead':
      return 'ahead'
    case 'checking':
    case 'acting':
    case 'watching':
      return 'running'
    case 'locked':
      return 'locked'
    case 'ready':
      return 'ready'
    case 'stuck':
      return 'stuck'
    case 'proved':
      return 'done'
  }
}

function detailOf({ status, gates, progress, enteredAt, provedAt }: StepView): string {
  switch (status) {
    case 'ahead':
      return ''
    case 'checking':
      return 'Looking'
    case 'locked': {
      const closed = gates.filter(locksLever).length
      if (closed === 0) return 'Held by a proof'
      return closed === 1 ? 'Locked by 1 gate' : `Locked by ${closed} gates`
    }
    case 'ready':
      return 'Ready for the lever'
    case 'acting':
    case 'watching':
      return progress === null || progress.fraction === null
        ? 'Under way'
        : `Under way, ${Math.round(progress.fraction * 100)} %`
    case 'stuck':
      return 'Stuck: needs you'
    case 'proved':
      return enteredAt === null || provedAt === null ? 'Proved' : `Proved in ${duration((provedAt - enteredAt) / 1000)}`
  }
}
