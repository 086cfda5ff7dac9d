import type { Progress as ProgressModel } from '../../electron/contract/models.ts'
import { useAccountNow } from '../clock.ts'
import { timeLeft } from '../formats.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import './progress.css'

/** Something long: what it is, how far it has come, and the time left by the account's clock. */
export function Progress({ progress }: { readonly progress: ProgressModel }) {
  const { label, fraction, secondsLeft } = progress
  const snapshotAt = useSignalbox((state) => state.view?.clock.at ?? 0)
  const gone = (useAccountNow() - snapshotAt) / 1000
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100)
  const left = secondsLeft === null ? null : timeLeft(secondsLeft - gone)
  return (
    <div className="progress" data-testid={testIds.progress}>
      <div className="progress-words">
        <strong className="wrap">{label}</strong>
        <span className="muted">
          {[percent === null ? null : `${percent} %`, left].filter((each) => each !== null).join(' · ')}
        </span>
      </div>
      <div
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
        {...(left === null ? {} : { 'aria-valuetext': left })}
      >
        <div
          className="progress-bar"
          data-endless={percent === null}
          style={percent === null ? {} : { width: `${percent}%` }}
        />
      </div>
    </div>
  )
}
