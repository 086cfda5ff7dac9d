import { type BrowserWindow, Notification } from 'electron'
import type { ReleaseView } from './contract/models.ts'
import { STEP_IDS } from './contract/steps.ts'

/** Steps that can take long enough for the operator to look elsewhere. */
const LONG = new Set<string>(['clone', 'deploy', 'test', 'swap', 'propagation', 'retire'])

/** Taskbar progress while something runs, and a notification when a long step ends while the window is not looked at. */
export function createNotices(window: BrowserWindow): (view: ReleaseView) => void {
  const proved = new Map<string, ReadonlySet<string>>()
  const reminded = new Set<string>()

  /** Once for each time the app runs: a standby that is over costs money for nothing. */
  function remind({ release, steps }: ReleaseView): void {
    const until = steps.retire.gates.find(({ id, status }) => id === 'standby' && status === 'passed')?.evidence[0]?.at
    const key = `${release.id} ${until}`
    if (release.outcome !== null || release.step !== 'retire' || until === undefined || reminded.has(key)) return
    reminded.add(key)
    if (!Notification.isSupported()) return
    const notification = new Notification({
      title: `${release.application}: the standby of ${release.blue.name} is over`,
      body: 'It costs money until it is terminated. The release waits for you at its last step.',
    })
    notification.on('click', () => window.show())
    notification.show()
  }

  return (view) => {
    if (window.isDestroyed()) return
    const { release } = view
    remind(view)
    const shown = release.track === 'forward' ? STEP_IDS.map((id) => view.steps[id]) : view.rollbackSteps
    const current = shown.find(({ id }) => id === release.step)
    window.setProgressBar(release.outcome === null && current?.progress ? (current.progress.fraction ?? 2) : -1)
    const now = new Set(shown.filter(({ status }) => status === 'proved').map(({ id }) => `${release.track} ${id}`))
    const before = proved.get(release.id)
    proved.set(release.id, now)
    const ended =
      before &&
      shown.find(({ id }) => LONG.has(id) && now.has(`${release.track} ${id}`) && !before.has(`${release.track} ${id}`))
    if (!ended || window.isFocused() || !Notification.isSupported()) return
    const notification = new Notification({
      title: `${release.application}: ${ended.id} is proved`,
      body: release.outcome === null ? 'The release waits for you at the next step.' : 'The release has ended.',
    })
    notification.on('click', () => window.show())
    notification.show()
  }
}
