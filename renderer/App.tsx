import Button from '@cloudscape-design/components/button'
import Spinner from '@cloudscape-design/components/spinner'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { begin } from './actions.ts'
import { fetchHelpPanel, Help } from './help/Help.tsx'
import { ConnectScreen } from './screens/ConnectScreen.tsx'
import { type ScreenName, useSignalbox } from './store.ts'
import { testIds } from './test-ids.ts'
import { ProblemAlert } from './ui/ProblemAlert.tsx'
import { TopBar } from './ui/TopBar.tsx'

// The window opens on Connect; what comes after it is fetched while the operator reads.
const fetchScreens = {
  releases: () => import('./screens/ReleasesScreen.tsx'),
  choose: () => import('./screens/ChooseScreen.tsx'),
  release: () => import('./screens/ReleaseScreen.tsx'),
  help: fetchHelpPanel,
  signIn: () => import('./screens/SignInAgain.tsx'),
}
const ReleasesScreen = lazy(async () => ({ default: (await fetchScreens.releases()).ReleasesScreen }))
const ChooseScreen = lazy(async () => ({ default: (await fetchScreens.choose()).ChooseScreen }))
const ReleaseScreen = lazy(async () => ({ default: (await fetchScreens.release()).ReleaseScreen }))
const SignInAgain = lazy(async () => ({ default: (await fetchScreens.signIn()).SignInAgain }))

/** The window: the bar, one screen, and the help beside it. */
export function App() {
  const screen = useSignalbox((state) => state.screen)
  // A release has the lanes across the whole window; its screen puts the help below them.
  const helpOpen = useSignalbox((state) => state.helpOpen && state.screen !== 'release')
  const signingIn = useSignalbox((state) => state.signingIn)
  const main = useRef<HTMLElement>(null)

  useEffect(() => {
    const timer = setTimeout(() => Object.values(fetchScreens).map((fetchScreen) => fetchScreen()), 400)
    return () => clearTimeout(timer)
  }, [])

  // A new screen starts at its top, and a screen reader starts reading there.
  useEffect(() => {
    main.current?.scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [screen])

  return (
    <div className="app">
      <TopBar />
      <div className="app-body" data-help={helpOpen}>
        <main ref={main} tabIndex={-1} className="screen" data-testid={testIds.screen(screen)}>
          <Suspense fallback={<Loading />}>
            <Screen name={screen} />
          </Suspense>
        </main>
        {helpOpen && <Help />}
      </div>
      {signingIn && (
        <Suspense fallback={null}>
          <SignInAgain />
        </Suspense>
      )}
    </div>
  )
}

function Screen({ name }: { readonly name: ScreenName }) {
  switch (name) {
    case 'starting':
      return <Starting />
    case 'connect':
      return <ConnectScreen />
    case 'releases':
      return <ReleasesScreen />
    case 'choose':
      return <ChooseScreen />
    case 'release':
      return <ReleaseScreen />
  }
}

function Starting() {
  const problem = useSignalbox((state) => state.problem)
  if (problem === null) return <Loading />
  return (
    <div className="page page-narrow stack">
      <ProblemAlert problem={problem} />
      <div>
        <Button onClick={() => void begin()}>Try again</Button>
      </div>
    </div>
  )
}

function Loading() {
  return (
    <div className="empty" role="status">
      <Spinner size="large" />
      <span className="hidden-text">Loading</span>
    </div>
  )
}
