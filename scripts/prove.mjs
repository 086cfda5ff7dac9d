import { runChild } from './child.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

// npm run prove [-- --runs N --seed S --break NAME --json]: random histories of releases, each held against the laws.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: false })
  return runChild(electron.path, [inProject('test/prove/main.ts'), ...commandArguments], {
    environment: { ELECTRON_RUN_AS_NODE: '1' },
  })
})
