import { runChild } from './child.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

// npm run fault-matrix [-- --fault NAME --step STEP | --continue]: every fault at every step of a release, over HTTP and without the
// window; writes docs/fault-matrix.md when all of them were run.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: false })
  return runChild(electron.path, [inProject('scripts/fault-matrix.ts'), ...commandArguments], {
    environment: { ELECTRON_RUN_AS_NODE: '1' },
  })
})
