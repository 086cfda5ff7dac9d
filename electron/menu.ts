import { app, dialog, Menu, type MenuItemConstructorOptions } from 'electron'
import { problemOf } from './contract/problem.ts'
import type { PracticeControls, PracticeFault } from './desk.ts'
import { practiceMenu, type Report } from './practice-menu.ts'

// How soon the menu knows of environments that came and of faults that have struck.
const REFRESH_MILLISECONDS = 3_000

let refreshing: NodeJS.Timeout | undefined
let shownFor: PracticeControls | null = null

/** The application menu, in the order each platform expects; with the practice account's own menu while it is connected. */
export function setMenu(practice: PracticeControls | null): void {
  clearInterval(refreshing)
  shownFor = practice
  buildMenu(practice, [])
  if (practice === null) return
  let shown = ''
  const refresh = async (): Promise<void> => {
    const faults = await practice.listFaults()
    const next = JSON.stringify(faults)
    // A menu that is open closes when it is replaced.
    if (next === shown || shownFor !== practice) return
    shown = next
    buildMenu(practice, faults, report)
  }
  // An item that was refused has been ticked by the click all the same: it is made anew.
  const report = (change: Promise<unknown>): void => {
    tried(
      change.finally(() => {
        shown = ''
        orNot()
      }),
    )
  }
  // An account that does not answer keeps the menu it had: whoever uses it is told then.
  const orNot = (): void => void refresh().catch(() => undefined)
  orNot()
  refreshing = setInterval(orNot, REFRESH_MILLISECONDS)
  refreshing.unref()
}

function buildMenu(practice: PracticeControls | null, faults: readonly PracticeFault[], report: Report = tried): void {
  const edit: MenuItemConstructorOptions = { role: 'editMenu' }
  const development: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'resetZoom' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...development,
    ],
  }
  const help: MenuItemConstructorOptions = { role: 'help', submenu: [{ role: 'about' }] }
  const first: MenuItemConstructorOptions = process.platform === 'darwin' ? { role: 'appMenu' } : { role: 'fileMenu' }
  const own = practice ? [practiceMenu(practice, faults, report)] : []
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, edit, view, ...own, { role: 'windowMenu' }, help]))
}

function tried(change: Promise<unknown>): void {
  change.catch((thrown: unknown) => {
    const { title, remedy } = problemOf(thrown)
    dialog.showErrorBox(title, remedy ?? '')
  })
}
