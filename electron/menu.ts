import { app, dialog, Menu, type MenuItemConstructorOptions } from 'electron'
import { problemOf } from './contract/problem.ts'
import type { PracticeControls } from './desk.ts'

/** What can go wrong in AWS, in a learner's words; `once` strikes the next time it can, the others last until switched off. */
const FAULTS: readonly {
  readonly label: string
  readonly name: string
  readonly once: boolean
  readonly members?: Readonly<Record<string, unknown>>
}[] = [
  { label: 'The next environment ends Red', name: 'create-ends-red', once: true },
  { label: 'The next new URL is taken by somebody else', name: 'cname-taken', once: true },
  { label: 'The next deployment fails', name: 'deploy-fails', once: true },
  { label: 'The next deployment leaves one instance behind', name: 'mixed-instances', once: true },
  { label: 'The next swap is refused', name: 'swap-refused', once: true },
  { label: 'AWS throttles the next ten calls', name: 'throttle', once: true, members: { count: 10 } },
  { label: 'AWS fails the next ten calls', name: 'server-error', once: true, members: { count: 10 } },
  { label: 'The next ten connections break', name: 'connection-reset', once: true, members: { count: 10 } },
  { label: 'The credentials have expired', name: 'expired-token', once: false },
  {
    label: 'Terminating is denied',
    name: 'access-denied',
    once: false,
    members: { action: 'elasticbeanstalk:TerminateEnvironment' },
  },
  {
    label: 'Reading stacks is denied',
    name: 'access-denied',
    once: false,
    members: { action: 'cloudformation:ListStackResources' },
  },
  { label: 'No name server answers', name: 'dns-silent', once: false },
]

/** The application menu, in the order each platform expects; with the practice account's own menu while it is connected. */
export function setMenu(practice: PracticeControls | null): void {
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
  const own = practice ? [practiceMenu(practice)] : []
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, edit, view, ...own, { role: 'windowMenu' }, help]))
}

function practiceMenu(practice: PracticeControls): MenuItemConstructorOptions {
  return {
    label: 'Practice',
    submenu: [
      { label: 'One hour later', click: () => tried(practice.jump(3600)) },
      { label: 'Stop the clock', click: () => tried(practice.setSpeed(0)) },
      { type: 'separator' },
      ...FAULTS.map(
        ({ label, name, once, members }): MenuItemConstructorOptions =>
          once
            ? { label, click: () => tried(practice.setFault(name, true, members)) }
            : { label, type: 'checkbox', click: ({ checked }) => tried(practice.setFault(name, checked, members)) },
      ),
    ],
  }
}

function tried(change: Promise<unknown>): void {
  change.catch((thrown: unknown) => {
    const { title, remedy } = problemOf(thrown)
    dialog.showErrorBox(title, remedy ?? '')
  })
}
