import type { MenuItemConstructorOptions } from 'electron'
import type { PracticeControls, PracticeFault } from './desk.ts'

/** Tells an operator what went wrong with a change that a menu item began. */
export type Report = (change: Promise<unknown>) => void

/** The practice account's menu: its clock, and what can go wrong, as the account itself says it. */
export function practiceMenu(
  practice: PracticeControls,
  faults: readonly PracticeFault[],
  report: Report,
): MenuItemConstructorOptions {
  const groups = [...new Set(faults.map(({ group }) => group))]
  return {
    label: 'Practice',
    submenu: [
      { label: 'One hour later', click: () => report(practice.jump(3600)) },
      { label: 'Stop the clock', click: () => report(practice.setSpeed(0)) },
      { type: 'separator' },
      ...groups.map(
        (group): MenuItemConstructorOptions => ({
          label: group,
          submenu: faults.filter((fault) => fault.group === group).map((fault) => faultItem(practice, fault, report)),
        }),
      ),
      { type: 'separator' },
      {
        label: 'End what was switched on',
        enabled: faults.some(({ on }) => on),
        click: () => report(practice.setFault('all', false)),
      },
    ],
  }
}

/** One item; a fault that is offered in several ways has them below it. */
function faultItem(practice: PracticeControls, fault: PracticeFault, report: Report): MenuItemConstructorOptions {
  const items = fault.offers.map(({ words, members, on }): MenuItemConstructorOptions => {
    const set = (wanted: boolean): void => report(practice.setFault(fault.name, wanted, members))
    return fault.lasts
      ? { label: words, type: 'checkbox', checked: on, click: ({ checked }) => set(checked) }
      : { label: words, click: () => set(true) }
  })
  const [only, ...others] = items
  if (only !== undefined && others.length === 0) return only
  return { label: fault.words, submenu: items, enabled: items.length > 0 }
}
