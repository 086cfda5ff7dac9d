import { app, dialog } from 'electron'

/**
 * A mistake of ours that nothing has caught. Electron's own box would stop this whole process, and every release with it,
 * until somebody presses its button; this one waits beside them.
 */
export function tellMishaps(): void {
  let isAsking = false
  const tell = (thrown: unknown) => {
    // The tests look for the word.
    console.error('Mishap:', thrown)
    if (!app.isReady()) return app.exit(1)
    if (isAsking) return
    isAsking = true
    // Where no box can be shown nothing more can be done than to have printed it.
    const asked = () => {
      isAsking = false
    }
    ask(thrown).then(asked, asked)
  }
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

async function ask(thrown: unknown): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Signalbox',
    message: 'Something went wrong in Signalbox itself',
    detail: `What was done is in the journal; nothing is lost, and nothing is done twice. Start Signalbox again: each release is looked at anew and goes on from where it stands.\n\n${thrown instanceof Error ? thrown.stack : String(thrown)}`,
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
