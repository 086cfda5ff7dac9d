import Modal from '@cloudscape-design/components/modal'
import { cancelSignIn } from '../actions.ts'
import { useSignalbox } from '../store.ts'
import { WishProblem } from '../ui/ProblemAlert.tsx'
import { ConnectForm } from './ConnectForm.tsx'

/** Over a paused release: sign in to the same account again, and the release goes on where it stands. */
export function SignInAgain() {
  const account = useSignalbox((state) => state.view?.release.account ?? null)
  return (
    <Modal visible size="large" header="Sign in again" closeAriaLabel="Close" onDismiss={cancelSignIn}>
      <div className="stack">
        <WishProblem />
        <p className="lead">
          {account === null
            ? 'Sign in to go on.'
            : `The release is paused, not failed. Sign in to ${account.kind === 'practice' ? 'the practice account' : `account ${account.accountId} in ${account.region}`} and it goes on where it stands.`}
        </p>
        <ConnectForm first={account?.kind === 'aws' ? 'profile' : 'practice'} label="Sign in" />
      </div>
    </Modal>
  )
}
