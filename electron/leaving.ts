import { app, type BrowserWindow, dialog } from 'electron'

/** What leaving means for a change that AWS is being asked for. */
type Leave = 'finish' | 'stay' | 'now'

const WAYS: readonly { readonly leave: Leave; readonly label: string }[] = [
  { leave: 'finish', label: 'Finish it and quit' },
  { leave: 'stay', label: 'Keep open' },
  { leave: 'now', label: 'Quit now' },
]

/**
 * Lets the app end: at once where nothing is in flight; else the operator is asked first, and nothing is cut off
 * unasked. `close` finishes what is in flight and lets go of the rest; `abandon` only lets go of the journal.
 */
export function leaveInOrder(
  window: BrowserWindow,
  tools: {
    /** What AWS is being asked to change at this moment, in words. */
    acting(): readonly string[]
    close(): Promise<void>
    abandon(): void
  },
): void {
  let state: 'open' | 'asking' | 'leaving' | 'closed' = 'open'

  async function leave(): Promise<void> {
    const acting = tools.acting()
    if (acting.length > 0 && !window.isDestroyed()) {
      state = 'asking'
      const way = await ask(window, acting)
      if (way === 'stay') {
        state = 'open'
        return
      }
      if (way === 'now') {
        tools.abandon()
        app.exit(0)
        return
      }
    }
    state = 'leaving'
    await tools.close().catch(() => {})
    state = 'closed'
    app.quit()
  }

  // The window would be gone before the app is asked whether it may quit.
  window.on('close', (event) => {
    if (state !== 'closed' && (state !== 'open' || tools.acting().length > 0)) event.preventDefault()
    if (state === 'open' && tools.acting().length > 0) void leave()
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'open') void leave()
  })
}

async function ask(window: BrowserWindow, acting: readonly string[]): Promise<Leave> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Quit Signalbox',
    message: 'AWS is being asked for a change at this moment',
    detail: `${acting.join('\n')}\n\nFinish it: Signalbox waits for the answer, writes it down, and quits. Quit now: the answer is not heard; the release finds out on the next start whether it happened, and does nothing twice.`,
    buttons: WAYS.map(({ label }) => label),
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  return WAYS[response]?.leave ?? 'stay'
}
