import { rmSync } from 'node:fs'
import { build } from './build.mjs'
import { driveApp } from './drive.mjs'
import { prepare } from './prepare.mjs'
import { inProject, runCommand } from './root.mjs'

// npm run rehearse [-- --speed N] [--json] [--rollback]: a whole release in the real window, on the practice account.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: true })
  await build(electron)
  // Whoever drives the app may not be allowed to remove what an earlier run has left.
  rmSync(inProject('out', 'rehearsal'), { recursive: true, force: true })
  return driveApp(electron, {
    script: 'scripts/rehearse.ts',
    arguments: commandArguments,
    writableFolders: ['out/rehearsal'],
    privateDisplay: false,
  })
})
