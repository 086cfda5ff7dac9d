import { app, dialog } from 'electron'

/**
 * A mistake of ours that nothing has caught. Electron's own box would stop this whole process, and every release with it,
 * until somebody presses its button; this one waits beside them.
 */
export function tellMishaps(): void {
  let isAsking = false
  process.on('uncaughtException', (thrown) => {
    console.error(thrown)
    if (!app.isReady()) return app.exit(1)
    if (isAsking) return
    isAsking = true
    void ask(thrown).finally(() => {
      isAsking = false
    })
  })
}

async function ask(thrown: Error): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Signalbox',
    message: 'Something went wrong in Signalbox itself',
    detail: `What was done is in the journal; nothing is lost, and nothing is done twice. Start Signalbox again: each release is looked at anew and goes on from where it stands.\n\n${thrown.stack ?? String(thrown)}`,
    buttons: ['Start again', 'Go on without'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return
  app.relaunch()
  // In order: a change that is under way is asked about first.
  app.quit()
}
