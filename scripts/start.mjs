import { build } from './build.mjs'
import { runChild } from './child.mjs'
import { prepare } from './prepare.mjs'
import { inProject, root, runCommand, say } from './root.mjs'
import { hasDisplay } from './system-libraries.mjs'

// npm start: the app; on a machine without a display, the rehearsal.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: true })
  if (!hasDisplay()) {
    say('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the app cannot be shown.')
    say('Rehearsing a whole release on the practice account instead:')
    return runChild(process.execPath, [inProject('scripts/rehearse.mjs'), ...commandArguments])
  }
  await build(electron)
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  if (asRoot) say('Started as root, so Chromium’s sandbox is off. Start it as an ordinary user to have it on.')
  return runChild(electron.path, [root, ...(asRoot ? ['--no-sandbox'] : []), ...commandArguments], {
    environment: { ELECTRON_RUN_AS_NODE: undefined },
  })
})
