import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, type Rectangle, screen } from 'electron'
import { ORIGIN } from './protocol.ts'

const MINIMUM = { width: 1024, height: 680 }
const USUAL = { width: 1280, height: 800 }
/** A page that does not live as long would crash again and again. */
const LEAST_LIFE_MILLISECONDS = 10_000

/** Opens the one window, shown when it has painted. What the page asks for must be answered in the same turn. */
export function openWindow(options: { readonly preload: string; readonly icon: string }): BrowserWindow {
  const window = new BrowserWindow({
    ...USUAL,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: 'Signalbox',
    icon: options.icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#161d26' : '#ffffff',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  let shownAgainAt = Number.NEGATIVE_INFINITY
  // The releases run in this process and go on: a page that has crashed is shown again, unless it crashes at once.
  window.webContents.on('render-process-gone', () => {
    if (performance.now() - shownAgainAt < LEAST_LIFE_MILLISECONDS) return
    shownAgainAt = performance.now()
    // Not in the midst of it: Electron crashes itself over that.
    setImmediate(() => !window.isDestroyed() && window.reload())
  })
  void window.loadURL(`${ORIGIN}/index.html`)
  return window
}

/** Puts the window where it was closed, unless no display shows that place any more; tells where it is when it closes. */
export function keepBounds(
  window: BrowserWindow,
  saved: Rectangle | null,
  onBounds: (bounds: Rectangle) => void,
): void {
  if (saved && isVisible(saved)) window.setBounds(saved)
  window.on('close', () => onBounds(window.getNormalBounds()))
}

/** No page may navigate away, open a window or embed another. Links for the browser go through the contract. */
export function lockNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}

function isVisible(bounds: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const width = Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x)
    const height = Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y)
    return width > 200 && height > 100
  })
}

/** Where the built files are, packaged or not. */
export function builtFile(...parts: readonly string[]): string {
  return join(import.meta.dirname, '..', ...parts)
}
