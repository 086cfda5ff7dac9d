import { lazy, Suspense } from 'react'

/** Fetches the help before it is asked for. */
export const fetchHelpPanel = () => import('./HelpPanel.tsx')

const HelpPanel = lazy(async () => ({ default: (await fetchHelpPanel()).HelpPanel }))

/** The help beside a screen; its words are fetched apart from the first screen. */
export function Help() {
  return (
    <Suspense fallback={null}>
      <HelpPanel />
    </Suspense>
  )
}
