import { app, Menu, type MenuItemConstructorOptions } from 'electron'

/** The application menu, in the order each platform expects. */
export function setMenu(): void {
  const edit: MenuItemConstructorOptions = { role: 'editMenu' }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'resetZoom' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(app.isPackaged
        ? []
        : [{ type: 'separator' } as const, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
    ],
  }
  const help: MenuItemConstructorOptions = { role: 'help', submenu: [{ role: 'about' }] }
  const first: MenuItemConstructorOptions = process.platform === 'darwin' ? { role: 'appMenu' } : { role: 'fileMenu' }
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, edit, view, { role: 'windowMenu' }, help]))
}
