import type { Connection } from '../../electron/contract/connection.ts'
import { disconnect, setPracticeSpeed, toggleHelp } from '../actions.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { toggleTheme, useTheme } from '../theme.ts'
import { HelpIcon, Mark, MoonIcon, SunIcon } from './icons.tsx'
import './top-bar.css'

const SPEEDS: readonly number[] = [1, 10, 60, 600]

/** The bar on top of every screen: which account this is, the practice clock's speed, theme, help, disconnect. */
export function TopBar() {
  const connection = useSignalbox((state) => state.connection)
  const helpOpen = useSignalbox((state) => state.helpOpen)
  const theme = useTheme((state) => state.theme)
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <header className="top-bar" data-kind={connection?.kind ?? 'none'}>
      <div className="top-bar-row">
        <span className="top-bar-name">
          <Mark />
          Signalbox
        </span>
        {connection && <Account connection={connection} />}
        <span className="top-bar-space" />
        {connection?.kind === 'practice' && <Speed />}
        {connection && (
          <button
            type="button"
            className="bar-button"
            data-testid={testIds.disconnect}
            onClick={() => void disconnect()}
          >
            Disconnect
          </button>
        )}
        <button
          type="button"
          className="bar-button bar-icon"
          data-testid={testIds.theme}
          aria-label={`Switch to the ${other} theme`}
          title={`Switch to the ${other} theme`}
          onClick={toggleTheme}
        >
          {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
        </button>
        <button
          type="button"
          className="bar-button"
          data-testid={testIds.help}
          aria-pressed={helpOpen}
          onClick={toggleHelp}
        >
          <HelpIcon />
          Help
        </button>
      </div>
      {connection && <div className="top-bar-tape" />}
    </header>
  )
}

function Account({ connection }: { readonly connection: Connection }) {
  const practice = connection.kind === 'practice'
  return (
    <span className="account" data-testid={testIds.connection} data-kind={connection.kind} title={connection.arn}>
      <span className="account-badge">{practice ? 'Practice account' : 'Real AWS account'}</span>
      <span className="account-text cut">
        {practice ? 'a rehearsal, nothing touches AWS' : connection.label} · {connection.accountId} ·{' '}
        {connection.region}
      </span>
    </span>
  )
}

function Speed() {
  const speed = useSignalbox((state) => state.practiceSpeed)
  const offered =
    speed === null || SPEEDS.some((each) => each === speed)
      ? SPEEDS
      : [...SPEEDS, speed].toSorted((one, other) => one - other)
  return (
    <fieldset className="speed">
      <legend className="hidden-text">Speed of the practice account’s clock</legend>
      <span className="speed-label" aria-hidden="true">
        Clock
      </span>
      {offered.map((each) => (
        <button
          key={each}
          type="button"
          className="speed-button"
          data-testid={testIds.speed(each)}
          aria-pressed={speed === each}
          aria-label={`${each} times the speed of a real account`}
          title={each === 1 ? 'As slow as a real account' : `${each} times as fast as a real account`}
          onClick={() => void setPracticeSpeed(each)}
        >
          {each}×
        </button>
      ))}
    </fieldset>
  )
}
