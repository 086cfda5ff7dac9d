import type { Entry } from '../contract/entries.ts'
import type { Instant } from '../contract/models.ts'
import { problem } from '../contract/problem.ts'
import type { LeverInput } from './running.ts'
import type { ReleaseState } from './state.ts'

/** What the operator chose with a lever, for the journal: it is there before the gates are read for the last time. */
export function broughtBy(lever: LeverInput, state: ReleaseState, at: Instant): readonly Entry[] {
  if (lever.step === 'deploy') return [{ kind: 'version-chosen', at, label: lever.versionLabel, bundle: lever.bundle }]
  if (lever.step !== 'clone') return []
  if ('repair' in lever) {
    if (!state.fidelity?.repairs.some(({ id }) => id === lever.repair))
      throw problem('locked', 'There is nothing to repair there any more', { remedy: 'Look at what is shown now.' })
    return [{ kind: 'repair-chosen', at, repair: lever.repair }]
  }
  const { green } = state.release
  if (green.id !== null) throw problem('locked', 'Green was made already', { meaning: 'It is not made twice.' })
  const { greenName: name, cnamePrefix, options } = lever
  const isNamed = name !== green.name || cnamePrefix !== green.cnamePrefix
  const isChosen = options !== undefined && JSON.stringify(options) !== JSON.stringify(state.cloneOptions)
  return [
    ...(isNamed ? [{ kind: 'green-named', at, name, cnamePrefix } as const] : []),
    ...(isChosen ? [{ kind: 'clone-options', at, options } as const] : []),
  ]
}
