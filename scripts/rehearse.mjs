import { build } from './build.mjs'
import { driveApp } from './drive.mjs'
import { prepare } from './prepare.mjs'
import { runCommand } from './root.mjs'

// npm run rehearse [-- --speed N] [--json] [--rollback]: a whole release in the real window, on the practice account.
await runCommand(async (commandArguments) => {
  const electron = await prepare({ display: true })
  await build(electron)
  return driveApp(electron, {
    script: 'scripts/rehearse.ts',
    arguments: commandArguments,
    writableFolders: ['out/rehearsal'],
    privateDisplay: false,
  })
})
