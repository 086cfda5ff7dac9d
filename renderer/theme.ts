import { applyMode, Mode } from '@cloudscape-design/global-styles'
import { create } from 'zustand'

export type Theme = 'light' | 'dark'

const KEPT_UNDER = 'theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')

/** The theme that is drawn now. */
export const useTheme = create<{ readonly theme: Theme }>()(() => ({ theme: chosenTheme(readKept(), systemTheme()) }))

/** Draws the theme and follows the system until the operator chooses otherwise. */
export function followTheme(): void {
  draw(useTheme.getState().theme)
  system.addEventListener('change', () => draw(chosenTheme(readKept(), systemTheme())))
}

/** Draws the other theme and remembers it; forgets the choice again where it is what the system wants anyway. */
export function toggleTheme(): void {
  const theme = useTheme.getState().theme === 'dark' ? 'light' : 'dark'
  if (theme === systemTheme()) localStorage.removeItem(KEPT_UNDER)
  else localStorage.setItem(KEPT_UNDER, theme)
  draw(theme)
}

function draw(theme: Theme): void {
  applyMode(theme === 'dark' ? Mode.Dark : Mode.Light)
  document.documentElement.style.colorScheme = theme
  useTheme.setState({ theme })
}

function chosenTheme(kept: string | null, wanted: Theme): Theme {
  return kept === 'dark' || kept === 'light' ? kept : wanted
}

function readKept(): string | null {
  return localStorage.getItem(KEPT_UNDER)
}

function systemTheme(): Theme {
  return system.matches ? 'dark' : 'light'
}
