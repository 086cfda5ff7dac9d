import { runChild } from './child.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

// npm run practice: the practice account alone. Its stdout carries one JSON line (where it listens), nothing of ours.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: false })
  return runChild(electron.path, [inProject('electron/practice/main.ts'), ...commandArguments], {
    environment: { ELECTRON_RUN_AS_NODE: '1' },
  })
})
