import { runChild } from './child.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

// npm run prove [-- --runs N --seed S --break NAME --json]: random histories of releases, each held against the laws.
// npm run prove -- propagation [--runs N --seed S --json]: random populations of resolvers; nothing may be called safe too early.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: false })
  const [first, ...rest] = commandArguments
  const [main, given] =
    first === 'propagation' ? ['test/prove/propagation/main.ts', rest] : ['test/prove/main.ts', commandArguments]
  return runChild(electron.path, [inProject(main), ...given], {
    environment: { ELECTRON_RUN_AS_NODE: '1' },
  })
})
