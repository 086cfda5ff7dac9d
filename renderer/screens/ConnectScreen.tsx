import { useSignalbox } from '../store.ts'
import { WishProblem } from '../ui/ProblemAlert.tsx'
import { ConnectForm } from './ConnectForm.tsx'

/** The first screen: which account to work in. */
export function ConnectScreen() {
  const version = useSignalbox((state) => state.version)
  return (
    <div className="page page-narrow stack">
      <div>
        <h1 className="title">Which account?</h1>
        <p className="lead">
          Signalbox takes an Elastic Beanstalk environment to a new version without a gap: a second environment is built
          and proved beside it, then the URL moves. Every lever stays locked until its gates are proved.
        </p>
      </div>
      <WishProblem />
      <ConnectForm first="practice" label="Connect" />
      <p className="small muted">Signalbox {version}</p>
    </div>
  )
}
